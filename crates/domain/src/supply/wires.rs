//! The sources whose wire the house holds itself, or that it asks, for whoever does.

use super::{Registry, Settings, rows, settings};
use crate::App;
use crate::db::DbError;
use crate::values;

/// A source whose connector holds a wire, or asks it.
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
        let (source, slug, connector) = (row.int(0), row.text(1).to_owned(), row.text(2).to_owned());
        match settings::open(app, &row) {
            Ok(settings) if kind.holds() || kind.polls(&settings) => {
                wires.push(Wire { source, slug, connector, settings });
            }
            // Damaged settings of one must not keep the others from being held.
            Ok(_) | Err(DbError::Damaged(_)) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(wires)
}
