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

#[test]
fn a_signature_that_leaves_the_body_out_is_not_enough() {
    let mut request = PEER.push((PEER.body)(&Sms::new("one")), NOW_S);
    for (name, _) in &mut request.headers {
        *name = name.replace("v3", "v2");
    }
    assert_eq!(PEER.refusal(&request), 401);
}
