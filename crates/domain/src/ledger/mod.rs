//! The ledger: every movement of money, append-only, double entry by the shape of its rows (L1 to L11).
//!
//! A transfer is one row with the book it is taken from, the book it is given to, and the amount, so that half a
//! transfer cannot be written. No balance changes except through `post`.

mod books;
pub(crate) mod check;
mod moved;
mod of_order;
mod refund;
mod rows;
mod statement;

use serde::{Deserialize, Serialize};

pub use books::{Books, Posting, books, postings};
pub(crate) use moved::{first_rental_ms, rent_paid, rentals_and_refunds};
pub(crate) use of_order::of_order;
pub use refund::{NewRefund, Payment, RefundRefusal, Refunded, payments, refund, refunded_of};
pub(crate) use refund::{payments_in, refund_in, refunded, refunded_of_holds};
pub use statement::{Entry, STATEMENT_MAX, statement, statement_place};

use crate::account;
use crate::db::{DbError, Tx, Val};
use crate::event::{self, Event, Kind};
use crate::money::Usd;
use crate::product::Product;

/// What a transfer does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Move {
    /// Money came in: from `funding` to `available`.
    Credit,
    /// The operator takes a credit back: from `available` to `funding`.
    Debit,
    /// A price is set aside: from `available` to `held`.
    Hold,
    /// A held price is earned: from `held` to `revenue`.
    Capture,
    /// A held price comes back: from `held` to `available`.
    Release,
    /// A captured price is given back: from `revenue` to `available`.
    Refund,
}

impl Move {
    const ALL: [Self; 6] = [Self::Credit, Self::Debit, Self::Hold, Self::Capture, Self::Release, Self::Refund];

    /// Its word in the database and in a statement.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Credit => "credit",
            Self::Debit => "debit",
            Self::Hold => "hold",
            Self::Capture => "capture",
            Self::Release => "release",
            Self::Refund => "refund",
        }
    }

    pub(crate) fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.word() == word)
    }

    /// The book it takes from and the book it gives to.
    fn books(self) -> (&'static str, &'static str) {
        match self {
            Self::Credit => ("funding", "available"),
            Self::Debit => ("available", "funding"),
            Self::Hold => ("available", "held"),
            Self::Capture => ("held", "revenue"),
            Self::Release => ("held", "available"),
            Self::Refund => ("revenue", "available"),
        }
    }

    /// What an amount of it adds to the customer's `available` and `held`.
    pub(crate) fn deltas(self, amount: Usd) -> (Usd, Usd) {
        match self {
            Self::Credit | Self::Refund => (amount, Usd::ZERO),
            Self::Debit => (amount.negated(), Usd::ZERO),
            Self::Hold => (amount.negated(), amount),
            Self::Capture => (Usd::ZERO, amount.negated()),
            Self::Release => (amount, amount.negated()),
        }
    }
}

/// A transfer to be posted, with the event that tells of it.
#[derive(Clone)]
pub(crate) struct Transfer<'a> {
    pub(crate) account: i64,
    pub(crate) kind: Move,
    pub(crate) amount: Usd,
    pub(crate) order: Option<(Product, i64)>,
    /// The hold that is captured or released, or the capture that is refunded.
    pub(crate) resolves: Option<i64>,
    pub(crate) reference: Option<&'a str>,
    pub(crate) reason: Option<&'a str>,
    /// What customers are told; none where another transfer of the same story is told.
    pub(crate) event: Option<Kind>,
    /// The message that caused it.
    pub(crate) message: Option<i64>,
    pub(crate) at_ms: i64,
}

/// A transfer that was posted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Posted {
    /// Its place in the account's list, from 1.
    pub(crate) seq: i64,
    pub(crate) available: Usd,
    pub(crate) held: Usd,
}

/// Why a transfer was not posted; nothing was written.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PostError {
    /// The balance does not cover it.
    #[error("the balance does not cover it")]
    Insufficient { available: Usd },
    /// The account may not spend.
    #[error("the account is not active")]
    NotActive,
    #[error(transparent)]
    Db(#[from] DbError),
}

/// Moves money and tells of it: the account's balances, one transfer row, and one event if there is one to tell.
/// The account's row is locked from here until the story ends.
pub(crate) fn post(tx: &mut Tx<'_>, transfer: &Transfer<'_>) -> Result<Posted, PostError> {
    if transfer.amount <= Usd::ZERO {
        return Err(DbError::Damaged("a transfer must move money").into());
    }
    let (available, held) = transfer.kind.deltas(transfer.amount);
    let change = account::Change {
        available,
        held,
        events: i64::from(transfer.event.is_some()),
        must_be_active: transfer.kind == Move::Hold,
    };
    let Some(after) = account::change(tx, transfer.account, &change)? else {
        return Err(refusal(tx, transfer)?);
    };
    let posted = Posted { seq: after.ledger_seq, available: after.available, held: after.held };
    rows::insert(tx, transfer, &posted)?;
    if let Some(kind) = transfer.event {
        let event = Event {
            seq: after.event_seq,
            kind,
            at_ms: transfer.at_ms,
            order: transfer.order,
            amount: Some(transfer.amount),
            message: transfer.message,
        };
        event::append(tx, transfer.account, &event)?;
    }
    Ok(posted)
}

/// Posts what follows from what was posted before, such as the end of a hold: it cannot be refused unless the books
/// are wrong.
pub(crate) fn post_due(tx: &mut Tx<'_>, transfer: &Transfer<'_>) -> Result<Posted, DbError> {
    post(tx, transfer).map_err(|error| match error {
        PostError::Db(error) => error,
        PostError::Insufficient { .. } | PostError::NotActive => DbError::Damaged("a hold is not covered by `held`"),
    })
}

fn refusal(tx: &mut Tx<'_>, transfer: &Transfer<'_>) -> Result<PostError, DbError> {
    let balance = account::balance_in(tx, transfer.account)?;
    let balance = balance.ok_or(DbError::Damaged("an account is missing"))?;
    let is_active = balance.state == account::State::Active;
    Ok(if is_active { PostError::Insufficient { available: balance.available } } else { PostError::NotActive })
}

/// Whether an outside event was credited already, by its reference (L10).
pub(crate) fn has_reference(tx: &mut Tx<'_>, reference: &str) -> Result<bool, DbError> {
    Ok(tx.one("SELECT 1 FROM transfer WHERE reference = $1", &[Val::from(reference)])?.is_some())
}
