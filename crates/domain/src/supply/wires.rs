//! The sources whose wire the house holds itself, or that it asks, for whoever does.

use super::{Registry, Settings, rows, settings};
use crate::App;
use crate::db::{DbError, Row};
use crate::values;

/// A source whose connector holds a wire or asks it, or is another house.
#[derive(Clone)]
pub struct Wire {
    /// The source.
    pub source: i64,
    /// Its name.
    pub slug: String,
    /// Its connector's name.
    pub connector: String,
    /// What the connector was told. Other settings are another wire: the connection is made anew with them.
    pub settings: Settings,
}

/// All wires that are to be held. A paused source is among them: its numbers are not sold, and it still receives.
///
/// # Errors
/// What the database said.
pub async fn wires(app: &App, registry: &Registry) -> Result<Vec<Wire>, DbError> {
    let mut wires = Vec::new();
    for row in app.db.rows(rows::SOURCES, values![rows::SOURCES_MAX]).await? {
        let Some(kind) = registry.get(row.text(2)) else { continue };
        let is_held = |settings: &Settings| kind.holds() || kind.house().is_some() || kind.polls(settings);
        wires.extend(wire(app, &row)?.filter(|wire| is_held(&wire.settings)));
    }
    Ok(wires)
}

/// A source that is another house.
#[derive(Clone)]
pub(crate) struct Upstream {
    pub(crate) wire: Wire,
    /// Whether it is bought from; a paused one is still asked about what was bought.
    pub(crate) is_enabled: bool,
}

/// All sources that are houses, by name.
pub(crate) async fn houses(app: &App, registry: &Registry) -> Result<Vec<Upstream>, DbError> {
    let mut houses = Vec::new();
    for row in app.db.rows(rows::SOURCES, values![rows::SOURCES_MAX]).await? {
        if registry.get(row.text(2)).is_some_and(|connector| connector.house().is_some()) {
            let is_enabled = row.text(3) == "enabled";
            houses.extend(wire(app, &row)?.map(|wire| Upstream { wire, is_enabled }));
        }
    }
    Ok(houses)
}

/// A source with its settings; `None` where they are damaged, which must not keep the others from being held.
fn wire(app: &App, row: &Row) -> Result<Option<Wire>, DbError> {
    let (source, slug, connector) = (row.int(0), row.text(1).to_owned(), row.text(2).to_owned());
    match settings::open(app, row) {
        Ok(settings) => Ok(Some(Wire { source, slug, connector, settings })),
        Err(DbError::Damaged(_)) => Ok(None),
        Err(error) => Err(error),
    }
}
