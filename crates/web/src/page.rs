//! What all pages share: their frame with who is signed in, their headers, and the pages of what went wrong.

use std::any::Any;

use askama::{Template, Values};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use domain::account::{Standing, State};
use domain::clock::{self, SECOND_MS};
use domain::db::DbError;
use domain::login::Role;
use domain::money::Usd;
use domain::policy::powers::Power;

use crate::api::v1::Refusal;
use crate::observe::Route;
use crate::operator;

/// Scripts, styles, pictures and live news come from this house only, and nothing is written into a page itself.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; \
                      form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// A place of the main navigation.
pub(crate) struct Place {
    /// Where it is.
    pub(crate) path: &'static str,
    /// What it is called.
    pub(crate) name: &'static str,
}

/// The main navigation of whoever is signed in.
pub(crate) const PLACES: [Place; 6] = [
    Place { path: "/numbers/", name: "Get a number" },
    Place { path: "/orders/", name: "Orders" },
    Place { path: "/rentals/", name: "Rentals" },
    Place { path: "/history/", name: "History" },
    Place { path: "/statement/", name: "Money" },
    Place { path: "/keys/", name: "API keys" },
];

/// What stands around a page. Templates find it as the value `frame`; without one they show a bare head.
pub(crate) struct Frame {
    /// The place of the navigation that is shown.
    pub(crate) here: &'static str,
    /// Who reads.
    pub(crate) reader: Option<Reader>,
    /// The house's time, by which pages count down.
    pub(crate) now_ms: i64,
    /// The newest event that the page may show, if it wants to hear of later ones.
    pub(crate) news: Option<i64>,
}

/// Who reads a page.
pub(crate) struct Reader {
    /// What can be spent.
    pub(crate) available: Usd,
    /// What is set aside.
    pub(crate) held: Usd,
    /// The account, by which the tabs of one browser know each other.
    pub(crate) account: i64,
    /// Whether the account may not spend.
    pub(crate) is_stopped: bool,
}

impl Reader {
    /// Whether something is set aside.
    pub(crate) fn has_held(&self) -> bool {
        self.held > Usd::ZERO
    }
}

impl Frame {
    /// The frame of a page that anybody may read.
    pub(crate) fn open(here: &'static str, standing: Option<&Standing>, now_ms: i64) -> Self {
        let reader = standing.map(|standing| Reader {
            available: standing.available,
            held: standing.held,
            account: standing.caller.account,
            is_stopped: standing.state != State::Active,
        });
        Self { here, reader, now_ms, news: None }
    }

    /// The frame of a page that shows what happens while it is open.
    pub(crate) fn live(here: &'static str, standing: &Standing, now_ms: i64) -> Self {
        Self { news: Some(standing.event_seq), ..Self::open(here, Some(standing), now_ms) }
    }
}

impl Values for Frame {
    fn get_value<'a>(&'a self, key: &str) -> Option<&'a dyn Any> {
        (key == "frame").then_some(self)
    }
}

/// Shows a page in a [`Frame`], or with a bare head if there are no values. `route` is the template of its path, for
/// the log.
pub(crate) fn show(route: &'static str, status: StatusCode, page: &impl Template, frame: &dyn Values) -> Response {
    let html = page.render_with_values(frame).expect("a page has all that its template names");
    let headers = [(header::CONTENT_TYPE, "text/html; charset=utf-8"), (header::CONTENT_SECURITY_POLICY, POLICY)];
    let mut answer = (status, headers, html).into_response();
    answer.extensions_mut().insert(Route(route));
    answer
}

/// Sends the browser to another page with GET, as after every form.
pub(crate) fn see_other(route: &'static str, path: &str) -> Response {
    let place = HeaderValue::from_str(path).expect("a path of the house is a header's value");
    let mut answer = (StatusCode::SEE_OTHER, [(header::LOCATION, place)]).into_response();
    answer.extensions_mut().insert(Route(route));
    answer
}

/// Why there is no page.
#[derive(Debug)]
pub(crate) enum PageError {
    /// There is nothing here, or nothing of this reader's (A3).
    NotFound,
    /// The form cannot be read.
    BadForm,
    /// The operator's role may not do this.
    Forbidden(Role, Power),
    /// The database could not.
    Db(DbError),
}

impl From<DbError> for PageError {
    fn from(error: DbError) -> Self {
        Self::Db(error)
    }
}

