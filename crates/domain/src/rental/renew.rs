//! Renewing a rental: another term, paid at today's price, that runs on from the paid end.

use serde::{Deserialize, Serialize};

use super::{State, rows};
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
    /// It is over, was cancelled, is paid a year ahead, or its number is retired.
    NotRenewable,
    /// It cannot be sold.
    Sale(SaleRefusal),
}

impl Refusal for RenewRefusal {
    fn is_not_now(&self) -> bool {
        matches!(self, Self::Sale(refusal) if refusal.is_not_now())
    }
}

/// Renews a rental for another term, for at most a price, if one is given (L9).
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
    let catalog = catalog::catalog(app).await?;
    let now = app.now_ms();
    let story = move |tx: &mut Tx<'_>| {
        request::once(tx, once.as_ref(), now, |tx| renew_in_story(tx, caller, &catalog, rental, max_price, now))
    };
    let renewed = app.db.write(Lane::Account(caller.account), story).await?.map_err(Failure::Refused)?;
    app.notices.tell(caller.account);
    Ok(renewed)
}

/// Renews a rental for at most a price, if one is given.
pub(super) fn renew_in_story(
    tx: &mut Tx<'_>,
    caller: Caller,
    catalog: &Catalog,
    (product, id): (Product, i64),
    max_price: Option<Usd>,
    now_ms: i64,
) -> Result<Renewed, Failure<RenewRefusal>> {
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
    pay(tx, caller, (product, id), price, now_ms).map_err(|failure| match failure {
        Failure::Refused(refusal) => refuse(refusal),
        Failure::KeyReused => Failure::KeyReused,
        Failure::Open { product, order } => Failure::Open { product, order },
        Failure::Upstream => Failure::Upstream,
        Failure::Db(error) => Failure::Db(error),
    })?;
    rows::renew(tx, id, price, end_ms)?;
    number::extend(tx, id, end_ms)?;
    Ok(Renewed { price, end_ms })
}

fn pay(
    tx: &mut Tx<'_>,
    caller: Caller,
    order: (Product, i64),
    price: Usd,
    now_ms: i64,
) -> Result<(), Failure<SaleRefusal>> {
    let hold = Transfer {
        account: caller.account,
        kind: Move::Hold,
        amount: price,
        order: Some(order),
        resolves: None,
        reference: None,
        reason: None,
        event: None,
        message: None,
        at_ms: now_ms,
    };
    let held = ledger::post(tx, &hold).map_err(|error| match error {
        PostError::Insufficient { available } => {
            Failure::Refused(SaleRefusal::Insufficient { required: price, available })
        }
        PostError::NotActive => Failure::Refused(SaleRefusal::Suspended),
        PostError::Db(error) => error.into(),
    })?;
    allow(tx, &caller, Buying::Term, price, now_ms)?;
    let capture = Transfer { kind: Move::Capture, resolves: Some(held.seq), event: Some(Kind::RentalRenewed), ..hold };
    ledger::post_due(tx, &capture).map(drop).map_err(DbError::into)
}
