//! What every answer carries and what is written down of it: never the URI, because keys ride in it.

use std::cell::RefCell;
use std::collections::HashMap;
use std::panic::AssertUnwindSafe;
use std::time::{Duration, Instant};

use axum::Router;
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::response::Response;
use futures_util::FutureExt;
use tower::ServiceExt;

use crate::{operator, page};

/// The template of the route that answered, set on its answer.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Route(pub(crate) &'static str);

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Runs a request, even one that panics, and writes down how it went. It stands around the router, where no layer of
/// the router's has to be called anew for each request.
pub(crate) async fn observe(request: Request, router: Router) -> Response {
    let id = new_id();
    let method = method_word(request.method());
    let is_html_wanted = page::wants_html(request.headers());
    let is_in_console = operator::is_here(request.uri().path());
    let began = Instant::now();
    let answered = AssertUnwindSafe(router.oneshot(request)).catch_unwind().await;
    let mut answer = match answered {
        Ok(Ok(answer)) => answer,
        Ok(Err(never)) => match never {},
        Err(_) if is_in_console => page::for_operators(page::our_fault(is_html_wanted)),
        Err(_) => page::our_fault(is_html_wanted),
    };
    let route = answer.extensions().get::<Route>().map_or("(none)", |route| route.0);
    mark(answer.headers_mut(), &id);
    note(method, route, answer.status(), began.elapsed(), &id);
    answer
}

/// A name for one request, by which its answer is found in the log.
pub(crate) fn new_id() -> String {
    format!("{:032x}", rand::random::<u128>())
}

/// Sets the headers of every answer.
pub(crate) fn mark(headers: &mut HeaderMap, id: &str) {
    headers.insert(REQUEST_ID, HeaderValue::from_str(id).expect("hex is a header's value"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
}

/// Writes down how a request went.
pub(crate) fn note(method: &'static str, route: &'static str, status: StatusCode, took: Duration, id: &str) {
    let status = status.as_u16();
    count(route, status, took);
    tracing::info!(method, route, status, ms = took.as_millis(), request_id = id, "answered");
}

/// What is counted of one route and status. The registry of metrics finds them by text each time, which costs more than
/// the counting.
struct Counted {
    answers: metrics::Counter,
    took: metrics::Histogram,
}

/// Counts an answer. Routes and statuses are few and written in this program, so what a thread remembers stays small.
fn count(route: &'static str, status: u16, took: Duration) {
    thread_local! {
        static COUNTED: RefCell<HashMap<(&'static str, u16), Counted>> = RefCell::default();
    }
    COUNTED.with_borrow_mut(|counted| {
        let counted = counted.entry((route, status)).or_insert_with(|| Counted {
            answers: metrics::counter!("http_requests_total", "route" => route, "status" => status.to_string()),
            took: metrics::histogram!("http_request_seconds", "route" => route),
        });
        counted.answers.increment(1);
        counted.took.record(took.as_secs_f64());
    });
}

/// A client may invent methods; its inventions are not written down.
fn method_word(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        _ => "other",
    }
}
