//! What a key may do, from where, and how much it may spend.

use std::net::IpAddr;

use crate::money::Usd;
use crate::network::Network;

/// Networks of one key, at most.
pub const NETWORKS_MAX: usize = 32;

/// What a call does with an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// It looks: balance, orders, messages, prices.
    Read,
    /// It orders, rents, renews, cancels: whatever changes something.
    Order,
}

impl Scope {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::Read, Self::Order];

    /// Its word in the database and in operator commands.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Order => "order",
        }
    }

    /// The scope of a word.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|scope| scope.word() == word)
    }
}

/// What a key is limited to. The default is nothing but what its account is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyLimits {
    /// What it may do; at least one.
    pub scopes: Vec<Scope>,
    /// Where it may be used from, at most [`NETWORKS_MAX`]; none: from everywhere.
    pub networks: Vec<Network>,
    /// What it may set aside for orders within a day of UTC, also where some of it comes back later.
    pub daily_cap: Option<Usd>,
}

impl Default for KeyLimits {
    fn default() -> Self {
        Self { scopes: Scope::ALL.to_vec(), networks: Vec::new(), daily_cap: None }
    }
}

/// How somebody comes in by a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entry {
    /// From where.
    pub address: IpAddr,
    /// To do what.
    pub scope: Scope,
}

/// Whether scopes as the database has them hold one.
pub(super) fn holds_scope(words: &str, scope: Scope) -> bool {
    words.split(' ').any(|word| word == scope.word())
}

/// Whether networks as the database has them hold an address. One that cannot be read holds nothing.
pub(crate) fn holds_address(networks: &str, address: IpAddr) -> bool {
    let is_in = |network: &str| network.parse::<Network>().is_ok_and(|network| network.holds(address));
    networks.is_empty() || networks.split(' ').any(is_in)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_without_networks_may_come_from_everywhere_and_others_only_from_theirs() {
        let address = |text: &str| text.parse().expect("an address");
        assert!(holds_address("", address("203.0.113.9")));
        assert!(holds_address("10.0.0.0/8 203.0.113.9", address("203.0.113.9")));
        assert!(holds_address("203.0.113.9", address("::ffff:203.0.113.9")));
        assert!(!holds_address("10.0.0.0/8 fd00::/8", address("203.0.113.9")));
        assert!(!holds_address("nonsense", address("203.0.113.9")));
    }

    #[test]
    fn a_scope_is_a_whole_word() {
        assert!(holds_scope("read order", Scope::Order));
        assert!(!holds_scope("reorder", Scope::Order));
        assert!(!holds_scope("", Scope::Read));
    }
}
