//! Ending what is past its end. Reads treat it as ended already; this gives the money back.

use futures_util::future::join_all;

use super::{State, cancel, rows};
use crate::App;
use crate::account;
use crate::db::{DbError, Lane, Row, Tx};
use crate::values;

/// Orders ended in one round of the worker.
const ROUND_MAX: i64 = 512;

/// Ends orders that are past their end; tells how many. Each is a story of its own, so that one cannot hold up others.
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
    let (order, account) = (row.int(0), row.int(1));
    let story = move |tx: &mut Tx<'_>| {
        account::lock(tx, account)?;
        cancel::give_back(tx, order, State::Expired, now_ms)
    };
    if app.db.write(Lane::Work, story).await? {
        app.notices.tell(account);
    }
    Ok(())
}
