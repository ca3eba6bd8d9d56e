//! The contract between the house and whatever an SMS comes by.
//!
//! A connector translates what reached us into [`Part`]s and decides nothing; [`crate::message::receive`] does the
//! rest. It never sees a database, and the house never sees its wire.

use std::collections::{BTreeMap, HashMap};

use super::seam::Seam;
use super::{Hint, Holding, House, Inbox};

/// A request that reached us, with nothing read into it yet: signatures are checked over these bytes.
pub struct Request {
    /// `GET`, `POST`, …
    pub method: String,
    /// What follows `/ingest/{source}/` in the path.
    pub tail: String,
    /// The query, undecoded.
    pub query: String,
    /// The headers, their names in lower case.
    pub headers: Vec<(String, Vec<u8>)>,
    /// The body.
    pub body: Vec<u8>,
}

impl Request {
    /// The value of a header that was sent exactly once, as text.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut values = self.headers.iter().filter(|(header, _)| header == name);
        let (_, value) = values.next()?;
        if values.next().is_some() { None } else { std::str::from_utf8(value).ok() }
    }
}

/// What the sender is answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// An HTTP status.
    pub status: u16,
    /// The type of the body.
    pub content_type: &'static str,
    /// The body.
    pub body: Vec<u8>,
    /// What a 401 asks the sender to prove itself by (`WWW-Authenticate`, RFC 9110).
    pub challenge: Option<&'static str>,
}

impl Reply {
    /// An answer.
    #[must_use]
    pub fn new(status: u16, content_type: &'static str, body: impl Into<Vec<u8>>) -> Self {
        Self { status, content_type, body: body.into(), challenge: None }
    }

    /// A JSON answer.
    #[must_use]
    pub fn json(status: u16, body: impl Into<Vec<u8>>) -> Self {
        Self::new(status, "application/json", body)
    }

    /// A refusal that says what was wrong.
    #[must_use]
    pub fn refusal(status: u16, error: &str, message: &str) -> Self {
        let body = serde_json::json!({"success": false, "error": error, "message": message});
        Self::json(status, body.to_string())
    }
}

/// What arrived, raw, one piece of a message. It holds a customer's text, so it has no `Debug`.
#[derive(Clone, PartialEq, Eq)]
pub struct Part {
    /// The sender's own id of this piece, or what stands for it: equal ids from one source are one piece (S6).
    pub reference: Vec<u8>,
    /// Which of our lines it came in on.
    pub line: Line,
    /// Who sent it, as it was told.
    pub sender: String,
    /// What it says. NUL is allowed here.
    pub text: String,
    /// The bytes it came in, at most 64 KiB, so that a better decoder can read them again.
    pub raw: Vec<u8>,
    /// When the network took it from its sender, as the network told.
    pub sent_ms: Option<i64>,
    /// Its place in a long message.
    pub concat: Option<Concat>,
    /// Why nobody can read it, such as `encrypted`: it is kept for the operator under this reason.
    pub trouble: Option<&'static str>,
}

/// Which line a piece came in on. A SIM, once mapped, decides, then the port it sits in; a number beside them is only
/// compared.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Line {
    /// The SIM as the connector spells it: an ICCID, a port, a device and slot.
    pub sim: Option<String>,
    /// Where the SIM sits, for connectors that tell both: it counts where the SIM itself is not mapped, and its number
    /// is not known to be another SIM.
    pub port: Option<String>,
    /// The receiving number as it was told.
    pub number: Option<String>,
}

impl Line {
    /// The line of a receiving number, where no SIM is told.
    #[must_use]
    pub fn of_number(number: impl Into<String>) -> Self {
        Self { number: Some(number.into()), ..Self::default() }
    }
}

/// The place of a piece in a long message. `total` is 2 to 255 and `seq` 1 to `total`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Concat {
    /// How the reference was told; equal references of different kinds are different.
    pub kind: ConcatKind,
    /// What the pieces have in common.
    pub reference: u32,
    /// How many there are.
    pub total: u8,
    /// Which one this is.
    pub seq: u8,
    /// Where it was cut inside a character; most are not.
    pub seam: Seam,
}

impl Concat {
    /// The place, unless it makes no sense: then the piece is a message of its own.
    #[must_use]
    pub fn new(kind: ConcatKind, reference: u32, total: u8, seq: u8) -> Option<Self> {
        let seam = Seam::default();
        (total >= 2 && (1..=total).contains(&seq)).then_some(Self { kind, reference, total, seq, seam })
    }
}

/// How the reference of a long message was told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ConcatKind {
    /// UDH element 0x00: 8 bits.
    Ref8,
    /// UDH element 0x08: 16 bits.
    Ref16,
    /// The `sar_*` parameters of SMPP.
    Sar,
    /// A gateway's own way.
    Own,
}

