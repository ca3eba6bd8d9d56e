//! Plivo.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use domain::supply::Request;

use crate::peer::{NOW_S, Peer, Sms, form, mac, post};

pub(crate) const PEER: Peer = Peer {
    connector: "plivo",
    others: &[("address", ADDRESS)],
    setting: "auth_token",
    secret: "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY",
    other_secret: "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWE",
    body: |sms| {
        let [id, from, text] = [&sms.id, &sms.sender, &sms.text];
        form(&[("From", from), ("MessageUUID", id), ("Text", text), ("To", "12025550147"), ("Type", "sms")])
    },
    sign: |token, body, _| sign(token, "?", body),
    line: (None, None, Some("12025550147")),
    sent_ms: None,
    answer: ("text/xml", "<Response/>"),
    is_batch: false,
};

const ADDRESS: &str = "https://house.example/ingest/cloud/";

/// The form above is in the order in which it is signed.
fn sign(token: &str, query: &str, body: Vec<u8>) -> Request {
    let fields: Vec<u8> =
        body.split(|byte| *byte == b'&').flat_map(|pair| plain(&String::from_utf8_lossy(pair))).collect();
    let right = mac(token.as_bytes(), &[ADDRESS.as_bytes(), query.as_bytes(), &fields, b".", b"05429567804466091622"]);
    let signature = format!("bm90IG91cnM=,{}", STANDARD.encode(right));
    let headers =
        [("x-plivo-signature-v3", signature.as_str()), ("x-plivo-signature-v3-nonce", "05429567804466091622")];
    post("", headers.map(|(name, value)| (name.to_owned(), value.as_bytes().to_vec())).to_vec(), body)
}

fn plain(pair: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut rest = pair.replacen('=', "", 1).into_bytes().into_iter();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => {
                let digits = [rest.next(), rest.next()].map(|digit| char::from(digit.expect("a digit")));
                u8::from_str_radix(&String::from_iter(digits), 16).expect("digits")
            }
            byte => byte,
        });
    }
    bytes
}

#[test]
fn the_query_is_signed_sorted() {
    let body = (PEER.body)(&Sms::new("one"));
    let mut request = sign(PEER.secret, "?a=1&b=2.", body);
    request.query = "b=2&a=1".to_owned();
    assert_eq!(PEER.refusal(&request), 200);
    request.query = "b=2&a=3".to_owned();
    assert_eq!(PEER.refusal(&request), 401);
}

/// What its documents tell of messages. The signature was computed outside this program, as its library does it.
const V2: [(&str, &str); 2] = [
    ("x-plivo-signature-v2", "D4ONClmXMMlRP+iulaCQGPNUe42uS8c42uBIqcHPRmg="),
    ("x-plivo-signature-v2-nonce", "05429567804466091622"),
];

fn headed(headers: &[(&str, &str)]) -> Request {
    let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), value.as_bytes().to_vec()));
    post("", headers.collect(), (PEER.body)(&Sms::new("one")))
}

#[test]
fn the_older_signature_is_of_the_address_without_its_query_and_the_nonce() {
    assert_eq!(PEER.refusal(&headed(&V2)), 200);
    assert_eq!(PEER.refusal(&Request { query: "a=1".to_owned(), ..headed(&V2) }), 200);
    assert_eq!(PEER.refusal(&headed(&V2[..1])), 401, "no nonce");
    assert_eq!(PEER.refusal(&headed(&[V2[0], (V2[1].0, "05429567804466091623")])), 401, "another nonce");
    let Err(reply) = PEER.hear_with(PEER.other_secret, &headed(&V2)) else { panic!("taken") };
    assert_eq!(reply.status, 401);
}

/// The older one leaves the body out, so it does not make up for a wrong newer one.
#[test]
fn the_older_signature_does_not_count_beside_the_newer() {
    let mut request = PEER.push((PEER.body)(&Sms::new("one")), NOW_S);
    request.headers.extend(headed(&V2).headers);
    assert_eq!(PEER.refusal(&request), 200);
    request.body = (PEER.body)(&Sms::new("two"));
    assert_eq!(PEER.refusal(&request), 401);
}
