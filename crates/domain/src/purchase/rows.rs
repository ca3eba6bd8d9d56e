//! The SQL of purchases, and of the searches that they belong to.

use super::State;
use crate::clock::SECOND_MS;
use crate::db::{DbError, Row, Tx, word};
use crate::money::Usd;
use crate::order::Sale;
use crate::policy::limits::Usage;
use crate::product::Product;
use crate::request::{Once, OpenKey};
use crate::supply::Window;
use crate::values;

/// How long a verb that gives something back is left alone by the worker.
const CANCEL_MS: i64 = 15 * SECOND_MS;

/// One attempt to buy a number, as it is kept.
#[derive(Clone)]
pub(super) struct Purchase {
    pub(super) id: i64,
    pub(super) order: i64,
    pub(super) source: i64,
    pub(super) service: i64,
    pub(super) product: Product,
    pub(super) code: String,
    pub(super) state: State,
    pub(super) asked: Usd,
    pub(super) charged: Usd,
    pub(super) refunded: Usd,
    pub(super) their_id: Option<String>,
    pub(super) digits: Option<String>,
    pub(super) reason: String,
    pub(super) window: Window,
    pub(super) open_until_ms: Option<i64>,
    pub(super) cancel_ms: Option<i64>,
    pub(super) wanted_ms: i64,
    pub(super) faults: i64,
    pub(super) created_ms: i64,
    pub(super) deadline_ms: i64,
    pub(super) ended_ms: Option<i64>,
}

impl Purchase {
    /// Our name of it at its house.
    pub(super) fn reference(&self) -> String {
        reference(self.order, self.id)
    }
}

/// Our name of a purchase at its house.
pub(super) fn reference(order: i64, id: i64) -> String {
    format!("{order}-{id}")
}

/// A statement that reads whole purchases.
macro_rules! purchases {
    ($rest:literal) => {
        concat!(
            "SELECT id, order_id, source_id, service_id, product, code, state, asked, charged, refunded, their_id, digits,
                    reason, manner, window_ms, open_until_ms, cancel_ms, wanted_ms, faults, created_ms, deadline_ms,
                    ended_ms
             FROM purchase
             ",
            $rest
        )
    };
}
pub(super) use purchases;

pub(super) fn purchase(row: &Row) -> Result<Purchase, DbError> {
    Ok(Purchase {
        id: row.int(0),
        order: row.int(1),
        source: row.int(2),
        service: row.int(3),
        product: row.product(4)?,
        code: row.text(5).to_owned(),
        state: word(State::from_word(row.text(6)), "a purchase's state")?,
        asked: Usd::from_micros(row.int(7)),
        charged: Usd::from_micros(row.int(8)),
        refunded: Usd::from_micros(row.int(9)),
        their_id: row.opt_text(10).map(str::to_owned),
        digits: row.opt_text(11).map(str::to_owned),
        reason: row.text(12).to_owned(),
        window: word(window(row.text(13), row.opt_int(14)), "a window")?,
        open_until_ms: row.opt_int(15),
        cancel_ms: row.opt_int(16),
        wanted_ms: row.int(17),
        faults: row.int(18),
        created_ms: row.int(19),
        deadline_ms: row.int(20),
        ended_ms: row.opt_int(21),
    })
}

/// How a number receives, as it is kept.
pub(super) fn manner(window: Window) -> (&'static str, Option<i64>) {
    match window {
        Window::Whole { ms } => ("whole", ms),
        Window::Reused { ms } => ("reused", Some(ms)),
        Window::Activated { ms } => ("activated", Some(ms)),
    }
}

pub(super) fn window(manner: &str, ms: Option<i64>) -> Option<Window> {
    match (manner, ms) {
        ("whole", ms) => Some(Window::Whole { ms }),
        ("reused", Some(ms)) => Some(Window::Reused { ms }),
        ("activated", Some(ms)) => Some(Window::Activated { ms }),
        _ => None,
    }
}

