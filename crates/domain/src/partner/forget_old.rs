//! What is settled in the outbox goes with age.

use crate::App;
use crate::clock::DAY_MS;
use crate::db::{DbError, Lane, Tx};
use crate::values;

/// How long it is still listed what became of an SMS. Shorter than any record is kept, so that none outlives its order.
const KEPT_MS: i64 = 7 * DAY_MS;
/// Rows that go in one story.
const ROUND_MAX: i64 = 1_000;

/// Forgets what was settled a week ago; tells how many rows went.
///
/// # Errors
/// What the database said.
pub async fn forget_old(app: &App) -> Result<u64, DbError> {
    let before_ms = app.now_ms() - KEPT_MS;
    let story = move |tx: &mut Tx<'_>| {
        let sql = "DELETE FROM push
             WHERE id IN (SELECT id FROM push WHERE state <> 'waiting' AND settled_ms < $1 ORDER BY settled_ms LIMIT $2)";
        tx.run(sql, values![before_ms, ROUND_MAX])
    };
    app.db.write(Lane::Work, story).await
}
