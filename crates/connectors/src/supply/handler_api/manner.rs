//! What a house of the family does its own way.

use domain::money::Usd;
use domain::supply::Settings;

/// Characters of a key.
const KEY_MAX: usize = 200;
/// The USA in most houses of the family.
const COUNTRY: &str = "187";

/// How the whole text of an SMS is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Text {
    /// Not at all; the code is told alone.
    Code,
    /// By `getStatusV2`.
    V2,
    /// In the header `X-Text` of `getStatus`.
    Header,
}

/// How one house speaks. It holds the key, so it has no `Debug`.
pub(super) struct Manner<'a> {
    pub(super) key: &'a str,
    pub(super) country: &'a str,
    pub(super) operator: Option<&'a str>,
    /// `getNumber` or `getNumberV2`.
    pub(super) buys_by: &'static str,
    /// The field of the most that is paid.
    pub(super) price_field: Option<&'static str>,
    pub(super) text: Text,
    pub(super) has_list: bool,
    pub(super) has_areas: bool,
    /// How many percent more a number of a chosen area code costs than the list says.
    area_percent: i64,
    /// How long a number receives.
    pub(super) window_ms: i64,
}

impl<'a> Manner<'a> {
    /// Reads the settings: the ways of the house that is named, but for those that are said.
    ///
    /// # Errors
    /// A sentence that says which one is wrong.
    pub(super) fn of(settings: &'a Settings) -> Result<Self, String> {
        let [version, max_price, text, list, areas, area_percent] = match settings.get("house").unwrap_or("other") {
            "hero" => ["2", "maxPrice", "v2", "yes", "no", "0"],
            "daisy" => ["1", "max_price", "header", "no", "yes", "20"],
            "smsbower" | "other" => ["1", "maxPrice", "code", "yes", "no", "0"],
            _ => return Err("`house` must be hero, daisy, smsbower or other".to_owned()),
        };
        let said = |name, other: &'static str| settings.get(name).unwrap_or(other);
        let minutes: i64 = said("minutes", "20")
            .parse()
            .ok()
            .filter(|minutes| (1..=60).contains(minutes))
            .ok_or("`minutes` must be 1 to 60")?;
        let area_percent: i64 = said("area_percent", area_percent)
            .parse()
            .ok()
            .filter(|percent| (0..=100).contains(percent))
            .ok_or("`area_percent` must be 0 to 100")?;
        let key = settings.get("key").unwrap_or_default();
        if key.is_empty() || key.len() > KEY_MAX || !key.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(format!("`key` must be 1 to {KEY_MAX} plain characters"));
        }
        Ok(Self {
            key,
            country: plain("country", said("country", COUNTRY))?,
            operator: settings.get("operator").map(|operator| plain("operator", operator)).transpose()?,
            buys_by: match said("version", version) {
                "1" => "getNumber",
                "2" => "getNumberV2",
                _ => return Err("`version` must be 1 or 2".to_owned()),
            },
            price_field: match said("max_price", max_price) {
                "maxPrice" => Some("maxPrice"),
                "max_price" => Some("max_price"),
                "none" => None,
                _ => return Err("`max_price` must be maxPrice, max_price or none".to_owned()),
            },
            text: match said("text", text) {
                "code" => Text::Code,
                "v2" => Text::V2,
                "header" => Text::Header,
                _ => return Err("`text` must be code, v2 or header".to_owned()),
            },
            has_list: yes("list", said("list", list))?,
            has_areas: yes("areas", said("areas", areas))?,
            area_percent,
            window_ms: minutes * domain::clock::MINUTE_MS,
        })
    }

    /// What a number of a chosen area code costs at most, in whole cents: how the house rounds is not told.
    pub(super) fn area_price(&self, price: Usd) -> Usd {
        if self.area_percent == 0 {
            return price;
        }
        let hundredths = price.micros().saturating_mul(100 + self.area_percent);
        // A micro-dollar is 100 of them, a cent 1,000,000.
        let cents = hundredths.saturating_add(999_999) / 1_000_000;
        Usd::from_micros(cents.saturating_mul(10_000))
    }
}

fn yes(name: &str, said: &str) -> Result<bool, String> {
    match said {
        "yes" => Ok(true),
        "no" => Ok(false),
        _ => Err(format!("`{name}` must be yes or no")),
    }
}

fn plain<'a>(name: &str, said: &'a str) -> Result<&'a str, String> {
    let is_plain = said.len() <= 40 && said.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_,-".contains(&byte));
    is_plain.then_some(said).ok_or_else(|| format!("`{name}` must be at most 40 letters and digits"))
}
