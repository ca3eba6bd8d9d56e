//! Checks numbers and their leases (N1 to N6), and that erased keys are gone (S9).

use std::collections::HashMap;

use crate::clock::HOUR_MS;
use crate::db::{DbError, Row, Tx, id_list};
use crate::product::Product;
use crate::values;
use crate::verify::Finding;

/// Leases read in one snapshot. Of a number with more, only the last are looked at.
const LEASES_MAX: i64 = 20_000;
/// Keys that should be gone and are told of.
const KEYS_MAX: i64 = 1_000;

/// A lease as the checks see it.
#[derive(Clone, Copy)]
pub(crate) struct LeaseFact {
    pub(crate) order: i64,
    pub(crate) account: i64,
    pub(crate) number: i64,
    pub(crate) service: i64,
    pub(crate) product: Product,
    pub(crate) start_ms: i64,
    pub(crate) end_ms: i64,
    pub(crate) messages: i64,
}

fn fact(row: &Row) -> Result<LeaseFact, DbError> {
    Ok(LeaseFact {
        order: row.int(0),
        account: row.int(1),
        number: row.int(2),
        service: row.int(3),
        product: row.product(4)?,
        start_ms: row.int(5),
        end_ms: row.int(6),
        messages: row.int(7),
    })
}

/// The leases of some orders and rentals.
pub(crate) fn leases_of(tx: &mut Tx<'_>, orders: &[i64]) -> Result<HashMap<i64, LeaseFact>, DbError> {
    let sql = "SELECT l.order_id, l.account_id, l.number_id, l.service_id, l.product, l.start_ms, l.end_ms, l.messages
         FROM (json_pairs($1)) p
         JOIN lease l ON l.order_id = p.a";
    let rows = tx.all(sql, &[id_list(orders)])?;
    rows.iter().map(|row| fact(row).map(|lease| (lease.order, lease))).collect()
}

struct Number {
    id: i64,
    quiet_ms: i64,
    rented_until_ms: i64,
}

struct Use {
    free_ms: i64,
    is_burnt: bool,
}

/// A lease that began after another customer's on the same number and for the same service; if that one had its first
/// message before, the number was sold twice (N3).
#[derive(Clone, Copy)]
pub(crate) struct Suspect {
    pub(crate) earlier: LeaseFact,
    pub(crate) later: LeaseFact,
}

/// What one page of numbers said.
#[derive(Default)]
pub(crate) struct Page {
    pub(crate) findings: Vec<Finding>,
    pub(crate) suspects: Vec<Suspect>,
    /// How many numbers of each import were seen.
    pub(crate) by_import: HashMap<i64, i64>,
    /// The last number that was looked at; `None` at the end.
    pub(crate) next: Option<i64>,
}

/// Checks the numbers with the next ids and their leases.
pub(crate) fn page(tx: &mut Tx<'_>, after: i64, limit: i64) -> Result<Page, DbError> {
    let sql = "SELECT n.id, n.quiet_ms, n.rented_until_ms, n.import_id, n.supplier, n.contract, n.acquired_on,
           n.source_id,
           CASE WHEN n.is_bought = 1
               OR EXISTS (SELECT 1 FROM number_import i WHERE i.id = n.import_id AND i.state <> 'undone')
             THEN 1 ELSE 0 END
         FROM number n
         WHERE n.id > $1
         ORDER BY n.id
         LIMIT $2";
    let mut rows = tx.all(sql, values![after, limit])?;
    let (mut page, sources) = (Page::default(), crate::supply::ids(tx)?);
    let Some(mut last) = rows.last().map(|row| row.int(0)) else { return Ok(page) };
    let leases = leases_between(tx, after, last)?;
    if let Some(partly) = cut_off(&leases)
        && rows.first().is_some_and(|row| row.int(0) < partly)
    {
        // The last of these numbers has leases that were not read: it begins the next page.
        rows.retain(|row| row.int(0) < partly);
        last = rows.last().map_or(last, |row| row.int(0));
    }
    let uses = uses_between(tx, after, last)?;
    let mut by_number: HashMap<i64, Vec<LeaseFact>> = HashMap::new();
    for lease in leases {
        by_number.entry(lease.number).or_default().push(lease);
    }
    for row in &rows {
        *page.by_import.entry(row.int(3)).or_insert(0) += 1;
        let number = Number { id: row.int(0), quiet_ms: row.int(1), rented_until_ms: row.int(2) };
        page.findings.extend(provenance(&number, row, &sources));
        let mut leases = by_number.remove(&number.id).unwrap_or_default();
        leases.sort_by_key(|lease| (lease.start_ms, lease.end_ms, lease.order));
        for lease in &leases {
            page.findings.extend(rest(&number, lease, uses.get(&(number.id, lease.service))));
        }
        neighbours(&leases, &mut page);
    }
    page.next = Some(last);
    Ok(page)
}

