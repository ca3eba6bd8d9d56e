//! The shelf: candidates ready to be taken, so that a pick costs the same however many numbers there are and however
//! many of them are used up.
//!
//! A candidate is only a hint; [`super::take`] checks it again under its lock. There is a shelf for each service, form
//! of sale and area code that is asked for. It is filled from two places: numbers that were leased for the service
//! before and are free again, by an index that holds only those; and numbers that never were, by a cursor that walks
//! the numbers in the order of their ids and so passes each used-up number once, not at every pick.
//!
//! Candidates that an order has in its hands are lent: nobody else tries them, and an order that finds nothing else
//! waits for what becomes of them, so that the last numbers are sold before anybody hears that there are none.

use std::collections::{HashMap, HashSet};
use std::pin::pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::timeout;

use super::Candidate;
use crate::App;
use crate::clock::SECOND_MS;
use crate::db::{DbError, Tx};
use crate::product::Product;
use crate::values;

/// Candidates on one shelf, at most.
const READY_MAX: usize = 2_000;
/// Below this the worker fills a shelf up.
const READY_LOW: usize = 500;
/// Candidates that one order tries.
const TRIES_MAX: usize = 8;
/// Numbers that the cursor passes in one look.
const WINDOW: i64 = 4_000;
/// Looks that one order waits for when its shelf is empty: 400,000 numbers.
const LOOKS_MAX: usize = 100;
/// How long an order waits for what others have in their hands: longer than the database lets one of them wait.
const LENT_WAIT: Duration = Duration::from_secs(5);
/// Shelves that are kept; one that nobody asked for in a while is dropped first.
const SHELVES_MAX: usize = 20_000;

/// What a shelf is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct ShelfKey {
    pub(crate) service: i64,
    pub(crate) is_rental: bool,
    pub(crate) area_code: Option<i64>,
}

impl ShelfKey {
    pub(crate) fn new(service: i64, product: Product, area_code: Option<u16>) -> Self {
        Self { service, is_rental: product != Product::ShortTerm, area_code: area_code.map(i64::from) }
    }
}

#[derive(Default)]
pub(super) struct Slot {
    ready: Vec<Candidate>,
    /// In the hands of orders under way.
    lent: HashSet<Candidate>,
    /// Sold since the last look began, which may have seen them unsold.
    gone: HashSet<Candidate>,
    /// Tells those who wait that something came back, or that nothing will.
    returned: Arc<Notify>,
    /// The last number that the cursor passed.
    cursor: i64,
    /// When the cursor may begin again: a turn over many numbers is not repeated every second.
    next_turn_ms: i64,
    looks_this_turn: i64,
    asked_ms: i64,
}

/// All shelves of this node.
#[derive(Default)]
pub(crate) struct Shelf {
    slots: Mutex<HashMap<ShelfKey, Slot>>,
    /// One order fills a shelf, the others wait for it.
    filling: tokio::sync::Mutex<()>,
    pub(super) stock: super::StockCache,
}

impl Shelf {
    pub(super) fn with<T>(&self, key: ShelfKey, work: impl FnOnce(&mut Slot) -> T) -> T {
        let mut slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
        if slots.len() >= SHELVES_MAX && !slots.contains_key(&key) {
            let idle = slots.iter().filter(|(_, slot)| slot.lent.is_empty());
            let oldest = idle.min_by_key(|(_, slot)| slot.asked_ms).map(|(key, _)| *key);
            oldest.map(|oldest| slots.remove(&oldest));
        }
        work(slots.entry(key).or_default())
    }

    fn low(&self, asked_since_ms: i64) -> Vec<ShelfKey> {
        let slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
        let is_low = |slot: &Slot| slot.ready.len() < READY_LOW && slot.asked_ms >= asked_since_ms;
        slots.iter().filter(|(_, slot)| is_low(slot)).map(|(key, _)| *key).collect()
    }
}

/// Candidates in the hands of one order. Those that it has not tried are back on the shelf when it lets go of them,
/// however it ends.
pub(crate) struct Lent {
    app: App,
    key: ShelfKey,
    candidates: Vec<Candidate>,
    /// How many of them, from the first on, are not for sale any more.
    gone: usize,
}

impl Lent {
    /// What was drawn from a shelf, to be given back however it ends.
    pub(super) fn new(app: &App, key: ShelfKey, candidates: Vec<Candidate>) -> Self {
        Self { app: app.clone(), key, candidates, gone: 0 }
    }

