//! Which house is asked first: a rule over how they did lately, what they cost, and what they have.

use crate::money::Usd;

/// How a house's numbers did within a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Record {
    /// Purchases whose order is over, or whose message came.
    pub(super) ended: i64,
    /// Those whose message came.
    pub(super) delivered: i64,
    /// How long that took, on the average.
    pub(super) took_ms: Option<i64>,
}

/// What the rule looks at of one house.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Candidate<'a> {
    pub(super) name: &'a str,
    pub(super) cost: Usd,
    pub(super) available: Option<i64>,
    pub(super) record: Record,
    /// Whether it failed too often just now.
    pub(super) is_avoided: bool,
}

/// One order in so many asks the house first that is known least: else a house that once did badly, or is new, would
/// never be known better.
const EXPLORED_OF: u64 = 20;
/// Houses asked for one order, at most.
const ASKED_MAX: usize = 5;
/// A house of which nothing is known yet counts as if it had delivered so many of so many.
const PRIOR: (i64, i64) = (3, 4);
/// … in so long.
const PRIOR_TOOK_MS: i64 = 30_000;
/// A message that takes so long is worth half of one that comes at once.
const HALF_MS: i64 = 60_000;

/// The places of the houses to ask, in their order, and why in a line. `chance` decides whether this order explores.
pub(super) fn choose(candidates: &[Candidate<'_>], price: Usd, chance: u64) -> (Vec<usize>, String) {
    let mut places: Vec<usize> = (0..candidates.len())
        .filter(|place| candidates[*place].cost <= price && candidates[*place].available != Some(0))
        .collect();
    places.sort_by_key(|place| {
        let candidate = &candidates[*place];
        (candidate.is_avoided, -worth(candidate, price), candidate.name)
    });
    let explores = chance.is_multiple_of(EXPLORED_OF);
    let least = places.iter().copied().filter(|place| !candidates[*place].is_avoided);
    let least = least
        .min_by_key(|place| candidates[*place].record.ended)
        .filter(|least| explores && places.first() != Some(least));
    if let Some(least) = least {
        places.retain(|place| *place != least);
        places.insert(0, least);
    }
    places.truncate(ASKED_MAX);
    let mut words: Vec<String> = places.iter().map(|place| described(&candidates[*place])).collect();
    if let (Some(first), true) = (words.first_mut(), least.is_some()) {
        first.push_str(" (first this once, to know it better)");
    }
    let (dear, none) = left_out(candidates, price);
    words.extend(dear.map(|name| format!("{name} not: costs more than the price")));
    words.extend(none.map(|name| format!("{name} not: has none")));
    (places, words.join("; "))
}

fn left_out<'a>(
    candidates: &'a [Candidate<'a>],
    price: Usd,
) -> (impl Iterator<Item = &'a str>, impl Iterator<Item = &'a str>) {
    let dear = candidates.iter().filter(move |one| one.cost > price).map(|one| one.name);
    let none = candidates.iter().filter(move |one| one.cost <= price && one.available == Some(0)).map(|one| one.name);
    (dear, none)
}

/// How much an order is worth at a house, in parts per million: how likely it delivers, how fast, and what is left of
/// the price.
fn worth(candidate: &Candidate<'_>, price: Usd) -> i64 {
    let Record { ended, delivered, took_ms } = candidate.record;
    let likely = (delivered + PRIOR.0) * 1_000 / (ended + PRIOR.1);
    let fast = HALF_MS * 1_000 / (HALF_MS + took_ms.unwrap_or(PRIOR_TOOK_MS).max(0));
    let left = price.micros().saturating_sub(candidate.cost.micros()).saturating_mul(1_000) / price.micros().max(1);
    likely * fast * (1_000 + left.max(0)) / 1_000
}

fn described(candidate: &Candidate<'_>) -> String {
    let Record { ended, delivered, took_ms } = candidate.record;
    let took = took_ms.map(|ms| format!(" in {} s", ms / 1_000)).unwrap_or_default();
    let known = if ended == 0 { "not known yet".to_owned() } else { format!("{delivered} of {ended} delivered{took}") };
    let avoided = if candidate.is_avoided { ", failing just now" } else { "" };
    format!("{}: costs ${}, {known}{avoided}", candidate.name, candidate.cost)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PRICE: Usd = Usd::from_cents(42);

    fn house(name: &str, cents: i32, delivered: i64, ended: i64) -> Candidate<'_> {
        let record = Record { ended, delivered, took_ms: Some(20_000) };
        Candidate { name, cost: Usd::from_cents(cents), available: None, record, is_avoided: false }
    }

    fn order(candidates: &[Candidate<'_>], chance: u64) -> Vec<usize> {
        choose(candidates, PRICE, chance).0
    }

    #[test]
    fn the_one_that_delivers_is_asked_first() {
        assert_eq!(order(&[house("a", 20, 20, 100), house("b", 30, 95, 100)], 1), [1, 0]);
    }

    #[test]
    fn of_two_that_deliver_alike_the_cheaper_is_asked_first() {
        assert_eq!(order(&[house("a", 40, 90, 100), house("b", 10, 90, 100)], 1), [1, 0]);
    }

    #[test]
    fn the_faster_one_is_asked_first() {
        let slow = Candidate {
            record: Record { took_ms: Some(300_000), ..house("a", 20, 9, 10).record },
            ..house("a", 20, 9, 10)
        };
        assert_eq!(order(&[slow, house("b", 20, 9, 10)], 1), [1, 0]);
    }

    #[test]
    fn one_that_fails_is_asked_last_and_still_asked() {
        let failing = Candidate { is_avoided: true, ..house("a", 10, 100, 100) };
        assert_eq!(order(&[failing, house("b", 40, 1, 100)], 1), [1, 0]);
    }

    #[test]
    fn what_costs_more_than_the_price_or_is_not_there_is_not_asked_for() {
        let empty = Candidate { available: Some(0), ..house("b", 10, 9, 10) };
        let (places, why) = choose(&[house("a", 43, 9, 10), empty, house("c", 42, 9, 10)], PRICE, 1);
        assert_eq!(places, [2]);
        assert_eq!(why, "c: costs $0.42, 9 of 10 delivered in 20 s; a not: costs more than the price; b not: has none");
    }

    #[test]
    fn a_small_share_is_kept_for_the_one_that_is_known_least() {
        let houses = [house("a", 20, 95, 100), house("b", 20, 0, 3)];
        assert_eq!(order(&houses, 1), [0, 1]);
        let (places, why) = choose(&houses, PRICE, EXPLORED_OF);
        assert_eq!(places, [1, 0]);
        assert!(why.starts_with("b: costs $0.20, 0 of 3 delivered in 20 s (first this once, to know it better)"));
        let explored = (0..1_000).filter(|chance| order(&houses, *chance) == [1, 0]).count();
        assert_eq!(explored, 50);
    }

    #[test]
    fn at_most_five_are_asked() {
        let houses: Vec<Candidate<'_>> = (0..9).map(|_| house("a", 20, 1, 2)).collect();
        assert_eq!(order(&houses, 1).len(), ASKED_MAX);
    }
}
