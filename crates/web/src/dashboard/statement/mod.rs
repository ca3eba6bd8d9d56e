//! `/statement/`: every movement of a customer's money with the balance after it, and how to add some.

mod csv;

use std::collections::HashSet;
use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::get;
use domain::dossier;
use domain::ids;
use domain::ledger::{self, Entry, Move};
use domain::money::Usd;
use serde::Deserialize;

use super::numbers::place_of;
use crate::Door;
use crate::asked::Asked;
use crate::customer::Customer;
use crate::page::{self, Frame, PageError};

const HERE: &str = "/statement/";
/// Lines of a page.
const LINES: i64 = 50;

pub(super) fn routes() -> Router<Arc<Door>> {
    Router::new().route(HERE, get(show)).route("/statement/statement.csv", get(csv::download))
}

/// From where on it is read.
#[derive(Deserialize)]
struct From {
    before: Option<i64>,
}

struct Line {
    at_ms: i64,
    what: &'static str,
    amount: Usd,
    is_plus: bool,
    /// What it did to what can be spent; a capture did so when it was set aside.
    sign: &'static str,
    available: Usd,
    held: Usd,
    /// The order's id, and its place while it is known.
    order: Option<(String, Option<String>)>,
}

#[derive(Template)]
#[template(path = "dashboard/statement.html")]
struct StatementPage {
    available: Usd,
    held: Usd,
    lines: Vec<Line>,
    next: Option<i64>,
    is_first: bool,
}

async fn show(
    State(door): State<Arc<Door>>,
    customer: Customer,
    Asked(From { before }): Asked<From>,
) -> Result<Response, PageError> {
    let entries = ledger::statement(&door.app, customer.account(), before, LINES).await?;
    // Entries are numbered from 1 without a gap, so the last one tells whether there are more.
    let next = entries.last().map(|entry| entry.seq).filter(|seq| *seq > 1);
    let orders = entries.iter().filter_map(|entry| entry.order).map(|(_, id)| id).collect();
    let known = dossier::known(&door.app, orders).await?;
    let standing = &customer.standing;
    let page = StatementPage {
        available: standing.available,
        held: standing.held,
        lines: entries.iter().map(|entry| line(entry, &known)).collect(),
        next,
        is_first: before.is_none(),
    };
    let frame = Frame::live(HERE, standing, door.app.now_ms());
    Ok(page::show(HERE, StatusCode::OK, &page, &frame))
}

fn line(entry: &Entry, known: &HashSet<i64>) -> Line {
    let place = |product, id| known.contains(&id).then(|| place_of(product, id));
    Line {
        at_ms: entry.at_ms,
        what: what(entry.kind),
        amount: entry.amount,
        is_plus: matches!(entry.kind, Move::Credit | Move::Release | Move::Refund),
        sign: match entry.kind {
            Move::Credit | Move::Release | Move::Refund => "+",
            Move::Debit | Move::Hold => "−",
            Move::Capture => "",
        },
        available: entry.available,
        held: entry.held,
        order: entry.order.map(|(product, id)| (ids::shown(product, id), place(product, id))),
    }
}

fn what(kind: Move) -> &'static str {
    match kind {
        Move::Credit => "Funds added",
        Move::Debit => "Funds taken back",
        Move::Hold => "Set aside for",
        Move::Capture => "Paid for",
        Move::Release => "Came back from",
        Move::Refund => "Refunded for",
    }
}
