//! Keys of an account: made once, shown once, revoked at once.

use super::{KeyLimits, NETWORKS_MAX, Scope, authenticate, rows};
use crate::clock::rfc3339;
use crate::db::{DbError, Lane, Row, Tx, word};
use crate::mail::{self, Letter};
use crate::money::Usd;
use crate::policy::audit::{self, Deed};
use crate::policy::permit::{Permit, Run};
use crate::policy::reason::Reason;
use crate::{App, ids, login, values};

/// Keys of one account that are good at once, at most.
pub const KEYS_MAX: i64 = 50;
/// Characters of a key's name, at most.
pub const KEY_NAME_MAX: usize = 60;
/// Keys of one account that are listed, newest first.
const LISTED_MAX: i64 = 1_000;

/// A key to be made.
pub struct NewKey {
    /// The account's name.
    pub account: String,
    /// What the key is for, in its owner's words: 1 to [`KEY_NAME_MAX`] characters in one line.
    pub name: String,
    /// Until when it opens the door; `None`: until it is revoked.
    pub expires_ms: Option<i64>,
    /// What it may do, from where, and how much it may spend.
    pub limits: KeyLimits,
    /// Who makes it.
    pub by: String,
}

/// A key as it is listed: never the key itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyLine {
    /// Its id.
    pub id: i64,
    /// Its first characters, by which its owner knows it.
    pub prefix: String,
    /// What it is for.
    pub name: String,
    /// Since when it exists.
    pub created_ms: i64,
    /// Until when it opens the door.
    pub expires_ms: Option<i64>,
    /// Since when it does not.
    pub revoked_ms: Option<i64>,
    /// What it may do, from where, and how much it may spend.
    pub limits: KeyLimits,
    /// About when it was last used: to the minute.
    pub used_ms: Option<i64>,
}

/// Why a key was not made or revoked.
#[derive(Debug, thiserror::Error)]
pub enum KeyRefusal {
    /// There is no such account.
    #[error("there is no such account")]
    NoAccount,
    /// There is no such key, or it is revoked already.
    #[error("there is no such key, or it is revoked already")]
    NoKey,
    /// The name is empty, too long, or holds control characters.
    #[error("a key's name is 1 to {KEY_NAME_MAX} characters without control characters")]
    BadName,
    /// It would not open the door at all.
    #[error("the key would be expired already: its end must be in the future")]
    Expired,
    /// The account has as many keys as it may.
    #[error("the account has {KEYS_MAX} keys that are good: revoke one first")]
    TooMany,
    /// The limits are no limits.
    #[error("a key has a scope, {NETWORKS_MAX} networks at most, and a daily cap of more than nothing if it has one")]
    BadLimits,
    /// The database could not.
    #[error(transparent)]
    Db(#[from] DbError),
}

/// Makes a key and returns it: the only time it is seen. Whoever signs in to the account hears of it by mail.
///
/// # Errors
/// See [`KeyRefusal`].
pub async fn create_key(app: &App, new: NewKey) -> Result<String, KeyRefusal> {
    if new.name.trim().is_empty() || new.name.chars().count() > KEY_NAME_MAX || new.name.chars().any(char::is_control) {
        return Err(KeyRefusal::BadName);
    }
    if new.expires_ms.is_some_and(|expires_ms| expires_ms <= app.now_ms()) {
        return Err(KeyRefusal::Expired);
    }
    let KeyLimits { scopes, networks, daily_cap } = &new.limits;
    if scopes.is_empty() || networks.len() > NETWORKS_MAX || daily_cap.is_some_and(|cap| cap <= Usd::ZERO) {
        return Err(KeyRefusal::BadLimits);
    }
    let scopes: Vec<&str> = Scope::ALL.into_iter().filter(|scope| scopes.contains(scope)).map(Scope::word).collect();
    let networks: Vec<String> = networks.iter().map(ToString::to_string).collect();
    let (scopes, networks, daily_cap) = (scopes.join(" "), networks.join(" "), daily_cap.map(Usd::micros));
    let (now, key) = (app.now_ms(), authenticate::new_key());
    let (hash, prefix) = (authenticate::hash(&key), key[..14].to_owned());
    let house = app.clone();
    app.db
        .write(Lane::Work, move |tx| {
            let account = rows::named(tx, &new.account)?.ok_or(KeyRefusal::NoAccount)?;
            // Under its lock, so that two keys made at once do not both become the last one.
            rows::lock(tx, account.id)?;
            if good_keys(tx, account.id, now)? >= KEYS_MAX {
                return Err(KeyRefusal::TooMany);
            }
            let id = ids::take(tx, "api_key", 1)?;
            let sql = "INSERT INTO api_key (id, account_id, hash, prefix, name, created_ms, expires_ms,
                                  scopes, networks, daily_cap)
                 VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
            let (hash, expires_ms) = (hash.as_slice(), new.expires_ms);
            let NewKey { name, .. } = &new;
            let values = values![id, account.id, hash, &prefix, name, now, expires_ms, &scopes, &networks, daily_cap];
            tx.run(sql, values)?;
            let deed = Deed {
                who: &new.by,
                deed: "key.create",
                subject: &new.account,
                reason: &new.name,
                before: None,
                after: Some(&prefix),
            };
            audit::write(tx, now, &deed)?;
            if let Some(to) = login::address_of(tx, account.id)? {
                mail::post(tx, &house, &letter(to, name, &prefix, now))?;
            }
            Ok(())
        })
        .await
        .map(|()| key)
}

