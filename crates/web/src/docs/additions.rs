//! The calls this house adds to the published page. They never change a published field.

use super::rental_additions::{RENTAL_1DAY, RENTAL_30DAY};
use super::{Call, Input, Response};

pub(super) const MAX_PRICE: Input = Input {
    name: "max_price",
    place: "body, optional",
    about: "The most you will pay, such as `0.50`. Above it nothing is bought: `price_above_max`.",
};
pub(super) const AREA_CODE: Input = Input {
    name: "area_code",
    place: "body, optional",
    about: "Three digits, such as `\"202\"`. None there: `no_numbers_available`.",
};
pub(super) const WAIT: Input = Input {
    name: "wait",
    place: "query, optional",
    about: "Seconds, 0 to 60; 0 if you do not say. Holds the answer open until there is news.",
};
const ORDER_ID: Input = Input { name: "order_id", place: "body", about: "The id of the order." };
const CURSOR: Input = Input {
    name: "cursor",
    place: "query, optional",
    about: "The `next_cursor` of the page before; without it, from the newest. It is `null` on the last page.",
};
const LIMIT: Input =
    Input { name: "limit", place: "query, optional", about: "How many at most, 1 to 200; 50 if you do not say." };

/// After USA Short-Term Numbers.
pub const SHORT_TERM: &[Call] = &[
    Call {
        id: "short-term-order-limits",
        method: "POST",
        path: "/api/v1/short-term/order/",
        title: "Order with a price limit and an area code",
        about: &["The answer also says until when you can cancel: `cancellable_until`."],
        inputs: &[MAX_PRICE, AREA_CODE],
        request: r#"{
  "service": "instagram",
  "max_price": 0.50,
  "area_code": "202"
}"#,
        responses: &[Response {
            label: "Response",
            body: r#"{
  "success": true,
  "number": "12025550147",
  "order_id": "ORD-123456",
  "price": 0.42,
  "expires_in": "20 minutes",
  "cancellable_until": "2026-05-22T14:48:00Z"
}"#,
        }],
    },
    Call {
        id: "short-term-wait",
        method: "GET",
        path: "/api/v1/short-term/sms/?order_id=ORD-123456&wait=60",
        title: "Wait for the SMS",
        about: &[
            "While no SMS has come, the answer is 200 with `\"success\": false`. Ask again until `success` is true; with `wait`, once is mostly enough.",
            "If several came, the newest with a code or a link is at the top, and all of them, newest first, are in `messages`. A text without a code or a link shows there with `\"code\": null` and costs nothing; the top goes on waiting.",
        ],
        inputs: &[WAIT],
        request: "",
        responses: &[
            Response {
                label: "Response while waiting",
                body: r#"{
  "success": false,
  "error": "sms_not_received",
  "message": "No SMS has arrived yet.",
  "status": "waiting",
  "code": null,
  "received_at": null
}"#,
            },
            Response {
                label: "Response with a code",
                body: r#"{
  "success": true,
  "code": "482910",
  "message": "<#> 482910 is your code. Don't share it.",
  "received_at": "2026-05-22T14:30:00Z",
  "messages": [
    {
      "code": "482910",
      "message": "<#> 482910 is your code. Don't share it.",
      "received_at": "2026-05-22T14:30:00Z"
    }
  ]
}"#,
            },
            Response {
                label: "Response after the end, without an SMS",
                body: r#"{
  "success": false,
  "error": "order_expired",
  "message": "The order ended without an SMS and was refunded. Order a new number.",
  "status": "expired",
  "code": null,
  "received_at": null,
  "refunded": 0.42
}"#,
            },
        ],
    },
    Call {
        id: "short-term-list",
        method: "GET",
        path: "/api/v1/short-term/list/?status=all&limit=50",
        title: "List orders",
        about: &["Newest first. `status` of an order is `waiting`, `received`, `cancelled` or `expired`."],
        inputs: &[
            Input { name: "status", place: "query, optional", about: "`active` or `all`; `active` if you do not say." },
            CURSOR,
            LIMIT,
        ],
        request: "",
        responses: &[Response {
            label: "Response",
            body: r#"{
  "success": true,
  "orders": [
    {
      "order_id": "ORD-123456",
      "number": "12025550147",
      "service": "instagram",
      "price": 0.42,
      "status": "received",
      "code": "482910",
      "created_at": "2026-05-22T14:28:00Z",
      "expires_at": "2026-05-22T14:48:00Z"
    }
  ],
  "next_cursor": null
}"#,
        }],
    },
    Call {
        id: "short-term-again",
        method: "POST",
        path: "/api/v1/short-term/again/",
        title: "Wait for another code on the same order",
        about: &["Free, within the same 20 minutes. What you paid for the first code stands."],
        inputs: &[ORDER_ID],
        request: r#"{
  "order_id": "ORD-123456"
}"#,
        responses: &[Response {
            label: "Response",
            body: r#"{
  "success": true,
  "order_id": "ORD-123456",
  "status": "waiting",
  "expires_at": "2026-05-22T14:48:00Z"
}"#,
        }],
    },
    Call {
        id: "short-term-reuse",
        method: "POST",
        path: "/api/v1/short-term/reuse/",
        title: "Order the same number again",
        about: &[
            "The same number for the same service, as a new order with a new id, at today's price. If the number cannot be had: `no_numbers_available`.",
        ],
        inputs: &[ORDER_ID],
        request: r#"{
  "order_id": "ORD-123456"
}"#,
        responses: &[Response {
            label: "Response",
            body: r#"{
  "success": true,
  "number": "12025550147",
  "order_id": "ORD-874209",
  "price": 0.42,
  "expires_in": "20 minutes",
  "cancellable_until": "2026-05-22T16:25:00Z"
}"#,
        }],
    },
];

