//! What was agreed with a farm.

use domain::money::Usd;
use domain::supply::Settings;

use crate::supply::upstream::lenient::{self, Rounding};

/// Characters of a key.
const KEY_MAX: usize = 200;
/// Characters of the farm's key, at least: it stands alone between a stranger and a forged text.
const PUSH_KEY_MIN: usize = 16;
/// Prices that are told one by one.
const PRICES_MAX: usize = 500;

/// The terms. They hold our key, so they have no `Debug`.
pub(super) struct Terms<'a> {
    pub(super) key: &'a str,
    pub(super) country: &'a str,
    pub(super) operator: &'a str,
    /// How long a number receives.
    pub(super) window_ms: i64,
    price: Option<Usd>,
    prices: Vec<(&'a str, Usd)>,
}

impl<'a> Terms<'a> {
    /// Reads the settings.
    ///
    /// # Errors
    /// A sentence that says which one is wrong.
    pub(super) fn of(settings: &'a Settings) -> Result<Self, String> {
        let said = |name, other: &'static str| settings.get(name).unwrap_or(other);
        let key = said("key", "");
        if key.is_empty() || key.chars().count() > KEY_MAX {
            return Err(format!("`key` must be 1 to {KEY_MAX} characters"));
        }
        let push_key = said("push_key", "");
        let is_plain = push_key.bytes().all(|byte| byte.is_ascii_alphanumeric());
        if !is_plain || !(PUSH_KEY_MIN..=KEY_MAX).contains(&push_key.len()) {
            return Err(format!("`push_key` must be at least {PUSH_KEY_MIN} letters and digits"));
        }
        let minutes = said("minutes", "20").parse().ok().filter(|minutes| (1..=60).contains(minutes));
        let minutes: i64 = minutes.ok_or("`minutes` must be 1 to 60")?;
        let dollars = |written: &str| lenient::usd(written, Rounding::Up).filter(|price| *price > Usd::ZERO);
        let price = settings.get("price").map(|written| dollars(written).ok_or("`price` must be dollars such as 0.30"));
        let pair = |word: &'a str| word.split_once('=').and_then(|(code, price)| Some((code, dollars(price)?)));
        let prices: Option<Vec<(&str, Usd)>> = said("prices", "").split_whitespace().map(pair).collect();
        let prices = prices.filter(|prices| prices.len() <= PRICES_MAX);
        let terms = Self {
            key,
            country: said("country", "usa"),
            operator: said("operator", "any"),
            window_ms: minutes * domain::clock::MINUTE_MS,
            price: price.transpose()?,
            prices: prices.ok_or("`prices` must be written as go=0.30 wa=0.25, with spaces between them")?,
        };
        if terms.price.is_none() && terms.prices.is_empty() {
            return Err("`price` or `prices` must say what you owe the farm for a number".to_owned());
        }
        Ok(terms)
    }

    /// What is owed for a number of a service; `None` where nothing was agreed, and so it is not bought.
    pub(super) fn price(&self, code: &str) -> Option<Usd> {
        let own = self.prices.iter().find(|(known, _)| *known == code).map(|(_, price)| *price);
        own.or(self.price)
    }
}
