//! The SQL of alerts.

use super::signs::Sign;
use super::{Alert, Kind};
use crate::db::{DbError, Row, Tx, word};
use crate::values;

fn alert(row: &Row) -> Result<Alert, DbError> {
    Ok(Alert {
        kind: word(Kind::from_word(row.text(0)), "an alert's kind")?,
        subject: row.text(1).to_owned(),
        words: row.text(2).to_owned(),
        since_ms: row.int(3),
    })
}

/// What is wrong just now.
pub(super) fn open(tx: &mut Tx<'_>, limit: i64) -> Result<Vec<Alert>, DbError> {
    let sql = "SELECT kind, subject, words, since_ms
         FROM alert
         WHERE ended_ms IS NULL
         ORDER BY kind, subject
         LIMIT $1";
    tx.all(sql, values![limit])?.iter().map(alert).collect()
}

/// Writes down a sign; whether it begins now, so that it is to be told. One that comes again before its end was told
/// goes on.
pub(super) fn seen(tx: &mut Tx<'_>, sign: &Sign, now_ms: i64) -> Result<bool, DbError> {
    let (kind, subject) = (sign.kind.word(), &sign.subject);
    let begin = "INSERT INTO alert (kind, subject, words, since_ms)
         VALUES ($1, $2, $3, $4)
         ON CONFLICT (kind, subject)
         DO UPDATE SET words = $3, since_ms = $4, ended_ms = NULL, end_told = 0
         WHERE alert.end_told = 1
         RETURNING 1";
    if tx.one(begin, values![kind, subject, &sign.words, now_ms])?.is_some() {
        return Ok(true);
    }
    let go_on = "UPDATE alert SET words = $3, ended_ms = NULL
         WHERE kind = $1 AND subject = $2 AND (words <> $3 OR ended_ms IS NOT NULL)";
    tx.run(go_on, values![kind, subject, &sign.words])?;
    Ok(false)
}

/// Marks as ended what is not seen any more.
pub(super) fn end(tx: &mut Tx<'_>, alert: &Alert, now_ms: i64) -> Result<(), DbError> {
    let sql = "UPDATE alert SET ended_ms = $3 WHERE kind = $1 AND subject = $2 AND ended_ms IS NULL";
    tx.queue(sql, values![alert.kind.word(), &alert.subject, now_ms])
}

/// Takes those that ended at or before a time and whose end was not told yet.
pub(super) fn take_ended(tx: &mut Tx<'_>, before_ms: i64) -> Result<Vec<Alert>, DbError> {
    let sql = "UPDATE alert
         SET end_told = 1
         WHERE end_told = 0 AND ended_ms IS NOT NULL AND ended_ms <= $1
         RETURNING kind, subject, words, since_ms";
    tx.all(sql, values![before_ms])?.iter().map(alert).collect()
}
