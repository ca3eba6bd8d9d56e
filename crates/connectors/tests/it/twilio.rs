//! Twilio.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use domain::supply::Request;
use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;

use crate::peer::{NOW_MS, Peer, SOMEBODY, connector, form, post};

pub(crate) const PEER: Peer = Peer {
    connector: "twilio",
    others: &[("address", ADDRESS)],
    setting: "auth_token",
    secret: "0123456789abcdef0123456789abcdef",
    other_secret: "0123456789abcdef0123456789abcdee",
    body: |sms| {
        form(&[
            ("MessageSid", &sms.id),
            ("From", &sms.sender),
            ("To", "+12025550147"),
            ("Body", &sms.text),
            ("AccountSid", "AC1"),
            ("NumMedia", "0"),
            ("FromCity", ""),
        ])
    },
    sign: |token, body, _| {
        let read = |pair: &str| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (plain(name), plain(value))
        };
        let mut fields: Vec<(String, String)> =
            String::from_utf8_lossy(&body).split('&').filter(|pair| !pair.is_empty()).map(read).collect();
        fields.sort();
        let signed = fields.iter().fold(ADDRESS.to_owned(), |text, (name, value)| format!("{text}{name}{value}"));
        signed_as(&mac(token, &signed), body)
    },
    sent_ms: None,
    answer: ("text/xml", "<Response/>"),
    ..SOMEBODY
};

const ADDRESS: &str = "https://house.example/ingest/cloud/";

/// What is behind percent signs.
fn plain(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => {
                let pair = [rest.next().expect("a digit"), rest.next().expect("a digit")];
                u8::from_str_radix(std::str::from_utf8(&pair).expect("digits"), 16).expect("digits")
            }
            byte => byte,
        });
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn mac(token: &str, signed: &str) -> String {
    let mut mac = Hmac::<Sha1>::new_from_slice(token.as_bytes()).expect("any length");
    mac.update(signed.as_bytes());
    STANDARD.encode(mac.finalize().into_bytes())
}

fn signed_as(signature: &str, body: Vec<u8>) -> Request {
    post("", vec![("x-twilio-signature".to_owned(), signature.as_bytes().to_vec())], body)
}

/// The example of Twilio's documentation: signed rightly (not 401), but no message (400).
#[test]
fn the_published_example_is_signed_rightly() {
    let fields = [
        ("CallSid", "CA1234567890ABCDE"),
        ("Caller", "+14158675309"),
        ("Digits", "1234"),
        ("From", "+14158675309"),
        ("To", "+18005551212"),
    ];
    let mut request = signed_as("RSOYDt4T1cUTdK1PDd93/VVr8B8=", form(&fields));
    request.query = "foo=1&bar=2".to_owned();
    let registry = connectors::registry();
    let hear = |token: &str| {
        let settings = PEER.settings_with(&[("address", "https://mycompany.com/myapp.php"), ("auth_token", token)]);
        connector(&registry, "twilio").hear(&settings, &request, NOW_MS).err().map(|reply| reply.status)
    };
    assert_eq!((hear("12345"), hear("12346")), (Some(400), Some(401)));
}

#[test]
fn an_address_that_cannot_be_the_signed_one_is_refused() {
    let registry = connectors::registry();
    for address in ["", "http://house.example/", "https://house.example/?a=b"] {
        let fault = connector(&registry, "twilio").check(&PEER.settings_with(&[("address", address)]));
        assert!(fault.expect_err("wrong").contains("address"), "{address}");
    }
}
