//! Queries that are wrong.

use super::{Case, NOT_FOUND};

pub(crate) fn cases() -> Vec<Case> {
    [reads(), places(), waits(), encodings()].into_iter().flatten().collect()
}

fn reads() -> Vec<Case> {
    vec![
        Case::get("short-term/sms/").field("order_id"),
        Case::get("short-term/sms/?").field("order_id"),
        Case::get("short-term/sms/?order_id").field("order_id"),
        Case::get("short-term/sms/?order_id=").field("order_id"),
        Case::get("short-term/sms/?order_id=abc").field("order_id"),
        Case::get("short-term/sms/?order_id=ORD-999999").is(NOT_FOUND),
        Case::get("short-term/sms/?order_id={foreign}").is(NOT_FOUND),
        Case::get("short-term/sms/?order_id={foreign}&wait=60").is(NOT_FOUND),
        Case::get("short-term/sms/?order_id={received}&order_id={received}").field("order_id"),
        Case::get("short-term/sms/?order_id={received}&api_key=a&api_key=b").field("api_key"),
        Case::get("rental/30day/sms/").field("rental_id"),
        Case::get("rental/30day/sms/?rental_id={foreign_rental}").is(NOT_FOUND),
        Case::get("rental/1day/sms/?rental_id={foreign_rental}").is(NOT_FOUND),
        Case::get("rental/1day/sms/?rental_id=RNT-1D-").field("rental_id"),
        Case::get("rental/1day/sms/?rental_id=RNT-1D-999999&after=yesterday").field("after"),
        Case::get("rental/1day/sms/?rental_id=RNT-1D-999999&after=2026-05-22").field("after"),
        Case::get("rental/1day/sms/?rental_id=RNT-1D-999999&after=2026-13-45T00:00:00Z").field("after"),
        Case::get("rental/1day/sms/?rental_id=RNT-1D-999999&after=").field("after"),
        Case::get("rental/30day/sms/?rental_id={over_rental}").is(NOT_FOUND),
        Case::get("rental/1day/sms/?rental_id={over_rental}&rental_id={over_rental}").field("rental_id"),
        Case::get("rental/1day/sms/?rental_id={over_rental}&after=2026-05-22T14:30:00Z&after=x").field("after"),
        Case::get("services/?service=nosuch").is((400, "unknown_service")),
        Case::get("services/?service=").field("service"),
        Case::get("short-term/list/?status=open").field("status"),
        Case::get("short-term/list/?status=").field("status"),
        Case::get("rental/30day/list/?status=ALL").field("status"),
    ]
}

fn places() -> Vec<Case> {
    let mut cases = Vec::new();
    for list in ["short-term/list/", "statement/", "rental/1day/list/", "rental/30day/list/"] {
        for cursor in ["", "x", "o1", "s1-1", "r-1--1", "offffffffffffffffff-1", "null", "o1-1%00"] {
            // A cursor of this very list would be right.
            if !(list == "statement/" && cursor == "s1-1") {
                cases.push(Case::get(&format!("{list}?cursor={cursor}")).field("cursor"));
            }
        }
        for limit in ["0", "-1", "201", "1.5", "abc", "", "99999999999999999999", "+5", "%201"] {
            cases.push(Case::get(&format!("{list}?limit={limit}")).field("limit"));
        }
        cases.push(Case::get(&format!("{list}?limit=1&limit=2")).field("limit"));
    }
    for after in ["-1", "abc", "1.0", "9223372036854775808", "", "0x1"] {
        cases.push(Case::get(&format!("events/?after={after}")).field("after"));
    }
    cases.extend([Case::get("events/?limit=0").field("limit"), Case::get("events/?limit=201").field("limit")]);
    cases
}

fn waits() -> Vec<Case> {
    let mut cases = Vec::new();
    for wait in ["-1", "61", "1.5", "abc", "", "1e1", "99999999999999999999"] {
        cases.push(Case::get(&format!("short-term/sms/?order_id={{received}}&wait={wait}")).field("wait"));
        cases.push(Case::get(&format!("events/?wait={wait}")).field("wait"));
        cases.push(Case::get(&format!("rental/1day/sms/?rental_id={{over_rental}}&wait={wait}")).field("wait"));
    }
    cases
}

fn encodings() -> Vec<Case> {
    vec![
        Case::get("short-term/sms/?order_id=%"),
        Case::get("short-term/sms/?order_id=%4"),
        Case::get("short-term/sms/?order_id=%zz"),
        Case::get("short-term/sms/?order_id=%ff"),
        Case::get("short-term/sms/?order_id=%c3%28"),
        Case::get("short-term/sms/?order_id={received}%00"),
        Case::get("services/?x=%zz&service=instagram"),
        Case::get("balance/?%zz"),
        Case::get("balance/?%ff=1"),
    ]
    .into_iter()
    .map(|case| match case.target.contains("order_id=") {
        true => case.field("order_id"),
        false => case,
    })
    .collect()
}
