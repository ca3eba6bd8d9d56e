//! The routes of the page and the OpenAPI document.

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use domain::account::{self, KeyLine, KeyRefusal};

use super::{open_api, page, page_for};
use crate::Door;
use crate::customer::Perhaps;
use crate::observe::Route;
use crate::page::PageError;

/// Scripts, styles and everything else come from this house only.
const POLICY: &str = "default-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'";

pub(crate) fn routes() -> Router<Arc<Door>> {
    Router::new()
        .route("/api-docs", get(docs))
        .route("/api-docs/", get(docs))
        .route("/api-docs/openapi.json", get(document))
}

/// The page, with the beginning of the reader's own newest key in its examples, if a reader with a key is signed in.
async fn docs(State(door): State<Arc<Door>>, reader: Perhaps) -> Result<Response, PageError> {
    let prefix = match &reader.0 {
        Some(standing) => own_prefix(&door, &standing.name).await?,
        None => None,
    };
    let base_url = &door.settings.base_url;
    let html = prefix.map_or_else(|| page(base_url), |prefix| page_for(base_url, &prefix));
    let headers = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CONTENT_SECURITY_POLICY, POLICY),
        // What one reader sees is not for the next one.
        (header::CACHE_CONTROL, "private, no-store"),
        (header::VARY, "cookie"),
    ];
    Ok(tagged("/api-docs", (headers, html)))
}

async fn own_prefix(door: &Door, account: &str) -> Result<Option<String>, PageError> {
    let now_ms = door.app.now_ms();
    let keys = match account::keys(&door.app, account).await {
        Ok(keys) => keys,
        Err(KeyRefusal::Db(error)) => return Err(error.into()),
        Err(_) => return Ok(None),
    };
    let is_good = |key: &KeyLine| key.revoked_ms.is_none() && key.expires_ms.is_none_or(|end_ms| end_ms > now_ms);
    Ok(keys.into_iter().find(is_good).map(|key| key.prefix))
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
