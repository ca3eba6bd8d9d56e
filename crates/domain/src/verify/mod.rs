//! Checks every invariant on a live database, read-only, and names the rows that break one.
//!
//! Nothing is locked and no snapshot is long: each look reads one page. What a check compares either lies in one
//! snapshot, or can never change once it is written, so that a house at work yields no false finding. Each room checks
//! its own tables; here are the order of the looks, and the runs that are kept.

mod run;

use std::collections::{BTreeMap, HashMap};

use crate::App;
use crate::account::check as account;
use crate::db::{DbError, Tx};
use crate::event::check as event;
use crate::ledger::check as ledger;
use crate::message::check as message;
use crate::number::check as number;
use crate::order::check as order;
use crate::policy::{audit, kept};
use crate::purchase::check as purchase;
use crate::purchase::renewal_check as renewal;
use crate::rental::check as rental;
use crate::request;

pub use run::{AskRefusal, Found, KEPT_MAX, Run, RunState, ask, found, latest, latest_done, run_due, runs, standing};

/// Accounts in one look.
const ACCOUNTS_MAX: i64 = 200;
/// Orders, rentals, numbers or messages in one look.
const PAGE_MAX: i64 = 500;
/// Findings that are told; a house with more has one fault that makes them all.
pub const FINDINGS_MAX: usize = 10_000;

/// An invariant that does not hold. It holds ids only: no text, no full number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The rule, by its id in the list of invariants: `L3`.
    pub rule: &'static str,
    /// What is wrong, as the rest of a sentence that begins with the row.
    pub what: String,
    /// The row that breaks it: `account 7 transfer 12`.
    pub row: String,
}

impl Finding {
    pub(crate) fn new(rule: &'static str, what: impl Into<String>, row: impl Into<String>) -> Self {
        Self { rule, what: what.into(), row: row.into() }
    }
}

/// How far the checks are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// What is looked at.
    pub room: &'static str,
    /// The id up to which it was.
    pub upto: i64,
    /// How many findings there are so far.
    pub findings: usize,
}

/// What the looks have found so far.
struct Report<'a> {
    findings: Vec<Finding>,
    progress: &'a (dyn Fn(Progress) + Sync),
}

impl Report<'_> {
    fn add(&mut self, room: &'static str, upto: i64, findings: Vec<Finding>) {
        let left = FINDINGS_MAX.saturating_sub(self.findings.len());
        self.findings.extend(findings.into_iter().take(left));
        (self.progress)(Progress { room, upto, findings: self.findings.len() });
    }
}

/// Checks everything, and tells what does not hold: nothing, in a sound house. At most [`FINDINGS_MAX`] findings are
/// told. The house may go on meanwhile; its workers must, or what is overdue is told as well.
///
/// # Errors
/// What the database said.
pub async fn verify(app: &App, progress: &(dyn Fn(Progress) + Sync)) -> Result<Vec<Finding>, DbError> {
    let mut report = Report { findings: Vec::new(), progress };
    let now_ms = app.now_ms();
    let schema = app.db.read(|tx: &mut Tx<'_>| tx.schema_faults()).await?;
    let what = "is missing, switched off, or not as it was made";
    report.add("schema", 0, schema.into_iter().map(|part| Finding::new("SCHEMA", what, part)).collect());
    let overdue = move |tx: &mut Tx<'_>| {
        let mut findings = number::kept_too_long(tx, now_ms)?;
        findings.extend(message::kept_too_long(tx, now_ms)?);
        findings.extend(purchase::abandoned(tx)?);
        Ok::<_, DbError>(findings)
    };
    let findings = app.db.read(overdue).await?;
    report.add("house", 0, findings);
    audit_chain(app, &mut report).await?;
    accounts(app, &mut report).await?;
    repeats(app, &mut report, "ledger", ledger::FIRST_BOOKED, ledger::booked_twice).await?;
    pages(app, &mut report, "order", |tx, after, now_ms| order::page(tx, after, PAGE_MAX, now_ms)).await?;
    pages(app, &mut report, "rental", |tx, after, _| rental::page(tx, after, PAGE_MAX)).await?;
    pages(app, &mut report, "purchase", |tx, after, now_ms| purchase::page(tx, after, PAGE_MAX, now_ms)).await?;
    pages(app, &mut report, "renewal", |tx, after, now_ms| renewal::page(tx, after, PAGE_MAX, now_ms)).await?;
    pages(app, &mut report, "message", |tx, after, now_ms| message::page(tx, after, PAGE_MAX, now_ms)).await?;
    repeats(app, &mut report, "message", message::FIRST_TOLD, message::told_twice).await?;
    numbers(app, &mut report).await?;
    Ok(report.findings)
}

