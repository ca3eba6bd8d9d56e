//! `/rentals/`: numbers of one's own, each with its inbox.

mod deeds;

use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::{get, post};
use domain::catalog;
use domain::db::DbError;
use domain::ids;
use domain::ledger::{self, Payment};
use domain::message::Message;
use domain::money::Usd;
use domain::order::Which;
use domain::product::Product;
use domain::rental::{self, Rental, State as RentalState};

use super::complaints::Report;
use super::numbers::place_of;
use super::words::{Notice, kept_until, national};
use crate::Door;
use crate::asked;
use crate::customer::Customer;
use crate::page::{self, Frame, PageError};

const HERE: &str = "/rentals/";
const ONE: &str = "/rentals/{id}/";
const KINDS: [Product; 2] = [Product::Rental1Day, Product::Rental30Day];

pub(super) fn routes() -> Router<Arc<Door>> {
    Router::new()
        .route(HERE, get(list))
        .route(ONE, get(one))
        .route("/rentals/{id}/renew/", post(deeds::renew))
        .route("/rentals/{id}/cancel/", post(deeds::cancel))
        .route("/rentals/{id}/note/", post(deeds::note))
        .route("/rentals/{id}/auto-renew/", post(deeds::auto_renew))
}

struct Row {
    place: String,
    id: String,
    name: String,
    number: String,
    rental: Rental,
}

#[derive(Template)]
#[template(path = "dashboard/rentals.html")]
struct RentalsPage {
    rows: Vec<Row>,
}

#[derive(Template)]
#[template(path = "dashboard/rental.html")]
struct RentalPage {
    id: String,
    name: String,
    rental: Rental,
    messages: Vec<Message>,
    /// What came back of all its terms.
    refunded: Usd,
    cancellable_until_ms: Option<i64>,
    /// What a cancel gives back: the rest of what was paid, renewals too.
    comes_back: Usd,
    /// What another term costs today, if it is sold.
    renew_price: Option<Usd>,
    form_id: String,
    report: Report,
    /// Until when texts are kept, in words.
    kept: String,
    notice: Option<Notice>,
}

impl RentalPage {
    fn is_active(&self) -> bool {
        self.rental.state == RentalState::Active
    }

    fn term(&self) -> &'static str {
        term(self.rental.product)
    }
}

fn term(product: Product) -> &'static str {
    match product {
        Product::Rental30Day => "30 days",
        Product::Rental1Day | Product::ShortTerm => "1 day",
    }
}

async fn list(State(door): State<Arc<Door>>, customer: Customer) -> Result<Response, PageError> {
    let app = &door.app;
    let mut rentals = Vec::new();
    for product in KINDS {
        rentals.extend(rental::list(app, customer.account(), product, Which::Active, None, rental::LIST_MAX).await?.0);
    }
    rentals.sort_by_key(|rental| rental.end_ms);
    let catalog = catalog::catalog(app).await?;
    let row = |rental: Rental| Row {
        place: place_of(rental.product, rental.id),
        id: ids::shown(rental.product, rental.id),
        name: catalog.name(&rental.service).to_owned(),
        number: national(&rental.digits),
        rental,
    };
    let page = RentalsPage { rows: rentals.into_iter().map(row).collect() };
    Ok(page::show(HERE, StatusCode::OK, &page, &Frame::live(HERE, &customer.standing, app.now_ms())))
}

async fn one(State(door): State<Arc<Door>>, customer: Customer, Path(id): Path<String>) -> Result<Response, PageError> {
    render(&door, &customer, &id, None).await
}

/// The kind and id of a rental as they are shown in an address.
fn read(id: &str) -> Result<(Product, i64), PageError> {
    let of = |product| ids::parse(product, id).map(|id| (product, id));
    KINDS.into_iter().find_map(of).ok_or(PageError::NotFound)
}

async fn render(door: &Door, customer: &Customer, id: &str, notice: Option<Notice>) -> Result<Response, PageError> {
    let app = &door.app;
    let (product, rental) = read(id)?;
    let inbox = rental::inbox(app, customer.account(), product, rental).await?.ok_or(PageError::NotFound)?;
    let catalog = catalog::catalog(app).await?;
    let payments = ledger::payments(app, product, rental).await?;
    let service = catalog.by_slug(&inbox.rental.service).filter(|service| service.is_sold() && customer.may_buy());
    let page = RentalPage {
        id: ids::shown(product, rental),
        name: catalog.name(&inbox.rental.service).to_owned(),
        renew_price: service.and_then(|service| service.price(product, Some(customer.caller().tier))),
        rental: inbox.rental,
        messages: inbox.messages,
        refunded: sum(payments.iter().map(|payment| payment.refunded))?,
        cancellable_until_ms: inbox.cancellable_until_ms,
        comes_back: sum(payments.iter().map(Payment::left))?,
        kept: kept_until(customer.caller().keep_ms),
        form_id: asked::fresh_id(),
        report: Report::about(app, customer.account(), product, rental).await?,
        notice,
    };
    let status = if page.notice.is_some() { StatusCode::CONFLICT } else { StatusCode::OK };
    Ok(page::show(ONE, status, &page, &Frame::live(HERE, &customer.standing, app.now_ms())))
}

fn sum(mut amounts: impl Iterator<Item = Usd>) -> Result<Usd, DbError> {
    amounts.try_fold(Usd::ZERO, Usd::checked_add).ok_or(DbError::Damaged("a sum of payments"))
}
