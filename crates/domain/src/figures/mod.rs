//! What the house did, counted by the hour: orders, codes, money, by service and by source.
//!
//! A worker counts each hour from the rows of orders and transfers, again and again until nothing of it can change, and
//! then never again. So a page costs a few hundred rows, however much the house sells.

mod count;
mod report;
mod rows;
mod waits;

pub use count::count_due;
pub(crate) use report::{Cache, lately};
pub use report::{LEADERS_MAX, Leaders, Report, Slice, Span, report};

use crate::money::Usd;

/// What was counted of some time, for some services and sources.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Sums {
    /// Short-term orders that were made.
    pub orders: i64,
    /// Those whose code came.
    pub delivered: i64,
    /// Those that ended without one.
    pub given_up: i64,
    /// Rentals and renewals that were paid.
    pub rentals: i64,
    /// What was captured.
    pub revenue: Usd,
    /// What came back because no code came.
    pub released: Usd,
    /// What operators gave back, and rentals that were cancelled in time.
    pub refunded: Usd,
    /// What the leases cost the house: each once, in the hour in which it began, whatever became of it. A renewal costs
    /// what another house charged for it, and nothing where the number is the house's own.
    pub cost: Usd,
}

impl Sums {
    /// Per cent of the ended orders whose code came, rounded down; none if none has ended.
    #[must_use]
    pub fn rate(&self) -> Option<i64> {
        let ended = self.delivered + self.given_up;
        (ended > 0).then(|| self.delivered * 100 / ended)
    }

    /// What was earned less what was given back and what it cost.
    #[must_use]
    pub fn margin(&self) -> Usd {
        Usd::from_micros(self.revenue.micros() - self.refunded.micros() - self.cost.micros())
    }

    fn add(&mut self, other: &Self) {
        let sum = |one: Usd, other: Usd| Usd::from_micros(one.micros().saturating_add(other.micros()));
        self.orders += other.orders;
        self.delivered += other.delivered;
        self.given_up += other.given_up;
        self.rentals += other.rentals;
        self.revenue = sum(self.revenue, other.revenue);
        self.released = sum(self.released, other.released);
        self.refunded = sum(self.refunded, other.refunded);
        self.cost = sum(self.cost, other.cost);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rate_counts_what_has_ended() {
        assert_eq!(Sums::default().rate(), None);
        assert_eq!(Sums { orders: 9, delivered: 2, given_up: 1, ..Sums::default() }.rate(), Some(66));
    }

    #[test]
    fn a_margin_may_be_a_loss() {
        let sums = Sums { revenue: Usd::from_cents(42), cost: Usd::from_cents(50), ..Sums::default() };
        assert_eq!(sums.margin().micros(), -80_000);
    }
}
