//! The routes of the page and the OpenAPI document.

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use super::{open_api, page};
use crate::Door;
use crate::observe::Route;

/// Scripts, styles and everything else come from this house only.
const POLICY: &str = "default-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'";

pub(crate) fn routes() -> Router<Arc<Door>> {
    Router::new()
        .route("/api-docs", get(docs))
        .route("/api-docs/", get(docs))
        .route("/api-docs/openapi.json", get(document))
}

async fn docs(State(door): State<Arc<Door>>) -> Response {
    let headers = [(header::CONTENT_TYPE, "text/html; charset=utf-8"), (header::CONTENT_SECURITY_POLICY, POLICY)];
    tagged("/api-docs", (headers, page(&door.settings.base_url)))
}

async fn document(State(door): State<Arc<Door>>) -> Response {
    let headers = [(header::CONTENT_TYPE, "application/json")];
    tagged("/api-docs/openapi.json", (headers, open_api(&door.settings.base_url)))
}

fn tagged(route: &'static str, answer: impl IntoResponse) -> Response {
    let mut answer = answer.into_response();
    answer.extensions_mut().insert(Route(route));
    answer
}
