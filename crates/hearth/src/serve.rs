//! Serving: each connection has a deadline for its request's head, and a stop waits only so long for the slow.

use axum::{Router, extract::ConnectInfo, response::Response, routing::future::RouteFuture};
use hyper::{Request, body::Incoming, server::conn::http1};
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    server::graceful::GracefulShutdown,
    service::TowerToHyperService,
};
use std::{convert::Infallible, net::SocketAddr, time::Duration};
use tokio::net::TcpListener;
use tower::Service;

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
            Ok((stream, peer)) => {
                // Without this a small answer waits for the acknowledgement of the one before.
                let _ = stream.set_nodelay(true);
                // Limits on guessing are counted by network; rooms get the address and keep none of it.
                let service = TowerToHyperService::new(Known { router: router.clone(), peer });
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

/// The router, with where the request comes from.
#[derive(Clone)]
struct Known {
    router: Router,
    peer: SocketAddr,
}

impl Service<Request<Incoming>> for Known {
    type Response = Response;
    type Error = Infallible;
    type Future = RouteFuture<Infallible>;

    fn poll_ready(&mut self, _: &mut std::task::Context<'_>) -> std::task::Poll<Result<(), Infallible>> {
        std::task::Poll::Ready(Ok(()))
    }

    fn call(&mut self, mut request: Request<Incoming>) -> RouteFuture<Infallible> {
        request.extensions_mut().insert(ConnectInfo(self.peer));
        self.router.call(request)
    }
}
