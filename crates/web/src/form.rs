//! What somebody typed into a form of our pages.

use std::sync::Arc;

use axum::extract::{FromRequest, Request};
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};

use crate::Door;
use crate::api::body;
use crate::page::PageError;
use crate::percent::decoded;

/// Bytes of a form, at most.
const LENGTH_MAX: usize = 32 * 1024;
/// Bytes of a form of lists, at most: 400 lines of 200 letters, each of up to twelve bytes once a browser has encoded it.
const LONG_MAX: usize = 1024 * 1024;
/// Fields of a form, at most.
const FIELDS_MAX: usize = 100;

/// The fields of a form, as they were typed. They may hold a password, so it has no `Debug`.
pub(crate) struct Form(Vec<(String, String)>);

impl Form {
    /// What was typed into a field; nothing, where it was left out.
    pub(crate) fn text(&self, name: &str) -> &str {
        self.0.iter().find(|(found, _)| found == name).map_or("", |(_, value)| value)
    }

    /// Everything that was sent under a name, as by boxes that are ticked.
    pub(crate) fn all(&self, name: &str) -> impl Iterator<Item = &str> {
        self.0.iter().filter(move |(found, _)| found == name).map(|(_, value)| value.as_str())
    }

    fn parse(bytes: &[u8]) -> Option<Self> {
        let mut fields = Vec::new();
        for pair in bytes.split(|byte| *byte == b'&').filter(|pair| !pair.is_empty()) {
            let place = pair.iter().position(|byte| *byte == b'=').unwrap_or(pair.len());
            let (name, value) = pair.split_at(place);
            fields.push((decoded(name)?, decoded(value.strip_prefix(b"=").unwrap_or(value))?));
            // No form of ours sends more, and no text of the database may hold a NUL.
            if fields.len() > FIELDS_MAX || fields.last().is_some_and(|(_, value)| value.contains('\0')) {
                return None;
            }
        }
        Some(Self(fields))
    }
}

/// Whether a body says that it is a form.
fn is_form(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    kind.split(';').next().is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/x-www-form-urlencoded"))
}

impl FromRequest<Arc<Door>> for Form {
    type Rejection = Response;

    async fn from_request(request: Request, door: &Arc<Door>) -> Result<Self, Response> {
        read(request, door, LENGTH_MAX).await
    }
}

/// A form that holds lists of lines. It is long, so only a page that has asked who sends it takes one.
pub(crate) struct LongForm(pub(crate) Form);

impl FromRequest<Arc<Door>> for LongForm {
    type Rejection = Response;

    async fn from_request(request: Request, door: &Arc<Door>) -> Result<Self, Response> {
        read(request, door, LONG_MAX).await.map(Self)
    }
}

async fn read(request: Request, door: &Door, length_max: usize) -> Result<Form, Response> {
    let (parts, body) = request.into_parts();
    let bad = || PageError::BadForm.into_response();
    let bytes = body::read(body, length_max, door.settings.request_timeout).await.map_err(|_| bad())?;
    // A form without a field has no body, and some clients then leave its type out.
    if !bytes.is_empty() && !is_form(&parts.headers) {
        return Err(bad());
    }
    Form::parse(&bytes).ok_or_else(bad)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_read_as_typed() {
        let form = Form::parse(b"email=ann%40example.org&password=a+b%26c&accept").expect("a form");
        assert_eq!((form.text("email"), form.text("password")), ("ann@example.org", "a b&c"));
        assert_eq!(form.text("other"), "");
    }

    #[test]
    fn what_is_no_form_is_refused() {
        assert!(Form::parse(b"a=%zz").is_none());
        assert!(Form::parse(b"a=%00").is_none());
        assert!(Form::parse("a=1&".repeat(FIELDS_MAX + 1).as_bytes()).is_none());
    }
}
