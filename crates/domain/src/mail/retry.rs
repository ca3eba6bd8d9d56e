//! Trying a mail again that was given up.

use crate::App;
use crate::db::{DbError, Lane, Tx};
use crate::policy::audit::{self, Deed};
use crate::policy::permit::{Permit, Run};
use crate::values;

/// Why a mail is not tried again.
#[derive(Debug, thiserror::Error)]
pub enum RetryRefusal {
    /// There is no such mail, or it was not given up.
    #[error("there is no such mail that was given up")]
    NotFailed,
    /// Its text is erased.
    #[error("the text of this mail is erased")]
    Erased,
    /// The database could not.
    #[error(transparent)]
    Db(#[from] DbError),
}

/// Puts a mail that was given up back among those that are sent, with all its tries before it.
///
/// # Errors
/// See [`RetryRefusal`].
pub async fn retry(app: &App, id: i64, by: &Permit<Run>) -> Result<(), RetryRefusal> {
    let (now, by) = (app.now_ms(), by.clone());
    let story = move |tx: &mut Tx<'_>| {
        let sql = "SELECT CASE WHEN sealed IS NULL THEN 0 ELSE 1 END
             FROM mail
             WHERE id = $1 AND state = 'failed'
             {for_update}";
        let row = tx.one(sql, values![id])?.ok_or(RetryRefusal::NotFailed)?;
        if !row.flag(0) {
            return Err(RetryRefusal::Erased);
        }
        let again = "UPDATE mail SET state = 'waiting', tries = 0, next_ms = $2 WHERE id = $1";
        tx.run(again, values![id, now])?;
        let subject = format!("mail {id}");
        let (before, after) = (Some("failed"), Some("waiting"));
        audit::write(
            tx,
            now,
            &Deed { who: &by.who, deed: "mail.retry", subject: &subject, reason: "", before, after },
        )?;
        Ok(())
    };
    app.db.write(Lane::Work, story).await
}
