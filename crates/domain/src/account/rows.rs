//! The SQL of the account room.

use std::collections::HashMap;

use super::{Account, Balance, State, Tier};
use crate::App;
use crate::clock::DAY_MS;
use crate::db::{DbError, Row, Tx, id_list, word};
use crate::money::Usd;
use crate::values;

pub(super) const BALANCE: &str = "SELECT available, held, state FROM account WHERE id = $1";

pub(super) const STANDING: &str = "SELECT available, held, state, tier, retention_hours, event_seq, name,
            CASE WHEN own_limits IS NULL THEN 0 ELSE 1 END
     FROM account
     WHERE id = $1";

pub(super) const ACCOUNT: &str = "SELECT id, name, state, tier, available, held, risk, created_ms
     FROM account
     WHERE name = $1";

pub(super) const ACCOUNTS: &str = "SELECT id, name, state, tier, available, held, risk, created_ms
     FROM account
     WHERE id > $1
     ORDER BY id
     LIMIT $2";

pub(super) const CALLER: &str =
    "SELECT k.id, k.account_id, k.expires_ms, k.revoked_ms, a.state, a.tier, a.retention_hours,
            k.scopes, k.networks, CASE WHEN k.daily_cap IS NULL THEN 0 ELSE 1 END,
            CASE WHEN a.own_limits IS NULL THEN 0 ELSE 1 END
     FROM api_key k
     JOIN account a ON a.id = k.account_id
     WHERE k.hash = $1";

pub(super) const KEYS: &str =
    "SELECT id, prefix, name, created_ms, expires_ms, revoked_ms, scopes, networks, daily_cap, used_ms
     FROM api_key
     WHERE account_id = $1
     ORDER BY id DESC
     LIMIT $2";

pub(super) fn account(row: &Row) -> Result<Account, DbError> {
    Ok(Account {
        id: row.int(0),
        name: row.text(1).to_owned(),
        state: word(State::from_word(row.text(2)), "an account's state")?,
        tier: word(Tier::from_word(row.text(3)), "an account's tier")?,
        available: Usd::from_micros(row.int(4)),
        held: Usd::from_micros(row.int(5)),
        risk: row.int(6),
        created_ms: row.int(7),
    })
}

pub(super) fn balance(row: &Row) -> Result<Balance, DbError> {
    Ok(Balance {
        available: Usd::from_micros(row.int(0)),
        held: Usd::from_micros(row.int(1)),
        state: word(State::from_word(row.text(2)), "an account's state")?,
    })
}

/// A change of an account's balances and counters.
pub(crate) struct Change {
    pub(crate) available: Usd,
    pub(crate) held: Usd,
    /// Events that this story tells of it: 0 or 1.
    pub(crate) events: i64,
    pub(crate) must_be_active: bool,
}

/// An account after a change.
pub(crate) struct After {
    pub(crate) available: Usd,
    pub(crate) held: Usd,
    pub(crate) ledger_seq: i64,
    pub(crate) event_seq: i64,
}

/// The change of an account's balances and counters, if they stay covered and the account may.
macro_rules! update_balances {
    ($end:literal) => {
        concat!(
            "UPDATE account
             SET available = available + $2,
                 held = held + $3,
                 ledger_seq = ledger_seq + 1,
                 event_seq = event_seq + $4
             WHERE id = $1
               AND available + $2 >= 0
               AND held + $3 >= 0
               AND (state = 'active' OR $5 = 0)",
            $end
        )
    };
}

/// Changes the balances if they stay covered, and locks the row; `None` if they would not, or the account may not.
pub(crate) fn change(tx: &mut Tx<'_>, account: i64, change: &Change) -> Result<Option<After>, DbError> {
    let must_be_active = i64::from(change.must_be_active);
    let values = values![account, change.available, change.held, change.events, must_be_active];
    let row = if tx.has_rivals() {
        tx.one(update_balances!(" RETURNING available, held, ledger_seq, event_seq"), values)?
    } else if tx.run(update_balances!(""), values)? == 0 {
        None
    } else {
        // SQLite makes a table for what RETURNING tells, and drops it: to look takes less.
        tx.one("SELECT available, held, ledger_seq, event_seq FROM account WHERE id = $1", values![account])?
    };
    Ok(row.map(|row| After {
        available: Usd::from_micros(row.int(0)),
        held: Usd::from_micros(row.int(1)),
        ledger_seq: row.int(2),
        event_seq: row.int(3),
    }))
}

/// Locks the account's row until the story ends. It comes before every other lock of that account's things.
pub(crate) fn lock(tx: &mut Tx<'_>, account: i64) -> Result<(), DbError> {
    if tx.has_rivals() {
        tx.one("SELECT 1 FROM account WHERE id = $1 {for_update}", values![account])?;
    }
    Ok(())
}

