//! One call, from its bytes to its answer: who calls, within which limits, with which fields.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use domain::account::{self, Caller, Entry, Scope};
use domain::request::Once;
use serde::Serialize;
use tokio::time::timeout;

use super::fields::Fields;
use super::key::{self, ApiKey};
use super::refusal::Refusal;
use super::{Endpoint, Method, idempotency};
use crate::Door;
use crate::api::body::{self, ReadError};
use crate::client;
use crate::limits::{Quota, Who};
use crate::observe::Route;

/// Seconds that an answer may be held open, at most.
pub(crate) const WAIT_MAX_S: u64 = 60;

/// A call whose caller is known and whose fields can be read.
pub(crate) struct Call {
    pub(super) door: Arc<Door>,
    pub(super) caller: Caller,
    pub(super) key: ApiKey,
    entry: Entry,
    pub(super) fields: Fields,
    /// The Idempotency-Key of a POST that has one.
    pub(super) once: Option<Once>,
}

/// The body of a success.
pub(crate) struct Answer(Vec<u8>);

impl Answer {
    /// Writes a body as compact JSON, its fields in the order in which they are declared.
    pub(super) fn new(body: &impl Serialize) -> Self {
        Self(serde_json::to_vec(body).expect("a shape has plain fields only"))
    }
}

impl Call {
    /// Whether the caller would wait for news.
    pub(super) fn waits(&self) -> Result<bool, Refusal> {
        Ok(self.fields.int("wait", 0..=WAIT_MAX_S)?.unwrap_or(0) > 0)
    }

    /// Looks for news for as long as the caller would wait, each time with a key that is still good (A2).
    pub(super) async fn wait<T, L>(&self, is_seen: impl Fn(&T) -> bool, look: impl Fn() -> L) -> Result<T, Refusal>
    where
        L: Future<Output = Result<T, Refusal>>,
    {
        let patience = Duration::from_secs(self.fields.int("wait", 0..=WAIT_MAX_S)?.unwrap_or(0));
        let app = &self.door.app;
        let mut is_first = true;
        let look_again = || {
            let must_ask = !std::mem::take(&mut is_first);
            let looked = look();
            async move {
                if must_ask {
                    account::enter(app, self.key.text(), self.entry).await?;
                }
                looked.await
            }
        };
        app.notices.wait(self.caller.account, patience, is_seen, look_again).await
    }
}

/// Answers one request.
pub(super) async fn answer(door: Arc<Door>, endpoint: &'static Endpoint, request: Request) -> Response {
    let mut quota = None;
    let mut answer = match run(door, endpoint, request, &mut quota).await {
        Ok(Answer(body)) => ([(header::CONTENT_TYPE, "application/json")], Body::from(body)).into_response(),
        Err(refusal) => refusal.into_response(),
    };
    if let Some(quota) = quota {
        tell_quota(answer.headers_mut(), quota);
    }
    answer.extensions_mut().insert(Route(endpoint.path));
    answer
}

