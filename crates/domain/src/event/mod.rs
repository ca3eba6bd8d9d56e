//! One list of what happened, per account, ordered and without a gap. Everybody who tells customers of something
//! reads it; nothing is sent inside a story.

pub(crate) mod check;
mod rows;

use crate::App;
use crate::db::{DbError, Lane, Tx};
use crate::money::Usd;
use crate::product::Product;

/// Events in one answer, at most.
pub const PAGE_MAX: i64 = 200;
/// Events deleted in one story of the worker.
const DELETE_MAX: i64 = 5_000;

/// What kind of thing happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A short-term order was made and its price held.
    OrderCreated,
    /// The first code or link of an order came, and its price was captured.
    OrderReceived,
    /// A customer cancelled an order, or the house did, and its price came back.
    OrderCancelled,
    /// An order ended without a code, and its price came back.
    OrderExpired,
    /// A customer waits for another code on an order.
    OrderWaitingAgain,
    /// A number was rented and paid.
    RentalCreated,
    /// A rental was paid for another term.
    RentalRenewed,
    /// The house was to renew a rental by itself and could not; it tries on until the rental's end.
    RentalNotRenewed,
    /// A rental was cancelled in time and refunded.
    RentalCancelled,
    /// A rental ended.
    RentalExpired,
    /// A message came that was not an order's first code.
    MessageReceived,
    /// A late part made a message more complete.
    MessageUpdated,
    /// Money came in.
    BalanceCredited,
    /// The operator took back a credit.
    BalanceDebited,
    /// What a customer reported of an order or rental was answered.
    ComplaintAnswered,
    /// Some of an order's price came back by an operator's decision.
    OrderRefunded,
    /// Some of a rental's price did.
    RentalRefunded,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 17] = [
        Self::OrderCreated,
        Self::OrderReceived,
        Self::OrderCancelled,
        Self::OrderExpired,
        Self::OrderWaitingAgain,
        Self::RentalCreated,
        Self::RentalRenewed,
        Self::RentalNotRenewed,
        Self::RentalCancelled,
        Self::RentalExpired,
        Self::MessageReceived,
        Self::MessageUpdated,
        Self::BalanceCredited,
        Self::BalanceDebited,
        Self::ComplaintAnswered,
        Self::OrderRefunded,
        Self::RentalRefunded,
    ];

    /// The word that customers see.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::OrderCreated => "order.created",
            Self::OrderReceived => "order.received",
            Self::OrderCancelled => "order.cancelled",
            Self::OrderExpired => "order.expired",
            Self::OrderWaitingAgain => "order.waiting_again",
            Self::RentalCreated => "rental.created",
            Self::RentalRenewed => "rental.renewed",
            Self::RentalNotRenewed => "rental.not_renewed",
            Self::RentalCancelled => "rental.cancelled",
            Self::RentalExpired => "rental.expired",
            Self::MessageReceived => "message.received",
            Self::MessageUpdated => "message.updated",
            Self::BalanceCredited => "balance.credited",
            Self::BalanceDebited => "balance.debited",
            Self::ComplaintAnswered => "complaint.answered",
            Self::OrderRefunded => "order.refunded",
            Self::RentalRefunded => "rental.refunded",
        }
    }

    fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.word() == word)
    }
}

/// Something that happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// Its place in the account's list, from 1, without a gap.
    pub seq: i64,
    /// What happened.
    pub kind: Kind,
    /// When.
    pub at_ms: i64,
    /// To which order or rental.
    pub order: Option<(Product, i64)>,
    /// The money that moved.
    pub amount: Option<Usd>,
    /// The message that came.
    pub message: Option<i64>,
}

/// Writes down what happened. Its `seq` must be the one the account's row gave out in this story.
pub(crate) fn append(tx: &mut Tx<'_>, account: i64, event: &Event) -> Result<(), DbError> {
    rows::insert(tx, account, event)
}

/// What happened on an account after a place, oldest first; at most `limit`. What was deleted with age is passed over.
pub(crate) fn after(tx: &mut Tx<'_>, account: i64, seq: i64, limit: i64) -> Result<Vec<Event>, DbError> {
    rows::after(tx, account, seq, limit)
}

/// Why a feed cannot be read from a cursor.
#[derive(Debug, thiserror::Error)]
pub enum FeedError {
    /// Events after the cursor were deleted with age, so a reader would miss them.
    #[error("events after this cursor were deleted with age")]
    Expired,
    /// The database could not.
    #[error(transparent)]
    Db(#[from] DbError),
}

/// The events of an account after a cursor, oldest first; at most `limit` and [`PAGE_MAX`].
///
/// # Errors
/// See [`FeedError`].
pub async fn feed(app: &App, account: i64, after: i64, limit: i64) -> Result<Vec<Event>, FeedError> {
    let limit = limit.clamp(1, PAGE_MAX);
    app.db
        .read(move |tx| {
            if after < crate::account::event_floor(tx, account)? {
                return Err(FeedError::Expired);
            }
            Ok(rows::after(tx, account, after, limit)?)
        })
        .await
}

/// Deletes events that are older than records are kept and remembers up to where, so that a cursor before it is told; tells how many.
///
/// # Errors
/// What the database said.
pub async fn delete_old(app: &App) -> Result<u64, DbError> {
    let before = app.now_ms() - app.kept().records_ms();
    app.db
        .write(Lane::Work, move |tx| {
            let old = rows::older_than(tx, before, DELETE_MAX)?;
            for (account, upto) in &old {
                crate::account::raise_event_floor(tx, *account, *upto)?;
            }
            let mut deleted = 0;
            for (account, upto) in old {
                deleted += rows::delete_upto(tx, account, upto)?;
            }
            Ok(deleted)
        })
        .await
}