fn good_keys(tx: &mut Tx<'_>, account: i64, now_ms: i64) -> Result<i64, DbError> {
    let sql = "SELECT COUNT(*)
         FROM api_key
         WHERE account_id = $1
           AND revoked_ms IS NULL
           AND (expires_ms IS NULL OR expires_ms > $2)";
    Ok(tx.one(sql, values![account, now_ms])?.map_or(0, |row| row.int(0)))
}

fn letter(to: String, name: &str, prefix: &str, now_ms: i64) -> Letter {
    let body = format!(
        "A new API key was made for your account: “{name}”, which begins with {prefix}, at {}.\n\n\
         If it was not you, sign in, revoke it on the page of API keys, and change your password.\n",
        rfc3339(now_ms)
    );
    Letter { to, kind: "new_key", subject: "A new API key".to_owned(), body, end_ms: None }
}

/// Revokes a key of one's own: the next request with it is refused, and its open waits end.
///
/// # Errors
/// See [`KeyRefusal`].
pub async fn revoke_key(app: &App, id: i64, by: &str) -> Result<(), KeyRefusal> {
    revoke(app, id, None, "", by).await
}

/// A key of somebody else's to be revoked.
pub struct Revocation {
    /// The key.
    pub key: i64,
    /// The account that it must belong to; `None`: whichever.
    pub account: Option<i64>,
    /// Why.
    pub reason: Reason,
    /// Who revokes it.
    pub by: Permit<Run>,
}

/// Revokes a key of somebody else's, as [`revoke_key`] does; why is in the audit log.
///
/// # Errors
/// See [`KeyRefusal`].
pub async fn revoke_key_for(app: &App, it: Revocation) -> Result<(), KeyRefusal> {
    revoke(app, it.key, it.account, it.reason.text(), &it.by.who).await
}

async fn revoke(app: &App, id: i64, of: Option<i64>, reason: &str, by: &str) -> Result<(), KeyRefusal> {
    let (now, reason, by) = (app.now_ms(), reason.to_owned(), by.to_owned());
    let account = app
        .db
        .write(Lane::Work, move |tx: &mut Tx<'_>| {
            let sql = "UPDATE api_key
                 SET revoked_ms = $2
                 WHERE id = $1 AND revoked_ms IS NULL AND (account_id = $3 OR $3 = 0)
                 RETURNING account_id, prefix";
            let row = tx.one(sql, values![id, now, of.unwrap_or(0)])?.ok_or(KeyRefusal::NoKey)?;
            let subject = row.text(1);
            let deed = Deed { who: &by, deed: "key.revoke", subject, reason: &reason, before: None, after: None };
            audit::write(tx, now, &deed)?;
            Ok::<_, KeyRefusal>(row.int(0))
        })
        .await?;
    app.notices.tell(account);
    Ok(())
}

/// The keys of an account, newest first.
///
/// # Errors
/// See [`KeyRefusal`].
pub async fn keys(app: &App, account: &str) -> Result<Vec<KeyLine>, KeyRefusal> {
    let account = super::find(app, account).await?.ok_or(KeyRefusal::NoAccount)?;
    let rows = app.db.rows(rows::KEYS, values![account.id, LISTED_MAX]).await?;
    rows.iter().map(|row| line(row).map_err(KeyRefusal::from)).collect()
}

fn line(row: &Row) -> Result<KeyLine, DbError> {
    let scopes = row.text(6).split(' ').map(|name| word(Scope::from_word(name), "a key's scope"));
    let networks = row.text(7).split(' ').filter(|network| !network.is_empty());
    let networks = networks.map(|network| word(network.parse().ok(), "a key's network"));
    Ok(KeyLine {
        id: row.int(0),
        prefix: row.text(1).to_owned(),
        name: row.text(2).to_owned(),
        created_ms: row.int(3),
        expires_ms: row.opt_int(4),
        revoked_ms: row.opt_int(5),
        limits: KeyLimits {
            scopes: scopes.collect::<Result<_, _>>()?,
            networks: networks.collect::<Result<_, _>>()?,
            daily_cap: row.opt_int(8).map(Usd::from_micros),
        },
        used_ms: row.opt_int(9),
    })
}
