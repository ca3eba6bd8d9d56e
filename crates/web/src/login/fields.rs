//! What the pages of this folder read from an address, and how they say that somebody must wait.

use std::collections::HashMap;

use axum::http::{HeaderValue, StatusCode, Uri, header};
use axum::response::Response;
use domain::login::{Busy, Secret};

use crate::percent::decoded;

/// Fields of a query that are looked at.
const FIELDS_MAX: usize = 20;

/// The fields of a page's query.
pub(super) struct Query(HashMap<String, String>);

impl Query {
    pub(super) fn of(uri: &Uri) -> Self {
        let pairs = uri.query().unwrap_or_default().split('&').take(FIELDS_MAX).filter_map(|pair| {
            let (name, value) = pair.split_once('=')?;
            Some((decoded(name.as_bytes())?, decoded(value.as_bytes())?))
        });
        Self(pairs.collect())
    }

    pub(super) fn text(&self, name: &str) -> &str {
        self.0.get(name).map_or("", String::as_str)
    }

    /// The secret of the link that was opened.
    pub(super) fn token(&self) -> Option<Secret> {
        Secret::parse(self.text("token"))
    }
}

/// How a form says no: its status, and a sentence that says what to do.
pub(super) struct Complaint {
    status: StatusCode,
    sentence: String,
    /// Seconds after which it may be tried again.
    wait_s: Option<i64>,
}

impl Complaint {
    /// What was typed is not taken.
    pub(super) fn new(sentence: impl Into<String>) -> Self {
        Self { status: StatusCode::UNPROCESSABLE_ENTITY, sentence: sentence.into(), wait_s: None }
    }

    /// It was tried too often.
    pub(super) fn wait(seconds: i64) -> Self {
        let sentence = format!("There were too many tries. Wait {}, then try again.", span(seconds));
        Self { status: StatusCode::TOO_MANY_REQUESTS, sentence, wait_s: Some(seconds) }
    }

    /// The status of a form with or without a complaint.
    pub(super) fn status(complaint: Option<&Self>) -> StatusCode {
        complaint.map_or(StatusCode::OK, |complaint| complaint.status)
    }

    /// The sentence for the form.
    pub(super) fn words(complaint: Option<&Self>) -> Option<&str> {
        complaint.map(|complaint| complaint.sentence.as_str())
    }

    /// Puts the seconds to wait on the answer.
    pub(super) fn on(complaint: Option<&Self>, mut answer: Response) -> Response {
        if let Some(seconds) = complaint.and_then(|complaint| complaint.wait_s) {
            answer.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        answer
    }
}

impl From<Busy> for Complaint {
    fn from(_: Busy) -> Self {
        let sentence = "Many people are signing in just now. Wait a few seconds, then try again.".to_owned();
        Self { status: StatusCode::SERVICE_UNAVAILABLE, sentence, wait_s: Some(5) }
    }
}

/// Seconds as people say them.
fn span(seconds: i64) -> String {
    match seconds {
        1 => "1 second".to_owned(),
        2..=119 => format!("{seconds} seconds"),
        _ => format!("{} minutes", (seconds + 59) / 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wait_is_told_in_words() {
        assert_eq!(span(1), "1 second");
        assert_eq!(span(119), "119 seconds");
        assert_eq!(span(121), "3 minutes");
    }
}
