//! SQLite's log, which two processes that both write would let grow without end.
//!
//! What SQLite does by itself after a commit moves only what was in the log when it began; while another process goes
//! on writing, the end is never reached and the log never begins anew.

use std::path::Path;
use std::time::Duration;

use rusqlite::Connection;

use super::told;
use crate::db::DbError;

/// How long the last step waits for a reader or writer. It is tried again soon, so it may as well fail.
const PATIENCE: Duration = Duration::from_millis(10);

/// Steps that keep nobody from writing, at most.
const STEPS_MAX: usize = 4;

/// Moves the log into the file, so that the next writer begins it anew.
pub(super) fn shorten(path: &Path) -> Result<(), DbError> {
    let connection = Connection::open(path).map_err(|error| told(&error))?;
    connection.busy_timeout(PATIENCE).map_err(|error| told(&error))?;
    let is_moved = |step: &str| {
        let counts = connection.query_row(step, [], |row| Ok((row.get::<_, i64>(1)?, row.get::<_, i64>(2)?)));
        counts.map(|(pages, moved)| pages == moved).map_err(|error| told(&error))
    };
    // The first step takes long, and each later one has only to move what was written during the one before.
    for _ in 0..STEPS_MAX {
        if is_moved("PRAGMA wal_checkpoint(PASSIVE)")? {
            return Ok(());
        }
    }
    // Others who write get no end to be reached: they wait for this one, which has little left to move.
    is_moved("PRAGMA wal_checkpoint(FULL)").map(drop)
}
