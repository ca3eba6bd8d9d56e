//! `/operator/settings/`: the settings that the program was started with, without secrets.

use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::get;

use super::Frame;
use crate::page::{self, PageError};
use crate::session::Operator;
use crate::{Door, SettingInForce};

pub(super) const HERE: &str = "/operator/settings/";

pub(super) fn routes() -> Router<Arc<Door>> {
    Router::new().route(HERE, get(show))
}

#[derive(Template)]
#[template(path = "operator/settings.html")]
struct SettingsPage<'a> {
    rows: &'a [SettingInForce],
}

async fn show(State(door): State<Arc<Door>>, operator: Operator) -> Result<Response, PageError> {
    let frame = Frame::of(&door, &operator, HERE).await?;
    let page = SettingsPage { rows: &door.settings.in_force };
    Ok(page::show(HERE, StatusCode::OK, &page, &frame))
}
