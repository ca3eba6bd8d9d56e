//! How the house meets the web.

use std::net::IpAddr;
use std::str::FromStr;
use std::time::Duration;

/// How the house meets the web. A limit of 0 is none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// Where customers reach the house, for the examples on its pages: `https://jesusnumber.com`.
    pub base_url: String,
    /// Proxies whose `X-Forwarded-For` is believed; none by default.
    pub trusted_proxies: Vec<Network>,
    /// Calls that sell something, a minute and key: 60.
    pub orders_per_minute_key: u32,
    /// All other calls, a minute and key: 600.
    pub reads_per_minute_key: u32,
    /// Calls that sell something, a minute and client address: 300.
    pub orders_per_minute_address: u32,
    /// All other calls, a minute and client address: 3,000.
    pub reads_per_minute_address: u32,
    /// Bytes of a request's body: 64 KiB.
    pub body_max: usize,
    /// Bytes of what a source pushes: 256 KiB.
    pub ingest_body_max: usize,
    /// How long a body may take to arrive, and a request to be answered beyond its `wait`: 30 s.
    pub request_timeout: Duration,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            base_url: "http://localhost:8080".to_owned(),
            trusted_proxies: Vec::new(),
            orders_per_minute_key: 60,
            reads_per_minute_key: 600,
            orders_per_minute_address: 300,
            reads_per_minute_address: 3_000,
            body_max: 64 * 1024,
            ingest_body_max: 256 * 1024,
            request_timeout: Duration::from_secs(30),
        }
    }
}

/// An address or a network of them: `127.0.0.1`, `10.0.0.0/8`, `fd00::/8`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Network {
    base: u128,
    mask: u128,
}

impl Network {
    /// Whether an address lies in it.
    #[must_use]
    pub fn holds(&self, address: IpAddr) -> bool {
        bits(address) & self.mask == self.base
    }
}

impl FromStr for Network {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let fault = || format!("`{text}` is not an address such as 127.0.0.1 or a network such as 10.0.0.0/8");
        let (address, length) = text.split_once('/').map_or((text, None), |(address, length)| (address, Some(length)));
        let address: IpAddr = address.parse().map_err(|_| fault())?;
        let width = if address.is_ipv4() { 32 } else { 128 };
        let length = length.map_or(Ok(width), str::parse::<u32>).map_err(|_| fault())?;
        if length > width {
            return Err(fault());
        }
        let mask = u128::MAX.checked_shl(width - length).unwrap_or(0);
        Ok(Self { base: bits(address) & mask, mask })
    }
}

/// All addresses in one space: those of IPv4 as IPv6 maps them.
fn bits(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(address) => u128::from(address.to_ipv6_mapped()),
        IpAddr::V6(address) => u128::from(address),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn holds(network: &str, address: &str) -> bool {
        network.parse::<Network>().expect("a network").holds(address.parse().expect("an address"))
    }

    #[test]
    fn a_network_holds_its_addresses_and_no_others() {
        assert!(holds("10.0.0.0/8", "10.255.1.2"));
        assert!(!holds("10.0.0.0/8", "11.0.0.1"));
        assert!(holds("10.0.0.0/8", "::ffff:10.1.1.1"));
        assert!(holds("127.0.0.1", "127.0.0.1"));
        assert!(!holds("127.0.0.1", "127.0.0.2"));
        assert!(holds("fd00::/8", "fd12::1"));
        assert!(holds("::/0", "2001:db8::1"));
        assert!(holds("0.0.0.0/0", "8.8.8.8"));
    }

    #[test]
    fn what_is_no_network_is_refused() {
        for text in ["", "10.0.0.0/33", "10.0.0/8", "localhost", "10.0.0.0/", "::/129"] {
            assert!(text.parse::<Network>().is_err(), "{text}");
        }
    }
}
