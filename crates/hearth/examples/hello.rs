//! The least that a server can do, as the yardstick of `scripts/bench`: what a page costs is told as a share of this.
//!
//! `cargo run --release -p hearth --example hello -- 127.0.0.1:8081`

use axum::{Router, routing::get};

#[tokio::main]
async fn main() -> std::io::Result<()> {
    let address = std::env::args().nth(1).unwrap_or_else(|| "127.0.0.1:8081".to_owned());
    let listener = tokio::net::TcpListener::bind(&address).await?;
    axum::serve(listener, Router::new().route("/", get(async || "hello"))).await
}
