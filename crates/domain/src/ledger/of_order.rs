//! The transfers of one order or rental.

use super::books::{Posting, posting};
use crate::db::{DbError, Tx};
use crate::product::Product;
use crate::{order, values};

/// Transfers of one kind of one order that are told.
const TOLD_MAX: i64 = 400;

/// The transfers of an order or rental of an account, oldest first. Each part is found by an index of few rows.
pub(crate) fn of_order(tx: &mut Tx<'_>, account: i64, product: Product, id: i64) -> Result<Vec<Posting>, DbError> {
    let hold = "SELECT seq, at_ms, kind, debit, credit, amount, order_id, product, resolves, reference, reason,
               available_after, held_after
         FROM transfer
         WHERE account_id = $1 AND seq = $2";
    let end = "SELECT seq, at_ms, kind, debit, credit, amount, order_id, product, resolves, reference, reason,
               available_after, held_after
         FROM transfer
         WHERE account_id = $1 AND resolves = $2 AND kind IN ('capture', 'release')";
    let paid = "SELECT seq, at_ms, kind, debit, credit, amount, order_id, product, resolves, reference, reason,
               available_after, held_after
         FROM transfer
         WHERE account_id = $1 AND order_id = $2 AND kind = 'capture' AND product <> 'short_term'
         ORDER BY seq
         LIMIT $3";
    let back = "SELECT seq, at_ms, kind, debit, credit, amount, order_id, product, resolves, reference, reason,
               available_after, held_after
         FROM transfer
         WHERE account_id = $1 AND order_id = $2 AND kind = 'refund'
         ORDER BY seq
         LIMIT $3";
    let mut rows = Vec::new();
    match product {
        Product::ShortTerm => {
            let seq = order::hold_of(tx, id)?.map(|(_, seq)| seq);
            rows.extend(tx.all(hold, values![account, seq])?);
            rows.extend(tx.all(end, values![account, seq])?);
        }
        Product::Rental1Day | Product::Rental30Day => rows.extend(tx.all(paid, values![account, id, TOLD_MAX])?),
    }
    rows.extend(tx.all(back, values![account, id, TOLD_MAX])?);
    let mut all: Vec<Posting> = rows.iter().map(posting).collect::<Result<_, _>>()?;
    all.sort_by_key(|posting| posting.seq);
    Ok(all)
}
