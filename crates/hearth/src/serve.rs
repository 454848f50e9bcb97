//! Serving: each connection has a deadline for its request's head, and a stop waits only so long for the slow.

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    server::graceful::GracefulShutdown,
    service::TowerToHyperService,
};
use std::time::Duration;
use tokio::net::TcpListener;

/// A phone with a bad signal sends its head within this; one that does not is holding a connection for nothing.
const HEAD_PATIENCE: Duration = Duration::from_secs(20);
/// How long a stop waits for answers that are still being sent.
const STOP_PATIENCE: Duration = Duration::from_secs(8);

/// Answers requests until `stopped`.
pub async fn serve(listener: TcpListener, router: Router, stopped: impl Future<Output = ()>) {
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(HEAD_PATIENCE);
    let open = GracefulShutdown::new();
    tokio::pin!(stopped);
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = &mut stopped => break,
        };
        match accepted {
            Ok((stream, _)) => {
                // Without this a small answer waits for the acknowledgement of the one before.
                let _ = stream.set_nodelay(true);
                let service = TowerToHyperService::new(router.clone());
                let connection = open.watch(http.serve_connection(TokioIo::new(stream), service));
                tokio::spawn(async move {
                    // A connection that breaks off is the other side's affair.
                    let _ = connection.await;
                });
            }
            // Too many open files, mostly: give those that are open a moment to end.
            Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
        }
    }
    drop(listener);
    let _ = tokio::time::timeout(STOP_PATIENCE, open.shutdown()).await;
}
