//! What becomes of mails with age.

use crate::App;
use crate::clock::DAY_MS;
use crate::db::{DbError, Lane, Tx};
use crate::values;

/// How long the text of a mail is kept that was not sent: the links in it are dead then.
const TEXT_MS: i64 = DAY_MS;
/// How long it is kept that there was a mail.
const LINE_MS: i64 = 90 * DAY_MS;
/// Rows changed at once of each kind.
const ROUND_MAX: i64 = 1_000;

/// Erases the text of mails that nobody took within a day, and forgets mails after 90 days; tells how many rows that
/// were.
///
/// # Errors
/// What the database said.
pub async fn forget_old(app: &App) -> Result<u64, DbError> {
    let now_ms = app.now_ms();
    let story = move |tx: &mut Tx<'_>| {
        let erase = "UPDATE mail
             SET sealed = NULL,
                 fault = CASE WHEN state = 'waiting' THEN COALESCE(fault, 'nobody took it within a day') ELSE fault END,
                 state = 'failed'
             WHERE id IN (SELECT id FROM mail WHERE created_ms <= $1 AND sealed IS NOT NULL ORDER BY id LIMIT $2)";
        let forget = "DELETE FROM mail
             WHERE id IN (SELECT id FROM mail WHERE created_ms <= $1 ORDER BY created_ms LIMIT $2)";
        Ok::<_, DbError>(
            tx.run(erase, values![now_ms - TEXT_MS, ROUND_MAX])?
                + tx.run(forget, values![now_ms - LINE_MS, ROUND_MAX])?,
        )
    };
    app.db.write(Lane::Work, story).await
}
