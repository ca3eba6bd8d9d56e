//! Filling the outbox from what happened on the partners' accounts.

use std::collections::HashMap;

use super::PARTNERS_MAX;
use super::rows::{self, Follower};
use crate::App;
use crate::db::{DbError, Lane, Tx};
use crate::event::{self, Event, Kind};
use crate::product::Product;
use crate::{ids, values};

/// Events that are read in one story, and stories of one look.
const EVENTS_MAX: i64 = 200;
const STORIES_MAX: usize = 50;
/// SMS that wait for one partner, at most. What comes beyond is given up at once, and the operator sees how many.
pub(super) const WAITING_MAX: i64 = 10_000;
/// Tries in vain from which on the operator hears that a partner takes nothing: a minute and a half.
const TRIES_MANY: i64 = 6;

/// Puts what came in for a partner since the last look into its outbox; tells how many SMS.
pub(super) async fn fill(app: &App, follower: &Follower) -> Result<usize, DbError> {
    let (id, account, now) = (follower.id, follower.account, app.now_ms());
    let mut came = 0;
    for _ in 0..STORIES_MAX {
        let filled = app.db.write(Lane::Work, move |tx| fill_one(tx, id, account, now)).await?;
        came += filled.came;
        if !filled.is_full {
            break;
        }
    }
    Ok(came)
}

/// What one story put into an outbox.
struct Filled {
    came: usize,
    /// Whether there may be more.
    is_full: bool,
}

/// Goes on from where the outbox is filled.
fn fill_one(tx: &mut Tx<'_>, id: i64, account: i64, now_ms: i64) -> Result<Filled, DbError> {
    let nothing = Filled { came: 0, is_full: false };
    // Another node may have read on meanwhile.
    let Some(mark) = rows::mark(tx, id)? else { return Ok(nothing) };
    let events = event::after(tx, account, mark.event_seq, EVENTS_MAX)?;
    let Some(last) = events.last().map(|event| event.seq) else { return Ok(nothing) };
    let came: Vec<(i64, i64)> = events.iter().filter_map(came).collect();
    let sms_seq = if came.is_empty() { mark.sms_seq } else { put(tx, id, mark.sms_seq, &came, now_ms)? };
    tx.run("UPDATE partner SET event_seq = $2, sms_seq = $3 WHERE id = $1", values![id, last, sms_seq])?;
    let is_full = i64::try_from(events.len()).is_ok_and(|count| count == EVENTS_MAX);
    Ok(Filled { came: came.len(), is_full })
}

/// The order and the message, where an event tells of an SMS on a short-term order. A late part makes the message another
/// one for the partner, because it knows what it has by its id.
fn came(event: &Event) -> Option<(i64, i64)> {
    let is_sms = matches!(event.kind, Kind::OrderReceived | Kind::MessageReceived | Kind::MessageUpdated);
    let (product, order) = event.order?;
    (is_sms && product == Product::ShortTerm).then_some(order).zip(event.message)
}

/// Puts SMS into a partner's outbox, numbered on from the last one; tells the new last number.
fn put(tx: &mut Tx<'_>, partner: i64, sms_seq: i64, came: &[(i64, i64)], now_ms: i64) -> Result<i64, DbError> {
    let count = i64::try_from(came.len()).map_err(|_| DbError::Damaged("too much came in"))?;
    let first = ids::take(tx, "push", count)?;
    let waiting = waiting_for(tx, partner)?;
    for (place, (order, message)) in (0..).zip(came) {
        let (id, sms_id) = (first + place, sms_seq + 1 + place);
        let is_full = waiting + place >= WAITING_MAX;
        let (state, fault) = if is_full { ("given_up", Some("the outbox is full")) } else { ("waiting", None) };
        let sql = "INSERT INTO push
               (id, partner_id, sms_id, order_id, message_id, state, next_ms, fault, created_ms, settled_ms)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $7, $9)";
        let settled_ms = is_full.then_some(now_ms);
        tx.queue(sql, values![id, partner, sms_id, *order, *message, state, now_ms, fault, settled_ms])?;
    }
    Ok(sms_seq + count)
}

/// How many wait for some partners, by their ids: each half by its own index.
macro_rules! waiting {
    ($of:literal) => {
        concat!(
            "SELECT p.id,
               (SELECT COUNT(*) FROM push WHERE partner_id = p.id AND state = 'waiting' AND tries = 0)
               + (SELECT COUNT(*) FROM push WHERE partner_id = p.id AND state = 'waiting' AND tries > 0)
             FROM partner p ",
            $of
        )
    };
}

/// How many wait for a partner.
pub(super) fn waiting_for(tx: &mut Tx<'_>, partner: i64) -> Result<i64, DbError> {
    Ok(tx.one(waiting!("WHERE p.id = $1"), values![partner])?.map_or(0, |row| row.int(1)))
}

/// How many wait for each partner.
pub(super) async fn waiting(app: &App) -> Result<HashMap<i64, i64>, DbError> {
    let rows = app.db.rows(waiting!("ORDER BY p.id LIMIT $1"), values![PARTNERS_MAX]).await?;
    Ok(rows.iter().map(|row| (row.int(0), row.int(1))).collect())
}

/// The partners that take nothing, or lost something after a time: the name, how many wait of those that were tried often
/// in vain, and how many were given up.
pub(crate) fn behind(tx: &mut Tx<'_>, after_ms: i64) -> Result<Vec<(String, i64, i64)>, DbError> {
    let sql = "SELECT p.slug, CAST(SUM(u.waits) AS BIGINT), CAST(SUM(u.lost) AS BIGINT)
         FROM (SELECT partner_id, 1 AS waits, 0 AS lost
               FROM push
               WHERE state = 'waiting' AND tries > 0 AND tries >= $1
               UNION ALL
               SELECT partner_id, 0 AS waits, 1 AS lost
               FROM push
               WHERE state <> 'waiting' AND settled_ms > $2 AND state = 'given_up') u
         JOIN partner p ON p.id = u.partner_id
         GROUP BY p.slug
         ORDER BY p.slug
         LIMIT $3";
    let rows = tx.all(sql, values![TRIES_MANY, after_ms, PARTNERS_MAX])?;
    Ok(rows.iter().map(|row| (row.text(0).to_owned(), row.int(1), row.int(2))).collect())
}
