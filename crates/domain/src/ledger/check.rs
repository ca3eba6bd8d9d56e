//! Checks the ledger row by row. Transfers are never changed, so what lies below an account's counter as of one
//! snapshot can be read in later ones, in pages.

use std::collections::{BTreeMap, HashMap};

use super::Move;
use crate::db::{DbError, Row, Tx, pairs};
use crate::money::Usd;
use crate::values;
use crate::verify::Finding;

/// Transfers read in one snapshot.
const PAGE_MAX: i64 = 5_000;
/// A whole cent.
const CENT: i64 = 10_000;

/// One account's ledger as far as it was walked.
#[derive(Clone)]
pub(crate) struct Walk {
    account: i64,
    /// What the account's row says; transfers above its counter came after it was read.
    ledger_seq: i64,
    row_available: Usd,
    row_held: Usd,
    seq: i64,
    available_after: i64,
    held_after: i64,
    /// The sums of the customer's two books.
    available: i64,
    held: i64,
    /// Holds that nothing has ended yet: amount, order and time.
    open: BTreeMap<i64, (i64, i64, i64)>,
    /// What was given back of each capture, and of each order.
    refunded: HashMap<i64, i64>,
    refunded_orders: HashMap<i64, i64>,
}

impl Walk {
    pub(crate) fn new(account: i64, ledger_seq: i64, available: Usd, held: Usd) -> Self {
        Self {
            account,
            ledger_seq,
            row_available: available,
            row_held: held,
            seq: 0,
            available_after: 0,
            held_after: 0,
            available: 0,
            held: 0,
            open: BTreeMap::new(),
            refunded: HashMap::new(),
            refunded_orders: HashMap::new(),
        }
    }

    /// The holds that were open when the account's row was read.
    pub(crate) fn open_holds(&self) -> impl Iterator<Item = Outcome> + '_ {
        let outcome = |(hold, (_, order, at_ms)): (&i64, &(i64, i64, i64))| Outcome {
            account: self.account,
            seq: *hold,
            kind: Move::Hold,
            order: *order,
            paid_ms: *at_ms,
        };
        self.open.iter().map(outcome)
    }

    /// What came back of an order's price by refunds.
    pub(crate) fn refunded(&self, order: i64) -> Usd {
        Usd::from_micros(self.refunded_orders.get(&order).copied().unwrap_or(0))
    }

    /// What the whole walk says against the account's row.
    pub(crate) fn finish(&self) -> Vec<Finding> {
        let row = || format!("account {}", self.account);
        let mut findings = Vec::new();
        if self.seq != self.ledger_seq {
            let what = format!("counts {} transfers but its last one is number {}", self.ledger_seq, self.seq);
            findings.push(Finding::new("L5", what, row()));
        }
        let open = self.open.values().fold(0_i64, |sum, (amount, ..)| sum.saturating_add(*amount));
        let books = [
            ("L3", "available", self.row_available.micros(), self.available, "the sum of its transfers"),
            ("L3", "held", self.row_held.micros(), self.held, "the sum of its transfers"),
            ("L7", "held", self.row_held.micros(), open, "the sum of its open holds"),
        ];
        for (rule, book, stored, sum, of) in books {
            if stored != sum {
                findings.push(Finding::new(rule, format!("{book} is {stored} micro-dollars, {of} is {sum}"), row()));
            }
        }
        findings
    }

    fn row(&self, seq: i64) -> String {
        format!("account {} transfer {seq}", self.account)
    }
}

/// A transfer that says what became of an order.
#[derive(Clone, Copy)]
pub(crate) struct Outcome {
    pub(crate) account: i64,
    pub(crate) seq: i64,
    pub(crate) kind: Move,
    pub(crate) order: i64,
    /// When the price was set aside or charged that it moves: never after the order's end.
    pub(crate) paid_ms: i64,
}

/// What one page said.
pub(crate) struct Page {
    pub(crate) findings: Vec<Finding>,
    pub(crate) outcomes: Vec<Outcome>,
    /// The last transfer of a full page; `None` once all were read.
    pub(crate) next: Option<(i64, i64)>,
}

