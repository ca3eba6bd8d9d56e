//! Keys, methods, paths and headers that are wrong.

use super::{Case, INVALID, NOT_FOUND, UNAUTHORIZED};

const ORDER: &str = "short-term/order/";
const INSTAGRAM: &str = r#"{"service":"instagram"}"#;

pub(crate) fn cases() -> Vec<Case> {
    [methods(), paths(), keys(), content_types(), content_codings(), hosts(), idempotency_keys()]
        .into_iter()
        .flatten()
        .collect()
}

fn methods() -> Vec<Case> {
    let mut cases: Vec<Case> = ["PUT", "PATCH", "DELETE", "OPTIONS", "BREW", "GET"]
        .into_iter()
        .map(|method| Case::post(ORDER, INSTAGRAM).method(method))
        .collect();
    cases.extend(["PUT", "DELETE", "POST"].into_iter().map(|method| Case::get("balance/").method(method)));
    cases.push(Case::post("short-term/sms/", r#"{"order_id":"{received}"}"#));
    cases.push(Case::post("rental/30day/list", "{}"));
    cases.push(Case::get("short-term/cancel?order_id={received}"));
    cases
}

fn paths() -> Vec<Case> {
    let missing = |target: &str| Case::get(target).is(NOT_FOUND);
    vec![
        missing(""),
        missing("nosuch/"),
        missing("short-term/"),
        missing("short-term/order/x"),
        missing("short-term//sms/"),
        missing("Short-Term/sms/"),
        missing("short-term/sms//"),
        missing("short%2Dterm/sms/"),
        missing("rental/7day/list/"),
        missing("../v1/balance"),
        missing("balance%00"),
        missing("%zz"),
        Case::post("rental/1day/sleep/", "{}").is(NOT_FOUND),
    ]
}

fn keys() -> Vec<Case> {
    let order = |headers: &[&str]| Case::post(ORDER, INSTAGRAM).headers(headers).is(UNAUTHORIZED);
    let wrong = "Authorization: Bearer jn_live_000000000000000000000000000000000000";
    let good = "Authorization: Bearer {key}";
    let in_body = |key: &str| {
        Case::post(ORDER, format!(r#"{{"service":"instagram","api_key":{key}}}"#)).headers(&[]).is(UNAUTHORIZED)
    };
    vec![
        order(&[]),
        order(&[wrong]),
        order(&["Authorization: Bearer"]),
        order(&["Authorization: Bearer "]),
        order(&["Authorization: Bearer x"]),
        order(&["Authorization: {key}"]),
        order(&["Authorization: Basic {key}"]),
        order(&["Authorization: Bearer{key}"]),
        order(&["Authorization: Bearer {key} {key}"]),
        order(&["Authorization: Bearer {key}x"]),
        order(&["Authorization: Bearer {revoked}"]),
        order(&["Authorization: Bearer \u{ff}"]),
        order(&[good, wrong]),
        order(&[wrong, good]),
        order(&[wrong, "X-API-Key: {key}"]),
        order(&["X-API-Key: "]),
        order(&["X-API-Key: x"]),
        order(&["X-API-Key: {key}", "X-API-Key: x"]),
        in_body("null"),
        in_body("1"),
        in_body("[]"),
        in_body(r#""""#),
        in_body(r#""x""#),
        in_body(r#""{revoked}""#),
        Case::post("short-term/order/?api_key={key}", INSTAGRAM).headers(&[]).is(UNAUTHORIZED),
        Case::get("balance/").headers(&[]).is(UNAUTHORIZED),
        Case::get("balance/?api_key=").headers(&[]).is(UNAUTHORIZED),
        Case::get("balance/?api_key={key}%20").headers(&[]).is(UNAUTHORIZED),
        Case::get("balance/?API_KEY={key}").headers(&[]).is(UNAUTHORIZED),
        Case::get("balance/?api_key=%zz").headers(&[]).is(INVALID).field("api_key"),
        Case::post(ORDER, "{").headers(&[]).is(INVALID),
        Case::post(ORDER, "{").headers(&[wrong]).is(UNAUTHORIZED),
    ]
}

fn content_types() -> Vec<Case> {
    let kind =
        |kind: &str| Case::post(ORDER, INSTAGRAM).headers(&["Authorization: Bearer {key}", kind]).field("Content-Type");
    vec![
        kind("Content-Type: text/plain"),
        kind("Content-Type: multipart/form-data; boundary=x"),
        kind("Content-Type: application/xml"),
        kind("Content-Type: application/jsonp"),
        kind("Content-Type: application/json, text/plain"),
        kind("Content-Type: "),
        kind("Content-Type: text/plain").header("Content-Type: application/json"),
        kind("Content-Type: application/json").header("Content-Type: text/plain"),
    ]
}

fn content_codings() -> Vec<Case> {
    let coding = |header: &str| Case::post(ORDER, INSTAGRAM).header(header).field("Content-Encoding");
    let gzipped = b"\x1f\x8b\x08\0\0\0\0\0\0\x03\xabV*N-*\xcbLNU\xb2R\xca\xcc+.IL/J\xccU\xaa\x05\0\0\0\0\0";
    let form =
        ["Authorization: Bearer {key}", "Content-Type: application/x-www-form-urlencoded", "Content-Encoding: br"];
    vec![
        coding("Content-Encoding: gzip"),
        coding("Content-Encoding: x-gzip"),
        coding("Content-Encoding: deflate"),
        coding("content-encoding: BR"),
        coding("Content-Encoding: zstd"),
        coding("Content-Encoding: nosuch"),
        coding("Content-Encoding: "),
        coding("Content-Encoding: identity, gzip"),
        coding("Content-Encoding: identity").header("Content-Encoding: gzip"),
        coding("Content-Encoding: gzip").header("Content-Encoding: identity"),
        Case::post(ORDER, gzipped).header("Content-Encoding: gzip").field("Content-Encoding"),
        Case::post(ORDER, "service=instagram").headers(&form).field("Content-Encoding"),
        Case::post(ORDER, gzipped),
    ]
}

fn hosts() -> Vec<Case> {
    vec![
        Case::post(ORDER, INSTAGRAM).header("Host: localhost").field("Host"),
        Case::post(ORDER, INSTAGRAM).header("Host: elsewhere").field("Host"),
        Case::get("balance/").header("Host: elsewhere").field("Host"),
    ]
}

fn idempotency_keys() -> Vec<Case> {
    let long = format!("Idempotency-Key: {}", "k".repeat(256));
    let order = |header: &str| Case::post(ORDER, INSTAGRAM).header(header).field("Idempotency-Key");
    vec![
        order("Idempotency-Key: "),
        order(&long),
        order("Idempotency-Key: ké"),
        order("Idempotency-Key: a\tb"),
        order("Idempotency-Key: a").header("Idempotency-Key: b"),
        order("Idempotency-Key: a").header("Idempotency-Key: a"),
    ]
}
