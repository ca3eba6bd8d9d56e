//! The quarantine as the operator goes through it: what waits there, without its texts, and whom each could be for.

use std::collections::HashMap;

use super::content::Content;
use super::deliver::DENIED;
use super::quarantine::QuarantineRefusal;
use super::{days, route};
use crate::App;
use crate::account;
use crate::db::{DbError, Row, Tx};
use crate::number;
use crate::product::Product;
use crate::seal::Key;
use crate::{catalog, values};

/// Messages in one page, at most.
const PAGE_MAX: i64 = 200;
/// Signs of a sender that are shown without a reason.
const SENDER_SHOWN: usize = 2;

/// A message in quarantine, without its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    /// Its id.
    pub id: i64,
    /// The source it came from.
    pub source: i64,
    /// The number it came in on, in E.164 digits without the plus, if that is known.
    pub digits: Option<String>,
    /// Why nobody got it, by a word.
    pub reason: String,
    /// When it reached us.
    pub received_ms: i64,
    /// How its sender begins; `None` once it is erased.
    pub sender: Option<String>,
}

/// An order or rental that had the number at about the time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// The order or rental.
    pub order: i64,
    /// What kind it is.
    pub product: Product,
    /// The account's id.
    pub account: i64,
    /// The account's name.
    pub name: String,
    /// The service's slug.
    pub service: String,
    /// When the lease began.
    pub start_ms: i64,
    /// When it ends or ended.
    pub end_ms: i64,
    /// Whether the message can be given to it: it had the number when the message came, and its texts are not erased.
    pub can_have: bool,
}

/// The place of a message in the list: when it came, and its id.
pub type Place = (i64, i64);

/// What waits in quarantine, newest first, below a place, of one reason or (empty) of all; at most `limit` and 200. With
/// it the place to go on from, if there is more.
///
/// # Errors
/// What the database said.
pub async fn in_quarantine(
    app: &App,
    reason: &str,
    before: Option<Place>,
    limit: i64,
) -> Result<(Vec<Held>, Option<Place>), DbError> {
    let (house, reason, limit) = (app.clone(), reason.to_owned(), limit.clamp(1, PAGE_MAX));
    let look = move |tx: &mut Tx<'_>| page(tx, &house, &reason, before.unwrap_or((i64::MAX, i64::MAX)), limit);
    app.db.read(look).await
}

fn page(
    tx: &mut Tx<'_>,
    app: &App,
    reason: &str,
    before: Place,
    limit: i64,
) -> Result<(Vec<Held>, Option<Place>), DbError> {
    let sql = "SELECT id, source_id, number_id, reason, received_ms, sealed_day, sealed
         FROM message
         WHERE state = 'quarantined'
           AND (received_ms < $1 OR (received_ms = $1 AND id < $2))
           AND (reason = $3 OR $3 = '')
         ORDER BY received_ms DESC, id DESC
         LIMIT $4";
    let rows = tx.all(sql, values![before.0, before.1, reason, limit])?;
    let numbers: Vec<i64> = rows.iter().filter_map(|row| row.opt_int(2)).collect();
    let digits = number::digits(tx, &numbers)?;
    let mut keys = HashMap::new();
    let mut all = Vec::with_capacity(rows.len());
    for row in &rows {
        all.push(Held {
            id: row.int(0),
            source: row.int(1),
            digits: row.opt_int(2).and_then(|number| digits.get(&number).cloned()),
            reason: row.opt_text(3).unwrap_or("").to_owned(),
            received_ms: row.int(4),
            sender: sender_of(tx, app, row, &mut keys)?,
        });
    }
    let is_full = i64::try_from(all.len()).is_ok_and(|count| count == limit);
    let next = all.last().filter(|_| is_full).map(|held| (held.received_ms, held.id));
    Ok((all, next))
}

/// How the sender of a message begins: enough to tell a bank's short code from a person's number, and no more.
fn sender_of(
    tx: &mut Tx<'_>,
    app: &App,
    row: &Row,
    keys: &mut HashMap<i64, Option<Key>>,
) -> Result<Option<String>, DbError> {
    let (Some(day), Some(sealed)) = (row.opt_int(5), row.opt_blob(6)) else { return Ok(None) };
    if let std::collections::hash_map::Entry::Vacant(place) = keys.entry(day) {
        place.insert(days::find(tx, &app.vault, day)?);
    }
    let Some(Some(key)) = keys.get(&day) else { return Ok(None) };
    let sender = Content::open(key, row.int(0), sealed)?.sender;
    Ok(Some(masked(&sender)))
}

fn masked(sender: &str) -> String {
    let shown: String = sender.chars().take(SENDER_SHOWN).collect();
    if sender.is_empty() { shown } else { format!("{shown}…") }
}

/// One message in quarantine, without its text, and whom it could be for: who had its number at the time or lost it
/// within a day before, who lost it last first.
///
/// # Errors
/// See [`QuarantineRefusal`].
pub async fn held(app: &App, id: i64) -> Result<(Held, Vec<Candidate>), QuarantineRefusal> {
    let (house, catalog) = (app.clone(), catalog::catalog(app).await?);
    let look = move |tx: &mut Tx<'_>| {
        let sql = "SELECT id, source_id, number_id, reason, received_ms, sealed_day, sealed
             FROM message
             WHERE id = $1 AND state = 'quarantined'";
        let row = tx.one(sql, values![id])?.ok_or(QuarantineRefusal::NoMessage)?;
        let sender = sender_of(tx, &house, &row, &mut HashMap::new())?;
        let (reason, received_ms) = (row.opt_text(3).unwrap_or("").to_owned(), row.int(4));
        let mut found = Held { id, source: row.int(1), digits: None, reason, received_ms, sender };
        let Some(number) = row.opt_int(2) else { return Ok((found, Vec::new())) };
        found.digits = number::digits(tx, &[number])?.remove(&number);
        let leases = number::near(tx, number, received_ms - route::LONGEST_PAUSE_MS, received_ms)?;
        let accounts: Vec<i64> = leases.iter().map(|lease| lease.account).collect();
        let names = account::names(tx, &accounts)?;
        let is_open = found.sender.is_some() && !found.reason.starts_with(DENIED);
        let mut candidates = Vec::with_capacity(leases.len());
        for lease in &leases {
            candidates.push(Candidate {
                order: lease.order,
                product: lease.product,
                account: lease.account,
                name: names.get(&lease.account).cloned().unwrap_or_default(),
                service: catalog.slug(lease.service).to_owned(),
                start_ms: lease.start_ms,
                end_ms: lease.end_ms,
                can_have: is_open && lease.runs_at(received_ms) && lease.key(&house.vault)?.is_some(),
            });
        }
        Ok((found, candidates))
    };
    app.db.read(look).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sender_shows_how_it_begins() {
        assert_eq!(masked("+12025550147"), "+1…");
        assert_eq!(masked("Chase"), "Ch…");
        assert_eq!(masked(""), "");
    }
}
