//! What an account may do in a day and an hour: by how far it is trusted, and by what an operator set for it alone.

use serde::{Deserialize, Serialize};

use crate::account::Tier;
use crate::clock::{DAY_MS, HOUR_MS};
use crate::money::Usd;

/// The most that a limit on a count may be set to: as good as none.
pub const COUNT_MAX: i64 = 1_000_000;
/// The most that a limit on a day's spend may be set to.
pub const SPEND_MAX: Usd = Usd::from_cents(100_000_000);

/// A whole cent in micro-dollars: no limit is finer.
const CENT: i64 = 10_000;

/// What an account has open and did lately, as its own room counts it under its lock.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Usage {
    /// Orders that wait and rentals that run.
    pub(crate) open: i64,
    /// Orders, rentals and renewals made within a day, and what they cost.
    pub(crate) day_orders: i64,
    pub(crate) day_spend: Usd,
    /// Those within an hour, of them the numbers taken for the service asked for, and the orders cancelled.
    pub(crate) hour_orders: i64,
    pub(crate) hour_same_service: i64,
    pub(crate) hour_cancels: i64,
}

impl Usage {
    /// Both together.
    pub(crate) fn and(&self, other: &Self) -> Option<Self> {
        Some(Self {
            open: self.open + other.open,
            day_orders: self.day_orders + other.day_orders,
            day_spend: self.day_spend.checked_add(other.day_spend)?,
            hour_orders: self.hour_orders + other.hour_orders,
            hour_same_service: self.hour_same_service + other.hour_same_service,
            hour_cancels: self.hour_cancels + other.hour_cancels,
        })
    }
}

/// What an account may have and do; each `None`: as much as it likes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Limits {
    /// Orders that wait and rentals that run, at once.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub open: Option<i64>,
    /// Orders, rentals and renewals made within a day.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub day_orders: Option<i64>,
    /// What they cost.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub day_spend: Option<Usd>,
    /// Those within an hour.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hour_orders: Option<i64>,
    /// Orders and rentals for one service within an hour.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hour_same_service: Option<i64>,
    /// Orders cancelled within an hour.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hour_cancels: Option<i64>,
}

impl Limits {
    /// No limits at all, or nothing that is set.
    pub const NONE: Self = Self {
        open: None,
        day_orders: None,
        day_spend: None,
        hour_orders: None,
        hour_same_service: None,
        hour_cancels: None,
    };

    /// The limits of a tier.
    #[must_use]
    pub const fn of(tier: Tier) -> Self {
        match tier {
            Tier::New => Self {
                open: Some(3),
                day_orders: Some(10),
                day_spend: Some(Usd::from_cents(2_000)),
                hour_orders: Some(50),
                hour_same_service: Some(5),
                hour_cancels: Some(20),
            },
            Tier::Verified => {
                Self { open: Some(10), day_orders: Some(100), day_spend: Some(Usd::from_cents(20_000)), ..Self::NONE }
            }
            Tier::Business => Self::NONE,
        }
    }

    /// These, and where they say nothing, others.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        Self {
            open: self.open.or(other.open),
            day_orders: self.day_orders.or(other.day_orders),
            day_spend: self.day_spend.or(other.day_spend),
            hour_orders: self.hour_orders.or(other.hour_orders),
            hour_same_service: self.hour_same_service.or(other.hour_same_service),
            hour_cancels: self.hour_cancels.or(other.hour_cancels),
        }
    }

    /// Whether all that is set lies between nothing and the most that may be set.
    #[must_use]
    pub fn are_fine(&self) -> bool {
        let counts = [self.open, self.day_orders, self.hour_orders, self.hour_same_service, self.hour_cancels];
        let is_fine = |spend: Usd| (Usd::ZERO..=SPEND_MAX).contains(&spend) && spend.micros() % CENT == 0;
        counts.into_iter().flatten().all(|count| (0..=COUNT_MAX).contains(&count)) && self.day_spend.is_none_or(is_fine)
    }

    /// In words for the audit log: `open 3, day_spend $20.00`; `none`, where nothing is set.
    #[must_use]
    pub fn told(&self) -> String {
        let counts = [
            ("open", self.open),
            ("day_orders", self.day_orders),
            ("hour_orders", self.hour_orders),
            ("hour_same_service", self.hour_same_service),
            ("hour_cancels", self.hour_cancels),
        ];
        let counts = counts.into_iter().filter_map(|(name, count)| Some(format!("{name} {}", count?)));
        let told: Vec<String> = counts.chain(self.day_spend.map(|spend| format!("day_spend ${spend}"))).collect();
        if told.is_empty() { "none".to_owned() } else { told.join(", ") }
    }
}

