//! Giving a whole message to the one lease it is for, or keeping it from everyone.

use std::borrow::Cow;

use super::content::Content;
use super::receive::{Incoming, Read, Received, Trouble};
use super::route::{self, Arrival};
use super::rows;
use crate::account;
use crate::clock::{HOUR_MS, MINUTE_MS};
use crate::db::{DbError, Tx};
use crate::event::{self, Event, Kind};
use crate::number::{self, CountedIn, Lease};
use crate::order::{self, Awaited};
use crate::policy::denied::{Denied, denied_message};
use crate::product::Product;
use crate::rental;
use crate::seal::Key;

/// Messages that one number takes within an hour.
const NUMBER_HOUR_MAX: i64 = 60;
/// Numbers of one customer that one sender reaches within [`SENDER_SPAN_MS`] with texts that nobody ordered.
const SENDER_NUMBERS_MAX: i64 = 20;
const SENDER_SPAN_MS: i64 = 10 * MINUTE_MS;

/// A message that is as whole as it will be for now.
pub(super) struct Whole<'a> {
    pub(super) id: i64,
    pub(super) number: i64,
    pub(super) read: Cow<'a, Read>,
    /// When its first piece reached us: it belongs to the lease that ran then.
    pub(super) received_ms: i64,
    pub(super) sent_ms: Option<i64>,
    pub(super) is_complete: bool,
    /// Whether it has a row already, because its pieces were collected in it.
    pub(super) is_kept_already: bool,
}

/// Delivers a message, or quarantines it where it is known on which number it came.
pub(super) fn deliver(tx: &mut Tx<'_>, incoming: &Incoming, whole: Whole<'_>) -> Result<Received, Trouble> {
    let service = whole.read.service;
    let leases = number::near(tx, whole.number, whole.received_ms - route::LONGEST_PAUSE_MS, whole.received_ms)?;
    if let Some(denied) = denied(incoming, service, &whole.read.content) {
        refuse_denied(tx, incoming, &leases, whole.received_ms)?;
        return quarantine(tx, incoming, &whole, denied_reason(denied));
    }
    let sent_ms = whole.sent_ms.map(|sent_ms| incoming.app.lags.corrected(incoming.source, sent_ms));
    let arrival = Arrival { service, received_ms: whole.received_ms, sent_ms };
    let lease = match route::route(&arrival, &leases) {
        Ok(lease) => lease,
        Err(doubt) => return quarantine(tx, incoming, &whole, doubt.reason()),
    };
    match keep_from(tx, &whole, service, lease)? {
        Some(reason) => quarantine(tx, incoming, &whole, reason),
        None => hand_over(tx, incoming, &whole, service, lease),
    }
}

/// What kind of service this message is from that the house does not serve. A catalogue service's own text is never
/// one of those.
fn denied(incoming: &Incoming, service: Option<i64>, content: &Content) -> Option<Denied> {
    match service.and_then(|service| incoming.catalog.by_id(service)) {
        Some(service) => crate::policy::denied::denied_category(&service.category),
        None => denied_message(&content.sender, &content.text),
    }
}

/// How the reasons begin of what is of a kind that is never handed out.
pub(super) const DENIED: &str = "denied_";

fn denied_reason(denied: Denied) -> &'static str {
    match denied {
        Denied::Bank => "denied_bank",
        Denied::Broker => "denied_broker",
        Denied::CryptoExchange => "denied_crypto_exchange",
        Denied::PaymentWallet => "denied_payment_wallet",
        Denied::CreditBureau => "denied_credit_bureau",
        Denied::Government => "denied_government",
        Denied::Tax => "denied_tax",
        Denied::Benefits => "denied_benefits",
        Denied::IdentityProofing => "denied_identity_proofing",
        Denied::Health => "denied_health",
        Denied::Carrier => "denied_carrier",
        Denied::Emergency => "denied_emergency",
        Denied::Voting => "denied_voting",
    }
}

/// Somebody used a number for what the house does not serve: if it is plain who, the account's risk is raised and what it
/// has ordered on this number is refunded. Which of several orders the text was meant for cannot be told, so all end.
fn refuse_denied(tx: &mut Tx<'_>, incoming: &Incoming, leases: &[Lease], at_ms: i64) -> Result<(), DbError> {
    let running = || leases.iter().filter(|lease| lease.runs_at(at_ms));
    let Some(account) = running().next().map(|lease| lease.account) else { return Ok(()) };
    if running().any(|lease| lease.account != account) {
        return Ok(());
    }
    account::lock(tx, account)?;
    account::raise_risk(tx, account, account::State::Active)?;
    for lease in running().filter(|lease| lease.product == Product::ShortTerm) {
        order::give_back(tx, lease.order, order::State::Cancelled, incoming.now_ms)?;
    }
    Ok(())
}

/// Why a message is kept from the lease it seems to be for.
fn keep_from(
    tx: &mut Tx<'_>,
    whole: &Whole<'_>,
    service: Option<i64>,
    lease: &Lease,
) -> Result<Option<&'static str>, DbError> {
    if let Some(service) = service
        && number::burnt_by_another(tx, whole.number, service, lease.account)?
    {
        return Ok(Some("delivered_to_another_before"));
    }
    let since_ms = whole.received_ms - HOUR_MS;
    if rows::count_on_number(tx, whole.number, since_ms, NUMBER_HOUR_MAX)? >= NUMBER_HOUR_MAX {
        return Ok(Some("number_cap"));
    }
    Ok(None)
}

