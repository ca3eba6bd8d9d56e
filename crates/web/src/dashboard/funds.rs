//! `/funds/`: how money comes onto an account, as the operator offers it.

use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::get;
use domain::money::Usd;

use crate::Door;
use crate::customer::Customer;
use crate::page::{self, Frame, PageError};

const HERE: &str = "/funds/";

pub(super) fn routes() -> Router<Arc<Door>> {
    Router::new().route(HERE, get(show))
}

#[derive(Template)]
#[template(path = "dashboard/funds.html")]
struct FundsPage<'a> {
    available: Usd,
    account: &'a str,
    /// What the operator writes of it, a paragraph each.
    offered: Vec<&'a str>,
}

async fn show(State(door): State<Arc<Door>>, customer: Customer) -> Result<Response, PageError> {
    let standing = &customer.standing;
    let offered = door.settings.funds_text.split("\n\n").map(str::trim).filter(|part| !part.is_empty()).collect();
    let page = FundsPage { available: standing.available, account: &standing.name, offered };
    Ok(page::show(HERE, StatusCode::OK, &page, &Frame::live(HERE, standing, door.app.now_ms())))
}
