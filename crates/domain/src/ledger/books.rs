//! The books as the operator reads them: what is in each, and the transfers of an account with both their sides.

use super::Move;
use crate::App;
use crate::account;
use crate::db::{DbError, Row, Tx, word};
use crate::money::Usd;
use crate::product::Product;
use crate::values;

/// Postings in one page, at most.
const PAGE_MAX: i64 = 500;

/// What is in each book at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Books {
    /// What customers were credited with, less what was taken back.
    pub paid_in: Usd,
    /// What all customers can spend.
    pub available: Usd,
    /// What is set aside for open orders.
    pub held: Usd,
    /// What was earned, less refunds. It is what the other books leave, because all of them sum to zero (L2); the
    /// checks hold it against every single transfer.
    pub revenue: Usd,
}

/// A transfer with both its sides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Posting {
    /// Its place in the account's list, from 1.
    pub seq: i64,
    /// When.
    pub at_ms: i64,
    /// What it did.
    pub kind: Move,
    /// The book it takes from.
    pub debit: String,
    /// The book it gives to.
    pub credit: String,
    /// How much.
    pub amount: Usd,
    /// The order or rental it belongs to.
    pub order: Option<(Product, i64)>,
    /// The transfer that it ends or gives back from.
    pub resolves: Option<i64>,
    /// The outside event behind it.
    pub reference: Option<String>,
    /// Why, in a person's words.
    pub reason: Option<String>,
    /// What could be spent after it.
    pub available: Usd,
    /// What was set aside after it.
    pub held: Usd,
}

/// What is in each book just now, as one snapshot has it.
///
/// # Errors
/// What the database said.
pub async fn books(app: &App) -> Result<Books, DbError> {
    let look = move |tx: &mut Tx<'_>| {
        let sql = "SELECT kind, CAST(SUM(amount) AS BIGINT)
             FROM transfer
             WHERE kind IN ('credit', 'debit')
             GROUP BY kind";
        let sums = tx.all(sql, &[])?;
        let sum = |kind: Move| sums.iter().find(|row| row.text(0) == kind.word()).map_or(0, |row| row.int(1));
        let paid_in = Usd::from_micros(sum(Move::Credit) - sum(Move::Debit));
        let (available, held) = account::totals(tx)?;
        let owed = available.checked_add(held).ok_or(DbError::Damaged("a sum"))?;
        let revenue = paid_in.checked_add(owed.negated()).ok_or(DbError::Damaged("a sum"))?;
        Ok::<_, DbError>(Books { paid_in, available, held, revenue })
    };
    app.db.read(look).await
}

/// An account's transfers below a place, newest first, at most `limit` and 500.
///
/// # Errors
/// What the database said.
pub async fn postings(app: &App, account: i64, before: Option<i64>, limit: i64) -> Result<Vec<Posting>, DbError> {
    let sql = "SELECT seq, at_ms, kind, debit, credit, amount, order_id, product, resolves, reference, reason,
               available_after, held_after
         FROM transfer
         WHERE account_id = $1 AND seq < $2
         ORDER BY seq DESC
         LIMIT $3";
    let values = values![account, before.unwrap_or(i64::MAX), limit.clamp(1, PAGE_MAX)];
    app.db.rows(sql, values).await?.iter().map(posting).collect()
}

pub(super) fn posting(row: &Row) -> Result<Posting, DbError> {
    let order = match row.opt_int(6) {
        Some(order) => Some((row.product(7)?, order)),
        None => None,
    };
    Ok(Posting {
        seq: row.int(0),
        at_ms: row.int(1),
        kind: word(Move::from_word(row.text(2)), "a transfer's kind")?,
        debit: row.text(3).to_owned(),
        credit: row.text(4).to_owned(),
        amount: Usd::from_micros(row.int(5)),
        order,
        resolves: row.opt_int(8),
        reference: row.opt_text(9).map(str::to_owned),
        reason: row.opt_text(10).map(str::to_owned),
        available: Usd::from_micros(row.int(11)),
        held: Usd::from_micros(row.int(12)),
    })
}
