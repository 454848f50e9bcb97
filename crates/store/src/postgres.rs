//! The driver-facing part for PostgreSQL.

use crate::{
    tx::DriverError,
    value::{FromRow, Row, Value},
    violation,
};
use anyhow::{Context, anyhow, bail};
use kernel::Fault;
use std::{collections::HashMap, error::Error, str::FromStr, sync::Arc, time::Duration};
use tokio::runtime::Handle;
use tokio_postgres::{Client, Config, NoTls, Statement, config::SslMode, types::ToSql};
use tokio_postgres_rustls::MakeRustlsConnect;

/// Where the server is and how it is spoken to.
pub(crate) struct Address {
    config: Config,
    tls: Option<MakeRustlsConnect>,
    pub(crate) connections: usize,
}

impl Address {
    /// Reads `postgres://...`. Our own words in its query: `pool` (connections, 8), `statement_timeout` (seconds,
    /// 15), `sslrootcert` (a PEM file, where the server's certificate is from nobody the web knows). `sslmode=require`
    /// and `verify-full` mean the same: encrypted, and the certificate is checked.
    pub(crate) fn read(url: &str) -> Result<Address, Fault> {
        let (base, query) = url.split_once('?').unwrap_or((url, ""));
        let mut kept = Vec::new();
        let (mut connections, mut timeout_seconds, mut encrypted, mut root) = (8, 15, false, None);
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            match pair.split_once('=').unwrap_or((pair, "")) {
                ("pool", number) => connections = whole_number("pool", number)?,
                ("statement_timeout", number) => timeout_seconds = whole_number("statement_timeout", number)?,
                ("sslrootcert", path) => root = Some(path.to_owned()),
                ("sslmode", "require" | "verify-ca" | "verify-full") => encrypted = true,
                ("sslmode", "disable" | "prefer" | "allow") => {}
                ("sslmode", _) => bail!("sslmode is one of disable, require and verify-full"),
                _ => kept.push(pair),
            }
        }
        let address = if kept.is_empty() { base.to_owned() } else { format!("{base}?{}", kept.join("&")) };
        // The parser's own words may repeat a part of the address, which holds a password.
        let mut config =
            Config::from_str(&address).map_err(|_| anyhow!("the database's address cannot be read"))?;
        let session =
            format!("-c statement_timeout={timeout_seconds}s -c idle_in_transaction_session_timeout=60s");
        let options = config.get_options().map_or(session.clone(), |given| format!("{session} {given}"));
        config
            .options(options)
            .application_name("hearth")
            .connect_timeout(Duration::from_secs(5))
            .keepalives_idle(Duration::from_secs(30))
            .tcp_user_timeout(Duration::from_secs(30))
            .ssl_mode(if encrypted { SslMode::Require } else { SslMode::Disable });
        let tls = if encrypted { Some(tls(root.as_deref())?) } else { None };
        Ok(Address { config, tls, connections })
    }

    /// A new connection. On a thread that may block.
    pub(crate) fn connect(&self) -> Result<PostgresConnection, Fault> {
        let handle = Handle::current();
        let client = match &self.tls {
            None => {
                let (client, driver) = handle.block_on(self.config.connect(NoTls)).map_err(|e| fault(&e))?;
                handle.spawn(driver);
                client
            }
            Some(tls) => {
                let (client, driver) =
                    handle.block_on(self.config.connect(tls.clone())).map_err(|e| fault(&e))?;
                handle.spawn(driver);
                client
            }
        };
        Ok(PostgresConnection { client, statements: HashMap::new() })
    }
}

fn whole_number(name: &str, text: &str) -> Result<usize, Fault> {
    text.parse()
        .ok()
        .filter(|number| *number > 0)
        .ok_or_else(|| anyhow!("{name} is a whole number above nought"))
}

fn tls(root: Option<&str>) -> Result<MakeRustlsConnect, Fault> {
    use rustls::pki_types::{CertificateDer, pem::PemObject};
    let mut roots = rustls::RootCertStore::empty();
    match root {
        None => roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned()),
        Some(path) => {
            for certificate in CertificateDer::pem_file_iter(path).context("reading sslrootcert")? {
                roots.add(certificate.context("reading sslrootcert")?).context("reading sslrootcert")?;
            }
        }
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(MakeRustlsConnect::new(config))
}

/// One connection and the statements it has prepared.
pub(crate) struct PostgresConnection {
    client: Client,
    statements: HashMap<String, Statement>,
}

impl PostgresConnection {
    pub(crate) fn is_closed(&self) -> bool {
        self.client.is_closed()
    }

    pub(crate) fn all<T: FromRow>(&mut self, sql: &str, args: &[Value]) -> Result<Vec<T>, DriverError> {
        let statement = self.prepare(sql)?;
        let rows = Handle::current().block_on(self.client.query(&statement, &bound(args)))?;
        Ok(rows.iter().map(|row| T::from_row(&Row::postgres(row))).collect::<Result<_, Fault>>()?)
    }

    pub(crate) fn exec(&mut self, sql: &str, args: &[Value]) -> Result<u64, DriverError> {
        let statement = self.prepare(sql)?;
        Ok(Handle::current().block_on(self.client.execute(&statement, &bound(args)))?)
    }

    pub(crate) fn script(&mut self, sql: &str) -> Result<(), DriverError> {
        Ok(Handle::current().block_on(self.client.batch_execute(sql))?)
    }

    pub(crate) fn prepare(&mut self, sql: &str) -> Result<Statement, DriverError> {
        if let Some(statement) = self.statements.get(sql) {
            return Ok(statement.clone());
        }
        // A statement that is put together, such as a list of many ids, must not fill the server's memory.
        if self.statements.len() >= 256 {
            self.statements.clear();
        }
        let statement = Handle::current().block_on(self.client.prepare(sql))?;
        self.statements.insert(sql.to_owned(), statement.clone());
        Ok(statement)
    }
}

fn bound(args: &[Value]) -> Vec<&(dyn ToSql + Sync)> {
    args.iter().map(|value| value as &(dyn ToSql + Sync)).collect()
}

/// What to do about a failed statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Failure {
    /// Nothing: the transaction ends.
    Final,
    /// Run the transaction again: two of them crossed.
    Crossed,
    /// The connection is of no more use. Run the transaction again on another.
    Lost,
}

pub(crate) fn classify(error: &tokio_postgres::Error, connection: &PostgresConnection) -> Failure {
    let code = error.code().map_or("", |code| code.code());
    let cut = error.source().is_some_and(|source| source.is::<std::io::Error>());
    // A schema that changed under a prepared statement; a new connection prepares it anew.
    let stale = code == "0A000" && error.as_db_error().is_some_and(|e| e.message().contains("cached plan"));
    match code {
        "40001" | "40P01" => Failure::Crossed,
        "57P01" | "57P02" | "57P03" | "25P03" => Failure::Lost,
        _ if code.starts_with("08") || cut || stale || error.is_closed() || connection.is_closed() => {
            Failure::Lost
        }
        _ => Failure::Final,
    }
}

/// PostgreSQL's `DETAIL` repeats the row, and with it what a person typed. A fault is logged, so it is left out.
pub(crate) fn fault(error: &tokio_postgres::Error) -> Fault {
    let Some(said) = error.as_db_error() else {
        let cause = error.source().map(|source| format!(": {source}")).unwrap_or_default();
        return anyhow!("PostgreSQL: {error}{cause}");
    };
    let plain = anyhow!("PostgreSQL: {} ({})", said.message(), said.code().code());
    match violation::of_postgres(said) {
        Some(violation) => plain.context(violation),
        None => plain,
    }
}
