//! Vonage's SMS API.

use domain::supply::{ConcatKind, Request};
use md5::{Digest, Md5};

use crate::peer::{NOW_S, Peer, SOMEBODY, form, get, hex, post};

pub(crate) const PEER: Peer = Peer {
    connector: "vonage",
    setting: "signature_secret",
    secret: "abcdefgh12345678ijkl",
    other_secret: "abcdefgh12345678ijkm",
    body: |sms| told(&sms.id, &sms.sender, &sms.text, &[]),
    sign: |secret, body, _| sign(secret, body),
    line: (None, None, Some("12025550147")),
    sent_ms: None,
    ..SOMEBODY
};

/// The documented fields, with a number that is ours; the last one is not the signature.
fn told(id: &str, sender: &str, text: &str, more: &[(&str, &str)]) -> Vec<u8> {
    let fixed = [("message-timestamp", "2026-05-22 14:29:58"), ("timestamp", "1779460198"), ("nonce", "aaaa-bbbb")];
    let named = [("msisdn", sender), ("to", "12025550147"), ("messageId", id), ("text", text), ("keyword", "G")];
    form(&[&named, fixed.as_slice(), more, &[("type", "text")]].concat())
}

/// The fields as they are signed.
fn signed(fields: &[(String, String)]) -> String {
    let mut fields = fields.to_vec();
    fields.sort();
    fields.iter().map(|(name, value)| format!("&{name}={}", value.replace(['&', '='], "_"))).collect()
}

fn pairs(body: &[u8]) -> Vec<(String, String)> {
    let pairs = body.split(|byte| *byte == b'&').filter(|pair| !pair.is_empty());
    let split = pairs.map(|pair| {
        let middle = pair.iter().position(|byte| *byte == b'=').unwrap_or(pair.len());
        (plain(&pair[..middle]), plain(pair.get(middle + 1..).unwrap_or_default()))
    });
    split.collect()
}

fn plain(bytes: &[u8]) -> String {
    let (mut plain, mut rest) = (Vec::new(), bytes.iter().copied());
    while let Some(byte) = rest.next() {
        plain.push(match byte {
            b'+' => b' ',
            b'%' => {
                let digits = [rest.next(), rest.next()].map(|digit| char::from(digit.expect("a digit")));
                u8::from_str_radix(&String::from_iter(digits), 16).expect("digits")
            }
            byte => byte,
        });
    }
    String::from_utf8_lossy(&plain).into_owned()
}

/// The signature stands first, so that what is written behind the body is a change of a field that is signed.
fn sign(secret: &str, body: Vec<u8>) -> Request {
    let right = hex(&Md5::digest(format!("{}{secret}", signed(&pairs(&body)))));
    post("", Vec::new(), [format!("sig={right}&").into_bytes(), body].concat())
}

#[test]
fn a_query_and_json_are_heard_too() {
    let body = told("one", "22395", "a&b=c d", &[("api-key", "abcd1234")]);
    let request = PEER.push(body, NOW_S);
    let as_get = get("", request.body.clone(), NOW_S);
    let fields: serde_json::Map<String, serde_json::Value> =
        pairs(&request.body).into_iter().map(|(name, value)| (name, value.into())).collect();
    let as_json = post("", Vec::new(), serde_json::Value::from(fields).to_string().into_bytes());
    for request in [as_get, as_json, request] {
        let Ok(heard) = PEER.hear(&request) else { panic!("refused") };
        assert!(heard.parts[0].text == "a&b=c d" && heard.parts[0].reference == b"one");
    }
}

#[test]
fn parts_of_a_long_message_are_told_apart() {
    let of = |reference: &str, part: &str| {
        let more = [("concat", "true"), ("concat-ref", reference), ("concat-total", "2"), ("concat-part", part)];
        PEER.part(told("one", "22395", "half", &more)).concat
    };
    let concat = of("108", "2").expect("a part");
    assert_eq!((concat.kind, concat.reference, concat.total, concat.seq), (ConcatKind::Own, 108, 2, 2));
    assert!(of("a-b-c", "1").is_some_and(|part| part.reference != 108 && Some(part) == of("a-b-c", "1")));
    assert!(of("108", "3").is_none() && of("108", "0").is_none());
}

#[test]
fn octets_are_read_with_their_header() {
    let more = [("data", "313233"), ("udh", "0500037B0201")];
    let body = String::from_utf8(told("one", "22395", "", &more)).expect("text").replace("type=text", "type=binary");
    let part = PEER.part(body);
    assert!(part.text == "123" && part.concat.is_some_and(|place| (place.reference, place.seq) == (0x7B, 1)));
}

#[test]
fn a_field_that_is_there_twice_or_stands_for_two_is_refused() {
    let body = told("one", "22395", "hello", &[]);
    for more in ["&text=other", "&a%3D1%26b=2", "&%FF=1"] {
        assert_eq!(PEER.refusal(&PEER.push([&body, more.as_bytes()].concat(), NOW_S)), 400, "{more}");
    }
}

/// The signatures were made with `nexmo` 2.9.1, Vonage's own library for Node.
#[test]
fn each_method_signs_as_vonages_own_library_does() {
    let told = form(&[
        ("msisdn", "22395"),
        ("to", "12025550147"),
        ("messageId", "0B00000012345678"),
        ("text", "50% off = a&b, 验证码 😀 4711"),
        ("type", "unicode"),
        ("keyword", "50%"),
        ("message-timestamp", "2026-05-22 14:29:58"),
        ("timestamp", "1779460198"),
        ("nonce", "aaaa-bbbb"),
    ]);
    let known = [
        ("md5hash", "0da5464c90a04f657531560a0e36fc22"),
        ("md5", "a19fa674625413c011fc950c86e8b851"),
        ("sha1", "f726b40ea8ff3a03678b7dab1de27a02a6bb8b21"),
        ("sha256", "dc0122919dafc6de4895513a77afc10ae68a8466ee6b501395f3e963b1ba32fa"),
        (
            "sha512",
            "61411d67fc72a69d28b93fa8bad341ab9a2284ec1f463c0f1dd982316771c52bceaa1585cf06293adec64362ed0d5654d13126716d93127e2753a475172b1054",
        ),
    ];
    let registry = connectors::registry();
    let connector = crate::peer::connector(&registry, "vonage");
    for (method, sig) in known {
        for (other, _) in known {
            let body = [told.as_slice(), format!("&sig={sig}").as_bytes()].concat();
            let heard =
                connector.hear(&PEER.settings_with(&[("signature_method", other)]), &post("", Vec::new(), body), 0);
            assert_eq!(heard.is_ok(), method == other, "{method} for {other}");
        }
    }
}

#[test]
fn a_method_that_nobody_knows_is_refused() {
    let registry = connectors::registry();
    let connector = crate::peer::connector(&registry, "vonage");
    let settings = PEER.settings_with(&[("signature_method", "none")]);
    assert!(connector.check(&settings).is_err_and(|fault| fault.contains("signature_method")));
    let request = PEER.push(told("one", "22395", "hello", &[]), NOW_S);
    assert_eq!(connector.hear(&settings, &request, 0).err().map(|reply| reply.status), Some(401));
}
