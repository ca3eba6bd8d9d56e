//! `/numbers/`: finding a service and getting a number for it with one click.

use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::get;
use domain::ids;
use domain::money::Usd;
use domain::order::{self, Ask};
use domain::product::Product;
use domain::rental;

use super::front::Search;
use super::offers::{self, Offers};
use super::words::{Notice, told};
use crate::Door;
use crate::asked::{self, Asked};
use crate::customer::{Buyer, Customer};
use crate::form::Form;
use crate::page::{self, Frame, PageError};

const HERE: &str = "/numbers/";

pub(super) fn routes() -> Router<Arc<Door>> {
    Router::new().route(HERE, get(show).post(buy))
}

#[derive(Template)]
#[template(path = "dashboard/numbers.html")]
struct NumbersPage {
    q: String,
    offers: Offers,
    form_id: String,
    may_buy: bool,
    notice: Option<Notice>,
}

async fn show(
    State(door): State<Arc<Door>>,
    customer: Customer,
    Asked(Search { q }): Asked<Search>,
) -> Result<Response, PageError> {
    render(&door, &customer, q, None).await
}

async fn render(door: &Door, customer: &Customer, q: String, notice: Option<Notice>) -> Result<Response, PageError> {
    let offers = offers::search(&door.app, &q, Some(customer.caller().tier)).await?;
    let status = if notice.is_some() { StatusCode::CONFLICT } else { StatusCode::OK };
    let page = NumbersPage { q, offers, form_id: asked::fresh_id(), may_buy: customer.may_buy(), notice };
    Ok(page::show(HERE, status, &page, &Frame::live(HERE, &customer.standing, door.app.now_ms())))
}

/// Buys what a button of the list says: `short_term 0.42`, the price being what its reader was shown (L9).
async fn buy(State(door): State<Arc<Door>>, Buyer(customer): Buyer, form: Form) -> Result<Response, PageError> {
    let (service, button) = (form.text("service"), form.text("buy"));
    let (product, price) = button.split_once(' ').ok_or(PageError::BadForm)?;
    let product = Product::from_word(product).ok_or(PageError::BadForm)?;
    let max_price = Some(Usd::parse(price).map_err(|_| PageError::BadForm)?);
    let once = asked::once(customer.account(), HERE, form.text("form"), &format!("{service} {button}"))?;
    let ask = Ask { service: service.to_owned(), max_price, area_code: None };
    let (app, caller) = (door.app.clone(), customer.caller());
    // What was begun is done to its end, even if the browser leaves meanwhile.
    let bought = tokio::spawn(async move {
        match product {
            Product::ShortTerm => order::place(&app, caller, &ask, once).await.map(|placed| placed.order),
            Product::Rental1Day | Product::Rental30Day => {
                rental::rent(&app, caller, product, &ask, once).await.map(|rented| rented.rental)
            }
        }
    });
    match bought.await.map_err(|_| PageError::Db(domain::db::DbError::Unknown))? {
        Ok(id) => Ok(page::see_other(HERE, &place_of(product, id))),
        Err(failure) => {
            let customer = customer.seen_again(&door).await?;
            render(&door, &customer, form.text("q").to_owned(), Some(told(failure)?)).await
        }
    }
}

/// The page of an order or a rental.
pub(super) fn place_of(product: Product, id: i64) -> String {
    let shown = ids::shown(product, id);
    match product {
        Product::ShortTerm => format!("/orders/{shown}/"),
        Product::Rental1Day | Product::Rental30Day => format!("/rentals/{shown}/"),
    }
}