/// How long an order at `price` has to wait, in seconds, because a limit is reached; the order itself is not counted
/// in `usage`.
pub(crate) fn order_must_wait_s(limits: &Limits, usage: &Usage, price: Usd) -> Option<i64> {
    let is_reached = |limit: Option<i64>, count: i64| limit.is_some_and(|most| count >= most);
    let spend = usage.day_spend.checked_add(price);
    let is_spent = limits.day_spend.is_some_and(|most| spend.is_none_or(|spend| spend > most));
    if is_spent || is_reached(limits.day_orders, usage.day_orders) {
        return Some(DAY_MS / 1_000);
    }
    if is_reached(limits.hour_orders, usage.hour_orders)
        || is_reached(limits.hour_same_service, usage.hour_same_service)
    {
        return Some(HOUR_MS / 1_000);
    }
    is_reached(limits.open, usage.open).then_some(60)
}

/// How long a renewal of a rental that runs has to wait, in seconds: it counts like an order, but takes no number, so that
/// neither what is open nor what was ordered for its service stands against it.
pub(crate) fn renewal_must_wait_s(limits: &Limits, usage: &Usage, price: Usd) -> Option<i64> {
    order_must_wait_s(&Limits { open: None, hour_same_service: None, ..*limits }, usage, price)
}

/// How long a cancel has to wait, in seconds, because too many were made within the hour.
pub(crate) fn cancel_must_wait_s(limits: &Limits, usage: &Usage) -> Option<i64> {
    limits.hour_cancels.is_some_and(|most| usage.hour_cancels >= most).then_some(HOUR_MS / 1_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PRICE: Usd = Usd::from_cents(42);
    const NEW: Limits = Limits::of(Tier::New);

    #[test]
    fn a_new_account_has_three_open_orders_at_most() {
        assert_eq!(order_must_wait_s(&NEW, &Usage { open: 2, ..Usage::default() }, PRICE), None);
        assert_eq!(order_must_wait_s(&NEW, &Usage { open: 3, ..Usage::default() }, PRICE), Some(60));
    }

    #[test]
    fn a_renewal_takes_no_number_and_costs_its_price() {
        let usage = Usage { open: 3, hour_same_service: 5, day_spend: Usd::from_cents(1_958), ..Usage::default() };
        assert_eq!(renewal_must_wait_s(&NEW, &usage, PRICE), None);
        assert_eq!(renewal_must_wait_s(&NEW, &usage, Usd::from_cents(43)), Some(86_400));
        let busy = Usage { day_orders: 10, ..Usage::default() };
        assert_eq!(renewal_must_wait_s(&NEW, &busy, PRICE), Some(86_400));
    }

    #[test]
    fn the_spend_of_a_day_counts_the_order_itself() {
        let usage = Usage { day_spend: Usd::from_cents(1_958), ..Usage::default() };
        assert_eq!(order_must_wait_s(&NEW, &usage, PRICE), None);
        assert_eq!(order_must_wait_s(&NEW, &usage, Usd::from_cents(43)), Some(86_400));
    }

    #[test]
    fn five_orders_for_one_service_in_an_hour_are_enough() {
        let usage = Usage { hour_same_service: 5, ..Usage::default() };
        assert_eq!(order_must_wait_s(&NEW, &usage, PRICE), Some(3_600));
        assert_eq!(order_must_wait_s(&Limits::of(Tier::Verified), &usage, PRICE), None);
    }

    #[test]
    fn a_business_has_no_velocity_limits() {
        let usage = Usage { open: 9_999, day_orders: 9_999, hour_cancels: 9_999, ..Usage::default() };
        assert_eq!(order_must_wait_s(&Limits::of(Tier::Business), &usage, PRICE), None);
        assert_eq!(cancel_must_wait_s(&Limits::of(Tier::Business), &usage), None);
    }

    #[test]
    fn twenty_cancels_in_an_hour_are_enough_for_a_new_account() {
        let usage = Usage { hour_cancels: 20, ..Usage::default() };
        assert_eq!(cancel_must_wait_s(&NEW, &usage), Some(3_600));
    }

    #[test]
    fn what_is_set_for_an_account_goes_before_its_tier() {
        let own = Limits { open: Some(5), hour_cancels: Some(0), ..Limits::NONE };
        let limits = own.or(NEW);
        assert_eq!((limits.open, limits.day_orders, limits.hour_cancels), (Some(5), Some(10), Some(0)));
        assert_eq!(order_must_wait_s(&limits, &Usage { open: 4, ..Usage::default() }, PRICE), None);
        assert_eq!(cancel_must_wait_s(&limits, &Usage::default()), Some(3_600));
    }

    #[test]
    fn a_limit_is_a_count_or_whole_cents() {
        assert!(Limits { open: Some(0), day_spend: Some(SPEND_MAX), ..Limits::NONE }.are_fine());
        assert!(!Limits { open: Some(-1), ..Limits::NONE }.are_fine());
        assert!(!Limits { hour_orders: Some(COUNT_MAX + 1), ..Limits::NONE }.are_fine());
        assert!(!Limits { day_spend: Some(Usd::from_micros(1)), ..Limits::NONE }.are_fine());
    }

    #[test]
    fn limits_are_told_by_name() {
        let own = Limits { open: Some(5), day_spend: Some(Usd::from_cents(2_000)), ..Limits::NONE };
        assert_eq!((own.told().as_str(), Limits::NONE.told().as_str()), ("open 5, day_spend $20.00", "none"));
    }
}
