//! Pushing again what was given up, for an operator who knows that the partner takes it now.

use super::add::PartnerRefusal;
use super::outbox::{self, WAITING_MAX};
use crate::App;
use crate::db::{Lane, Tx};
use crate::policy::audit::{self, Deed};
use crate::policy::permit::{Permit, Run};
use crate::policy::reason::Reason;
use crate::values;

/// SMS that are put back in one story.
const RETRY_MAX: i64 = 1_000;

/// What is pushed again, and what is not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retried {
    /// SMS that wait again: the newest.
    pub count: i64,
    /// SMS that are still given up, because that is as many as go at once.
    pub left: i64,
}

/// Puts what was given up for a partner back into its outbox, of one order or of all: it is due now, under the ids that the
/// partner knows it by, for another day, and goes behind what was never tried. What a partner refused is not told again.
/// What is erased meanwhile is given up again.
///
/// # Errors
/// See [`PartnerRefusal`].
pub async fn retry(
    app: &App,
    slug: &str,
    order: Option<i64>,
    reason: &Reason,
    by: &Permit<Run>,
) -> Result<Retried, PartnerRefusal> {
    let (now, slug, by, reason) = (app.now_ms(), slug.to_owned(), by.clone(), reason.clone());
    let story = move |tx: &mut Tx<'_>| {
        let row = tx.one("SELECT id FROM partner WHERE slug = $1 {for_update}", values![&slug])?;
        let partner = row.ok_or(PartnerRefusal::NoPartner)?.int(0);
        let sql = "SELECT COUNT(*) FROM push
             WHERE partner_id = $1 AND state = 'given_up' AND (CAST($2 AS BIGINT) IS NULL OR order_id = $2)";
        let given_up = tx.one(sql, values![partner, order])?.map_or(0, |row| row.int(0));
        if given_up == 0 {
            return Err(PartnerRefusal::NothingGivenUp);
        }
        let count = given_up.min(RETRY_MAX).min(WAITING_MAX - outbox::waiting_for(tx, partner)?);
        if count <= 0 {
            return Err(PartnerRefusal::Full);
        }
        // It counts as tried once, so that it goes behind what was never tried.
        let sql = "UPDATE push
             SET state = 'waiting', tries = 1, next_ms = $3, created_ms = $3, settled_ms = NULL
             WHERE id IN (SELECT id FROM push
                          WHERE partner_id = $1 AND state = 'given_up'
                            AND (CAST($2 AS BIGINT) IS NULL OR order_id = $2)
                          ORDER BY id DESC
                          LIMIT $4)";
        tx.run(sql, values![partner, order, now, count])?;
        let after = format!("{count} SMS pushed again");
        let (reason, after) = (reason.text(), Some(after.as_str()));
        let deed = Deed { who: &by.who, deed: "partner.retry", subject: &slug, reason, before: None, after };
        audit::write(tx, now, &deed)?;
        Ok(Retried { count, left: given_up - count })
    };
    app.db.write(Lane::Work, story).await
}