fn hand_over(
    tx: &mut Tx<'_>,
    incoming: &Incoming,
    whole: &Whole<'_>,
    service: Option<i64>,
    lease: &Lease,
) -> Result<Received, Trouble> {
    let Some(key) = lease.key(&incoming.app.vault)? else {
        return quarantine(tx, incoming, whole, "lease_erased");
    };
    account::lock(tx, lease.account)?;
    let sender_tag = sender_tag(incoming, whole, service);
    if let Some(tag) = &sender_tag
        && rows::numbers_reached(tx, lease.account, tag, whole.received_ms - SENDER_SPAN_MS, whole.number)?
            >= SENDER_NUMBERS_MAX
    {
        account::raise_risk(tx, lease.account, account::State::Frozen)?;
        return quarantine(tx, incoming, whole, "sender_floods_account");
    }
    // A cancel may commit before this story although it came after the text: what was refunded is not handed over.
    let (order, is_refunded) = match lease.product {
        Product::ShortTerm => {
            let order = order::awaited(tx, lease.order)?;
            let is_refunded = order.as_ref().is_some_and(Awaited::is_refunded);
            (order, is_refunded)
        }
        Product::Rental1Day | Product::Rental30Day => (None, rental::is_refunded(tx, lease.order)?),
    };
    if is_refunded {
        return quarantine(tx, incoming, whole, "order_refunded");
    }
    // The lease is looked at again, now under its lock: it may have ended since it was found.
    match number::count_in(tx, lease.order, whole.received_ms, route::messages_max(lease.product))? {
        CountedIn::Yes => {}
        CountedIn::No => return quarantine(tx, incoming, whole, "lease_ended_or_full"),
    }
    tell(tx, incoming, whole, lease, order.as_ref())?;
    number::burn(tx, whole.number, lease.service, lease.account, lease.end_ms)?;
    keep(tx, incoming, whole, Some((lease, &key)), None, sender_tag)?;
    Ok(Received::Delivered { account: lease.account })
}

/// Captures the order if this is its first answer, and tells the customer either way.
fn tell(
    tx: &mut Tx<'_>,
    incoming: &Incoming,
    whole: &Whole<'_>,
    lease: &Lease,
    order: Option<&Awaited>,
) -> Result<(), DbError> {
    let any_text_counts = incoming.catalog.by_id(lease.service).is_some_and(|service| service.any_text_counts);
    let answers = whole.read.content.has_answer() || any_text_counts;
    if let Some(order) = order
        && answers
        && order.capture(tx, whole.id, incoming.now_ms)?
    {
        return Ok(());
    }
    let seq = account::next_event(tx, lease.account)?;
    let event = Event {
        seq,
        kind: Kind::MessageReceived,
        at_ms: incoming.now_ms,
        order: Some((lease.product, lease.order)),
        amount: None,
        message: Some(whole.id),
    };
    event::append(tx, lease.account, &event)
}

/// A text of the service that was ordered is what was ordered; any other is counted by its sender.
fn sender_tag(incoming: &Incoming, whole: &Whole<'_>, service: Option<i64>) -> Option<[u8; 32]> {
    let sender = whole.read.content.sender.trim().to_lowercase();
    service.is_none().then(|| incoming.app.vault.tag("sender", &[sender.as_bytes()]))
}

/// Keeps a message from everyone, with the number it came in on.
fn quarantine(
    tx: &mut Tx<'_>,
    incoming: &Incoming,
    whole: &Whole<'_>,
    reason: &'static str,
) -> Result<Received, Trouble> {
    keep(tx, incoming, whole, None, Some(reason), None)?;
    Ok(Received::Quarantined)
}

fn keep(
    tx: &mut Tx<'_>,
    incoming: &Incoming,
    whole: &Whole<'_>,
    lease: Option<(&Lease, &Key)>,
    reason: Option<&str>,
    sender_tag: Option<[u8; 32]>,
) -> Result<(), Trouble> {
    let key = lease.map_or(&incoming.day_key, |(_, key)| key);
    let sealed = whole.read.content.seal(key, whole.id);
    let message = rows::NewMessage {
        id: whole.id,
        source: incoming.source,
        reference: &incoming.reference,
        number: Some(whole.number),
        lease: lease.map(|(lease, _)| (lease.order, lease.account)),
        reason,
        is_complete: whole.is_complete,
        sender_tag: sender_tag.as_ref().map(<[u8; 32]>::as_slice),
        received_ms: whole.received_ms,
        sent_ms: whole.sent_ms,
        sealed_day: if lease.is_some() { None } else { Some(incoming.day) },
        sealed: &sealed,
    };
    if whole.is_kept_already {
        rows::settle(tx, &message)?;
    } else if !rows::insert(tx, &message)? {
        // A rival told the same piece between our look and now; what this story did is undone.
        return Err(Trouble::Repeat);
    }
    Ok(())
}
