//! The published API, version 1: its routes, each with its method and the count it draws on.

mod account;
mod call;
mod cursor;
mod events;
mod fields;
mod form;
mod idempotency;
mod json;
mod key;
mod refusal;
mod rental;
mod shape;
mod short_term;
mod short_term_sms;

use std::sync::Arc;

use axum::Router;
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodFilter, on};
use domain::product::Product;
use futures_util::future::BoxFuture;

#[cfg(test)]
pub(crate) use call::WAIT_MAX_S;
#[cfg(test)]
pub(crate) use fields::{LIMIT_MAX, LIMIT_USUAL};
pub(crate) use refusal::Refusal;

use crate::Door;
use crate::limits::Budget;
use call::{Answer, Call};

/// What an endpoint does with a call. Every call has an authenticated caller: there is no way in without one (A1).
type Run = fn(Call) -> BoxFuture<'static, Result<Answer, Refusal>>;

/// One call of the API.
pub(crate) struct Endpoint {
    method: Method,
    /// Its path with the canonical slash; without it, it is served the same way.
    path: &'static str,
    budget: Budget,
    run: Run,
}

/// How an endpoint is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Method {
    Get,
    Post,
}

/// Short lines for the table below.
const fn get(path: &'static str, run: Run) -> Endpoint {
    Endpoint { method: Method::Get, path, budget: Budget::Reads, run }
}

const fn post(path: &'static str, budget: Budget, run: Run) -> Endpoint {
    Endpoint { method: Method::Post, path, budget, run }
}

const DAY: Product = Product::Rental1Day;
const MONTH: Product = Product::Rental30Day;

static ENDPOINTS: &[Endpoint] = &[
    post("/api/v1/short-term/order/", Budget::Orders, |call| Box::pin(short_term::order(call))),
    get("/api/v1/short-term/sms/", |call| Box::pin(short_term_sms::sms(call))),
    post("/api/v1/short-term/cancel/", Budget::Reads, |call| Box::pin(short_term::cancel(call))),
    get("/api/v1/short-term/list/", |call| Box::pin(short_term::list(call))),
    post("/api/v1/short-term/again/", Budget::Reads, |call| Box::pin(short_term::again(call))),
    post("/api/v1/short-term/reuse/", Budget::Orders, |call| Box::pin(short_term::reuse(call))),
    post("/api/v1/rental/30day/order/", Budget::Orders, |call| Box::pin(rental::order(call, MONTH))),
    get("/api/v1/rental/30day/list/", |call| Box::pin(rental::list(call, MONTH))),
    get("/api/v1/rental/30day/sms/", |call| Box::pin(rental::sms(call, MONTH))),
    post("/api/v1/rental/30day/renew/", Budget::Orders, |call| Box::pin(rental::renew(call, MONTH))),
    post("/api/v1/rental/30day/cancel/", Budget::Reads, |call| Box::pin(rental::cancel(call, MONTH))),
    post("/api/v1/rental/30day/wake/", Budget::Reads, |call| Box::pin(rental::wake(call, MONTH))),
    post("/api/v1/rental/1day/order/", Budget::Orders, |call| Box::pin(rental::order(call, DAY))),
    get("/api/v1/rental/1day/list/", |call| Box::pin(rental::list(call, DAY))),
    get("/api/v1/rental/1day/sms/", |call| Box::pin(rental::sms(call, DAY))),
    post("/api/v1/rental/1day/renew/", Budget::Orders, |call| Box::pin(rental::renew(call, DAY))),
    post("/api/v1/rental/1day/cancel/", Budget::Reads, |call| Box::pin(rental::cancel(call, DAY))),
    post("/api/v1/rental/1day/wake/", Budget::Reads, |call| Box::pin(rental::wake(call, DAY))),
    get("/api/v1/balance/", |call| Box::pin(account::balance(call))),
    get("/api/v1/services/", |call| Box::pin(account::services(call))),
    get("/api/v1/statement/", |call| Box::pin(account::statement(call))),
    get("/api/v1/events/", |call| Box::pin(events::events(call))),
];

/// The routes of the API.
pub(crate) fn routes() -> Router<Arc<Door>> {
    ENDPOINTS.iter().fold(Router::new(), |router, endpoint| {
        let filter = match endpoint.method {
            Method::Get => MethodFilter::GET,
            Method::Post => MethodFilter::POST,
        };
        let serve = move |State(door), request: Request| call::answer(door, endpoint, request);
        // A redirected POST loses its body, so the path without its slash is a path of its own.
        router.route(endpoint.path, on(filter, serve)).route(endpoint.path.trim_end_matches('/'), on(filter, serve))
    })
}

/// The answer to a path that does not exist.
pub(crate) async fn unknown_path() -> Response {
    Refusal::unknown_path().into_response()
}

/// The answer to a method that a path does not have.
pub(crate) async fn wrong_method() -> Response {
    Refusal::wrong_method().into_response()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn the_document_and_the_routes_are_the_same() {
        let document: serde_json::Value =
            serde_json::from_str(&crate::docs::open_api("https://jesusnumber.com")).expect("JSON");
        let paths = document["paths"].as_object().expect("paths").iter();
        let documented: BTreeSet<(String, bool)> = paths
            .flat_map(|(path, calls)| {
                let methods = calls.as_object().expect("calls").keys().cloned();
                methods.map(|method| (path.clone(), method == "post")).collect::<Vec<_>>()
            })
            .collect();
        let served =
            ENDPOINTS.iter().map(|endpoint| (endpoint.path.to_owned(), endpoint.method == Method::Post)).collect();
        assert_eq!(documented, served);
    }
}
