//! A partner says that it is done with a number, and how it ended.
//!
//! What is captured stays captured: a partner's word alone moves no money back. It may report an order, and a person
//! decides, as for every customer.

use super::Entered;
use crate::App;
use crate::complaint::{self, Kind, NewComplaint, ReportRefusal};
use crate::db::DbError;
use crate::order::{self, CancelRefusal};
use crate::product::Product;
use crate::request::Failure;

/// How a number ended, in a partner's words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Finish {
    /// The service did not take it.
    NotForThisService,
    /// It was sold.
    Sold,
    /// It was given up without an SMS.
    Cancelled,
    /// Its customer's money was given back.
    Refunded,
}

impl Finish {
    /// The deed of the number that the protocol writes.
    #[must_use]
    pub fn from_status(status: i64) -> Option<Self> {
        match status {
            1 => Some(Self::NotForThisService),
            3 => Some(Self::Sold),
            4 => Some(Self::Cancelled),
            5 => Some(Self::Refunded),
            _ => None,
        }
    }
}

/// Why it is not so.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum FinishRefusal {
    /// There is no such order of this partner.
    #[error("there is no such activation")]
    NotFound,
    /// An SMS was delivered and paid.
    #[error("an SMS was delivered and is paid")]
    Received,
    /// An SMS was delivered and is paid; whether it is paid back, a person decides.
    #[error("an SMS was delivered and is paid; it is reported to the people of this house")]
    Reported,
    /// It was cancelled or reported too often within an hour or a day.
    #[error("that was too often; try again later")]
    TooOften,
}

/// Finishes an order of a partner. Finishing twice answers the same twice.
///
/// # Errors
/// See [`FinishRefusal`] and [`Failure`]; an order whose cancel is not decided yet is [`Failure::Open`].
pub async fn finish(app: &App, partner: &Entered, order: i64, how: Finish) -> Result<(), Failure<FinishRefusal>> {
    let account = partner.caller.account;
    if order::find(app, account, order).await?.is_none() {
        return Err(Failure::Refused(FinishRefusal::NotFound));
    }
    // What was delivered is paid already; an order that still waits ends by itself.
    if how == Finish::Sold {
        return Ok(());
    }
    let refused = match order::cancel(app, partner.caller, order, None).await {
        Ok(_) | Err(Failure::Refused(CancelRefusal::Expired { .. })) => return Ok(()),
        Err(Failure::Refused(CancelRefusal::NotFound)) => FinishRefusal::NotFound,
        Err(Failure::Refused(CancelRefusal::LimitReached { .. })) => FinishRefusal::TooOften,
        Err(Failure::Refused(CancelRefusal::AlreadyReceived)) if how == Finish::Refunded => {
            report(app, partner, order).await?
        }
        Err(Failure::Refused(CancelRefusal::AlreadyReceived)) => FinishRefusal::Received,
        Err(Failure::Open { product, order }) => return Err(Failure::Open { product, order }),
        Err(Failure::KeyReused) => return Err(Failure::KeyReused),
        Err(Failure::Upstream) => return Err(Failure::Upstream),
        Err(Failure::Db(error)) => return Err(error.into()),
    };
    Err(Failure::Refused(refused))
}

/// Tells the operator that a partner gave its customer's money back for what it has paid here; once for an order.
async fn report(app: &App, partner: &Entered, order: i64) -> Result<FinishRefusal, DbError> {
    let account = partner.caller.account;
    if complaint::about(app, account, order).await?.is_some() {
        return Ok(FinishRefusal::Reported);
    }
    let words = format!("{} says that it gave its customer's money back.", partner.slug);
    let new = NewComplaint { account, product: Product::ShortTerm, order, kind: Kind::WrongText, words };
    match complaint::report(app, new).await {
        Ok(_) | Err(ReportRefusal::Open) => Ok(FinishRefusal::Reported),
        Err(ReportRefusal::TooMany) => Ok(FinishRefusal::TooOften),
        Err(ReportRefusal::NotFound | ReportRefusal::TooLate | ReportRefusal::TooLong) => Ok(FinishRefusal::Received),
        Err(ReportRefusal::Db(error)) => Err(error),
    }
}
