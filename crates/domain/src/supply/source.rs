//! Sources: the phones, boxes and houses that the operator connected, and which SIM in them is which number.

use super::{Registry, Settings, rows};
use crate::App;
use crate::db::{DbError, Lane, Tx};
use crate::phone::Nanp;
use crate::policy::audit::{self, Deed};
use crate::policy::author::Author;
use crate::policy::permit::{Permit, Run};
use crate::policy::reason::Reason;
use crate::{ids, number, values};

/// Characters of a SIM's name.
const SIM_MAX: usize = 200;

/// The word that stands where a source's name would in the address of a page.
const RESERVED: &str = "new";

/// A source as it is listed; its settings stay sealed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// Its id.
    pub id: i64,
    /// Its name in `/ingest/{source}/`.
    pub slug: String,
    /// The connector that understands it.
    pub connector: String,
    /// Whether its numbers are sold. A paused one still receives.
    pub is_enabled: bool,
    /// Since when it exists.
    pub created_ms: i64,
}

/// A source to be added.
pub struct NewSource {
    /// Its name in `/ingest/{source}/`: 1 to 40 lower-case letters, digits and `-`.
    pub slug: String,
    /// The connector that understands it.
    pub connector: String,
    /// What the connector asks for.
    pub settings: Settings,
    /// Who adds it.
    pub by: Permit<Run>,
}

/// Why a source was not added or changed.
#[derive(Debug, thiserror::Error)]
pub enum SourceRefusal {
    /// The slug is malformed.
    #[error("a source's name is 1 to 40 lower-case letters, digits and `-`")]
    BadSlug,
    /// The pages use this word for themselves.
    #[error("no source is called `{RESERVED}`")]
    Reserved,
    /// The slug is in use.
    #[error("a source of this name exists already")]
    Taken,
    /// There is no such connector.
    #[error("there is no connector `{0}`; `admin source connectors` lists them")]
    NoConnector(String),
    /// A setting is missing, unknown or wrong.
    #[error("{0}")]
    BadSetting(String),
    /// There is no such source.
    #[error("there is no such source")]
    NoSource,
    /// Somebody else changed it meanwhile.
    #[error("somebody else changed this source meanwhile")]
    Changed,
    /// A SIM's name is malformed.
    #[error("a SIM's name is 1 to 200 characters without control characters")]
    BadSim,
    /// There is no such SIM in this source now.
    #[error("this source has no such SIM")]
    NoSim,
    /// There is no such number, or it belongs to another source.
    #[error("this source has no such number")]
    NoNumber,
    /// The database could not.
    #[error(transparent)]
    Db(#[from] DbError),
}

/// Adds a source.
///
/// # Errors
/// See [`SourceRefusal`].
pub async fn add_source(app: &App, registry: &Registry, new: NewSource) -> Result<i64, SourceRefusal> {
    let fits = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    if new.slug.is_empty() || new.slug.len() > 40 || !new.slug.bytes().all(fits) {
        return Err(SourceRefusal::BadSlug);
    }
    if new.slug == RESERVED {
        return Err(SourceRefusal::Reserved);
    }
    check_settings(registry, &new.connector, &new.settings)?;
    let plain = serde_json::to_vec(new.settings.values()).map_err(|_| DbError::Damaged("settings cannot be kept"))?;
    let sealed = app.vault.seal(&purpose(&new.slug), &plain);
    let connector = registry.get(&new.connector);
    let is_voip = connector.is_some_and(super::Supply::is_voip);
    let is_house = connector.is_some_and(|connector| connector.house().is_some());
    let now = app.now_ms();
    let story = move |tx: &mut Tx<'_>| {
        let id = ids::take(tx, "source", 1)?;
        let (slug, connector) = (&new.slug, &new.connector);
        if !rows::insert(tx, &rows::NewRow { id, slug, connector, settings: &sealed, is_voip, is_house }, now)? {
            return Err(SourceRefusal::Taken);
        }
        let deed = Deed {
            who: &new.by.who,
            deed: "source.add",
            subject: &new.slug,
            reason: "",
            before: None,
            after: Some(&new.connector),
        };
        audit::write(tx, now, &deed)?;
        Ok(id)
    };
    let id = app.db.write(Lane::Work, story).await?;
    app.catalog.forget();
    Ok(id)
}

/// Checks settings against what a connector asks for.
pub(super) fn check_settings(registry: &Registry, connector: &str, settings: &Settings) -> Result<(), SourceRefusal> {
    let connector = registry.get(connector).ok_or_else(|| SourceRefusal::NoConnector(connector.to_owned()))?;
    let known = connector.settings();
    if let Some(name) = settings.names().find(|name| known.iter().all(|setting| setting.name != *name)) {
        let names: Vec<&str> = known.iter().map(|setting| setting.name).collect();
        return Err(SourceRefusal::BadSetting(format!("there is no setting `{name}`; there are {}", names.join(", "))));
    }
    let is_missing = |setting: &&super::Setting| !setting.is_optional && settings.get(setting.name).is_none();
    if let Some(setting) = known.iter().find(is_missing) {
        return Err(SourceRefusal::BadSetting(format!("`{}` is missing: {}", setting.name, setting.help)));
    }
    connector.check(settings).map_err(SourceRefusal::BadSetting)
}