/// What a source tells of one of its SIMs, beside messages.
#[derive(Clone, PartialEq, Eq)]
pub struct Status {
    /// Which SIM, or which port where none is in it.
    pub line: Line,
    /// Whether it is in the network.
    pub is_online: bool,
    /// How well it hears, in the device's own words.
    pub signal: Option<String>,
}

/// What a connector made of a request: the pieces in it, and the answer once they are durable.
pub struct Heard {
    /// The pieces; none for a ping or a delivery report.
    pub parts: Vec<Part>,
    /// The answer if all of them were kept; or the challenge, to a sender that proves itself only when it is asked to.
    pub reply: Reply,
    /// What a house upstream said of purchases: they are looked at sooner.
    pub hints: Vec<Hint>,
    /// What it told of its SIMs.
    pub statuses: Vec<Status>,
}

impl Heard {
    /// Some pieces, and the answer.
    #[must_use]
    pub fn new(parts: Vec<Part>, reply: Reply) -> Self {
        Self { parts, reply, hints: Vec::new(), statuses: Vec::new() }
    }
}

/// One setting that a connector asks the operator for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Setting {
    /// Its name in `--set name=value`.
    pub name: &'static str,
    /// Its name for people.
    pub label: &'static str,
    /// Whether it is never shown again.
    pub is_secret: bool,
    /// Whether it may be left out.
    pub is_optional: bool,
    /// What it is and where to find it.
    pub help: &'static str,
}

/// The settings of one source. They hold secrets, so they have no `Debug`.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Settings(BTreeMap<String, String>);

impl Settings {
    /// Settings from names and values.
    #[must_use]
    pub fn new(values: BTreeMap<String, String>) -> Self {
        Self(values)
    }

    /// A setting, if it was given and is not empty.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }

    /// The names that were given.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    pub(crate) fn values(&self) -> &BTreeMap<String, String> {
        &self.0
    }
}

/// A kind of wire that SMS come by.
pub trait Supply: Send + Sync {
    /// Its name in `admin source add --connector`.
    fn name(&self) -> &'static str;

    /// One sentence for the operator.
    fn about(&self) -> &'static str;

    /// What it asks the operator for.
    fn settings(&self) -> &'static [Setting];

    /// Whether all its numbers are VoIP. Then they are not sold, whatever a file says of them.
    fn is_voip(&self) -> bool {
        false
    }

    /// Checks settings that have all that is required.
    ///
    /// # Errors
    /// A sentence that says which setting is wrong and what it should be.
    fn check(&self, settings: &Settings) -> Result<(), String>;

    /// Reads a request that was pushed to us. A connector that holds a wire may leave it: nothing is pushed to it.
    ///
    /// # Errors
    /// The refusal, if it is not from this source or cannot be read; then nothing is kept.
    fn hear(&self, settings: &Settings, request: &Request, now_ms: i64) -> Result<Heard, Reply> {
        let _ = (settings, request, now_ms);
        Err(Reply::refusal(404, "not_found", "Nothing is pushed to this source."))
    }

    /// Whether it holds a wire, or asks its source from time to time: then one node of the house calls
    /// [`Supply::hold`].
    fn holds(&self) -> bool {
        false
    }

    /// Whether a source with these settings is asked besides being pushed to, for what was pushed while the house was
    /// down. It is held like a wire then.
    fn polls(&self, settings: &Settings) -> bool {
        let _ = settings;
        false
    }

    /// The house upstream that numbers are bought from by this connector, if it is one. Its numbers are bought at the
    /// moment of sale; none are imported.
    fn house(&self) -> Option<&dyn House> {
        None
    }

    /// Holds the source's wire until the inbox closes. It comes back from every fault by itself; where it ends before,
    /// or panics, it is begun again after a while.
    fn hold(&self, settings: Settings, inbox: Inbox) -> Holding {
        let _ = settings;
        Box::pin(async move { inbox.closed().await })
    }
}

/// The connectors that this program has, by name.
#[derive(Default)]
pub struct Registry(HashMap<&'static str, Box<dyn Supply>>);

impl Registry {
    /// A registry of connectors.
    #[must_use]
    pub fn new(connectors: Vec<Box<dyn Supply>>) -> Self {
        Self(connectors.into_iter().map(|connector| (connector.name(), connector)).collect())
    }

    /// A connector by its name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&dyn Supply> {
        self.0.get(name).map(AsRef::as_ref)
    }

    /// All connectors, by name.
    #[must_use]
    pub fn all(&self) -> Vec<&dyn Supply> {
        let mut all: Vec<&dyn Supply> = self.0.values().map(AsRef::as_ref).collect();
        all.sort_by_key(|connector| connector.name());
        all
    }
}
