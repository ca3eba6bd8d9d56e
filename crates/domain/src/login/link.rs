//! Secrets in links: each good once, for one purpose, for a short time.

use super::Secret;
use crate::clock::{DAY_MS, HOUR_MS, MINUTE_MS};
use crate::db::{DbError, Row, Tx};
use crate::values;

/// What a link is good for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    /// To confirm an address and choose a password: a day.
    SignUp,
    /// To choose another password: an hour.
    Reset,
    /// To confirm another address: a day.
    Email,
    /// To set up a second factor, and for an operator a password before it: a day.
    Setup,
    /// To give the code after the password: ten minutes.
    SecondFactor,
    /// To answer the challenge of a passkey that is being added: five minutes.
    Passkey,
}

impl Purpose {
    fn word(self) -> &'static str {
        match self {
            Self::SignUp => "sign_up",
            Self::Reset => "reset",
            Self::Email => "email",
            Self::Setup => "setup",
            Self::SecondFactor => "second_factor",
            Self::Passkey => "passkey",
        }
    }

    /// How long a link is good for it.
    pub(super) fn life_ms(self) -> i64 {
        match self {
            Self::SignUp | Self::Email | Self::Setup => DAY_MS,
            Self::Reset => HOUR_MS,
            Self::SecondFactor => 10 * MINUTE_MS,
            Self::Passkey => 5 * MINUTE_MS,
        }
    }
}

/// What a link carries.
#[derive(Clone, Default)]
pub(super) struct Link {
    /// Whose it is, where there is somebody already.
    pub(super) login: Option<i64>,
    /// The address that it confirms.
    pub(super) email: Option<String>,
    /// The acceptable-use statement that was accepted.
    pub(super) terms: Option<String>,
    /// The sealed secret of a second factor that is being set up, or the sealed challenge of a passkey.
    pub(super) state: Option<Vec<u8>>,
    /// The account that gets the address, if there is one already.
    pub(super) account: Option<i64>,
}

/// Keeps a link under the hash of its secret.
pub(super) fn make(
    tx: &mut Tx<'_>,
    purpose: Purpose,
    secret: &Secret,
    link: &Link,
    now_ms: i64,
) -> Result<(), DbError> {
    let sql = "INSERT INTO link (hash, purpose, login_id, email, terms, state, created_ms, end_ms, account_id)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
    let Link { login, email, terms, state, account } = link.clone();
    let (hash, end_ms) = (secret.hash(), now_ms + purpose.life_ms());
    let values = values![hash.as_slice(), purpose.word(), login, email, terms, state, now_ms, end_ms, account];
    tx.run(sql, values).map(drop)
}

/// Looks at a link that is still good, without using it.
pub(super) fn find(tx: &mut Tx<'_>, purpose: Purpose, secret: &Secret, now_ms: i64) -> Result<Option<Link>, DbError> {
    let sql = "SELECT login_id, email, terms, state, account_id
         FROM link
         WHERE hash = $1 AND purpose = $2 AND end_ms > $3";
    let hash = secret.hash();
    Ok(tx.one(sql, values![hash.as_slice(), purpose.word(), now_ms])?.map(|row| read(&row)))
}

/// Uses a link: it is gone then, for rivals too.
pub(super) fn take(tx: &mut Tx<'_>, purpose: Purpose, secret: &Secret, now_ms: i64) -> Result<Option<Link>, DbError> {
    let sql = "DELETE FROM link
         WHERE hash = $1 AND purpose = $2 AND end_ms > $3
         RETURNING login_id, email, terms, state, account_id";
    let hash = secret.hash();
    Ok(tx.one(sql, values![hash.as_slice(), purpose.word(), now_ms])?.map(|row| read(&row)))
}

/// Ends all links of a person, because what they were made for has changed.
pub(super) fn end_all(tx: &mut Tx<'_>, login: i64) -> Result<(), DbError> {
    tx.run("DELETE FROM link WHERE login_id = $1", values![login]).map(drop)
}

/// Ends the links of a person for one purpose, because another one begins.
pub(super) fn end_of_purpose(tx: &mut Tx<'_>, login: i64, purpose: Purpose) -> Result<(), DbError> {
    tx.run("DELETE FROM link WHERE login_id = $1 AND purpose = $2", values![login, purpose.word()]).map(drop)
}

/// Ends all links by which somebody could become the person of an account.
pub(super) fn end_of_account(tx: &mut Tx<'_>, account: i64) -> Result<(), DbError> {
    tx.run("DELETE FROM link WHERE account_id = $1", values![account]).map(drop)
}

fn read(row: &Row) -> Link {
    Link {
        login: row.opt_int(0),
        email: row.opt_text(1).map(str::to_owned),
        terms: row.opt_text(2).map(str::to_owned),
        state: row.opt_blob(3).map(<[u8]>::to_vec),
        account: row.opt_int(4),
    }
}
