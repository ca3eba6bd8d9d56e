//! How the words of a command line are read. What cannot be read is a usage error and never reaches the house.

use std::fmt;

use domain::account::{Scope, Tier};
use domain::catalog::price_file::amount_of;
use domain::clock;
use domain::db::DbUrl;
use domain::ids;
use domain::login::Role;
use domain::money::Usd;
use domain::phone::Nanp;
use domain::policy::reason::Reason;
use domain::product::Product;

/// Dollars such as `25.00`.
pub(super) fn usd(text: &str) -> Result<Usd, String> {
    Usd::parse(text).map_err(|error| error.to_string())
}

/// A US number in any usual form.
pub(super) fn number(text: &str) -> Result<Nanp, String> {
    Nanp::parse(text).map_err(|error| error.to_string())
}

/// `short_term`, `rental_1day` or `rental_30day`.
pub(super) fn product(text: &str) -> Result<Product, String> {
    Product::from_word(text).ok_or_else(|| "a product is short_term, rental_1day or rental_30day".to_owned())
}

/// `new`, `verified` or `business`.
pub(super) fn tier(text: &str) -> Result<Tier, String> {
    Tier::from_word(text).ok_or_else(|| "a tier is new, verified or business".to_owned())
}

/// `owner`, `operator`, `support` or `auditor`.
pub(super) fn role(text: &str) -> Result<Role, String> {
    Role::from_word(text).ok_or_else(|| "a role is owner, operator, support or auditor".to_owned())
}

/// `read` or `order`.
pub(super) fn scope(text: &str) -> Result<Scope, String> {
    Scope::from_word(text).ok_or_else(|| "a scope is read or order".to_owned())
}

/// Why something is done: 1 to 500 letters.
pub(super) fn reason(text: &str) -> Result<Reason, String> {
    Reason::parse(text).ok_or_else(|| "a reason is 1 to 500 letters".to_owned())
}

/// A price such as `0.60`, or `off`.
pub(super) fn price(text: &str) -> Result<PriceWord, String> {
    amount_of(text).map(PriceWord)
}

/// A price, or none for `off`. It is a type of its own because clap reads an `Option` as an argument left out.
#[derive(Clone, Copy)]
pub(crate) struct PriceWord(pub(super) Option<Usd>);

/// Where a house is put back: `postgres://…`, or a file, which may be written as `sqlite:PATH` too.
pub(super) fn place(text: &str) -> Result<DbUrl, String> {
    let is_file = !text.contains("://") && !text.starts_with("sqlite:");
    if is_file { Ok(DbUrl::Sqlite(text.into())) } else { text.parse() }
}

/// A moment in ms since 1970 UTC: RFC 3339, or a day, which means its first moment in UTC.
pub(super) fn moment(text: &str) -> Result<i64, String> {
    let full = if clock::is_date(text) { format!("{text}T00:00:00Z") } else { text.to_owned() };
    clock::parse_rfc3339(&full).ok_or_else(|| "a moment is 2027-01-31 or 2027-01-31T12:00:00Z".to_owned())
}

/// An order or rental as customers name it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct OrderName {
    pub(super) product: Product,
    pub(super) id: i64,
}

impl fmt::Display for OrderName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&ids::shown(self.product, self.id))
    }
}

/// The id of an order or rental as customers see it: `ORD-123456`, `RNT-789012`, `RNT-1D-345678`.
pub(super) fn order(text: &str) -> Result<OrderName, String> {
    let named = |product| ids::parse(product, text).map(|id| OrderName { product, id });
    Product::ALL
        .into_iter()
        .find_map(named)
        .ok_or_else(|| "an order is ORD-123456, RNT-789012 or RNT-1D-345678".to_owned())
}

/// `name=value`, split at the first `=`.
pub(super) fn pair(text: &str) -> Result<(String, String), String> {
    let pair = text.split_once('=').filter(|(name, _)| !name.is_empty());
    pair.map(|(name, value)| (name.to_owned(), value.to_owned())).ok_or_else(|| "write it as name=value".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_its_first_moment() {
        assert_eq!(moment("2026-05-22"), moment("2026-05-22T00:00:00Z"));
        assert!(moment("tomorrow").is_err());
    }

    #[test]
    fn every_kind_of_order_is_read_and_a_bare_number_is_not() {
        for name in ["ORD-123456", "RNT-789012", "RNT-1D-345678"] {
            assert!(order(name).is_ok_and(|order| order.to_string() == name), "{name}");
        }
        assert!(order("123456").is_err());
    }

    #[test]
    fn a_price_of_nothing_is_not_a_price() {
        assert!(price("0.00").is_err());
        assert!(price("off").is_ok_and(|price| price.0.is_none()));
        assert!(price("0.425").is_err());
    }

    #[test]
    fn a_value_may_hold_an_equals_sign() {
        assert_eq!(pair("secret=a=b"), Ok(("secret".to_owned(), "a=b".to_owned())));
        assert!(pair("=b").is_err());
    }
}
