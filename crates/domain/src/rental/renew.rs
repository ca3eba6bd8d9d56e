//! Renewing a rental: another term, paid at today's price, that runs on from the paid end.

use serde::{Deserialize, Serialize};

use super::{State, bought, rows};
use crate::App;
use crate::account::Caller;
use crate::catalog::{self, Catalog};
use crate::clock::DAY_MS;
use crate::db::{DbError, Lane, Tx};
use crate::event::Kind;
use crate::ledger::{self, Move, PostError, Transfer};
use crate::money::Usd;
use crate::number;
use crate::order::{Ask, Buying, SaleRefusal, allow, offer};
use crate::product::Product;
use crate::purchase;
use crate::request::{self, Failure, Once, Refusal};

/// How far ahead a rental may be paid.
const AHEAD_MAX_MS: i64 = 366 * DAY_MS;

/// A rental that was renewed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Renewed {
    /// What the term cost.
    pub price: Usd,
    /// When the rental ends now.
    pub end_ms: i64,
}

/// Why a rental is not renewed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum RenewRefusal {
    /// There is no such rental of this account.
    NotFound,
    /// It is over, was cancelled, is paid a year ahead, or its number cannot be had for longer.
    NotRenewable,
    /// Its number is another house's, and it can still be cancelled: that house would keep the price of the term.
    NotYet,
    /// It cannot be sold.
    Sale(SaleRefusal),
}

impl Refusal for RenewRefusal {
    fn is_not_now(&self) -> bool {
        match self {
            Self::Sale(refusal) => refusal.is_not_now(),
            Self::NotYet => true,
            Self::NotFound | Self::NotRenewable => false,
        }
    }
}

/// Renews a rental for another term, for at most a price, if one is given (L9). Where its number is another house's, that
/// house is asked for the term: a request that is sent again before it answered waits for it.
///
/// # Errors
/// See [`RenewRefusal`] and [`Failure`].
pub async fn renew(
    app: &App,
    caller: Caller,
    rental: (Product, i64),
    max_price: Option<Usd>,
    once: Option<Once>,
) -> Result<Renewed, Failure<RenewRefusal>> {
    if purchase::is_served(app, rental.1).await? {
        return bought::renew(app, caller, rental, max_price, once).await;
    }
    let catalog = catalog::catalog(app).await?;
    let now = app.now_ms();
    let story = move |tx: &mut Tx<'_>| {
        request::once(tx, once.as_ref(), now, |tx| renew_in_story(tx, caller, &catalog, rental, max_price, now))
    };
    let renewed = app.db.write(Lane::Account(caller.account), story).await?.map_err(Failure::Refused)?;
    app.notices.tell(caller.account);
    Ok(renewed)
}

/// Renews a rental of one of our own numbers for at most a price, if one is given.
pub(super) fn renew_in_story(
    tx: &mut Tx<'_>,
    caller: Caller,
    catalog: &Catalog,
    (product, id): (Product, i64),
    max_price: Option<Usd>,
    now_ms: i64,
) -> Result<Renewed, Failure<RenewRefusal>> {
    let (rental, next) = next_term(tx, caller, catalog, (product, id), max_price, now_ms)?;
    if number::is_bought(tx, rental.number)? {
        return Err(Failure::Refused(RenewRefusal::NotRenewable));
    }
    let hold = set_aside(tx, caller, (product, id), next.price, now_ms)?;
    earn(tx, caller.account, (product, id), (next.price, hold), now_ms)?;
    rows::renew(tx, id, next.price, next.end_ms)?;
    number::extend(tx, id, next.end_ms)?;
    Ok(next)
}

/// What the next term of a rental of an account costs and until when it would run, or why it is not sold; locks account
/// and rental.
pub(super) fn next_term(
    tx: &mut Tx<'_>,
    caller: Caller,
    catalog: &Catalog,
    (product, id): (Product, i64),
    max_price: Option<Usd>,
    now_ms: i64,
) -> Result<(rows::Kept, Renewed), Failure<RenewRefusal>> {
    crate::account::lock(tx, caller.account)?;
    let rental = rows::locked(tx, id, product)?.filter(|rental| rental.account == caller.account);
    let rental = rental.ok_or(Failure::Refused(RenewRefusal::NotFound))?;
    let term_ms = match product {
        Product::Rental30Day => 30 * DAY_MS,
        Product::Rental1Day | Product::ShortTerm => DAY_MS,
    };
    let end_ms = rental.end_ms + term_ms;
    let is_too_far = end_ms > now_ms + AHEAD_MAX_MS;
    if rental.state_at(now_ms) != State::Active || is_too_far || number::is_retired(tx, rental.number)? {
        return Err(Failure::Refused(RenewRefusal::NotRenewable));
    }
    let ask = Ask { service: catalog.slug(rental.service).to_owned(), max_price, area_code: None };
    let refuse = |refusal| Failure::Refused(RenewRefusal::Sale(refusal));
    let (_, price) = offer(catalog, &ask, product, caller.tier).map_err(refuse)?;
    Ok((rental, Renewed { price, end_ms }))
}

/// Sets the price of a term aside, within the limits of its account and key; tells the hold.
pub(super) fn set_aside(
    tx: &mut Tx<'_>,
    caller: Caller,
    order: (Product, i64),
    price: Usd,
    now_ms: i64,
) -> Result<i64, Failure<RenewRefusal>> {
    let refuse = |refusal| Failure::Refused(RenewRefusal::Sale(refusal));
    let held = ledger::post(tx, &transfer(Move::Hold, caller.account, order, price, now_ms));
    let held = held.map_err(|error| match error {
        PostError::Insufficient { available } => refuse(SaleRefusal::Insufficient { required: price, available }),
        PostError::NotActive => refuse(SaleRefusal::Suspended),
        PostError::Db(error) => error.into(),
    })?;
    allow(tx, &caller, Buying::Term, price, now_ms).map_err(|failure| match failure {
        Failure::Refused(refusal) => refuse(refusal),
        Failure::KeyReused => Failure::KeyReused,
        Failure::Open { product, order } => Failure::Open { product, order },
        Failure::Upstream => Failure::Upstream,
        Failure::Db(error) => Failure::Db(error),
    })?;
    Ok(held.seq)
}

/// Earns the price of a term that was set aside, and tells of the renewal.
pub(super) fn earn(
    tx: &mut Tx<'_>,
    account: i64,
    order: (Product, i64),
    (price, hold): (Usd, i64),
    now_ms: i64,
) -> Result<(), DbError> {
    let capture = transfer(Move::Capture, account, order, price, now_ms);
    let capture = Transfer { resolves: Some(hold), event: Some(Kind::RentalRenewed), ..capture };
    ledger::post_due(tx, &capture).map(drop)
}

fn transfer(kind: Move, account: i64, order: (Product, i64), amount: Usd, at_ms: i64) -> Transfer<'static> {
    Transfer {
        account,
        kind,
        amount,
        order: Some(order),
        resolves: None,
        reference: None,
        reason: None,
        event: None,
        message: None,
        at_ms,
    }
}
