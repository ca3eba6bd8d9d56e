//! What was counted of the last day, week or month, as one page shows it.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

use super::count::hour_of;
use super::rows::By;
use super::{Sums, rows, waits};
use crate::App;
use crate::clock::{DAY_MS, HOUR_MS, SECOND_MS};
use crate::db::{DbError, Tx};
use crate::order::{self, Number};

/// How old a report may be.
const FRESH_MS: i64 = 20 * SECOND_MS;
/// Services and sources that a report lists, each; its totals count all of them.
pub const LEADERS_MAX: i64 = 25;
/// Sources that are watched for silence, far more than a house has.
const SOURCES_MAX: i64 = 10_000;

/// How much time a report looks back at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Span {
    /// 24 hours, this one among them, by the hour.
    Day,
    /// 7 days of UTC, today among them.
    Week,
    /// 30 days of UTC, today among them.
    Month,
}

impl Span {
    /// All of them, the shortest first.
    pub const ALL: [Self; 3] = [Self::Day, Self::Week, Self::Month];

    /// The length of one slice, and how many slices it has.
    #[must_use]
    pub fn slices(self) -> (i64, i64) {
        match self {
            Self::Day => (HOUR_MS, 24),
            Self::Week => (DAY_MS, 7),
            Self::Month => (DAY_MS, 30),
        }
    }

    /// The start of its first slice.
    fn start_ms(self, now_ms: i64) -> i64 {
        let (slice_ms, count) = self.slices();
        now_ms.div_euclid(slice_ms) * slice_ms - (count - 1) * slice_ms
    }
}

/// What was counted of one slice of time.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Slice {
    /// When it starts.
    pub start_ms: i64,
    /// All of it.
    pub sums: Sums,
    /// Its orders, rentals among them, by service, of those that a report lists.
    pub services: BTreeMap<i64, i64>,
    /// Its orders, rentals among them, by source, of those that a report lists.
    pub sources: BTreeMap<i64, i64>,
}

/// What was counted, of the services or sources that sold most.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Leaders {
    /// The ids with their sums, who sold most first; at most [`LEADERS_MAX`].
    pub lines: Vec<(i64, Sums)>,
    /// Of how many something was counted; more than the lines, if the list is cut.
    pub all: i64,
}

impl Leaders {
    /// How many are counted and not listed.
    #[must_use]
    pub fn unlisted(&self) -> i64 {
        self.all.saturating_sub(i64::try_from(self.lines.len()).unwrap_or(i64::MAX))
    }
}

/// What was counted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// All of it, listed below or not.
    pub sums: Sums,
    /// About the median from order to code, in ms; none if none came.
    pub median_ms: Option<i64>,
    /// By time, oldest first; slices in which nothing happened are among them.
    pub slices: Vec<Slice>,
    /// By service.
    pub services: Leaders,
    /// By source.
    pub sources: Leaders,
    /// The numbers that delivered worst, of the newest orders of a week.
    pub worst: Vec<Number>,
    /// When the newest hours were last counted; none: never.
    pub counted_ms: Option<i64>,
}

/// Reports that pages are served from.
#[derive(Default)]
pub(crate) struct Cache {
    kept: Mutex<HashMap<Span, (i64, Arc<Report>)>>,
    reading: tokio::sync::Mutex<()>,
}

impl Cache {
    fn fresh(&self, span: Span, now_ms: i64) -> Option<Arc<Report>> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let (at_ms, report) = kept.get(&span)?;
        (*at_ms <= now_ms && now_ms < at_ms + FRESH_MS).then(|| Arc::clone(report))
    }
}

/// What was counted of a span; the newest hours may lack the last minute and a half.
///
/// # Errors
/// What the database said.
pub async fn report(app: &App, span: Span) -> Result<Arc<Report>, DbError> {
    let cache = &app.figures;
    if let Some(report) = cache.fresh(span, app.now_ms()) {
        return Ok(report);
    }
    let _one_at_a_time = cache.reading.lock().await;
    let now = app.now_ms();
    if let Some(report) = cache.fresh(span, now) {
        return Ok(report);
    }
    let report = Arc::new(app.db.read(move |tx: &mut Tx<'_>| read(tx, span, now)).await?);
    cache.kept.lock().unwrap_or_else(PoisonError::into_inner).insert(span, (now, Arc::clone(&report)));
    Ok(report)
}

fn read(tx: &mut Tx<'_>, span: Span, now_ms: i64) -> Result<Report, DbError> {
    let ((slice_ms, count), from_ms) = (span.slices(), span.start_ms(now_ms));
    let mut slices: BTreeMap<i64, Slice> = (0..count)
        .map(|place| from_ms + place * slice_ms)
        .map(|start_ms| (start_ms, Slice { start_ms, ..Slice::default() }))
        .collect();
    let mut sums = Sums::default();
    for (start_ms, part) in rows::slices(tx, from_ms, slice_ms)? {
        sums.add(&part);
        slices.entry(start_ms).or_insert_with(|| Slice { start_ms, ..Slice::default() }).sums = part;
    }
    let services = leaders(tx, from_ms, By::Service)?;
    for (start_ms, id, sold) in rows::sold(tx, (from_ms, slice_ms), By::Service, &ids(&services))? {
        slices.entry(start_ms).or_default().services.insert(id, sold);
    }
    let sources = leaders(tx, from_ms, By::Source)?;
    for (start_ms, id, sold) in rows::sold(tx, (from_ms, slice_ms), By::Source, &ids(&sources))? {
        slices.entry(start_ms).or_default().sources.insert(id, sold);
    }
    Ok(Report {
        sums,
        median_ms: waits::median_ms(&rows::waits(tx, from_ms)?),
        slices: slices.into_values().collect(),
        services,
        sources,
        worst: order::worst_numbers(tx, now_ms)?,
        counted_ms: rows::counted_ms(tx)?,
    })
}

fn leaders(tx: &mut Tx<'_>, from_ms: i64, by: By) -> Result<Leaders, DbError> {
    let (lines, all) = rows::leaders(tx, from_ms, by, LEADERS_MAX)?;
    Ok(Leaders { lines, all })
}

fn ids(leaders: &Leaders) -> Vec<i64> {
    leaders.lines.iter().map(|(id, _)| *id).collect()
}

/// Orders and codes by source in this hour and the one before.
pub(crate) fn lately(tx: &mut Tx<'_>, now_ms: i64) -> Result<BTreeMap<i64, Sums>, DbError> {
    let (sources, _) = rows::leaders(tx, hour_of(now_ms) - HOUR_MS, By::Source, SOURCES_MAX)?;
    Ok(sources.into_iter().collect())
}
