//! What people wrote in complaints is not kept for ever.

use crate::App;
use crate::clock::DAY_MS;
use crate::db::{DbError, Lane, Tx, id_list};
use crate::values;

/// How long after the answer, or after the report where nobody answers, words are kept: as long as other records of
/// orders.
const KEPT_MS: i64 = 90 * DAY_MS;
/// Complaints emptied in one story of the worker.
const FORGET_MAX: i64 = 500;

/// Empties what was written in complaints that were answered, or reported in vain, 90 days ago; tells how many.
///
/// # Errors
/// What the database said.
pub async fn forget_old(app: &App) -> Result<u64, DbError> {
    let before_ms = app.now_ms() - KEPT_MS;
    let story = move |tx: &mut Tx<'_>| {
        let sql = "UPDATE complaint
             SET words = '', answer = ''
             WHERE id IN (
               SELECT id
               FROM complaint
               WHERE COALESCE(answered_ms, created_ms) <= $1 AND (words <> '' OR answer <> '')
               ORDER BY id
               LIMIT $2)";
        tx.run(sql, values![before_ms, FORGET_MAX])
    };
    app.db.write(Lane::Work, story).await
}

/// Forgets what was reported of some orders and rentals, which go too.
pub(crate) fn forget_of(tx: &mut Tx<'_>, orders: &[i64]) -> Result<(), DbError> {
    let sql = "DELETE FROM complaint WHERE order_id IN (SELECT p.a FROM (json_pairs($1)) p)";
    tx.run(sql, &[id_list(orders)]).map(drop)
}