/// Walks the next transfers of some accounts, up to account `last`.
pub(crate) fn walk(
    tx: &mut Tx<'_>,
    walks: &mut BTreeMap<i64, Walk>,
    after: (i64, i64),
    last: i64,
) -> Result<Page, DbError> {
    let sql = "SELECT account_id, seq, kind, debit, credit, amount, order_id, resolves, available_after, held_after,
           at_ms
         FROM transfer
         WHERE (account_id, seq) > ($1, $2) AND account_id <= $3
         ORDER BY account_id, seq
         LIMIT $4";
    let rows = tx.all(sql, values![after.0, after.1, last, PAGE_MAX])?;
    let is_full = i64::try_from(rows.len()).is_ok_and(|count| count == PAGE_MAX);
    let next = rows.last().filter(|_| is_full).map(|row| (row.int(0), row.int(1)));
    let mut page = Page { findings: Vec::new(), outcomes: Vec::new(), next };
    for row in &rows {
        let walk = walks.get_mut(&row.int(0)).filter(|walk| row.int(1) <= walk.ledger_seq);
        if let Some(walk) = walk {
            step(tx, walk, row, &mut page)?;
        }
    }
    Ok(page)
}

fn step(tx: &mut Tx<'_>, walk: &mut Walk, row: &Row, page: &mut Page) -> Result<(), DbError> {
    let (seq, amount) = (row.int(1), row.int(5));
    if seq != walk.seq + 1 {
        let what = format!("follows transfer {}: those between are missing", walk.seq);
        page.findings.push(Finding::new("L5", what, walk.row(seq)));
    }
    walk.seq = seq;
    let Some(kind) = Move::from_word(row.text(2)) else {
        page.findings.push(Finding::new("L1", "is of no known kind", walk.row(seq)));
        return Ok(());
    };
    if kind.books() != (row.text(3), row.text(4)) {
        let what = format!("is a {} from {} to {}", kind.word(), row.text(3), row.text(4));
        page.findings.push(Finding::new("L1", what, walk.row(seq)));
    }
    if amount <= 0 || amount % CENT != 0 {
        page.findings.push(Finding::new("L1", "does not move whole cents", walk.row(seq)));
    }
    page.findings.extend(running_balances(walk, kind, row));
    for (book, sign) in [(row.text(3), -1), (row.text(4), 1)] {
        match book {
            "available" => walk.available = walk.available.saturating_add(sign * amount),
            "held" => walk.held = walk.held.saturating_add(sign * amount),
            _ => {}
        }
    }
    let order = row.opt_int(6);
    let (paid_ms, finding) = hold_or_end(tx, walk, kind, row)?;
    page.findings.extend(finding);
    if let Some(order) = order {
        page.outcomes.push(Outcome { account: walk.account, seq, kind, order, paid_ms });
    }
    Ok(())
}

/// The balances after a transfer follow from those after the one before it, and are never below nothing (L4).
fn running_balances(walk: &mut Walk, kind: Move, row: &Row) -> Option<Finding> {
    let (seq, amount) = (row.int(1), Usd::from_micros(row.int(5)));
    let (available, held) = kind.deltas(amount);
    let expected =
        (walk.available_after.saturating_add(available.micros()), walk.held_after.saturating_add(held.micros()));
    let stored = (row.int(8), row.int(9));
    (walk.available_after, walk.held_after) = stored;
    let is_right = stored == expected && stored.0 >= 0 && stored.1 >= 0;
    let what = "its running balances do not follow from those before it";
    (!is_right).then(|| Finding::new("L4", what, walk.row(seq)))
}

