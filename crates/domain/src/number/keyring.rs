//! Keys of texts that were unwrapped lately: whoever polls an inbox has its key looked up and unwrapped once in a while,
//! not every time.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use crate::clock::MINUTE_MS;
use crate::seal::Key;

/// How long a key is remembered, at most.
const LIFE_MS: i64 = MINUTE_MS;
/// Keys in one bunch, at most.
const KEYS_MAX: usize = 10_000;

/// What is remembered, in two bunches: from time to time the older one is forgotten as a whole.
#[derive(Default)]
pub(crate) struct Keyring(Mutex<Bunches>);

#[derive(Default)]
struct Bunches {
    /// Since when keys are put to the younger one.
    since_ms: i64,
    young: HashMap<i64, Held>,
    old: HashMap<i64, Held>,
}

#[derive(Clone)]
struct Held {
    key: Key,
    /// When it is to be looked up again, at the latest when the texts under it are to be gone (S9).
    until_ms: i64,
}

impl Keyring {
    /// The key of an order's texts, if it is remembered and the texts are still to be there.
    pub(super) fn get(&self, order: i64, now_ms: i64) -> Option<Key> {
        let mut bunches = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        bunches.forget(now_ms);
        let held = bunches.young.get(&order).or_else(|| bunches.old.get(&order))?;
        (held.until_ms > now_ms).then(|| held.key.clone())
    }

    /// Remembers the key of an order's texts, which may have to be gone at `gone_ms`.
    pub(super) fn put(&self, order: i64, key: Key, gone_ms: i64, now_ms: i64) {
        if gone_ms <= now_ms {
            return;
        }
        let mut bunches = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        bunches.forget(now_ms);
        if bunches.young.len() >= KEYS_MAX {
            bunches.turn(now_ms);
        }
        bunches.young.insert(order, Held { key, until_ms: gone_ms.min(now_ms + LIFE_MS) });
    }
}

impl Bunches {
    fn forget(&mut self, now_ms: i64) {
        if now_ms - self.since_ms >= LIFE_MS {
            self.turn(now_ms);
        }
    }

    fn turn(&mut self, now_ms: i64) {
        self.old = std::mem::take(&mut self.young);
        self.since_ms = now_ms;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_remembered_for_a_minute_and_never_past_its_texts() {
        let ring = Keyring::default();
        ring.put(1, Key::from_bytes([1; 32]), 20_000, 0);
        ring.put(2, Key::from_bytes([2; 32]), 200_000, 10_000);
        assert!(ring.get(1, 19_999) == Some(Key::from_bytes([1; 32])));
        assert!(ring.get(1, 20_000).is_none() && ring.get(3, 20_000).is_none());
        assert!(ring.get(2, 69_999) == Some(Key::from_bytes([2; 32])));
        assert!(ring.get(2, 70_000).is_none());
    }

    #[test]
    fn many_keys_are_not_all_remembered() {
        let ring = Keyring::default();
        for order in 0..3 * i64::try_from(KEYS_MAX).expect("a count") {
            ring.put(order, Key::from_bytes([0; 32]), 90_000, 0);
        }
        let bunches = ring.0.lock().expect("unpoisoned");
        assert!(bunches.young.len() <= KEYS_MAX && bunches.old.len() <= KEYS_MAX);
    }
}
