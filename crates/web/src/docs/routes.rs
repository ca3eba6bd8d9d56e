//! The routes of the page, its assets and the OpenAPI document.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use super::{asset, open_api, page};
use crate::Door;
use crate::api::v1::Refusal;
use crate::observe::Route;

/// Scripts, styles and everything else come from this house only.
const POLICY: &str = "default-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'";

pub(crate) fn routes() -> Router<Arc<Door>> {
    Router::new()
        .route("/", get(home))
        .route("/api-docs", get(docs))
        .route("/api-docs/", get(docs))
        .route("/api-docs/openapi.json", get(document))
        .route("/assets/{*name}", get(file))
}

async fn home() -> Response {
    tagged("/", (StatusCode::SEE_OTHER, [(header::LOCATION, "/api-docs")]))
}

async fn docs(State(door): State<Arc<Door>>) -> Response {
    let headers = [(header::CONTENT_TYPE, "text/html; charset=utf-8"), (header::CONTENT_SECURITY_POLICY, POLICY)];
    tagged("/api-docs", (headers, page(&door.settings.base_url)))
}

async fn document(State(door): State<Arc<Door>>) -> Response {
    let headers = [(header::CONTENT_TYPE, "application/json")];
    tagged("/api-docs/openapi.json", (headers, open_api(&door.settings.base_url)))
}

async fn file(request: Request) -> Response {
    let Some(asset) = asset(request.uri().path()) else { return Refusal::unknown_path().into_response() };
    let forever = HeaderValue::from_static("public, max-age=31536000, immutable");
    let kind = HeaderValue::from_static(asset.content_type);
    tagged("/assets/{name}", ([(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, forever)], asset.bytes))
}

fn tagged(route: &'static str, answer: impl IntoResponse) -> Response {
    let mut answer = answer.into_response();
    answer.extensions_mut().insert(Route(route));
    answer
}