/// Every hold is ended at most once, by its own amount, for its own order; refunds stay within their capture. Tells also
/// when the price was set aside or charged that is moved.
fn hold_or_end(tx: &mut Tx<'_>, walk: &mut Walk, kind: Move, row: &Row) -> Result<(i64, Option<Finding>), DbError> {
    let (seq, amount, order, resolves) = (row.int(1), row.int(5), row.opt_int(6), row.opt_int(7).unwrap_or(0));
    let at_ms = row.int(10);
    match kind {
        Move::Credit | Move::Debit => Ok((at_ms, None)),
        Move::Hold => {
            walk.open.insert(seq, (amount, order.unwrap_or(0), at_ms));
            Ok((at_ms, None))
        }
        Move::Capture | Move::Release => {
            let Some((held, held_for, held_ms)) = walk.open.remove(&resolves) else {
                let what = format!("ends hold {resolves}, which is not open");
                return Ok((at_ms, Some(Finding::new("L6", what, walk.row(seq)))));
            };
            if Some(held_for) != order {
                let what = format!("ends hold {resolves}, which is of another order");
                return Ok((held_ms, Some(Finding::new("L7", what, walk.row(seq)))));
            }
            let what = format!("ends hold {resolves} with another amount");
            Ok((held_ms, (held != amount).then(|| Finding::new("L9", what, walk.row(seq)))))
        }
        Move::Refund => {
            let captured = "SELECT amount, at_ms FROM transfer WHERE account_id = $1 AND seq = $2 AND kind = 'capture'";
            let captured = tx.one(captured, values![walk.account, resolves])?;
            let captured_ms = captured.as_ref().map_or(at_ms, |row| row.int(1));
            let captured = captured.map_or(0, |row| row.int(0));
            let given_back = walk.refunded.entry(resolves).or_insert(0);
            *given_back = given_back.saturating_add(amount);
            let is_above = *given_back > captured;
            let of_order = walk.refunded_orders.entry(order.unwrap_or(0)).or_insert(0);
            *of_order = of_order.saturating_add(amount);
            let what = format!("gives back more than transfer {resolves} captured");
            Ok((captured_ms, is_above.then(|| Finding::new("L7", what, walk.row(seq)))))
        }
    }
}

/// A transfer that an order names, and what ended it if it is a hold.
pub(crate) struct Named {
    pub(crate) kind: Move,
    pub(crate) amount: Usd,
    pub(crate) order: Option<i64>,
    /// The capture or release that ended it, with its amount.
    pub(crate) end: Option<(Move, Usd)>,
}

/// The transfers of these places (account and seq), as of this snapshot.
pub(crate) fn named(tx: &mut Tx<'_>, places: &[(i64, i64)]) -> Result<HashMap<(i64, i64), Named>, DbError> {
    let sql = "SELECT p.a, p.b, t.kind, t.amount, t.order_id, e.kind, e.amount
         FROM (json_pairs($1)) p
         JOIN transfer t ON t.account_id = p.a AND t.seq = p.b
         LEFT JOIN transfer e ON e.account_id = p.a AND e.resolves = p.b AND e.kind IN ('capture', 'release')";
    let rows = tx.all(sql, &[pairs(places.iter().copied())])?;
    let mut found = HashMap::new();
    for row in &rows {
        let Some(kind) = Move::from_word(row.text(2)) else { continue };
        let end = row.opt_text(5).and_then(Move::from_word).zip(row.opt_int(6).map(Usd::from_micros));
        let named = Named { kind, amount: Usd::from_micros(row.int(3)), order: row.opt_int(4), end };
        found.insert((row.int(0), row.int(1)), named);
    }
    Ok(found)
}

/// A transfer by its reference, and where it stands.
pub(crate) type Booked = (String, i64, i64);

/// Before every reference.
pub(crate) const FIRST_BOOKED: Booked = (String::new(), i64::MIN, i64::MIN);

/// Looks from a transfer with a reference on for two that have the same: an outside event counts once (L10). The unique
/// index keeps it so, unless somebody took it away. Tells the last of a full page, at which the next one begins.
pub(crate) fn booked_twice(tx: &mut Tx<'_>, from: &Booked) -> Result<(Vec<Finding>, Option<Booked>), DbError> {
    let sql = "SELECT reference, account_id, seq
         FROM transfer
         WHERE reference IS NOT NULL AND (reference, account_id, seq) >= ($1, $2, $3)
         ORDER BY reference, account_id, seq
         LIMIT $4";
    let rows = tx.all(sql, values![from.0.as_str(), from.1, from.2, PAGE_MAX])?;
    let twice = rows.windows(2).filter(|pair| pair[0].text(0) == pair[1].text(0)).map(|pair| {
        let what = format!("books again what account {} transfer {} had booked", pair[0].int(1), pair[0].int(2));
        Finding::new("L10", what, format!("account {} transfer {}", pair[1].int(1), pair[1].int(2)))
    });
    let is_full = i64::try_from(rows.len()).is_ok_and(|count| count == PAGE_MAX);
    let last = rows.last().filter(|_| is_full).map(|row| (row.text(0).to_owned(), row.int(1), row.int(2)));
    Ok((twice.collect(), last))
}
