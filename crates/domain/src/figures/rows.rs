//! The SQL of the figures.

use super::Sums;
use super::count::Hour;
use crate::clock::HOUR_MS;
use crate::db::{DbError, Row, Tx};
use crate::money::Usd;
use crate::values;

/// Rows of a report, at most: those of a month of a house with 50 services on 6 sources, by the day.
const REPORT_MAX: i64 = 10_000;
/// Old rows that are forgotten at once.
const FORGET_MAX: i64 = 5_000;

/// Takes the turn to count. `None`: nothing was ever counted; `Some(None)`: another took it after `before_ms`.
pub(super) fn take_turn(tx: &mut Tx<'_>, now_ms: i64, before_ms: i64) -> Result<Option<Option<i64>>, DbError> {
    let sql = "SELECT final_ms, counted_ms FROM figure_mark WHERE id = 1 {for_update}";
    let Some(row) = tx.one(sql, &[])? else { return Ok(None) };
    if row.int(1) > before_ms && row.int(1) <= now_ms {
        return Ok(Some(None));
    }
    tx.run("UPDATE figure_mark SET counted_ms = $1 WHERE id = 1", values![now_ms])?;
    Ok(Some(Some(row.int(0))))
}

/// Gives the turn to whoever comes next, because hours are left to count.
pub(super) fn give_turn(tx: &mut Tx<'_>) -> Result<(), DbError> {
    tx.queue("UPDATE figure_mark SET counted_ms = 0 WHERE id = 1", &[])
}

/// Begins to count from an hour on; tells the hour that counting begins at, if another node was faster.
pub(super) fn begin(tx: &mut Tx<'_>, hour_ms: i64, now_ms: i64) -> Result<i64, DbError> {
    let sql = "INSERT INTO figure_mark (id, final_ms, counted_ms)
         VALUES (1, $1, $2)
         ON CONFLICT (id) DO UPDATE SET counted_ms = $2
         RETURNING final_ms";
    Ok(tx.one(sql, values![hour_ms, now_ms])?.ok_or(DbError::Damaged("an upsert has a row"))?.int(0))
}

/// Keeps what was counted of an hour in place of what was before.
pub(super) fn keep(tx: &mut Tx<'_>, hour_ms: i64, counted: &Hour, is_final: bool) -> Result<(), DbError> {
    // The mark's row keeps two nodes from writing one hour at once, and what is final stays.
    let mark = tx.one("SELECT final_ms FROM figure_mark WHERE id = 1 {for_update}", &[])?;
    if mark.is_none_or(|mark| mark.int(0) > hour_ms) {
        return Ok(());
    }
    tx.queue("DELETE FROM figure WHERE hour_ms = $1", values![hour_ms])?;
    tx.queue("DELETE FROM figure_wait WHERE hour_ms = $1", values![hour_ms])?;
    let insert = "INSERT INTO figure
           (hour_ms, service_id, source_id, orders, delivered, given_up, rentals, revenue, released, refunded, cost)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
    for ((service, source), sums) in &counted.sums {
        let Sums { orders, delivered, given_up, rentals, revenue, released, refunded, cost } = *sums;
        let values = values![
            hour_ms, *service, *source, orders, delivered, given_up, rentals, revenue, released, refunded, cost
        ];
        tx.queue(insert, values)?;
    }
    let insert = "INSERT INTO figure_wait (hour_ms, step, count) VALUES ($1, $2, $3)";
    for (step, count) in &counted.waits {
        tx.queue(insert, values![hour_ms, *step, *count])?;
    }
    if is_final {
        tx.queue(
            "UPDATE figure_mark SET final_ms = $2 WHERE id = 1 AND final_ms = $1",
            values![hour_ms, hour_ms + HOUR_MS],
        )?;
    }
    Ok(())
}

/// Forgets hours before a time.
pub(super) fn forget(tx: &mut Tx<'_>, before_ms: i64) -> Result<(), DbError> {
    let sql = "DELETE FROM figure
         WHERE (hour_ms, service_id, source_id) IN
           (SELECT hour_ms, service_id, source_id FROM figure WHERE hour_ms < $1 ORDER BY hour_ms LIMIT $2)";
    tx.queue(sql, values![before_ms, FORGET_MAX])?;
    tx.queue("DELETE FROM figure_wait WHERE hour_ms < $1", values![before_ms])
}

/// What was counted of one slice of time, service and source.
pub(super) struct Part {
    pub(super) slice_ms: i64,
    pub(super) service: i64,
    pub(super) source: i64,
    pub(super) sums: Sums,
}

/// What was counted from an hour on, by slices of some length.
pub(super) fn parts(tx: &mut Tx<'_>, from_ms: i64, slice_ms: i64) -> Result<Vec<Part>, DbError> {
    let sql = "SELECT hour_ms / $2, service_id, source_id, CAST(SUM(orders) AS BIGINT), CAST(SUM(delivered) AS BIGINT),
           CAST(SUM(given_up) AS BIGINT), CAST(SUM(rentals) AS BIGINT), CAST(SUM(revenue) AS BIGINT),
           CAST(SUM(released) AS BIGINT), CAST(SUM(refunded) AS BIGINT), CAST(SUM(cost) AS BIGINT)
         FROM figure
         WHERE hour_ms >= $1
         GROUP BY 1, 2, 3
         ORDER BY 1 DESC, 2, 3
         LIMIT $3";
    let usd = |row: &Row, column: usize| Usd::from_micros(row.int(column));
    let part = |row: &Row| Part {
        slice_ms: row.int(0) * slice_ms,
        service: row.int(1),
        source: row.int(2),
        sums: Sums {
            orders: row.int(3),
            delivered: row.int(4),
            given_up: row.int(5),
            rentals: row.int(6),
            revenue: usd(row, 7),
            released: usd(row, 8),
            refunded: usd(row, 9),
            cost: usd(row, 10),
        },
    };
    Ok(tx.all(sql, values![from_ms, slice_ms, REPORT_MAX])?.iter().map(part).collect())
}

/// How many codes came within which step of waiting, from an hour on.
pub(super) fn waits(tx: &mut Tx<'_>, from_ms: i64) -> Result<Vec<(i64, i64)>, DbError> {
    let sql =
        "SELECT step, CAST(SUM(count) AS BIGINT) FROM figure_wait WHERE hour_ms >= $1 GROUP BY step ORDER BY step";
    Ok(tx.all(sql, values![from_ms])?.iter().map(|row| (row.int(0), row.int(1))).collect())
}

/// When the newest hours were last counted; none: never.
pub(super) fn counted_ms(tx: &mut Tx<'_>) -> Result<Option<i64>, DbError> {
    Ok(tx.one("SELECT counted_ms FROM figure_mark WHERE id = 1", &[])?.map(|row| row.int(0)))
}
