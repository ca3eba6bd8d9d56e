//! How many calls a key and an address may make in a minute, exact on this node.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};

use domain::clock::{MINUTE_MS, SECOND_MS};

use crate::Settings;
use crate::client::counted;

/// Addresses that are counted one by one in a minute, for each budget. Those that come later are counted together, as
/// if they were one, so that a flood of addresses can neither fill the memory nor pass uncounted; whoever was there
/// before it has its own count still. Keys need no such bound: they are counted once they are known to be the house's.
const ADDRESSES_MAX: usize = 250_000;

/// Which count a call draws on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Budget {
    /// Calls that sell something.
    Orders,
    /// All others.
    Reads,
}

/// Who is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Who {
    /// A key, by its id.
    Key(i64),
    /// An account whose person buys on the pages, by its id; it may as much as a key.
    Account(i64),
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

/// The counts of the running minute, each budget's for itself.
#[derive(Default)]
struct Minute {
    number: i64,
    orders: Counts,
    reads: Counts,
}

#[derive(Default)]
struct Counts {
    keys: HashMap<i64, u32>,
    accounts: HashMap<i64, u32>,
    addresses: HashMap<IpAddr, u32>,
    /// All addresses for which there was no room.
    crowd: u32,
}

impl Counts {
    fn of(&mut self, who: Who, addresses_max: usize) -> &mut u32 {
        let is_full = self.addresses.len() >= addresses_max;
        match who {
            Who::Key(key) => self.keys.entry(key).or_default(),
            Who::Account(account) => self.accounts.entry(account).or_default(),
            Who::Address(address) => match self.addresses.entry(counted(address)) {
                Entry::Occupied(known) => known.into_mut(),
                Entry::Vacant(_) if is_full => &mut self.crowd,
                Entry::Vacant(place) => place.insert(0),
            },
        }
    }
}

/// The limits and what was counted against them.
pub(crate) struct Limits {
    orders_key: u32,
    reads_key: u32,
    orders_address: u32,
    reads_address: u32,
    addresses_max: usize,
    minute: Mutex<Minute>,
}

impl Limits {
    pub(crate) fn new(settings: &Settings) -> Self {
        Self {
            orders_key: settings.orders_per_minute_key,
            reads_key: settings.reads_per_minute_key,
            orders_address: settings.orders_per_minute_address,
            reads_address: settings.reads_per_minute_address,
            addresses_max: ADDRESSES_MAX,
            minute: Mutex::default(),
        }
    }

    fn limit(&self, who: Who, budget: Budget) -> u32 {
        match (who, budget) {
            (Who::Key(_) | Who::Account(_), Budget::Orders) => self.orders_key,
            (Who::Key(_) | Who::Account(_), Budget::Reads) => self.reads_key,
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
        let number = now_ms.div_euclid(MINUTE_MS);
        let left_ms = MINUTE_MS - now_ms.rem_euclid(MINUTE_MS);
        let reset_s = (left_ms + SECOND_MS - 1) / SECOND_MS;
        let mut minute = self.minute.lock().unwrap_or_else(PoisonError::into_inner);
        if minute.number != number {
            *minute = Minute { number, ..Minute::default() };
        }
        let counts = match budget {
            Budget::Orders => &mut minute.orders,
            Budget::Reads => &mut minute.reads,
        };
        let count = counts.of(who, self.addresses_max);
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

    /// Whether a read of the nth address passes.
    fn reads(limits: &Limits, address: u32, now_ms: i64) -> bool {
        limits.count(Who::Address(IpAddr::V4(address.into())), Budget::Reads, now_ms).is_ok()
    }

    #[test]
    fn a_flood_of_addresses_is_counted_as_one_and_refuses_nobody_who_was_there_before() {
        let settings = Settings { reads_per_minute_address: 5, ..Settings::default() };
        let limits = Limits { addresses_max: 10, ..Limits::new(&settings) };
        assert!((0..10).all(|address| reads(&limits, address, 0)));
        let passed = (10..10_000).filter(|address| reads(&limits, *address, 0)).count();
        assert_eq!(passed, 5);
        for address in 0..10 {
            assert_eq!((0..10).filter(|_| reads(&limits, address, 0)).count(), 4, "{address}");
        }
        assert_eq!(limits.minute.lock().expect("unpoisoned").reads.addresses.len(), 10);
        assert!(reads(&limits, 20_000, MINUTE_MS), "the next minute has its own");
    }

    #[test]
    fn a_flood_of_addresses_lets_no_key_pass_uncounted_and_refuses_none() {
        let limits = Limits { addresses_max: 1, ..Limits::new(&Settings::default()) };
        for address in 0..10 {
            reads(&limits, address, 0);
        }
        let take = |key| limits.count(Who::Key(key), Budget::Reads, 0).map(|quota| quota.map(|quota| quota.remaining));
        assert_eq!((take(1), take(2), take(1)), (Ok(Some(599)), Ok(Some(599)), Ok(Some(598))));
    }

    #[test]
    fn a_flood_on_one_budget_leaves_the_other_alone() {
        let settings = Settings { reads_per_minute_address: 1, orders_per_minute_address: 1, ..Settings::default() };
        let limits = Limits { addresses_max: 1, ..Limits::new(&settings) };
        assert!(reads(&limits, 0, 0) && reads(&limits, 1, 0) && !reads(&limits, 2, 0));
        assert!(limits.count(Who::Address(IpAddr::V4(7.into())), Budget::Orders, 0).is_ok());
    }
}