/// A purchase, without a lock.
pub(super) fn find(tx: &mut Tx<'_>, id: i64) -> Result<Option<Purchase>, DbError> {
    tx.one(purchases!("WHERE id = $1"), values![id])?.map(|row| purchase(&row)).transpose()
}

/// A purchase, locked until the story ends; its search must be locked before.
pub(super) fn locked(tx: &mut Tx<'_>, id: i64) -> Result<Purchase, DbError> {
    let row = tx.one(purchases!("WHERE id = $1 {for_update}"), values![id])?;
    purchase(&row.ok_or(DbError::Damaged("a purchase is missing"))?)
}

/// The purchase that serves an order, or is being given back for it.
pub(super) fn of_order(tx: &mut Tx<'_>, order: i64) -> Result<Option<Purchase>, DbError> {
    let sql = purchases!("WHERE order_id = $1 AND serves = 1 AND state IN ('bought', 'rejecting')");
    tx.one(sql, values![order])?.map(|row| purchase(&row)).transpose()
}

/// A purchase that is about to be asked for.
#[derive(Clone)]
pub(super) struct NewPurchase {
    pub(super) id: i64,
    pub(super) order: i64,
    pub(super) source: i64,
    pub(super) service: i64,
    pub(super) product: Product,
    pub(super) code: String,
    pub(super) asked: Usd,
    pub(super) window: Window,
    pub(super) now_ms: i64,
    pub(super) deadline_ms: i64,
}

pub(super) fn insert(tx: &mut Tx<'_>, new: &NewPurchase) -> Result<(), DbError> {
    let sql = "INSERT INTO purchase
           (id, order_id, source_id, service_id, product, code, state, asked, manner, window_ms, created_ms, deadline_ms,
            look_ms)
         VALUES ($1, $2, $3, $4, $5, $6, 'asking', $7, $8, $9, $10, $11, NULL)";
    let (manner, window_ms) = manner(new.window);
    let values = values![
        new.id,
        new.order,
        new.source,
        new.service,
        new.product,
        &new.code,
        new.asked,
        manner,
        window_ms,
        new.now_ms,
        new.deadline_ms
    ];
    tx.queue(sql, values)
}

/// A search for a number, as it is kept.
#[derive(Clone)]
pub(super) struct Sourcing {
    pub(super) order: i64,
    pub(super) account: i64,
    pub(super) service: i64,
    pub(super) product: Product,
    pub(super) price: Usd,
    pub(super) hold: i64,
    pub(super) keep_ms: i64,
    pub(super) is_open: bool,
    pub(super) key: Option<(String, String)>,
    pub(super) created_ms: i64,
    pub(super) end_ms: i64,
}

impl Sourcing {
    /// The Idempotency-Key that waits for it.
    pub(super) fn open_key(&self) -> Option<OpenKey<'_>> {
        let account = self.account;
        self.key.as_ref().map(|(route, name)| OpenKey { account, route, name })
    }
}

const SOURCING: &str = "SELECT order_id, account_id, service_id, product, price, hold, keep_ms, state, route, key_name,
        created_ms, end_ms
     FROM sourcing
     WHERE order_id = $1";

const SOURCING_LOCKED: &str =
    "SELECT order_id, account_id, service_id, product, price, hold, keep_ms, state, route, key_name,
        created_ms, end_ms
     FROM sourcing
     WHERE order_id = $1 {for_update}";

fn sourcing_of(row: &Row) -> Result<Sourcing, DbError> {
    let (route, name) = (row.opt_text(8).map(str::to_owned), row.opt_text(9).map(str::to_owned));
    Ok(Sourcing {
        order: row.int(0),
        account: row.int(1),
        service: row.int(2),
        product: row.product(3)?,
        price: Usd::from_micros(row.int(4)),
        hold: row.int(5),
        keep_ms: row.int(6),
        is_open: row.text(7) == "open",
        key: route.zip(name),
        created_ms: row.int(10),
        end_ms: row.int(11),
    })
}

