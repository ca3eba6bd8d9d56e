//! What a page of the console says at its top, and words that its pages share.

use domain::clock::{DAY_MS, HOUR_MS, MINUTE_MS};
use domain::phone::Nanp;
use domain::policy::reason::BadReason;
use domain::product::Product;

/// What a page says at its top.
pub(super) struct Told {
    /// Whether what was asked was done.
    pub(super) is_good: bool,
    /// The sentence.
    pub(super) text: String,
}

impl Told {
    /// It was done.
    pub(super) fn good(text: impl Into<String>) -> Self {
        Self { is_good: true, text: text.into() }
    }

    /// It was not.
    pub(super) fn bad(text: impl Into<String>) -> Self {
        Self { is_good: false, text: text.into() }
    }
}

/// What a form is told that asks for a reason and got none, or too long a one.
pub(super) const NO_REASON: &str = "say why, in 1 to 500 letters";

impl From<BadReason> for Told {
    fn from(bad: BadReason) -> Self {
        Self::bad(format!("Nothing was changed: {bad}."))
    }
}

/// What a product is called on the console.
pub(super) fn product_name(product: Product) -> &'static str {
    match product {
        Product::ShortTerm => "One code",
        Product::Rental1Day => "1 day",
        Product::Rental30Day => "30 days",
    }
}

/// A number as people read it: `(202) 555-0147`.
pub(super) fn national(digits: &str) -> String {
    Nanp::parse(digits).map_or_else(|_| digits.to_owned(), Nanp::national)
}

/// How long ago something was, in one unit: `3 h ago`.
pub(super) fn ago(at_ms: i64, now_ms: i64) -> String {
    match now_ms.saturating_sub(at_ms) {
        ms if ms < MINUTE_MS => "just now".to_owned(),
        ms if ms < HOUR_MS => format!("{} min ago", ms / MINUTE_MS),
        ms if ms < 2 * DAY_MS => format!("{} h ago", ms / HOUR_MS),
        ms => format!("{} days ago", ms / DAY_MS),
    }
}

/// A whole number with commas between thousands: `1,234,567`.
pub(super) fn many(count: impl ToString) -> String {
    let digits = count.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) && !out.ends_with('-') {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// So many of something, whose name takes an s: `1 number`, `2,000 numbers`.
pub(super) fn counted(count: impl ToString, thing: &str) -> String {
    let count = many(count);
    let end = if count == "1" { "" } else { "s" };
    format!("{count} {thing}{end}")
}

/// A share in whole percent: `93 %`; nothing of nothing is `–`.
pub(super) fn percent(part: usize, of: usize) -> String {
    let share = part.saturating_mul(100).checked_div(of);
    share.map_or_else(|| "–".to_owned(), |share| format!("{share} %"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_have_commas() {
        let told = [0, 12, 999, 1_000, 1_234_567, -1_000].map(many);
        assert_eq!(told, ["0", "12", "999", "1,000", "1,234,567", "-1,000"]);
    }

    #[test]
    fn one_of_something_is_not_many() {
        let told = [0, 1, 2_000].map(|count| counted(count, "number"));
        assert_eq!(told, ["0 numbers", "1 number", "2,000 numbers"]);
    }

    #[test]
    fn a_span_is_told_in_one_unit() {
        let told = [0, MINUTE_MS, 3 * HOUR_MS, 50 * HOUR_MS].map(|ms| ago(0, ms));
        assert_eq!(told, ["just now", "1 min ago", "3 h ago", "2 days ago"]);
    }
}