/// What the settings of a source are sealed for.
pub(super) fn purpose(slug: &str) -> String {
    format!("source {slug}")
}

/// All sources, by name.
///
/// # Errors
/// What the database said.
pub async fn sources(app: &App) -> Result<Vec<Source>, DbError> {
    let rows = app.db.rows(rows::SOURCES, values![rows::SOURCES_MAX]).await?;
    Ok(rows.iter().map(rows::source).collect())
}

/// One source, by its name.
///
/// # Errors
/// What the database said.
pub async fn source(app: &App, slug: &str) -> Result<Option<Source>, DbError> {
    Ok(app.db.row(rows::SOURCE, values![slug]).await?.map(|row| rows::source(&row)))
}

/// Pauses the sale of a source's numbers, or lets it go on; why is in the audit log. It receives either way.
///
/// # Errors
/// See [`SourceRefusal`].
pub async fn set_source_state(
    app: &App,
    slug: &str,
    is_enabled: bool,
    reason: &Reason,
    by: &Permit<Run>,
) -> Result<(), SourceRefusal> {
    let (now, slug, by, reason) = (app.now_ms(), slug.to_owned(), by.clone(), reason.clone());
    let story = move |tx: &mut Tx<'_>| {
        let state = if is_enabled { "enabled" } else { "paused" };
        let row = tx.one("SELECT state FROM source WHERE slug = $1 {for_update}", values![&slug])?;
        let before = row.ok_or(SourceRefusal::NoSource)?.text(0).to_owned();
        if before == state {
            return Ok::<_, SourceRefusal>(());
        }
        tx.run("UPDATE source SET state = $2 WHERE slug = $1", values![&slug, state])?;
        let deed = Deed {
            who: &by.who,
            deed: "source.state",
            subject: &slug,
            reason: reason.text(),
            before: Some(&before),
            after: Some(state),
        };
        audit::write(tx, now, &deed)?;
        Ok(())
    };
    app.db.write(Lane::Work, story).await?;
    app.catalog.forget();
    Ok(())
}

/// Says which number the SIM is that a source's connector names so. What the name meant before ends now.
///
/// # Errors
/// See [`SourceRefusal`].
pub async fn map_sim(
    app: &App,
    source: &str,
    sim: &str,
    number: &Nanp,
    by: impl Into<Author>,
) -> Result<(), SourceRefusal> {
    let is_bad = sim.trim().is_empty() || sim.chars().count() > SIM_MAX || sim.chars().any(char::is_control);
    if is_bad {
        return Err(SourceRefusal::BadSim);
    }
    let (now, source, sim, by) = (app.now_ms(), source.to_owned(), sim.to_owned(), by.into());
    let digits = number.digits();
    let story = move |tx: &mut Tx<'_>| {
        let row = tx.one(rows::SOURCE, values![&source])?.ok_or(SourceRefusal::NoSource)?;
        let source_id = row.int(0);
        let number = number::of_source(tx, source_id, &digits)?.ok_or(SourceRefusal::NoNumber)?;
        let before = number::of_sim(tx, source_id, &sim, now)?.map(|(_, digits)| digits);
        number::map_sim(tx, source_id, &sim, number, now)?;
        let (before, after) = (before.map(|digits| told(&sim, &digits)), told(&sim, &digits));
        let deed = Deed {
            who: by.who(),
            deed: "source.map_sim",
            subject: &source,
            reason: by.why(),
            before: before.as_deref(),
            after: Some(&after),
        };
        audit::write(tx, now, &deed)?;
        Ok(())
    };
    app.db.write(Lane::Work, story).await
}

/// Says that a SIM of a source is no number any more.
///
/// # Errors
/// See [`SourceRefusal`].
pub async fn unmap_sim(app: &App, source: &str, sim: &str, by: impl Into<Author>) -> Result<(), SourceRefusal> {
    let (now, source, sim, by) = (app.now_ms(), source.to_owned(), sim.to_owned(), by.into());
    let story = move |tx: &mut Tx<'_>| {
        let source_id = rows::id_of(tx, &source)?.ok_or(SourceRefusal::NoSource)?;
        let (_, before) = number::of_sim(tx, source_id, &sim, now)?.ok_or(SourceRefusal::NoSim)?;
        if !number::unmap_sim(tx, source_id, &sim, now)? {
            return Err(SourceRefusal::NoSim);
        }
        let before = told(&sim, &before);
        let deed = Deed {
            who: by.who(),
            deed: "source.unmap_sim",
            subject: &source,
            reason: by.why(),
            before: Some(&before),
            after: None,
        };
        Ok(audit::write(tx, now, &deed)?)
    };
    app.db.write(Lane::Work, story).await
}

/// Which number a SIM is, as the audit log tells it: `phone-1/0 is 12025550147`.
fn told(sim: &str, digits: &str) -> String {
    format!("{sim} is {digits}")
}

/// The SIMs of a source that are mapped now, with their numbers.
///
/// # Errors
/// See [`SourceRefusal`].
pub async fn sims(app: &App, source: &str) -> Result<Vec<(String, String)>, SourceRefusal> {
    let source = app.db.row(rows::SOURCE, values![source]).await?.ok_or(SourceRefusal::NoSource)?;
    Ok(number::sims(app, source.int(0)).await?)
}
