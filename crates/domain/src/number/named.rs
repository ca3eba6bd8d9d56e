//! Numbers and leases as the records of other rooms name them.

use std::collections::HashMap;

use crate::db::{DbError, Row, Tx, id_list};
use crate::message::Recipient;
use crate::money::Usd;
use crate::policy::audit::{self, Deed};
use crate::product::Product;
use crate::values;

/// Which number an order had, for whom, for what, and until when. It stays when the texts are erased.
pub(crate) struct Span {
    pub(crate) account: i64,
    pub(crate) number: i64,
    pub(crate) service: i64,
    pub(crate) product: Product,
    pub(crate) start_ms: i64,
    pub(crate) end_ms: i64,
    /// How many messages came in it.
    pub(crate) messages: i64,
}

impl Span {
    /// The order or rental whose span this is, as who has messages.
    pub(crate) fn recipient(&self, order: i64) -> Recipient {
        Recipient { order, number: self.number, start_ms: self.start_ms }
    }
}

/// The span of an order or rental.
pub(crate) fn span(tx: &mut Tx<'_>, order: i64) -> Result<Option<Span>, DbError> {
    let sql = "SELECT account_id, number_id, service_id, product, start_ms, end_ms, messages
         FROM lease
         WHERE order_id = $1";
    let Some(row) = tx.one(sql, values![order])? else { return Ok(None) };
    Ok(Some(Span {
        account: row.int(0),
        number: row.int(1),
        service: row.int(2),
        product: row.product(3)?,
        start_ms: row.int(4),
        end_ms: row.int(5),
        messages: row.int(6),
    }))
}

/// What an order's lease says for the figures.
#[derive(Clone, Copy, Default)]
pub(crate) struct LeasedFor {
    pub(crate) number: i64,
    pub(crate) service: i64,
    pub(crate) source: i64,
    /// When the lease began, which is when it costs the house.
    pub(crate) start_ms: i64,
    pub(crate) cost: Usd,
}

/// What the leases of some orders and rentals were for, and from which sources.
pub(crate) fn leased(tx: &mut Tx<'_>, orders: &[i64]) -> Result<HashMap<i64, LeasedFor>, DbError> {
    let sql = "SELECT l.order_id, l.service_id, n.source_id, l.start_ms, l.cost, l.number_id
         FROM (json_pairs($1)) p
         JOIN lease l ON l.order_id = p.a
         JOIN number n ON n.id = l.number_id";
    let rows = tx.all(sql, &[id_list(orders)])?;
    let leased = |row: &Row| LeasedFor {
        service: row.int(1),
        source: row.int(2),
        start_ms: row.int(3),
        cost: Usd::from_micros(row.int(4)),
        number: row.int(5),
    };
    Ok(rows.iter().map(|row| (row.int(0), leased(row))).collect())
}

/// The orders and rentals that a number was leased for, the newest first.
pub(crate) fn leased_on(tx: &mut Tx<'_>, digits: &str, limit: i64) -> Result<Vec<(i64, Product)>, DbError> {
    let sql = "SELECT l.order_id, l.product
         FROM number n
         JOIN lease l ON l.number_id = n.id
         WHERE n.digits = $1
         ORDER BY l.end_ms DESC
         LIMIT $2";
    tx.all(sql, values![digits, limit])?.iter().map(|row| Ok((row.int(0), row.product(1)?))).collect()
}

/// The digits of some numbers, by their ids.
pub(crate) fn digits(tx: &mut Tx<'_>, numbers: &[i64]) -> Result<HashMap<i64, String>, DbError> {
    let sql = "SELECT n.id, n.digits FROM (json_pairs($1)) p JOIN number n ON n.id = p.a";
    let rows = tx.all(sql, &[id_list(numbers)])?;
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
