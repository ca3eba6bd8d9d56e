//! What an account may do in a day and an hour, by how far it is trusted.

use crate::account::Tier;
use crate::clock::{DAY_MS, HOUR_MS};
use crate::money::Usd;

/// What an account has open and did lately, as its own room counts it under its lock.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Usage {
    /// Orders that wait and rentals that run.
    pub(crate) open: i64,
    /// Orders and rentals made within a day, and what they cost.
    pub(crate) day_orders: i64,
    pub(crate) day_spend: Usd,
    /// Orders within an hour, those for the service asked for, and those cancelled.
    pub(crate) hour_orders: i64,
    pub(crate) hour_same_service: i64,
    pub(crate) hour_cancels: i64,
}

/// The limits of a tier.
pub(crate) struct Limits {
    pub(crate) open: i64,
    pub(crate) day_orders: i64,
    pub(crate) day_spend: Usd,
    hour: Option<Hourly>,
}

struct Hourly {
    orders: i64,
    same_service: i64,
    cancels: i64,
}

fn limits(tier: Tier) -> Option<Limits> {
    match tier {
        Tier::New => Some(Limits {
            open: 3,
            day_orders: 10,
            day_spend: Usd::from_cents(2_000),
            hour: Some(Hourly { orders: 50, same_service: 5, cancels: 20 }),
        }),
        Tier::Verified => Some(Limits { open: 10, day_orders: 100, day_spend: Usd::from_cents(20_000), hour: None }),
        Tier::Business => None,
    }
}

/// What a tier may have and do; `None` for one without limits.
pub(crate) fn most(tier: Tier) -> Option<Limits> {
    limits(tier)
}

/// Whether a tier has limits at all, so that nothing is counted for those that have none.
pub(crate) fn has_limits(tier: Tier) -> bool {
    limits(tier).is_some()
}

/// How long an order at `price` has to wait, in seconds, because a limit is reached; the order itself is not counted
/// in `usage`.
pub(crate) fn order_must_wait_s(tier: Tier, usage: &Usage, price: Usd) -> Option<i64> {
    let limits = limits(tier)?;
    let spend = usage.day_spend.checked_add(price);
    let is_day_over = usage.day_orders >= limits.day_orders || spend.is_none_or(|spend| spend > limits.day_spend);
    if is_day_over {
        return Some(DAY_MS / 1_000);
    }
    if limits.hour.is_some_and(|hour| usage.hour_orders >= hour.orders || usage.hour_same_service >= hour.same_service)
    {
        return Some(HOUR_MS / 1_000);
    }
    (usage.open >= limits.open).then_some(60)
}

/// How long a cancel has to wait, in seconds, because too many were made within the hour.
pub(crate) fn cancel_must_wait_s(tier: Tier, usage: &Usage) -> Option<i64> {
    let hour = limits(tier)?.hour?;
    (usage.hour_cancels >= hour.cancels).then_some(HOUR_MS / 1_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PRICE: Usd = Usd::from_cents(42);

    #[test]
    fn a_new_account_has_three_open_orders_at_most() {
        assert_eq!(order_must_wait_s(Tier::New, &Usage { open: 2, ..Usage::default() }, PRICE), None);
        assert_eq!(order_must_wait_s(Tier::New, &Usage { open: 3, ..Usage::default() }, PRICE), Some(60));
    }

    #[test]
    fn the_spend_of_a_day_counts_the_order_itself() {
        let usage = Usage { day_spend: Usd::from_cents(1_958), ..Usage::default() };
        assert_eq!(order_must_wait_s(Tier::New, &usage, PRICE), None);
        assert_eq!(order_must_wait_s(Tier::New, &usage, Usd::from_cents(43)), Some(86_400));
    }

    #[test]
    fn five_orders_for_one_service_in_an_hour_are_enough() {
        let usage = Usage { hour_same_service: 5, ..Usage::default() };
        assert_eq!(order_must_wait_s(Tier::New, &usage, PRICE), Some(3_600));
        assert_eq!(order_must_wait_s(Tier::Verified, &usage, PRICE), None);
    }

    #[test]
    fn a_business_has_no_velocity_limits() {
        let usage = Usage { open: 9_999, day_orders: 9_999, hour_cancels: 9_999, ..Usage::default() };
        assert_eq!(order_must_wait_s(Tier::Business, &usage, PRICE), None);
        assert_eq!(cancel_must_wait_s(Tier::Business, &usage), None);
    }

    #[test]
    fn twenty_cancels_in_an_hour_are_enough_for_a_new_account() {
        let usage = Usage { hour_cancels: 20, ..Usage::default() };
        assert_eq!(cancel_must_wait_s(Tier::New, &usage), Some(3_600));
    }
}
