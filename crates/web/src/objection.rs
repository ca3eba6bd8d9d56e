//! How a form says no: what was wrong, what to do, and when it may be tried again.

use askama::{Template, Values};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use domain::login::{self, Busy};

use crate::page;

/// A form's status, and a sentence that says what to do.
pub(crate) struct Objection {
    status: StatusCode,
    sentence: String,
    /// Seconds after which it may be tried again.
    wait_s: Option<i64>,
}

impl Objection {
    /// What was typed is not taken.
    pub(crate) fn new(sentence: impl Into<String>) -> Self {
        Self { status: StatusCode::UNPROCESSABLE_ENTITY, sentence: sentence.into(), wait_s: None }
    }

    /// It was tried too often.
    pub(crate) fn wait(seconds: i64) -> Self {
        let sentence = format!("There were too many tries. Wait {}, then try again.", span(seconds));
        Self { status: StatusCode::TOO_MANY_REQUESTS, sentence, wait_s: Some(seconds) }
    }

    /// The status of the answer.
    pub(crate) fn status(&self) -> StatusCode {
        self.status
    }

    /// Seconds after which it may be tried again.
    pub(crate) fn wait_s(&self) -> Option<i64> {
        self.wait_s
    }

    /// The sentence for the form.
    pub(crate) fn words(objection: Option<&Self>) -> Option<&str> {
        objection.map(|objection| objection.sentence.as_str())
    }
}

/// Shows a form with or without an objection.
pub(crate) fn show(
    route: &'static str,
    objection: Option<&Objection>,
    page: &impl Template,
    frame: &dyn Values,
) -> Response {
    let status = objection.map_or(StatusCode::OK, |objection| objection.status);
    let mut answer = page::show(route, status, page, frame);
    if let Some(seconds) = objection.and_then(|objection| objection.wait_s) {
        answer.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    answer
}

impl From<Busy> for Objection {
    fn from(_: Busy) -> Self {
        let sentence = "Many people are signing in just now. Wait a few seconds, then try again.".to_owned();
        Self { status: StatusCode::SERVICE_UNAVAILABLE, sentence, wait_s: Some(5) }
    }
}

impl From<login::PasswordFault> for Objection {
    fn from(fault: login::PasswordFault) -> Self {
        Self::new(password_words(fault))
    }
}

/// What to do about a password that is not taken.
fn password_words(fault: login::PasswordFault) -> String {
    let (alone, with_second) = (login::LENGTH_ALONE_MIN, login::LENGTH_WITH_SECOND_MIN);
    match fault {
        login::PasswordFault::Short => format!(
            "This password is too short. Take at least {alone} characters, such as four random words; {with_second} are \
             enough once you have a second factor."
        ),
        login::PasswordFault::Long => format!("This password is too long: {} bytes are the most.", login::LENGTH_MAX),
        login::PasswordFault::Common => {
            "This password is one of those that are tried first. Take another one, such as four random words."
                .to_owned()
        }
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
