//! How many mails did not reach anybody.

use crate::db::{DbError, Tx};
use crate::values;

/// Mails of so many are counted, at most.
const COUNTED_MAX: i64 = 1_000;

/// Mails that were posted after a time and given up, of those that were tried at all: without a mail server every mail
/// waits for the operator, and nothing is wrong.
pub(crate) fn given_up(tx: &mut Tx<'_>, after_ms: i64) -> Result<i64, DbError> {
    let sql = "SELECT COUNT(*)
         FROM (SELECT 1 FROM mail WHERE created_ms > $1 AND state = 'failed' AND tries > 0 LIMIT $2) AS failed";
    Ok(tx.one(sql, values![after_ms, COUNTED_MAX])?.map_or(0, |row| row.int(0)))
}
