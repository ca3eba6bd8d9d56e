//! How long the house keeps what it knows of people's orders, and of what people with power did; and that it goes then.
//!
//! The ledger does not go: every transfer stays, with the id of the order that it was for and nothing else of it.

use std::ops::RangeInclusive;

use crate::App;
use crate::clock::{DAY_MS, day_of};
use crate::db::{DbError, Lane, Tx};
use crate::policy::audit::{self, Deed};
use crate::{complaint, message, number, order, purchase, rental, values};

/// How long both are kept, in days.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kept {
    /// Orders and rentals, from their end on, with their numbers, the traces of their messages and what they were bought
    /// for; and events.
    pub records_days: i64,
    /// The audit log.
    pub audit_days: i64,
}

impl Kept {
    /// What a house does that is told nothing.
    pub const DEFAULT: Self = Self { records_days: 90, audit_days: 400 };
    /// At least as long as customers may complain and senders repeat themselves.
    pub const RECORDS_DAYS: RangeInclusive<i64> = 40..=3_650;
    /// At least as long as what was done can still be asked about.
    pub const AUDIT_DAYS: RangeInclusive<i64> = 90..=3_650;

    /// How long records are kept.
    pub(crate) fn records_ms(self) -> i64 {
        self.records_days * DAY_MS
    }
}

/// Orders whose records go in one story of the worker. A story writes some rows for each, and others wait meanwhile.
const ORDERS_MAX: i64 = 100;
/// Rentals, which have more messages.
const RENTALS_MAX: i64 = 10;
/// Pages of either that one story looks at, because those for which a house still owes something stay in front: 5,000
/// orders, or 500 rentals.
const PAGES_MAX: usize = 50;
/// Messages that go in one story: more than so many orders have, which get ten each at most; a rental may take several
/// stories.
const MESSAGES_MAX: i64 = 2_000;
/// Audit rows that go in one story.
const DEEDS_MAX: i64 = 1_000;

/// What ends, and goes with all that was kept of it.
#[derive(Clone, Copy)]
enum Of {
    Orders,
    Rentals,
}

/// Forgets what was kept of orders, rentals and searches that ended too long ago, and of messages that nobody got; tells
/// how many rows went, so that a worker with much to do goes on at once.
///
/// # Errors
/// What the database said.
pub async fn forget_records(app: &App) -> Result<u64, DbError> {
    let before_ms = app.now_ms() - app.kept().records_ms();
    let mut gone = 0;
    for of in [Of::Orders, Of::Rentals] {
        gone += app.db.write(Lane::Work, move |tx| forget(tx, of, before_ms)).await?;
    }
    let others = move |tx: &mut Tx<'_>| {
        let searches = purchase::forget_given_up(tx, before_ms, ORDERS_MAX)?;
        if searches > 0 {
            raise_mark(tx, before_ms)?;
        }
        Ok::<_, DbError>(searches + message::forget_loose(tx, before_ms, MESSAGES_MAX)?)
    };
    Ok(gone + app.db.write(Lane::Work, others).await?)
}

fn forget(tx: &mut Tx<'_>, of: Of, before_ms: i64) -> Result<u64, DbError> {
    let ids = settled(tx, of, before_ms)?;
    if ids.is_empty() {
        return Ok(0);
    }
    raise_mark(tx, before_ms)?;
    let leases = number::leased(tx, &ids)?;
    let on_numbers = leases.iter().map(|(id, lease)| (*id, lease.number));
    let (messages, is_all) = message::forget_of(tx, on_numbers, MESSAGES_MAX)?;
    let count: i64 = messages.iter().map(|(_, count)| count).sum();
    if is_all {
        complaint::forget_of(tx, &ids)?;
        purchase::forget_of(tx, &ids)?;
        number::forget_leases(tx, &ids)?;
        match of {
            Of::Orders => order::forget(tx, &ids)?,
            Of::Rentals => rental::forget(tx, &ids)?,
        }
    } else {
        // The leases stay until all their messages are gone, and go on counting right.
        number::uncount(tx, &messages)?;
    }
    Ok(ids.len() as u64 + u64::try_from(count).unwrap_or(0))
}

/// The oldest that ended before a time and are settled with the houses that they were bought from; none if there are none
/// in the first [`PAGES_MAX`] pages.
fn settled(tx: &mut Tx<'_>, of: Of, before_ms: i64) -> Result<Vec<i64>, DbError> {
    let mut after = (i64::MIN, 0);
    for _ in 0..PAGES_MAX {
        let page = match of {
            Of::Orders => order::ended_before(tx, before_ms, after, ORDERS_MAX)?,
            Of::Rentals => rental::ended_before(tx, before_ms, after, RENTALS_MAX)?,
        };
        let Some(last) = page.last() else { break };
        after = *last;
        let settled = purchase::settled_among(tx, page.into_iter().map(|(_, id)| id).collect())?;
        if !settled.is_empty() {
            return Ok(settled);
        }
    }
    Ok(Vec::new())
}

fn raise_mark(tx: &mut Tx<'_>, before_ms: i64) -> Result<(), DbError> {
    tx.queue("UPDATE record_mark SET before_ms = $1 WHERE id = 1 AND before_ms < $1", values![before_ms])
}

/// Before which time orders and rentals may have ended that are gone: what transfers say of them is not looked for.
pub(crate) fn records_mark(tx: &mut Tx<'_>) -> Result<i64, DbError> {
    Ok(tx.one("SELECT before_ms FROM record_mark WHERE id = 1", &[])?.map_or(0, |row| row.int(0)))
}

/// Forgets what people with power did on days that are too long ago, and writes into the log itself that it did, so that
/// the chain goes on from a row that is gone only where one that stands says so; tells how many rows went.
///
/// # Errors
/// What the database said.
pub async fn forget_audit(app: &App) -> Result<u64, DbError> {
    let (now_ms, days) = (app.now_ms(), app.kept().audit_days);
    // A day goes as a whole: else each row that grows old would leave one behind.
    let before_ms = (day_of(now_ms) - days) * DAY_MS;
    let story = move |tx: &mut Tx<'_>| {
        let oldest = tx.all("SELECT seq, at_ms, hash FROM audit ORDER BY seq LIMIT $1", values![DEEDS_MAX])?;
        let old: Vec<_> = oldest.iter().take_while(|row| row.int(1) < before_ms).collect();
        let Some(last) = old.last() else { return Ok(0) };
        let (subject, reason) = (audit::gone_upto(last.int(0)), format!("older than {days} days"));
        let (who, deed) = ("the house", audit::FORGET);
        audit::write(tx, now_ms, &Deed { who, deed, subject: &subject, reason: &reason, before: None, after: None })?;
        tx.queue("UPDATE audit_mark SET upto = $1, hash = $2 WHERE id = 1", values![last.int(0), last.blob(2)])?;
        tx.run("DELETE FROM audit WHERE seq <= $1", values![last.int(0)])
    };
    app.db.write::<_, DbError, _>(Lane::Work, story).await
}
