//! An operator reads what was delivered to a customer: only with a reason, which is written down first (S8).

use super::read::{Message, of_order_in};
use crate::App;
use crate::db::{DbError, Lane, Tx};
use crate::policy::audit::{self, Deed};
use crate::policy::permit::{Permit, ReadTexts};
use crate::policy::reason::Reason;
use crate::{ids, number};

/// Why an operator did not read what was delivered.
#[derive(Debug, thiserror::Error)]
pub enum ReadRefusal {
    /// There is no such order or rental.
    #[error("there is no such order")]
    NoOrder,
    /// The database could not.
    #[error(transparent)]
    Db(#[from] DbError),
}

/// The messages of an order or rental of whatever account, newest first; none once they are erased. The reading is
/// written into the audit log in the same story, so that there is none without its line.
///
/// # Errors
/// See [`ReadRefusal`].
pub async fn read_delivered(
    app: &App,
    order: i64,
    reason: &Reason,
    by: &Permit<ReadTexts>,
) -> Result<Vec<Message>, ReadRefusal> {
    let (now, reason, by) = (app.now_ms(), reason.clone(), by.clone());
    let house = app.clone();
    let story = move |tx: &mut Tx<'_>| {
        let span = number::span(tx, order)?.ok_or(ReadRefusal::NoOrder)?;
        let subject = ids::shown(span.product, order);
        let reason = reason.text();
        let deed = Deed { who: &by.who, deed: "message.read", subject: &subject, reason, before: None, after: None };
        audit::write(tx, now, &deed)?;
        Ok(of_order_in(tx, &house, span.recipient(order))?)
    };
    app.db.write(Lane::Work, story).await
}
