//! `/operator/orders/`: every order and rental, found by its id, its number or its customer.

mod deeds;
mod one;

use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::{get, post};
use domain::account::{self, CustomerFilter, CustomerLine};
use domain::dossier::{self, Facts};
use domain::history::{self, Filter};
use domain::ids;
use domain::phone::Nanp;
use domain::product::Product;
use domain::{App, catalog};
use serde::Deserialize;

use super::Frame;
use crate::Door;
use crate::asked::Asked;
use crate::page::{self, PageError};
use crate::session::Operator;

pub(super) const HERE: &str = "/operator/orders/";
/// Lines of a page.
const LINES: usize = 50;
/// Customers among whom one is chosen.
const CUSTOMERS: i64 = 20;

pub(super) fn routes() -> Router<Arc<Door>> {
    Router::new()
        .route(HERE, get(show))
        .route(one::ONE, get(one::show))
        .route(deeds::REFUND, post(deeds::refund))
        .route(deeds::MESSAGES, post(deeds::messages))
}

/// What is looked for.
#[derive(Default, Deserialize)]
struct Wish {
    #[serde(default)]
    q: String,
    /// One customer, by the account.
    customer: Option<i64>,
    /// The place to go on from, `TIME-ID`.
    #[serde(default)]
    before: String,
}

impl Wish {
    fn place(&self) -> Option<(i64, i64)> {
        let (at_ms, id) = self.before.split_once('-')?;
        Some((at_ms.parse().ok()?, id.parse().ok()?))
    }

    /// What leads to the next page, but its place.
    fn query(&self) -> String {
        self.customer.map_or_else(String::new, |customer| format!("customer={customer}&"))
    }
}

/// A line of the list.
struct Line {
    id: String,
    service: String,
    shown: String,
    customer: String,
    facts: Facts,
}

/// What was found.
#[derive(Default)]
struct Found {
    orders: Vec<(Facts, String)>,
    /// Customers whom the words fit.
    customers: Vec<CustomerLine>,
    next: Option<(i64, i64)>,
    /// Whose orders these are, where they are one customer's.
    of: Option<String>,
}

#[derive(Template)]
#[template(path = "operator/orders/list.html")]
struct OrdersPage {
    wish: Wish,
    of: Option<String>,
    lines: Vec<Line>,
    customers: Vec<CustomerLine>,
    next: Option<String>,
}

async fn show(
    State(door): State<Arc<Door>>,
    operator: Operator,
    Asked(wish): Asked<Wish>,
) -> Result<Response, PageError> {
    let app = &door.app;
    if let Some(id) = order_id(&wish.q)
        && let Some(dossier) = dossier::dossier(app, id).await?
    {
        return Ok(page::see_other(HERE, &place_of(&dossier.facts)));
    }
    let frame = Frame::of(&door, &operator, HERE).await?;
    let found = find(app, &wish).await?;
    // One customer whom the words fit has a list of their own, in which one can go on.
    if let [one] = found.customers.as_slice() {
        return Ok(page::see_other(HERE, &format!("{HERE}?customer={}", one.account.id)));
    }
    let catalog = catalog::catalog(app).await?;
    let line = |(facts, customer): (Facts, String)| Line {
        id: ids::shown(facts.product, facts.id),
        service: catalog.by_id(facts.service).map_or_else(|| "An earlier service".to_owned(), |it| it.name.clone()),
        shown: super::told::national(&facts.digits),
        customer,
        facts,
    };
    let page = OrdersPage {
        of: found.of,
        lines: found.orders.into_iter().map(line).collect(),
        customers: found.customers,
        next: found.next.map(|(at_ms, id)| format!("{at_ms}-{id}")),
        wish,
    };
    Ok(page::show(HERE, StatusCode::OK, &page, &frame))
}

async fn find(app: &App, wish: &Wish) -> Result<Found, PageError> {
    let text = wish.q.trim();
    if let Some(customer) = wish.customer {
        return of_customer(app, customer, wish.place()).await;
    }
    if text.is_empty() {
        let orders = dossier::newest(app, wish.place(), i64::try_from(LINES).unwrap_or(i64::MAX)).await?;
        let next = orders.last().filter(|_| orders.len() == LINES).map(|(facts, _)| (facts.created_ms, facts.id));
        return Ok(Found { orders, next, ..Found::default() });
    }
    if let Ok(number) = Nanp::parse(text) {
        let orders = dossier::of_number(app, &number.digits()).await?;
        return Ok(Found { orders, ..Found::default() });
    }
    let filter = CustomerFilter { text: text.to_owned(), ..CustomerFilter::default() };
    let (customers, _) = account::search(app, &filter, None, CUSTOMERS).await?;
    Ok(Found { customers, ..Found::default() })
}

async fn of_customer(app: &App, customer: i64, before: Option<(i64, i64)>) -> Result<Found, PageError> {
    let standing = account::standing(app, customer).await?.ok_or(PageError::NotFound)?;
    let (lines, next) = history::history(app, customer, &Filter::default(), before, LINES).await?;
    let catalog = catalog::catalog(app).await?;
    let facts = |line: history::Line| Facts {
        product: line.product,
        id: line.id,
        account: customer,
        service: catalog.by_slug(&line.service).map_or(0, |service| service.id),
        digits: line.digits,
        price: line.price,
        state: line.state,
        created_ms: line.created_ms,
        end_ms: line.end_ms,
    };
    let orders = lines.into_iter().map(|line| (facts(line), standing.name.clone())).collect();
    Ok(Found { orders, next, customers: Vec::new(), of: Some(standing.name) })
}

/// The id in what was typed, `ORD-123456` or `RNT-123456`.
fn order_id(text: &str) -> Option<i64> {
    let text = text.trim().to_uppercase();
    Product::ALL.into_iter().find_map(|product| ids::parse(product, &text))
}

/// Where an order or rental is shown.
fn place_of(facts: &Facts) -> String {
    format!("{HERE}{}/", ids::shown(facts.product, facts.id))
}
