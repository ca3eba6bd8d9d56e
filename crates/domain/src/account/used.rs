//! When keys were last used: noted in memory as they are, and written by a worker, so that no read has to write.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use crate::App;
use crate::db::{DbError, Lane, Tx};
use crate::values;

/// Keys written in one story, at most.
const STORY_MAX: usize = 500;

/// Keys that were used since the worker last wrote, and when. There are no more of them than the house has made.
#[derive(Default)]
pub(crate) struct Used(Mutex<HashMap<i64, i64>>);

impl Used {
    pub(super) fn note(&self, key: i64, now_ms: i64) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(key, now_ms);
    }

    fn take(&self) -> Vec<(i64, i64)> {
        let used = std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner));
        let mut used: Vec<(i64, i64)> = used.into_iter().collect();
        // Nodes that write at once lock the keys in one order.
        used.sort_unstable();
        used
    }
}

/// Writes down when keys were last used. A worker calls it once a minute, so that each is written once a minute at
/// most; what it could not write is noted again by the next use.
///
/// # Errors
/// What the database said.
pub async fn write_used(app: &App) -> Result<(), DbError> {
    for some in app.used.take().chunks(STORY_MAX) {
        let some = some.to_vec();
        let story = move |tx: &mut Tx<'_>| {
            for (key, used_ms) in &some {
                let sql = "UPDATE api_key SET used_ms = $2 WHERE id = $1 AND COALESCE(used_ms, 0) < $2";
                tx.queue(sql, values![*key, *used_ms])?;
            }
            Ok::<_, DbError>(())
        };
        app.db.write(Lane::Work, story).await?;
    }
    Ok(())
}
