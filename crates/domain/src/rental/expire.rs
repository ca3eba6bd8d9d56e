//! Marking rentals that are past their end, and telling of it.

use futures_util::future::join_all;

use super::rows;
use crate::App;
use crate::account;
use crate::db::{DbError, Lane, Row, Tx};
use crate::event::{self, Event, Kind};
use crate::number;
use crate::values;

/// Rentals ended in one round of the worker.
const ROUND_MAX: i64 = 256;

/// Ends rentals that are past their end; tells how many.
///
/// # Errors
/// What the database said; what was not ended is found again.
pub async fn expire_due(app: &App) -> Result<usize, DbError> {
    let now = app.now_ms();
    let due = app.db.rows(rows::DUE, values![now, ROUND_MAX]).await?;
    let ends = due.iter().map(|row| expire_one(app, row, now));
    join_all(ends).await.into_iter().collect::<Result<Vec<()>, DbError>>()?;
    Ok(due.len())
}

async fn expire_one(app: &App, row: &Row, now_ms: i64) -> Result<(), DbError> {
    let (id, account) = (row.int(0), row.int(1));
    let story = move |tx: &mut Tx<'_>| {
        account::lock(tx, account)?;
        let product = rows::end_if_due(tx, id, now_ms)?;
        let Some(product) = product else { return Ok(false) };
        number::end_lease(tx, id, now_ms)?;
        let seq = account::next_event(tx, account)?;
        let order = Some((product, id));
        let event = Event { seq, kind: Kind::RentalExpired, at_ms: now_ms, order, amount: None, message: None };
        event::append(tx, account, &event)?;
        Ok::<_, DbError>(true)
    };
    if app.db.write(Lane::Work, story).await? {
        app.notices.tell(account);
    }
    Ok(())
}
