//! A small client that sends exactly the bytes it is given.

use std::net::SocketAddr;

use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// An answer as it came.
pub(crate) struct Answer {
    pub(crate) status: u16,
    head: String,
    pub(crate) body: String,
}

impl Answer {
    /// The value of a header.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let is_named = |line: &&str| line.split(':').next().is_some_and(|found| found.eq_ignore_ascii_case(name));
        self.head.lines().find(is_named)?.split_once(':').map(|(_, value)| value.trim())
    }

    /// The values of a header that may come more than once.
    pub(crate) fn headers(&self, name: &str) -> Vec<&str> {
        let lines = self.head.lines().filter_map(|line| line.split_once(':'));
        lines.filter(|(found, _)| found.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim()).collect()
    }

    /// The head without what is another one in every answer.
    pub(crate) fn without_id(&self) -> String {
        let lines = self.head.lines().filter(|line| !line.starts_with("x-request-id") && !line.starts_with("date"));
        lines.collect::<Vec<_>>().join("\n")
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).expect("an answer is JSON")
    }

    /// A text in the body.
    pub(crate) fn text(&self, name: &str) -> String {
        self.json()[name].as_str().unwrap_or_else(|| panic!("{name} in {}", self.body)).to_owned()
    }

    pub(crate) fn error(&self) -> String {
        self.text("error")
    }

    /// Status and `error`, for refusals.
    pub(crate) fn refusal(&self) -> (u16, String) {
        (self.status, self.error())
    }
}

/// Sends the bytes of a request that asks for the end of the connection, and reads until it ends.
pub(crate) async fn send(address: SocketAddr, request: &[u8]) -> Answer {
    let mut stream = TcpStream::connect(address).await.expect("the server listens");
    // The server may answer before it has read everything.
    let _cut_short = stream.write_all(request).await;
    let mut bytes = Vec::new();
    let _reset = stream.read_to_end(&mut bytes).await;
    let text = String::from_utf8(bytes).expect("an answer is UTF-8");
    text.split_once("\r\n\r\n").map(answer).unwrap_or_else(|| panic!("no answer but {text:?}"))
}

/// Sends bytes on one connection and reads every answer to them until it ends.
pub(crate) async fn talk(address: SocketAddr, bytes: &[u8]) -> Vec<Answer> {
    let mut stream = TcpStream::connect(address).await.expect("the server listens");
    let _cut_short = stream.write_all(bytes).await;
    let mut heard = Vec::new();
    stream.read_to_end(&mut heard).await.expect("the server ends the connection well");
    let mut rest = std::str::from_utf8(&heard).expect("answers are UTF-8");
    let mut answers = Vec::new();
    while let Some((head, after)) = rest.split_once("\r\n\r\n") {
        let mut found = answer((head, ""));
        let length = found.header("content-length").and_then(|length| length.parse().ok()).expect("a length");
        let (body, after) = after.split_at(length);
        body.clone_into(&mut found.body);
        answers.push(found);
        rest = after;
    }
    assert_eq!(rest, "", "something stands behind the answers");
    answers
}

fn answer((head, body): (&str, &str)) -> Answer {
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("a status");
    let mut answer = Answer { status, head: head.to_owned(), body: body.to_owned() };
    if answer.header("transfer-encoding") == Some("chunked") && !body.is_empty() {
        answer.body = joined(body);
    }
    answer
}

/// What came in chunks, each behind a line that tells its length in bytes.
fn joined(mut rest: &str) -> String {
    let mut whole = String::new();
    while let Some((length, after)) = rest.split_once("\r\n") {
        let length = usize::from_str_radix(length, 16).expect("a length");
        if length == 0 {
            return whole;
        }
        let (chunk, after) = after.split_at(length);
        whole.push_str(chunk);
        rest = after.strip_prefix("\r\n").expect("a chunk ends its line");
    }
    panic!("the answer was cut: {whole}")
}

/// An answer as it travels.
pub(crate) async fn bytes(address: SocketAddr, request: &[u8]) -> Vec<u8> {
    let mut stream = TcpStream::connect(address).await.expect("the server listens");
    stream.write_all(request).await.expect("the server reads");
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).await.expect("the server answers");
    bytes
}

/// The head of an answer whose body is not text, and how many bytes come behind it, as they travel.
pub(crate) async fn packed(address: SocketAddr, request: &[u8]) -> (String, usize) {
    let bytes = bytes(address, request).await;
    let end = bytes.windows(4).position(|four| four == b"\r\n\r\n").expect("a head");
    (String::from_utf8(bytes[..end].to_vec()).expect("a head is text"), bytes.len() - end - 4)
}

/// The bytes of a request; `headers` are whole lines.
pub(crate) fn request(method: &str, target: &str, headers: &[&str], body: &[u8]) -> Vec<u8> {
    let mut text = format!("{method} {target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n");
    for header in headers {
        text.push_str(header);
        text.push_str("\r\n");
    }
    if !body.is_empty() || method == "POST" {
        text.push_str(&format!("Content-Length: {}\r\n", body.len()));
    }
    text.push_str("\r\n");
    [text.as_bytes(), body].concat()
}
