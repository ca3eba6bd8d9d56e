//! Changing a partner: where it is pushed to, its keys, from where it calls, and whether it is sold to.

use std::collections::BTreeMap;

use super::add::{PartnerRefusal, check_key, check_to, networks};
use super::rows;
use crate::App;
use crate::db::{DbError, Lane, Tx};
use crate::network::Network;
use crate::policy::audit::{self, Deed};
use crate::policy::permit::{Permit, Run};
use crate::policy::reason::Reason;
use crate::supply::Settings;
use crate::values;

/// What is to be changed of a partner; what is not named stays. It may hold secrets, so it has no `Debug`.
#[derive(Default)]
pub struct Changes {
    /// The key that it calls with.
    pub key: Option<String>,
    /// The networks that it calls from; an empty list is anywhere.
    pub networks: Option<Vec<Network>>,
    /// Where its SMS are pushed to, by the names in [`super::setting`]; an empty value takes one away.
    pub to: BTreeMap<String, String>,
}

/// Changes a partner. The audit log has why and the names of what changed, never a value.
///
/// # Errors
/// See [`PartnerRefusal`].
pub async fn change(
    app: &App,
    slug: &str,
    changes: Changes,
    reason: &Reason,
    by: &Permit<Run>,
) -> Result<(), PartnerRefusal> {
    changes.key.as_deref().map(check_key).transpose()?;
    let networks = changes.networks.as_deref().map(networks).transpose()?;
    let sql = "SELECT id, settings FROM partner WHERE slug = $1";
    let row = app.db.row(sql, values![slug]).await?.ok_or(PartnerRefusal::NoPartner)?;
    let (id, before) = (row.int(0), row.blob(1).to_vec());
    // What does not open is made anew: the check below demands all of it.
    let mut to = rows::open_if_whole(app, slug, &before)?.unwrap_or_default().values().clone();
    to.extend(changes.to.clone());
    to.retain(|_, value| !value.is_empty());
    let to = Settings::new(to);
    check_to(app, &to)?;
    let (sealed, hash) = (rows::seal(app, slug, &to)?, changes.key.as_deref().map(rows::hash));
    let named = [changes.key.as_ref().map(|_| "key"), changes.networks.as_ref().map(|_| "networks")];
    let named: Vec<&str> = named.into_iter().flatten().chain(changes.to.keys().map(String::as_str)).collect();
    let (now, slug, reason, by, named) = (app.now_ms(), slug.to_owned(), reason.clone(), by.clone(), named.join(", "));
    let story = move |tx: &mut Tx<'_>| {
        let hash = hash.as_ref().map(<[u8; 32]>::as_slice);
        if let Some(hash) = hash
            && tx.one("SELECT 1 FROM partner WHERE key_hash = $1 AND id <> $2", values![hash, id])?.is_some()
        {
            return Err(PartnerRefusal::KeyTaken);
        }
        let sql = "UPDATE partner SET settings = $2 WHERE id = $1 AND settings = $3";
        if tx.run(sql, values![id, sealed.clone(), before.clone()])? == 0 {
            return Err(PartnerRefusal::Changed);
        }
        if let Some(hash) = hash {
            tx.run("UPDATE partner SET key_hash = $2 WHERE id = $1", values![id, hash])?;
        }
        if let Some(networks) = &networks {
            tx.run("UPDATE partner SET networks = $2 WHERE id = $1", values![id, networks])?;
        }
        let (reason, after) = (reason.text(), Some(named.as_str()));
        let deed = Deed { who: &by.who, deed: "partner.set", subject: &slug, reason, before: None, after };
        Ok(audit::write(tx, now, &deed)?)
    };
    app.db.write(Lane::Work, story).await
}

/// Stops selling to a partner, or goes on; why is in the audit log. What came for it is pushed either way.
///
/// # Errors
/// See [`PartnerRefusal`].
pub async fn set_state(
    app: &App,
    slug: &str,
    is_active: bool,
    reason: &Reason,
    by: &Permit<Run>,
) -> Result<(), PartnerRefusal> {
    let (now, slug, by, reason) = (app.now_ms(), slug.to_owned(), by.clone(), reason.clone());
    let story = move |tx: &mut Tx<'_>| {
        let state = if is_active { "active" } else { "paused" };
        let row = tx.one("SELECT state FROM partner WHERE slug = $1 {for_update}", values![&slug])?;
        let before = row.ok_or(PartnerRefusal::NoPartner)?.text(0).to_owned();
        if before == state {
            return Ok(());
        }
        tx.run("UPDATE partner SET state = $2 WHERE slug = $1", values![&slug, state])?;
        let deed = Deed {
            who: &by.who,
            deed: "partner.state",
            subject: &slug,
            reason: reason.text(),
            before: Some(&before),
            after: Some(state),
        };
        Ok::<_, DbError>(audit::write(tx, now, &deed)?).map_err(PartnerRefusal::from)
    };
    app.db.write(Lane::Work, story).await
}
