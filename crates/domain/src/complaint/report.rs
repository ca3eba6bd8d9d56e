//! A customer reports an order or rental.

use super::{Complaint, Kind, State, rows, tidy};
use crate::App;
use crate::account;
use crate::clock::DAY_MS;
use crate::db::{DbError, Lane, Tx};
use crate::money::Usd;
use crate::product::Product;
use crate::{ids, number};

/// Letters of what a customer says of it, at most.
pub const WORDS_MAX: usize = 1_000;
/// Complaints that one account may make within a day.
const DAILY_MAX: i64 = 20;
/// How long after its end an order can be reported.
const WITHIN_MS: i64 = 30 * DAY_MS;

/// A complaint to be made. It holds what a customer wrote, so it has no `Debug`.
#[derive(Clone)]
pub struct NewComplaint {
    /// Whose it is.
    pub account: i64,
    /// What kind of order it is about.
    pub product: Product,
    /// The order or rental.
    pub order: i64,
    /// What went wrong.
    pub kind: Kind,
    /// In the customer's words, at most [`WORDS_MAX`] letters; there may be none.
    pub words: String,
}

/// Why a complaint was not made.
#[derive(Debug, thiserror::Error)]
pub enum ReportRefusal {
    /// There is no such order of this account.
    #[error("there is no such order")]
    NotFound,
    /// It ended more than 30 days ago.
    #[error("the order ended more than 30 days ago")]
    TooLate,
    /// One about this order is open already.
    #[error("this order was reported already, and nobody has answered yet")]
    Open,
    /// The account has made as many within a day as it may.
    #[error("too many orders were reported within a day")]
    TooMany,
    /// The words are too many.
    #[error("what went wrong is told in {WORDS_MAX} letters at most")]
    TooLong,
    /// The database could not.
    #[error(transparent)]
    Db(#[from] DbError),
}

/// Reports an order or rental of an account; tells the complaint's id.
///
/// # Errors
/// See [`ReportRefusal`].
pub async fn report(app: &App, new: NewComplaint) -> Result<i64, ReportRefusal> {
    let words = tidy(&new.words, WORDS_MAX).ok_or(ReportRefusal::TooLong)?;
    let (now, account) = (app.now_ms(), new.account);
    let story = move |tx: &mut Tx<'_>| {
        account::lock(tx, account)?;
        let lease = number::span(tx, new.order)?;
        let lease = lease.filter(|lease| lease.account == account && lease.product == new.product);
        let lease = lease.ok_or(ReportRefusal::NotFound)?;
        if lease.end_ms <= now - WITHIN_MS {
            return Err(ReportRefusal::TooLate);
        }
        if rows::count_since(tx, account, now - DAY_MS)? >= DAILY_MAX {
            return Err(ReportRefusal::TooMany);
        }
        let complaint = Complaint {
            id: ids::take(tx, "complaint", 1)?,
            account,
            product: new.product,
            order: new.order,
            number: lease.number,
            service: lease.service,
            kind: new.kind,
            words: words.clone(),
            state: State::Open,
            answer: None,
            answered_by: None,
            answered_ms: None,
            refunded: Usd::ZERO,
            created_ms: now,
        };
        if rows::insert(tx, &complaint)? { Ok(complaint.id) } else { Err(ReportRefusal::Open) }
    };
    app.db.write(Lane::Account(account), story).await
}