/// The search for an order's number, without a lock.
pub(super) fn sourcing(tx: &mut Tx<'_>, order: i64) -> Result<Option<Sourcing>, DbError> {
    tx.one(SOURCING, values![order])?.map(|row| sourcing_of(&row)).transpose()
}

/// The search for an order's number, locked until the story ends; key and account must be locked before.
pub(super) fn sourcing_locked(tx: &mut Tx<'_>, order: i64) -> Result<Sourcing, DbError> {
    let row = tx.one(SOURCING_LOCKED, values![order])?;
    sourcing_of(&row.ok_or(DbError::Damaged("a purchase without its search"))?)
}

pub(super) fn insert_sourcing(
    tx: &mut Tx<'_>,
    sale: &Sale,
    hold: i64,
    once: Option<&Once>,
    (area_code, choice): (Option<u16>, &str),
) -> Result<(), DbError> {
    let sql = "INSERT INTO sourcing
           (order_id, account_id, service_id, product, price, hold, keep_ms, area_code, state, route, key_name, choice,
            created_ms, end_ms)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'open', $9, $10, $11, $12, $13)";
    let values = values![
        sale.order,
        sale.caller.account,
        sale.service,
        sale.product,
        sale.price,
        hold,
        sale.caller.keep_ms,
        area_code.map(i64::from),
        once.map(|once| once.route),
        once.map(|once| once.name.clone()),
        choice,
        sale.now_ms,
        sale.end_ms
    ];
    tx.queue(sql, values)
}

/// What an account has under way with other houses: orders, rentals and terms of them that are paid for and not made yet.
pub(crate) fn under_way(tx: &mut Tx<'_>, account: i64, service: Option<i64>) -> Result<Usage, DbError> {
    let sql = "SELECT COUNT(*), CAST(COALESCE(SUM(price), 0) AS BIGINT),
           CAST(COALESCE(SUM(CASE WHEN service_id = $2 THEN 1 ELSE 0 END), 0) AS BIGINT)
         FROM sourcing
         WHERE account_id = $1 AND state = 'open'";
    let row = tx.one(sql, values![account, service])?.ok_or(DbError::Damaged("a sum has a row"))?;
    let (orders, spend) = (row.int(0), Usd::from_micros(row.int(1)));
    // A term that is not decided yet counts as the payment that it may become.
    let sql = "SELECT COUNT(*), CAST(COALESCE(SUM(price), 0) AS BIGINT)
         FROM renewal
         WHERE account_id = $1 AND state IN ('asking', 'in_doubt')";
    let terms = tx.one(sql, values![account])?.ok_or(DbError::Damaged("a sum has a row"))?;
    let spend = spend.checked_add(Usd::from_micros(terms.int(1))).ok_or(DbError::Damaged("a sum"))?;
    Ok(Usage {
        open: orders,
        day_orders: orders + terms.int(0),
        day_spend: spend,
        hour_orders: orders + terms.int(0),
        hour_same_service: row.int(2),
        ..Usage::default()
    })
}

/// Decides a search.
pub(super) fn decide(tx: &mut Tx<'_>, order: i64, state: &str, now_ms: i64) -> Result<(), DbError> {
    tx.queue("UPDATE sourcing SET state = $2, decided_ms = $3 WHERE order_id = $1", values![order, state, now_ms])
}

/// How many purchases of a search are being asked for or in doubt.
pub(super) fn undecided(tx: &mut Tx<'_>, order: i64) -> Result<i64, DbError> {
    let sql = "SELECT COUNT(*) FROM purchase WHERE order_id = $1 AND state IN ('asking', 'in_doubt')";
    Ok(tx.one(sql, values![order])?.map_or(0, |row| row.int(0)))
}

/// Whether a house of a search could not sell for a reason that is no lack of numbers.
pub(super) fn has_trouble(tx: &mut Tx<'_>, order: i64) -> Result<bool, DbError> {
    let sql = "SELECT 1
         FROM purchase
         WHERE order_id = $1 AND state = 'refused' AND reason NOT IN ('no_numbers', 'price_above')
         LIMIT 1";
    Ok(tx.one(sql, values![order])?.is_some())
}

