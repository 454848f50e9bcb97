//! `hearth demo` and `hearth serve`.

use super::{
    place::{demo_url, set_configured_url, set_public_url},
    say,
};
use anyhow::Context;
use fetch::Reach;
use hearth::{House, OutgoingConfig, Setup, config::Config};
use kernel::{Clock, Dice, Fault};
use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
};
use store::Db;
use tokio::net::TcpListener;

pub(crate) async fn serve_demo(listen: SocketAddr, data: &Path) -> Result<(), Fault> {
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
    let outgoing = OutgoingConfig { reach: Reach::Nothing, ..OutgoingConfig::default() };
    let encoder =
        std::env::var_os("HEARTH_ENCODER_FOLDER").filter(|folder| !folder.is_empty()).map(PathBuf::from);
    let setup = Setup { is_demonstration: true, outgoing, encoder, ..Setup::default() };
    let house = House::open(db, Clock::real(), Dice::real(), setup).await?;
    demo::add_people(&house.site).await?;
    demo::add_work(&house.site, &house.notify).await?;
    demo::add_sessions(&house.site).await?;
    demo::add_appointments(&house.site).await?;
    demo::add_holiday_programme(&house.site).await?;
    demo::add_bookings(&house.bookings).await?;
    demo::add_lists(&house.site).await?;
    // The work published entries after the house had read its directory, and before it listens for more.
    house.renew().await?;
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

pub(crate) async fn serve(config: Option<&Path>) -> Result<(), Fault> {
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

pub(crate) async fn bind(listen: SocketAddr) -> Result<TcpListener, Fault> {
    TcpListener::bind(listen).await.with_context(|| {
        format!("cannot listen on {listen}: is something else using the port? Choose another with --listen")
    })
}

pub(crate) async fn serve_house(house: House, listener: TcpListener) -> Result<(), Fault> {
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
pub(crate) async fn stopped() {
    let interrupt = tokio::signal::ctrl_c();
    let Ok(mut terminate) = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) else {
        let _ = interrupt.await;
        return;
    };
    tokio::select! { _ = interrupt => {}, _ = terminate.recv() => {} }
}

pub(crate) fn log_as(filter: &str) {
    let filter = std::env::var("HEARTH_LOG").unwrap_or_else(|_| filter.to_owned());
    tracing_subscriber::fmt()
        .json()
        .with_env_filter(hearth::config::log_filter(&filter))
        .with_writer(std::io::stderr)
        .init();
}
