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

/// An account's transfers, newest first, before a cursor (`None`: from the newest); at most `limit` and
/// [`STATEMENT_MAX`].
///
/// # Errors
/// What the database said.
pub async fn statement(app: &App, account: i64, before: Option<i64>, limit: i64) -> Result<Vec<Entry>, DbError> {
    rows::before(&app.db, account, before.unwrap_or(i64::MAX), limit.clamp(1, STATEMENT_MAX)).await
}
