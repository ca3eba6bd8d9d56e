//! The SQL of the supply room.

use super::Source;
use crate::db::{DbError, Row, Tx};
use crate::values;

/// Sources that a house may have.
pub(super) const SOURCES_MAX: i64 = 10_000;

pub(super) const SOURCE: &str = "SELECT id, slug, connector, state, settings, created_ms FROM source WHERE slug = $1";

pub(super) const SOURCES: &str = "SELECT id, slug, connector, state, settings, created_ms
     FROM source
     ORDER BY slug
     LIMIT $1";

/// The sources whose numbers may be sold from stock: those that are not paused, not VoIP throughout, and no houses whose
/// numbers are bought one by one.
pub(crate) fn enabled(tx: &mut Tx<'_>) -> Result<Vec<i64>, DbError> {
    let rows = tx.all(
        "SELECT id FROM source WHERE state = 'enabled' AND is_voip = 0 AND is_house = 0 ORDER BY id LIMIT $1",
        values![SOURCES_MAX],
    )?;
    Ok(rows.iter().map(|row| row.int(0)).collect())
}

/// The id of a source, by its name.
pub(crate) fn id_of(tx: &mut Tx<'_>, slug: &str) -> Result<Option<i64>, DbError> {
    Ok(tx.one("SELECT id FROM source WHERE slug = $1", values![slug])?.map(|row| row.int(0)))
}

/// The id of a source that is another house, by its name.
pub(crate) fn house_id(tx: &mut Tx<'_>, slug: &str) -> Result<Option<i64>, DbError> {
    let sql = "SELECT id FROM source WHERE slug = $1 AND is_house = 1";
    Ok(tx.one(sql, values![slug])?.map(|row| row.int(0)))
}

/// All sources, whether or not their numbers are sold.
pub(crate) fn ids(tx: &mut Tx<'_>) -> Result<Vec<i64>, DbError> {
    let rows = tx.all("SELECT id FROM source ORDER BY id LIMIT $1", values![SOURCES_MAX])?;
    Ok(rows.iter().map(|row| row.int(0)).collect())
}

pub(super) fn source(row: &Row) -> Source {
    Source {
        id: row.int(0),
        slug: row.text(1).to_owned(),
        connector: row.text(2).to_owned(),
        is_enabled: row.text(3) == "enabled",
        created_ms: row.int(5),
    }
}

/// A source that is written down.
pub(super) struct NewRow<'a> {
    pub(super) id: i64,
    pub(super) slug: &'a str,
    pub(super) connector: &'a str,
    pub(super) settings: &'a [u8],
    pub(super) is_voip: bool,
    pub(super) is_house: bool,
}

pub(super) fn insert(tx: &mut Tx<'_>, new: &NewRow<'_>, now_ms: i64) -> Result<bool, DbError> {
    let sql = "INSERT INTO source (id, slug, connector, state, settings, is_voip, is_house, created_ms)
         VALUES ($1, $2, $3, 'enabled', $4, $5, $6, $7)
         ON CONFLICT (slug) DO NOTHING";
    let values = values![new.id, new.slug, new.connector, new.settings, new.is_voip, new.is_house, now_ms];
    Ok(tx.run(sql, values)? > 0)
}
