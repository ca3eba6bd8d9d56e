//! The SQL of people who sign in.

use super::Kind;
use crate::db::{DbError, Row, Tx};
use crate::{ids, values};

/// A person's row.
#[derive(Clone)]
pub(super) struct Person {
    pub(super) id: i64,
    pub(super) name: String,
    /// The hash of the password, if one was chosen.
    pub(super) password: Option<String>,
    pub(super) has_second: bool,
    pub(super) is_stopped: bool,
}

pub(super) const BY_NAME: &str = "SELECT id, name, password, totp_ms, stopped_ms
     FROM login
     WHERE kind = $1 AND name = $2";

const BY_ID: &str = "SELECT id, name, password, totp_ms, stopped_ms
     FROM login
     WHERE id = $1 {for_update}";

pub(super) fn person(row: &Row) -> Person {
    Person {
        id: row.int(0),
        name: row.text(1).to_owned(),
        password: row.opt_text(2).map(str::to_owned),
        has_second: row.opt_int(3).is_some(),
        is_stopped: row.opt_int(4).is_some(),
    }
}

/// A person by the name to sign in with.
pub(super) fn named(tx: &mut Tx<'_>, kind: Kind, name: &str) -> Result<Option<Person>, DbError> {
    Ok(tx.one(BY_NAME, values![kind.word(), name])?.map(|row| person(&row)))
}

/// A person, whose row stays locked until the story ends.
pub(super) fn locked(tx: &mut Tx<'_>, id: i64) -> Result<Person, DbError> {
    let row = tx.one(BY_ID, values![id])?.ok_or(DbError::Damaged("a login is missing"))?;
    Ok(person(&row))
}

/// A customer whose address is confirmed; `None` if the address was taken meanwhile.
pub(super) struct NewCustomer<'a> {
    pub(super) email: &'a str,
    pub(super) account: i64,
    pub(super) password: Option<&'a str>,
    pub(super) terms: Option<&'a str>,
}

pub(super) fn insert_customer(tx: &mut Tx<'_>, new: &NewCustomer<'_>, now_ms: i64) -> Result<Option<i64>, DbError> {
    let id = ids::take(tx, "login", 1)?;
    let sql = "INSERT INTO login (id, kind, name, account_id, password, handle, terms, terms_ms, created_ms)
         VALUES ($1, 'customer', $2, $3, $4, $5, $6, $7, $8)
         ON CONFLICT (kind, name) DO NOTHING
         RETURNING id";
    let handle: [u8; 16] = rand::random();
    let terms_ms = new.terms.map(|_| now_ms);
    let values = values![id, new.email, new.account, new.password, handle.as_slice(), new.terms, terms_ms, now_ms];
    Ok(tx.one(sql, values)?.map(|row| row.int(0)))
}