    /// In the order in which they are to be tried.
    pub(crate) fn candidates(&self) -> &[Candidate] {
        &self.candidates
    }

    /// One was taken: those before it are gone, those after it were not tried.
    pub(crate) fn took(mut self, taken: Candidate) {
        self.gone = self.candidates.iter().position(|candidate| *candidate == taken).map_or(0, |place| place + 1);
    }

    /// All were tried, and none is for sale any more.
    pub(crate) fn were_gone(mut self) {
        self.gone = self.candidates.len();
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        let (gone, untried) = self.candidates.split_at(self.gone);
        self.app.shelf.with(self.key, |slot| slot.take_back(gone, untried));
    }
}

/// Takes some candidates from random places of a shelf, filling it first if it is empty. None are lent only where none
/// are left, or where others have the last ones in their hands for too long.
pub(crate) async fn candidates(app: &App, key: ShelfKey) -> Result<Lent, DbError> {
    let now = app.now_ms();
    let lent = |candidates| Lent::new(app, key, candidates);
    let drawn = app.shelf.with(key, |slot| {
        slot.asked_ms = now;
        slot.draw()
    });
    if !drawn.is_empty() {
        return Ok(lent(drawn));
    }
    let drawn = draw_filling(app, key).await?;
    if !drawn.is_empty() {
        return Ok(lent(drawn));
    }
    Ok(lent(timeout(LENT_WAIT, draw_returned(app, key)).await.unwrap_or_default()))
}

async fn draw_filling(app: &App, key: ShelfKey) -> Result<Vec<Candidate>, DbError> {
    let _one_at_a_time = app.shelf.filling.lock().await;
    for _ in 0..LOOKS_MAX {
        let drawn = app.shelf.with(key, Slot::draw);
        if !drawn.is_empty() {
            return Ok(drawn);
        }
        if !look(app, key).await? {
            break;
        }
    }
    Ok(app.shelf.with(key, Slot::draw))
}

/// Waits until some of what is lent comes back, or all of it is gone.
async fn draw_returned(app: &App, key: ShelfKey) -> Vec<Candidate> {
    let returned = app.shelf.with(key, |slot| Arc::clone(&slot.returned));
    loop {
        let mut news = pin!(returned.notified());
        // From here on nothing is missed, also not before the look below.
        news.as_mut().enable();
        let (drawn, is_over) = app.shelf.with(key, |slot| (slot.draw(), slot.lent.is_empty()));
        if is_over || !drawn.is_empty() {
            return drawn;
        }
        news.await;
    }
}

/// Fills up the shelves that ran low and were asked for in the last minute. A worker calls it several times a second.
///
/// # Errors
/// What the database said.
pub async fn refill_low(app: &App) -> Result<(), DbError> {
    for key in app.shelf.low(app.now_ms() - 60 * SECOND_MS) {
        let _one_at_a_time = app.shelf.filling.lock().await;
        look(app, key).await?;
    }
    Ok(())
}

