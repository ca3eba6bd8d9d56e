//! Telling a customer that the balance is low.

use super::rows;
use crate::App;
use crate::db::{DbError, Lane, Row, Tx};
use crate::mail::{self, Letter};
use crate::money::Usd;
use crate::{login, values};

/// Accounts looked at in one round of the worker.
const ROUND_MAX: i64 = 256;
/// The most that a customer may want to hear of: $100,000.
pub const LOW_BALANCE_MAX: Usd = Usd::from_cents(10_000_000);

/// Why it was not set.
#[derive(Debug, thiserror::Error)]
pub enum LowRefusal {
    /// The amount is nothing, more than [`LOW_BALANCE_MAX`], or has a fraction of a cent.
    #[error("an amount of whole cents, from 0.01 to {LOW_BALANCE_MAX}")]
    BadAmount,
    /// The database could not.
    #[error(transparent)]
    Db(#[from] DbError),
}

/// Below which balance the customer of an account wants to hear of it; `None`: never.
///
/// # Errors
/// What the database said.
pub async fn low_balance(app: &App, account: i64) -> Result<Option<Usd>, DbError> {
    let row = app.db.row("SELECT low_balance FROM account WHERE id = $1", values![account]).await?;
    Ok(row.and_then(|row| row.opt_int(0)).map(Usd::from_micros))
}

/// Sets below which balance the customer hears of it by mail, once until it was above again; `None`: never.
///
/// # Errors
/// See [`LowRefusal`].
pub async fn set_low_balance(app: &App, account: i64, below: Option<Usd>) -> Result<(), LowRefusal> {
    let is_fine = |below: Usd| below > Usd::ZERO && below <= LOW_BALANCE_MAX && below.micros() % 10_000 == 0;
    if !below.is_none_or(is_fine) {
        return Err(LowRefusal::BadAmount);
    }
    let story = move |tx: &mut Tx<'_>| {
        let sql = "UPDATE account SET low_balance = $2, low_told = 0 WHERE id = $1";
        tx.run(sql, values![account, below.map(Usd::micros)]).map(drop)
    };
    app.db.write::<_, DbError, _>(Lane::Account(account), story).await?;
    Ok(())
}

/// Tells those whose balance has become low, and notes those whose balance is above again; tells how many were told.
///
/// # Errors
/// What the database said; who was not told is found again.
pub async fn tell_low(app: &App) -> Result<usize, DbError> {
    app.db.write::<_, DbError, _>(Lane::Work, |tx: &mut Tx<'_>| tx.run(ABOVE_AGAIN, &[])).await?;
    let low = app.db.rows(LOW, values![ROUND_MAX]).await?;
    for row in &low {
        tell(app, row).await?;
    }
    Ok(low.len())
}

const ABOVE_AGAIN: &str = "UPDATE account
     SET low_told = 0
     WHERE low_balance IS NOT NULL AND low_told = 1 AND available >= low_balance";

const LOW: &str = "SELECT id
     FROM account
     WHERE low_balance IS NOT NULL AND low_told = 0 AND available < low_balance
     ORDER BY id
     LIMIT $1";

async fn tell(app: &App, row: &Row) -> Result<(), DbError> {
    let (account, house) = (row.int(0), app.clone());
    let story = move |tx: &mut Tx<'_>| {
        // Money may have come, or another node may have told, since it was looked at.
        let sql = "UPDATE account
             SET low_told = 1
             WHERE id = $1 AND low_balance IS NOT NULL AND low_told = 0 AND available < low_balance
             RETURNING low_balance";
        let Some(row) = tx.one(sql, values![account])? else { return Ok(()) };
        let below = Usd::from_micros(row.int(0));
        let balance = rows::balance_in(tx, account)?.ok_or(DbError::Damaged("an account is missing"))?;
        let Some(to) = login::address_of(tx, account)? else { return Ok(()) };
        mail::post(tx, &house, &letter(to, balance.available, below))
    };
    app.db.write::<_, DbError, _>(Lane::Account(account), story).await
}

fn letter(to: String, available: Usd, below: Usd) -> Letter {
    let body = format!(
        "You have ${available} to spend, which is less than the ${below} below which you wanted to hear of it.\n\n\
         You hear of it again once it was above. What you want to hear of is set on the page of your account.\n"
    );
    Letter { to, kind: "low_balance", subject: "Your balance is low".to_owned(), body, end_ms: None }
}