/// Certainly nothing was bought.
pub(super) fn refuse(tx: &mut Tx<'_>, id: i64, reason: &str, now_ms: i64) -> Result<(), DbError> {
    let sql = "UPDATE purchase
         SET state = 'refused', reason = $2, answered_ms = COALESCE(answered_ms, $3), ended_ms = $3, look_ms = NULL
         WHERE id = $1 AND state IN ('asking', 'in_doubt')";
    tx.queue(sql, values![id, reason, now_ms])
}

/// It may have been bought: the worker looks from now on.
pub(super) fn doubt(tx: &mut Tx<'_>, id: i64, reason: &str, now_ms: i64) -> Result<(), DbError> {
    let sql = "UPDATE purchase
         SET state = 'in_doubt', reason = $2, look_ms = $3, faults = 0
         WHERE id = $1 AND state = 'asking'";
    tx.queue(sql, values![id, reason, now_ms])
}

/// What a purchase came to that was made.
pub(super) struct Made<'a> {
    pub(super) their_id: &'a str,
    pub(super) digits: Option<&'a str>,
    pub(super) charged: Usd,
    pub(super) open_until_ms: Option<i64>,
}

/// It was bought; whether nobody wrote that down before.
pub(super) fn bought(tx: &mut Tx<'_>, id: i64, made: &Made<'_>, now_ms: i64) -> Result<bool, DbError> {
    let sql = "UPDATE purchase
         SET state = 'bought', their_id = $2, digits = $3, charged = $4, open_until_ms = $5, answered_ms = $6,
             look_ms = $6, faults = 0, reason = ''
         WHERE id = $1 AND state IN ('asking', 'in_doubt')";
    let Made { their_id, digits, charged, open_until_ms } = *made;
    Ok(tx.run(sql, values![id, their_id, digits, charged, open_until_ms, now_ms])? == 1)
}

/// Whether a house's id is another purchase's already.
pub(super) fn is_known(tx: &mut Tx<'_>, source: i64, their_id: &str, but: i64) -> Result<bool, DbError> {
    let sql = "SELECT 1 FROM purchase WHERE source_id = $1 AND their_id = $2 AND id <> $3";
    Ok(tx.one(sql, values![source, their_id, but])?.is_some())
}

/// The purchases that are being asked for at a house, oldest first.
pub(super) fn asking(tx: &mut Tx<'_>, source: i64) -> Result<Vec<Purchase>, DbError> {
    let sql = purchases!("WHERE source_id = $1 AND state = 'asking' ORDER BY id LIMIT 1000");
    tx.all(sql, values![source])?.iter().map(purchase).collect()
}

/// The purchases that are in doubt at a house, oldest first.
pub(super) fn doubted(tx: &mut Tx<'_>, source: i64) -> Result<Vec<Purchase>, DbError> {
    let sql = purchases!("WHERE source_id = $1 AND state = 'in_doubt' ORDER BY id LIMIT 1000");
    tx.all(sql, values![source])?.iter().map(purchase).collect()
}

/// Its order is made on it, and is listened for from now on.
pub(super) fn serve(tx: &mut Tx<'_>, id: i64, now_ms: i64) -> Result<(), DbError> {
    tx.queue("UPDATE purchase SET serves = 1, wanted_ms = $2 WHERE id = $1", values![id, now_ms])
}

/// Whether its order is made on it.
pub(super) fn is_serving(tx: &mut Tx<'_>, id: i64) -> Result<bool, DbError> {
    Ok(tx.one("SELECT 1 FROM purchase WHERE id = $1 AND serves = 1", values![id])?.is_some())
}

