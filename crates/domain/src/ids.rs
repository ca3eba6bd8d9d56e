//! Ids: blocks of fresh numbers for this node, and order ids that do not tell how many orders there were.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use sha2::{Digest, Sha256};

use crate::db::{Db, DbError, Lane, Tx};
use crate::product::Product;
use crate::values;

/// Ids that a node takes at once. What it has not used when it stops is never used, which harms nobody.
const BLOCK: i64 = 1_000;
/// Order ids have at least six digits …
const LOWEST: i64 = 100_000;
/// … and stay below 2^31 as long as they can, because older clients read them into 32 bits.
const HIGHEST: i64 = 1 << 31;
const RANGE: i64 = HIGHEST - LOWEST;

/// Which ids are counted on their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Counter {
    /// Orders and rentals: one space, before the permutation.
    Order,
    /// Messages.
    Message,
    /// Purchases from other houses.
    Purchase,
}

impl Counter {
    fn name(self) -> &'static str {
        match self {
            Self::Order => "order",
            Self::Message => "message",
            Self::Purchase => "purchase",
        }
    }
}

/// Hands out ids without asking the database for each.
pub struct Ids {
    key: [u8; 32],
    blocks: Mutex<HashMap<Counter, std::ops::Range<i64>>>,
    refill: tokio::sync::Mutex<()>,
}

impl Ids {
    /// Ids of a house, whose key makes its permutation.
    #[must_use]
    pub fn new(key: [u8; 32]) -> Self {
        Self { key, blocks: Mutex::default(), refill: tokio::sync::Mutex::default() }
    }

    /// A fresh id of an order or rental.
    ///
    /// # Errors
    /// What the database said when a new block was needed.
    pub async fn order(&self, db: &Db) -> Result<i64, DbError> {
        Ok(permuted(&self.key, self.next(db, Counter::Order).await?))
    }

    /// A fresh id of a message.
    ///
    /// # Errors
    /// What the database said when a new block was needed.
    pub async fn message(&self, db: &Db) -> Result<i64, DbError> {
        self.next(db, Counter::Message).await
    }

    /// A fresh id of a purchase.
    ///
    /// # Errors
    /// What the database said when a new block was needed.
    pub async fn purchase(&self, db: &Db) -> Result<i64, DbError> {
        self.next(db, Counter::Purchase).await
    }

    async fn next(&self, db: &Db, counter: Counter) -> Result<i64, DbError> {
        loop {
            if let Some(id) = self.within_block(counter) {
                return Ok(id);
            }
            let _one_at_a_time = self.refill.lock().await;
            if let Some(id) = self.within_block(counter) {
                return Ok(id);
            }
            let first = db.write(Lane::Work, move |tx| take(tx, counter.name(), BLOCK)).await?;
            let block = first..first.saturating_add(BLOCK);
            self.blocks.lock().unwrap_or_else(PoisonError::into_inner).insert(counter, block);
        }
    }

    fn within_block(&self, counter: Counter) -> Option<i64> {
        self.blocks.lock().unwrap_or_else(PoisonError::into_inner).get_mut(&counter)?.next()
    }
}

/// Takes `count` ids of a counter and tells the first. The row of the counter stays locked until the story ends.
pub(crate) fn take(tx: &mut Tx<'_>, counter: &str, count: i64) -> Result<i64, DbError> {
    let sql = "INSERT INTO counter (name, next)
         VALUES ($1, $2 + 1)
         ON CONFLICT (name) DO UPDATE SET next = counter.next + $2
         RETURNING next";
    let row = tx.one(sql, values![counter, count])?;
    Ok(row.ok_or(DbError::Damaged("a counter did not count"))?.int(0) - count)
}

/// How many ids of a counter were taken.
pub(crate) fn taken(tx: &mut Tx<'_>, counter: &str) -> Result<i64, DbError> {
    let row = tx.one("SELECT next FROM counter WHERE name = $1", values![counter])?;
    Ok(row.map_or(0, |row| row.int(0) - 1))
}

/// Where the n-th order id (from 1) lies: a keyed permutation of the range, so that ids are unique without looking and
/// say nothing about their number. What does not fit the range follows above it, in order.
fn permuted(key: &[u8; 32], n: i64) -> i64 {
    let Some(mut place) = u32::try_from(n - 1).ok().filter(|_| n <= RANGE) else {
        return HIGHEST.saturating_add(n);
    };
    // Walking the cycle until it comes back into the range keeps a permutation one.
    loop {
        place = feistel(key, place);
        if i64::from(place) < RANGE {
            return LOWEST + i64::from(place);
        }
    }
}

/// A permutation of all 32-bit numbers: four rounds, each a keyed hash of one half.
fn feistel(key: &[u8; 32], value: u32) -> u32 {
    let (mut left, mut right) = (value >> 16, value & 0xffff);
    for round in 0..4_u8 {
        let hash = Sha256::new().chain_update(key).chain_update([round]).chain_update(right.to_be_bytes()).finalize();
        (left, right) = (right, left ^ u32::from(u16::from_be_bytes([hash[0], hash[1]])));
    }
    (left << 16) | right
}

/// An order's id as its customer sees it: `ORD-123456`, `RNT-789012`, `RNT-1D-345678`.
#[must_use]
pub fn shown(product: Product, id: i64) -> String {
    format!("{}{id}", product.id_prefix())
}

/// Reads an id as it is shown, for one kind of order.
#[must_use]
pub fn parse(product: Product, text: &str) -> Option<i64> {
    let digits = text.strip_prefix(product.id_prefix())?;
    if digits.starts_with('0') || digits.len() > 18 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    digits.parse().ok().filter(|id| *id >= LOWEST)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn order_ids_never_meet_and_have_six_digits() {
        let ids: std::collections::HashSet<i64> = (1..=20_000).map(|n| permuted(&[7; 32], n)).collect();
        assert_eq!(ids.len(), 20_000);
        assert!(ids.iter().all(|id| (LOWEST..HIGHEST).contains(id)));
    }

    #[test]
    fn order_ids_do_not_tell_their_order() {
        let ids: Vec<i64> = (1..=1_000).map(|n| permuted(&[7; 32], n)).collect();
        let rises = ids.windows(2).filter(|pair| pair[0] < pair[1]).count();
        assert!((400..600).contains(&rises), "{rises} of 999 rise");
    }

    #[test]
    fn ids_go_on_above_the_range() {
        assert_eq!(permuted(&[7; 32], RANGE + 1), HIGHEST + RANGE + 1);
    }

    #[test]
    fn only_its_own_kind_of_id_is_read() {
        assert_eq!(parse(Product::ShortTerm, "ORD-123456"), Some(123_456));
        assert_eq!(parse(Product::Rental30Day, "RNT-789012"), Some(789_012));
        assert_eq!(parse(Product::Rental1Day, "RNT-1D-345678"), Some(345_678));
        for wrong in [
            "123456",
            "ORD-12345",
            "ORD-0123456",
            "ord-123456",
            "ORD-+23456",
            "RNT-1D-345678",
            "ORD-12345678901234567890",
        ] {
            assert_eq!(parse(Product::ShortTerm, wrong), None, "{wrong}");
        }
        assert_eq!(parse(Product::Rental30Day, "RNT-1D-345678"), None);
    }
}
