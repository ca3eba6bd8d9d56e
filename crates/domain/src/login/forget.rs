//! Forgetting what is over: sessions, links, used tickets, tries and browsers.

use super::session;
use crate::App;
use crate::clock::DAY_MS;
use crate::db::{DbError, Lane, Tx};
use crate::values;

/// Rows forgotten at once of each kind.
const FORGET_MAX: i64 = 1_000;
/// How long a browser is known that does not come back: 400 days, the most that it keeps its cookie.
const DEVICE_MS: i64 = 400 * DAY_MS;

/// Forgets what no longer counts; tells how many rows that were.
///
/// # Errors
/// What the database said.
pub async fn forget_old(app: &App) -> Result<u64, DbError> {
    let now_ms = app.now_ms();
    let story = move |tx: &mut Tx<'_>| {
        let sessions = "DELETE FROM session
             WHERE id IN (SELECT id FROM session WHERE seen_ms <= $1 ORDER BY seen_ms LIMIT $2)";
        let links = "DELETE FROM link
             WHERE hash IN (SELECT hash FROM link WHERE end_ms <= $1 ORDER BY end_ms LIMIT $2)";
        let tries = "DELETE FROM throttle
             WHERE (deed, who) IN (SELECT deed, who FROM throttle WHERE from_ms <= $1 ORDER BY from_ms LIMIT $2)";
        let tickets = "DELETE FROM used_ticket
             WHERE hash IN (SELECT hash FROM used_ticket WHERE end_ms <= $1 ORDER BY end_ms LIMIT $2)";
        let devices = "DELETE FROM device
             WHERE (login_id, hash) IN (SELECT login_id, hash FROM device WHERE seen_ms <= $1 ORDER BY seen_ms LIMIT $2)";
        Ok::<_, DbError>(
            tx.run(sessions, values![now_ms - session::IDLE_MAX_MS, FORGET_MAX])?
                + tx.run(links, values![now_ms, FORGET_MAX])?
                + tx.run(tries, values![now_ms - DAY_MS, FORGET_MAX])?
                + tx.run(tickets, values![now_ms, FORGET_MAX])?
                + tx.run(devices, values![now_ms - DEVICE_MS, FORGET_MAX])?,
        )
    };
    app.db.write(Lane::Work, story).await
}
