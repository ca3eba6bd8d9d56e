//! Who is signed in, by the cookie that the browser brings, and who stands before the door.
//!
//! A page for customers takes a [`SignedIn`]; one that is open to all and greets who is signed in, a [`Reader`].

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Method, header};
use axum::response::{IntoResponse, Response};
use domain::login::{self, Entered, Kind, Secret, Session, Visit};
use domain::policy::permit::{Permit, Right};
use domain::policy::powers::Power;

use crate::page::PageError;
use crate::percent::encoded;
use crate::{Door, client, page};

/// The cookie of a customer's session.
const CUSTOMER: &str = "__Host-session";
/// The cookie of an operator's session.
const OPERATOR: &str = "__Host-operator";
/// The cookie by which a browser is known again.
const DEVICE: &str = "__Host-device";

/// The cookie that holds the challenge of a passkey that a customer's browser asked for, sealed.
const CUSTOMER_TICKET: &str = "__Host-passkey";
/// The same at the operators' door.
const OPERATOR_TICKET: &str = "__Host-operator-passkey";

/// The header by which the pages' script tells that it asks by itself.
const BY_ITSELF: &str = "x-by-itself";

/// Seconds that a browser keeps the ticket of a challenge: as long as the challenge lives.
const TICKET_S: u32 = 5 * 60;
/// Seconds that a browser keeps a customer's session: 90 days, which is its longest life.
const CUSTOMER_S: u32 = 90 * 24 * 60 * 60;
/// Seconds that a browser keeps an operator's session: 12 hours.
const OPERATOR_S: u32 = 12 * 60 * 60;
/// Seconds that a browser is known again: 400 days, the most that browsers grant.
const DEVICE_S: u32 = 400 * 24 * 60 * 60;
/// Bytes of a place to go on to, at most.
const NEXT_MAX: usize = 1_024;

/// A customer who is signed in. A page that takes it sends everybody else to the sign-in and back.
#[derive(Debug, Clone)]
pub(crate) struct SignedIn {
    /// The session.
    pub(crate) session: i64,
    /// The person.
    pub(crate) login: i64,
    /// The account.
    pub(crate) account: i64,
    /// The confirmed address.
    pub(crate) email: String,
    /// Whether a second factor is in force.
    pub(crate) has_second: bool,
}

/// Whoever reads a page that is open to all.
pub(crate) struct Reader(pub(crate) Option<SignedIn>);

/// Somebody who runs the house and is signed in.
#[derive(Debug, Clone)]
pub(crate) struct Operator {
    /// The session.
    pub(crate) session: i64,
    /// The person.
    pub(crate) id: i64,
    /// The name, as the audit log has it.
    pub(crate) name: String,
    /// What they may do.
    pub(crate) role: login::Role,
}

impl Operator {
    /// Refuses what the role may not do: for a form that is shown, and for changes whose verb looks at the role itself.
    pub(crate) fn may(&self, power: Power) -> Result<(), PageError> {
        if self.role.may(power) { Ok(()) } else { Err(PageError::Forbidden(self.role, power)) }
    }

    /// A permit for verbs that ask for one; refuses what the role may not do.
    pub(crate) fn permit<R: Right>(&self) -> Result<Permit<R>, PageError> {
        Permit::of(&self.name, self.role).ok_or(PageError::Forbidden(self.role, R::POWER))
    }
}

/// Who stands before the door.
pub(crate) struct Visitor(pub(crate) Visit);

impl FromRequestParts<Arc<Door>> for SignedIn {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, door: &Arc<Door>) -> Result<Self, Response> {
        let Reader(reader) = Reader::from_request_parts(parts, door).await?;
        reader.ok_or_else(|| page::see_other("(sign in first)", &sign_in_page("/sign-in/", parts)))
    }
}

impl FromRequestParts<Arc<Door>> for Reader {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, door: &Arc<Door>) -> Result<Self, Response> {
        of_customer(&parts.headers, door).await.map(Self)
    }
}

