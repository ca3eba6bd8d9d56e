//! Who gets a message: a rule over the leases around its moment. In doubt nobody does (S3 to S5, S11).

use crate::number::Lease;
use crate::product::Product;

/// A message as the rule sees it.
pub(super) struct Arrival {
    /// The service that its sender and text tell, if they do.
    pub(super) service: Option<i64>,
    /// When it reached us.
    pub(super) received_ms: i64,
    /// When its network took it, by our clock.
    pub(super) sent_ms: Option<i64>,
}

/// Why nobody gets a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Doubt {
    /// No lease that it could be for was running.
    NoLease,
    /// More than one was.
    Several,
    /// It tells no service, and another customer's lease ended just before.
    JustEnded,
    /// It was sent before the lease began.
    SentBefore,
}

impl Doubt {
    pub(super) fn reason(self) -> &'static str {
        match self {
            Self::NoLease => "no_lease",
            Self::Several => "several_leases",
            Self::JustEnded => "unclassified_after_another_lease",
            Self::SentBefore => "sent_before_lease",
        }
    }
}

/// SMSC times are whole seconds, cut off.
const SENT_RESOLUTION_MS: i64 = 1_000;

/// Finds the one lease of a number that a message is for, among those that run or ended lately.
pub(super) fn route<'a>(arrival: &Arrival, leases: &'a [Lease]) -> Result<&'a Lease, Doubt> {
    let running = || leases.iter().filter(|lease| lease.runs_at(arrival.received_ms));
    let lease = match arrival.service {
        Some(service) => only(running().filter(|lease| lease.service == service))?,
        None => {
            let lease = only(running())?;
            let is_rivals = |other: &&Lease| other.account != lease.account && is_resting(other, arrival.received_ms);
            if leases.iter().any(|other| is_rivals(&other)) {
                return Err(Doubt::JustEnded);
            }
            lease
        }
    };
    match arrival.sent_ms {
        Some(sent_ms) if sent_ms + SENT_RESOLUTION_MS <= lease.start_ms => Err(Doubt::SentBefore),
        Some(_) | None => Ok(lease),
    }
}

fn only<'a>(mut leases: impl Iterator<Item = &'a Lease>) -> Result<&'a Lease, Doubt> {
    match (leases.next(), leases.next()) {
        (None, _) => Err(Doubt::NoLease),
        (Some(lease), None) => Ok(lease),
        (Some(_), Some(_)) => Err(Doubt::Several),
    }
}

/// Whether a lease ended so short a time ago that a text may still be meant for it.
fn is_resting(lease: &Lease, now_ms: i64) -> bool {
    lease.end_ms <= now_ms && now_ms < lease.end_ms.saturating_add(lease.product.pause_ms())
}

/// The longest pause: leases that ended before it do not matter.
pub(super) const LONGEST_PAUSE_MS: i64 = crate::clock::DAY_MS;

/// How many messages a lease takes: a flood on one order is somebody pumping traffic. A rental is held only by the cap
/// of its number.
pub(super) fn messages_max(product: Product) -> i64 {
    match product {
        Product::ShortTerm => 10,
        Product::Rental1Day | Product::Rental30Day => i64::MAX,
    }
}
