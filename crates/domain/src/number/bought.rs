//! Numbers that another house sold us for one order: taken under the same rules as our own (N1 to N5), and never for
//! sale by themselves.

use super::lease::{self, NewLease};
use super::pick::{Pick, Taken};
use super::rows;
use crate::clock::{DAY_MS, rfc3339};
use crate::db::{DbError, Row, Tx};
use crate::ids;
use crate::money::Usd;
use crate::phone::{Nanp, state_of};
use crate::product::Product;
use crate::values;

/// When a bought number is for sale from stock: never. It is the last moment that a date can tell.
pub(crate) const NEVER_MS: i64 = 253_402_300_799_000;
/// Leases of one number that are looked at: more than can run or rest on it at once.
const LEASES_MAX: i64 = 1_000;
/// The import of numbers that came without one.
const NO_IMPORT: i64 = 0;

/// A number as it was bought.
pub(crate) struct Acquired<'a> {
    pub(crate) number: Nanp,
    /// The house that sold it.
    pub(crate) source: i64,
    /// Its name, which is the number's provenance.
    pub(crate) supplier: &'a str,
    /// The house's id of the purchase.
    pub(crate) contract: &'a str,
    pub(crate) cost: Usd,
    pub(crate) now_ms: i64,
}

/// Opens the lease on a bought number, which is written down or found by its digits; `None` where it may not be leased:
/// it is one of our own, stopped, in use, at rest, or used up for the service by another customer.
pub(crate) fn take_bought(tx: &mut Tx<'_>, pick: &Pick<'_>, acquired: &Acquired<'_>) -> Result<Option<Taken>, DbError> {
    let digits = acquired.number.digits();
    let sql = "SELECT id, source_id, is_bought, state FROM number WHERE digits = $1 {for_update}";
    let number = match tx.one(sql, values![&digits])? {
        Some(row) => {
            let is_ours = row.int(2) == 0 || row.text(3) != "active";
            if is_ours || !is_free(tx, &row, pick, acquired)? {
                return Ok(None);
            }
            let (supplier, contract) = (acquired.supplier, acquired.contract);
            let sql = "UPDATE number SET source_id = $2, supplier = $3, contract = $4 WHERE id = $1";
            tx.queue(sql, values![row.int(0), acquired.source, supplier, contract])?;
            row.int(0)
        }
        None => write_down(tx, acquired, &digits)?,
    };
    if !claim(tx, number, pick)? {
        return Ok(None);
    }
    rows::occupy(tx, number, pick)?;
    let lease = NewLease {
        order: pick.order,
        account: pick.account,
        number,
        service: pick.service,
        product: pick.product,
        start_ms: pick.now_ms,
        end_ms: pick.end_ms,
        cost: acquired.cost,
        keep_ms: pick.keep_ms,
        sealed_key: pick.sealed_key,
    };
    lease::insert(tx, &lease)?;
    Ok(Some(Taken { number, digits }))
}

fn write_down(tx: &mut Tx<'_>, acquired: &Acquired<'_>, digits: &str) -> Result<i64, DbError> {
    let id = ids::take(tx, "number", 1)?;
    let sql = "INSERT INTO number
           (id, digits, area_code, region, carrier, line_type, source_id, supplier, contract, acquired_on,
            state, import_id, cost, created_ms, is_bought)
         VALUES ($1, $2, $3, $4, '', 'unknown', $5, $6, $7, $8, 'active', $9, $10, $11, 1)
         ON CONFLICT (digits) DO NOTHING";
    let area_code = acquired.number.area_code();
    let day: String = rfc3339(acquired.now_ms).chars().take("2026-01-01".len()).collect();
    let values = values![
        id,
        digits,
        i64::from(area_code),
        state_of(area_code).unwrap_or(""),
        acquired.source,
        acquired.supplier,
        acquired.contract,
        day,
        NO_IMPORT,
        acquired.cost,
        acquired.now_ms
    ];
    // A rival wrote it down meanwhile: told again, this story finds it.
    if tx.run(sql, values)? == 1 { Ok(id) } else { Err(DbError::Conflict) }
}

/// Whether no lease stands against a new one (N1, N2, N4), and none runs that another source's messages are for.
fn is_free(tx: &mut Tx<'_>, number: &Row, pick: &Pick<'_>, acquired: &Acquired<'_>) -> Result<bool, DbError> {
    let sql = "SELECT account_id, service_id, product, end_ms
         FROM lease
         WHERE number_id = $1 AND end_ms > $2
         LIMIT $3";
    let rows = tx.all(sql, values![number.int(0), pick.now_ms - DAY_MS, LEASES_MAX])?;
    let is_moving = number.int(1) != acquired.source;
    for row in &rows {
        let (is_own, is_same) = (row.int(0) == pick.account, row.int(1) == pick.service);
        let (product, end_ms) = (row.product(2)?, row.int(3));
        let is_alone = product != Product::ShortTerm || pick.product != Product::ShortTerm;
        let runs = end_ms > pick.now_ms;
        let rests = end_ms.saturating_add(product.pause_ms()) > pick.now_ms && !is_own;
        if runs && is_moving || (is_same || is_alone) && (runs || rests) {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Claims the number for the service, unless it delivered for it to another customer (N3). It stays out of the shelves.
fn claim(tx: &mut Tx<'_>, number: i64, pick: &Pick<'_>) -> Result<bool, DbError> {
    let sql = "INSERT INTO number_use (number_id, service_id, free_ms, burnt, account_id)
         VALUES ($1, $2, $3, 0, $4)
         ON CONFLICT (number_id, service_id)
         DO UPDATE SET free_ms = $3, account_id = $4
         WHERE number_use.burnt = 0 OR number_use.account_id = $4";
    Ok(tx.run(sql, values![number, pick.service, NEVER_MS, pick.account])? == 1)
}
