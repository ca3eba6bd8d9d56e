//! The SQL of passkeys.

use super::Passkey;
use crate::db::{DbError, Row, Tx};
use crate::{ids, values};

/// What a person's authenticator is told: the handle by which it names them, and the keys that they have.
pub(super) fn known(tx: &mut Tx<'_>, login: i64) -> Result<(Vec<u8>, Vec<Vec<u8>>), DbError> {
    let handle = tx.one("SELECT handle FROM login WHERE id = $1", values![login])?;
    let handle = handle.ok_or(DbError::Damaged("a login is missing"))?.blob(0).to_vec();
    let keys = tx.all("SELECT credential FROM passkey WHERE login_id = $1 ORDER BY id", values![login])?;
    Ok((handle, keys.iter().map(|row| row.blob(0).to_vec()).collect()))
}

/// How many passkeys a person has.
pub(in crate::login) fn count(tx: &mut Tx<'_>, login: i64) -> Result<i64, DbError> {
    let row = tx.one("SELECT COUNT(*) FROM passkey WHERE login_id = $1", values![login])?;
    Ok(row.map_or(0, |row| row.int(0)))
}

/// A passkey to be kept.
pub(super) struct Fresh<'a> {
    pub(super) login: i64,
    pub(super) credential: &'a [u8],
    pub(super) name: &'a str,
    /// What its signatures are checked with, as JSON.
    pub(super) public: &'a str,
}

/// Keeps a passkey, unless it is somebody's already; whether it was kept.
pub(super) fn insert(tx: &mut Tx<'_>, fresh: &Fresh<'_>, now_ms: i64) -> Result<bool, DbError> {
    let id = ids::take(tx, "passkey", 1)?;
    let sql = "INSERT INTO passkey (id, login_id, credential, name, public, created_ms)
         VALUES ($1, $2, $3, $4, $5, $6)
         ON CONFLICT (credential) DO NOTHING";
    let Fresh { login, credential, name, public } = *fresh;
    Ok(tx.run(sql, values![id, login, credential, name, public, now_ms])? > 0)
}

/// A passkey with its person, by the key's own id, the person's handle and kind.
pub(super) const OF_ANSWER: &str = "SELECT p.id, p.login_id, p.public
     FROM passkey p
     JOIN login l ON l.id = p.login_id
     WHERE p.credential = $1 AND l.handle = $2 AND l.kind = $3";

/// Notes that a passkey was used. Its count has to have grown, unless its device does not count; whether it is so.
pub(super) fn use_once(tx: &mut Tx<'_>, id: i64, public: &str, counter: i64, now_ms: i64) -> Result<bool, DbError> {
    let sql = "UPDATE passkey
         SET public = $2, counter = $3, used_ms = $4
         WHERE id = $1 AND (counter < $3 OR (counter = 0 AND $3 = 0))";
    Ok(tx.run(sql, values![id, public, counter, now_ms])? > 0)
}

/// The passkeys of a person, the newest first.
pub(super) const OF_LOGIN: &str = "SELECT id, name, created_ms, used_ms
     FROM passkey
     WHERE login_id = $1
     ORDER BY id DESC
     LIMIT $2";

pub(super) fn passkey(row: &Row) -> Passkey {
    Passkey { id: row.int(0), name: row.text(1).to_owned(), created_ms: row.int(2), used_ms: row.opt_int(3) }
}

/// Gives a passkey of a person another name; whether there was one.
pub(super) fn rename(tx: &mut Tx<'_>, login: i64, id: i64, name: &str) -> Result<bool, DbError> {
    let sql = "UPDATE passkey SET name = $3 WHERE id = $2 AND login_id = $1";
    Ok(tx.run(sql, values![login, id, name])? > 0)
}

/// Removes a passkey of a person; its name, if there was one.
pub(super) fn remove(tx: &mut Tx<'_>, login: i64, id: i64) -> Result<Option<String>, DbError> {
    let sql = "DELETE FROM passkey WHERE id = $2 AND login_id = $1 RETURNING name";
    Ok(tx.one(sql, values![login, id])?.map(|row| row.text(0).to_owned()))
}

/// Removes all passkeys of a person.
pub(in crate::login) fn forget_all(tx: &mut Tx<'_>, login: i64) -> Result<(), DbError> {
    tx.run("DELETE FROM passkey WHERE login_id = $1", values![login]).map(drop)
}
