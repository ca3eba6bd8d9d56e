//! What was typed into the form of a new key.

use domain::account::{KeyLimits, NewKey, Scope};
use domain::clock::DAY_MS;
use domain::money::Usd;
use domain::network::Network;

use super::BY;
use crate::form::Form;

/// Days that a key may live, at most: ten years.
const DAYS_MAX: i64 = 3_650;

/// The form as it was typed, to be shown again where it is refused.
pub(super) struct Typed {
    pub(super) name: String,
    pub(super) days: String,
    pub(super) may_read: bool,
    pub(super) may_order: bool,
    pub(super) networks: String,
    pub(super) cap: String,
}

impl Default for Typed {
    fn default() -> Self {
        let (name, days, networks, cap) = Default::default();
        Self { name, days, may_read: true, may_order: true, networks, cap }
    }
}

impl Typed {
    pub(super) fn of(form: &Form) -> Self {
        let text = |name| form.text(name).trim().to_owned();
        Self {
            name: text("name"),
            days: text("days"),
            may_read: !form.text("read").is_empty(),
            may_order: !form.text("order").is_empty(),
            networks: text("networks"),
            cap: text("cap"),
        }
    }

    /// The key that it asks for, or what to do about what cannot be read.
    pub(super) fn read(&self, account: &str, now_ms: i64) -> Result<NewKey, String> {
        let expires_ms = match self.days.as_str() {
            "" => None,
            days => {
                let days = days.parse().ok().filter(|days| (1..=DAYS_MAX).contains(days));
                Some(now_ms + days.ok_or("Choose from the list when the key ends.")? * DAY_MS)
            }
        };
        let may = [(Scope::Read, self.may_read), (Scope::Order, self.may_order)];
        let words = self.networks.split([' ', ',', '\n', '\r', '\t']).filter(|word| !word.is_empty());
        let daily_cap = match self.cap.trim_start_matches('$') {
            "" => None,
            cap => Some(Usd::parse(cap).map_err(|_| "Write the daily limit in dollars, such as 20.00.")?),
        };
        let limits = KeyLimits {
            scopes: may.into_iter().filter(|(_, may)| *may).map(|(scope, _)| scope).collect(),
            networks: words.map(str::parse::<Network>).collect::<Result<_, _>>()?,
            daily_cap,
        };
        let (account, name, by) = (account.to_owned(), self.name.clone(), BY.to_owned());
        Ok(NewKey { account, name, expires_ms, limits, by })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_is_read_as_it_is_meant() {
        let typed = Typed {
            name: "my server".to_owned(),
            days: "30".to_owned(),
            may_read: true,
            may_order: false,
            networks: "10.0.0.0/8, 203.0.113.9\r\nfd00::/8".to_owned(),
            cap: "$20.00".to_owned(),
        };
        let new = typed.read("ann", 1_000).expect("in order");
        assert_eq!((new.expires_ms, new.limits.scopes), (Some(1_000 + 30 * DAY_MS), vec![Scope::Read]));
        assert_eq!((new.limits.networks.len(), new.limits.daily_cap), (3, Some(Usd::from_cents(2_000))));
    }

    #[test]
    fn what_cannot_be_read_is_told() {
        let told = |typed: Typed| typed.read("ann", 0).err().expect("refused");
        assert!(told(Typed { networks: "home".to_owned(), ..Typed::default() }).contains("`home` is not an address"));
        assert!(told(Typed { cap: "much".to_owned(), ..Typed::default() }).contains("such as 20.00"));
        assert!(told(Typed { days: "-1".to_owned(), ..Typed::default() }).contains("from the list"));
    }
}
