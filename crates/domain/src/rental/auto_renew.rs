//! Rentals that the house renews by itself.
//!
//! The rule: in the last hour of a rental whose customer switched it on, the house renews it for another term, if the
//! balance and the limits of the account cover today's price and that is not above the price that the customer was shown
//! when switching it on. If not, the customer is told once a term, on the page and by mail, and the house tries again
//! every ten minutes until the rental ends.

use futures_util::future::join_all;

use super::renew::renew_in_story;
use super::{State, letters, rows};
use crate::account::{self, Caller};
use crate::catalog::{self, Catalog};
use crate::clock::{HOUR_MS, MINUTE_MS};
use crate::db::{DbError, Lane, Row, Tx};
use crate::event::{self, Event, Kind};
use crate::mail::{self, Letter};
use crate::money::Usd;
use crate::product::Product;
use crate::request::Failure;
use crate::{App, login};

/// How long before its end a rental is renewed.
const AHEAD_MS: i64 = HOUR_MS;
/// Between two tries.
const AGAIN_MS: i64 = 10 * MINUTE_MS;
/// Rentals tried in one round of the worker.
const ROUND_MAX: i64 = 256;

/// Why the house will not renew a rental by itself.
#[derive(Debug, thiserror::Error)]
pub enum AutoRefusal {
    /// There is no such rental of this account.
    #[error("there is no such rental")]
    NotFound,
    /// It is over.
    #[error("the rental is over")]
    Over,
    /// The database could not.
    #[error(transparent)]
    Db(#[from] DbError),
}

/// Switches the renewing of a rental by the house on, up to a price that its customer was shown, or off with `None`.
///
/// # Errors
/// See [`AutoRefusal`].
pub async fn auto_renew(
    app: &App,
    account: i64,
    (product, id): (Product, i64),
    most: Option<Usd>,
) -> Result<(), AutoRefusal> {
    let now = app.now_ms();
    let story = move |tx: &mut Tx<'_>| {
        account::lock(tx, account)?;
        let rental = rows::locked(tx, id, product)?.filter(|rental| rental.account == account);
        let rental = rental.ok_or(AutoRefusal::NotFound)?;
        if rental.state_at(now) != State::Active {
            return Err(AutoRefusal::Over);
        }
        Ok(rows::set_auto_renew(tx, id, most)?)
    };
    app.db.write(Lane::Account(account), story).await
}

/// Renews the rentals whose time for it has come; tells how many were looked at.
///
/// # Errors
/// What the database said; what was not renewed is found again.
pub async fn auto_renew_due(app: &App) -> Result<usize, DbError> {
    let now = app.now_ms();
    let values = crate::values![now, now + AHEAD_MS, now - AGAIN_MS, ROUND_MAX];
    let due = app.db.rows(rows::AUTO_DUE, values).await?;
    let catalog = catalog::catalog(app).await?;
    let tries = due.iter().map(|row| try_one(app, row, &catalog, now));
    join_all(tries).await.into_iter().collect::<Result<Vec<()>, DbError>>()?;
    Ok(due.len())
}

async fn try_one(app: &App, row: &Row, catalog: &std::sync::Arc<Catalog>, now_ms: i64) -> Result<(), DbError> {
    let (id, account, product) = (row.int(0), row.int(1), row.product(2)?);
    let Some(standing) = account::standing(app, account).await? else { return Ok(()) };
    let (caller, catalog, house) = (standing.caller, std::sync::Arc::clone(catalog), app.clone());
    let story = move |tx: &mut Tx<'_>| {
        account::lock(tx, account)?;
        let Some(rental) = rows::locked(tx, id, product)? else { return Ok(false) };
        // Another node, or the customer, may have been here.
        let is_due = rental.state_at(now_ms) == State::Active && rental.end_ms <= now_ms + AHEAD_MS;
        let Some(most) = rental.auto_renew_max.filter(|_| is_due) else { return Ok(false) };
        let renewed = tx.savepoint(|tx| renew_in_story(tx, caller, &catalog, (product, id), Some(most), now_ms));
        let (is_news, letter) = match renewed {
            Ok(renewed) => (true, tell(tx, account, |to| letters::renewed(to, (product, id), &renewed))?),
            Err(Failure::Db(error)) => return Err(error),
            Err(_) if put_off(tx, caller, (product, id), now_ms)? => {
                (true, tell(tx, account, |to| letters::not_renewed(to, (product, id), rental.end_ms))?)
            }
            Err(_) => (false, None),
        };
        if let Some(letter) = letter {
            mail::post(tx, &house, &letter)?;
        }
        Ok(is_news)
    };
    if app.db.write(Lane::Work, story).await? {
        app.notices.tell(account);
    }
    Ok(())
}

/// A letter to whoever signs in to an account, if anybody does.
fn tell(tx: &mut Tx<'_>, account: i64, words: impl FnOnce(String) -> Letter) -> Result<Option<Letter>, DbError> {
    Ok(login::address_of(tx, account)?.map(words))
}

/// Notes that it could not be renewed; whether that is news, which it is once a term.
fn put_off(tx: &mut Tx<'_>, caller: Caller, order: (Product, i64), now_ms: i64) -> Result<bool, DbError> {
    let is_first = rows::auto_tried_ms(tx, order.1)? == 0;
    rows::set_auto_tried(tx, order.1, now_ms)?;
    if is_first {
        let seq = account::next_event(tx, caller.account)?;
        let kind = Kind::RentalNotRenewed;
        let event = Event { seq, kind, at_ms: now_ms, order: Some(order), amount: None, message: None };
        event::append(tx, caller.account, &event)?;
    }
    Ok(is_first)
}
