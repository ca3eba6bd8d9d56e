//! `/operator/`: how the house does today.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

use super::Frame;
use crate::Door;
use crate::page::{self, PageError};
use crate::session::Operator;

pub(super) const HERE: &str = "/operator/";

#[derive(Template)]
#[template(path = "operator/today.html")]
struct Today {}

pub(super) async fn show(State(door): State<Arc<Door>>, operator: Operator) -> Result<Response, PageError> {
    let frame = Frame::of(&door, &operator, HERE).await?;
    Ok(page::show(HERE, StatusCode::OK, &Today {}, &frame))
}