fn leases_between(tx: &mut Tx<'_>, after: i64, last: i64) -> Result<Vec<LeaseFact>, DbError> {
    let sql = "SELECT order_id, account_id, number_id, service_id, product, start_ms, end_ms, messages
         FROM lease
         WHERE number_id > $1 AND number_id <= $2
         ORDER BY number_id, end_ms DESC
         LIMIT $3";
    tx.all(sql, values![after, last, LEASES_MAX])?.iter().map(fact).collect()
}

/// The number whose leases were not all read, if there were too many.
fn cut_off(leases: &[LeaseFact]) -> Option<i64> {
    let is_full = i64::try_from(leases.len()).is_ok_and(|count| count == LEASES_MAX);
    leases.last().filter(|_| is_full).map(|lease| lease.number)
}

fn uses_between(tx: &mut Tx<'_>, after: i64, last: i64) -> Result<HashMap<(i64, i64), Use>, DbError> {
    let sql = "SELECT number_id, service_id, free_ms, burnt
         FROM number_use
         WHERE number_id > $1 AND number_id <= $2";
    let rows = tx.all(sql, values![after, last])?;
    let entry = |row: &Row| ((row.int(0), row.int(1)), Use { free_ms: row.int(2), is_burnt: row.flag(3) });
    Ok(rows.iter().map(entry).collect())
}

fn provenance(number: &Number, row: &Row, sources: &[i64]) -> Option<Finding> {
    let is_told = [4, 5].into_iter().all(|column| !row.text(column).trim().is_empty()) && row.text(6).len() == 10;
    let what = match (is_told, sources.contains(&row.int(7)), row.flag(8)) {
        (false, _, _) => "has no provenance",
        (true, false, _) => "belongs to a source that does not exist",
        (true, true, false) => "came by an import that does not exist or was undone",
        (true, true, true) => return None,
    };
    Some(Finding::new("N5", what, format!("number {}", number.id)))
}

/// A number rests after each lease as long as its product wants, and is burnt by a delivery.
fn rest(number: &Number, lease: &LeaseFact, used: Option<&Use>) -> Vec<Finding> {
    let rests_until = lease.end_ms.saturating_add(lease.product.pause_ms());
    let of_number = match lease.product {
        Product::ShortTerm => number.quiet_ms,
        Product::Rental1Day | Product::Rental30Day => number.rented_until_ms,
    };
    let mut findings = Vec::new();
    let mut found = |rule, what: &str| {
        let row = format!("number {} service {}", number.id, lease.service);
        findings.push(Finding::new(rule, format!("{what}, after order {}", lease.order), row));
    };
    if lease.start_ms > lease.end_ms {
        found("N6", "has a lease that ends before it starts");
    }
    if used.is_none_or(|used| used.free_ms < rests_until) || of_number < rests_until {
        found("N4", "is free again too early");
    }
    if lease.messages > 0 && used.is_none_or(|used| !used.is_burnt) {
        found("N3", "is not marked as used up");
    }
    findings
}

