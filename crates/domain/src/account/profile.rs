//! One customer as the operator sees them, and what operators note of them.

use super::limits::own_limits;
use super::{Account, rows};
use crate::App;
use crate::db::{DbError, Lane, Tx};
use crate::money::Usd;
use crate::order::{self, Lately};
use crate::policy::audit::{self, Deed};
use crate::policy::limits::{Limits, Usage};
use crate::policy::permit::{Answer, Permit};
use crate::values;

/// Letters of a note, at most.
pub const NOTE_MAX: usize = 2_000;

/// A customer as the operator sees them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Profile {
    /// The account.
    pub account: Account,
    /// How long after a lease's end its texts are kept, in hours.
    pub retention_hours: i64,
    /// What operators noted.
    pub note: String,
    /// What was ordered within a day.
    pub lately: Lately,
    /// What it may have and do: what was set for it alone, and where that says nothing, its tier's.
    pub limits: Limits,
    /// What was set for it alone.
    pub own_limits: Limits,
    /// How much of its limits it has used; none for one that has none.
    pub used: Option<Used>,
    /// What became of its newest orders of 30 days.
    pub month: Lately,
}

/// What an account has used of what it may.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Used {
    /// Open orders and rentals.
    pub open: i64,
    /// Orders, rentals and renewals within a day.
    pub day_orders: i64,
    /// What they cost.
    pub day_spend: Usd,
    /// Those within an hour.
    pub hour_orders: i64,
    /// Orders cancelled within an hour.
    pub hour_cancels: i64,
}

/// One customer; `None` if there is no account of this id.
///
/// # Errors
/// What the database said.
pub async fn profile(app: &App, account: i64) -> Result<Option<Profile>, DbError> {
    let now = app.now_ms();
    let look = move |tx: &mut Tx<'_>| {
        let sql = "SELECT id, name, state, tier, available, held, risk, created_ms, retention_hours, note
             FROM account
             WHERE id = $1";
        let Some(row) = tx.one(sql, values![account])? else { return Ok(None) };
        let account = rows::account(&row)?;
        let own_limits = own_limits(tx, account.id)?;
        let limits = own_limits.or(Limits::of(account.tier));
        let used = if limits == Limits::NONE { None } else { Some(used(order::usage(tx, account.id, None, now)?)) };
        Ok::<_, DbError>(Some(Profile {
            lately: order::lately(tx, account.id, now)?,
            month: order::month(tx, account.id, now)?,
            limits,
            own_limits,
            used,
            retention_hours: row.int(8),
            note: row.text(9).to_owned(),
            account,
        }))
    };
    app.db.read(look).await
}

fn used(usage: Usage) -> Used {
    let Usage { open, day_orders, day_spend, hour_orders, hour_cancels, hour_same_service: _ } = usage;
    Used { open, day_orders, day_spend, hour_orders, hour_cancels }
}

/// Why a note was not kept.
#[derive(Debug, thiserror::Error)]
pub enum NoteRefusal {
    /// There is no such account.
    #[error("there is no such account")]
    NoAccount,
    /// It is too long.
    #[error("a note is {NOTE_MAX} letters at most")]
    TooLong,
    /// The database could not.
    #[error(transparent)]
    Db(#[from] DbError),
}

/// Keeps what operators note of a customer, at most [`NOTE_MAX`] letters; what stood there before is in the audit log.
///
/// # Errors
/// See [`NoteRefusal`].
pub async fn set_note(app: &App, account: i64, note: &str, by: &Permit<Answer>) -> Result<(), NoteRefusal> {
    let note: String =
        note.replace("\r\n", "\n").trim().chars().filter(|sign| *sign == '\n' || !sign.is_control()).collect();
    if note.chars().count() > NOTE_MAX {
        return Err(NoteRefusal::TooLong);
    }
    let (now, by) = (app.now_ms(), by.clone());
    let story = move |tx: &mut Tx<'_>| {
        let sql = "SELECT name, note FROM account WHERE id = $1 {for_update}";
        let row = tx.one(sql, values![account])?.ok_or(NoteRefusal::NoAccount)?;
        if row.text(1) == note {
            return Ok(());
        }
        tx.run("UPDATE account SET note = $2 WHERE id = $1", values![account, &note])?;
        let (before, after) = (Some(row.text(1)), Some(note.as_str()));
        let deed = Deed { who: &by.who, deed: "account.note", subject: row.text(0), reason: "", before, after };
        audit::write(tx, now, &deed)?;
        Ok(())
    };
    app.db.write(Lane::Work, story).await
}
