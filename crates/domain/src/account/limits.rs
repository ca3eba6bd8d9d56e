//! Limits that an operator sets for one account, in place of those of its tier.

use super::{Caller, rows};
use crate::App;
use crate::db::{DbError, Lane, Tx};
use crate::policy::audit::{self, Deed};
use crate::policy::limits::Limits;
use crate::policy::permit::{Permit, Run};
use crate::policy::reason::Reason;
use crate::values;

/// Why limits were not set.
#[derive(Debug, thiserror::Error)]
pub enum LimitsRefusal {
    /// There is no such account.
    #[error("there is no such account")]
    NoAccount,
    /// A limit is below nothing, or above what may be set.
    #[error("a limit is a count of 0 to 1000000, or whole cents up to 1000000 dollars a day")]
    BadLimits,
    /// The database could not.
    #[error(transparent)]
    Db(#[from] DbError),
}

/// Sets what an account may have and do, from its next order on; where nothing is set, its tier's limits hold.
///
/// # Errors
/// See [`LimitsRefusal`].
pub async fn set_limits(
    app: &App,
    name: &str,
    own: Limits,
    reason: &Reason,
    by: &Permit<Run>,
) -> Result<(), LimitsRefusal> {
    if !own.are_fine() {
        return Err(LimitsRefusal::BadLimits);
    }
    let (now, name, reason, by) = (app.now_ms(), name.to_owned(), reason.clone(), by.clone());
    let kept = (own != Limits::NONE).then(|| serde_json::to_string(&own).expect("limits are JSON"));
    let story = move |tx: &mut Tx<'_>| {
        let account = rows::named(tx, &name)?.ok_or(LimitsRefusal::NoAccount)?.id;
        rows::lock(tx, account)?;
        let (before, after) = (own_limits(tx, account)?.told(), own.told());
        tx.run("UPDATE account SET own_limits = $2 WHERE id = $1", values![account, kept.as_deref()])?;
        let deed = Deed {
            who: &by.who,
            deed: "account.limits",
            subject: &name,
            reason: reason.text(),
            before: Some(&before),
            after: Some(&after),
        };
        Ok(audit::write(tx, now, &deed)?)
    };
    app.db.write(Lane::Work, story).await
}

/// What an operator set for an account alone.
pub(super) fn own_limits(tx: &mut Tx<'_>, account: i64) -> Result<Limits, DbError> {
    let row = tx.one("SELECT own_limits FROM account WHERE id = $1", values![account])?;
    let kept = row.as_ref().and_then(|row| row.opt_text(0));
    let damaged = |_| DbError::Damaged("an account's limits have no form");
    kept.map_or(Ok(Limits::NONE), |kept| serde_json::from_str(kept).map_err(damaged))
}

/// What a caller's account may have and do. Nothing is read for one that has no limits of its own.
pub(crate) fn limits_of(tx: &mut Tx<'_>, caller: &Caller) -> Result<Limits, DbError> {
    let own = if caller.has_own_limits { own_limits(tx, caller.account)? } else { Limits::NONE };
    Ok(own.or(Limits::of(caller.tier)))
}
