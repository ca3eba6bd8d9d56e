//! The statement: what a customer sees of the ledger.

use super::{Move, rows};
use crate::App;
use crate::db::DbError;
use crate::money::Usd;
use crate::product::Product;

/// Entries in one answer, at most.
pub const STATEMENT_MAX: i64 = 200;

/// A line of a statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its place in the account's list, from 1.
    pub seq: i64,
    /// When.
    pub at_ms: i64,
    /// What it did.
    pub kind: Move,
    /// How much it moved.
    pub amount: Usd,
    /// What could be spent after it.
    pub available: Usd,
    /// What was set aside after it.
    pub held: Usd,
    /// The order or rental it belongs to.
    pub order: Option<(Product, i64)>,
}

impl Entry {
    /// The amount with the sign of what it did to the money that can be spent; a capture takes what was held.
    #[must_use]
    pub fn signed_amount(&self) -> Usd {
        match self.kind {
            Move::Credit | Move::Release | Move::Refund => self.amount,
            Move::Debit | Move::Hold | Move::Capture => self.amount.negated(),
        }
    }
}

/// Where in an account's list a time begins: the place of its first transfer at or after `at_ms`, or of the one that would
/// come next. Places and times go up together, so it is found by halving.
///
/// # Errors
/// What the database said.
pub async fn statement_place(app: &App, account: i64, at_ms: i64) -> Result<i64, DbError> {
    let newest = rows::before(&app.db, account, i64::MAX, 1).await?;
    let (mut low, mut high) = (1, newest.first().map_or(1, |entry| entry.seq + 1));
    while low < high {
        let middle = low + (high - low) / 2;
        // The newest at or before the middle is the one there, because places have no gap.
        let found = rows::before(&app.db, account, middle + 1, 1).await?;
        if found.first().is_some_and(|entry| entry.at_ms < at_ms) { low = middle + 1 } else { high = middle }
    }
    Ok(low)
}

/// An account's transfers, newest first, before a cursor (`None`: from the newest); at most `limit` and
/// [`STATEMENT_MAX`].
///
/// # Errors
/// What the database said.
pub async fn statement(app: &App, account: i64, before: Option<i64>, limit: i64) -> Result<Vec<Entry>, DbError> {
    rows::before(&app.db, account, before.unwrap_or(i64::MAX), limit.clamp(1, STATEMENT_MAX)).await
}
