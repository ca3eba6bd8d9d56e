//! The SQL of people who sign in.

use super::{Kind, Role};
use crate::db::{DbError, Row, Tx, word};
use crate::{ids, values};

/// A person's row.
#[derive(Clone)]
pub(super) struct Person {
    pub(super) id: i64,
    pub(super) kind: Kind,
    pub(super) name: String,
    /// The hash of the password, if one was chosen, and whether it is too short to stand alone.
    pub(super) password: Option<String>,
    pub(super) is_short: bool,
    /// The sealed secret of the code generator, if one is in force.
    pub(super) totp: Option<Vec<u8>>,
    pub(super) is_stopped: bool,
}

impl Person {
    /// Whether a code is asked for beside the password.
    pub(super) fn has_second(&self) -> bool {
        self.totp.is_some()
    }
}

pub(super) const BY_NAME: &str = "SELECT id, kind, name, password, is_short, totp, stopped_ms
     FROM login
     WHERE kind = $1 AND name = $2";

pub(super) const BY_ID: &str = "SELECT id, kind, name, password, is_short, totp, stopped_ms
     FROM login
     WHERE id = $1";

const LOCKED: &str = "SELECT id, kind, name, password, is_short, totp, stopped_ms
     FROM login
     WHERE id = $1 {for_update}";

pub(super) fn person(row: &Row) -> Result<Person, DbError> {
    Ok(Person {
        id: row.int(0),
        kind: word(Kind::from_word(row.text(1)), "a login's kind")?,
        name: row.text(2).to_owned(),
        password: row.opt_text(3).map(str::to_owned),
        is_short: row.flag(4),
        totp: row.opt_blob(5).map(<[u8]>::to_vec),
        is_stopped: row.opt_int(6).is_some(),
    })
}

/// A person by the name to sign in with.
pub(super) fn named(tx: &mut Tx<'_>, kind: Kind, name: &str) -> Result<Option<Person>, DbError> {
    tx.one(BY_NAME, values![kind.word(), name])?.map(|row| person(&row)).transpose()
}

/// A person, whose row stays locked until the story ends.
pub(super) fn locked(tx: &mut Tx<'_>, id: i64) -> Result<Person, DbError> {
    person(&tx.one(LOCKED, values![id])?.ok_or(DbError::Damaged("a login is missing"))?)
}

/// A customer whose address is confirmed; `None` if the address was taken meanwhile, or the account has another.
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
         ON CONFLICT DO NOTHING
         RETURNING id";
    let handle: [u8; 16] = rand::random();
    let terms_ms = new.terms.map(|_| now_ms);
    let values = values![id, new.email, new.account, new.password, handle.as_slice(), new.terms, terms_ms, now_ms];
    Ok(tx.one(sql, values)?.map(|row| row.int(0)))
}

/// Keeps another password.
pub(super) fn set_password(tx: &mut Tx<'_>, id: i64, hash: &str, is_short: bool) -> Result<(), DbError> {
    let sql = "UPDATE login SET password = $2, is_short = $3 WHERE id = $1";
    tx.run(sql, values![id, hash, is_short]).map(drop)
}

/// Forgets a password: its person has to choose another one by a link.
pub(super) fn forget_password(tx: &mut Tx<'_>, id: i64) -> Result<(), DbError> {
    tx.run("UPDATE login SET password = NULL, is_short = 0 WHERE id = $1", values![id]).map(drop)
}

/// Gives a customer another address; whether nobody else had it.
pub(super) fn set_name(tx: &mut Tx<'_>, id: i64, name: &str) -> Result<bool, DbError> {
    let sql = "UPDATE login
         SET name = $2
         WHERE id = $1
           AND NOT EXISTS (SELECT 1 FROM login l WHERE l.kind = login.kind AND l.name = $2 AND l.id <> $1)";
    Ok(tx.run(sql, values![id, name])? > 0)
}

/// Puts a code generator in force, or takes it away.
pub(super) fn set_totp(tx: &mut Tx<'_>, id: i64, totp: Option<(&[u8], i64)>, now_ms: i64) -> Result<(), DbError> {
    let sql = "UPDATE login SET totp = $2, totp_ms = $3, totp_step = $4 WHERE id = $1";
    let (sealed, step) = totp.unzip();
    let since_ms = sealed.map(|_| now_ms);
    tx.run(sql, values![id, sealed, since_ms, step.unwrap_or(0)]).map(drop)
}

/// Takes the code of a step, unless that step or a later one was taken before.
pub(super) fn take_step(tx: &mut Tx<'_>, id: i64, step: i64) -> Result<bool, DbError> {
    Ok(tx.run("UPDATE login SET totp_step = $2 WHERE id = $1 AND totp_step < $2", values![id, step])? > 0)
}

/// An operator who has neither password nor second factor yet; `None` if the name is in use.
pub(super) fn insert_operator(tx: &mut Tx<'_>, name: &str, role: Role, now_ms: i64) -> Result<Option<i64>, DbError> {
    let id = ids::take(tx, "login", 1)?;
    let sql = "INSERT INTO login (id, kind, name, role, handle, created_ms)
         VALUES ($1, 'operator', $2, $3, $4, $5)
         ON CONFLICT (kind, name) DO NOTHING
         RETURNING id";
    let handle: [u8; 16] = rand::random();
    Ok(tx.one(sql, values![id, name, role.word(), handle.as_slice(), now_ms])?.map(|row| row.int(0)))
}

/// Stops an operator, or lets one go on.
pub(super) fn set_stopped(tx: &mut Tx<'_>, id: i64, stopped_ms: Option<i64>) -> Result<(), DbError> {
    tx.run("UPDATE login SET stopped_ms = $2 WHERE id = $1", values![id, stopped_ms]).map(drop)
}

/// Gives an operator another role; tells the one before.
pub(super) fn set_role(tx: &mut Tx<'_>, id: i64, role: Role) -> Result<Role, DbError> {
    let row = tx.one("SELECT role FROM login WHERE id = $1 {for_update}", values![id])?;
    let before = row.and_then(|row| row.opt_text(0).and_then(Role::from_word));
    tx.run("UPDATE login SET role = $2 WHERE id = $1", values![id, role.word()])?;
    word(before, "an operator's role")
}

/// The owners who are not stopped, and whether each has set password and second factor; locked until the story ends. Who
/// is changed meanwhile is looked at again.
pub(super) fn owners(tx: &mut Tx<'_>) -> Result<Vec<(i64, bool)>, DbError> {
    let sql = "SELECT id, totp_ms
         FROM login
         WHERE kind = 'operator' AND role = 'owner' AND stopped_ms IS NULL
         ORDER BY id
         {for_update}";
    Ok(tx.all(sql, &[])?.iter().map(|row| (row.int(0), row.opt_int(1).is_some())).collect())
}

/// Operators in the order of their names.
pub(super) const OPERATORS: &str = "SELECT id, name, role, stopped_ms, totp_ms
     FROM login
     WHERE kind = 'operator'
     ORDER BY name
     LIMIT $1";

/// The address of whoever signs in to an account.
pub(super) fn address_of(tx: &mut Tx<'_>, account: i64) -> Result<Option<String>, DbError> {
    Ok(tx.one("SELECT name FROM login WHERE account_id = $1", values![account])?.map(|row| row.text(0).to_owned()))
}

/// Whoever signs in to an account, by an address that is confirmed.
pub(super) fn of_account(tx: &mut Tx<'_>, account: i64) -> Result<Option<i64>, DbError> {
    Ok(tx.one("SELECT id FROM login WHERE account_id = $1", values![account])?.map(|row| row.int(0)))
}
