//! Numbers and leases as the records of other rooms name them.

use std::collections::HashMap;

use crate::db::{DbError, Tx, pairs};
use crate::policy::audit::{self, Deed};
use crate::product::Product;
use crate::values;

/// Which number an order had, for whom, for what, and until when. It stays when the texts are erased.
pub(crate) struct Span {
    pub(crate) account: i64,
    pub(crate) number: i64,
    pub(crate) service: i64,
    pub(crate) product: Product,
    pub(crate) end_ms: i64,
}

/// The span of an order or rental.
pub(crate) fn span(tx: &mut Tx<'_>, order: i64) -> Result<Option<Span>, DbError> {
    let sql = "SELECT account_id, number_id, service_id, product, end_ms FROM lease WHERE order_id = $1";
    let Some(row) = tx.one(sql, values![order])? else { return Ok(None) };
    Ok(Some(Span {
        account: row.int(0),
        number: row.int(1),
        service: row.int(2),
        product: row.product(3)?,
        end_ms: row.int(4),
    }))
}

/// The digits of some numbers, by their ids.
pub(crate) fn digits(tx: &mut Tx<'_>, numbers: &[i64]) -> Result<HashMap<i64, String>, DbError> {
    let sql = "SELECT n.id, n.digits FROM (json_pairs($1)) p JOIN number n ON n.id = p.a";
    let rows = tx.all(sql, &[pairs(numbers.iter().map(|number| (*number, 0)))])?;
    Ok(rows.iter().map(|row| (row.int(0), row.text(1).to_owned())).collect())
}

/// Takes a number out of sale, if it is for sale; what it is leased for goes on. The deed is written down.
pub(crate) fn pause(tx: &mut Tx<'_>, number: i64, reason: &str, by: &str, now_ms: i64) -> Result<(), DbError> {
    let sql = "UPDATE number SET state = 'paused' WHERE id = $1 AND state = 'active'";
    if tx.run(sql, values![number])? == 0 {
        return Ok(());
    }
    let subject = format!("number {number}");
    let (before, after) = (Some("active"), Some("paused"));
    audit::write(tx, now_ms, &Deed { who: by, deed: "number.state", subject: &subject, reason, before, after })
}