/// Calls about the account as a whole.
pub const ACCOUNT: &[Call] = &[
    Call {
        id: "balance",
        method: "GET",
        path: "/api/v1/balance/",
        title: "Balance",
        about: &["`balance` is what you can spend; `held` is set aside for open orders."],
        inputs: &[],
        request: "",
        responses: &[Response {
            label: "Response",
            body: r#"{
  "success": true,
  "balance": 49.58,
  "held": 0.42,
  "currency": "USD"
}"#,
        }],
    },
    Call {
        id: "services",
        method: "GET",
        path: "/api/v1/services/?service=instagram",
        title: "Services, prices and stock",
        about: &[
            "Stock figures may be 30 seconds old. Prices are those of the account that asks.",
            "`delivery` says how short-term orders of the last 24 hours went: of how many `orders`, in how many per cent the code came within 5 minutes, and the median of its seconds. Orders that were cancelled count as without a code; with fewer than 5 orders it is `null`.",
        ],
        inputs: &[Input { name: "service", place: "query, optional", about: "Only this service." }],
        request: "",
        responses: &[Response {
            label: "Response",
            body: r#"{
  "success": true,
  "services": [
    {
      "service": "instagram",
      "name": "Instagram",
      "category": "social",
      "short_term": {
        "price": 0.42,
        "available": 1840
      },
      "rental_1day": {
        "price": 3.65,
        "available": 212
      },
      "rental_30day": {
        "price": 19.99,
        "available": 96
      },
      "delivery": {
        "percent": 93,
        "median_seconds": 6,
        "orders": 412
      }
    }
  ]
}"#,
        }],
    },
    Call {
        id: "statement",
        method: "GET",
        path: "/api/v1/statement/?limit=50",
        title: "Statement",
        about: &["Every movement of your money, newest first. `balance` and `held` are as they stood after it."],
        inputs: &[CURSOR, LIMIT],
        request: "",
        responses: &[Response {
            label: "Response",
            body: r#"{
  "success": true,
  "entries": [
    {
      "id": 42,
      "at": "2026-05-22T14:30:00Z",
      "kind": "capture",
      "amount": 0.42,
      "balance": 49.58,
      "held": 0.00,
      "order_id": "ORD-123456"
    },
    {
      "id": 41,
      "at": "2026-05-22T14:28:00Z",
      "kind": "hold",
      "amount": 0.42,
      "balance": 49.58,
      "held": 0.42,
      "order_id": "ORD-123456"
    }
  ],
  "next_cursor": null
}"#,
        }],
    },
    Call {
        id: "events",
        method: "GET",
        path: "/api/v1/events/?after=17&wait=60",
        title: "Events",
        about: &[
            "Everything that happened to your orders and rentals, refunds (`order.refunded`, `rental.refunded`) and answers to what you reported of them (`complaint.answered`) too, oldest first, numbered without gaps. Keep `next_after` and send it as `after` next time: nothing is missed and nothing comes twice.",
            "An event holds an `order_id` or a `rental_id` where it is of one, the money that moved, and never a text. New types may be added.",
            "The types: `order.created`, `order.received`, `order.cancelled`, `order.expired`, `order.waiting_again`, `order.refunded`, `rental.created`, `rental.renewed`, `rental.not_renewed` (we were to renew it by ourselves, and the balance, a limit of your account or the most that you set did not cover it), `rental.cancelled`, `rental.expired`, `rental.refunded`, `message.received`, `message.updated` (a missing part of it came), `balance.credited`, `balance.debited`, `complaint.answered`.",
        ],
        inputs: &[
            Input {
                name: "after",
                place: "query, optional",
                about: "The `next_after` of the answer before; without it, from the first. Too old: `cursor_expired`.",
            },
            LIMIT,
            WAIT,
        ],
        request: "",
        responses: &[Response {
            label: "Response",
            body: r#"{
  "success": true,
  "events": [
    {
      "seq": 18,
      "type": "order.created",
      "at": "2026-05-22T14:28:00Z",
      "order_id": "ORD-123456",
      "amount": 0.42
    },
    {
      "seq": 19,
      "type": "order.received",
      "at": "2026-05-22T14:30:00Z",
      "order_id": "ORD-123456",
      "amount": 0.42,
      "message_id": 4711
    }
  ],
  "next_after": 19
}"#,
        }],
    },
];