/// A look at the rows above an id as of a moment; tells the last id of a full page.
type Look = fn(&mut Tx<'_>, i64, i64) -> Result<(Vec<Finding>, Option<i64>), DbError>;

async fn pages(app: &App, report: &mut Report<'_>, room: &'static str, look: Look) -> Result<(), DbError> {
    let mut after = Some(i64::MIN);
    while let Some(from) = after {
        let now_ms = app.now_ms();
        let (findings, next) = app.db.read(move |tx| look(tx, from, now_ms)).await?;
        report.add(room, next.unwrap_or(from), findings);
        after = next;
    }
    Ok(())
}

/// A look at what follows a place, that one included; tells the last place of a full page.
type LookFrom<P> = fn(&mut Tx<'_>, &P) -> Result<(Vec<Finding>, Option<P>), DbError>;

/// Looks for neighbours that must not be alike.
async fn repeats<P: Clone + Send + Sync + 'static>(
    app: &App,
    report: &mut Report<'_>,
    room: &'static str,
    first: P,
    look: LookFrom<P>,
) -> Result<(), DbError> {
    let mut place = Some(first);
    while let Some(from) = place {
        let (findings, next) = app.db.read(move |tx: &mut Tx<'_>| look(tx, &from)).await?;
        report.add(room, 0, findings);
        place = next;
    }
    Ok(())
}

async fn audit_chain(app: &App, report: &mut Report<'_>) -> Result<(), DbError> {
    let mut chain = audit::Checked::default();
    loop {
        let so_far = chain.clone();
        let look = move |tx: &mut Tx<'_>| {
            let mut chain = so_far.clone();
            let (findings, has_more) = audit::check(tx, &mut chain)?;
            Ok::<_, DbError>((chain, findings, has_more))
        };
        let (upto, findings, has_more) = app.db.read(look).await?;
        chain = upto;
        report.add("audit", 0, findings);
        if !has_more {
            return Ok(());
        }
    }
}

/// Some accounts as one snapshot has them, with what must be true of their ledgers and feeds up to then.
struct Accounts {
    last: i64,
    ledgers: BTreeMap<i64, ledger::Walk>,
    feeds: BTreeMap<i64, event::Walk>,
    cancelled: Vec<rental::Cancelled>,
    findings: Vec<Finding>,
}

async fn accounts(app: &App, report: &mut Report<'_>) -> Result<(), DbError> {
    let mut after = i64::MIN;
    while let Some(some) = app.db.read(move |tx| accounts_after(tx, after)).await? {
        let from = after;
        after = some.last;
        report.add("account", after, some.findings);
        let ledgers = ledgers(app, report, some.ledgers, (from, some.last)).await?;
        for cancelled in &some.cancelled {
            let refunded = ledgers.get(&cancelled.account).map(|ledger| ledger.refunded(cancelled.id));
            if refunded.is_none_or(|refunded| refunded < cancelled.price) {
                let what = "was cancelled and its price did not come back";
                report.findings.push(Finding::new("L7", what, format!("rental {}", cancelled.id)));
            }
        }
        feeds(app, report, some.feeds, (from, some.last)).await?;
    }
    Ok(())
}

fn accounts_after(tx: &mut Tx<'_>, after: i64) -> Result<Option<Accounts>, DbError> {
    let page = account::page(tx, after, ACCOUNTS_MAX)?;
    let Some(last) = page.last().map(|counters| counters.id) else { return Ok(None) };
    let ledgers = page.iter().map(|row| (row.id, ledger::Walk::new(row.id, row.ledger_seq, row.available, row.held)));
    let feeds = page.iter().map(|row| (row.id, event::Walk::new(row.event_floor, row.event_seq)));
    Ok(Some(Accounts {
        last,
        ledgers: ledgers.collect(),
        feeds: feeds.collect(),
        cancelled: rental::cancelled(tx, after, last)?,
        findings: request::check(tx, after, last)?,
    }))
}

/// Walks the transfers of some accounts and holds them against their rows and their orders.
async fn ledgers(
    app: &App,
    report: &mut Report<'_>,
    mut walks: BTreeMap<i64, ledger::Walk>,
    (from, last): (i64, i64),
) -> Result<BTreeMap<i64, ledger::Walk>, DbError> {
    let mut after = Some((from, i64::MAX));
    while let Some(place) = after {
        let so_far = walks.clone();
        let look = move |tx: &mut Tx<'_>| {
            let mut walks = so_far.clone();
            let page = ledger::walk(tx, &mut walks, place, last)?;
            let (mut findings, others) = order::outcomes(tx, &page.outcomes)?;
            let others = purchase::outcomes(tx, others)?;
            let mark_ms = kept::records_mark(tx)?;
            findings.extend(rental::outcomes(tx, &others, mark_ms)?);
            findings.extend(page.findings);
            Ok::<_, DbError>((walks, findings, page.next))
        };
        let (walked, findings, next) = app.db.read(look).await?;
        report.add("ledger", next.map_or(last, |(account, _)| account), findings);
        (walks, after) = (walked, next);
    }
    let mut findings: Vec<Finding> = walks.values().flat_map(ledger::Walk::finish).collect();
    let open: Vec<ledger::Outcome> = walks.values().flat_map(ledger::Walk::open_holds).collect();
    findings.extend(app.db.read(move |tx| order::open_holds(tx, &open)).await?);
    report.add("ledger", last, findings);
    Ok(walks)
}

