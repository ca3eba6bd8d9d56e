//! Whether the SIM of a number is in the network, as its source tells.

use std::collections::HashMap;

use crate::App;
use crate::clock::MINUTE_MS;
use crate::db::{DbError, Row, Tx};
use crate::values;

/// How old what is written may be where nothing but the time or the signal changed: devices tell all of it each minute.
const STALE_MS: i64 = 5 * MINUTE_MS;
/// Numbers of a source whose SIMs are told at once, at most.
const TOLD_MAX: i64 = 100_000;

/// What was told of the SIM of a number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LineState {
    /// Whether it is in the network; a number whose SIM is not is not sold.
    pub is_online: bool,
    /// Since when it is so.
    pub since_ms: i64,
    /// When it was told last, to some minutes.
    pub seen_ms: i64,
    /// Where it sits; empty where that is not told.
    pub port: String,
    /// How well it hears, in the device's own words; empty where that is not told.
    pub signal: String,
}

/// What is noted of a number.
pub(crate) struct News<'a> {
    pub(crate) number: i64,
    pub(crate) source: i64,
    pub(crate) is_online: bool,
    pub(crate) port: &'a str,
    pub(crate) signal: &'a str,
}

/// Notes what a source tells of a number's SIM. A number whose SIM went out of the network is not sold from then on; its
/// leases go on.
pub(crate) fn note(tx: &mut Tx<'_>, news: &News<'_>, now_ms: i64) -> Result<(), DbError> {
    let sql = "SELECT is_online, port, seen_ms, source_id FROM number_line WHERE number_id = $1";
    let before = tx.one(sql, values![news.number])?;
    let was_online = before.as_ref().map(|row| row.int(0) == 1);
    let is_same = before.as_ref().is_some_and(|row| row.text(1) == news.port && row.int(3) == news.source);
    let is_fresh = before.as_ref().is_some_and(|row| (row.int(2)..row.int(2) + STALE_MS).contains(&now_ms));
    if was_online == Some(news.is_online) && is_same && is_fresh {
        return Ok(());
    }
    if was_online.unwrap_or(true) != news.is_online {
        let sql = "UPDATE number SET is_offline = $2 WHERE id = $1";
        tx.run(sql, values![news.number, i64::from(!news.is_online)])?;
    }
    let sql = "INSERT INTO number_line (number_id, source_id, is_online, since_ms, seen_ms, port, signal)
         VALUES ($1, $2, $3, $4, $4, $5, $6)
         ON CONFLICT (number_id)
         DO UPDATE SET source_id = $2, is_online = $3, seen_ms = $4, port = $5, signal = $6,
           since_ms = CASE WHEN number_line.is_online = $3 THEN number_line.since_ms ELSE $4 END";
    let is_online = i64::from(news.is_online);
    tx.run(sql, values![news.number, news.source, is_online, now_ms, news.port, news.signal]).map(drop)
}

/// A number whose SIM says nothing any more.
pub(crate) struct Silent {
    pub(crate) number: i64,
    pub(crate) port: String,
}

/// The numbers of a source whose SIMs were in the network, and of which nothing was told since a time, by their ids.
pub(crate) fn silent(tx: &mut Tx<'_>, source: i64, since_ms: i64) -> Result<Vec<Silent>, DbError> {
    let sql = "SELECT number_id, port
         FROM number_line
         WHERE source_id = $1 AND is_online = 1 AND seen_ms < $2
         ORDER BY number_id
         LIMIT 500";
    let rows = tx.all(sql, values![source, since_ms])?;
    Ok(rows.iter().map(|row| Silent { number: row.int(0), port: row.text(1).to_owned() }).collect())
}

/// The number whose SIM was told last to sit in a port of a source.
pub(crate) fn seen_in_port(tx: &mut Tx<'_>, source: i64, port: &str) -> Result<Option<i64>, DbError> {
    let sql = "SELECT number_id
         FROM number_line
         WHERE source_id = $1 AND port = $2
         ORDER BY seen_ms DESC, number_id
         LIMIT 1";
    Ok(tx.one(sql, values![source, port])?.map(|row| row.int(0)))
}

/// Forgets what was told of a number's SIM, because it is another SIM now: it is for sale until the source tells.
pub(super) fn forget(tx: &mut Tx<'_>, number: i64) -> Result<(), DbError> {
    tx.run("UPDATE number SET is_offline = 0 WHERE id = $1 AND is_offline = 1", values![number])?;
    tx.run("DELETE FROM number_line WHERE number_id = $1", values![number]).map(drop)
}

/// What was told of the SIM of a number, if anything.
///
/// # Errors
/// What the database said.
pub async fn line_state(app: &App, number: i64) -> Result<Option<LineState>, DbError> {
    let sql = "SELECT is_online, since_ms, seen_ms, port, signal FROM number_line WHERE number_id = $1";
    Ok(app.db.row(sql, values![number]).await?.map(|row| line_of(&row)))
}

fn line_of(row: &Row) -> LineState {
    LineState {
        is_online: row.int(0) == 1,
        since_ms: row.int(1),
        seen_ms: row.int(2),
        port: row.text(3).to_owned(),
        signal: row.text(4).to_owned(),
    }
}

/// What a source told of the SIMs of its numbers, by their digits.
///
/// # Errors
/// What the database said.
pub async fn line_states(app: &App, source: i64) -> Result<HashMap<String, LineState>, DbError> {
    let sql = "SELECT l.is_online, l.since_ms, l.seen_ms, l.port, l.signal, n.digits
         FROM number_line l
         JOIN number n ON n.id = l.number_id
         WHERE l.source_id = $1
         LIMIT $2";
    let rows = app.db.rows(sql, values![source, TOLD_MAX]).await?;
    Ok(rows.iter().map(|row| (row.text(5).to_owned(), line_of(row))).collect())
}

/// How many numbers of each source are not sold because their SIM is not in the network; a source without such is left
/// out.
///
/// # Errors
/// What the database said.
pub async fn offline(app: &App) -> Result<HashMap<i64, i64>, DbError> {
    let sql = "SELECT source_id, COUNT(*) FROM number_line WHERE is_online = 0 GROUP BY source_id";
    Ok(app.db.rows(sql, &[]).await?.iter().map(|row| (row.int(0), row.int(1))).collect())
}
