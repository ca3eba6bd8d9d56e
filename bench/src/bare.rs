//! The limit of an HTTP answer: a bare axum handler that returns fixed bytes, in a process of its own like the program.

use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use axum::Router;
use axum::http::header::CONTENT_TYPE;
use axum::routing::get;

/// A running bare server; it is killed when this is dropped.
pub(crate) struct Bare {
    child: Child,
    pub(crate) address: SocketAddr,
}

impl Bare {
    /// Starts it with the bytes that it is to answer.
    pub(crate) async fn start(body: &[u8]) -> Self {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port is free");
        let address = listener.local_addr().expect("it is bound");
        drop(listener);
        let body = String::from_utf8(body.to_vec()).expect("JSON is text");
        let this = std::env::current_exe().expect("this program has a path");
        let child = Command::new(this)
            .args(["bare", &address.to_string(), &body])
            .stdout(Stdio::null())
            .spawn()
            .expect("this program starts again");
        let begun = Instant::now();
        while tokio::net::TcpStream::connect(address).await.is_err() {
            assert!(begun.elapsed() < Duration::from_secs(10), "the bare server listens");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        Self { child, address }
    }
}

impl Drop for Bare {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// What the process of it does.
pub(crate) async fn serve(address: SocketAddr, body: String) {
    let body: &'static str = body.leak();
    let answer = move || async move { ([(CONTENT_TYPE, "application/json")], body) };
    let router = Router::new().route("/api/v1/short-term/sms/", get(answer));
    let listener = tokio::net::TcpListener::bind(address).await.expect("the port is free");
    let listener = axum::serve::ListenerExt::tap_io(listener, |stream| drop(stream.set_nodelay(true)));
    axum::serve(listener, router).await.expect("it serves until it is killed");
}
