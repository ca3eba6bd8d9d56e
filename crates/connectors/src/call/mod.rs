//! The one way by which the house connects to others (`Guard`), and calls them over HTTP ([`Caller`]), guarded: an
//! operator's setting, a name that now leads elsewhere, or a house that lies must not turn it against this machine or the
//! networks behind it, and no answer may be without end.
//!
//! Each call has a connection of its own. So what is connected to is what was looked at, and a call whose connection
//! could not be made was certainly not carried out, which is what money needs to know.

mod dial;
mod site;
mod wire;

use std::io::ErrorKind;
use std::sync::Arc;
use std::time::Duration;

use http::{HeaderMap, HeaderName, HeaderValue, Method};
use tokio::time::Instant;
use tokio_rustls::TlsConnector;

pub(crate) use self::dial::{Beside, Guard};
pub use self::site::Site;
use crate::tls;

/// How long a connection may take to stand, TLS with it.
pub const CONNECT: Duration = Duration::from_secs(3);
/// How long a call may take in all.
pub const TOTAL: Duration = Duration::from_secs(8);
/// Bytes of an answer's body.
pub const BODY_MAX: usize = 1024 * 1024;
/// Redirections that a call may follow.
pub const REDIRECTS_MAX: u8 = 3;
/// Seconds that another house may ask us to stay away: a day.
const RETRY_AFTER_MAX_S: i64 = 86_400;

/// What a call may cost us.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// How long the connection may take.
    pub connect: Duration,
    /// How long all of it may take, redirections with it.
    pub total: Duration,
    /// Bytes of the answer's body.
    pub body: usize,
    /// Redirections to follow, [`REDIRECTS_MAX`] at most. Only a GET follows any.
    pub redirects: u8,
}

impl Default for Limits {
    fn default() -> Self {
        Self { connect: CONNECT, total: TOTAL, body: BODY_MAX, redirects: 0 }
    }
}

/// What is asked. It may hold secrets, so it has no `Debug`.
#[derive(Clone)]
pub struct Call {
    method: Method,
    below: String,
    headers: Vec<(HeaderName, HeaderValue)>,
    body: Vec<u8>,
    limits: Limits,
}

impl Call {
    /// A GET of something below the site: `/path?query`, or `?query` of the base itself, percent-encoded.
    #[must_use]
    pub fn get(below: impl Into<String>) -> Self {
        let limits = Limits::default();
        Self { method: Method::GET, below: below.into(), headers: Vec::new(), body: Vec::new(), limits }
    }

    /// A POST of a body to something below the site.
    #[must_use]
    pub fn post(below: impl Into<String>, content_type: &'static str, body: impl Into<Vec<u8>>) -> Self {
        let headers = vec![(http::header::CONTENT_TYPE, HeaderValue::from_static(content_type))];
        Self { method: Method::POST, headers, body: body.into(), ..Self::get(below) }
    }

    /// The same call within other limits.
    #[must_use]
    pub fn within(self, limits: Limits) -> Self {
        Self { limits, ..self }
    }

    /// The same call with one more header. A value that no header can have is not sent.
    #[must_use]
    pub fn header(mut self, name: &'static str, value: &str) -> Self {
        if let Ok(mut value) = HeaderValue::from_str(value) {
            value.set_sensitive(true);
            self.headers.push((HeaderName::from_static(name), value));
        }
        self
    }
}

/// What was answered. It may hold an SMS, so it has no `Debug`.
pub struct Answer {
    /// The HTTP status, whatever it is: only the connector knows what one means.
    pub status: u16,
    headers: HeaderMap,
    /// The body, all of it.
    pub body: Vec<u8>,
}

impl Answer {
    /// A header as text; the first, where it was sent twice.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// Seconds after which we may ask again, if it says so: at most a day.
    #[must_use]
    pub fn retry_after_s(&self) -> Option<i64> {
        let seconds: i64 = self.header("retry-after")?.trim().parse().ok()?;
        Some(seconds.clamp(0, RETRY_AFTER_MAX_S))
    }
}

/// Why a call brought no answer. What is told is neither the address nor anything that was sent or answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CallError {
    /// Nothing was sent, so nothing was carried out: it may be tried again or elsewhere.
    #[error("{0}")]
    NotSent(NotSent),
    /// It was sent, at least in part: it may have been carried out, and must not be repeated where that costs money.
    #[error("{0}")]
    Unknown(Unknown),
}

