//! `/complaints/`: what a customer reported, and what was answered; the form for it stands on each order's own page.

mod report;

use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::get;
use domain::catalog;
use domain::complaint::{self, Complaint, Line};
use domain::ids;
use serde::Deserialize;

pub(super) use report::Report;

use super::numbers::place_of;
use super::words::national;
use crate::Door;
use crate::asked::Asked;
use crate::customer::Customer;
use crate::page::{self, Frame, PageError};

const HERE: &str = "/complaints/";
/// Complaints of a page.
const LINES: i64 = 30;

pub(super) fn routes() -> Router<Arc<Door>> {
    Router::new().route(HERE, get(list)).route(report::ONE, get(report::form).post(report::send))
}

/// The place to go on from, as it stands in an address.
#[derive(Deserialize)]
struct Wish {
    before: Option<i64>,
}

struct Row {
    place: String,
    id: String,
    name: String,
    number: String,
    complaint: Complaint,
}

#[derive(Template)]
#[template(path = "dashboard/complaints.html")]
struct ComplaintsPage {
    rows: Vec<Row>,
    next: Option<i64>,
    is_first: bool,
}

async fn list(
    State(door): State<Arc<Door>>,
    customer: Customer,
    Asked(wish): Asked<Wish>,
) -> Result<Response, PageError> {
    let app = &door.app;
    let before = wish.before.unwrap_or(i64::MAX);
    let mut lines = complaint::of_account(app, customer.account(), before, LINES + 1).await?;
    let has_more = lines.len() > usize::try_from(LINES).unwrap_or(usize::MAX);
    if has_more {
        lines.pop();
    }
    let catalog = catalog::catalog(app).await?;
    let row = |line: Line| Row {
        place: place_of(line.complaint.product, line.complaint.order),
        id: ids::shown(line.complaint.product, line.complaint.order),
        name: catalog.name(&line.service).to_owned(),
        number: national(&line.digits),
        complaint: line.complaint,
    };
    let next = lines.last().filter(|_| has_more).map(|line| line.complaint.id);
    let rows = lines.into_iter().map(row).collect();
    let page = ComplaintsPage { rows, next, is_first: wish.before.is_none() };
    Ok(page::show(HERE, StatusCode::OK, &page, &Frame::live(HERE, &customer.standing, app.now_ms())))
}
