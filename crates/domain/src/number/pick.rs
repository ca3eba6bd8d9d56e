//! The pick: a number is taken in the same transaction as the hold, checked again as it is taken.

use super::lease::{self, NewLease};
use super::{Candidate, rows};
use crate::db::{DbError, Tx};
use crate::money::Usd;
use crate::product::Product;

/// What a number is wanted for.
pub(crate) struct Pick<'a> {
    pub(crate) order: i64,
    pub(crate) account: i64,
    pub(crate) service: i64,
    pub(crate) product: Product,
    pub(crate) now_ms: i64,
    pub(crate) end_ms: i64,
    pub(crate) keep_ms: i64,
    pub(crate) sealed_key: &'a [u8],
    pub(crate) enabled_sources: &'a [i64],
}

/// A number that was taken.
pub(crate) struct Taken {
    pub(crate) number: i64,
    pub(crate) digits: String,
}

/// Takes the first of some candidates that is still for sale, and opens the lease; `None` if none is.
pub(crate) fn take(tx: &mut Tx<'_>, pick: &Pick<'_>, candidates: &[Candidate]) -> Result<Option<Taken>, DbError> {
    for candidate in candidates {
        if let Some(number) = rows::lock_for_sale(tx, *candidate, pick)?
            && rows::claim_use(tx, *candidate, pick)?
        {
            return lease_out(tx, pick, number).map(Some);
        }
    }
    Ok(None)
}

/// Takes the very number that this customer had before for this service (N3 and N4 are about everyone else).
pub(crate) fn take_again(tx: &mut Tx<'_>, pick: &Pick<'_>, number: Candidate) -> Result<Option<Taken>, DbError> {
    match rows::lock_for_sale(tx, number, pick)? {
        Some(found) if rows::claim_use_again(tx, number, pick)? => lease_out(tx, pick, found).map(Some),
        Some(_) | None => Ok(None),
    }
}

fn lease_out(tx: &mut Tx<'_>, pick: &Pick<'_>, number: ForSale) -> Result<Taken, DbError> {
    rows::occupy(tx, number.id, pick)?;
    let lease = NewLease {
        order: pick.order,
        account: pick.account,
        number: number.id,
        service: pick.service,
        product: pick.product,
        start_ms: pick.now_ms,
        end_ms: pick.end_ms,
        cost: number.cost,
        keep_ms: pick.keep_ms,
        sealed_key: pick.sealed_key,
    };
    lease::insert(tx, &lease)?;
    Ok(Taken { number: number.id, digits: number.digits })
}

/// A number that stands for sale, locked.
pub(super) struct ForSale {
    pub(super) id: i64,
    pub(super) digits: String,
    pub(super) cost: Usd,
}