/// The number of the account's next event.
pub(crate) fn next_event(tx: &mut Tx<'_>, account: i64) -> Result<i64, DbError> {
    let sql = "UPDATE account SET event_seq = event_seq + 1 WHERE id = $1 RETURNING event_seq";
    let row = tx.one(sql, values![account])?;
    Ok(row.ok_or(DbError::Damaged("an account is missing"))?.int(0))
}

/// The number of the account's newest event.
pub(crate) fn event_seq(tx: &mut Tx<'_>, account: i64) -> Result<i64, DbError> {
    let row = tx.one("SELECT event_seq FROM account WHERE id = $1", values![account])?;
    Ok(row.ok_or(DbError::Damaged("an account is missing"))?.int(0))
}

/// The numbers of the newest events of some accounts, by their ids.
pub(crate) async fn event_seqs<'a>(
    app: &App,
    accounts: impl Iterator<Item = &'a i64>,
) -> Result<HashMap<i64, i64>, DbError> {
    let sql = "SELECT a.id, a.event_seq FROM (json_pairs($1)) p JOIN account a ON a.id = p.a";
    let rows = app.db.rows(sql, &[id_list(accounts)]).await?;
    Ok(rows.iter().map(|row| (row.int(0), row.int(1))).collect())
}

pub(crate) fn event_floor(tx: &mut Tx<'_>, account: i64) -> Result<i64, DbError> {
    let row = tx.one("SELECT event_floor FROM account WHERE id = $1", values![account])?;
    Ok(row.map_or(0, |row| row.int(0)))
}

pub(crate) fn raise_event_floor(tx: &mut Tx<'_>, account: i64, seq: i64) -> Result<(), DbError> {
    let sql = "UPDATE account SET event_floor = $2 WHERE id = $1 AND event_floor < $2";
    tx.run(sql, values![account, seq]).map(drop)
}

/// Notes that something on an account's numbers looked like abuse; `state` may stop it.
pub(crate) fn raise_risk(tx: &mut Tx<'_>, account: i64, state: State) -> Result<(), DbError> {
    let sql = "UPDATE account
         SET risk = risk + 1,
             state = CASE WHEN state = 'active' THEN $2 ELSE state END
         WHERE id = $1";
    tx.run(sql, values![account, state.word()]).map(drop)
}

pub(crate) fn balance_in(tx: &mut Tx<'_>, account: i64) -> Result<Option<Balance>, DbError> {
    tx.one(BALANCE, values![account])?.map(|row| balance(&row)).transpose()
}

/// Counts what a key sets aside against its daily cap; whether it may. The account's row is locked already.
pub(crate) fn spend(tx: &mut Tx<'_>, key: i64, amount: Usd, now_ms: i64) -> Result<bool, DbError> {
    let sql = "UPDATE api_key
         SET spent = CASE WHEN spent_day = $2 THEN spent ELSE 0 END + $3,
             spent_day = $2
         WHERE id = $1
           AND CASE WHEN spent_day = $2 THEN spent ELSE 0 END + $3 <= daily_cap";
    Ok(tx.run(sql, values![key, now_ms.div_euclid(DAY_MS), amount])? == 1)
}

/// An account by its operator's name for it.
pub(crate) fn named(tx: &mut Tx<'_>, name: &str) -> Result<Option<Account>, DbError> {
    tx.one(ACCOUNT, values![name])?.map(|row| account(&row)).transpose()
}

/// What all accounts can spend, and what is set aside for them.
pub(crate) fn totals(tx: &mut Tx<'_>) -> Result<(Usd, Usd), DbError> {
    let sql = "SELECT CAST(COALESCE(SUM(available), 0) AS BIGINT), CAST(COALESCE(SUM(held), 0) AS BIGINT) FROM account";
    let row = tx.one(sql, &[])?.ok_or(DbError::Damaged("a sum has a row"))?;
    Ok((Usd::from_micros(row.int(0)), Usd::from_micros(row.int(1))))
}

/// The names of some accounts, by their ids.
pub(crate) fn names(tx: &mut Tx<'_>, accounts: &[i64]) -> Result<HashMap<i64, String>, DbError> {
    let sql = "SELECT a.id, a.name FROM (json_pairs($1)) p JOIN account a ON a.id = p.a";
    let rows = tx.all(sql, &[id_list(accounts)])?;
    Ok(rows.iter().map(|row| (row.int(0), row.text(1).to_owned())).collect())
}

/// Changes how far an account is trusted.
pub(super) fn set_tier(tx: &mut Tx<'_>, account: i64, tier: Tier) -> Result<(), DbError> {
    tx.run("UPDATE account SET tier = $2 WHERE id = $1", values![account, tier.word()]).map(drop)
}
