//! The other end of a connector: what its sender would push, signed as it would sign.

use std::collections::BTreeMap;

use domain::supply::{Heard, Part, Registry, Reply, Request, Settings, Supply};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// When a test's clock stands still: 2026-05-22T14:30:00Z.
pub(crate) const NOW_MS: i64 = 1_779_460_200_000;
/// The same in seconds.
pub(crate) const NOW_S: i64 = NOW_MS / 1_000;
/// A text that no reply may hold.
pub(crate) const TEXT: &str = "G-493817 is your Google verification code.";

/// An SMS that a sender tells of.
#[derive(Clone)]
pub(crate) struct Sms {
    pub(crate) id: String,
    pub(crate) sender: String,
    pub(crate) text: String,
}

impl Sms {
    pub(crate) fn new(id: &str) -> Self {
        Self { id: id.to_owned(), sender: "22395".to_owned(), text: TEXT.to_owned() }
    }
}

/// Headers as a request has them.
pub(crate) type Headers = Vec<(String, Vec<u8>)>;

/// How one kind of sender speaks.
#[derive(Clone, Copy)]
pub(crate) struct Peer {
    /// The connector that understands it.
    pub(crate) connector: &'static str,
    /// What else its source needs.
    pub(crate) others: &'static [(&'static str, &'static str)],
    /// The setting that holds the secret.
    pub(crate) setting: &'static str,
    /// The secret.
    pub(crate) secret: &'static str,
    /// Another one that is as good.
    pub(crate) other_secret: &'static str,
    /// What a push says: the body, or the query of a GET.
    pub(crate) body: fn(&Sms) -> Vec<u8>,
    /// The request that says so, signed at a time, in seconds.
    pub(crate) sign: fn(&str, Vec<u8>, i64) -> Request,
    /// The SIM, the port and the number that it tells.
    pub(crate) line: (Option<&'static str>, Option<&'static str>, Option<&'static str>),
    /// Whether one push tells several SMS; then one that is odd is kept, and the limit is that of the house's door.
    pub(crate) is_batch: bool,
    /// When the network took the SMS, as it tells.
    pub(crate) sent_ms: Option<i64>,
    /// The type and the body of the answer that it wants.
    pub(crate) answer: (&'static str, &'static str),
}

/// A sender of which the rest is to be said.
pub(crate) const SOMEBODY: Peer = Peer {
    connector: "",
    others: &[],
    setting: "word",
    secret: "aLongWord1234567",
    other_secret: "anotherLongWord1",
    body: |_| Vec::new(),
    sign: |_, body, _| post("", Vec::new(), body),
    line: (None, None, Some("+12025550147")),
    is_batch: false,
    sent_ms: Some(NOW_MS - 2_000),
    answer: ("application/json", r#"{"success":true}"#),
};

/// A POST.
pub(crate) fn post(tail: &str, headers: Headers, body: Vec<u8>) -> Request {
    Request { method: "POST".to_owned(), tail: tail.to_owned(), query: String::new(), headers, body }
}

/// A GET, to an address with a word.
pub(crate) fn get(word: &str, query: Vec<u8>, _: i64) -> Request {
    Request {
        method: "GET".to_owned(),
        tail: format!("{word}/"),
        query: String::from_utf8_lossy(&query).into_owned(),
        headers: Vec::new(),
        body: Vec::new(),
    }
}

/// A POST to an address with a word.
pub(crate) fn post_to_word(word: &str, body: Vec<u8>, _: i64) -> Request {
    post(&format!("{word}/"), Vec::new(), body)
}

/// Fields as a form writes them.
pub(crate) fn form(fields: &[(&str, &str)]) -> Vec<u8> {
    let pairs: Vec<String> =
        fields.iter().map(|(name, value)| format!("{name}={}", percent(value.as_bytes()))).collect();
    pairs.join("&").into_bytes()
}

/// Bytes as a form writes them.
pub(crate) fn percent(bytes: &[u8]) -> String {
    let sign = |byte: &u8| match byte {
        b' ' => "+".to_owned(),
        byte if byte.is_ascii_alphanumeric() => char::from(*byte).to_string(),
        byte => format!("%{byte:02X}"),
    };
    bytes.iter().map(sign).collect()
}

/// Bytes in hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

impl Peer {
    pub(crate) fn settings(&self, secret: &str) -> Settings {
        self.settings_with(&[(self.setting, secret)])
    }

    /// The settings, some of them changed.
    pub(crate) fn settings_with(&self, changes: &[(&str, &str)]) -> Settings {
        let mut all = BTreeMap::from([(self.setting.to_owned(), self.secret.to_owned())]);
        let given = self.others.iter().chain(changes);
        all.extend(given.map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        Settings::new(all)
    }

    /// A push of these bytes, signed at this time.
    pub(crate) fn push(&self, body: Vec<u8>, at_s: i64) -> Request {
        (self.sign)(self.secret, body, at_s)
    }

    pub(crate) fn tell(&self, sms: &Sms) -> Request {
        self.push((self.body)(sms), NOW_S)
    }

    pub(crate) fn hear(&self, request: &Request) -> Result<Heard, Reply> {
        self.hear_with(self.secret, request)
    }

    pub(crate) fn hear_with(&self, secret: &str, request: &Request) -> Result<Heard, Reply> {
        connector(&connectors::registry(), self.connector).hear(&self.settings(secret), request, NOW_MS)
    }

    /// What is heard of a body that is not refused.
    pub(crate) fn heard(&self, body: impl Into<Vec<u8>>) -> Heard {
        self.hear(&self.push(body.into(), NOW_S)).unwrap_or_else(|reply| panic!("{}", reply.status))
    }

    /// The only piece in a body.
    pub(crate) fn part(&self, body: impl Into<Vec<u8>>) -> Part {
        let mut parts = self.heard(body).parts;
        assert_eq!(parts.len(), 1, "one piece");
        parts.remove(0)
    }

    /// The status of the refusal of a push, or of the question for a proof, which tells neither the secret nor the text.
    pub(crate) fn refusal(&self, request: &Request) -> u16 {
        let reply = match self.hear(request) {
            Ok(heard) if heard.reply.status == 200 => return 200,
            Ok(heard) => {
                assert!(heard.parts.is_empty(), "what is not proved is not heard");
                heard.reply
            }
            Err(reply) => reply,
        };
        let said = String::from_utf8(reply.body).expect("a refusal is text");
        let secret = self.secret.trim_start_matches("whsec_");
        assert!(!said.contains(secret) && !said.contains(TEXT) && !said.contains("493817"), "{said}");
        let told: serde_json::Value = serde_json::from_str(&said).expect("a refusal is JSON");
        assert_eq!(told["success"], false);
        assert!(told["message"].as_str().is_some_and(|message| message.ends_with('.')), "{said}");
        reply.status
    }
}

/// A connector that must exist.
pub(crate) fn connector<'a>(registry: &'a Registry, name: &str) -> &'a dyn Supply {
    registry.get(name).expect("there is such a connector")
}

/// HMAC-SHA256 as a sender computes it.
pub(crate) fn mac(key: &[u8], parts: &[&[u8]]) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("any length");
    parts.iter().for_each(|part| mac.update(part));
    mac.finalize().into_bytes().to_vec()
}
