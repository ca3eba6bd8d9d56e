//! Bodies that are wrong.

use super::{Case, INVALID, NOT_FOUND};

const ORDER: &str = "short-term/order/";
const CANCEL: &str = "short-term/cancel/";
const UNKNOWN: (u16, &str) = (400, "unknown_service");

pub(crate) fn cases() -> Vec<Case> {
    [broken(), types(), twice(), money(), areas(), services(), ids(), other_calls()].into_iter().flatten().collect()
}

/// Bodies that are not a JSON object in UTF-8.
fn broken() -> Vec<Case> {
    let deep = |open: &str, close: &str, depth| format!("{}1{}", open.repeat(depth), close.repeat(depth));
    let in_unknown = |inner: String| format!(r#"{{"service":"instagram","x":{inner}}}"#);
    let huge = format!(r#"{{"service":"instagram","x":"{}"}}"#, "a".repeat(70_000));
    let very_huge = format!(r#"{{"service":"instagram","x":"{}"}}"#, "a".repeat(3_000_000));
    vec![
        Case::post(ORDER, "{"),
        Case::post(ORDER, "}"),
        Case::post(ORDER, "[]"),
        Case::post(ORDER, "null"),
        Case::post(ORDER, "true"),
        Case::post(ORDER, "1"),
        Case::post(ORDER, r#""service""#),
        Case::post(ORDER, "service=instagram"),
        Case::post(ORDER, r#"{"service":"instagram"}}"#),
        Case::post(ORDER, r#"{"service":"instagram"}{"service":"instagram"}"#),
        Case::post(ORDER, r#"{"service":"instagram",}"#),
        Case::post(ORDER, r#"{'service':'instagram'}"#),
        Case::post(ORDER, r#"{service:"instagram"}"#),
        Case::post(ORDER, r#"{"service":"instagram"#),
        Case::post(ORDER, r#"{"service" "instagram"}"#),
        Case::post(ORDER, "{\"service\":\"insta\ngram\"}"),
        Case::post(ORDER, b"{\"service\":\"insta\xffgram\"}"),
        Case::post(ORDER, b"{\"x\":\"\xc3\x28\",\"service\":\"instagram\"}"),
        Case::post(ORDER, b"\xef\xbb\xbf{\"service\":\"instagram\"}"),
        Case::post(ORDER, b"\xff\xfe{\0\"\0"),
        Case::post(ORDER, b"{\"service\":\"insta\0gram\"}"),
        Case::post(ORDER, b"\0"),
        Case::post(ORDER, r#"{"service":"instagram","x":NaN}"#),
        Case::post(ORDER, in_unknown(deep("[", "]", 100))),
        Case::post(ORDER, in_unknown(deep("[", "]", 20_000))),
        Case::post(ORDER, in_unknown(deep(r#"{"a":"#, "}", 5_000))),
        Case::post(ORDER, "[".repeat(60_000)),
        Case::post(ORDER, huge),
        Case::post(ORDER, very_huge),
    ]
}

/// Fields of a type they do not have.
fn types() -> Vec<Case> {
    let service = |value: &str| Case::post(ORDER, format!(r#"{{"service":{value}}}"#)).field("service");
    let id = |value: &str| Case::post(CANCEL, format!(r#"{{"order_id":{value}}}"#)).field("order_id");
    vec![
        Case::post(ORDER, "").field("service"),
        Case::post(ORDER, "{}").field("service"),
        Case::post(ORDER, r#"{"Service":"instagram"}"#).field("service"),
        Case::post(ORDER, r#"{"serv":"instagram"}"#).field("service"),
        service("null"),
        service("1"),
        service("-0.5"),
        service("true"),
        service("[]"),
        service(r#"["instagram"]"#),
        service(r#"{"a":1}"#),
        service(r#""""#),
        service(r#""insta\u0000gram""#),
        service(r#""\ud800""#),
        Case::post(CANCEL, "{}").field("order_id"),
        id("null"),
        id("123456"),
        id("1e400"),
        id("[]"),
        id("false"),
        id(r#""""#),
        id(r#""ORD-1\u0000""#),
    ]
}

/// A known field that comes twice.
fn twice() -> Vec<Case> {
    let form = |body: &str| {
        Case::post(ORDER, body)
            .headers(&["Authorization: Bearer {key}", "Content-Type: application/x-www-form-urlencoded"])
    };
    vec![
        Case::post(ORDER, r#"{"service":"instagram","service":"instagram"}"#).field("service"),
        Case::post(ORDER, r#"{"service":"instagram","service":"whatsapp"}"#).field("service"),
        Case::post(ORDER, r#"{"service":"instagram","s\u0065rvice":"whatsapp"}"#).field("service"),
        Case::post(ORDER, r#"{"service":null,"service":"instagram"}"#).field("service"),
        Case::post(ORDER, r#"{"service":"instagram","api_key":"a","api_key":"b"}"#).field("api_key"),
        Case::post(ORDER, r#"{"service":"instagram","max_price":1,"max_price":2}"#).field("max_price"),
        Case::post(CANCEL, r#"{"order_id":"{received}","order_id":"{expired}"}"#).field("order_id"),
        form("service=instagram&service=whatsapp").field("service"),
        form("service=instagram&s%65rvice=whatsapp").field("service"),
        form("service=insta%gram").field("service"),
        form("service=insta%ffgram").field("service"),
        form("service=insta%00gram").field("service"),
        form("service=instagram&x=%zz"),
        form("%=1&service=instagram"),
        form("service").field("service"),
        form("x=1").field("service"),
    ]
}

/// Amounts that are none.
fn money() -> Vec<Case> {
    let price =
        |value: &str| Case::post(ORDER, format!(r#"{{"service":"instagram","max_price":{value}}}"#)).field("max_price");
    let above = Case::post(ORDER, r#"{"service":"instagram","max_price":0.41}"#).is((400, "price_above_max"));
    let zero = Case::post(ORDER, r#"{"service":"instagram","max_price":0}"#).is((400, "price_above_max"));
    vec![
        price("-1"),
        price("-0.42"),
        price("0.421"),
        price("1e3"),
        price("99999999999999999999999999"),
        price("10000000.01"),
        price("1e400"),
        price(r#""""#),
        price(r#"" 1""#),
        price(r#""1,50""#),
        price(r#""abc""#),
        price(r#""NaN""#),
        price(r#""0x10""#),
        price("true"),
        price("[1]"),
        price("{}"),
        above,
        zero,
    ]
}

/// Area codes that are none.
fn areas() -> Vec<Case> {
    let area =
        |value: &str| Case::post(ORDER, format!(r#"{{"service":"instagram","area_code":{value}}}"#)).field("area_code");
    let elsewhere = |value: &str| {
        let body = format!(r#"{{"service":"telegram","area_code":{value}}}"#);
        Case::post(ORDER, body).is((400, "no_numbers_available"))
    };
    vec![
        area("12"),
        area("2025"),
        area("-202"),
        area("202.5"),
        area("1e2"),
        area("99999999999999999999"),
        area("\"\""),
        area("\"abc\""),
        area("\"2 2\""),
        area("\"٢٠٢\""),
        area("\"100\""),
        area("true"),
        area("[202]"),
        elsewhere("\"999\""),
        elsewhere("907"),
    ]
}

/// Services that are not sold.
fn services() -> Vec<Case> {
    let service = |value: &str| Case::post(ORDER, format!(r#"{{"service":"{value}"}}"#)).is(UNKNOWN);
    let rental = |kind: &str| Case::post(&format!("rental/{kind}/order/"), r#"{"service":"nosuch"}"#).is(UNKNOWN);
    vec![
        service("nosuch"),
        service(" instagram"),
        service("instagram "),
        service("' OR 1=1 --"),
        service("../instagram"),
        service("ıNSTAGRAM"),
        service(&"a".repeat(60_000)),
        rental("1day"),
        rental("30day"),
        service("chase").is((400, "service_not_allowed")),
        service("PayPal").is((400, "service_not_allowed")),
        Case::post("rental/30day/order/", r#"{"service":"instagram"}"#).is((402, "insufficient_balance")),
        Case::post("rental/1day/order/", r#"{"service":"instagram"}"#).is((402, "insufficient_balance")),
    ]
}

/// Ids that name nothing, or something that is over.
fn ids() -> Vec<Case> {
    let id = |value: &str| Case::post(CANCEL, format!(r#"{{"order_id":"{value}"}}"#));
    let malformed = |value: &str| id(value).field("order_id");
    vec![
        malformed("123456"),
        malformed("ord-123456"),
        malformed("ORD-"),
        malformed("ORD--123456"),
        malformed("ORD-12345x"),
        malformed("ORD-123456 "),
        malformed("ORD-１２３４５６"),
        malformed("XYZ-123456"),
        id("ORD-1").is(NOT_FOUND),
        id("ORD-999999").is(NOT_FOUND),
        id("ORD-0123456").is(NOT_FOUND),
        id("ORD-9223372036854775808").is(NOT_FOUND),
        id("ORD-99999999999999999999999999").is(NOT_FOUND),
        id("RNT-123456").is(NOT_FOUND),
        id("{foreign_rental}").is(NOT_FOUND),
        id("{foreign}").is(NOT_FOUND),
        id("{received}").is((400, "already_received")),
        id("{expired}").is((400, "order_expired")),
        id("{over_rental}").is(NOT_FOUND),
        Case::post("short-term/again/", r#"{"order_id":"{received}"}"#).is((400, "order_expired")),
        Case::post("short-term/again/", r#"{"order_id":"{expired}"}"#).is((400, "order_expired")),
        Case::post("short-term/again/", r#"{"order_id":"{cancelled}"}"#).is((400, "order_cancelled")),
        Case::post("short-term/again/", r#"{"order_id":"{foreign}"}"#).is(NOT_FOUND),
        Case::post("short-term/reuse/", r#"{"order_id":"{foreign}"}"#).is(NOT_FOUND),
    ]
}

/// The calls that change rentals.
fn other_calls() -> Vec<Case> {
    let foreign = r#"{"rental_id":"{foreign_rental}"}"#;
    let mut cases = vec![
        Case::post("short-term/reuse/", "{}").field("order_id"),
        Case::post("short-term/again/", "{}").field("order_id"),
        Case::post("short-term/reuse/", r#"{"order_id":"{expired}","max_price":"x"}"#).field("max_price"),
        Case::post("short-term/reuse/", r#"{"order_id":"{expired}","max_price":0.41}"#).is((400, "price_above_max")),
        Case::post("rental/1day/renew/", r#"{"rental_id":"{over_rental}","max_price":"x"}"#).field("max_price"),
    ];
    for (call, over) in [("renew", "not_renewable"), ("cancel", "order_expired"), ("wake", "order_expired")] {
        let day = format!("rental/1day/{call}/");
        let month = format!("rental/30day/{call}/");
        let cancelled = Case::post(&day, r#"{"rental_id":"{cancelled_rental}"}"#);
        cases.extend([
            Case::post(&day, r#"{"rental_id":"{over_rental}"}"#).is((400, over)),
            Case::post(&month, r#"{"rental_id":"{over_rental}"}"#).is(NOT_FOUND),
        ]);
        // To cancel again what is cancelled is no fault.
        cases.extend((call != "cancel").then_some(cancelled.is((400, over))));
    }
    for call in ["renew", "cancel", "wake"] {
        let day = format!("rental/1day/{call}/");
        let month = format!("rental/30day/{call}/");
        cases.extend([
            Case::post(&day, "{}").field("rental_id").is(INVALID),
            Case::post(&day, r#"{"rental_id":7}"#).field("rental_id"),
            Case::post(&day, r#"{"rental_id":"7"}"#).field("rental_id"),
            Case::post(&day, foreign).is(NOT_FOUND),
            Case::post(&month, foreign).is(NOT_FOUND),
            Case::post(&month, r#"{"rental_id":"RNT-999999"}"#).is(NOT_FOUND),
            Case::post(&month, r#"{"rental_id":"{received}"}"#).is(NOT_FOUND),
        ]);
    }
    cases
}