impl IntoResponse for PageError {
    fn into_response(self) -> Response {
        match self {
            Self::NotFound => message(StatusCode::NOT_FOUND, "There is nothing here", NOT_FOUND),
            Self::BadForm => message(StatusCode::BAD_REQUEST, "This form was not understood", BAD_FORM),
            Self::Forbidden(role, power) => operator::forbidden(role, power),
            Self::Db(error) => {
                tracing::error!(%error, "a page failed");
                let text = if matches!(error, DbError::Unknown) { UNKNOWN } else { OUR_FAULT };
                let mut answer = message(StatusCode::INTERNAL_SERVER_ERROR, "This is our fault", text);
                answer.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(1));
                answer
            }
        }
    }
}

const NOT_FOUND: &str = "The address may be mistyped, or what was here is gone. Orders and rentals are shown only to \
                         the account that made them.";
const NOT_FOUND_BY_OPERATORS: &str = "The address may be mistyped, or what was here is gone.";
const BAD_FORM: &str = "Something in it was missing or not of the expected form. Go back, reload the page and try \
                        again; nothing was changed.";
const OUR_FAULT: &str = "Something went wrong on our side. Nothing was charged for what you just asked. Try again in \
                         a moment.";
const UNKNOWN: &str = "Something went wrong on our side, and we cannot tell yet whether what you asked was done. Look \
                       at your orders and your statement before you try again.";

const OUR_FAULT_TO_OPERATORS: &str = "Something went wrong on our side; the log says what. Look whether what you asked \
                                      was done before you ask again.";

/// A page that only says something. Its answer carries it along, for [`for_operators`].
#[derive(Clone, Template)]
#[template(path = "message.html")]
struct Message {
    status: StatusCode,
    title: String,
    text: String,
    is_for_operators: bool,
}

/// A page that only says something.
pub(crate) fn message(status: StatusCode, title: &str, text: &str) -> Response {
    let message = Message { status, title: title.to_owned(), text: text.to_owned(), is_for_operators: false };
    let mut answer = show("(message)", status, &message, askama::NO_VALUES);
    answer.extensions_mut().insert(message);
    answer
}

/// The same answer for whoever is in the console: a page that only says something leads back into it.
pub(crate) fn for_operators(mut answer: Response) -> Response {
    let Some(mut message) = answer.extensions_mut().remove::<Message>() else { return answer };
    message.is_for_operators = true;
    match message.status {
        StatusCode::NOT_FOUND => message.text = NOT_FOUND_BY_OPERATORS.to_owned(),
        StatusCode::INTERNAL_SERVER_ERROR => message.text = OUR_FAULT_TO_OPERATORS.to_owned(),
        _ => {}
    }
    *answer.body_mut() = message.render().expect("a page has all that its template names").into();
    answer
}

/// Whether a request comes from somebody who reads pages, rather than from a program.
pub(crate) fn wants_html(headers: &HeaderMap) -> bool {
    let accepted = headers.get_all(header::ACCEPT).iter().filter_map(|value| value.to_str().ok());
    accepted.into_iter().any(|value| value.contains("text/html"))
}

/// The answer to a path that does not exist, in the words of whoever asks.
pub(crate) fn not_found(headers: &HeaderMap) -> Response {
    if wants_html(headers) { PageError::NotFound.into_response() } else { Refusal::unknown_path().into_response() }
}

/// The answer to a fault that nobody foresaw, in the words of whoever asks.
pub(crate) fn our_fault(is_html_wanted: bool) -> Response {
    if is_html_wanted {
        message(StatusCode::INTERNAL_SERVER_ERROR, "This is our fault", OUR_FAULT)
    } else {
        Refusal::server_error().into_response()
    }
}

/// A time for people, in UTC: `22 May 2026, 14:30`.
pub(crate) fn time(at_ms: &i64) -> String {
    let at = jiff::Timestamp::from_second(at_ms.div_euclid(SECOND_MS)).unwrap_or(jiff::Timestamp::MAX);
    at.strftime("%-d %b %Y, %H:%M").to_string()
}

/// A time for programs.
pub(crate) fn rfc3339(at_ms: &i64) -> String {
    clock::rfc3339(*at_ms)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_short_and_in_utc() {
        assert_eq!(time(&1_779_460_200_000), "22 May 2026, 14:30");
    }
}
