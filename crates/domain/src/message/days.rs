//! Keys of days, for what has no lease: quarantine, and the parts of what is not whole yet.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use crate::App;
use crate::clock::{DAY_MS, HOUR_MS, day_of};
use crate::db::{DbError, Lane, Tx};
use crate::seal::{Key, Vault};
use crate::values;

/// Quarantine is kept this long after the day it came in ended.
pub(super) const KEPT_MS: i64 = 72 * HOUR_MS;

/// The days' keys that this node has unwrapped.
#[derive(Default)]
pub(crate) struct DayKeys(Mutex<HashMap<i64, Key>>);

impl DayKeys {
    /// The key of the day of a moment, made by the first who needs it.
    pub(super) async fn of(&self, app: &App, at_ms: i64) -> Result<(i64, Key), DbError> {
        let day = day_of(at_ms);
        if let Some(key) = self.0.lock().unwrap_or_else(PoisonError::into_inner).get(&day) {
            return Ok((day, key.clone()));
        }
        let fresh = app.vault.wrap(&purpose(day), &Key::random());
        let kept = app.db.write(Lane::Ingest, move |tx| make(tx, day, &fresh)).await?;
        let key = app.vault.unwrap(&purpose(day), &kept)?;
        let mut keys = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        keys.retain(|kept, _| *kept >= day - 1);
        keys.insert(day, key.clone());
        Ok((day, key))
    }
}

fn purpose(day: i64) -> String {
    format!("day {day}")
}

fn make(tx: &mut Tx<'_>, day: i64, fresh: &[u8]) -> Result<Vec<u8>, DbError> {
    let sql = "INSERT INTO day_key (day, sealed_key) VALUES ($1, $2) ON CONFLICT (day) DO NOTHING";
    tx.run(sql, values![day, fresh])?;
    let row = tx.one("SELECT sealed_key FROM day_key WHERE day = $1", values![day])?;
    Ok(row.ok_or(DbError::Damaged("a day has no key"))?.blob(0).to_vec())
}

/// The key of a day, if it was not erased.
pub(super) fn find(tx: &mut Tx<'_>, vault: &Vault, day: i64) -> Result<Option<Key>, DbError> {
    let row = tx.one("SELECT sealed_key FROM day_key WHERE day = $1", values![day])?;
    row.map(|row| vault.unwrap(&purpose(day), row.blob(0))).transpose()
}

/// Erases the days whose quarantine is over, and the sealed texts with them; tells how many days.
///
/// # Errors
/// What the database said.
pub async fn erase_days(app: &App) -> Result<u64, DbError> {
    let last = day_of(app.now_ms() - KEPT_MS - DAY_MS);
    app.days.0.lock().unwrap_or_else(PoisonError::into_inner).retain(|day, _| *day > last);
    app.db
        .write(Lane::Work, move |tx| {
            let erased = tx.run("DELETE FROM day_key WHERE day <= $1", values![last])?;
            let texts = "UPDATE message SET sealed = NULL WHERE sealed_day <= $1 AND sealed IS NOT NULL";
            tx.run(texts, values![last])?;
            tx.run(
                "UPDATE message_part SET sealed = NULL WHERE sealed_day <= $1 AND sealed IS NOT NULL",
                values![last],
            )?;
            Ok::<_, DbError>(erased)
        })
        .await
}