async fn run(
    door: Arc<Door>,
    endpoint: &'static Endpoint,
    request: Request,
    quota: &mut Option<Quota>,
) -> Result<Answer, Refusal> {
    let (parts, body) = request.into_parts();
    check_frame(&parts.headers)?;
    let address = client::address(&door.settings, &parts.headers, &parts.extensions);
    count(&door, endpoint, Who::Address(address), quota)?;
    let entry = Entry { address, scope: scope(endpoint.method) };
    // A wrong key is refused before anything else of the request is read.
    let known = match key::in_headers(&parts.headers)? {
        Some(key) => Some((enter(&door, endpoint, &key, entry, quota).await?, key)),
        None => None,
    };
    let bytes = match endpoint.method {
        Method::Get => Vec::new(),
        Method::Post => body::read(body, door.settings.body_max, door.settings.request_timeout).await?,
    };
    let mut fields = match endpoint.method {
        Method::Get => Fields::of_query(parts.uri.query().unwrap_or_default())?,
        Method::Post => Fields::of_body(&parts.headers, &bytes)?,
    };
    let in_fields = fields.take_api_key();
    let (caller, key) = match known {
        Some(known) => known,
        None => {
            let key = in_fields.ok_or_else(Refusal::unauthorized)?;
            (enter(&door, endpoint, &key, entry, quota).await?, key)
        }
    };
    let once = match endpoint.method {
        Method::Get => None,
        Method::Post => idempotency::once(&parts.headers, caller.account, endpoint.path, &bytes)?,
    };
    let patience = door.settings.request_timeout;
    let call = Call { door, caller, key, entry, fields, once };
    match endpoint.method {
        Method::Get => {
            let patience = patience + Duration::from_secs(WAIT_MAX_S);
            timeout(patience, (endpoint.run)(call)).await.unwrap_or_else(|_| Err(Refusal::server_error()))
        }
        // What was begun is done to its end, even if the client leaves meanwhile.
        Method::Post => match timeout(patience, tokio::spawn((endpoint.run)(call))).await {
            Ok(Ok(done)) => done,
            Ok(Err(_)) | Err(_) => Err(Refusal::outcome_unknown()),
        },
    }
}

/// Refuses what two who read it may take for two requests: a second host, or a body that is coded twice.
fn check_frame(headers: &HeaderMap) -> Result<(), Refusal> {
    if headers.get_all(header::HOST).iter().count() > 1 {
        return Err(Refusal::invalid(Some("Host"), "Send one Host with a request."));
    }
    let mut codings = headers.get_all(header::TRANSFER_ENCODING).iter();
    let is_chunked = codings.next().is_none_or(|value| value.as_bytes().eq_ignore_ascii_case(b"chunked"));
    if !is_chunked || codings.next().is_some() {
        let message = "Send the body with its Content-Length, or in chunks alone.";
        return Err(Refusal::invalid(Some("Transfer-Encoding"), message));
    }
    Ok(())
}

/// What a method does with an account: a GET changes nothing.
fn scope(method: Method) -> Scope {
    match method {
        Method::Get => Scope::Read,
        Method::Post => Scope::Order,
    }
}

/// Lets a key's caller in, within its limits.
async fn enter(
    door: &Door,
    endpoint: &Endpoint,
    key: &ApiKey,
    entry: Entry,
    quota: &mut Option<Quota>,
) -> Result<Caller, Refusal> {
    let caller = account::enter(&door.app, key.text(), entry).await?;
    count(door, endpoint, Who::Key(caller.key), quota)?;
    Ok(caller)
}

fn count(door: &Door, endpoint: &Endpoint, who: Who, quota: &mut Option<Quota>) -> Result<(), Refusal> {
    match door.limits.count(who, endpoint.budget, door.app.now_ms()) {
        Ok(counted) => {
            *quota = counted.or(*quota);
            Ok(())
        }
        Err(spent) => {
            *quota = Some(spent);
            Err(Refusal::rate_limited(spent.reset_s))
        }
    }
}

fn tell_quota(headers: &mut HeaderMap, quota: Quota) {
    const LIMIT: HeaderName = HeaderName::from_static("ratelimit-limit");
    const REMAINING: HeaderName = HeaderName::from_static("ratelimit-remaining");
    const RESET: HeaderName = HeaderName::from_static("ratelimit-reset");
    headers.insert(LIMIT, HeaderValue::from(quota.limit));
    headers.insert(REMAINING, HeaderValue::from(quota.remaining));
    headers.insert(RESET, HeaderValue::from(quota.reset_s));
}

impl From<ReadError> for Refusal {
    fn from(error: ReadError) -> Self {
        match error {
            ReadError::TooLarge => Self::invalid(None, "The body is too large; 64 KiB are enough for every call."),
            ReadError::Broken => Self::invalid(None, "The body did not arrive whole; send it again."),
        }
    }
}
