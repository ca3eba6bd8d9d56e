//! How sources do: noted in memory as messages come, and written by a worker, so that no message waits for it.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use super::WireState;
use crate::App;
use crate::clock::HOUR_MS;
use crate::db::{DbError, Lane, Tx};
use crate::values;

/// Hours that figures are kept.
const HOURS_KEPT: i64 = 48;
/// Hours that are told: a day.
const HOURS_TOLD: i64 = 24;
/// Characters of what a refused sender was answered.
const FAULT_MAX: usize = 200;

/// What was noted of a source since the worker last wrote.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Note {
    /// Messages and refusals, by the hour.
    hours: HashMap<i64, (i64, i64)>,
    heard_ms: Option<i64>,
    fault: Option<(i64, String)>,
}

/// What was noted since the worker last wrote; there are no more sources than the house has made.
#[derive(Default)]
pub(crate) struct Notes(Mutex<HashMap<i64, Note>>);

impl Notes {
    /// A piece of a message came in.
    pub(crate) fn heard(&self, source: i64, now_ms: i64) {
        let mut notes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let note = notes.entry(source).or_default();
        note.hours.entry(now_ms.div_euclid(HOUR_MS)).or_default().0 += 1;
        note.heard_ms = Some(now_ms);
    }

    /// A push was refused, with this answer.
    pub(super) fn refused(&self, source: i64, now_ms: i64, fault: &str) {
        let mut notes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let note = notes.entry(source).or_default();
        note.hours.entry(now_ms.div_euclid(HOUR_MS)).or_default().1 += 1;
        note.fault = Some((now_ms, line(fault)));
    }

    /// Something went wrong with a wire that the house holds.
    pub(crate) fn fault(&self, source: i64, now_ms: i64, fault: &str) {
        let mut notes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        notes.entry(source).or_default().fault = Some((now_ms, line(fault)));
    }

    fn take(&self) -> Vec<(i64, Note)> {
        let notes = std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner));
        let mut notes: Vec<(i64, Note)> = notes.into_iter().collect();
        // Nodes that write at once lock the sources in one order.
        notes.sort_unstable_by_key(|(source, _)| *source);
        notes
    }
}

/// A sentence as it is kept: one line, not too long.
fn line(fault: &str) -> String {
    let clean = |sign: char| if sign.is_control() { ' ' } else { sign };
    fault.chars().take(FAULT_MAX).map(clean).collect()
}

/// How a source does, up to a minute late.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Health {
    /// When a message last came.
    pub heard_ms: Option<i64>,
    /// Pieces of messages in the last 24 hours, whole hours.
    pub messages: i64,
    /// Pushes that were refused in the last 24 hours.
    pub refused: i64,
    /// When a push was last refused, and what its sender was answered; or what last went wrong with its wire.
    pub fault: Option<(i64, String)>,
    /// How its wire does, where the house holds one.
    pub wire: Option<WireState>,
}

/// How all sources do, by their ids; one that never heard anything is not among them.
///
/// # Errors
/// What the database said.
pub async fn health(app: &App) -> Result<HashMap<i64, Health>, DbError> {
    let hour = app.now_ms().div_euclid(HOUR_MS);
    app.db
        .read(move |tx: &mut Tx<'_>| {
            let mut all: HashMap<i64, Health> = HashMap::new();
            for row in tx.all("SELECT source_id, heard_ms, fault_ms, fault FROM source_seen", &[])? {
                let fault = row.opt_int(2).map(|at_ms| (at_ms, row.opt_text(3).unwrap_or_default().to_owned()));
                all.insert(row.int(0), Health { heard_ms: row.opt_int(1), fault, ..Health::default() });
            }
            let held = "SELECT source_id, links, reconnects, backlog FROM source_wire ORDER BY source_id, wire";
            for row in tx.all(held, &[])? {
                let wire = all.entry(row.int(0)).or_default().wire.get_or_insert_default();
                wire.links += row.int(1);
                wire.reconnects += row.int(2);
                wire.backlog += row.int(3);
            }
            let sums = "SELECT source_id, CAST(SUM(messages) AS BIGINT), CAST(SUM(refused) AS BIGINT)
                 FROM source_hour
                 WHERE hour > $1
                 GROUP BY source_id";
            for row in tx.all(sums, values![hour - HOURS_TOLD])? {
                let health = all.entry(row.int(0)).or_default();
                (health.messages, health.refused) = (row.int(1), row.int(2));
            }
            Ok(all)
        })
        .await
}

/// Writes down what was noted. A worker calls it every few seconds; what it could not write is lost, since the figures
/// only tell how a source does.
///
/// # Errors
/// What the database said.
pub async fn write_heard(app: &App) -> Result<(), DbError> {
    let notes = app.heard.take();
    if notes.is_empty() {
        return Ok(());
    }
    let hour = app.now_ms().div_euclid(HOUR_MS);
    let story = move |tx: &mut Tx<'_>| {
        for (source, note) in &notes {
            write(tx, *source, note)?;
        }
        tx.queue("DELETE FROM source_hour WHERE hour < $1", values![hour - HOURS_KEPT])?;
        Ok::<_, DbError>(())
    };
    app.db.write(Lane::Work, story).await
}

fn write(tx: &mut Tx<'_>, source: i64, note: &Note) -> Result<(), DbError> {
    for (hour, (messages, refused)) in &note.hours {
        let sql = "INSERT INTO source_hour (source_id, hour, messages, refused)
             SELECT id, $2, $3, $4 FROM source WHERE id = $1
             ON CONFLICT (source_id, hour)
             DO UPDATE SET messages = source_hour.messages + $3, refused = source_hour.refused + $4";
        tx.queue(sql, values![source, *hour, *messages, *refused])?;
    }
    let (fault_ms, fault) = match &note.fault {
        Some((at_ms, fault)) => (Some(*at_ms), Some(fault.clone())),
        None => (None, None),
    };
    let sql = "INSERT INTO source_seen (source_id, heard_ms, fault_ms, fault)
         SELECT id, $2, $3, $4 FROM source WHERE id = $1
         ON CONFLICT (source_id)
         DO UPDATE SET heard_ms = COALESCE($2, source_seen.heard_ms),
           fault_ms = COALESCE($3, source_seen.fault_ms),
           fault = COALESCE($4, source_seen.fault)";
    tx.queue(sql, values![source, note.heard_ms, fault_ms, fault])
}
