//! Addresses and networks of them.

use std::fmt;
use std::net::{IpAddr, Ipv6Addr};
use std::str::FromStr;

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

impl fmt::Display for Network {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let length = self.mask.leading_ones();
        match Ipv6Addr::from_bits(self.base).to_ipv4_mapped() {
            Some(address) if length >= 96 => write!(formatter, "{address}/{}", length - 96),
            Some(_) | None => write!(formatter, "{}/{length}", Ipv6Addr::from_bits(self.base)),
        }
    }
}

/// Networks that lead to no house of others: this machine, private and carriers' networks, documentation, multicast, and
/// ways by which an address of IPv4 hides in one of IPv6 (the IANA registries of special-purpose addresses).
const SPECIAL: [&str; 19] = [
    "0.0.0.0/8",
    "10.0.0.0/8",
    "100.64.0.0/10",
    "127.0.0.0/8",
    "169.254.0.0/16",
    "172.16.0.0/12",
    "192.0.0.0/24",
    "192.0.2.0/24",
    "192.88.99.0/24",
    "192.168.0.0/16",
    "198.18.0.0/15",
    "198.51.100.0/24",
    "203.0.113.0/24",
    "224.0.0.0/4",
    "240.0.0.0/4",
    "2001::/23",
    "2001:db8::/32",
    "2002::/16",
    "3fff::/20",
];

/// Where addresses of IPv6 are given out to the public. Whatever lies elsewhere leads to no house of others.
const GIVEN_OUT: &str = "2000::/3";

/// Whether an address is one that anybody on the internet may be called at.
#[must_use]
pub fn is_public(address: IpAddr) -> bool {
    let lies_in = |network: &&str| network.parse::<Network>().is_ok_and(|network| network.holds(address));
    (address.to_canonical().is_ipv4() || lies_in(&GIVEN_OUT)) && !SPECIAL.iter().any(lies_in)
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
    fn only_addresses_of_the_internet_are_public() {
        let is_public = |address: &str| is_public(address.parse().expect("an address"));
        for address in ["8.8.8.8", "192.0.1.1", "172.32.0.1", "100.128.0.1", "::ffff:8.8.8.8", "2606:4700::1111"] {
            assert!(is_public(address), "{address}");
        }
        let ours =
            ["127.0.0.1", "127.255.255.254", "0.0.0.0", "10.1.2.3", "172.16.0.1", "172.31.255.255", "192.168.1.1"];
        let links = ["169.254.169.254", "100.64.0.1", "100.127.255.255", "224.0.0.1", "239.1.1.1", "255.255.255.255"];
        let papers =
            ["192.0.2.1", "198.51.100.1", "203.0.113.1", "198.18.0.1", "198.19.255.255", "2001:db8::1", "3fff::1"];
        let sixes = ["::", "::1", "fe80::1", "fd00::1", "fc00::1", "ff02::1", "fec0::1", "100::1", "4000::1"];
        let hidden =
            ["::ffff:127.0.0.1", "::ffff:10.0.0.1", "::127.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::", "2001::1"];
        for address in [ours.as_slice(), &links, &papers, &sixes, &hidden].concat() {
            assert!(!is_public(address), "{address}");
        }
    }

    #[test]
    fn every_special_network_is_one() {
        for network in SPECIAL.iter().chain([&GIVEN_OUT]) {
            assert!(network.parse::<Network>().is_ok(), "{network}");
        }
    }

    #[test]
    fn what_is_no_network_is_refused() {
        for text in ["", "10.0.0.0/33", "10.0.0/8", "localhost", "10.0.0.0/", "::/129"] {
            assert!(text.parse::<Network>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_network_is_written_as_it_is_read() {
        for text in ["10.0.0.0/8", "127.0.0.1/32", "fd00::/8", "::/0", "0.0.0.0/0"] {
            assert_eq!(text.parse::<Network>().expect("a network").to_string(), text);
        }
    }
}
