//! What a customer does with an order: cancel it, wait again, have its number again.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;
use domain::money::Usd;
use domain::order;
use domain::product::Product;
use domain::request::Failure;

use super::{ONE, read, render};
use crate::Door;
use crate::asked;
use crate::customer::{Buyer, Customer};
use crate::dashboard::numbers::place_of;
use crate::dashboard::words::{Words, told};
use crate::form::Form;
use crate::page::{self, PageError};

pub(super) async fn cancel(
    State(door): State<Arc<Door>>,
    customer: Customer,
    Path(id): Path<String>,
    form: Form,
) -> Result<Response, PageError> {
    let once = asked::once(customer.account(), "/orders/{id}/cancel/", form.text("form"), &id)?;
    let order = read(&id)?;
    let done = order::cancel(&door.app, customer.caller(), order, once).await;
    finish(&door, customer, &id, done.map(|_| order)).await
}

pub(super) async fn again(
    State(door): State<Arc<Door>>,
    customer: Customer,
    Path(id): Path<String>,
    form: Form,
) -> Result<Response, PageError> {
    let once = asked::once(customer.account(), "/orders/{id}/again/", form.text("form"), &id)?;
    let order = read(&id)?;
    let done = order::again(&door.app, customer.caller(), order, once).await;
    finish(&door, customer, &id, done.map(|_| order)).await
}

pub(super) async fn reuse(
    State(door): State<Arc<Door>>,
    Buyer(customer): Buyer,
    Path(id): Path<String>,
    form: Form,
) -> Result<Response, PageError> {
    let price = form.text("price");
    let max_price = Some(Usd::parse(price).map_err(|_| PageError::BadForm)?);
    let what = format!("{id} {price}");
    let once = asked::once(customer.account(), "/orders/{id}/reuse/", form.text("form"), &what)?;
    let done = order::reuse(&door.app, customer.caller(), read(&id)?, max_price, once).await;
    finish(&door, customer, &id, done.map(|placed| placed.order)).await
}

/// Goes on to the order that came of a deed, or shows the page again with why nothing did.
async fn finish<R: Words>(
    door: &Door,
    customer: Customer,
    id: &str,
    done: Result<i64, Failure<R>>,
) -> Result<Response, PageError> {
    match done {
        Ok(order) => Ok(page::see_other(ONE, &place_of(Product::ShortTerm, order))),
        Err(failure) => render(door, &customer.seen_again(door).await?, id, Some(told(failure)?)).await,
    }
}
