//! Making a partner of an account.

use super::{PARTNERS_MAX, rows};
use crate::App;
use crate::account::{self, NETWORKS_MAX};
use crate::db::{DbError, Lane, Tx};
use crate::network::Network;
use crate::policy::audit::{self, Deed};
use crate::policy::permit::{Permit, Run};
use crate::supply::Settings;
use crate::{ids, values};

/// Characters of the key that a partner calls with.
pub(super) const KEY_LENGTHS: std::ops::RangeInclusive<usize> = 16..=200;

/// A partner to be made. It holds secrets, so it has no `Debug`.
pub struct NewPartner {
    /// Its name: 1 to 40 lower-case letters, digits and `-`.
    pub slug: String,
    /// The account that it buys with, by its name. It must be the partner's alone.
    pub account: String,
    /// The key that it will call with: 16 to 200 visible characters of ASCII, no other partner's.
    pub key: String,
    /// The networks that it calls from; none: from anywhere.
    pub networks: Vec<Network>,
    /// Where its SMS are pushed to, by the names in [`super::setting`].
    pub to: Settings,
    /// Who makes it.
    pub by: Permit<Run>,
}

/// Why a partner was not made or changed.
#[derive(Debug, thiserror::Error)]
pub enum PartnerRefusal {
    /// The slug is malformed.
    #[error("a partner's name is 1 to 40 lower-case letters, digits and `-`")]
    BadSlug,
    /// The slug is in use.
    #[error("a partner of this name exists already")]
    Taken,
    /// There is no such account.
    #[error("there is no such account")]
    NoAccount,
    /// The account is another partner's.
    #[error("this account is another partner's: make one of its own for this one")]
    AccountTaken,
    /// The key is too short, too long, or has other signs.
    #[error("the key that a partner calls with is 16 to 200 characters of ASCII without spaces")]
    BadKey,
    /// Another partner calls with the same key.
    #[error("another partner calls with this key")]
    KeyTaken,
    /// There are too many networks.
    #[error("a partner calls from {NETWORKS_MAX} networks at most")]
    TooManyNetworks,
    /// There are as many partners as a house has.
    #[error("there are {PARTNERS_MAX} partners already")]
    TooMany,
    /// Where its SMS are pushed to is wrong.
    #[error("{0}")]
    BadSetting(String),
    /// There is no such partner.
    #[error("there is no such partner")]
    NoPartner,
    /// Nothing is there that could be pushed again.
    #[error("nothing of that was given up within the last week")]
    NothingGivenUp,
    /// As many SMS wait for it as may.
    #[error("as many SMS wait for this partner already as may")]
    Full,
    /// Somebody else changed it meanwhile.
    #[error("somebody else changed this partner meanwhile")]
    Changed,
    /// The database could not.
    #[error(transparent)]
    Db(#[from] DbError),
}

/// Makes a partner. What comes in on its account's orders from now on is pushed to it.
///
/// # Errors
/// See [`PartnerRefusal`].
pub async fn add(app: &App, new: NewPartner) -> Result<i64, PartnerRefusal> {
    let fits = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    if new.slug.is_empty() || new.slug.len() > 40 || !new.slug.bytes().all(fits) {
        return Err(PartnerRefusal::BadSlug);
    }
    check_key(&new.key)?;
    let networks = networks(&new.networks)?;
    check_to(app, &new.to)?;
    let (hash, sealed) = (rows::hash(&new.key), rows::seal(app, &new.slug, &new.to)?);
    let now = app.now_ms();
    let story = move |tx: &mut Tx<'_>| {
        let account = account::named(tx, &new.account)?.ok_or(PartnerRefusal::NoAccount)?.id;
        check_room(tx, &new.slug, account, &hash)?;
        let (id, seq) = (ids::take(tx, "partner", 1)?, account::event_seq(tx, account)?);
        let sql = "INSERT INTO partner
               (id, slug, account_id, key_hash, settings, networks, state, event_seq, created_ms)
             VALUES ($1, $2, $3, $4, $5, $6, 'active', $7, $8)";
        tx.run(sql, values![id, &new.slug, account, hash.as_slice(), sealed.clone(), &networks, seq, now])?;
        let deed = Deed {
            who: &new.by.who,
            deed: "partner.add",
            subject: &new.slug,
            reason: "",
            before: None,
            after: Some(&new.account),
        };
        audit::write(tx, now, &deed)?;
        Ok(id)
    };
    app.db.write(Lane::Work, story).await
}

/// Whether there is room for a partner of this name, account and key.
fn check_room(tx: &mut Tx<'_>, slug: &str, account: i64, hash: &[u8]) -> Result<(), PartnerRefusal> {
    let sql = "SELECT slug, account_id, key_hash FROM partner ORDER BY id LIMIT $1";
    let all = tx.all(sql, values![PARTNERS_MAX])?;
    if all.iter().any(|row| row.text(0) == slug) {
        return Err(PartnerRefusal::Taken);
    }
    if all.iter().any(|row| row.int(1) == account) {
        return Err(PartnerRefusal::AccountTaken);
    }
    if all.iter().any(|row| row.blob(2) == hash) {
        return Err(PartnerRefusal::KeyTaken);
    }
    if i64::try_from(all.len()).is_ok_and(|count| count < PARTNERS_MAX) { Ok(()) } else { Err(PartnerRefusal::TooMany) }
}

/// Checks a key that a partner is to call with.
pub(super) fn check_key(key: &str) -> Result<(), PartnerRefusal> {
    let is_fine = KEY_LENGTHS.contains(&key.len()) && key.bytes().all(|byte| byte.is_ascii_graphic());
    if is_fine { Ok(()) } else { Err(PartnerRefusal::BadKey) }
}

/// Networks as they are kept.
pub(super) fn networks(networks: &[Network]) -> Result<String, PartnerRefusal> {
    if networks.len() > NETWORKS_MAX {
        return Err(PartnerRefusal::TooManyNetworks);
    }
    Ok(networks.iter().map(ToString::to_string).collect::<Vec<_>>().join(" "))
}

/// Has whoever pushes look at where a partner's SMS are to go.
pub(super) fn check_to(app: &App, to: &Settings) -> Result<(), PartnerRefusal> {
    let nobody = || PartnerRefusal::BadSetting("this program pushes to nobody".to_owned());
    app.courier.get().ok_or_else(nobody)?.0.check(to).map_err(PartnerRefusal::BadSetting)
}