/// Why nothing was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotSent {
    /// What was asked for can be no address.
    #[error("this cannot be asked for")]
    BadAddress,
    /// The name has no address now.
    #[error("the host is not known")]
    NoSuchHost,
    /// All its addresses are private, or its site is without TLS, and no setting allows that.
    #[error("the address is not allowed; if it is meant, `allow_network` must name it or its network")]
    RefusedAddress,
    /// Nobody takes the connection.
    #[error("could not connect: {0}")]
    CouldNotConnect(ErrorKind),
    /// The connection took too long.
    #[error("took too long to connect")]
    TimedOut,
    /// TLS could not be agreed on, or the certificate is not trusted.
    #[error("the connection is not secure")]
    NotSecure,
}

/// Why it is not known what came of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unknown {
    /// The answer took too long.
    #[error("took too long to answer")]
    TimedOut,
    /// The connection ended within the answer, or what came is no HTTP.
    #[error("broke off")]
    BrokeOff,
    /// The answer is longer than the limit.
    #[error("the answer is too large")]
    TooLarge,
    /// It was led on more often than allowed, or to where it may not go.
    #[error("was led elsewhere")]
    LedElsewhere,
}

impl From<NotSent> for CallError {
    fn from(why: NotSent) -> Self {
        Self::NotSent(why)
    }
}

impl From<Unknown> for CallError {
    fn from(why: Unknown) -> Self {
        Self::Unknown(why)
    }
}

/// Whoever calls on behalf of one source. Clones share what TLS remembers.
#[derive(Clone)]
pub struct Caller {
    guard: Guard,
    tls: TlsConnector,
}

impl Caller {
    /// A caller that reaches the public internet by TLS, and beyond that what lies in the networks of `allow_network`:
    /// those may be private, and spoken to without TLS. `ca` holds certificates in PEM, trusted beside the public ones.
    ///
    /// # Errors
    /// A sentence that says which of the two is wrong.
    pub fn new(allow_network: Option<&str>, ca: Option<&str>) -> Result<Self, String> {
        let guard = Guard::new(allow_network)?;
        let mut config = tls::config(ca)?;
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(Self { guard, tls: TlsConnector::from(Arc::new(config)) })
    }

    /// Calls, and gives the answer whatever its status.
    ///
    /// # Errors
    /// Whether it was surely not carried out or may have been, and why there is no answer.
    pub async fn call(&self, site: &Site, call: &Call) -> Result<Answer, CallError> {
        let by = Instant::now() + call.limits.total;
        let mut left = if call.method == Method::GET { call.limits.redirects.min(REDIRECTS_MAX) } else { 0 };
        let first = self.ask(site, &site.target(&call.below), call, by).await?;
        let (mut site, mut answer) = (site.clone(), first);
        while left > 0 && is_redirection(answer.status) {
            left -= 1;
            let location = answer.header("location").ok_or(Unknown::LedElsewhere)?;
            let (next, target) = site.redirected(location).ok_or(Unknown::LedElsewhere)?;
            // What another server must not learn stays here.
            let headers = if next.is_beside(&site) { call.headers.clone() } else { Vec::new() };
            let onward = Call { headers, ..call.clone() };
            answer = self.ask(&next, &target, &onward, by).await.map_err(|error| match error {
                // The first call was carried out already.
                CallError::NotSent(_) => CallError::Unknown(Unknown::LedElsewhere),
                CallError::Unknown(why) => CallError::Unknown(why),
            })?;
            site = next;
        }
        Ok(answer)
    }
}

fn is_redirection(status: u16) -> bool {
    matches!(status, 301 | 302 | 303 | 307 | 308)
}

/// Fields as a form or a query writes them.
#[must_use]
pub fn form(fields: &[(&str, &str)]) -> String {
    let pairs: Vec<String> =
        fields.iter().map(|(name, value)| format!("{}={}", percent(name), percent(value))).collect();
    pairs.join("&")
}

fn percent(text: &str) -> String {
    let sign = |byte: u8| match byte {
        b'-' | b'.' | b'_' | b'~' => char::from(byte).to_string(),
        byte if byte.is_ascii_alphanumeric() => char::from(byte).to_string(),
        byte => format!("%{byte:02X}"),
    };
    text.bytes().map(sign).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_written_so_that_nothing_in_them_is_a_field() {
        assert_eq!(form(&[("a b", "1&c=2"), ("ü", "+~é%")]), "a%20b=1%26c%3D2&%C3%BC=%2B~%C3%A9%25");
    }

    #[test]
    fn settings_that_cannot_be_kept_are_told() {
        let wrong = |allow, ca| Caller::new(allow, ca).err().expect("refused");
        assert!(wrong(Some("10.0.0.0/33"), None).contains("allow_network"));
        assert!(wrong(None, Some("no PEM")).contains("ca"));
    }
}