/// Compares the leases of one number, in the order of their starts.
fn neighbours(leases: &[LeaseFact], page: &mut Page) {
    let mut of_service: HashMap<i64, LeaseFact> = HashMap::new();
    let mut delivered: HashMap<i64, LeaseFact> = HashMap::new();
    let (mut any, mut rental): (Option<LeaseFact>, Option<LeaseFact>) = (None, None);
    for lease in leases {
        let is_rental = lease.product != Product::ShortTerm;
        if let Some(before) = of_service.get(&lease.service) {
            page.findings.extend(too_close(before, lease));
        }
        // A rental is alone on its number: it is compared with every lease before it, and every lease with it.
        let others = [any.filter(|_| is_rental), rental];
        if let Some(before) = others.into_iter().flatten().find(|before| before.service != lease.service) {
            page.findings.extend(too_close(&before, lease));
        }
        match delivered.get(&lease.service) {
            Some(earlier) if earlier.account != lease.account => {
                page.suspects.push(Suspect { earlier: *earlier, later: *lease });
            }
            Some(_) => {}
            None if lease.messages > 0 => drop(delivered.insert(lease.service, *lease)),
            None => {}
        }
        keep_later(of_service.entry(lease.service).or_insert(*lease), lease);
        keep_later(any.get_or_insert(*lease), lease);
        if is_rental {
            keep_later(rental.get_or_insert(*lease), lease);
        }
    }
}

/// Keeps of two leases the one that ends later.
fn keep_later(kept: &mut LeaseFact, lease: &LeaseFact) {
    if lease.end_ms >= kept.end_ms {
        *kept = *lease;
    }
}

fn too_close(before: &LeaseFact, lease: &LeaseFact) -> Option<Finding> {
    let row = format!("number {} orders {} and {}", lease.number, before.order, lease.order);
    if lease.start_ms < before.end_ms {
        let are_orders = before.product == Product::ShortTerm && lease.product == Product::ShortTerm;
        return Some(Finding::new(if are_orders { "N1" } else { "N2" }, "were leased at the same time", row));
    }
    // The same customer may have the number again without waiting.
    let is_early = lease.start_ms < before.end_ms.saturating_add(before.product.pause_ms());
    (is_early && before.account != lease.account)
        .then(|| Finding::new("N4", "were leased one after the other without the pause between", row))
}

/// The keys of leases whose texts should be gone for more than an hour (S9).
pub(crate) fn kept_too_long(tx: &mut Tx<'_>, now_ms: i64) -> Result<Vec<Finding>, DbError> {
    let sql = "SELECT order_id
         FROM lease
         WHERE sealed_key IS NOT NULL AND end_ms + keep_ms <= $1
         ORDER BY end_ms + keep_ms
         LIMIT $2";
    let rows = tx.all(sql, values![now_ms - HOUR_MS, KEYS_MAX])?;
    let what = "the key of its texts should have been erased more than an hour ago";
    Ok(rows.iter().map(|row| Finding::new("S9", what, format!("lease {}", row.int(0)))).collect())
}

/// The imports that are complete, each with how many numbers it brought, and what is wrong with any.
pub(crate) fn imports(tx: &mut Tx<'_>) -> Result<(Vec<Finding>, HashMap<i64, i64>), DbError> {
    let sql = "SELECT id, rows_total, rows_done, state FROM number_import ORDER BY id LIMIT 100000";
    let (mut findings, mut complete) = (Vec::new(), HashMap::new());
    for row in tx.all(sql, &[])? {
        if row.text(3) != "complete" {
            continue;
        }
        if row.int(1) != row.int(2) {
            let what = format!("is complete with {} of {} rows", row.int(2), row.int(1));
            findings.push(Finding::new("N5", what, format!("import {}", row.int(0))));
        }
        complete.insert(row.int(0), row.int(1));
    }
    Ok((findings, complete))
}