/// Looks once for more candidates; whether another look could find more.
async fn look(app: &App, key: ShelfKey) -> Result<bool, DbError> {
    let now = app.now_ms();
    let (cursor, may_turn) = app.shelf.with(key, |slot| {
        slot.gone.clear();
        (slot.cursor, slot.next_turn_ms <= now)
    });
    let found = app.db.read(move |tx: &mut Tx<'_>| look_once(tx, key, cursor, now)).await?;
    Ok(app.shelf.with(key, |slot| slot.fill(&found, may_turn, now)))
}

/// What one look found.
struct Found {
    /// Numbers that were leased before and are free again.
    again: Vec<Candidate>,
    /// Numbers that the cursor passed, in the order of their ids.
    passed_by: Vec<Candidate>,
    /// Up to where the cursor went; `None` at the end of the numbers.
    passed: Option<i64>,
}

impl Slot {
    /// Lends a share of what is there, so that one order does not empty a short shelf for those who come at the same
    /// time. Random places, so that nodes that share the numbers seldom try the same one.
    fn draw(&mut self) -> Vec<Candidate> {
        let count = self.ready.len().div_ceil(TRIES_MAX).min(TRIES_MAX);
        let mut one = || self.ready.swap_remove(rand::random_range(0..self.ready.len()));
        let drawn: Vec<Candidate> = (0..count).map(|_| one()).collect();
        self.lent.extend(&drawn);
        drawn
    }

    /// What is ready, and not in anybody's hands.
    pub(super) fn ready(&self) -> &[Candidate] {
        &self.ready
    }

    /// Lends some of those that are wanted and still ready, from random places.
    pub(super) fn draw_of(&mut self, wanted: &HashSet<Candidate>) -> Vec<Candidate> {
        let mut drawn: Vec<Candidate> = Vec::new();
        let first = if self.ready.is_empty() { 0 } else { rand::random_range(0..self.ready.len()) };
        let (before, after) = self.ready.split_at(first);
        drawn.extend(after.iter().chain(before).filter(|id| wanted.contains(id)).take(TRIES_MAX));
        self.ready.retain(|id| !drawn.contains(id));
        self.lent.extend(&drawn);
        drawn
    }

    /// Takes back what was lent, and wakes as many of those who wait as there are candidates for, or all of them once
    /// there will be none.
    fn take_back(&mut self, gone: &[Candidate], untried: &[Candidate]) {
        for candidate in gone.iter().chain(untried) {
            self.lent.remove(candidate);
        }
        self.gone.extend(gone);
        self.ready.extend_from_slice(untried);
        if self.ready.is_empty() && self.lent.is_empty() {
            self.returned.notify_waiters();
        }
        for _ in untried {
            self.returned.notify_one();
        }
    }

    /// Puts what a look found on the shelf as far as there is room; whether another look could find more.
    fn fill(&mut self, found: &Found, may_turn: bool, now_ms: i64) -> bool {
        let known: HashSet<Candidate> = self.ready.iter().chain(&self.lent).chain(&self.gone).copied().collect();
        let is_new = |candidate: &&Candidate| !known.contains(candidate);
        let room = |ready: &Vec<Candidate>| READY_MAX.saturating_sub(ready.len());
        let again = room(&self.ready);
        self.ready.extend(found.again.iter().filter(is_new).take(again));
        let fresh: Vec<Candidate> = found.passed_by.iter().filter(is_new).copied().collect();
        let fits = room(&self.ready).min(fresh.len());
        self.ready.extend_from_slice(&fresh[..fits]);
        self.returned.notify_waiters();
        self.looks_this_turn += 1;
        match found.passed {
            // The cursor stays before the first that found no room: it comes to it at the next look.
            Some(_) if fits < fresh.len() => {
                self.cursor = fresh[fits] - 1;
                true
            }
            Some(passed) => {
                self.cursor = passed;
                true
            }
            None if may_turn && self.cursor > 0 => {
                // The longer a turn was, the longer until the next: a second for every window.
                self.next_turn_ms = now_ms + self.looks_this_turn * SECOND_MS;
                self.looks_this_turn = 0;
                self.cursor = 0;
                true
            }
            None => false,
        }
    }
}

fn look_once(tx: &mut Tx<'_>, key: ShelfKey, cursor: i64, now_ms: i64) -> Result<Found, DbError> {
    let again = if key.area_code.is_none() { free_again(tx, key, now_ms)? } else { Vec::new() };
    let passed = window_end(tx, key, cursor)?;
    let passed_by = match passed {
        Some(upto) => never_used(tx, key, cursor..upto, now_ms)?,
        None => Vec::new(),
    };
    Ok(Found { again, passed_by, passed })
}

/// Numbers that were leased for the service and are free again.
fn free_again(tx: &mut Tx<'_>, key: ShelfKey, now_ms: i64) -> Result<Vec<Candidate>, DbError> {
    let sql = "SELECT u.number_id
         FROM number_use u
         JOIN number n ON n.id = u.number_id
         WHERE u.service_id = $1 AND u.burnt = 0 AND u.free_ms <= $2
           AND n.is_bought = 0 AND n.is_offline = 0 AND n.state = 'active' AND n.line_type <> 'voip' AND n.rented_until_ms <= $2
           AND (n.quiet_ms <= $2 OR $3 = 0)
         ORDER BY u.free_ms
         LIMIT $4";
    let most = i64::try_from(READY_MAX).expect("2,000 fits");
    let rows = tx.all(sql, values![key.service, now_ms, key.is_rental, most])?;
    Ok(rows.iter().map(|row| row.int(0)).collect())
}

/// Where the cursor's next window ends: before the numbers of an import that is still loading.
fn window_end(tx: &mut Tx<'_>, key: ShelfKey, cursor: i64) -> Result<Option<i64>, DbError> {
    let general = "SELECT MAX(id)
         FROM (SELECT id FROM number
               WHERE id > $1
                 AND id < (SELECT COALESCE(MIN(first_id), 9223372036854775807) FROM number_import WHERE state = 'loading')
               ORDER BY id
               LIMIT $2) span";
    let in_area = "SELECT MAX(id)
         FROM (SELECT id FROM number
               WHERE area_code = $3
                 AND id > $1
                 AND id < (SELECT COALESCE(MIN(first_id), 9223372036854775807) FROM number_import WHERE state = 'loading')
               ORDER BY id
               LIMIT $2) span";
    let row = match key.area_code {
        None => tx.one(general, values![cursor, WINDOW])?,
        Some(area_code) => tx.one(in_area, values![cursor, WINDOW, area_code])?,
    };
    Ok(row.and_then(|row| row.opt_int(0)))
}

/// Numbers of a window that may be sold for the service: for a shelf without an area, those that never were leased for
/// it, because the others are found by [`free_again`].
fn never_used(
    tx: &mut Tx<'_>,
    key: ShelfKey,
    window: std::ops::Range<i64>,
    now_ms: i64,
) -> Result<Vec<Candidate>, DbError> {
    let general = "SELECT n.id
         FROM number n
         LEFT JOIN number_use u ON u.number_id = n.id AND u.service_id = $3
         WHERE n.id > $1 AND n.id <= $2
           AND u.number_id IS NULL
           AND n.is_bought = 0 AND n.is_offline = 0 AND n.state = 'active' AND n.line_type <> 'voip' AND n.rented_until_ms <= $4
           AND (n.quiet_ms <= $4 OR $5 = 0)
         ORDER BY n.id";
    let in_area = "SELECT n.id
         FROM number n
         LEFT JOIN number_use u ON u.number_id = n.id AND u.service_id = $3
         WHERE n.area_code = $6 AND n.id > $1 AND n.id <= $2
           AND (u.number_id IS NULL OR (u.burnt = 0 AND u.free_ms <= $4))
           AND n.is_bought = 0 AND n.is_offline = 0 AND n.state = 'active' AND n.line_type <> 'voip' AND n.rented_until_ms <= $4
           AND (n.quiet_ms <= $4 OR $5 = 0)
         ORDER BY n.id";
    let rows = match key.area_code {
        None => tx.all(general, values![window.start, window.end, key.service, now_ms, key.is_rental])?,
        Some(area_code) => {
            tx.all(in_area, values![window.start, window.end, key.service, now_ms, key.is_rental, area_code])?
        }
    };
    Ok(rows.iter().map(|row| row.int(0)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn passing(ids: std::ops::RangeInclusive<i64>) -> Found {
        let passed = Some(*ids.end());
        Found { again: Vec::new(), passed_by: ids.collect(), passed }
    }

    #[test]
    fn the_cursor_waits_for_what_found_no_room() {
        let mut slot = Slot::default();
        assert!(slot.fill(&passing(1..=4_000), true, 0));
        assert_eq!(slot.ready.len(), READY_MAX);
        slot.ready.clear();
        assert!(slot.fill(&passing(slot.cursor + 1..=4_000), true, 0));
        assert_eq!(slot.ready, (2_001..=4_000).collect::<Vec<_>>());
        assert_eq!(slot.cursor, 4_000);
    }

    #[test]
    fn the_cursor_passes_a_window_that_holds_nothing() {
        let mut slot = Slot::default();
        assert!(slot.fill(&Found { again: Vec::new(), passed_by: Vec::new(), passed: Some(4_000) }, true, 0));
        assert_eq!(slot.cursor, 4_000);
    }

    #[test]
    fn what_is_lent_or_gone_is_not_put_on_the_shelf_again() {
        let mut slot = Slot::default();
        slot.fill(&passing(1..=8), true, 0);
        let (first, second) = (slot.draw(), slot.draw());
        slot.take_back(&first, &[]);
        slot.fill(&passing(1..=9), true, 0);
        slot.ready.sort_unstable();
        let others: Vec<i64> = (1..=9).filter(|id| !first.contains(id) && !second.contains(id)).collect();
        assert_eq!(slot.ready, others);
    }

    #[test]
    fn what_was_not_tried_comes_back() {
        let mut slot = Slot::default();
        slot.fill(&passing(1..=64), true, 0);
        let lent = slot.draw();
        assert_eq!((lent.len(), slot.lent.len(), slot.ready.len()), (8, 8, 56));
        slot.take_back(&lent[..1], &lent[1..]);
        assert_eq!((slot.lent.len(), slot.ready.len()), (0, 63));
        assert!(!slot.ready.contains(&lent[0]));
    }
}
