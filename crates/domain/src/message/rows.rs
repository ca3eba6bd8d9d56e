//! The SQL of the message room.

use crate::db::{DbError, Tx};
use crate::values;

/// A message to be kept in its final state: delivered if it has a lease, else quarantined with the reason.
pub(super) struct NewMessage<'a> {
    pub(super) id: i64,
    pub(super) source: i64,
    pub(super) reference: &'a [u8],
    pub(super) number: Option<i64>,
    /// The order and the account it goes to.
    pub(super) lease: Option<(i64, i64)>,
    pub(super) reason: Option<&'a str>,
    pub(super) is_complete: bool,
    pub(super) sender_tag: Option<&'a [u8]>,
    pub(super) received_ms: i64,
    pub(super) sent_ms: Option<i64>,
    pub(super) sealed_day: Option<i64>,
    pub(super) sealed: &'a [u8],
}

impl NewMessage<'_> {
    fn state(&self) -> &'static str {
        if self.lease.is_some() { "delivered" } else { "quarantined" }
    }
}

pub(super) fn is_known(tx: &mut Tx<'_>, source: i64, reference: &[u8]) -> Result<bool, DbError> {
    Ok(tx.one("SELECT 1 FROM message WHERE source_id = $1 AND ref = $2", values![source, reference])?.is_some())
}

/// Whether a later part of a long message came under this reference; the first one's is its message's.
pub(super) fn is_part_known(tx: &mut Tx<'_>, source: i64, reference: &[u8]) -> Result<bool, DbError> {
    let sql = "SELECT 1 FROM message_part_ref WHERE source_id = $1 AND ref = $2";
    Ok(tx.one(sql, values![source, reference])?.is_some())
}

/// Keeps a message; `false` if it is kept already.
pub(super) fn insert(tx: &mut Tx<'_>, new: &NewMessage<'_>) -> Result<bool, DbError> {
    let sql = "INSERT INTO message
           (id, source_id, ref, state, reason, number_id, order_id, account_id, complete, sender_tag,
            received_ms, sent_ms, sealed_day, sealed)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
         ON CONFLICT (source_id, ref) DO NOTHING";
    let (order, account) = new.lease.unzip();
    let values = values![
        new.id,
        new.source,
        new.reference,
        new.state(),
        new.reason,
        new.number,
        order,
        account,
        new.is_complete,
        new.sender_tag,
        new.received_ms,
        new.sent_ms,
        new.sealed_day,
        new.sealed
    ];
    Ok(tx.run(sql, values)? == 1)
}

/// Brings a message whose parts were collected into its final state.
pub(super) fn settle(tx: &mut Tx<'_>, new: &NewMessage<'_>) -> Result<(), DbError> {
    let sql = "UPDATE message
         SET state = $2, reason = $3, number_id = $4, order_id = $5, account_id = $6, complete = $7,
             sender_tag = $8, sealed_day = $9, sealed = $10
         WHERE id = $1";
    let (order, account) = new.lease.unzip();
    let values = values![
        new.id,
        new.state(),
        new.reason,
        new.number,
        order,
        account,
        new.is_complete,
        new.sender_tag,
        new.sealed_day,
        new.sealed
    ];
    tx.queue(sql, values)
}

/// Gives a quarantined message to an order.
pub(super) fn release(
    tx: &mut Tx<'_>,
    id: i64,
    (order, account): (i64, i64),
    is_complete: bool,
    sealed: &[u8],
) -> Result<(), DbError> {
    let sql = "UPDATE message
         SET state = 'delivered', reason = NULL, order_id = $2, account_id = $3, complete = $4, sealed_day = NULL,
             sealed = $5
         WHERE id = $1 AND state = 'quarantined'";
    tx.queue(sql, values![id, order, account, is_complete, sealed])
}

/// How many messages came in on a number since a time, counted up to a cap.
pub(super) fn count_on_number(tx: &mut Tx<'_>, number: i64, since_ms: i64, cap: i64) -> Result<i64, DbError> {
    let sql = "SELECT COUNT(*)
         FROM (SELECT 1 FROM message WHERE number_id = $1 AND received_ms > $2 LIMIT $3) counted";
    Ok(tx.one(sql, values![number, since_ms, cap])?.map_or(0, |row| row.int(0)))
}

/// On how many other numbers of an account a sender wrote since a time.
pub(super) fn numbers_reached(
    tx: &mut Tx<'_>,
    account: i64,
    sender_tag: &[u8],
    since_ms: i64,
    but_number: i64,
) -> Result<i64, DbError> {
    let sql = "SELECT COUNT(DISTINCT number_id)
         FROM message
         WHERE account_id = $1 AND sender_tag = $2 AND received_ms > $3 AND number_id <> $4";
    Ok(tx.one(sql, values![account, sender_tag, since_ms, but_number])?.map_or(0, |row| row.int(0)))
}

/// One message of an order: id, when it came, whether it is whole, what is sealed.
pub(super) const ONE_OF_ORDER: &str = "SELECT id, received_ms, complete, sealed
     FROM message
     WHERE id = $1 AND order_id = $2 AND state = 'delivered' AND sealed IS NOT NULL";

/// The newest messages of a recipient: id, when it came, whether it is whole, what is sealed. Those of one moment come as
/// they lie: SQLite would sort them apart from its index, and whoever opens them can as well.
pub(super) const OF_RECIPIENT: &str = "SELECT id, received_ms, complete, sealed
     FROM message
     WHERE number_id = $1 AND received_ms >= $2 AND order_id = $3 AND state = 'delivered' AND sealed IS NOT NULL
     ORDER BY received_ms DESC
     LIMIT $4";
