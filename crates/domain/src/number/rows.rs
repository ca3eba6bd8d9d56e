//! The SQL of numbers, and of which SIM is which.

use super::Candidate;
use super::pick::{ForSale, Pick};
use crate::App;
use crate::db::{DbError, Tx};
use crate::money::Usd;
use crate::product::Product;
use crate::values;

/// SIMs of one source that are listed.
const SIMS_MAX: i64 = 10_000;

/// A number that is active, of an enabled source, of a line that is not VoIP, and free of rentals; locked.
pub(super) fn lock_for_sale(tx: &mut Tx<'_>, number: Candidate, pick: &Pick<'_>) -> Result<Option<ForSale>, DbError> {
    let sql = "SELECT digits, cost, source_id
         FROM number
         WHERE id = $1
           AND state = 'active'
           AND is_offline = 0
           AND line_type <> 'voip'
           AND rented_until_ms <= $2
           AND (quiet_ms <= $2 OR $3 = 0)
         {for_update}";
    let is_rental = i64::from(pick.product != Product::ShortTerm);
    let row = tx.one(sql, values![number, pick.now_ms, is_rental])?;
    let row = row.filter(|row| pick.enabled_sources.contains(&row.int(2)));
    Ok(row.map(|row| ForSale { id: number, digits: row.text(0).to_owned(), cost: Usd::from_micros(row.int(1)) }))
}

/// Claims a number for a service if it is not leased for it, rests, or is burnt (N1, N3, N4).
pub(super) fn claim_use(tx: &mut Tx<'_>, number: Candidate, pick: &Pick<'_>) -> Result<bool, DbError> {
    let sql = "INSERT INTO number_use (number_id, service_id, free_ms, burnt, account_id)
         VALUES ($1, $2, $3, 0, $4)
         ON CONFLICT (number_id, service_id)
         DO UPDATE SET free_ms = $3, account_id = $4
         WHERE number_use.burnt = 0 AND number_use.free_ms <= $5";
    let free_ms = pick.end_ms.saturating_add(pick.product.pause_ms());
    let values = values![number, pick.service, free_ms, pick.account, pick.now_ms];
    Ok(tx.run(sql, values)? == 1)
}

/// Claims it for the customer who had it last, who need not wait for the pause to end.
pub(super) fn claim_use_again(tx: &mut Tx<'_>, number: Candidate, pick: &Pick<'_>) -> Result<bool, DbError> {
    let sql = "UPDATE number_use
         SET free_ms = $3
         WHERE number_id = $1 AND service_id = $2 AND account_id = $4 AND free_ms <= $5";
    let pause = pick.product.pause_ms();
    let free_ms = pick.end_ms.saturating_add(pause);
    let ended_by = pick.now_ms.saturating_add(pause);
    Ok(tx.run(sql, values![number, pick.service, free_ms, pick.account, ended_by])? == 1)
}

/// Notes on the number until when it is not free for a rental, or for anything.
pub(super) fn occupy(tx: &mut Tx<'_>, number: i64, pick: &Pick<'_>) -> Result<(), DbError> {
    let free_ms = pick.end_ms.saturating_add(pick.product.pause_ms());
    let sql = match pick.product {
        Product::ShortTerm => "UPDATE number SET quiet_ms = $2 WHERE id = $1 AND quiet_ms < $2",
        Product::Rental1Day | Product::Rental30Day => "UPDATE number SET rented_until_ms = $2 WHERE id = $1",
    };
    tx.queue(sql, values![number, free_ms])
}

/// A number of a source, by its digits.
pub(crate) fn of_source(tx: &mut Tx<'_>, source: i64, digits: &str) -> Result<Option<i64>, DbError> {
    let sql = "SELECT id FROM number WHERE digits = $1 AND source_id = $2";
    Ok(tx.one(sql, values![digits, source])?.map(|row| row.int(0)))
}

/// The number that a SIM of a source is at a moment, with its digits.
pub(crate) fn of_sim(tx: &mut Tx<'_>, source: i64, sim: &str, at_ms: i64) -> Result<Option<(i64, String)>, DbError> {
    let sql = "SELECT n.id, n.digits
         FROM sim s
         JOIN number n ON n.id = s.number_id
         WHERE s.source_id = $1 AND s.name = $2 AND s.from_ms <= $3 AND (s.until_ms IS NULL OR s.until_ms > $3)
         ORDER BY s.from_ms DESC
         LIMIT 1";
    Ok(tx.one(sql, values![source, sim, at_ms])?.map(|row| (row.int(0), row.text(1).to_owned())))
}

/// Whether a number is another SIM of a source as well, than these two names.
pub(crate) fn has_other_sim(
    tx: &mut Tx<'_>,
    source: i64,
    number: i64,
    names: [&str; 2],
    at_ms: i64,
) -> Result<bool, DbError> {
    let sql = "SELECT 1
         FROM sim
         WHERE number_id = $1 AND source_id = $2 AND name <> $3 AND name <> $4
           AND from_ms <= $5 AND (until_ms IS NULL OR until_ms > $5)
         LIMIT 1";
    let [first, second] = names;
    Ok(tx.one(sql, values![number, source, first, second, at_ms])?.is_some())
}

/// Says which number a SIM is from now on.
pub(crate) fn map_sim(tx: &mut Tx<'_>, source: i64, sim: &str, number: i64, now_ms: i64) -> Result<(), DbError> {
    let end = "UPDATE sim SET until_ms = $3 WHERE source_id = $1 AND name = $2 AND until_ms IS NULL";
    tx.run(end, values![source, sim, now_ms])?;
    let sql = "INSERT INTO sim (source_id, name, number_id, from_ms) VALUES ($1, $2, $3, $4)
         ON CONFLICT (source_id, name, from_ms) DO UPDATE SET number_id = $3, until_ms = NULL";
    tx.run(sql, values![source, sim, number, now_ms])?;
    super::status::forget(tx, number)
}

/// Says that a SIM is no number any more; whether it was one.
pub(crate) fn unmap_sim(tx: &mut Tx<'_>, source: i64, sim: &str, now_ms: i64) -> Result<bool, DbError> {
    let sql = "UPDATE sim SET until_ms = $3 WHERE source_id = $1 AND name = $2 AND until_ms IS NULL";
    Ok(tx.run(sql, values![source, sim, now_ms])? > 0)
}

/// The mapped SIMs of a source, with their numbers' digits.
pub(crate) async fn sims(app: &App, source: i64) -> Result<Vec<(String, String)>, DbError> {
    let sql = "SELECT s.name, n.digits
         FROM sim s
         JOIN number n ON n.id = s.number_id
         WHERE s.source_id = $1 AND s.until_ms IS NULL
         ORDER BY s.name
         LIMIT $2";
    let rows = app.db.rows(sql, values![source, SIMS_MAX]).await?;
    Ok(rows.iter().map(|row| (row.text(0).to_owned(), row.text(1).to_owned())).collect())
}

/// Whether a number ends with its rental, because the operator has retired it.
pub(crate) fn is_retired(tx: &mut Tx<'_>, number: i64) -> Result<bool, DbError> {
    Ok(tx.one("SELECT 1 FROM number WHERE id = $1 AND state = 'retired'", values![number])?.is_some())
}

/// Whether a number is another house's, which alone lets it run on.
pub(crate) fn is_bought(tx: &mut Tx<'_>, number: i64) -> Result<bool, DbError> {
    Ok(tx.one("SELECT 1 FROM number WHERE id = $1 AND is_bought = 1", values![number])?.is_some())
}