/// Its customer wishes to be rid of it; whether it served until now.
pub(super) fn cancel(tx: &mut Tx<'_>, id: i64, now_ms: i64) -> Result<bool, DbError> {
    let sql = "UPDATE purchase
         SET state = 'rejecting', reason = 'cancelled', cancel_ms = COALESCE(cancel_ms, $2), look_ms = $3, faults = 0
         WHERE id = $1 AND state IN ('bought', 'rejecting')";
    // The worker looks after the verb that asks right now, if that does not come back.
    Ok(tx.run(sql, values![id, now_ms, now_ms + CANCEL_MS])? == 1)
}

/// It serves on, because its house does not take it back.
pub(super) fn keep(tx: &mut Tx<'_>, id: i64, now_ms: i64) -> Result<(), DbError> {
    let sql = "UPDATE purchase SET state = 'bought', cancel_ms = NULL, look_ms = $2, faults = 0, reason = ''
         WHERE id = $1 AND state = 'rejecting'";
    tx.queue(sql, values![id, now_ms])
}

/// Until when it receives.
pub(super) fn set_open(tx: &mut Tx<'_>, id: i64, open_until_ms: Option<i64>) -> Result<(), DbError> {
    tx.queue("UPDATE purchase SET open_until_ms = $2 WHERE id = $1", values![id, open_until_ms])
}

/// A message came on it.
pub(super) fn delivered(tx: &mut Tx<'_>, id: i64, now_ms: i64) -> Result<(), DbError> {
    tx.queue("UPDATE purchase SET delivered_ms = $2 WHERE id = $1 AND delivered_ms IS NULL", values![id, now_ms])
}

/// Somebody waits for a message on it; it is looked at now.
pub(super) fn want(tx: &mut Tx<'_>, id: i64, now_ms: i64) -> Result<(), DbError> {
    let sql = "UPDATE purchase SET wanted_ms = $2, look_ms = CASE WHEN look_ms > $2 THEN $2 ELSE look_ms END
         WHERE id = $1 AND state = 'bought'";
    tx.queue(sql, values![id, now_ms])
}

/// It is to be given back.
pub(super) fn reject(tx: &mut Tx<'_>, id: i64, reason: &str, now_ms: i64) -> Result<(), DbError> {
    let sql = "UPDATE purchase
         SET state = 'rejecting', reason = $2, look_ms = $3, faults = 0
         WHERE id = $1 AND state = 'bought'";
    tx.queue(sql, values![id, reason, now_ms])
}

/// It was paid for and is not known at all: nothing more can be done about it.
pub(super) fn lose(tx: &mut Tx<'_>, id: i64, charged: Usd, reason: &str, now_ms: i64) -> Result<(), DbError> {
    let sql = "UPDATE purchase
         SET state = 'done', charged = $2, reason = $3, answered_ms = COALESCE(answered_ms, $4), ended_ms = $4,
             look_ms = NULL
         WHERE id = $1 AND state IN ('asking', 'in_doubt')";
    tx.queue(sql, values![id, charged, reason, now_ms])
}

/// It is over: given back, or paid for.
pub(super) fn end(
    tx: &mut Tx<'_>,
    id: i64,
    (state, refunded): (State, Usd),
    reason: &str,
    now_ms: i64,
) -> Result<bool, DbError> {
    let sql = "UPDATE purchase
         SET state = $2, refunded = $3, reason = CASE WHEN $4 = '' THEN reason ELSE $4 END, ended_ms = $5, look_ms = NULL
         WHERE id = $1 AND state IN ('bought', 'rejecting')";
    Ok(tx.run(sql, values![id, state.word(), refunded, reason, now_ms])? == 1)
}

/// When its house is asked next, and how many answers were missing in a row.
pub(super) fn look_at(tx: &mut Tx<'_>, id: i64, (at_ms, faults): (i64, i64)) -> Result<(), DbError> {
    let sql = "UPDATE purchase SET look_ms = $2, faults = $3 WHERE id = $1 AND ended_ms IS NULL";
    tx.queue(sql, values![id, at_ms, faults])
}
