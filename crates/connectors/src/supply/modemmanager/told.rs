//! What `ModemManager` tells of modems, SIMs and messages.

use domain::clock;
use domain::supply::{Line, Part};
use serde_json::json;
use zbus::{OwnedObjectPath, OwnedVariant};

use super::bus::{MESSAGING, MODEM, NETWORK, Properties};
use crate::sms::{Alphabet, Header};
use crate::supply::telling::{BODY_MAX, SENDER_MAX, fingerprint, hour};

/// Characters of what names a modem or a SIM.
const NAME_MAX: usize = 32;

/// A property as what it should be; one that is missing or something else is empty.
fn of<T: TryFrom<OwnedVariant> + Default>(properties: &Properties, name: &str) -> T {
    let value = properties.get(name).and_then(|value| value.try_clone().ok());
    value.and_then(|value| T::try_from(value).ok()).unwrap_or_default()
}

/// What names a thing: letters and digits alone, so that it can stand in a list.
fn name(properties: &Properties, of_what: &str) -> String {
    let told: String = of(properties, of_what);
    told.chars().filter(char::is_ascii_alphanumeric).take(NAME_MAX).collect()
}

/// How far a modem is (`MMModemState`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    /// It does not work: its SIM is missing, or the manager cannot handle it.
    Failed,
    /// Its SIM asks for a PIN.
    Locked,
    /// It is switched off.
    Disabled,
    /// It is on its way.
    Changing,
    /// It is switched on, and has listed its messages.
    Enabled,
}

/// A modem.
pub(super) struct Modem {
    pub(super) path: OwnedObjectPath,
    pub(super) state: State,
    /// Its own number (IMEI), letters and digits alone.
    pub(super) imei: String,
    /// Where its SIM is told, if it has one.
    pub(super) sim: Option<OwnedObjectPath>,
    /// Where its messages are told.
    pub(super) messages: Vec<OwnedObjectPath>,
    /// Whether it is in the network, where that is known.
    pub(super) is_online: Option<bool>,
    /// How well it hears, in percent.
    signal: u32,
}

impl Modem {
    /// A modem, if an object is one.
    pub(super) fn of(
        path: OwnedObjectPath,
        interfaces: &std::collections::HashMap<String, Properties>,
    ) -> Option<Self> {
        let modem = interfaces.get(MODEM)?;
        let state = match of::<i32>(modem, "State") {
            ..=-1 => State::Failed,
            2 => State::Locked,
            3 => State::Disabled,
            6.. => State::Enabled,
            0 | 1 | 4 | 5 => State::Changing,
        };
        let sim: Option<OwnedObjectPath> = modem.get("Sim").and_then(|sim| sim.try_clone().ok()?.try_into().ok());
        let messages = interfaces.get(MESSAGING).map(|messaging| of(messaging, "Messages")).unwrap_or_default();
        Some(Self {
            path,
            state,
            imei: name(modem, "EquipmentIdentifier"),
            sim: sim.filter(|sim| sim.as_str() != "/"),
            messages,
            is_online: interfaces.get(NETWORK).and_then(is_registered),
            signal: modem.get("SignalQuality").and_then(signal).unwrap_or(0),
        })
    }

    /// How well it hears, in words.
    pub(super) fn signal(&self) -> String {
        format!("{} %", self.signal)
    }

    /// What the operator knows it by.
    pub(super) fn name(&self) -> String {
        if self.imei.is_empty() { self.path.to_string() } else { format!("modem {}", self.imei) }
    }
}

/// Whether a modem is in the network (`MMModem3gppRegistrationState`).
fn is_registered(network: &Properties) -> Option<bool> {
    match of::<u32>(network, "RegistrationState") {
        // At home or elsewhere, also where SMS alone are served, or calls only at need.
        1 | 5 | 6 | 7 | 9 | 10 => Some(true),
        0 | 2 | 3 | 8 => Some(false),
        _ => None,
    }
}

/// The first of a pair, of which the second says how old it is.
fn signal(told: &OwnedVariant) -> Option<u32> {
    let (signal, _) = <(u32, bool)>::try_from(told.try_clone().ok()?).ok()?;
    Some(signal.min(100))
}

