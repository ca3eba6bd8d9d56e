//! What each role may do in the console.

use crate::login::Role;
use crate::money::Usd;

/// Something that not every operator may do. Reading figures, lists and logs takes none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Power {
    /// Change how the house runs: numbers, sources, services, prices, customers and their balances, stops, quarantine.
    Run,
    /// Change who runs it, and its settings.
    Rule,
    /// Give captured money back, within the role's limits.
    Refund,
    /// Answer complaints.
    Answer,
    /// Read what a customer's SMS or mail says, with a reason.
    ReadTexts,
}

impl Power {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Run, Self::Rule, Self::Refund, Self::Answer, Self::ReadTexts];
}

impl Role {
    /// Whether it has a power.
    #[must_use]
    pub fn may(self, power: Power) -> bool {
        match (self, power) {
            (Self::Owner, _) => true,
            (Self::Operator, power) => power != Power::Rule,
            (Self::Support, Power::Refund | Power::Answer | Power::ReadTexts) => true,
            (Self::Support, Power::Run | Power::Rule) | (Self::Auditor, _) => false,
        }
    }

    /// The roles that have a power, the mightiest first.
    pub fn with(power: Power) -> impl Iterator<Item = Self> {
        Self::ALL.into_iter().filter(move |role| role.may(power))
    }
}

/// The most that a role may give back at once, and on a day of UTC; `None`: nothing at all. The first is never above
/// the second.
#[must_use]
pub fn refund_limits(role: Role) -> Option<(Usd, Usd)> {
    match role {
        Role::Owner => Some((Usd::from_cents(1_000_000), Usd::from_cents(10_000_000))),
        Role::Operator => Some((Usd::from_cents(20_000), Usd::from_cents(200_000))),
        Role::Support => Some((Usd::from_cents(2_500), Usd::from_cents(10_000))),
        Role::Auditor => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_role_has_its_powers_and_no_other() {
        let powers = |role: Role| Power::ALL.map(|power| role.may(power));
        //                                 Run    Rule   Refund Answer ReadTexts
        assert_eq!(powers(Role::Owner), [true, true, true, true, true]);
        assert_eq!(powers(Role::Operator), [true, false, true, true, true]);
        assert_eq!(powers(Role::Support), [false, false, true, true, true]);
        assert_eq!(powers(Role::Auditor), [false, false, false, false, false]);
    }

    #[test]
    fn who_may_refund_has_limits_and_nobody_more_than_the_owner() {
        for role in Role::ALL {
            let limits = refund_limits(role);
            assert_eq!(limits.is_some(), role.may(Power::Refund));
            assert!(limits.is_none_or(|(each, day)| each <= day));
        }
        assert!(refund_limits(Role::Support) < refund_limits(Role::Operator));
        assert!(refund_limits(Role::Operator) < refund_limits(Role::Owner));
    }

    #[test]
    fn somebody_has_every_power() {
        for power in Power::ALL {
            assert_eq!(Role::with(power).next(), Some(Role::Owner));
        }
    }
}
