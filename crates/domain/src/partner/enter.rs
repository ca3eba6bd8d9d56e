//! Which partner calls: known by the hash of its key, and asked for at every call.

use std::net::IpAddr;

use super::rows;
use crate::App;
use crate::account::{self, Caller, State};
use crate::db::DbError;
use crate::values;

/// Characters of a key that is looked at; no partner has a longer one.
const KEY_MAX: usize = 200;

/// A partner that calls.
#[derive(Debug, Clone)]
pub struct Entered {
    /// Its name.
    pub slug: String,
    /// Its account, as the caller of verbs.
    pub caller: Caller,
    /// Whether it is sold to: neither it nor its account is stopped.
    pub is_active: bool,
}

/// Why a partner is not let in.
#[derive(Debug, thiserror::Error)]
pub enum EnterRefusal {
    /// No partner has this key.
    #[error("no partner has this key")]
    Unknown,
    /// The key may not be used from there.
    #[error("the key may not be used from this address")]
    Address,
    /// The database could not.
    #[error(transparent)]
    Db(#[from] DbError),
}

/// Lets a partner in by its key. One that is paused, or whose account is stopped, is let in: what it has goes on.
///
/// # Errors
/// See [`EnterRefusal`].
pub async fn enter(app: &App, key: &str, address: IpAddr) -> Result<Entered, EnterRefusal> {
    if key.len() > KEY_MAX {
        return Err(EnterRefusal::Unknown);
    }
    let sql = "SELECT slug, account_id, networks, state FROM partner WHERE key_hash = $1";
    let row = app.db.row(sql, values![rows::hash(key).as_slice()]).await?.ok_or(EnterRefusal::Unknown)?;
    if !account::holds_address(row.text(2), address) {
        return Err(EnterRefusal::Address);
    }
    let standing = account::standing(app, row.int(1)).await?.ok_or(DbError::Damaged("a partner has no account"))?;
    Ok(Entered {
        slug: row.text(0).to_owned(),
        caller: standing.caller,
        is_active: row.text(3) == "active" && standing.state == State::Active,
    })
}
