//! The message centre as the operator described it, and the connection to it.

use std::sync::Arc;
use std::time::Duration;

use domain::supply::Settings;
use rustls_pki_types::ServerName;
use tokio::time::{Instant, timeout_at};
use tokio_rustls::TlsConnector;

use super::super::stream::Stream;
use super::super::upstream::ALLOW_NETWORK;
use super::frame::{BIND_RECEIVER, BIND_TRANSCEIVER};
use crate::call::{Beside, Guard, NotSent};
use crate::sms::Alphabet;
use crate::tls;

/// Where centres usually listen.
const PORT: u16 = 2775;
/// Centres of one source: the second stands in for the first.
const HOSTS_MAX: usize = 4;
/// Binds to each centre.
const BINDS_MAX: u16 = 8;
/// Messages that may be on their way into the house at once, for each bind.
const WINDOW_MAX: u16 = 1_000;
/// Seconds between two questions whether the other end is there.
const ENQUIRE_MAX: u16 = 300;
/// Bytes of a name or password. The standard says 15 and 8; centres take more.
const NAME_MAX: usize = 64;

/// Where and as whom to bind. It holds a password, so it has no `Debug`.
pub(super) struct Centre {
    pub(super) hosts: Vec<(String, u16)>,
    /// Binds to each of them; none keeps the source silent.
    pub(super) binds: u16,
    pub(super) command: u32,
    pub(super) system_id: String,
    pub(super) password: String,
    pub(super) system_type: String,
    pub(super) alphabet: Alphabet,
    pub(super) window: usize,
    pub(super) enquire: Duration,
    guard: Guard,
    tls: Option<TlsConnector>,
}

impl Centre {
    /// Reads the settings.
    ///
    /// # Errors
    /// A sentence that says which one is wrong.
    pub(super) fn of(settings: &Settings) -> Result<Self, String> {
        let word = |name: &str, other: &str| settings.get(name).unwrap_or(other).to_owned();
        let command = match word("bind", "receiver").as_str() {
            "receiver" => BIND_RECEIVER,
            "transceiver" => BIND_TRANSCEIVER,
            _ => return Err("`bind` must be receiver or transceiver".to_owned()),
        };
        let alphabet = match word("alphabet", "gsm").as_str() {
            "gsm" => Alphabet::Gsm,
            "latin1" => Alphabet::Latin1,
            "utf8" => Alphabet::Utf8,
            "ucs2" => Alphabet::Utf16,
            _ => return Err("`alphabet` must be gsm, latin1, utf8 or ucs2".to_owned()),
        };
        let enquire = u64::from(number(settings, "enquire_seconds", 30, 1..=ENQUIRE_MAX)?);
        Ok(Self {
            hosts: hosts(&word("hosts", ""))?,
            binds: number(settings, "binds", 1, 0..=BINDS_MAX)?,
            command,
            system_id: name(settings, "system_id")?,
            password: name(settings, "password")?,
            system_type: name(settings, "system_type")?,
            alphabet,
            window: usize::from(number(settings, "window", 100, 1..=WINDOW_MAX)?),
            enquire: Duration::from_secs(enquire),
            guard: Guard::new(settings.get(ALLOW_NETWORK.name))?,
            tls: tls(settings)?,
        })
    }

    /// How many binds the source has to all of them.
    pub(super) fn all_binds(&self) -> usize {
        self.hosts.len() * usize::from(self.binds)
    }

    /// The host to which the bind goes that has this place among all: each host has some, one after another.
    pub(super) fn host(&self, place: usize) -> &(String, u16) {
        &self.hosts[place % self.hosts.len()]
    }

    /// Connects to one of the hosts.
    ///
    /// # Errors
    /// Why there is no connection.
    pub(super) async fn connect(&self, host: &str, port: u16, by: Instant) -> Result<Box<dyn Stream>, NotSent> {
        // Most centres have no TLS; whether it is worth it is the operator's word in `tls`.
        let tcp = self.guard.connect(host, port, Beside::Internet, by).await?;
        let Some(tls) = &self.tls else { return Ok(Box::new(tcp)) };
        let name = ServerName::try_from(host.to_owned()).map_err(|_| NotSent::NotSecure)?;
        let secured = timeout_at(by, tls.connect(name, tcp)).await.map_err(|_| NotSent::TimedOut)?;
        Ok(Box::new(secured.map_err(|_| NotSent::NotSecure)?))
    }
}

fn hosts(written: &str) -> Result<Vec<(String, u16)>, String> {
    let wrong =
        || format!("`hosts` must be 1 to {HOSTS_MAX} hosts such as smsc.example.com:2775, with spaces between them");
    let host = |word: &str| {
        let (host, port) = match word.rsplit_once(':') {
            Some((host, port)) => (host, port.parse().ok().filter(|port| *port > 0)?),
            None => (word, PORT),
        };
        (!host.is_empty() && !host.contains(':')).then(|| (host.to_owned(), port))
    };
    let hosts: Option<Vec<(String, u16)>> = written.split_whitespace().map(host).collect();
    hosts.filter(|hosts| (1..=HOSTS_MAX).contains(&hosts.len())).ok_or_else(wrong)
}

fn number(settings: &Settings, name: &str, other: u16, range: std::ops::RangeInclusive<u16>) -> Result<u16, String> {
    let Some(written) = settings.get(name) else { return Ok(other) };
    let number = written.parse().ok().filter(|number| range.contains(number));
    number.ok_or_else(|| format!("`{name}` must be a number from {} to {}", range.start(), range.end()))
}

/// A name or password, which a NUL would end on the wire.
fn name(settings: &Settings, name: &str) -> Result<String, String> {
    let value = settings.get(name).unwrap_or_default();
    if value.len() > NAME_MAX || !value.bytes().all(|byte| (0x20..0x7F).contains(&byte)) {
        return Err(format!("`{name}` must be at most {NAME_MAX} plain characters"));
    }
    Ok(value.to_owned())
}

fn tls(settings: &Settings) -> Result<Option<TlsConnector>, String> {
    match settings.get("tls").unwrap_or("no") {
        "no" => return Ok(None),
        "yes" => {}
        _ => return Err("`tls` must be yes or no".to_owned()),
    }
    tls::config(settings.get("ca")).map(|config| Some(TlsConnector::from(Arc::new(config))))
}
