//! The one binary.

use accounts::commands::{Tell, UserDraft};
use anyhow::{Context, bail};
use clap::{Parser, Subcommand};
use hearth::{House, Setup, check::check, config::Config};
use indicatif::{ProgressBar, ProgressStyle};
use kernel::{Clock, Dice, Fault};
use settings::{Council, Logo};
use std::{
    io::{Read, Write},
    net::SocketAddr,
    path::{Path, PathBuf},
    process::ExitCode,
};
use store::Db;
use tokio::net::TcpListener;

/// Hearth: a digital front door for family hubs.
#[derive(Parser)]
#[command(name = "hearth", version, about)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Makes the demonstration council if it is not there yet, and serves it
    Demo {
        /// Address and port to listen on
        #[arg(long, default_value = "127.0.0.1:8080")]
        listen: SocketAddr,
        /// Where its data is kept
        #[arg(long, default_value = "./data/demo")]
        data: PathBuf,
    },
    /// Serves a council, as hearth.toml and HEARTH_* variables say
    Serve {
        /// The configuration file [default: hearth.toml, if it is there]
        #[arg(long)]
        config: Option<PathBuf>,
    },
    /// Reads a file into the directory
    Import {
        #[command(subcommand)]
        what: Import,
    },
    /// Says what needs a person: contacts and pages past their review date, gaps in the settings, jobs that gave up
    Check {
        #[command(flatten)]
        place: Place,
    },
    /// Shows or saves the council's settings
    Settings {
        #[command(subcommand)]
        what: SettingsCommand,
    },
    /// Adds people, shuts them out, or lets them set up their sign-in anew
    User {
        #[command(subcommand)]
        what: UserCommand,
    },
    /// Copies the whole SQLite database to a new file while people go on using it, and verifies the copy
    Backup {
        /// A file that is not there yet
        file: PathBuf,
        #[command(flatten)]
        place: Place,
    },
}

#[derive(Subcommand)]
enum Import {
    /// The ONS Postcode Directory (CSV)
    Postcodes {
        /// The file
        file: PathBuf,
        #[command(flatten)]
        place: Place,
    },
}

#[derive(Subcommand)]
enum SettingsCommand {
    /// Prints them as TOML
    Show {
        #[command(flatten)]
        place: Place,
    },
    /// Saves them from a TOML file; colours that could not be read are refused
    Set {
        /// The file
        file: PathBuf,
        #[command(flatten)]
        place: Place,
    },
}

#[derive(Subcommand)]
enum UserCommand {
    /// Adds somebody, or roles to somebody who is there, and prints a link that works once within 24 hours
    Add {
        /// Their e-mail address
        #[arg(long)]
        email: kernel::Email,
        /// What they are called
        #[arg(long)]
        name: String,
        /// What they may be; may be given several times
        #[arg(long = "role", required = true)]
        roles: Vec<access::Role>,
        /// The organisation whose entries they keep, as in its address on the site
        #[arg(long)]
        organisation: Option<String>,
        /// Also sends them the link by e-mail
        #[arg(long)]
        send: bool,
        #[command(flatten)]
        place: Place,
    },
    /// Shuts somebody out at once, everywhere
    Disable {
        /// Their e-mail address
        #[arg(long)]
        email: kernel::Email,
        #[command(flatten)]
        place: Place,
    },
    /// Ends their sessions, forgets how they signed in, and prints a link to set it up anew
    Reset {
        /// Their e-mail address
        #[arg(long)]
        email: kernel::Email,
        /// Also sends them the link by e-mail
        #[arg(long)]
        send: bool,
        #[command(flatten)]
        place: Place,
    },
}

/// Which data a command works on.
#[derive(clap::Args, Clone)]
struct Place {
    /// The data folder of a demonstration, instead of what hearth.toml says
    #[arg(long)]
    data: Option<PathBuf>,
    /// The configuration file [default: hearth.toml, if it is there]
    #[arg(long)]
    config: Option<PathBuf>,
}

