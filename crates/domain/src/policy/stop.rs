//! Stops: the operator pauses all sales, and receiving goes on.

use crate::App;
use crate::db::{DbError, Lane, Tx};
use crate::policy::audit::{self, Deed};
use crate::policy::deeds::{self, DeedLine};
use crate::policy::permit::{Permit, Run};
use crate::policy::reason::Reason;
use crate::values;

/// Deeds that are told.
const DEEDS_MAX: i64 = 20;

/// Pauses all sales, or lets them go on.
///
/// # Errors
/// What the database said.
pub async fn pause_sales(app: &App, is_paused: bool, reason: &Reason, by: &Permit<Run>) -> Result<(), DbError> {
    let (now, reason, by) = (app.now_ms(), reason.clone(), by.clone());
    app.db
        .write(Lane::Work, move |tx| {
            let word = |is_paused| if is_paused { "paused" } else { "open" };
            let before = Some(word(sales_are_paused(tx)?));
            let value: &[u8] = if is_paused { b"1" } else { b"0" };
            let sql = "INSERT INTO house (name, value) VALUES ('sales_paused', $1)
                 ON CONFLICT (name) DO UPDATE SET value = $1";
            tx.run(sql, values![value])?;
            let (reason, after) = (reason.text(), Some(word(is_paused)));
            audit::write(tx, now, &Deed { who: &by.who, deed: "sales", subject: "all", reason, before, after })
        })
        .await?;
    app.catalog.forget();
    Ok(())
}

/// When sales were paused and went on, by whom and why: the newest 20.
///
/// # Errors
/// What the database said.
pub async fn deeds(app: &App) -> Result<Vec<DeedLine>, DbError> {
    app.db.read(|tx: &mut Tx<'_>| deeds::of_subject(tx, "all", DEEDS_MAX)).await
}

/// Whether all sales are paused, as the console shows it.
///
/// # Errors
/// What the database said.
pub async fn are_sales_paused(app: &App) -> Result<bool, DbError> {
    app.db.read(sales_are_paused).await
}

/// Whether all sales are paused.
pub(crate) fn sales_are_paused(tx: &mut Tx<'_>) -> Result<bool, DbError> {
    let row = tx.one("SELECT value FROM house WHERE name = 'sales_paused'", &[])?;
    Ok(row.is_some_and(|row| row.blob(0) == b"1"))
}