/// Walks the events of some accounts.
async fn feeds(
    app: &App,
    report: &mut Report<'_>,
    mut walks: BTreeMap<i64, event::Walk>,
    (from, last): (i64, i64),
) -> Result<(), DbError> {
    let mut after = Some((from, i64::MAX));
    while let Some(place) = after {
        let so_far = walks.clone();
        let look = move |tx: &mut Tx<'_>| {
            let mut walks = so_far.clone();
            let (mut findings, next) = event::walk(tx, &mut walks, place, last)?;
            if next.is_none() {
                for (account, walk) in &walks {
                    findings.extend(event::finish(tx, *account, walk)?);
                }
            }
            Ok::<_, DbError>((walks, findings, next))
        };
        let (walked, findings, next) = app.db.read(look).await?;
        report.add("event", next.map_or(last, |(account, _)| account), findings);
        (walks, after) = (walked, next);
    }
    Ok(())
}

/// Looks at numbers and their leases, and counts what complete imports brought.
async fn numbers(app: &App, report: &mut Report<'_>) -> Result<(), DbError> {
    let (findings, complete) = app.db.read(|tx: &mut Tx<'_>| number::imports(tx)).await?;
    report.add("import", 0, findings);
    let mut seen: HashMap<i64, i64> = HashMap::new();
    let mut after = Some(i64::MIN);
    while let Some(from) = after {
        let look = move |tx: &mut Tx<'_>| {
            let mut page = number::page(tx, from, PAGE_MAX)?;
            for suspect in &page.suspects {
                page.findings.extend(message::sold_twice(tx, suspect)?);
            }
            Ok::<_, DbError>(page)
        };
        let page = app.db.read(look).await?;
        for (import, count) in page.by_import {
            *seen.entry(import).or_insert(0) += count;
        }
        report.add("number", page.next.unwrap_or(from), page.findings);
        after = page.next;
    }
    let missing = complete.iter().filter(|(import, count)| seen.get(import) != Some(count));
    let what = "is complete and its numbers are not all there";
    let findings = missing.map(|(import, _)| Finding::new("N5", what, format!("import {import}"))).collect();
    report.add("import", 0, findings);
    Ok(())
}
