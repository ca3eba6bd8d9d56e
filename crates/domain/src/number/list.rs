//! Numbers as the operator sees them, and switching them off and on.

use crate::App;
use crate::db::{DbError, Lane, Row, Tx, word};
use crate::money::Usd;
use crate::phone::Nanp;
use crate::policy::audit::{Chain, Deed};
use crate::policy::permit::{Permit, Run};
use crate::policy::reason::Reason;
use crate::values;

/// Numbers in one page, at most.
const PAGE_MAX: i64 = 1_000;

/// Whether a number is sold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NumberState {
    /// It is.
    Active,
    /// Not for now; what comes in is still delivered.
    Paused,
    /// Never again; what comes in is still delivered while its leases run.
    Retired,
}

impl NumberState {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Active, Self::Paused, Self::Retired];

    /// Its word in the database and in operator commands.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Paused => "paused",
            Self::Retired => "retired",
        }
    }

    /// The state of a word.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.word() == word)
    }
}

/// A number as it is listed.
#[derive(Clone)]
pub struct NumberLine {
    /// Its id.
    pub id: i64,
    /// E.164 digits without the plus.
    pub digits: String,
    /// The state or territory of its area code.
    pub region: String,
    /// Who carries it.
    pub carrier: String,
    /// What kind of line it is.
    pub line_type: String,
    /// The source that hears it.
    pub source: i64,
    /// Who it is from.
    pub supplier: String,
    /// Under which contract.
    pub contract: String,
    /// Since when, `YYYY-MM-DD`.
    pub acquired_on: String,
    /// Whether it is sold.
    pub state: NumberState,
    /// What one lease of it costs the house.
    pub cost: Usd,
    /// Whether its SIM is not in the network, as its source tells; then it is not sold.
    pub is_offline: bool,
}

/// Why a number was not changed.
#[derive(Debug, thiserror::Error)]
pub enum NumberRefusal {
    /// There is no such number.
    #[error("there is no such number")]
    NoNumber,
    /// A retired number stays retired.
    #[error("a retired number stays retired")]
    Retired,
    /// The database could not.
    #[error(transparent)]
    Db(#[from] DbError),
}

const LINE: &str =
    "SELECT id, digits, region, carrier, line_type, source_id, supplier, contract, acquired_on, state, cost,
            is_offline
     FROM number
     WHERE digits = $1";

const LINE_OF_ID: &str =
    "SELECT id, digits, region, carrier, line_type, source_id, supplier, contract, acquired_on, state, cost,
            is_offline
     FROM number
     WHERE id = $1";

const LINES: &str =
    "SELECT id, digits, region, carrier, line_type, source_id, supplier, contract, acquired_on, state, cost,
            is_offline
     FROM number
     WHERE id > $1
     ORDER BY id
     LIMIT $2";

/// Numbers with ids above `after`, at most `limit` and 1,000.
///
/// # Errors
/// What the database said.
pub async fn list(app: &App, after: i64, limit: i64) -> Result<Vec<NumberLine>, DbError> {
    let rows = app.db.rows(LINES, values![after, limit.clamp(1, PAGE_MAX)]).await?;
    rows.iter().map(line).collect()
}

/// One number.
///
/// # Errors
/// What the database said.
pub async fn show(app: &App, number: &Nanp) -> Result<Option<NumberLine>, DbError> {
    app.db.row(LINE, values![number.digits()]).await?.map(|row| line(&row)).transpose()
}

/// One number by its id.
///
/// # Errors
/// What the database said.
pub async fn of_id(app: &App, id: i64) -> Result<Option<NumberLine>, DbError> {
    app.db.row(LINE_OF_ID, values![id]).await?.map(|row| line(&row)).transpose()
}

/// A number of a row that has the columns of [`LINE`].
pub(super) fn line(row: &Row) -> Result<NumberLine, DbError> {
    Ok(NumberLine {
        id: row.int(0),
        digits: row.text(1).to_owned(),
        region: row.text(2).to_owned(),
        carrier: row.text(3).to_owned(),
        line_type: row.text(4).to_owned(),
        source: row.int(5),
        supplier: row.text(6).to_owned(),
        contract: row.text(7).to_owned(),
        acquired_on: row.text(8).to_owned(),
        state: word(NumberState::from_word(row.text(9)), "a number's state")?,
        cost: Usd::from_micros(row.int(10)),
        is_offline: row.flag(11),
    })
}

/// Pauses, resumes or retires a number. Its running leases go on.
///
/// # Errors
/// See [`NumberRefusal`].
pub async fn set_state(
    app: &App,
    number: &Nanp,
    state: NumberState,
    reason: &Reason,
    by: &Permit<Run>,
) -> Result<(), NumberRefusal> {
    let (now, digits) = (app.now_ms(), number.digits());
    let (reason, by) = (reason.clone(), by.clone());
    let story = move |tx: &mut Tx<'_>| {
        let row = tx.one("SELECT id, state FROM number WHERE digits = $1 {for_update}", values![&digits])?;
        let row = row.ok_or(NumberRefusal::NoNumber)?;
        let before = word(NumberState::from_word(row.text(1)), "a number's state")?;
        if before == NumberState::Retired && state != NumberState::Retired {
            return Err(NumberRefusal::Retired);
        }
        if before != state {
            let mut chain = Chain::extend(tx, 1)?;
            change(
                tx,
                &mut chain,
                &Change { number: row.int(0), before, after: state, reason: reason.text(), by: &by.who },
                now,
            )?;
        }
        Ok(())
    };
    app.db.write(Lane::Work, story).await
}

/// What somebody changes about a number's sale.
pub(super) struct Change<'a> {
    pub(super) number: i64,
    pub(super) before: NumberState,
    pub(super) after: NumberState,
    pub(super) reason: &'a str,
    pub(super) by: &'a str,
}

/// Changes whether a number is sold, and writes down who did it.
pub(super) fn change(tx: &mut Tx<'_>, chain: &mut Chain, change: &Change<'_>, now_ms: i64) -> Result<(), DbError> {
    tx.queue("UPDATE number SET state = $2 WHERE id = $1", values![change.number, change.after.word()])?;
    let subject = subject(change.number);
    let deed = Deed {
        who: change.by,
        deed: "number.state",
        subject: &subject,
        reason: change.reason,
        before: Some(change.before.word()),
        after: Some(change.after.word()),
    };
    chain.write(tx, now_ms, &deed)
}

/// What a number is called in the audit log.
pub(super) fn subject(number: i64) -> String {
    format!("number {number}")
}
