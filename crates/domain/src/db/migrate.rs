//! Brings a schema up to date: numbered texts, applied once each, in order, forward only.

use super::{DbError, EngineKind};

/// The migrations, oldest first. Append only: a released one never changes.
pub(super) const MIGRATIONS: &[(i64, &str)] = &[
    (1, include_str!("../../../../migrations/0001_house.sql")),
    (2, include_str!("../../../../migrations/0002_key_limits.sql")),
    (3, include_str!("../../../../migrations/0003_login.sql")),
    (4, include_str!("../../../../migrations/0004_pages.sql")),
    (5, include_str!("../../../../migrations/0005_refunds.sql")),
    (6, include_str!("../../../../migrations/0006_console_stock.sql")),
    (7, include_str!("../../../../migrations/0007_own_account.sql")),
    (8, include_str!("../../../../migrations/0008_trouble.sql")),
    (9, include_str!("../../../../migrations/0009_figures.sql")),
    (10, include_str!("../../../../migrations/0010_alerts.sql")),
    (11, include_str!("../../../../migrations/0011_low_balance.sql")),
    (12, include_str!("../../../../migrations/0012_recent_rentals.sql")),
    (13, include_str!("../../../../migrations/0013_passkeys.sql")),
    (14, include_str!("../../../../migrations/0014_own_limits.sql")),
    (15, include_str!("../../../../migrations/0015_voip_sources.sql")),
    (16, include_str!("../../../../migrations/0016_wires.sql")),
    (17, include_str!("../../../../migrations/0017_tickets_and_figures.sql")),
    (18, include_str!("../../../../migrations/0018_houses.sql")),
    (20, include_str!("../../../../migrations/0020_status.sql")),
    (21, include_str!("../../../../migrations/0021_written_once.sql")),
    (22, include_str!("../../../../migrations/0022_kept_for_a_time.sql")),
    (23, include_str!("../../../../migrations/0023_renewals.sql")),
    (24, include_str!("../../../../migrations/0024_partners.sql")),
    (25, include_str!("../../../../migrations/0025_in_order_of_time.sql")),
    (26, include_str!("../../../../migrations/0026_pushes.sql")),
    (27, include_str!("../../../../migrations/0027_messages_by_number.sql")),
    (28, include_str!("../../../../migrations/0028_references_of_parts.sql")),
    (29, include_str!("../../../../migrations/0029_unexplained.sql")),
];

/// The table that remembers which migrations were applied.
pub(super) const MIGRATION_TABLE: &str =
    "CREATE TABLE IF NOT EXISTS migration (version BIGINT PRIMARY KEY, at_ms BIGINT NOT NULL)";

/// What is said of a database in which no house was ever opened.
pub(super) const NO_HOUSE: DbError = DbError::NoHouse("there is no house in it");

/// The migrations that a database still needs that had those of `applied`. Two that were written side by side may come in
/// either order, so each is looked for, not only those above the last one.
pub(super) fn pending(applied: &[i64]) -> Result<Vec<(i64, &'static str)>, DbError> {
    let newest = MIGRATIONS.last().map_or(0, |(version, _)| *version);
    if let Some(unknown) = applied.iter().find(|version| **version > newest) {
        return Err(DbError::Engine(format!(
            "the database has schema {unknown} and this program knows {newest}: start the newer program"
        )));
    }
    Ok(MIGRATIONS.iter().copied().filter(|(version, _)| !applied.contains(version)).collect())
}

/// Refuses a database that needs migrations, for who may not bring its schema up to date.
pub(super) fn must_be_done(applied: &[i64]) -> Result<(), DbError> {
    if applied.is_empty() {
        return Err(NO_HOUSE);
    }
    match pending(applied)?.len() {
        0 => Ok(()),
        lacks => Err(DbError::Older { lacks, of: MIGRATIONS.len() }),
    }
}

/// The text of a migration for one engine.
///
/// Lines between `-- @sqlite` or `-- @postgres` and `-- @end` are for that engine alone. BIGINT and BLOB are written
/// as the other engine names them; `STRICT` makes SQLite check column types, which PostgreSQL does anyway.
pub(super) fn text_for(engine: EngineKind, text: &str) -> String {
    let mut only: Option<EngineKind> = None;
    let mut out = String::with_capacity(text.len());
    for line in text.lines() {
        match line.trim() {
            "-- @sqlite" => only = Some(EngineKind::Sqlite),
            "-- @postgres" => only = Some(EngineKind::Postgres),
            "-- @end" => only = None,
            _ if only.is_none_or(|wanted| wanted == engine) => {
                out.push_str(line);
                out.push('\n');
            }
            _ => {}
        }
    }
    match engine {
        EngineKind::Sqlite => out.replace("BIGINT", "INTEGER"),
        EngineKind::Postgres => out.replace(") STRICT;", ");").replace("BLOB", "BYTEA"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str =
        "CREATE TABLE a (x BIGINT, y BLOB) STRICT;\n-- @sqlite\nS;\n-- @end\n-- @postgres\nP;\n-- @end\n";

    #[test]
    fn each_engine_gets_its_own_words() {
        assert_eq!(text_for(EngineKind::Sqlite, TEXT), "CREATE TABLE a (x INTEGER, y BLOB) STRICT;\nS;\n");
        assert_eq!(text_for(EngineKind::Postgres, TEXT), "CREATE TABLE a (x BIGINT, y BYTEA);\nP;\n");
    }

    #[test]
    fn a_newer_schema_is_refused() {
        assert!(pending(&[1, 99]).is_err());
        assert_eq!(pending(&[]).map(|all| all.len()).ok(), Some(MIGRATIONS.len()));
    }

    #[test]
    fn who_may_not_change_a_schema_is_told_what_it_lacks() {
        let all: Vec<i64> = MIGRATIONS.iter().map(|(version, _)| *version).collect();
        assert!(must_be_done(&all).is_ok());
        assert!(matches!(must_be_done(&all[..all.len() - 2]), Err(DbError::Older { lacks: 2, .. })));
        assert!(matches!(must_be_done(&[]), Err(DbError::NoHouse(_))));
    }

    #[test]
    fn one_that_was_passed_over_is_still_applied() {
        let all: Vec<i64> = MIGRATIONS.iter().map(|(version, _)| *version).collect();
        let but_one: Vec<i64> = all.iter().copied().filter(|version| *version != 13).collect();
        let versions =
            |applied: &[i64]| pending(applied).ok().map(|some| some.iter().map(|one| one.0).collect::<Vec<_>>());
        assert_eq!(versions(&but_one), Some(vec![13]));
        assert_eq!(versions(&all), Some(vec![]));
    }
}
