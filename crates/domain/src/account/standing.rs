//! How an account stands, for the pages of whoever is signed in to it.

use super::{Caller, State, Tier, rows};
use crate::App;
use crate::clock::HOUR_MS;
use crate::db::{DbError, word};
use crate::money::Usd;
use crate::values;

/// An account as its own pages see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// The name by which the operator knows it.
    pub name: String,
    /// It as the caller of verbs; its key is 0, because a person came without one.
    pub caller: Caller,
    /// Whether it may spend.
    pub state: State,
    /// What it can spend.
    pub available: Usd,
    /// What is set aside for open orders.
    pub held: Usd,
    /// Its newest event: what is read after this look shows at least what happened until then.
    pub event_seq: i64,
}

/// How an account stands; `None` if there is none of this id.
///
/// # Errors
/// What the database said.
pub async fn standing(app: &App, account: i64) -> Result<Option<Standing>, DbError> {
    let Some(row) = app.db.row(rows::STANDING, values![account]).await? else { return Ok(None) };
    let tier = word(Tier::from_word(row.text(3)), "an account's tier")?;
    Ok(Some(Standing {
        name: row.text(6).to_owned(),
        caller: Caller {
            account,
            key: 0,
            tier,
            keep_ms: row.int(4) * HOUR_MS,
            is_capped: false,
            has_own_limits: row.flag(7),
        },
        available: Usd::from_micros(row.int(0)),
        held: Usd::from_micros(row.int(1)),
        state: word(State::from_word(row.text(2)), "an account's state")?,
        event_seq: row.int(5),
    }))
}
