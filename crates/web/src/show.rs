//! How a page is answered: its headers, and what is said where a page cannot be.

use askama::Template;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use domain::db::DbError;

use crate::observe::Route;

/// Scripts, styles and everything else come from this house only.
const POLICY: &str = "default-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'";

/// A page under the template of its route.
pub(crate) fn page(route: &'static str, status: StatusCode, page: &impl Template) -> Response {
    let html = page.render().expect("writing into a string cannot fail");
    let headers = [(header::CONTENT_TYPE, "text/html; charset=utf-8"), (header::CONTENT_SECURITY_POLICY, POLICY)];
    let mut answer = (status, headers, html).into_response();
    answer.extensions_mut().insert(Route(route));
    answer
}

/// Sends the browser on, with GET.
pub(crate) fn go(route: &'static str, to: &str) -> Response {
    let place = HeaderValue::from_str(to).unwrap_or(HeaderValue::from_static("/"));
    let mut answer = (StatusCode::SEE_OTHER, [(header::LOCATION, place)]).into_response();
    answer.extensions_mut().insert(Route(route));
    answer
}

#[derive(Template)]
#[template(path = "message.html")]
struct Message<'a> {
    title: &'a str,
    text: &'a str,
}

/// A page that only says something.
pub(crate) fn message(status: StatusCode, title: &str, text: &str) -> Response {
    page("(message)", status, &Message { title, text })
}

/// The page for what the house could not do.
pub(crate) fn fault(error: &DbError) -> Response {
    tracing::error!(%error, "a page could not be shown");
    message(
        StatusCode::SERVICE_UNAVAILABLE,
        "The house is busy",
        "Nothing was lost. Go back and try it again in a few seconds.",
    )
}
