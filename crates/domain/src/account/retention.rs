//! How long the texts of one customer are kept after their leases: a day, unless they ask for less, or for up to a week.

use std::ops::RangeInclusive;

use super::rows;
use crate::App;
use crate::db::{DbError, Lane, Tx};
use crate::policy::audit::{self, Deed};
use crate::policy::permit::{Permit, Run};
use crate::policy::reason::Reason;
use crate::values;

/// Hours that texts may be kept.
pub const RETENTION_HOURS: RangeInclusive<i64> = 0..=168;

/// Why it was not set.
#[derive(Debug, thiserror::Error)]
pub enum RetentionRefusal {
    /// It is out of range.
    #[error("texts are kept 0 to 168 hours after a lease ends")]
    BadHours,
    /// There is no such account.
    #[error("there is no such account")]
    NoAccount,
    /// The database could not.
    #[error(transparent)]
    Db(#[from] DbError),
}

/// Sets how many hours after its end the texts of a lease are kept, for leases that begin from now on. Each lease keeps what
/// its customer was promised when it began.
///
/// # Errors
/// See [`RetentionRefusal`].
pub async fn set_retention(
    app: &App,
    name: &str,
    hours: i64,
    reason: &Reason,
    by: &Permit<Run>,
) -> Result<(), RetentionRefusal> {
    if !RETENTION_HOURS.contains(&hours) {
        return Err(RetentionRefusal::BadHours);
    }
    let (now, name, reason, by) = (app.now_ms(), name.to_owned(), reason.clone(), by.clone());
    let story = move |tx: &mut Tx<'_>| {
        let account = rows::named(tx, &name)?.ok_or(RetentionRefusal::NoAccount)?.id;
        rows::lock(tx, account)?;
        let before = tx.one("SELECT retention_hours FROM account WHERE id = $1", values![account])?;
        let before = before.map_or_else(String::new, |row| row.int(0).to_string());
        tx.run("UPDATE account SET retention_hours = $2 WHERE id = $1", values![account, hours])?;
        let after = hours.to_string();
        let deed = Deed {
            who: &by.who,
            deed: "account.retention",
            subject: &name,
            reason: reason.text(),
            before: Some(&before),
            after: Some(&after),
        };
        Ok(audit::write(tx, now, &deed)?)
    };
    app.db.write(Lane::Work, story).await
}
