//! The feed of the demonstration council on its own, for tools that try it from outside:
//! `cargo run -p feed --example serve -- 127.0.0.1:8095`.

use axum::extract::ConnectInfo;
use feed::{Feed, FeedConfig};
use kernel::{Clock, Dice, Fault};
use std::net::SocketAddr;
use store::Db;
use web::Site;

fn main() -> Result<(), Fault> {
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(run())
}

async fn run() -> Result<(), Fault> {
    let listen = std::env::args().nth(1).unwrap_or_else(|| "127.0.0.1:8095".to_owned());
    let folder = std::env::temp_dir().join(format!("hearth-feed-{}", std::process::id()));
    let db = Db::open(&format!("sqlite://{}", folder.join("serve.db").display())).await?;
    let rooms = [
        access::MIGRATIONS,
        settings::MIGRATIONS,
        notify::MIGRATIONS,
        accounts::MIGRATIONS,
        directory::MIGRATIONS,
        feed::MIGRATIONS,
    ];
    store::migrate(&db, &rooms).await?;
    let clock = Clock::real();
    demo::make(&db, &clock).await?;
    let site = Site::open(db, clock, Dice::real()).await?;
    let config = FeedConfig { requests_at_once: 10_000_000, ..FeedConfig::default() };
    let feed = Feed::open(&site, config).await?;
    let renewed = feed.renew().await?;
    let router = feed::open_to_all(&feed, web::shell(&site, feed::routes(&feed).into_router()));
    let listener = tokio::net::TcpListener::bind(&listen).await?;
    println!("{} records at http://{}/oruk/v3", renewed.written, listener.local_addr()?);
    let listening = feed.clone();
    tokio::spawn(async move { listening.keep_fresh().await });
    serve(listener, router).await
}

async fn serve(listener: tokio::net::TcpListener, router: axum::Router) -> Result<(), Fault> {
    loop {
        let (stream, peer): (_, SocketAddr) = listener.accept().await?;
        stream.set_nodelay(true)?;
        let router = router.clone();
        let service =
            hyper::service::service_fn(move |mut request: hyper::Request<hyper::body::Incoming>| {
                request.extensions_mut().insert(ConnectInfo(peer));
                tower::ServiceExt::oneshot(router.clone(), request)
            });
        tokio::spawn(
            hyper::server::conn::http1::Builder::new()
                .serve_connection(hyper_util::rt::TokioIo::new(stream), service),
        );
    }
}
