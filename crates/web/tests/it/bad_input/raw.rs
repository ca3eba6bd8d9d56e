//! Bytes that are no request of HTTP/1.1: refused before any handler sees them, and yet as everything else is.

use super::{INVALID, Scene, UNAUTHORIZED, everything};
use crate::http::{Answer, request, talk};
use crate::on_both;
use crate::world::World;

/// What is sent and what it must be answered with.
type Case = (&'static str, Vec<u8>, (u16, &'static str));

const AUTH: &str = "Authorization: Bearer {key}\r\n";

fn refused(name: &'static str, bytes: impl AsRef<[u8]>) -> Case {
    (name, bytes.as_ref().to_vec(), INVALID)
}

/// An order that lacks nothing but what its headers spoil.
fn order(name: &'static str, headers: &str, body: &str) -> Case {
    let head = format!("POST /api/v1/short-term/order/ HTTP/1.1\r\nHost: localhost\r\n{AUTH}{headers}\r\n");
    refused(name, [head.as_bytes(), body.as_bytes()].concat())
}

fn first_lines() -> Vec<Case> {
    vec![
        refused("garbage", "hello, is anybody there?\r\n\r\n"),
        refused("a NUL in the line", "GET /api/v1/bal\0ance/ HTTP/1.1\r\nHost: localhost\r\n\r\n"),
        refused("a NUL in the method", "G\0T /api/v1/balance/ HTTP/1.1\r\nHost: localhost\r\n\r\n"),
        refused("a method alone", "GET\r\n\r\n"),
        refused("no method", " /api/v1/balance/ HTTP/1.1\r\nHost: localhost\r\n\r\n"),
        refused("a space in the path", "GET /api/v1/bal ance/ HTTP/1.1\r\nHost: localhost\r\n\r\n"),
        refused("HTTP/0.9", "GET /api/v1/balance/\r\n\r\n"),
        refused("a version to come", "GET /api/v1/balance/ HTTP/3.7\r\nHost: localhost\r\n\r\n"),
        refused("a version that is none", "GET /api/v1/balance/ HTTP/one\r\nHost: localhost\r\n\r\n"),
        refused("another protocol", "GET /api/v1/balance/ SPDY/1.1\r\nHost: localhost\r\n\r\n"),
        refused("an address that is none", "GET http://[::1/ HTTP/1.1\r\nHost: localhost\r\n\r\n"),
        refused("HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0"),
        refused("a TLS hello", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03 and so on"),
        refused("an SSH client", "SSH-2.0-OpenSSH_9.9\r\n"),
        refused("a line feed, then garbage", "\n?\n"),
    ]
}

fn heads() -> Vec<Case> {
    let get = |name, headers: &str| {
        refused(name, format!("GET /api/v1/balance/ HTTP/1.1\r\nHost: localhost\r\n{AUTH}{headers}\r\n"))
    };
    vec![
        get("a header without a colon", "nonsense\r\n"),
        get("a header without a name", ": nonsense\r\n"),
        get("a space before the colon", "X-Thing : nonsense\r\n"),
        get("a NUL in a header", "X-Thing: non\0sense\r\n"),
        get("a NUL in a header's name", "X-\0: nonsense\r\n"),
        get("a folded header", "X-Thing: non\r\n sense\r\n"),
        get("a lone carriage return", "X-Thing: non\rsense\r\n"),
        get("a head of 100 KB in one header", &format!("X-Thing: {}\r\n", "x".repeat(100_000))),
        get("a head of 100 KB in ninety headers", &format!("X-Thing: {}\r\n", "x".repeat(1_100)).repeat(90)),
        get("a head of 2 MB", &format!("X-Thing: {}\r\n", "x".repeat(2_000_000))),
        get("101 headers", &"X-Thing: x\r\n".repeat(101)),
        refused("a line of 100 KB", format!("GET /{} HTTP/1.1\r\nHost: localhost\r\n\r\n", "x".repeat(100_000))),
    ]
}

fn lengths() -> Vec<Case> {
    const INSTAGRAM: &str = r#"{"service":"instagram"}"#;
    const CHUNKED: &str = "Transfer-Encoding: chunked\r\n";
    let old = "POST /api/v1/short-term/order/ HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n";
    let twice = format!("{CHUNKED}{CHUNKED}Connection: close\r\n");
    let packed = "Transfer-Encoding: gzip, chunked\r\nConnection: close\r\n".to_owned();
    let both = format!("Content-Length: 5\r\n{CHUNKED}Content-Type: text/plain\r\n");
    vec![
        order("a length in words", "Content-Length: twenty\r\n", INSTAGRAM),
        order("a length with a sign", "Content-Length: +23\r\n", INSTAGRAM),
        order("a negative length", "Content-Length: -1\r\n", INSTAGRAM),
        order("an overflowing length", "Content-Length: 18446744073709551616\r\n", INSTAGRAM),
        order("two lengths", "Content-Length: 23\r\nContent-Length: 22\r\n", INSTAGRAM),
        order("two lengths in one", "Content-Length: 23, 22\r\n", INSTAGRAM),
        order("something packed in chunks", &packed, "17\r\n{\"service\":\"instagram\"}\r\n0\r\n\r\n"),
        order("chunks of chunks", &twice, "17\r\n{\"service\":\"instagram\"}\r\n0\r\n\r\n"),
        order("an unknown coding", "Transfer-Encoding: gzip\r\n", INSTAGRAM),
        order("a coding after the chunks", "Transfer-Encoding: chunked, gzip\r\n", INSTAGRAM),
        order("a chunk that is none", &format!("{CHUNKED}Connection: close\r\n"), "zz\r\n{}\r\n0\r\n\r\n"),
        order("a chunk longer than it says", &format!("{CHUNKED}Connection: close\r\n"), "1\r\n{}\r\n0\r\n\r\n"),
        order("a chunk of all there is", &format!("{CHUNKED}Connection: close\r\n"), "ffffffffffffffffff\r\n{}"),
        // The length is not believed where there are chunks, and the connection ends after the answer.
        order("a length and chunks", &both, "17\r\n{\"service\":\"instagram\"}\r\n0\r\n\r\n"),
        refused("chunks in HTTP/1.0", old),
    ]
}

/// What every answer carries, this one too.
fn check(name: &str, answer: &Answer, expected: (u16, &str)) {
    assert_eq!((answer.status, answer.error().as_str()), expected, "{name}: {}", answer.body);
    assert_eq!(answer.json()["success"], false, "{name}");
    assert!(answer.text("message").len() > 10, "{name}: {}", answer.body);
    assert_eq!(answer.header("content-type"), Some("application/json"), "{name}");
    assert_eq!(answer.header("x-request-id").map(str::len), Some(32), "{name}");
    assert_eq!(answer.header("referrer-policy"), Some("no-referrer"), "{name}");
    assert_eq!(answer.header("x-content-type-options"), Some("nosniff"), "{name}");
    assert_eq!(answer.header("cache-control"), Some("no-store"), "{name}");
    assert_eq!(answer.header("connection"), Some("close"), "{name}");
    assert!(answer.header("date").is_some_and(|date| date.ends_with("GMT")), "{name}");
}

on_both!(bytes_that_are_no_request_are_refused_and_change_nothing, async |world: &World| {
    let scene = Scene::set(world).await;
    let before = everything(world).await;
    for (name, bytes, expected) in [first_lines(), heads(), lengths()].concat() {
        let bytes = match String::from_utf8(bytes) {
            Ok(text) => scene.fill(&text).into_bytes(),
            Err(error) => error.into_bytes(),
        };
        let answers = talk(world.address, &bytes).await;
        assert_eq!(answers.len(), 1, "{name}");
        check(name, &answers[0], expected);
    }
    assert_eq!(everything(world).await, before);
});

on_both!(what_came_before_on_the_same_connection_is_answered, async |world: &World| {
    let good = "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n";
    let refused = "GET /api/v1/balance/ HTTP/1.1\r\nHost: localhost\r\n\r\n";
    let text = format!("{good}{refused}{good}nonsense\r\n\r\n{good}");
    let answers = talk(world.address, text.as_bytes()).await;
    let statuses: Vec<u16> = answers.iter().map(|answer| answer.status).collect();
    assert_eq!(statuses, [200, 401, 200, 400]);
    assert_eq!(answers[1].refusal(), (UNAUTHORIZED.0, UNAUTHORIZED.1.to_owned()));
    check("the last", &answers[3], INVALID);
    let ids: std::collections::HashSet<_> = answers.iter().map(|answer| answer.header("x-request-id")).collect();
    assert_eq!(ids.len(), 4);
});

on_both!(a_client_of_http_1_0_is_refused_as_well, async |world: &World| {
    let good = "GET /healthz HTTP/1.0\r\nConnection: keep-alive\r\n\r\n";
    let answers = talk(world.address, format!("{good}nonsense\r\n\r\n").as_bytes()).await;
    assert_eq!(answers.len(), 2);
    check("the last", &answers[1], INVALID);
});

on_both!(empty_lines_before_a_request_are_passed_over, async |world: &World| {
    let request = request("GET", "/healthz", &[], b"");
    let answers = talk(world.address, &[b"\r\n\n", request.as_slice()].concat()).await;
    assert_eq!(answers.iter().map(|answer| answer.status).collect::<Vec<_>>(), [200]);
});
