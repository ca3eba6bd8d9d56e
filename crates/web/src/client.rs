//! Whose address a request came from, behind whatever proxies the operator trusts.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use axum::http::{Extensions, HeaderMap};

use crate::Settings;

/// The other end of a connection, set on each of its requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Peer(pub IpAddr);

/// Hops that are looked at, from the right.
const HOPS_MAX: usize = 32;

/// The rightmost hop that is not one of the trusted proxies; what stands left of it could be anybody's invention.
pub(crate) fn address(settings: &Settings, headers: &HeaderMap, extensions: &Extensions) -> IpAddr {
    let peer = extensions.get::<Peer>().map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |peer| peer.0.to_canonical());
    let is_trusted = |address: IpAddr| settings.trusted_proxies.iter().any(|network| network.holds(address));
    if !is_trusted(peer) {
        return peer;
    }
    let lines = headers.get_all("x-forwarded-for").iter().rev();
    let hops = lines.flat_map(|line| line.to_str().unwrap_or("").rsplit(','));
    let mut client = peer;
    for hop in hops.take(HOPS_MAX) {
        // A hop that is no address was not written by a proxy that can be trusted.
        let Ok(hop) = hop.trim().parse::<IpAddr>() else { break };
        client = hop.to_canonical();
        if !is_trusted(client) {
            break;
        }
    }
    client
}

/// What is counted as one client: an address, or the /64 that one customer of IPv6 has.
pub(crate) fn counted(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(address) => IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() & (u128::MAX << 64))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(peer: &str, forwarded: &[&str]) -> String {
        let trusted = ["10.0.0.0/8", "127.0.0.1"].map(|network| network.parse().expect("a network"));
        let settings = Settings { trusted_proxies: trusted.to_vec(), ..Settings::default() };
        let mut headers = HeaderMap::new();
        for line in forwarded {
            headers.append("x-forwarded-for", line.parse().expect("a header"));
        }
        let mut extensions = Extensions::new();
        extensions.insert(Peer(peer.parse().expect("an address")));
        address(&settings, &headers, &extensions).to_string()
    }

    #[test]
    fn a_stranger_s_word_is_not_taken() {
        assert_eq!(seen("203.0.113.9", &["1.2.3.4"]), "203.0.113.9");
    }

    #[test]
    fn the_rightmost_hop_that_is_not_ours_is_the_client() {
        assert_eq!(seen("127.0.0.1", &["1.2.3.4, 203.0.113.9, 10.0.0.3"]), "203.0.113.9");
        assert_eq!(seen("127.0.0.1", &["1.2.3.4", "203.0.113.9", "10.0.0.3"]), "203.0.113.9");
        assert_eq!(seen("::ffff:127.0.0.1", &["203.0.113.9"]), "203.0.113.9");
    }

    #[test]
    fn without_a_readable_hop_the_proxy_is_the_client() {
        assert_eq!(seen("127.0.0.1", &[]), "127.0.0.1");
        assert_eq!(seen("127.0.0.1", &["203.0.113.9, unknown"]), "127.0.0.1");
    }

    #[test]
    fn one_customer_of_ipv6_is_one_client() {
        let [a, b] = ["2001:db8::1", "2001:db8::ffff"].map(|text| counted(text.parse().expect("an address")));
        assert_eq!(a, b);
    }
}
