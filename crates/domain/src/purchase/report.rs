//! What houses charged and gave back on a day, against what their customers paid and got back, with every purchase and
//! renewal where the two do not go together.

use std::collections::{BTreeMap, HashMap};

use super::State;
use super::renewal::{self, Renewal};
use super::rows::{self, Purchase};
use super::wallet;
use crate::App;
use crate::clock::{DAY_MS, day_of, rfc3339};
use crate::db::{DbError, Tx, id_list};
use crate::ledger::check::{self as ledger, Named};
use crate::ledger::{self as books, Move};
use crate::money::Usd;
use crate::product::Product;
use crate::supply;
use crate::values;

/// Purchases in one look.
const PAGE_MAX: i64 = 500;
/// Days that one report should cover, at most: each purchase of them is read.
pub const DAYS_MAX: i64 = 92;
/// Differences of one day and house that are told; the rest are counted.
pub const DIFFERENCES_MAX: usize = 200;

/// A day of one house, in UTC, by when it was asked.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Day {
    /// The day, as `YYYY-MM-DD`.
    pub day: String,
    /// The house.
    pub source: String,
    /// How often it was asked, and how many numbers it sold.
    pub asked: i64,
    /// See `asked`.
    pub bought: i64,
    /// How many terms it sold of numbers that were ours already; each counts as asked for as well.
    pub renewed: i64,
    /// What it charged and what it gave back.
    pub charged: Usd,
    /// See `charged`.
    pub refunded: Usd,
    /// What customers paid for what was bought from it, and what came back to them.
    pub captured: Usd,
    /// See `captured`.
    pub released: Usd,
    /// What left our account there besides, and what came to it: sales dearer than told, prices that did not come back,
    /// and what was paid in.
    pub spent_besides: Usd,
    /// See `spent_besides`.
    pub added_besides: Usd,
    /// Purchases where the two do not go together; at most 200 are told.
    pub differences: Vec<Difference>,
    /// How many there are.
    pub difference_count: i64,
}

/// A purchase where a house's money and a customer's do not go together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// The purchase or renewal.
    pub purchase: i64,
    /// The order or rental that it was for.
    pub order: (Product, i64),
    /// What is different.
    pub what: &'static str,
    /// What the house has of ours for it.
    pub paid: Usd,
    /// What we have of the customer for it.
    pub earned: Usd,
}

