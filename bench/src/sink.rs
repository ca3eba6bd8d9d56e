//! An HTTP server to which gateways forward messages: it counts them and keeps none.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use axum::Router;
use axum::response::IntoResponse;
use axum::routing::get;

/// How long a gateway may take to forward all.
const PATIENCE: Duration = Duration::from_secs(300);

/// A running sink.
pub(crate) struct Sink {
    pub(crate) address: SocketAddr,
    heard: Arc<AtomicUsize>,
}

impl Sink {
    /// One that gives everybody the same answer.
    pub(crate) async fn open(answer: impl IntoResponse + Clone + Send + Sync + 'static) -> Self {
        let heard = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&heard);
        let count = move || {
            counted.fetch_add(1, Ordering::Relaxed);
            std::future::ready(answer.clone())
        };
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
        let address = listener.local_addr().expect("it is bound");
        tokio::spawn(async move { axum::serve(listener, Router::new().route("/", get(count))).await });
        Self { address, heard }
    }

    /// Waits until so many messages are here, and tells how many a second there were from the first to the last.
    pub(crate) async fn hears(&self, count: usize) -> f64 {
        let first = self.reaches(1).await;
        let begun = Instant::now();
        let all = self.reaches(count).await;
        f64::from(u32::try_from(all - first).expect("few")) / begun.elapsed().as_secs_f64()
    }

    /// Waits until it has heard so many; how many it has.
    async fn reaches(&self, count: usize) -> usize {
        let begun = Instant::now();
        loop {
            let now = self.heard.load(Ordering::Relaxed);
            if now >= count {
                return now;
            }
            assert!(begun.elapsed() < PATIENCE, "the gateway forwards all");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
}
