//! The settings of a source: what may be shown of them, and changing them.

use std::collections::BTreeMap;

use super::source::{SourceRefusal, check_settings, purpose};
use super::{Registry, Setting, Settings, rows};
use crate::App;
use crate::db::{DbError, Lane, Row, Tx};
use crate::policy::audit::{self, Deed};
use crate::policy::permit::{Permit, Run};
use crate::policy::reason::Reason;
use crate::values;

/// Characters of a setting.
const VALUE_MAX: usize = 64 * 1024;

/// A setting of a source as it may be shown.
#[derive(Clone)]
pub struct ShownSetting {
    /// What its connector says of it.
    pub setting: Setting,
    /// Whether it has a value.
    pub is_set: bool,
    /// Its value; empty where it is secret or not set.
    pub value: String,
}

/// What a source's connector asks for, with what may be shown of the answers.
///
/// # Errors
/// See [`SourceRefusal`].
pub async fn settings(app: &App, registry: &Registry, slug: &str) -> Result<Vec<ShownSetting>, SourceRefusal> {
    let row = app.db.row(rows::SOURCE, values![slug]).await?.ok_or(SourceRefusal::NoSource)?;
    let kept = open(app, &row)?;
    let connector = registry.get(row.text(2)).ok_or_else(|| SourceRefusal::NoConnector(row.text(2).to_owned()))?;
    let shown = |setting: &Setting| {
        let value = kept.get(setting.name);
        let is_shown = !setting.is_secret;
        ShownSetting {
            setting: *setting,
            is_set: value.is_some(),
            value: value.filter(|_| is_shown).unwrap_or_default().to_owned(),
        }
    };
    Ok(connector.settings().iter().map(shown).collect())
}

/// Changes settings of a source: those that are named get their value, an empty one takes the setting away, all others
/// stay. The audit log has why and their names, never their values.
///
/// # Errors
/// See [`SourceRefusal`].
pub async fn set_settings(
    app: &App,
    registry: &Registry,
    slug: &str,
    changes: &BTreeMap<String, String>,
    reason: &Reason,
    by: &Permit<Run>,
) -> Result<(), SourceRefusal> {
    if changes.values().any(|value| value.chars().count() > VALUE_MAX) {
        return Err(SourceRefusal::BadSetting("a setting is at most 65536 characters".to_owned()));
    }
    let row = app.db.row(rows::SOURCE, values![slug]).await?.ok_or(SourceRefusal::NoSource)?;
    let before = row.blob(4).to_vec();
    let kept = open(app, &row)?;
    let mut after = kept.values().clone();
    for (name, value) in changes {
        if value.is_empty() {
            after.remove(name);
        } else {
            after.insert(name.clone(), value.clone());
        }
    }
    let changed: Vec<&str> = changes
        .keys()
        .map(String::as_str)
        .filter(|name| kept.get(name) != after.get(*name).map(String::as_str))
        .collect();
    if changed.is_empty() {
        return Ok(());
    }
    let changed = changed.join(", ");
    let after = Settings::new(after);
    check_settings(registry, row.text(2), &after)?;
    let plain = serde_json::to_vec(after.values()).map_err(|_| DbError::Damaged("settings cannot be kept"))?;
    let sealed = app.vault.seal(&purpose(slug), &plain);
    let (now, slug, by, reason) = (app.now_ms(), slug.to_owned(), by.clone(), reason.clone());
    let story = move |tx: &mut Tx<'_>| {
        let sql = "UPDATE source SET settings = $2 WHERE slug = $1 AND settings = $3";
        if tx.run(sql, values![&slug, sealed.clone(), before.clone()])? == 0 {
            return Err(SourceRefusal::Changed);
        }
        let (reason, after) = (reason.text(), Some(changed.as_str()));
        let deed = Deed { who: &by.who, deed: "source.settings", subject: &slug, reason, before: None, after };
        Ok(audit::write(tx, now, &deed)?)
    };
    app.db.write(Lane::Work, story).await
}

/// The settings of a source, opened.
pub(super) fn open(app: &App, row: &Row) -> Result<Settings, DbError> {
    let plain = app.vault.open(&purpose(row.text(1)), row.blob(4))?;
    let values = serde_json::from_slice(&plain).map_err(|_| DbError::Damaged("a source's settings are unreadable"))?;
    Ok(Settings::new(values))
}
