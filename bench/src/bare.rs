//! The limit of an HTTP answer: a bare axum handler that returns fixed bytes, in a process of its own like the program.
//! They are the bytes that the program answered, its headers among them.

use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use axum::Router;
use axum::http::header::{CONTENT_LENGTH, DATE};
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use axum::routing::get;

/// A running bare server; it is killed when this is dropped.
pub(crate) struct Bare {
    child: Child,
    pub(crate) address: SocketAddr,
}

impl Bare {
    /// Starts it with the answer that it is to give, as it came from the program.
    pub(crate) async fn start(answer: &str) -> Self {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port is free");
        let address = listener.local_addr().expect("it is bound");
        drop(listener);
        let this = std::env::current_exe().expect("this program has a path");
        let child = Command::new(this)
            .args(["bare", &address.to_string(), answer])
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
pub(crate) async fn serve(address: SocketAddr, answer: String) {
    let (head, body) = answer.split_once("\r\n\r\n").expect("an answer has a head");
    let headers: HeaderMap = head.lines().skip(1).filter_map(header).collect();
    let body: &'static str = body.to_owned().leak();
    let answer = move || async move { (headers, body) };
    let router = Router::new().route("/api/v1/short-term/sms/", get(answer));
    let listener = tokio::net::TcpListener::bind(address).await.expect("the port is free");
    let listener = axum::serve::ListenerExt::tap_io(listener, |stream| drop(stream.set_nodelay(true)));
    axum::serve(listener, router).await.expect("it serves until it is killed");
}

/// A header of the answer, but those that hyper writes itself.
fn header(line: &str) -> Option<(HeaderName, HeaderValue)> {
    let (name, value) = line.split_once(": ")?;
    let name = HeaderName::from_bytes(name.as_bytes()).expect("a header's name");
    let value = HeaderValue::from_str(value).expect("a header's value");
    (name != CONTENT_LENGTH && name != DATE).then_some((name, value))
}
