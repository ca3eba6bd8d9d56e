//! `/orders/`: the orders that are open, each turning into its code by itself.

mod deeds;
mod view;

use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::{get, post};
use domain::ids;
use domain::ledger;
use domain::message::Message;
use domain::money::Usd;
use domain::order::{self, Which};
use domain::product::Product;

use super::complaints::Report;
use super::words::{Notice, kept_until};
use crate::Door;
use crate::customer::Customer;
use crate::page::{self, Frame, PageError};
use view::View;

const HERE: &str = "/orders/";
const ONE: &str = "/orders/{id}/";
/// Open orders that are shown side by side; the history has all.
const SHOWN_MAX: i64 = 24;

pub(super) fn routes() -> Router<Arc<Door>> {
    Router::new()
        .route(HERE, get(list))
        .route(ONE, get(one))
        .route("/orders/{id}/cancel/", post(deeds::cancel))
        .route("/orders/{id}/again/", post(deeds::again))
        .route("/orders/{id}/reuse/", post(deeds::reuse))
}

#[derive(Template)]
#[template(path = "dashboard/orders.html")]
struct OrdersPage {
    views: Vec<View>,
    codes: usize,
    is_waiting: bool,
}

#[derive(Template)]
#[template(path = "dashboard/order.html")]
struct OrderPage {
    view: View,
    messages: Vec<Message>,
    /// What came back by refunds after it was paid.
    refunded: Usd,
    report: Report,
    /// Until when texts are kept, in words.
    kept: String,
    notice: Option<Notice>,
}

async fn list(State(door): State<Arc<Door>>, customer: Customer) -> Result<Response, PageError> {
    let app = &door.app;
    let page = order::list(app, customer.account(), Which::Active, None, SHOWN_MAX).await?;
    let mut views = Vec::with_capacity(page.lines.len());
    for line in page.lines {
        if let Some((view, _)) = view::view(app, customer.caller(), line.order).await? {
            views.push(view);
        }
    }
    let codes = views.iter().filter(|view| view.code.is_some()).count();
    let is_waiting = views.iter().any(|view| view.state == "waiting");
    let frame = Frame::live(HERE, &customer.standing, app.now_ms());
    Ok(page::show(HERE, StatusCode::OK, &OrdersPage { views, codes, is_waiting }, &frame))
}

async fn one(State(door): State<Arc<Door>>, customer: Customer, Path(id): Path<String>) -> Result<Response, PageError> {
    render(&door, &customer, &id, None).await
}

/// The id of an order as it is shown in an address.
fn read(id: &str) -> Result<i64, PageError> {
    ids::parse(Product::ShortTerm, id).ok_or(PageError::NotFound)
}

async fn render(door: &Door, customer: &Customer, id: &str, notice: Option<Notice>) -> Result<Response, PageError> {
    let found = view::view(&door.app, customer.caller(), read(id)?).await?;
    let (mut view, messages) = found.ok_or(PageError::NotFound)?;
    view.can_reuse &= customer.may_buy();
    let refunded = ledger::refunded_of(&door.app, customer.account(), read(id)?).await?;
    let report = Report::about(&door.app, customer.account(), Product::ShortTerm, read(id)?).await?;
    let status =
        if notice.as_ref().is_some_and(|notice| !notice.is_good) { StatusCode::CONFLICT } else { StatusCode::OK };
    let kept = kept_until(customer.caller().keep_ms);
    let page = OrderPage { view, messages, refunded, report, kept, notice };
    let frame = Frame::live(HERE, &customer.standing, door.app.now_ms());
    Ok(page::show(ONE, status, &page, &frame))
}
