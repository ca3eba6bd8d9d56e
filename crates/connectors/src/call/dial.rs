//! Whom one source may connect to, and the connection itself. Whatever is spoken on it, what is connected to is the very
//! address that was looked at: a name that leads elsewhere a moment later changes nothing.

use std::net::{IpAddr, SocketAddr};

use domain::network::{Network, is_public};
use tokio::net::{TcpStream, lookup_host};
use tokio::time::{Instant, timeout, timeout_at};

use super::NotSent;

/// Addresses of one name that are tried, one after another.
const ADDRESSES_MAX: usize = 4;

/// The networks that a source may connect to although they are private.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Guard {
    allowed: Vec<Network>,
}

/// What may be connected to beside the networks that the setting names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Beside {
    /// Whatever is public.
    Internet,
    /// Nothing.
    Nothing,
}

impl Guard {
    /// A guard that lets through to the networks of `allow_network`.
    ///
    /// # Errors
    /// A sentence that says what is wrong with the setting.
    pub(crate) fn new(allow_network: Option<&str>) -> Result<Self, String> {
        let words = allow_network.unwrap_or_default().split([' ', ',']).filter(|word| !word.is_empty());
        let allowed: Result<Vec<Network>, String> = words.map(str::parse).collect();
        Ok(Self { allowed: allowed.map_err(|wrong| format!("`allow_network`: {wrong}"))? })
    }

    /// Connects to a host, which is a name or an address without brackets, and its port.
    ///
    /// # Errors
    /// Why there is no connection; one that is not allowed was not tried.
    pub(crate) async fn connect(
        &self,
        host: &str,
        port: u16,
        beside: Beside,
        by: Instant,
    ) -> Result<TcpStream, NotSent> {
        let connected = async {
            // An address that is written out, in whatever way, goes the same way as a name.
            let found = lookup_host((host, port)).await.map_err(|_| NotSent::NoSuchHost)?;
            let open: Vec<SocketAddr> = found.filter(|found| self.may_reach(found.ip(), beside)).collect();
            first_of(&open[..open.len().min(ADDRESSES_MAX)], by).await
        };
        let tcp = timeout_at(by, connected).await.map_err(|_| NotSent::TimedOut)??;
        tcp.set_nodelay(true).map_err(|error| NotSent::CouldNotConnect(error.kind()))?;
        Ok(tcp)
    }

    /// Whether an address may be connected to.
    fn may_reach(&self, address: IpAddr, beside: Beside) -> bool {
        (beside == Beside::Internet && is_public(address)) || self.allowed.iter().any(|network| network.holds(address))
    }
}

/// Connects to the first that takes us; each has an equal part of the time that is left.
async fn first_of(open: &[SocketAddr], by: Instant) -> Result<TcpStream, NotSent> {
    let mut failed = NotSent::RefusedAddress;
    for (tried, address) in open.iter().enumerate() {
        let others = u32::try_from(open.len() - tried).unwrap_or(1);
        let share = by.saturating_duration_since(Instant::now()) / others;
        failed = match timeout(share, TcpStream::connect(address)).await {
            Ok(Ok(tcp)) => return Ok(tcp),
            Ok(Err(error)) => NotSent::CouldNotConnect(error.kind()),
            Err(_) => NotSent::TimedOut,
        };
    }
    Err(failed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_private_address_is_reached_only_where_a_setting_names_it() {
        let guard = Guard::new(Some("10.1.0.0/16, 8.8.4.4")).expect("a guard");
        let may = |address: &str, beside| guard.may_reach(address.parse().expect("an address"), beside);
        assert!(may("8.8.8.8", Beside::Internet) && !may("8.8.8.8", Beside::Nothing));
        assert!(may("8.8.4.4", Beside::Nothing) && may("10.1.2.3", Beside::Nothing));
        assert!(may("10.1.2.3", Beside::Internet));
        for ours in ["10.2.0.1", "::ffff:127.0.0.1", "169.254.169.254", "::1", "fd00::1"] {
            assert!(!may(ours, Beside::Internet), "{ours}");
        }
    }
}