impl Place {
    /// What the file and the environment say, or nothing when it is a demonstration's folder.
    fn config(&self) -> Result<Option<Config>, Fault> {
        match &self.data {
            Some(_) => Ok(None),
            None => Config::read(self.config.as_deref(), |name| std::env::var(name).ok()).map(Some),
        }
    }

    async fn open(&self) -> Result<Db, Fault> {
        self.open_as(self.config()?.as_ref()).await
    }

    async fn open_as(&self, config: Option<&Config>) -> Result<Db, Fault> {
        let url = match (config, &self.data) {
            (Some(config), _) => config.database_url.clone(),
            (None, folder) => demo_url(folder.as_deref().unwrap_or(Path::new("."))),
        };
        let db = Db::open(&url).await?;
        store::migrate(&db, hearth::MIGRATIONS).await?;
        Ok(db)
    }

    async fn house(&self) -> Result<House, Fault> {
        let config = self.config()?;
        let db = self.open_as(config.as_ref()).await?;
        let setup = match config {
            None => Setup { is_demonstration: true, ..Setup::default() },
            Some(config) => {
                set_configured_url(&db, &config).await?;
                config.setup()
            }
        };
        House::open(db, Clock::real(), Dice::real(), setup).await
    }
}

fn main() -> ExitCode {
    // What a panic says may hold what a person typed. Its place is enough to find it.
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        let _ = writeln!(std::io::stderr(), "a panic at {place}");
    }));
    let arguments = Arguments::parse();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return fail(&error.into()),
    };
    match runtime.block_on(run(arguments.command)) {
        Ok(code) => code,
        Err(fault) => fail(&fault),
    }
}

fn fail(fault: &Fault) -> ExitCode {
    let _ = writeln!(std::io::stderr(), "hearth: {fault:#}");
    ExitCode::FAILURE
}

/// Prints a line; a closed pipe is not worth a panic.
fn say(line: &str) {
    let _ = writeln!(std::io::stdout(), "{line}");
}