impl FromRequestParts<Arc<Door>> for Operator {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, door: &Arc<Door>) -> Result<Self, Response> {
        let session = find(&parts.headers, door, Kind::Operator).await?;
        let operator = session.and_then(|session| {
            Some(Self { session: session.id, id: session.login, name: session.name, role: session.role? })
        });
        operator.ok_or_else(|| page::see_other("(sign in first)", &sign_in_page("/operator/sign-in/", parts)))
    }
}

/// Who is signed in as a customer, by the cookies among the headers.
pub(crate) async fn of_customer(headers: &HeaderMap, door: &Arc<Door>) -> Result<Option<SignedIn>, Response> {
    let session = find(headers, door, Kind::Customer).await?;
    Ok(session.and_then(|session| {
        Some(SignedIn {
            session: session.id,
            login: session.login,
            account: session.account?,
            email: session.name,
            has_second: session.has_second,
        })
    }))
}

impl FromRequestParts<Arc<Door>> for Visitor {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, door: &Arc<Door>) -> Result<Self, Self::Rejection> {
        let address = client::counted(client::address(&door.settings, &parts.headers, &parts.extensions));
        let agent = parts.headers.get(header::USER_AGENT).and_then(|agent| agent.to_str().ok()).unwrap_or_default();
        Ok(Self(Visit {
            base_url: door.settings.base_url.clone(),
            address,
            device: device_words(agent),
            known_by: cookie(&parts.headers, DEVICE),
        }))
    }
}

async fn find(headers: &HeaderMap, door: &Arc<Door>, kind: Kind) -> Result<Option<Session>, Response> {
    let Some(secret) = cookie(headers, cookie_of(kind)) else { return Ok(None) };
    let found = if is_by_itself(headers) {
        login::peek(&door.app, kind, &secret).await
    } else {
        login::session(&door.app, kind, &secret).await
    };
    found.map_err(|error| PageError::from(error).into_response())
}

/// Whether an open page asks without anybody having touched it: its script says so, and a stream of hints is asked for by
/// nothing else. A session does not live on by that.
fn is_by_itself(headers: &HeaderMap) -> bool {
    headers.contains_key(BY_ITSELF)
        || headers.get(header::ACCEPT).is_some_and(|accept| accept.as_bytes() == b"text/event-stream")
}

fn cookie_of(kind: Kind) -> &'static str {
    match kind {
        Kind::Customer => CUSTOMER,
        Kind::Operator => OPERATOR,
    }
}

fn ticket_of(kind: Kind) -> &'static str {
    match kind {
        Kind::Customer => CUSTOMER_TICKET,
        Kind::Operator => OPERATOR_TICKET,
    }
}

/// The secret in a cookie.
fn cookie(headers: &HeaderMap, name: &str) -> Option<Secret> {
    value_of(headers, name).and_then(Secret::parse)
}

/// The value of a cookie. One that comes twice was planted, so neither counts.
fn value_of<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let lines = headers.get_all(header::COOKIE).iter().filter_map(|line| line.to_str().ok());
    let mut values = lines
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .filter(|(found, _)| *found == name)
        .map(|(_, value)| value);
    let value = values.next()?;
    values.next().is_none().then_some(value)
}

/// The page to sign in on, which leads back to what was asked for.
fn sign_in_page(page: &str, parts: &Parts) -> String {
    let asked = parts.uri.path_and_query().map_or("/", |asked| asked.as_str());
    match parts.method {
        Method::GET | Method::HEAD => format!("{page}?next={}", encoded(asked)),
        // What was to be changed has to be asked for again.
        _ => page.to_owned(),
    }
}

/// Where to go after the sign-in: a place of this house, and nowhere else.
pub(crate) fn local(next: &str) -> Option<&str> {
    let is_fine = next.len() <= NEXT_MAX
        && next.starts_with('/')
        && !next.starts_with("//")
        && next.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    is_fine.then_some(next)
}

