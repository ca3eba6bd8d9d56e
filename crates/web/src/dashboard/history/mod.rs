//! `/history/`: every order and rental, with a filter, and the same as a table for spreadsheets.

mod csv;

use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::get;
use domain::catalog;
use domain::history::{self, Filter, Line};
use domain::ids;
use domain::money::Usd;
use domain::product::Product;
use serde::Deserialize;

use super::numbers::place_of;
use super::words::{kept_until, national};
use crate::Door;
use crate::asked::{self, Asked};
use crate::customer::Customer;
use crate::page::{self, Frame, PageError};

const HERE: &str = "/history/";
/// Lines of a page.
const LINES: usize = 50;
/// The words of all states, of orders and rentals.
const STATES: [&str; 5] = ["waiting", "received", "active", "cancelled", "expired"];

pub(super) fn routes() -> Router<Arc<Door>> {
    Router::new().route(HERE, get(show)).route("/history/history.csv", get(csv::download))
}

/// The filter as it stands in an address; what is empty does not matter.
#[derive(Clone, Default, Deserialize)]
struct Wish {
    #[serde(default)]
    service: String,
    #[serde(default)]
    state: String,
    #[serde(default)]
    from: String,
    #[serde(default)]
    to: String,
    #[serde(default)]
    before: String,
}

impl Wish {
    /// The filter.
    fn filter(&self) -> Filter {
        let text = |text: &str| Some(text.trim().to_lowercase()).filter(|text| !text.is_empty());
        let (from_ms, before_ms) = asked::days(&self.from, &self.to);
        Filter { service: text(&self.service), state: text(&self.state), from_ms, before_ms }
    }

    /// The place to go on from, `TIME-ID`.
    fn place(&self) -> Option<(i64, i64)> {
        let (at_ms, id) = self.before.split_once('-')?;
        Some((at_ms.parse().ok()?, id.parse().ok()?))
    }

    fn is_empty(&self) -> bool {
        self.filter() == Filter::default()
    }
}

struct Row {
    place: String,
    id: String,
    kind: &'static str,
    name: String,
    number: String,
    line: Line,
}

#[derive(Template)]
#[template(path = "dashboard/history.html")]
struct HistoryPage {
    wish: Wish,
    services: Vec<(String, String)>,
    rows: Vec<Row>,
    next: Option<String>,
    /// Until when texts are kept, in words.
    kept: String,
}

async fn show(
    State(door): State<Arc<Door>>,
    customer: Customer,
    Asked(wish): Asked<Wish>,
) -> Result<Response, PageError> {
    let app = &door.app;
    let (lines, next) = history::history(app, customer.account(), &wish.filter(), wish.place(), LINES).await?;
    let catalog = catalog::catalog(app).await?;
    let row = |line: Line| Row {
        place: place_of(line.product, line.id),
        id: ids::shown(line.product, line.id),
        kind: kind(line.product),
        name: catalog.name(&line.service).to_owned(),
        number: national(&line.digits),
        line,
    };
    let services = catalog.search("").into_iter().map(|service| (service.slug.clone(), service.name.clone()));
    let page = HistoryPage {
        services: services.collect(),
        rows: lines.into_iter().map(row).collect(),
        next: next.map(|(at_ms, id)| format!("{at_ms}-{id}")),
        kept: kept_until(customer.caller().keep_ms),
        wish,
    };
    let frame = Frame::open(HERE, Some(&customer.standing), app.now_ms());
    Ok(page::show(HERE, StatusCode::OK, &page, &frame))
}

fn kind(product: Product) -> &'static str {
    match product {
        Product::ShortTerm => "One code",
        Product::Rental1Day => "1 day",
        Product::Rental30Day => "30 days",
    }
}
