//! A device that keeps one passkey, as the house can tell one: it signs what browsers hand it (Web Authentication, level
//! 3, sections 6.1, 6.3 and 6.5), and may be told to lie.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use p256::ecdsa::signature::Signer as _;
use p256::ecdsa::{Signature, SigningKey};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

/// Somebody is there.
const PRESENT: u8 = 0x01;
/// The device has recognised its person.
const VERIFIED: u8 = 0x04;
/// The data of a fresh key follows.
const ATTESTED: u8 = 0x40;

/// The device, and what it says of itself.
#[derive(Clone)]
pub(crate) struct Authenticator {
    key: SigningKey,
    id: [u8; 16],
    /// By which it names its person.
    pub(crate) handle: Vec<u8>,
    /// How often it signed; 0 for ever, if it does not count.
    pub(crate) counter: u32,
    pub(crate) counts: bool,
    /// What the browser says of the page that asks.
    pub(crate) origin: String,
    /// For which name it signs.
    pub(crate) rp_id: String,
    /// Whether it recognises its person.
    pub(crate) verifies: bool,
}

impl Authenticator {
    /// One whose browser is on `house.example`.
    pub(crate) fn new() -> Self {
        Self {
            key: SigningKey::from_slice(&rand::random::<[u8; 32]>()).expect("a key but once in 2^32"),
            id: rand::random(),
            handle: Vec::new(),
            counter: 0,
            counts: true,
            origin: "https://house.example".to_owned(),
            rp_id: "house.example".to_owned(),
            verifies: true,
        }
    }

    /// Signs with another secret from now on, under the same id.
    pub(crate) fn change_key(&mut self) {
        self.key = Self::new().key;
    }

    /// Makes its passkey, as options ask for it; what the page sends.
    pub(crate) fn create(&mut self, options: &str) -> String {
        let options: Value = serde_json::from_str(options).expect("options");
        assert_eq!(options["authenticatorSelection"]["residentKey"], "required");
        assert_eq!(options["authenticatorSelection"]["userVerification"], "required");
        self.handle = URL_SAFE_NO_PAD.decode(options["user"]["id"].as_str().expect("a handle")).expect("base 64");
        let client = self.client("webauthn.create", &options);
        let mut data = self.data(ATTESTED);
        data.extend([0; 16]);
        data.extend([0, 16]);
        data.extend(self.id);
        data.extend(self.public());
        // {"fmt": "none", "attStmt": {}, "authData": data}
        let mut object = b"\xa3\x63fmt\x64none\x67attStmt\xa0\x68authData\x58".to_vec();
        object.push(u8::try_from(data.len()).expect("fewer than 256 bytes"));
        object.extend(data);
        let response = json!({ "clientDataJSON": coded(&client), "attestationObject": coded(&object) });
        self.answer(&response)
    }

    /// Signs the challenge of options; what the page sends.
    pub(crate) fn sign(&mut self, options: &str) -> String {
        let options: Value = serde_json::from_str(options).expect("options");
        assert_eq!(options["allowCredentials"], json!([]), "nobody is told who has a key here");
        let client = self.client("webauthn.get", &options);
        self.counter += u32::from(self.counts);
        let data = self.data(0);
        let signed = [data.as_slice(), Sha256::digest(&client).as_slice()].concat();
        let signature: Signature = self.key.sign(&signed);
        let response = json!({
            "clientDataJSON": coded(&client),
            "authenticatorData": coded(&data),
            "signature": coded(signature.to_der().as_bytes()),
            "userHandle": coded(&self.handle),
        });
        self.answer(&response)
    }

    fn client(&self, kind: &str, options: &Value) -> Vec<u8> {
        let client = json!({ "type": kind, "challenge": options["challenge"], "origin": self.origin });
        client.to_string().into_bytes()
    }

    fn data(&self, flags: u8) -> Vec<u8> {
        let mut data = Sha256::digest(&self.rp_id).to_vec();
        data.push(flags | PRESENT | if self.verifies { VERIFIED } else { 0 });
        data.extend(self.counter.to_be_bytes());
        data
    }

    /// Its public key: {1: 2, 3: -7, -1: 1, -2: x, -3: y}.
    fn public(&self) -> Vec<u8> {
        let point = self.key.verifying_key().to_sec1_point(false);
        let (x, y) = point.as_bytes()[1..].split_at(32);
        [b"\xa5\x01\x02\x03\x26\x20\x01\x21\x58\x20", x, b"\x22\x58\x20", y].concat()
    }

    fn answer(&self, response: &Value) -> String {
        let id = coded(&self.id);
        json!({ "id": id, "rawId": id, "type": "public-key", "response": response }).to_string()
    }
}

fn coded(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}
