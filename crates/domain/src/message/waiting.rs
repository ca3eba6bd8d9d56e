//! How many messages wait in quarantine.

use crate::App;
use crate::db::DbError;
use crate::values;

/// Messages that are counted, at most.
const COUNTED_MAX: i64 = 1_000;

/// How many messages wait in quarantine, counted up to 1,000.
///
/// # Errors
/// What the database said.
pub async fn quarantine_size(app: &App) -> Result<i64, DbError> {
    let sql = "SELECT COUNT(*) FROM (SELECT 1 FROM message WHERE state = 'quarantined' LIMIT $1) AS waiting";
    Ok(app.db.row(sql, values![COUNTED_MAX]).await?.map_or(0, |row| row.int(0)))
}
