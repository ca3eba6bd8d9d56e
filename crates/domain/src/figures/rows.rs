//! The SQL of the figures.

use super::Sums;
use super::count::Hour;
use crate::clock::HOUR_MS;
use crate::db::{DbError, Row, Tx, id_list};
use crate::money::Usd;
use crate::values;

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

/// The sums of rows of `figure`, as [`sums`] reads them from the second column on.
macro_rules! summed {
    ($key:literal, $rest:literal) => {
        concat!(
            "SELECT ",
            $key,
            ", CAST(SUM(orders) AS BIGINT), CAST(SUM(delivered) AS BIGINT), CAST(SUM(given_up) AS BIGINT),
               CAST(SUM(rentals) AS BIGINT), CAST(SUM(revenue) AS BIGINT), CAST(SUM(released) AS BIGINT),
               CAST(SUM(refunded) AS BIGINT), CAST(SUM(cost) AS BIGINT)
             FROM figure
             WHERE hour_ms >= $1 ",
            $rest
        )
    };
}

fn sums(row: &Row) -> (i64, Sums) {
    let usd = |column: usize| Usd::from_micros(row.int(column));
    let sums = Sums {
        orders: row.int(1),
        delivered: row.int(2),
        given_up: row.int(3),
        rentals: row.int(4),
        revenue: usd(5),
        released: usd(6),
        refunded: usd(7),
        cost: usd(8),
    };
    (row.int(0), sums)
}

/// All that was counted from an hour on, by slices of some length, each by its start. A span has few slices, so nothing
/// is cut.
pub(super) fn slices(tx: &mut Tx<'_>, from_ms: i64, slice_ms: i64) -> Result<Vec<(i64, Sums)>, DbError> {
    let rows = tx.all(summed!("hour_ms / $2 * $2", "GROUP BY 1 ORDER BY 1"), values![from_ms, slice_ms])?;
    Ok(rows.iter().map(sums).collect())
}

/// By what a list of figures is told.
#[derive(Clone, Copy)]
pub(super) enum By {
    Service,
    Source,
}

/// What was counted from an hour on of those services or sources that sold most, the first first, at most `limit`; with
/// them, of how many something was counted.
pub(super) fn leaders(tx: &mut Tx<'_>, from_ms: i64, by: By, limit: i64) -> Result<(Vec<(i64, Sums)>, i64), DbError> {
    let (sql, count) = match by {
        By::Service => (
            summed!("service_id", "GROUP BY 1 ORDER BY SUM(orders + rentals) DESC, 1 LIMIT $2"),
            "SELECT COUNT(DISTINCT service_id) FROM figure WHERE hour_ms >= $1",
        ),
        By::Source => (
            summed!("source_id", "GROUP BY 1 ORDER BY SUM(orders + rentals) DESC, 1 LIMIT $2"),
            "SELECT COUNT(DISTINCT source_id) FROM figure WHERE hour_ms >= $1",
        ),
    };
    let leaders = tx.all(sql, values![from_ms, limit])?.iter().map(sums).collect();
    Ok((leaders, tx.one(count, values![from_ms])?.map_or(0, |row| row.int(0))))
}

/// What some services or sources sold from an hour on, as slice, id and count.
pub(super) fn sold(
    tx: &mut Tx<'_>,
    (from_ms, slice_ms): (i64, i64),
    by: By,
    ids: &[i64],
) -> Result<Vec<(i64, i64, i64)>, DbError> {
    let sql = match by {
        By::Service => {
            "SELECT f.hour_ms / $3 * $3, f.service_id, CAST(SUM(f.orders + f.rentals) AS BIGINT)
             FROM (json_pairs($1)) p
             JOIN figure f ON f.service_id = p.a
             WHERE f.hour_ms >= $2
             GROUP BY 1, 2"
        }
        By::Source => {
            "SELECT f.hour_ms / $3 * $3, f.source_id, CAST(SUM(f.orders + f.rentals) AS BIGINT)
             FROM (json_pairs($1)) p
             JOIN figure f ON f.source_id = p.a
             WHERE f.hour_ms >= $2
             GROUP BY 1, 2"
        }
    };
    let ids = id_list(ids);
    let rows = tx.all(sql, &[ids, from_ms.into(), slice_ms.into()])?;
    Ok(rows.iter().map(|row| (row.int(0), row.int(1), row.int(2))).collect())
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
