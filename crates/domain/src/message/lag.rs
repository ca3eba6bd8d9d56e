//! How late a source's network times usually are, so that a clock that is wrong does not make its messages look old.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, PoisonError};

use crate::clock::{HOUR_MS, MINUTE_MS};

/// Messages of a source that its usual lag is taken from.
const SEEN_MAX: usize = 31;
/// One message counts in so long: what was stored while a wire was down comes all at once, and must not outnumber the rest.
const EVERY_MS: i64 = MINUTE_MS;
/// A lag above this is not a clock or zone gone wrong but a message that was stored.
const LAG_MAX_MS: i64 = 15 * HOUR_MS;
/// A usual lag above this may be that of messages that were stored, so it is not believed before it has lasted for half an
/// hour, which is [`SEEN_MAX`] messages.
const BELIEVED_MAX_MS: i64 = 10 * MINUTE_MS;

/// What was seen of each source since this node started.
#[derive(Default)]
pub(crate) struct Lags(Mutex<HashMap<i64, Seen>>);

#[derive(Default)]
struct Seen {
    lags_ms: VecDeque<i64>,
    noted_ms: Option<i64>,
}

impl Lags {
    /// When a message was sent by our clock, as far as its source's usual lag tells.
    pub(super) fn corrected(&self, source: i64, sent_ms: i64) -> i64 {
        let seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        sent_ms.saturating_add(seen.get(&source).map_or(0, Seen::usual_ms))
    }

    /// Notes what was seen of a delivered message.
    pub(super) fn note(&self, source: i64, now_ms: i64, lag_ms: i64) {
        if lag_ms.abs() > LAG_MAX_MS {
            return;
        }
        let mut seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let seen = seen.entry(source).or_default();
        if seen.noted_ms.is_some_and(|noted_ms| (noted_ms..noted_ms + EVERY_MS).contains(&now_ms)) {
            return;
        }
        seen.noted_ms = Some(now_ms);
        seen.lags_ms.push_back(lag_ms);
        if seen.lags_ms.len() > SEEN_MAX {
            seen.lags_ms.pop_front();
        }
    }
}

impl Seen {
    /// The median, if it can be believed. Too small a lag keeps a message from everyone, too large a one tells somebody
    /// what another was sent.
    fn usual_ms(&self) -> i64 {
        let mut sorted: Vec<i64> = self.lags_ms.iter().copied().collect();
        sorted.sort_unstable();
        let median = sorted.get(sorted.len() / 2).copied().unwrap_or(0);
        if median > BELIEVED_MAX_MS && sorted.len() < SEEN_MAX { 0 } else { median }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTES: std::ops::Range<i64> = 0..31;

    /// What is added once these lags were seen, one a minute.
    fn usual_ms(lags_ms: impl IntoIterator<Item = i64>) -> i64 {
        let lags = Lags::default();
        for (minute, lag_ms) in (0..).zip(lags_ms) {
            lags.note(1, minute * MINUTE_MS, lag_ms);
        }
        assert_eq!(lags.corrected(2, 0), 0, "a source of its own");
        lags.corrected(1, 0)
    }

    #[test]
    fn a_slow_clock_is_learned_and_a_stored_message_is_not() {
        assert_eq!(usual_ms([40_000]), 40_000);
        assert_eq!(usual_ms([40_000, 40_000, 40_000, 3 * 24 * HOUR_MS]), 40_000);
        assert_eq!(usual_ms([-5 * HOUR_MS]), -5 * HOUR_MS, "nothing comes before it was sent");
    }

    #[test]
    fn a_wrong_zone_is_learned_once_it_has_lasted() {
        assert_eq!(usual_ms(MINUTES.skip(1).map(|_| 5 * HOUR_MS)), 0);
        assert_eq!(usual_ms(MINUTES.map(|_| 5 * HOUR_MS)), 5 * HOUR_MS);
    }

    /// Or a text that was sent an hour before a lease would be its customer's.
    #[test]
    fn what_was_stored_while_a_wire_was_down_is_not_what_is_usual() {
        let lags = Lags::default();
        for minute in MINUTES {
            lags.note(1, minute * MINUTE_MS, 2_000);
        }
        let again_ms = 3 * HOUR_MS;
        for place in 0..1_000 {
            lags.note(1, again_ms + place * 100, 2 * HOUR_MS - place * 1_000);
            assert_eq!(lags.corrected(1, 0), 2_000);
        }
        // The house itself was down, and knows nothing else.
        let lags = Lags::default();
        for place in 0..1_000 {
            lags.note(1, again_ms + place * 100, 2 * HOUR_MS - place * 1_000);
            assert_eq!(lags.corrected(1, 0), 0);
        }
    }
}
