//! How late a source's network times usually are, so that a clock that is wrong does not make its messages look old.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, PoisonError};

use crate::clock::HOUR_MS;

/// Messages of a source that its usual lag is taken from.
const SEEN_MAX: usize = 31;
/// A lag above this is not a clock or zone gone wrong but a message that was stored.
const LAG_MAX_MS: i64 = 15 * HOUR_MS;

/// What was seen of each source since this node started.
#[derive(Default)]
pub(crate) struct Lags(Mutex<HashMap<i64, VecDeque<i64>>>);

impl Lags {
    /// When a message was sent by our clock, as far as its source's usual lag tells.
    pub(super) fn corrected(&self, source: i64, sent_ms: i64) -> i64 {
        let seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        sent_ms.saturating_add(seen.get(&source).map_or(0, median))
    }

    /// Notes what was seen of a delivered message.
    pub(super) fn note(&self, source: i64, lag_ms: i64) {
        if lag_ms.abs() > LAG_MAX_MS {
            return;
        }
        let mut seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let seen = seen.entry(source).or_default();
        seen.push_back(lag_ms);
        if seen.len() > SEEN_MAX {
            seen.pop_front();
        }
    }
}

fn median(seen: &VecDeque<i64>) -> i64 {
    let mut sorted: Vec<i64> = seen.iter().copied().collect();
    sorted.sort_unstable();
    sorted.get(sorted.len() / 2).copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slow_clock_is_learned_and_a_stored_message_is_not() {
        let lags = Lags::default();
        for _ in 0..9 {
            lags.note(1, 40_000);
        }
        lags.note(1, 3 * 24 * HOUR_MS);
        assert_eq!(lags.corrected(1, 0), 40_000);
        assert_eq!(lags.corrected(2, 0), 0);
    }
}