/// The days from one to another (ms since 1970, whole days of UTC), by day and house.
///
/// # Errors
/// What the database said.
pub async fn report(app: &App, from_ms: i64, until_ms: i64) -> Result<Vec<Day>, DbError> {
    let sources = supply::sources(app).await?;
    let names: HashMap<i64, String> = sources.into_iter().map(|source| (source.id, source.slug)).collect();
    let mut days: BTreeMap<(i64, i64), Day> = BTreeMap::new();
    let mut after = Some((from_ms - 1, i64::MAX));
    while let Some(place) = after {
        let page = app.db.read(move |tx: &mut Tx<'_>| page(tx, place, until_ms)).await?;
        let last = page.last().map(|one| (one.purchase.created_ms, one.purchase.id));
        after = last.filter(|_| is_full(page.len()));
        for one in page {
            let at = (day_of(one.purchase.created_ms), one.purchase.source);
            let day = days.entry(at).or_insert_with(|| empty(at, &names));
            day.add(&one).ok_or(DbError::Damaged("a sum of purchases"))?;
        }
    }
    let mut after = Some((from_ms - 1, i64::MAX));
    while let Some(place) = after {
        let page = app.db.read(move |tx: &mut Tx<'_>| page_of_terms(tx, place, until_ms)).await?;
        after = page.last().map(|(one, _)| (one.created_ms, one.id)).filter(|_| is_full(page.len()));
        for (one, refunded) in page {
            let at = (day_of(one.created_ms), one.source);
            let day = days.entry(at).or_insert_with(|| empty(at, &names));
            day.add_renewal(&one, refunded).ok_or(DbError::Damaged("a sum of renewals"))?;
        }
    }
    let (from_day, until_day) = (day_of(from_ms), day_of(until_ms));
    let besides = app.db.read(move |tx: &mut Tx<'_>| wallet::unexplained(tx, from_day, until_day)).await?;
    for one in besides {
        let day = days.entry((one.day, one.source)).or_insert_with(|| empty((one.day, one.source), &names));
        (day.spent_besides, day.added_besides) = (one.spent, one.added);
    }
    Ok(days.into_values().collect())
}

fn is_full(count: usize) -> bool {
    i64::try_from(count).is_ok_and(|count| count == PAGE_MAX)
}

fn empty((day, source): (i64, i64), names: &HashMap<i64, String>) -> Day {
    Day {
        day: rfc3339(day.saturating_mul(DAY_MS)).chars().take("2026-01-01".len()).collect(),
        source: names.get(&source).cloned().unwrap_or_default(),
        ..Day::default()
    }
}

/// A purchase with what its customer's money did.
struct Kept {
    purchase: Purchase,
    is_serving: bool,
    captured: Usd,
    released: Usd,
    refunded: Usd,
}

impl Day {
    fn add(&mut self, one: &Kept) -> Option<()> {
        let Kept { purchase, .. } = one;
        self.asked += 1;
        self.bought += i64::from(purchase.charged > Usd::ZERO || purchase.their_id.is_some());
        self.charged = self.charged.checked_add(purchase.charged)?;
        self.refunded = self.refunded.checked_add(purchase.refunded)?;
        if one.is_serving {
            self.captured = self.captured.checked_add(one.captured)?;
            self.released = self.released.checked_add(one.released)?.checked_add(one.refunded)?;
        }
        if let Some(what) = difference(one) {
            let (id, order) = (purchase.id, (purchase.product, purchase.order));
            let paid = purchase.charged.checked_sub(purchase.refunded)?;
            self.note(Difference { purchase: id, order, what, paid, earned: one.earned()? });
        }
        Some(())
    }

    fn add_renewal(&mut self, one: &Renewal, refunded: Usd) -> Option<()> {
        let captured = if one.serves { one.price } else { Usd::ZERO };
        let earned = captured.checked_sub(refunded)?;
        self.asked += 1;
        self.renewed += i64::from(one.state == State::Done);
        self.charged = self.charged.checked_add(one.charged)?;
        self.captured = self.captured.checked_add(captured)?;
        self.released = self.released.checked_add(refunded)?;
        if let Some(what) = difference_of_renewal(one, earned) {
            let (id, order) = (one.id, (one.product, one.order));
            self.note(Difference { purchase: id, order, what, paid: one.charged, earned });
        }
        Some(())
    }

    fn note(&mut self, difference: Difference) {
        self.difference_count += 1;
        if self.differences.len() < DIFFERENCES_MAX {
            self.differences.push(difference);
        }
    }
}

/// A rule: what does not go together in a renewal and what the house has of its customer for it.
fn difference_of_renewal(one: &Renewal, earned: Usd) -> Option<&'static str> {
    match one.state {
        State::InDoubt => Some("it is not known whether it was renewed"),
        State::Done if one.charged > one.asked => Some("it cost more than it was offered for"),
        State::Done if earned <= Usd::ZERO && one.charged > Usd::ZERO => {
            Some("its house was paid, and the customer paid nothing")
        }
        State::Done | State::Asking | State::Refused | State::Bought | State::Rejecting | State::Rejected => None,
    }
}

impl Kept {
    fn earned(&self) -> Option<Usd> {
        if self.is_serving { self.captured.checked_sub(self.refunded) } else { Some(Usd::ZERO) }
    }
}

/// A rule: what does not go together in a purchase and its order; nothing while both are under way.
fn difference(one: &Kept) -> Option<&'static str> {
    let Kept { purchase, .. } = one;
    let (paid, earned) = (purchase.charged.checked_sub(purchase.refunded)?, one.earned()?);
    match purchase.state {
        State::InDoubt => return Some("it is not known whether it was bought"),
        State::Rejecting => return Some("its house has not taken it back yet"),
        State::Asking | State::Refused => return None,
        State::Bought | State::Rejected | State::Done => {}
    }
    if purchase.charged > purchase.asked {
        return Some("it cost more than it was offered for");
    }
    let is_over = purchase.ended_ms.is_some();
    if is_over && paid > Usd::ZERO && earned <= Usd::ZERO {
        return Some("its house was paid, and the customer paid nothing");
    }
    (is_over && paid <= Usd::ZERO && purchase.charged > Usd::ZERO && earned > Usd::ZERO)
        .then_some("the customer paid, and its house gave its price back")
}

fn page(tx: &mut Tx<'_>, (after_ms, after): (i64, i64), until_ms: i64) -> Result<Vec<Kept>, DbError> {
    let sql = rows::purchases!(
        "WHERE created_ms >= $1 AND (created_ms > $1 OR id > $2) AND created_ms < $3 ORDER BY created_ms, id LIMIT $4"
    );
    let rows = tx.all(sql, values![after_ms, after, until_ms, PAGE_MAX])?;
    let purchases: Vec<Purchase> = rows.iter().map(rows::purchase).collect::<Result<_, _>>()?;
    let sql = "SELECT s.order_id, s.account_id, s.hold, p.id
         FROM (json_pairs($1)) ids
         JOIN purchase p ON p.id = ids.a
         JOIN sourcing s ON s.order_id = p.order_id
         WHERE p.serves = 1";
    let rows = tx.all(sql, &[id_list(purchases.iter().map(|purchase| &purchase.id))])?;
    let places: HashMap<i64, (i64, i64)> = rows.iter().map(|row| (row.int(3), (row.int(1), row.int(2)))).collect();
    let all: Vec<(i64, i64)> = places.values().copied().collect();
    let (holds, refunds) = (ledger::named(tx, &all)?, books::refunded_of_holds(tx, &all)?);
    let mut kept = Vec::with_capacity(purchases.len());
    for purchase in purchases {
        let place = places.get(&purchase.id);
        let refunded = place.and_then(|place| refunds.get(place)).copied();
        let end = place.and_then(|place| holds.get(place)).and_then(|hold: &Named| hold.end);
        let of = |kind: Move| end.filter(|(end, _)| *end == kind).map_or(Usd::ZERO, |(_, amount)| amount);
        kept.push(Kept {
            is_serving: place.is_some(),
            captured: of(Move::Capture),
            released: of(Move::Release),
            refunded: refunded.unwrap_or(Usd::ZERO),
            purchase,
        });
    }
    Ok(kept)
}

/// Renewals with what came back of their customers' payments.
fn page_of_terms(tx: &mut Tx<'_>, place: (i64, i64), until_ms: i64) -> Result<Vec<(Renewal, Usd)>, DbError> {
    let renewals = renewal::within(tx, place, until_ms, PAGE_MAX)?;
    let holds: Vec<(i64, i64)> = renewals.iter().map(|one| (one.account, one.hold)).collect();
    let refunds = books::refunded_of_holds(tx, &holds)?;
    let refunded = |one: &Renewal| refunds.get(&(one.account, one.hold)).copied().unwrap_or(Usd::ZERO);
    let refunded: Vec<Usd> = renewals.iter().map(refunded).collect();
    Ok(renewals.into_iter().zip(refunded).collect())
}
