//! What suppliers push: the bytes as they came, handed to the source's connector.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::any;
use domain::supply::{self, IngestError, Reply};

use crate::Door;
use crate::api::body;
use crate::observe::Route;

const ROUTE: Route = Route("/ingest/{source}/");
/// Seconds after which a sender may try again.
const RETRY_AFTER_S: &str = "5";

/// The routes of the ingest.
pub(crate) fn routes() -> Router<Arc<Door>> {
    Router::new().route("/ingest/{*rest}", any(ingest))
}

async fn ingest(State(door): State<Arc<Door>>, request: Request) -> Response {
    let reply = answer(&door, request).await;
    let status = StatusCode::from_u16(reply.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut answer = (status, [(header::CONTENT_TYPE, reply.content_type)], reply.body).into_response();
    if status == StatusCode::SERVICE_UNAVAILABLE {
        answer.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static(RETRY_AFTER_S));
    }
    if let Some(challenge) = reply.challenge {
        answer.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static(challenge));
    }
    answer.extensions_mut().insert(ROUTE);
    answer
}

async fn answer(door: &Arc<Door>, request: Request) -> Reply {
    let (parts, body) = request.into_parts();
    let settings = &door.settings;
    let body = match body::read(body, settings.ingest_body_max, settings.request_timeout).await {
        Ok(body) => body,
        Err(body::ReadError::TooLarge) => {
            return Reply::refusal(400, "invalid_request", "The body is too large; send fewer messages at once.");
        }
        Err(body::ReadError::Broken) => {
            return Reply::refusal(400, "invalid_request", "The body did not arrive whole; send it again.");
        }
    };
    let path = parts.uri.path().strip_prefix("/ingest/").unwrap_or_default();
    let (source, tail) = path.split_once('/').unwrap_or((path, ""));
    let headers = parts.headers.iter();
    let request = supply::Request {
        method: parts.method.as_str().to_owned(),
        tail: tail.to_owned(),
        query: parts.uri.query().unwrap_or_default().to_owned(),
        headers: headers.map(|(name, value)| (name.as_str().to_owned(), value.as_bytes().to_vec())).collect(),
        body,
    };
    // The sender may hang up, but what it told is kept to the end, so that its repeat is known as one.
    let (door, source) = (Arc::clone(door), source.to_owned());
    let kept = tokio::spawn(async move { supply::ingest(&door.app, &door.registry, &source, &request).await }).await;
    match kept {
        Ok(Ok(reply)) => reply,
        Ok(Err(IngestError::NoSource)) => Reply::refusal(404, "not_found", "There is no such source."),
        Ok(Err(IngestError::Db(error))) => {
            tracing::error!(%error, "an ingest was not kept");
            unkept()
        }
        Err(_) => unkept(),
    }
}

/// Nothing is acknowledged, so the sender tells it again.
fn unkept() -> Reply {
    Reply::refusal(503, "server_error", "The message could not be kept. Send it again.")
}
