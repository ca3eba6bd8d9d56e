//! Rentals that the house renews by itself.
//!
//! The rule: in the last hour of a rental whose customer switched it on, the house renews it for another term, if the
//! balance and the limits of the account cover today's price and that is not above the price that the customer was shown
//! when switching it on. If not, the customer is told once a term, on the page and by mail, and the house tries again
//! every ten minutes until the rental ends. A number of another house is asked for at that house: what it refused, or may
//! have done, is not asked for again in the same term.

use futures_util::future::join_all;

use super::renew::{RenewRefusal, renew_in_story};
use super::{State, bought, letters, rows};
use crate::account::{self, Caller};
use crate::catalog::{self, Catalog};
use crate::clock::{HOUR_MS, MINUTE_MS};
use crate::db::{DbError, Lane, Row, Tx};
use crate::event::{self, Event, Kind};
use crate::mail::{self, Letter};
use crate::money::Usd;
use crate::product::Product;
use crate::request::Failure;
use crate::{App, login, purchase};

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
    if purchase::is_served(app, id).await? {
        let most = row.opt_int(3).map(Usd::from_micros).unwrap_or(Usd::ZERO);
        return try_bought(app, standing.caller, (product, id), most, now_ms).await;
    }
    let (caller, catalog, house) = (standing.caller, std::sync::Arc::clone(catalog), app.clone());
    let story = move |tx: &mut Tx<'_>| {
        account::lock(tx, account)?;
        let Some(rental) = rows::locked(tx, id, product)? else { return Ok(false) };
        // Another node, or the customer, may have been here.
        let Some(most) = rental.auto_renew_max.filter(|_| is_due(&rental, now_ms)) else { return Ok(false) };
        let renewed = tx.savepoint(|tx| renew_in_story(tx, caller, &catalog, (product, id), Some(most), now_ms));
        match renewed {
            Ok(renewed) => post(tx, &house, account, |to| letters::renewed(to, (product, id), &renewed)).map(|()| true),
            Err(Failure::Db(error)) => Err(error),
            Err(_) => not_renewed(tx, &house, account, (product, id), now_ms),
        }
    };
    if app.db.write(Lane::Work, story).await? {
        app.notices.tell(account);
    }
    Ok(())
}

/// A rule: whether a rental is in its last hour.
pub(super) fn is_due(rental: &rows::Kept, now_ms: i64) -> bool {
    rental.state_at(now_ms) == State::Active && rental.end_ms <= now_ms + AHEAD_MS
}

/// Tries one whose number is another house's, once a term as far as that house heard of it.
async fn try_bought(app: &App, caller: Caller, rental: (Product, i64), most: Usd, now_ms: i64) -> Result<(), DbError> {
    let account = caller.account;
    match bought::renew_by_itself(app, caller, rental, most).await {
        // What came of it is told by whoever wrote it down; one that is in doubt is not asked for again.
        Ok(()) | Err(Failure::Open { .. } | Failure::Refused(RenewRefusal::NotFound)) => Ok(()),
        Err(Failure::Db(error)) => Err(error),
        Err(Failure::Refused(_) | Failure::KeyReused | Failure::Upstream) => {
            let house = app.clone();
            let story = move |tx: &mut Tx<'_>| {
                account::lock(tx, account)?;
                not_renewed(tx, &house, account, rental, now_ms)
            };
            if app.db.write(Lane::Work, story).await? {
                app.notices.tell(account);
            }
            Ok(())
        }
    }
}

/// Posts a letter to whoever signs in to an account, if anybody does.
pub(super) fn post(
    tx: &mut Tx<'_>,
    app: &App,
    account: i64,
    words: impl FnOnce(String) -> Letter,
) -> Result<(), DbError> {
    match login::address_of(tx, account)?.map(words) {
        Some(letter) => mail::post(tx, app, &letter),
        None => Ok(()),
    }
}

/// Notes that a rental that still runs could not be renewed, and tells it once a term; whether that is news.
pub(super) fn not_renewed(
    tx: &mut Tx<'_>,
    app: &App,
    account: i64,
    (product, id): (Product, i64),
    now_ms: i64,
) -> Result<bool, DbError> {
    let rental = rows::locked(tx, id, product)?.filter(|rental| rental.state_at(now_ms) == State::Active);
    let Some(rental) = rental else { return Ok(false) };
    let is_news = put_off(tx, account, (product, id), now_ms)?;
    if is_news {
        post(tx, app, account, |to| letters::not_renewed(to, (product, id), rental.end_ms))?;
    }
    Ok(is_news)
}

/// Notes that it could not be renewed; whether that is news, which it is once a term.
fn put_off(tx: &mut Tx<'_>, account: i64, order: (Product, i64), now_ms: i64) -> Result<bool, DbError> {
    let is_first = rows::auto_tried_ms(tx, order.1)? == 0;
    rows::set_auto_tried(tx, order.1, now_ms)?;
    if is_first {
        let seq = account::next_event(tx, account)?;
        let kind = Kind::RentalNotRenewed;
        let event = Event { seq, kind, at_ms: now_ms, order: Some(order), amount: None, message: None };
        event::append(tx, account, &event)?;
    }
    Ok(is_first)
}