/// Every added call, by the section it follows.
pub const ALL: &[&[Call]] = &[SHORT_TERM, RENTAL_30DAY, RENTAL_1DAY, ACCOUNT];

#[cfg(test)]
mod tests {
    use domain::event;
    use domain::ledger::STATEMENT_MAX;
    use domain::order;
    use domain::rental::LIST_MAX;

    use super::*;
    use crate::api::v1::{LIMIT_MAX, LIMIT_USUAL, WAIT_MAX_S};

    #[test]
    fn every_example_is_json() {
        for call in ALL.iter().copied().flatten() {
            let answers = call.responses.iter().map(|response| response.body);
            for text in answers.chain([call.request]).filter(|text| !text.is_empty()) {
                let read: Result<serde_json::Value, _> = serde_json::from_str(text);
                assert!(read.is_ok_and(|value| value.is_object()), "{text}");
            }
        }
    }

    /// The keys of an example in the order they stand.
    fn keys(id: &str) -> Vec<&'static str> {
        let mut calls = ALL.iter().copied().flatten();
        let call = calls.find(|call| call.id == id).expect(id);
        let lines = call.responses[0].body.lines();
        lines.filter_map(|line| line.trim().strip_prefix('"')?.split_once("\":")).map(|(key, _)| key).collect()
    }

    #[test]
    fn an_order_in_the_list_has_the_decided_keys() {
        let expected = "success orders order_id number service price status code created_at \
                        expires_at next_cursor";
        assert_eq!(keys("short-term-list").join(" "), expected);
    }

    #[test]
    fn a_service_has_the_decided_keys() {
        let expected = "success services service name category short_term price available \
                        rental_1day price available rental_30day price available delivery percent median_seconds orders";
        assert_eq!(keys("services").join(" "), expected);
    }

    #[test]
    fn a_statement_entry_has_the_decided_keys() {
        let entry = "id at kind amount balance held order_id";
        let expected = format!("success entries {entry} {entry} next_cursor");
        assert_eq!(keys("statement").join(" "), expected);
    }

    #[test]
    fn an_event_has_the_decided_keys() {
        let event = "seq type at order_id amount";
        let expected = format!("success events {event} {event} message_id next_after");
        assert_eq!(keys("events").join(" "), expected);
    }

    #[test]
    fn the_waiting_answer_has_the_decided_keys() {
        let expected = "success error message status code received_at";
        assert_eq!(keys("short-term-wait").join(" "), expected);
    }

    #[test]
    fn the_short_answers_have_the_decided_keys() {
        assert_eq!(keys("balance").join(" "), "success balance held currency");
        assert_eq!(keys("short-term-again").join(" "), "success order_id status expires_at");
        assert_eq!(keys("rental-30day-renew").join(" "), "success rental_id price expires_at");
        assert_eq!(keys("rental-1day-cancel").join(" "), "success refunded");
        assert_eq!(keys("rental-1day-wake").join(" "), "success status ready_at");
    }

    /// What the page says of a parameter, once for each call that has it.
    fn inputs(name: &str) -> Vec<(&'static str, &'static str)> {
        let calls = ALL.iter().copied().flatten();
        let of = |call: &'static Call| call.inputs.iter().map(|input| (input.name, call.path, input.about));
        calls.flat_map(of).filter(|(found, _, _)| *found == name).map(|(_, path, about)| (path, about)).collect()
    }

    #[test]
    fn the_page_tells_how_long_lists_are() {
        let limits = inputs("limit");
        assert_eq!(limits.len(), 5);
        for (path, about) in limits {
            let usual = if path.contains("/rental/") { LIST_MAX } else { LIMIT_USUAL.into() };
            assert_eq!(about, format!("How many at most, 1 to {LIMIT_MAX}; {usual} if you do not say."), "{path}");
        }
        for most in [LIST_MAX, order::LIST_MAX, STATEMENT_MAX, event::PAGE_MAX] {
            assert_eq!(most, i64::from(LIMIT_MAX));
        }
        let waits = inputs("wait");
        assert_eq!(waits.len(), 3);
        let all = format!("Seconds, 0 to {WAIT_MAX_S}; 0 if you do not say. ");
        assert!(waits.iter().all(|(_, about)| about.starts_with(&all)), "{waits:?}");
    }

    #[test]
    fn the_document_tells_how_long_lists_are() {
        let document: serde_json::Value = serde_json::from_str(&crate::docs::open_api("")).expect("JSON");
        let schema = |name: &str| document["components"]["parameters"][name]["schema"].clone();
        let limit =
            |usual: i64| serde_json::json!({"type": "integer", "minimum": 1, "maximum": LIMIT_MAX, "default": usual});
        assert_eq!((schema("limit"), schema("limit_of_rentals")), (limit(LIMIT_USUAL.into()), limit(LIST_MAX)));
        let wait = serde_json::json!({"type": "integer", "minimum": 0, "maximum": WAIT_MAX_S, "default": 0});
        assert_eq!(schema("wait"), wait);
        for (path, calls) in document["paths"].as_object().expect("paths") {
            let text = calls["get"]["parameters"].to_string();
            let other =
                if path.contains("/rental/") { r#"parameters/limit""# } else { r#"parameters/limit_of_rentals""# };
            assert!(!text.contains(other), "{path}");
        }
    }

    #[test]
    fn nothing_that_does_not_exist_yet_is_promised() {
        for call in ALL.iter().copied().flatten() {
            for word in ["webhook", "stream"] {
                assert!(!call.path.contains(word) && !call.about.concat().contains(word));
            }
        }
    }
}