/// Gives the browser what it keeps of a sign-in.
pub(crate) fn keep(mut answer: Response, kind: Kind, entered: &Entered) -> Response {
    let life_s = match kind {
        Kind::Customer => CUSTOMER_S,
        Kind::Operator => OPERATOR_S,
    };
    set(&mut answer, cookie_of(kind), entered.session.text(), life_s);
    set(&mut answer, DEVICE, entered.device.text(), DEVICE_S);
    answer
}

/// Gives the browser what it is known by.
pub(crate) fn keep_device(mut answer: Response, device: &Secret) -> Response {
    set(&mut answer, DEVICE, device.text(), DEVICE_S);
    answer
}

/// Takes the session from the browser.
pub(crate) fn forget(mut answer: Response, kind: Kind) -> Response {
    set(&mut answer, cookie_of(kind), "", 0);
    answer
}

/// Gives the browser the ticket of a challenge that it asked for at one of the doors.
pub(crate) fn keep_ticket(mut answer: Response, kind: Kind, ticket: &str) -> Response {
    set(&mut answer, ticket_of(kind), ticket, TICKET_S);
    answer
}

/// The ticket of the challenge that this browser asked for at a door.
pub(crate) fn ticket(headers: &HeaderMap, kind: Kind) -> Option<&str> {
    value_of(headers, ticket_of(kind))
}

/// Takes the ticket of a challenge from the browser.
pub(crate) fn forget_ticket(mut answer: Response, kind: Kind) -> Response {
    set(&mut answer, ticket_of(kind), "", 0);
    answer
}

fn set(answer: &mut Response, name: &str, value: &str, life_s: u32) {
    let line = format!("{name}={value}; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age={life_s}");
    let line = HeaderValue::from_str(&line).expect("secrets and tickets are letters, digits, - and _");
    answer.headers_mut().append(header::SET_COOKIE, line);
}

/// A browser in a few words, from its own long ones.
fn device_words(agent: &str) -> String {
    let found = |names: &[(&str, &'static str)]| {
        names.iter().find(|(sign, _)| agent.contains(sign)).map_or("unknown", |(_, name)| *name)
    };
    // The order matters: most browsers also name those that they are like.
    let browser = found(&[
        ("Edg", "Edge"),
        ("OPR/", "Opera"),
        ("Firefox/", "Firefox"),
        ("Chrome/", "Chrome"),
        ("Safari/", "Safari"),
        ("curl/", "curl"),
    ]);
    let system = found(&[
        ("Windows", "Windows"),
        ("Android", "Android"),
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Mac OS X", "macOS"),
        ("Linux", "Linux"),
    ]);
    match (browser, system) {
        ("unknown", "unknown") => "An unknown browser".to_owned(),
        ("unknown", system) => format!("A browser on {system}"),
        (browser, "unknown") => browser.to_owned(),
        (browser, system) => format!("{browser} on {system}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn next_is_a_place_of_this_house() {
        assert_eq!(local("/orders/?q=1"), Some("/orders/?q=1"));
        for next in ["", "orders", "//evil.example", "/\\evil.example", "https://evil.example", "/a b", "/a\r\nb"] {
            assert_eq!(local(next), None, "{next:?}");
        }
    }

    #[test]
    fn a_cookie_that_comes_twice_counts_for_nothing() {
        let (one, other) = (Secret::random(), Secret::random());
        let mut headers = HeaderMap::new();
        let line = format!("a=b; {CUSTOMER}={}", one.text());
        headers.append(header::COOKIE, line.parse().expect("a header"));
        assert!(cookie(&headers, CUSTOMER) == Some(one));
        let line = format!("{CUSTOMER}={}", other.text());
        headers.append(header::COOKIE, line.parse().expect("a header"));
        assert!(cookie(&headers, CUSTOMER).is_none());
    }

    #[test]
    fn a_browser_is_told_in_a_few_words() {
        let firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";
        let chrome = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36";
        let iphone = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Version/18.0 Mobile Safari/604.1";
        assert_eq!(device_words(firefox), "Firefox on Linux");
        assert_eq!(device_words(chrome), "Chrome on Windows");
        assert_eq!(device_words(iphone), "Safari on iPhone");
        assert_eq!(device_words(""), "An unknown browser");
    }
}
