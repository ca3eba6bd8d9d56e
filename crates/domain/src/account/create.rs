//! Making accounts, and finding them.

use super::{Account, Tier, rows};
use crate::App;
use crate::db::{DbError, Lane, Tx};
use crate::policy::audit::{self, Deed};
use crate::policy::permit::{Permit, Run};
use crate::policy::reason::Reason;
use crate::{ids, values};

/// Accounts in one page, at most.
const PAGE_MAX: i64 = 500;

/// An account to be made.
#[derive(Clone)]
pub struct NewAccount {
    /// The name by which the operator knows it: 1 to 200 characters, used once.
    pub name: String,
    /// How far it is trusted.
    pub tier: Tier,
    /// Who makes it.
    pub by: String,
}

/// Why an account was not made or changed.
#[derive(Debug, thiserror::Error)]
pub enum CreateRefusal {
    /// The name is in use.
    #[error("an account of this name exists already")]
    Taken,
    /// The name is empty, too long, or holds control characters.
    #[error("a name is 1 to 200 characters without control characters")]
    BadName,
    /// There is no such account.
    #[error("there is no such account")]
    NoAccount,
    /// The database could not.
    #[error(transparent)]
    Db(#[from] DbError),
}

/// Makes an account and tells its id.
///
/// # Errors
/// See [`CreateRefusal`].
pub async fn create(app: &App, new: NewAccount) -> Result<i64, CreateRefusal> {
    let is_bad = new.name.is_empty() || new.name.chars().count() > 200 || new.name.chars().any(char::is_control);
    if is_bad {
        return Err(CreateRefusal::BadName);
    }
    let now = app.now_ms();
    app.db
        .write(Lane::Work, move |tx| {
            let id = ids::take(tx, "account", 1)?;
            let sql = "INSERT INTO account (id, name, state, tier, created_ms)
                 VALUES ($1, $2, 'active', $3, $4)
                 ON CONFLICT (name) DO NOTHING
                 RETURNING id";
            tx.one(sql, values![id, &new.name, new.tier.word(), now])?.ok_or(CreateRefusal::Taken)?;
            let deed = Deed {
                who: &new.by,
                deed: "account.create",
                subject: &new.name,
                reason: "",
                before: None,
                after: Some(new.tier.word()),
            };
            audit::write(tx, now, &deed)?;
            Ok(id)
        })
        .await
}

/// Opens an account for somebody who signed up, under a name that is not yet in use.
pub(crate) fn open(tx: &mut Tx<'_>, tier: Tier, now_ms: i64) -> Result<i64, DbError> {
    let id = ids::take(tx, "account", 1)?;
    // An operator may have given such a name to another account; then chance makes it this one's own.
    for name in [format!("customer-{id}"), format!("customer-{id}-{:08x}", rand::random::<u32>())] {
        let sql = "INSERT INTO account (id, name, state, tier, created_ms)
             VALUES ($1, $2, 'active', $3, $4)
             ON CONFLICT (name) DO NOTHING
             RETURNING id";
        if tx.one(sql, values![id, name, tier.word(), now_ms])?.is_some() {
            return Ok(id);
        }
    }
    Err(DbError::Conflict)
}

/// Finds an account by its name.
///
/// # Errors
/// What the database said.
pub async fn find(app: &App, name: &str) -> Result<Option<Account>, DbError> {
    app.db.row(rows::ACCOUNT, values![name]).await?.map(|row| rows::account(&row)).transpose()
}

/// Accounts with ids above `after`, at most `limit` and 500.
///
/// # Errors
/// What the database said.
pub async fn list(app: &App, after: i64, limit: i64) -> Result<Vec<Account>, DbError> {
    let rows = app.db.rows(rows::ACCOUNTS, values![after, limit.clamp(1, PAGE_MAX)]).await?;
    rows.iter().map(rows::account).collect()
}

/// Changes how far an account is trusted; why is in the audit log.
///
/// # Errors
/// See [`CreateRefusal`].
pub async fn set_tier(
    app: &App,
    name: &str,
    tier: Tier,
    reason: &Reason,
    by: &Permit<Run>,
) -> Result<(), CreateRefusal> {
    let (now, name, by, reason) = (app.now_ms(), name.to_owned(), by.clone(), reason.clone());
    app.db
        .write(Lane::Work, move |tx: &mut Tx<'_>| {
            let before = rows::named(tx, &name)?.ok_or(CreateRefusal::NoAccount)?.tier;
            tx.run("UPDATE account SET tier = $2 WHERE name = $1", values![&name, tier.word()])?;
            let deed = Deed {
                who: &by.who,
                deed: "account.tier",
                subject: &name,
                reason: reason.text(),
                before: Some(before.word()),
                after: Some(tier.word()),
            };
            audit::write(tx, now, &deed)?;
            Ok(())
        })
        .await
}
