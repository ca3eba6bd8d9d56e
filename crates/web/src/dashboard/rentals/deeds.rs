//! What a customer does with a rental: renew it, cancel it, note something of it.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;
use domain::money::Usd;
use domain::rental::{self, AutoRefusal, DescribeRefusal};
use domain::request::Failure;

use super::{ONE, read, render};
use crate::Door;
use crate::asked;
use crate::customer::{Buyer, Customer};
use crate::dashboard::numbers::place_of;
use crate::dashboard::words::{Notice, Words, told};
use crate::form::Form;
use crate::page::{self, PageError};

fn back(id: &str) -> Result<Response, PageError> {
    let (product, rental) = read(id)?;
    Ok(page::see_other(ONE, &place_of(product, rental)))
}

/// Goes back to the rental after a deed, or shows its page again with why nothing was done.
async fn finish<T, R: Words>(
    door: &Door,
    customer: Customer,
    id: &str,
    done: Result<T, Failure<R>>,
) -> Result<Response, PageError> {
    match done {
        Ok(_) => back(id),
        Err(failure) => render(door, &customer.seen_again(door).await?, id, Some(told(failure)?)).await,
    }
}

/// Renews for the price that the button names, and for no more (L9).
pub(super) async fn renew(
    State(door): State<Arc<Door>>,
    Buyer(customer): Buyer,
    Path(id): Path<String>,
    form: Form,
) -> Result<Response, PageError> {
    let (rental, price) = (read(&id)?, form.text("price"));
    let max_price = Some(Usd::parse(price).map_err(|_| PageError::BadForm)?);
    let what = format!("{id} {price}");
    let once = asked::once(customer.account(), "/rentals/{id}/renew/", form.text("form"), &what)?;
    let done = rental::renew(&door.app, customer.caller(), rental, max_price, once).await;
    finish(&door, customer, &id, done).await
}

pub(super) async fn cancel(
    State(door): State<Arc<Door>>,
    customer: Customer,
    Path(id): Path<String>,
    form: Form,
) -> Result<Response, PageError> {
    let (product, rental) = read(&id)?;
    let once = asked::once(customer.account(), "/rentals/{id}/cancel/", form.text("form"), &id)?;
    let done = rental::cancel(&door.app, customer.caller(), product, rental, once).await;
    finish(&door, customer, &id, done).await
}

pub(super) async fn note(
    State(door): State<Arc<Door>>,
    customer: Customer,
    Path(id): Path<String>,
    form: Form,
) -> Result<Response, PageError> {
    let (label, note) = (form.text("label"), form.text("note"));
    match rental::describe(&door.app, customer.account(), read(&id)?, label, note).await {
        Ok(()) => back(&id),
        Err(DescribeRefusal::NotFound) => Err(PageError::NotFound),
        Err(DescribeRefusal::TooLong) => {
            let notice = Notice::bad("A label has at most 60 characters in one line, and a note at most 2,000.");
            render(&door, &customer, &id, Some(notice)).await
        }
        Err(DescribeRefusal::Db(error)) => Err(error.into()),
    }
}

/// Switches the renewing by the house on, up to the price that the button showed, or off.
pub(super) async fn auto_renew(
    State(door): State<Arc<Door>>,
    customer: Customer,
    Path(id): Path<String>,
    form: Form,
) -> Result<Response, PageError> {
    let most = match form.text("most") {
        "" => None,
        price => Some(Usd::parse(price).ok().filter(|most| *most > Usd::ZERO).ok_or(PageError::BadForm)?),
    };
    match rental::auto_renew(&door.app, customer.account(), read(&id)?, most).await {
        Ok(()) => back(&id),
        Err(AutoRefusal::NotFound) => Err(PageError::NotFound),
        Err(AutoRefusal::Over) => render(&door, &customer, &id, Some(Notice::bad("The rental is over."))).await,
        Err(AutoRefusal::Db(error)) => Err(error.into()),
    }
}
