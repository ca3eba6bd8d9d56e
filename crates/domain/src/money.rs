//! Money: integers of micro-dollars, never floats.

use serde::{Deserialize, Serialize};

/// An amount in micro-dollars. What is shown and charged is whole cents; overflow is an error, never a wrap (L11).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Usd(i64);

/// Micro-dollars in a cent.
const CENT: i64 = 10_000;
/// The most that may be written as one amount: 10 million dollars, far below any overflow of a sum.
const MAX: i64 = 10_000_000 * 100 * CENT;

impl Usd {
    /// Nothing.
    pub const ZERO: Self = Self(0);

    /// An amount from micro-dollars, as the database keeps it.
    #[must_use]
    pub const fn from_micros(micros: i64) -> Self {
        Self(micros)
    }

    /// An amount from whole cents.
    #[must_use]
    pub const fn from_cents(cents: i32) -> Self {
        Self(cents as i64 * CENT)
    }

    /// The micro-dollars of it.
    #[must_use]
    pub const fn micros(self) -> i64 {
        self.0
    }

    /// Reads dollars with at most two decimals from their digits: `20`, `0.42`, `1.5`.
    ///
    /// # Errors
    /// A sentence that says what an amount looks like, for anything else, for what is negative and for more than
    /// 10 million dollars.
    pub fn parse(text: &str) -> Result<Self, ParseUsdError> {
        let (dollars, cents) = text.split_once('.').map_or((text, ""), |(dollars, cents)| (dollars, cents));
        let are_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        if dollars.is_empty() || dollars.len() > 12 || !are_digits(dollars) || !are_digits(cents) {
            return Err(ParseUsdError);
        }
        // "1.50" and "1.500" are the same amount; "1.505" is not whole cents.
        let cents = cents.trim_end_matches('0');
        if cents.len() > 2 || text.ends_with('.') {
            return Err(ParseUsdError);
        }
        let digits = |part: &str| part.parse::<i64>().map_err(|_| ParseUsdError);
        let cents = if cents.is_empty() { 0 } else { digits(&format!("{cents:0<2}"))? };
        let micros = digits(dollars)?.checked_mul(100).and_then(|sum| sum.checked_add(cents)).ok_or(ParseUsdError)?;
        let micros = micros.checked_mul(CENT).filter(|micros| *micros <= MAX).ok_or(ParseUsdError)?;
        Ok(Self(micros))
    }

    /// The sum, unless it overflows.
    #[must_use]
    pub fn checked_add(self, other: Self) -> Option<Self> {
        self.0.checked_add(other.0).map(Self)
    }

    /// The difference, unless it overflows.
    #[must_use]
    pub fn checked_sub(self, other: Self) -> Option<Self> {
        self.0.checked_sub(other.0).map(Self)
    }

    /// The amount with its sign turned.
    #[must_use]
    pub fn negated(self) -> Self {
        Self(self.0.saturating_neg())
    }
}

/// Two decimals, as the API shows it: `0.42`, `20.00`.
impl std::fmt::Display for Usd {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let cents = self.0.unsigned_abs() / CENT.unsigned_abs();
        write!(formatter, "{sign}{}.{:02}", cents / 100, cents % 100)
    }
}

impl From<Usd> for crate::db::Val {
    fn from(amount: Usd) -> Self {
        Self::Int(amount.0)
    }
}

/// What was given is not an amount of dollars.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an amount is dollars with at most two decimals, such as 0.42, and at most 10000000")]
pub struct ParseUsdError;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_become_whole_cents() {
        for (text, micros) in [("0.42", 420_000), ("20", 20_000_000), ("1.5", 1_500_000), ("1.500", 1_500_000)] {
            assert_eq!(Usd::parse(text).map(Usd::micros), Ok(micros), "{text}");
        }
    }

    #[test]
    fn what_is_not_an_amount_is_refused() {
        for text in ["", ".5", "1.", "-1", "1e3", "0.421", "1,5", " 1", "99999999999", "999999999999999999", "NaN"] {
            assert_eq!(Usd::parse(text), Err(ParseUsdError), "{text}");
        }
    }

    #[test]
    fn two_decimals_are_shown() {
        assert_eq!(Usd::from_cents(42).to_string(), "0.42");
        assert_eq!(Usd::from_cents(2000).to_string(), "20.00");
        assert_eq!(Usd::from_cents(-5).to_string(), "-0.05");
    }
}
