//! How often something may be tried, counted in fixed windows by a tag of whom it is counted for.

use std::net::IpAddr;

use crate::App;
use crate::clock::{HOUR_MS, MINUTE_MS, SECOND_MS};
use crate::db::{DbError, Tx};
use crate::values;

/// What is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Deed {
    /// Passwords tried for one name.
    PasswordOfName,
    /// Passwords tried for one name in one browser that is known again.
    PasswordInDevice,
    /// Passwords tried from one client's address.
    PasswordFrom,
    /// Codes of a second factor tried for one person.
    CodeOfLogin,
    /// Sign-ins by passkey tried from one client's address.
    PasskeyFrom,
    /// Mails with links asked for to one mailbox.
    LetterTo,
    /// Mails with links asked for from one client's address.
    LetterFrom,
}

impl Deed {
    /// How many in which window.
    fn limit(self) -> (&'static str, i64, i64) {
        match self {
            Self::PasswordOfName => ("password.name", 10, 15 * MINUTE_MS),
            Self::PasswordInDevice => ("password.device", 10, 15 * MINUTE_MS),
            Self::PasswordFrom => ("password.from", 50, 15 * MINUTE_MS),
            Self::CodeOfLogin => ("code.login", 10, 15 * MINUTE_MS),
            Self::PasskeyFrom => ("passkey.from", 50, 15 * MINUTE_MS),
            Self::LetterTo => ("letter.to", 5, HOUR_MS),
            Self::LetterFrom => ("letter.from", 20, HOUR_MS),
        }
    }
}

/// It was tried too often.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct MustWait {
    /// Seconds until it may be tried again.
    pub(super) seconds: i64,
}

/// The tag of whom something is counted for: neither addresses nor names are kept.
pub(super) fn tag(app: &App, deed: Deed, who: &str) -> Vec<u8> {
    app.vault.tag("throttle", &[deed.limit().0.as_bytes(), who.as_bytes()]).to_vec()
}

/// The tag of a client's address.
pub(super) fn tag_of_address(app: &App, deed: Deed, address: IpAddr) -> Vec<u8> {
    tag(app, deed, &address.to_string())
}

/// Counts a try, or tells how long to wait. A refused try is not counted.
pub(super) fn count(tx: &mut Tx<'_>, deed: Deed, who: &[u8], now_ms: i64) -> Result<Result<(), MustWait>, DbError> {
    let (word, most, window_ms) = deed.limit();
    let sql = "INSERT INTO throttle (deed, who, from_ms, count)
         VALUES ($1, $2, $3, 1)
         ON CONFLICT (deed, who) DO UPDATE
         SET count = CASE WHEN throttle.from_ms <= $4 THEN 1 ELSE throttle.count + 1 END,
             from_ms = CASE WHEN throttle.from_ms <= $4 THEN $3 ELSE throttle.from_ms END
         WHERE throttle.from_ms <= $4 OR throttle.count < $5
         RETURNING count";
    if tx.one(sql, values![word, who, now_ms, now_ms - window_ms, most])?.is_some() {
        return Ok(Ok(()));
    }
    let row = tx.one("SELECT from_ms FROM throttle WHERE deed = $1 AND who = $2", values![word, who])?;
    let left_ms = row.map_or(0, |row| row.int(0) + window_ms - now_ms);
    Ok(Err(MustWait { seconds: (left_ms + SECOND_MS - 1).max(SECOND_MS) / SECOND_MS }))
}

/// Forgets the tries of somebody who has shown to be the right one.
pub(super) fn forgive(tx: &mut Tx<'_>, deed: Deed, who: &[u8]) -> Result<(), DbError> {
    tx.run("DELETE FROM throttle WHERE deed = $1 AND who = $2", values![deed.limit().0, who]).map(drop)
}

/// How many tries are counted against somebody just now.
pub(super) fn counted(tx: &mut Tx<'_>, of: &[(Deed, Vec<u8>)], now_ms: i64) -> Result<i64, DbError> {
    let mut most = 0;
    for (deed, who) in of {
        let (word, _, window_ms) = deed.limit();
        let sql = "SELECT count FROM throttle WHERE deed = $1 AND who = $2 AND from_ms > $3";
        let row = tx.one(sql, values![word, who.as_slice(), now_ms - window_ms])?;
        most = most.max(row.map_or(0, |row| row.int(0)));
    }
    Ok(most)
}
