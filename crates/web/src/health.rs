//! Whether the process lives and the house can work.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use domain::db::EngineKind;
use serde::Serialize;

use crate::Door;
use crate::observe::Route;

/// How ready the house is, for its operator.
#[derive(Serialize)]
struct Readiness {
    ready: bool,
    database: &'static str,
    /// Stories that wait for the database.
    waiting: Option<usize>,
    schema: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    fault: Option<String>,
}

/// The process lives.
pub(crate) async fn healthz() -> Response {
    json(StatusCode::OK, "/healthz", r#"{"status":"ok"}"#)
}

/// Whether the house can work, without saying why not.
pub(crate) async fn readyz(State(door): State<Arc<Door>>) -> Response {
    match door.app.db.probe().await {
        Ok(_) => json(StatusCode::OK, "/readyz", r#"{"status":"ready"}"#),
        Err(_) => json(StatusCode::SERVICE_UNAVAILABLE, "/readyz", r#"{"status":"not ready"}"#),
    }
}

/// Whether the house can work, and why not.
pub(crate) async fn readyz_in_detail(State(door): State<Arc<Door>>) -> Response {
    let db = &door.app.db;
    let database = match db.kind() {
        EngineKind::Sqlite => "sqlite",
        EngineKind::Postgres => "postgres",
    };
    let probe = db.probe().await;
    let schema = db.schema_version().await.ok();
    let readiness = Readiness {
        ready: probe.is_ok(),
        database,
        waiting: probe.as_ref().ok().copied(),
        schema,
        fault: probe.err().map(|error| error.to_string()),
    };
    let status = if readiness.ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    let body = serde_json::to_string(&readiness).expect("plain fields are JSON");
    json(status, "/readyz", body)
}

/// The metrics in the text format of Prometheus.
pub(crate) fn metrics(text: String) -> Response {
    let mut answer = ([(header::CONTENT_TYPE, "text/plain; version=0.0.4")], text).into_response();
    answer.extensions_mut().insert(Route("/metrics"));
    answer
}

fn json(status: StatusCode, route: &'static str, body: impl Into<axum::body::Body>) -> Response {
    let mut answer = (status, [(header::CONTENT_TYPE, "application/json")], body.into()).into_response();
    answer.extensions_mut().insert(Route(route));
    answer
}
