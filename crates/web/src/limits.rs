//! How many calls a key and an address may make in a minute, exact on this node.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};

use domain::clock::{MINUTE_MS, SECOND_MS};

use crate::Settings;
use crate::client::counted;

/// Keys and addresses counted in one minute. Beyond it only the others are counted, so that a flood of addresses
/// cannot fill the memory.
const COUNTED_MAX: usize = 500_000;

/// Which count a call draws on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Budget {
    /// Calls that sell something.
    Orders,
    /// All others.
    Reads,
}

/// Who is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Who {
    /// A key, by its id.
    Key(i64),
    /// A client's address.
    Address(IpAddr),
}

/// Where a caller stands within its minute.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Quota {
    /// Calls in a minute.
    pub(crate) limit: u32,
    /// Calls that are left of them.
    pub(crate) remaining: u32,
    /// Seconds until the next minute.
    pub(crate) reset_s: i64,
}

/// The counts of the running minute.
#[derive(Default)]
struct Minute {
    number: i64,
    counts: HashMap<(Who, Budget), u32>,
}

/// The limits and what was counted against them.
pub(crate) struct Limits {
    orders_key: u32,
    reads_key: u32,
    orders_address: u32,
    reads_address: u32,
    minute: Mutex<Minute>,
}

impl Limits {
    pub(crate) fn new(settings: &Settings) -> Self {
        Self {
            orders_key: settings.orders_per_minute_key,
            reads_key: settings.reads_per_minute_key,
            orders_address: settings.orders_per_minute_address,
            reads_address: settings.reads_per_minute_address,
            minute: Mutex::default(),
        }
    }

    fn limit(&self, who: Who, budget: Budget) -> u32 {
        match (who, budget) {
            (Who::Key(_), Budget::Orders) => self.orders_key,
            (Who::Key(_), Budget::Reads) => self.reads_key,
            (Who::Address(_), Budget::Orders) => self.orders_address,
            (Who::Address(_), Budget::Reads) => self.reads_address,
        }
    }

    /// Counts a call. `Ok(None)` where there is no limit, `Err` where nothing is left; such a call is not counted.
    pub(crate) fn count(&self, who: Who, budget: Budget, now_ms: i64) -> Result<Option<Quota>, Quota> {
        let limit = self.limit(who, budget);
        if limit == 0 {
            return Ok(None);
        }
        let who = match who {
            Who::Key(key) => Who::Key(key),
            Who::Address(address) => Who::Address(counted(address)),
        };
        let number = now_ms.div_euclid(MINUTE_MS);
        let left_ms = MINUTE_MS - now_ms.rem_euclid(MINUTE_MS);
        let reset_s = (left_ms + SECOND_MS - 1) / SECOND_MS;
        let mut minute = self.minute.lock().unwrap_or_else(PoisonError::into_inner);
        if minute.number != number {
            *minute = Minute { number, counts: HashMap::new() };
        }
        if minute.counts.len() >= COUNTED_MAX && !minute.counts.contains_key(&(who, budget)) {
            return Ok(None);
        }
        let count = minute.counts.entry((who, budget)).or_insert(0);
        if *count >= limit {
            return Err(Quota { limit, remaining: 0, reset_s });
        }
        *count += 1;
        Ok(Some(Quota { limit, remaining: limit - *count, reset_s }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_minute_has_its_calls_and_the_next_one_has_them_again() {
        let limits = Limits::new(&Settings { orders_per_minute_key: 2, ..Settings::default() });
        let take = |now_ms| limits.count(Who::Key(1), Budget::Orders, now_ms);
        assert_eq!(take(59_001), Ok(Some(Quota { limit: 2, remaining: 1, reset_s: 1 })));
        assert_eq!(take(59_001), Ok(Some(Quota { limit: 2, remaining: 0, reset_s: 1 })));
        assert_eq!(take(59_999), Err(Quota { limit: 2, remaining: 0, reset_s: 1 }));
        assert_eq!(take(60_000), Ok(Some(Quota { limit: 2, remaining: 1, reset_s: 60 })));
    }

    #[test]
    fn no_limit_is_no_count() {
        let limits = Limits::new(&Settings { reads_per_minute_key: 0, ..Settings::default() });
        assert_eq!(limits.count(Who::Key(1), Budget::Reads, 0), Ok(None));
    }
}
