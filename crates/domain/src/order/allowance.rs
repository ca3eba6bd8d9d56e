//! What an account has used of its limits, and whether it may buy more: the one place that every sale and every renewal
//! asks, whoever asks for it.

use super::{rows, sale::SaleRefusal};
use crate::account::{self, Caller};
use crate::clock::{DAY_MS, SECOND_MS};
use crate::db::{DbError, Tx};
use crate::ledger;
use crate::money::Usd;
use crate::policy::limits::{self, Limits, Usage};
use crate::request::Failure;
use crate::{purchase, rental};

/// What is bought.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Buying {
    /// An order or a rental, for a service: a number more.
    Number { service: i64 },
    /// Another term of a rental that runs: it costs what it costs, and takes no number.
    Term,
}

/// Whether a caller may buy for a price now, by the limits of its account and by the daily cap of its key. The price is
/// counted against the cap; the account must be locked.
pub(crate) fn allow(
    tx: &mut Tx<'_>,
    caller: &Caller,
    buying: Buying,
    price: Usd,
    now_ms: i64,
) -> Result<(), Failure<SaleRefusal>> {
    let refuse = |retry_after_s| Err(Failure::Refused(SaleRefusal::LimitReached { retry_after_s }));
    let limits = account::limits_of(tx, caller)?;
    // Nothing is counted for those that have none.
    if limits != Limits::NONE {
        let must_wait_s = match buying {
            Buying::Number { service } => {
                let usage = usage(tx, caller.account, Some(service), now_ms)?;
                limits::order_must_wait_s(&limits, &usage, price)
            }
            Buying::Term => limits::renewal_must_wait_s(&limits, &usage(tx, caller.account, None, now_ms)?, price),
        };
        if let Some(retry_after_s) = must_wait_s {
            return refuse(retry_after_s);
        }
    }
    if !caller.is_capped || account::spend(tx, caller.key, price, now_ms)? {
        return Ok(());
    }
    // The cap holds until midnight UTC.
    let left_ms = DAY_MS - now_ms.rem_euclid(DAY_MS);
    refuse((left_ms + SECOND_MS - 1) / SECOND_MS)
}

/// What an account has open and did lately: orders, rentals and their renewals, and what is under way with other houses.
/// Whatever a customer set aside or paid within the day counts, also where it came back.
pub(crate) fn usage(tx: &mut Tx<'_>, account: i64, service: Option<i64>, now_ms: i64) -> Result<Usage, DbError> {
    let parts = [
        rows::usage(tx, account, service, now_ms)?,
        rental::usage(tx, account, service, now_ms)?,
        ledger::rent_paid(tx, account, now_ms)?,
        purchase::under_way(tx, account, service)?,
    ];
    let sum = parts.iter().try_fold(Usage::default(), |sum, part| sum.and(part));
    sum.ok_or(DbError::Damaged("a sum"))
}
