//! Who calls: a key is known by its hash, and asked for at every request.

use sha2::{Digest, Sha256};

use super::scope::{holds_address, holds_scope};
use super::{Caller, Entry, Scope, State, Tier, rows};
use crate::App;
use crate::clock::HOUR_MS;
use crate::db::{DbError, Row, word};
use crate::values;

/// Characters of a key after its prefix: 30 of chance and 6 of their CRC32, in base 62.
const BODY_LEN: usize = 36;
/// How many of them are chance.
const CHANCE_LEN: usize = 30;
/// What every key of a live house begins with.
const PREFIX: &str = "jn_live_";
const BASE62: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// Why a key does not open the door.
#[derive(Debug, thiserror::Error)]
pub enum AuthRefusal {
    /// Malformed, unknown, expired or revoked: nobody is told which.
    #[error("the key is not valid")]
    Unknown,
    /// The account is stopped.
    #[error("the account is suspended")]
    Suspended,
    /// The key may not do this.
    #[error("the key has no scope `{}`", .0.word())]
    Scope(Scope),
    /// The key may not be used from there.
    #[error("the key may not be used from this address")]
    Address,
    /// The database could not.
    #[error(transparent)]
    Db(#[from] DbError),
}

/// Lets somebody in by a key, to do one kind of thing from one address.
///
/// # Errors
/// See [`AuthRefusal`].
pub async fn enter(app: &App, key: &str, entry: Entry) -> Result<Caller, AuthRefusal> {
    let row = find(app, key).await?;
    let caller = caller(app, &row)?;
    if !holds_address(row.text(8), entry.address) {
        return Err(AuthRefusal::Address);
    }
    if !holds_scope(row.text(7), entry.scope) {
        return Err(AuthRefusal::Scope(entry.scope));
    }
    app.used.note(caller.key, app.now_ms());
    Ok(caller)
}

/// Finds whose key it is, whatever the key may be used for: what comes in from outside comes by [`enter`]. Nothing is
/// remembered, so that a revoked key or a suspended account is refused on the next request, on every node (A2).
///
/// # Errors
/// See [`AuthRefusal`].
pub async fn authenticate(app: &App, key: &str) -> Result<Caller, AuthRefusal> {
    caller(app, &find(app, key).await?)
}

async fn find(app: &App, key: &str) -> Result<Row, AuthRefusal> {
    if !is_well_formed(key) {
        return Err(AuthRefusal::Unknown);
    }
    app.db.row(rows::CALLER, values![hash(key).as_slice()]).await?.ok_or(AuthRefusal::Unknown)
}

fn caller(app: &App, row: &Row) -> Result<Caller, AuthRefusal> {
    let is_over = row.opt_int(2).is_some_and(|expires_ms| expires_ms <= app.now_ms());
    if is_over || row.opt_int(3).is_some() {
        return Err(AuthRefusal::Unknown);
    }
    match word(State::from_word(row.text(4)), "an account's state")? {
        State::Active => {}
        State::Suspended | State::Frozen => return Err(AuthRefusal::Suspended),
    }
    let tier = word(Tier::from_word(row.text(5)), "an account's tier")?;
    Ok(Caller {
        account: row.int(1),
        key: row.int(0),
        tier,
        keep_ms: row.int(6) * HOUR_MS,
        is_capped: row.flag(9),
        has_own_limits: row.flag(10),
    })
}

/// A mistyped key is refused without asking the database.
fn is_well_formed(key: &str) -> bool {
    let Some(body) = key.strip_prefix(PREFIX) else { return false };
    body.len() == BODY_LEN
        && body.bytes().all(|byte| byte.is_ascii_alphanumeric())
        && body[CHANCE_LEN..] == check_of(&body[..CHANCE_LEN])
}

/// Six characters by which a mistyped key, or one that a scanner found, is told from a real one.
fn check_of(chance: &str) -> String {
    let mut rest = u64::from(crc32fast::hash(chance.as_bytes()));
    let mut check = [b'0'; BODY_LEN - CHANCE_LEN];
    for place in check.iter_mut().rev() {
        *place = BASE62[usize::try_from(rest % 62).expect("less than 62")];
        rest /= 62;
    }
    check.iter().copied().map(char::from).collect()
}

/// A new key: 178 bits of chance.
pub(super) fn new_key() -> String {
    let chance: String = (0..CHANCE_LEN).map(|_| char::from(BASE62[rand::random_range(0..BASE62.len())])).collect();
    let check = check_of(&chance);
    format!("{PREFIX}{chance}{check}")
}

/// What is kept of a key.
pub(super) fn hash(key: &str) -> [u8; 32] {
    Sha256::digest(key.as_bytes()).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_key_is_well_formed_and_a_mistyped_one_is_not() {
        let key = new_key();
        assert_eq!(key.len(), PREFIX.len() + BODY_LEN);
        assert!(is_well_formed(&key));
        let last = if key.ends_with('x') { 'y' } else { 'x' };
        assert!(!is_well_formed(&format!("{}{last}", &key[..key.len() - 1])));
        assert!(!is_well_formed("jn_live_"));
        assert!(!is_well_formed("jn_live_ééééééééééééééééééé"));
    }
}