async fn run(command: Command) -> Result<ExitCode, Fault> {
    match command {
        Command::Demo { listen, data } => serve_demo(listen, &data).await?,
        Command::Serve { config } => serve(config.as_deref()).await?,
        Command::Import { what: Import::Postcodes { file, place } } => {
            import_postcodes(&file, &place).await?
        }
        Command::Check { place } => return report(&place).await,
        Command::Settings { what } => settings_command(what).await?,
        Command::User { what } => user_command(what).await?,
        Command::Backup { file, place } => {
            store::backup(&place.open().await?, &file).await?;
            store::check(&file).await?;
            say(&format!("Copied and verified: {}", file.display()));
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn demo_url(folder: &Path) -> String {
    format!("sqlite://{}", folder.join("hearth.db").display())
}

async fn serve_demo(listen: SocketAddr, data: &Path) -> Result<(), Fault> {
    log_as("info");
    let listener = bind(listen).await?;
    let address = format!("http://{}", listener.local_addr()?);
    let db = Db::open(&demo_url(data)).await?;
    store::migrate(&db, hearth::MIGRATIONS).await?;
    if let Some(made) = demo::make(&db, &Clock::real()).await? {
        say(&format!(
            "Made the demonstration council in {}: {} organisations, {} places, {} services.",
            data.display(),
            made.organizations,
            made.locations,
            made.services
        ));
    }
    set_public_url(&db, &address).await?;
    let setup = Setup { is_demonstration: true, ..Setup::default() };
    let house = House::open(db, Clock::real(), Dice::real(), setup).await?;
    demo::add_people(&house.site).await?;
    demo::add_work(&house.site, &house.notify).await?;
    let counts: Vec<String> = house
        .directory
        .counts()
        .into_iter()
        .filter(|(_, count)| *count > 0)
        .map(|(kind, count)| format!("{count} {kind}s"))
        .collect();
    say(&format!("Halton family hubs (demonstration): {}.", counts.join(", ")));
    say(&format!("Families need no sign-in. Try any role, with one click: {address}/demo/sign-in"));
    say(&format!("Nothing leaves this machine. What would have been sent: {address}/demo/outbox"));
    say(&format!("Open {address}   (Ctrl+C stops it)"));
    serve_house(house, listener).await
}

/// Links and codes carry the address the site is served at.
async fn set_public_url(db: &Db, address: &str) -> Result<(), Fault> {
    let (address, now) = (address.to_owned(), Clock::real().now());
    db.write(move |tx| {
        let council = settings::find_council(tx)?.unwrap_or_else(Council::unnamed);
        if council.public_url == address {
            return Ok(());
        }
        settings::set_council(tx, &Council { public_url: address.clone(), ..council }, now)
    })
    .await
}

/// The address that the configuration gives, if it gives one.
async fn set_configured_url(db: &Db, config: &Config) -> Result<(), Fault> {
    match config.public_url.trim_end_matches('/') {
        "" => Ok(()),
        address => set_public_url(db, address).await,
    }
}

async fn serve(config: Option<&Path>) -> Result<(), Fault> {
    let config = Config::read(config, |name| std::env::var(name).ok())?;
    log_as(&config.log);
    let listen: SocketAddr = config.listen.parse().with_context(|| {
        format!("listen: '{}' is not an address and a port, such as 127.0.0.1:8080", config.listen)
    })?;
    let listener = bind(listen).await?;
    let db = Db::open(&config.database_url).await?;
    store::migrate(&db, hearth::MIGRATIONS).await?;
    set_configured_url(&db, &config).await?;
    let house = House::open(db, Clock::real(), Dice::real(), config.setup()).await?;
    tracing::info!(address = %listener.local_addr()?, "serving");
    serve_house(house, listener).await
}

async fn bind(listen: SocketAddr) -> Result<TcpListener, Fault> {
    TcpListener::bind(listen).await.with_context(|| {
        format!("cannot listen on {listen}: is something else using the port? Choose another with --listen")
    })
}

async fn serve_house(house: House, listener: TcpListener) -> Result<(), Fault> {
    let router = house.router()?;
    let fresh = house.clone();
    let listening = tokio::spawn(async move { fresh.keep_fresh().await });
    let runner = house.runner();
    let working = tokio::spawn(async move { runner.run_forever(stopped()).await });
    hearth::serve::serve(listener, router, stopped()).await;
    listening.abort();
    working.await?;
    house.close().await;
    Ok(())
}

/// Until Ctrl+C or a polite kill.
async fn stopped() {
    let interrupt = tokio::signal::ctrl_c();
    let Ok(mut terminate) = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) else {
        let _ = interrupt.await;
        return;
    };
    tokio::select! { _ = interrupt => {}, _ = terminate.recv() => {} }
}

fn log_as(filter: &str) {
    let filter = std::env::var("HEARTH_LOG").unwrap_or_else(|_| filter.to_owned());
    tracing_subscriber::fmt()
        .json()
        .with_env_filter(hearth::config::log_filter(&filter))
        .with_writer(std::io::stderr)
        .init();
}

async fn import_postcodes(file: &Path, place: &Place) -> Result<(), Fault> {
    let opened = std::fs::File::open(file).with_context(|| format!("cannot open {}", file.display()))?;
    let bytes = opened.metadata()?.len();
    let db = place.open().await?;
    let bar = ProgressBar::new(bytes);
    bar.set_style(ProgressStyle::with_template("{bar:40} {percent}%  {msg}  {eta} left")?);
    let read = Counted { file: opened, bar: bar.clone() };
    let done = directory::import_postcodes(&db, Clock::real().now(), read, |rows| {
        bar.set_message(format!("{rows} rows"))
    })
    .await?;
    bar.finish_and_clear();
    say(&format!("Kept {} postcodes, {} of them no longer in use.", done.kept, done.ended));
    say(&format!(
        "Left out: {} of Northern Ireland (another licence), {} without a known place.",
        done.northern_ireland, done.without_place
    ));
    if done.unreadable > 0 {
        say(&format!("Could not read {} lines; the first: {:?}.", done.unreadable, done.unreadable_lines));
    }
    if done.kept == 0 {
        bail!("no postcode was kept: is this the ONS Postcode Directory?");
    }
    Ok(())
}

/// Tells the progress bar how far into the file we are.
struct Counted {
    file: std::fs::File,
    bar: ProgressBar,
}

impl Read for Counted {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let read = self.file.read(buffer)?;
        self.bar.inc(read as u64);
        Ok(read)
    }
}

async fn report(place: &Place) -> Result<ExitCode, Fault> {
    let house = place.house().await?;
    let (trail, findings) = check(&house).await?;
    say(&trail);
    for finding in &findings {
        say(&format!("{}: {}", finding.area, finding.sentence));
    }
    if findings.is_empty() {
        say("Nothing needs a person.");
        return Ok(ExitCode::SUCCESS);
    }
    say(&format!("{} need a person.", findings.len()));
    Ok(ExitCode::FAILURE)
}

async fn user_command(what: UserCommand) -> Result<(), Fault> {
    let told = |send: bool| if send { Tell::ThePerson } else { Tell::Nobody };
    let link = match what {
        UserCommand::Add { email, name, roles, organisation, send, place } => {
            let house = place.house().await?;
            let organization = match organisation {
                None => None,
                Some(slug) => Some(find_organization(&house, slug).await?),
            };
            let user = UserDraft { email, name, roles, organization };
            accounts::commands::add_user(&house.accounts, user, told(send)).await?
        }
        UserCommand::Disable { email, place } => {
            accounts::commands::disable_user(&place.house().await?.accounts, &email).await?;
            say("Shut out: every session of theirs has ended.");
            return Ok(());
        }
        UserCommand::Reset { email, send, place } => {
            accounts::commands::reset_user(&place.house().await?.accounts, &email, told(send)).await?
        }
    };
    say("Give them this link. It works once, within 24 hours:");
    say(&link);
    Ok(())
}

async fn find_organization(house: &House, slug: String) -> Result<uuid::Uuid, Fault> {
    let all = house.site.db().read(directory::list_organizations).await?;
    let found = all.into_iter().find(|organization| organization.slug == slug);
    found
        .map(|organization| organization.id.uuid())
        .with_context(|| format!("there is no organisation '{slug}'"))
}

fn read_logo(file: &Path) -> Result<Logo, Fault> {
    let bytes = std::fs::read(file).with_context(|| format!("the logo {}", file.display()))?;
    Logo::read(bytes).with_context(|| format!("the logo {}", file.display()))
}

async fn settings_command(what: SettingsCommand) -> Result<(), Fault> {
    match what {
        SettingsCommand::Show { place } => {
            let council =
                place.open().await?.read(settings::find_council).await?.unwrap_or_else(Council::unnamed);
            say(&toml::to_string_pretty(&council)?);
        }
        SettingsCommand::Set { file, place } => {
            let text =
                std::fs::read_to_string(&file).with_context(|| format!("cannot read {}", file.display()))?;
            let council: Council =
                toml::from_str(&text).with_context(|| format!("the settings in {}", file.display()))?;
            let logo = match council.logo.as_str() {
                "" => None,
                kept if kept.starts_with("/logo/") => None,
                name => Some(read_logo(&file.with_file_name(name))?),
            };
            let (db, now) = (place.open().await?, Clock::real().now());
            db.write(move |tx| {
                let mut council = council.clone();
                if let Some(logo) = &logo {
                    council.logo = settings::set_logo(tx, logo, &web::content_hash(&logo.bytes))?;
                }
                settings::set_council(tx, &council, now)
            })
            .await?;
            say("Saved. A running server shows it within a second or two.");
        }
    }
    Ok(())
}
