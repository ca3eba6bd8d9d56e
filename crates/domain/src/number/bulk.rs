//! Pausing, resuming and retiring many numbers at once.

use super::list::{Change, NumberLine, NumberState, change, line};
use super::search::{self, Filter};
use crate::App;
use crate::db::{DbError, Lane, Tx};
use crate::policy::audit::Chain;
use crate::policy::permit::{Permit, Run};
use crate::policy::reason::Reason;
use crate::values;

/// Numbers changed by one call, at most; it tells where to go on.
pub const BULK_MAX: usize = 10_000;
/// Numbers changed in one story: what an order may have to wait behind.
const BATCH: usize = 200;

/// Which numbers are changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Which {
    /// These, by their ids; at most [`BULK_MAX`].
    Ids(Vec<i64>),
    /// All that a search finds whose ids are above `after`.
    Matching {
        /// What is looked for.
        filter: Filter,
        /// The id to go on after; 0 at first.
        after: i64,
    },
}

/// What was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Changed {
    /// Numbers that changed.
    pub changed: usize,
    /// Numbers that were left as they are, because they stood so already or are retired for good.
    pub left: usize,
    /// The id after which more may fit; none, if all were seen.
    pub next: Option<i64>,
}

/// Why numbers were not changed.
#[derive(Debug, thiserror::Error)]
pub enum BulkRefusal {
    /// They are too many.
    #[error("at most 10000 numbers are changed at once")]
    TooMany,
    /// The database could not; the batches before this one are done.
    #[error(transparent)]
    Db(#[from] DbError),
}

/// Pauses, resumes or retires numbers, 200 in a story, each with a line in the audit log. What is leased goes on.
///
/// # Errors
/// See [`BulkRefusal`].
pub async fn set_states(
    app: &App,
    which: Which,
    state: NumberState,
    reason: &Reason,
    by: &Permit<Run>,
) -> Result<Changed, BulkRefusal> {
    let task = Task { state, reason: reason.clone(), by: by.clone() };
    match which {
        Which::Ids(ids) if ids.len() > BULK_MAX => Err(BulkRefusal::TooMany),
        Which::Ids(ids) => named(app, &ids, &task).await,
        Which::Matching { filter, after } => matching(app, &filter, after, &task).await,
    }
}

/// What is to be done to each number.
#[derive(Clone)]
struct Task {
    state: NumberState,
    reason: Reason,
    by: Permit<Run>,
}

async fn named(app: &App, ids: &[i64], task: &Task) -> Result<Changed, BulkRefusal> {
    let mut done = Changed::default();
    for some in ids.chunks(BATCH) {
        let (mut some, task, now) = (some.to_vec(), task.clone(), app.now_ms());
        some.sort_unstable();
        some.dedup();
        let story = move |tx: &mut Tx<'_>| {
            let mut lines = Vec::with_capacity(some.len());
            for id in &some {
                lines.extend(tx.one(LOCKED, values![*id])?.map(|row| line(&row)).transpose()?);
            }
            apply(tx, &lines, &task, now)
        };
        let batch = app.db.write(Lane::Work, story).await?;
        done.changed += batch.changed;
        done.left += batch.left;
    }
    Ok(done)
}

async fn matching(app: &App, filter: &Filter, after: i64, task: &Task) -> Result<Changed, BulkRefusal> {
    let mut done = Changed { next: Some(after), ..Changed::default() };
    while let Some(from) = done.next
        && done.changed + done.left + BATCH <= BULK_MAX
    {
        let (filter, task, now) = (filter.clone(), task.clone(), app.now_ms());
        let story = move |tx: &mut Tx<'_>| {
            let found = search::find(tx, &filter, from, BATCH)?;
            let mut lines = Vec::with_capacity(found.numbers.len());
            for number in &found.numbers {
                lines.extend(tx.one(LOCKED, values![number.id])?.map(|row| line(&row)).transpose()?);
            }
            apply(tx, &lines, &task, now).map(|batch| (batch, found.next))
        };
        let (batch, next) = app.db.write(Lane::Work, story).await?;
        done.changed += batch.changed;
        done.left += batch.left;
        // A search that looked far and found little is where the next call goes on.
        let is_far = next.is_some() && batch.changed + batch.left < BATCH;
        done.next = next;
        if is_far {
            break;
        }
    }
    Ok(done)
}

const LOCKED: &str =
    "SELECT id, digits, region, carrier, line_type, source_id, supplier, contract, acquired_on, state, cost,
            is_offline
     FROM number
     WHERE id = $1
     {for_update}";

fn apply(tx: &mut Tx<'_>, numbers: &[NumberLine], task: &Task, now_ms: i64) -> Result<Changed, DbError> {
    let changes = |number: &&NumberLine| number.state != task.state && number.state != NumberState::Retired;
    let changing: Vec<&NumberLine> = numbers.iter().filter(changes).collect();
    let count = i64::try_from(changing.len()).expect("a batch is small");
    if count > 0 {
        let mut chain = Chain::extend(tx, count)?;
        for number in &changing {
            let (reason, by) = (task.reason.text(), task.by.who.as_str());
            let step = Change { number: number.id, before: number.state, after: task.state, reason, by };
            change(tx, &mut chain, &step, now_ms)?;
        }
    }
    Ok(Changed { changed: changing.len(), left: numbers.len() - changing.len(), next: None })
}
