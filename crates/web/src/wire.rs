//! The wire to a client, on which what hyper refuses by itself is refused as the house refuses.
//!
//! hyper answers bytes that are no request before any handler sees them, with a bare status and no body, and offers no
//! hook. Our own answers always carry `x-request-id` and hyper's never do, so they are told apart as they are written.

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::response::IntoResponse;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Sleep, sleep};

use crate::api::v1::Refusal;
use crate::observe;

/// Bytes of a refusal of hyper's, at most: a status line and three short headers.
const BARE_MAX: usize = 256;
/// Bytes that are still taken off the wire after a refusal. A socket closed over unread bytes resets the connection,
/// which can take the refusal from a client that has not read it yet.
const LINGER_BYTES_MAX: usize = 1024 * 1024;
/// How long they are.
const LINGER: Duration = Duration::from_secs(2);
/// How a client of HTTP/2 begins that asks nobody first. hyper hangs up on it without a word.
const HTTP2_PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n";

/// A stream as hyper serves it.
pub(crate) struct Wire<S> {
    stream: S,
    has_read: bool,
    refusing: Option<Box<Refusing>>,
}

/// The last words on a wire.
struct Refusing {
    words: Vec<u8>,
    sent: usize,
    drained: usize,
    patience: Pin<Box<Sleep>>,
}

impl<S> Wire<S> {
    pub(crate) fn new(stream: S) -> Self {
        Self { stream, has_read: false, refusing: None }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Wire<S> {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let before = buf.filled().len();
        ready!(Pin::new(&mut this.stream).poll_read(cx, buf))?;
        if !this.has_read {
            this.has_read = true;
            let first = &mut buf.filled_mut()[before..];
            if first.starts_with(HTTP2_PREFACE) {
                // No method has this letter, so hyper refuses the line as it refuses any other that it cannot read.
                first[0] = b'?';
            }
        }
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncWrite for Wire<S> {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        if this.refusing.is_none() && is_bare(buf) {
            this.refusing = Some(Box::new(Refusing::new(buf)));
        }
        match &mut this.refusing {
            None => Pin::new(&mut this.stream).poll_write(cx, buf),
            Some(refusing) => {
                ready!(refusing.poll_send(&mut this.stream, cx))?;
                Poll::Ready(Ok(buf.len()))
            }
        }
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        // A bare refusal has no body, so it is alone.
        match bufs {
            [only] => self.poll_write(cx, only),
            _ => Pin::new(&mut self.get_mut().stream).poll_write_vectored(cx, bufs),
        }
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        ready!(Pin::new(&mut this.stream).poll_shutdown(cx))?;
        match &mut this.refusing {
            None => Poll::Ready(Ok(())),
            Some(refusing) => refusing.poll_drain(&mut this.stream, cx).map(Ok),
        }
    }
}

impl Refusing {
    fn new(bare: &[u8]) -> Self {
        Self { words: in_our_words(bare), sent: 0, drained: 0, patience: Box::pin(sleep(LINGER)) }
    }

    fn poll_send<S: AsyncWrite + Unpin>(&mut self, stream: &mut S, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        while self.sent < self.words.len() {
            let sent = ready!(Pin::new(&mut *stream).poll_write(cx, &self.words[self.sent..]))?;
            if sent == 0 {
                return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
            }
            self.sent += sent;
        }
        Poll::Ready(Ok(()))
    }

    /// Takes what the client still sends off the wire, until it hangs up or has been heard for long enough.
    fn poll_drain<S: AsyncRead + Unpin>(&mut self, stream: &mut S, cx: &mut Context<'_>) -> Poll<()> {
        let mut bytes = [0; 4096];
        while self.drained < LINGER_BYTES_MAX && self.patience.as_mut().poll(cx).is_pending() {
            let mut buf = ReadBuf::new(&mut bytes);
            let read = ready!(Pin::new(&mut *stream).poll_read(cx, &mut buf));
            if read.is_err() || buf.filled().is_empty() {
                break;
            }
            self.drained += buf.filled().len();
        }
        Poll::Ready(())
    }
}

/// Whether bytes to be written are a whole refusal of hyper's own.
fn is_bare(bytes: &[u8]) -> bool {
    let is_refusal = bytes.starts_with(b"HTTP/1.1 4") || bytes.starts_with(b"HTTP/1.0 4");
    is_refusal && bytes.len() <= BARE_MAX && bytes.ends_with(b"\r\n\r\n") && header(bytes, "x-request-id").is_none()
}

/// The line of a header, as hyper writes it: its name in small letters.
fn header<'a>(head: &'a [u8], name: &str) -> Option<&'a [u8]> {
    let is_named = |line: &&[u8]| line.strip_prefix(name.as_bytes()).is_some_and(|rest| rest.starts_with(b": "));
    head.split(|byte| *byte == b'\n').find(is_named)
}

/// The house's refusal of what is no request, counted and logged like any other answer. The day is the one that hyper
/// has told.
fn in_our_words(bare: &[u8]) -> Vec<u8> {
    let id = observe::new_id();
    let refusal = Refusal::unreadable();
    let body = refusal.body();
    let mut answer = refusal.into_response();
    observe::mark(answer.headers_mut(), &id);
    let mut words = b"HTTP/1.1 400 Bad Request\r\n".to_vec();
    for (name, value) in answer.headers() {
        words.extend([name.as_str().as_bytes(), b": ", value.as_bytes(), b"\r\n"].concat());
    }
    let length = format!("connection: close\r\ncontent-length: {}\r\n", body.len());
    words.extend_from_slice(length.as_bytes());
    if let Some(date) = header(bare, "date") {
        words.extend([date, b"\n"].concat());
    }
    words.extend([b"\r\n", body.as_slice()].concat());
    // It was refused as soon as it was read.
    observe::note("(none)", "(none)", answer.status(), Duration::ZERO, &id);
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_whole_refusal_without_our_mark_is_bare() {
        assert!(is_bare(b"HTTP/1.1 431 Request Header Fields Too Large\r\nconnection: close\r\n\r\n"));
        assert!(is_bare(b"HTTP/1.0 400 Bad Request\r\nconnection: close\r\n\r\n"));
        assert!(!is_bare(b"HTTP/1.1 404 Not Found\r\nx-request-id: 0\r\n\r\n"));
        assert!(!is_bare(b"HTTP/1.1 200 OK\r\n\r\n"));
        assert!(!is_bare(b"HTTP/1.1 400 Bad Request\r\ncontent-length: 5\r\n\r\nhello"));
        assert!(!is_bare(b""));
    }

    #[test]
    fn the_day_is_handed_on() {
        let words = in_our_words(b"HTTP/1.1 400 Bad Request\r\ndate: Fri, 22 May 2026 14:30:00 GMT\r\n\r\n");
        let words = String::from_utf8(words).expect("text");
        assert!(words.contains("\r\ndate: Fri, 22 May 2026 14:30:00 GMT\r\n\r\n{\"success\":false,"), "{words}");
    }
}
