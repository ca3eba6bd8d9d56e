//! Where a caller's key is: the first place that holds one decides, even if the key there is wrong.

use axum::http::{HeaderMap, HeaderName, HeaderValue, header};

use super::refusal::Refusal;

const X_API_KEY: HeaderName = HeaderName::from_static("x-api-key");

/// A key as it was sent. It is a secret, so it has no `Debug`.
#[derive(Clone)]
pub(crate) struct ApiKey(String);

impl ApiKey {
    pub(super) fn new(text: String) -> Self {
        Self(text)
    }

    /// The key itself, for asking whether it is good.
    pub(super) fn text(&self) -> &str {
        &self.0
    }
}

/// The key in `Authorization: Bearer`, else the one in `X-API-Key`.
pub(super) fn in_headers(headers: &HeaderMap) -> Result<Option<ApiKey>, Refusal> {
    if let Some(value) = only(headers, &header::AUTHORIZATION)?
        && let Some(key) = bearer(value)
    {
        return text(key).map(Some);
    }
    only(headers, &X_API_KEY)?.map(|value| text(value.as_bytes())).transpose()
}

/// The value of a header. Two that differ could be two callers, and nobody may choose between them.
fn only<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Result<Option<&'a HeaderValue>, Refusal> {
    let mut values = headers.get_all(name).iter();
    let first = values.next();
    if values.any(|value| Some(value) != first) { Err(Refusal::unauthorized()) } else { Ok(first) }
}

/// What follows `Bearer`, in any case; another scheme, such as a proxy's own, is not for us.
fn bearer(value: &HeaderValue) -> Option<&[u8]> {
    let (scheme, rest) = value.as_bytes().split_at_checked(6)?;
    let is_whole_word = rest.first().is_none_or(u8::is_ascii_whitespace);
    (scheme.eq_ignore_ascii_case(b"bearer") && is_whole_word).then(|| rest.trim_ascii())
}

fn text(bytes: &[u8]) -> Result<ApiKey, Refusal> {
    std::str::from_utf8(bytes).map(|key| ApiKey(key.to_owned())).map_err(|_| Refusal::unauthorized())
}
