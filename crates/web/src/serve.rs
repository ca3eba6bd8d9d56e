//! The accept loop: as many connections as there is room for, and an end that answers what is in flight.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use domain::App;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;

use crate::Peer;
use crate::observe::observe;
use crate::wire::Wire;

/// Bytes of the head of a request: its first line and its headers.
const HEAD_MAX: usize = 32 * 1024;
/// How long a client may take to send the head of a request, or to agree on TLS.
const HEAD_TIMEOUT: Duration = Duration::from_secs(10);
/// How long the loop rests when the machine has no more sockets to give.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// How many connections are served, and how they end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Connections {
    /// Connections at once: 10,000. Others wait in the machine's queue.
    pub max: usize,
    /// How long an answer in flight may take once the house closes: 25 s.
    pub drain: Duration,
}

impl Default for Connections {
    fn default() -> Self {
        Self { max: 10_000, drain: Duration::from_secs(25) }
    }
}

/// Serves a router until `shutdown` is done: then nothing new is accepted, every `wait=` of the house is answered at
/// once, and what is in flight is answered within [`Connections::drain`].
pub async fn serve(
    app: &App,
    listener: TcpListener,
    router: Router,
    tls: Option<TlsAcceptor>,
    connections: Connections,
    shutdown: impl Future<Output = ()> + Send,
) {
    let graceful = GracefulShutdown::new();
    let room = Arc::new(Semaphore::new(connections.max.clamp(1, Semaphore::MAX_PERMITS)));
    let mut shutdown = pin!(shutdown);
    loop {
        let permit = tokio::select! {
            permit = Arc::clone(&room).acquire_owned() => permit.expect("the room is never closed"),
            () = &mut shutdown => break,
        };
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = &mut shutdown => break,
        };
        let (stream, peer) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                tracing::warn!(%error, "a connection was not accepted");
                tokio::time::sleep(ACCEPT_PAUSE).await;
                continue;
            }
        };
        let (router, tls, watcher) = (router.clone(), tls.clone(), graceful.watcher());
        tokio::spawn(async move {
            meet(stream, peer, router, tls, watcher).await;
            drop(permit);
        });
    }
    drop(listener);
    app.notices.close();
    if timeout(connections.drain, graceful.shutdown()).await.is_err() {
        tracing::warn!("some answers were not given in time");
    }
}

async fn meet(stream: TcpStream, peer: SocketAddr, router: Router, tls: Option<TlsAcceptor>, watcher: Watcher) {
    // Answers are small and written whole: waiting for more to send would only delay them.
    if stream.set_nodelay(true).is_err() {
        return;
    }
    match tls {
        None => converse(stream, peer, router, watcher).await,
        Some(tls) => {
            if let Ok(Ok(stream)) = timeout(HEAD_TIMEOUT, tls.accept(stream)).await {
                converse(stream, peer, router, watcher).await;
            }
        }
    }
}

async fn converse<S>(stream: S, peer: SocketAddr, router: Router, watcher: Watcher)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let peer = Peer(peer.ip());
    let service = service_fn(move |request: hyper::Request<Incoming>| {
        let mut request = request.map(Body::new);
        request.extensions_mut().insert(peer);
        let router = router.clone();
        async move { Ok::<_, Infallible>(observe(request, router).await) }
    });
    let mut builder = http1::Builder::new();
    builder.timer(TokioTimer::new()).header_read_timeout(HEAD_TIMEOUT);
    builder.max_header_size(HEAD_MAX);
    // Answers are small: to copy one behind its head costs less than to hand the system two pieces.
    builder.writev(false);
    let connection = builder.serve_connection(TokioIo::new(Wire::new(stream)), service);
    // A client that breaks off is its own business.
    let _broken = watcher.watch(connection).await;
}
