//! Secrets in links: each good once, for one purpose, for a short time.

use super::Secret;
use crate::clock::{DAY_MS, MINUTE_MS};
use crate::db::{DbError, Row, Tx};
use crate::values;

/// What a link is good for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    /// To confirm an address and choose a password: a day.
    SignUp,
    /// To give the code after the password: ten minutes.
    SecondFactor,
}

impl Purpose {
    fn word(self) -> &'static str {
        match self {
            Self::SignUp => "sign_up",
            Self::SecondFactor => "second_factor",
        }
    }

    fn life_ms(self) -> i64 {
        match self {
            Self::SignUp => DAY_MS,
            Self::SecondFactor => 10 * MINUTE_MS,
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
}

/// Keeps a link under the hash of its secret.
pub(super) fn make(
    tx: &mut Tx<'_>,
    purpose: Purpose,
    secret: &Secret,
    link: &Link,
    now_ms: i64,
) -> Result<(), DbError> {
    let sql = "INSERT INTO link (hash, purpose, login_id, email, terms, created_ms, end_ms)
         VALUES ($1, $2, $3, $4, $5, $6, $7)";
    let Link { login, email, terms } = link.clone();
    let (hash, end_ms) = (secret.hash(), now_ms + purpose.life_ms());
    tx.run(sql, values![hash.as_slice(), purpose.word(), login, email, terms, now_ms, end_ms]).map(drop)
}

/// Looks at a link that is still good, without using it.
pub(super) fn find(tx: &mut Tx<'_>, purpose: Purpose, secret: &Secret, now_ms: i64) -> Result<Option<Link>, DbError> {
    let sql = "SELECT login_id, email, terms
         FROM link
         WHERE hash = $1 AND purpose = $2 AND end_ms > $3";
    let hash = secret.hash();
    Ok(tx.one(sql, values![hash.as_slice(), purpose.word(), now_ms])?.map(|row| read(&row)))
}

/// Uses a link: it is gone then, for rivals too.
pub(super) fn take(tx: &mut Tx<'_>, purpose: Purpose, secret: &Secret, now_ms: i64) -> Result<Option<Link>, DbError> {
    let sql = "DELETE FROM link
         WHERE hash = $1 AND purpose = $2 AND end_ms > $3
         RETURNING login_id, email, terms";
    let hash = secret.hash();
    Ok(tx.one(sql, values![hash.as_slice(), purpose.word(), now_ms])?.map(|row| read(&row)))
}

fn read(row: &Row) -> Link {
    Link { login: row.opt_int(0), email: row.opt_text(1).map(str::to_owned), terms: row.opt_text(2).map(str::to_owned) }
}