/// What stands for a SIM: its ICCID, or what the network knows it by where the modem does not tell that.
pub(super) fn sim(properties: &Properties) -> Option<String> {
    // What fills the last octet of an ICCID is no digit of it.
    let iccid = name(properties, "SimIdentifier").trim_end_matches(['F', 'f']).to_owned();
    [iccid, name(properties, "Imsi")].into_iter().find(|name| !name.is_empty())
}

/// A message. It holds a customer's text, so it has no `Debug`.
pub(super) struct Sms {
    state: u32,
    kind: u32,
    storage: u32,
    sender: String,
    text: String,
    data: Vec<u8>,
    time: String,
    centre: String,
}

impl Sms {
    /// Reads what is told of it.
    pub(super) fn of(told: &Properties) -> Self {
        Self {
            state: of(told, "State"),
            kind: of(told, "PduType"),
            storage: of(told, "Storage"),
            sender: of(told, "Number"),
            text: of(told, "Text"),
            data: of(told, "Data"),
            time: of(told, "Timestamp"),
            centre: of(told, "SMSC"),
        }
    }

    /// Whether it was received, and all its parts are there (`MM_SMS_STATE_RECEIVED`). It is announced with its first
    /// part, without any text. A status report is no message.
    pub(super) fn is_whole(&self) -> bool {
        self.state == 3 && self.kind != 3
    }

    /// Whether parts are still on their way.
    pub(super) fn is_coming(&self) -> bool {
        self.state == 2
    }

    /// Whether it lies on the SIM, and so came with it.
    pub(super) fn is_on_sim(&self) -> bool {
        self.storage == 1
    }

    /// The piece.
    pub(super) fn part(&self, line: Line, now_ms: i64) -> Part {
        let sim = line.sim.as_deref().or(line.port.as_deref()).unwrap_or_default();
        let at = if self.time.is_empty() { hour(now_ms).to_vec() } else { self.time.as_bytes().to_vec() };
        let text = self.text.as_bytes();
        let reference = fingerprint(&[sim.as_bytes(), self.sender.as_bytes(), &at, text, &self.data]);
        // The PDU is not told: a better decoder may at least read what was.
        let (number, data, centre) = (&self.sender, &self.data, &self.centre);
        let raw = json!({"Number": number, "Text": self.text, "Data": data, "Timestamp": self.time, "SMSC": centre});
        let mut raw = raw.to_string().into_bytes();
        let is_readable = raw.len() <= BODY_MAX;
        raw.truncate(BODY_MAX);
        Part {
            reference,
            line,
            sender: self.sender.chars().take(SENDER_MAX).collect(),
            text: if is_readable { self.words() } else { String::new() },
            raw,
            sent_ms: sent_ms(&self.time),
            concat: None,
            trouble: (!is_readable).then_some("unreadable"),
        }
    }

    /// The text, or octets in no alphabet that was told.
    fn words(&self) -> String {
        if self.text.is_empty() {
            Alphabet::Octets.read(&self.data, &Header::default()).text
        } else {
            self.text.clone()
        }
    }
}

/// When the network took it: the zone may be written in hours alone, as `2026-11-23T01:30:00-06`.
fn sent_ms(told: &str) -> Option<i64> {
    let zone = told.rfind(['+', '-']).filter(|at| *at > "2026-11-23T".len()).map(|at| &told[at + 1..]);
    let written = match zone.map(str::len) {
        Some(2) => format!("{told}:00"),
        Some(_) | None => told.to_owned(),
    };
    clock::parse_rfc3339(&written)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_zone_in_hours_is_read() {
        let known = [
            ("2026-11-23T01:30:00-06", Some(1_795_419_000_000)),
            ("2026-11-23T01:30:00+05:30", Some(1_795_377_600_000)),
            ("2026-11-23T01:30:00Z", Some(1_795_397_400_000)),
            ("2026-11-23T01:30:00", None),
            ("", None),
            ("é-06", None),
        ];
        for (told, wanted) in known {
            assert_eq!(sent_ms(told), wanted, "{told}");
        }
    }
}
