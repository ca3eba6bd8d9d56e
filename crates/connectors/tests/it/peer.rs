//! The other end of a connector: what its sender would push, signed as it would sign.

use std::collections::BTreeMap;

use domain::supply::{Heard, Registry, Reply, Request, Settings, Supply};
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
    /// The setting that holds the secret.
    pub(crate) setting: &'static str,
    /// The secret.
    pub(crate) secret: &'static str,
    /// Another one that is as good.
    pub(crate) other_secret: &'static str,
    /// The body of a push.
    pub(crate) body: fn(&Sms) -> Vec<u8>,
    /// The headers that sign a body at a time, in seconds.
    pub(crate) sign: fn(&str, &[u8], i64) -> Headers,
}

impl Peer {
    pub(crate) fn settings(&self, secret: &str) -> Settings {
        Settings::new(BTreeMap::from([(self.setting.to_owned(), secret.to_owned())]))
    }

    /// A push of these bytes, signed at this time.
    pub(crate) fn push(&self, body: Vec<u8>, at_s: i64) -> Request {
        let headers = (self.sign)(self.secret, &body, at_s);
        Request { method: "POST".to_owned(), tail: String::new(), query: String::new(), headers, body }
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

    /// The status of the refusal of a push, which tells neither the secret nor the text.
    pub(crate) fn refusal(&self, request: &Request) -> u16 {
        let Err(reply) = self.hear(request) else { return 200 };
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
