//! The calls of the published page, word for word: its order, its examples, its keys and values.

use super::{Call, Response};

/// USA Short-Term Numbers.
pub const SHORT_TERM: &[Call] = &[
    Call {
        id: "short-term-order",
        method: "POST",
        path: "/api/v1/short-term/order/",
        title: "Order a number",
        about: &[],
        inputs: &[],
        request: r#"{
  "service": "instagram",
  "api_key": "YOUR_API_KEY"
}"#,
        responses: &[Response {
            label: "Response",
            body: r#"{
  "success": true,
  "number": "12025550147",
  "order_id": "ORD-123456",
  "price": 0.42,
  "expires_in": "20 minutes"
}"#,
        }],
    },
    Call {
        id: "short-term-sms",
        method: "GET",
        path: "/api/v1/short-term/sms/?order_id=ORD-123456&api_key=YOUR_API_KEY",
        title: "Get SMS",
        about: &[],
        inputs: &[],
        request: "",
        responses: &[Response {
            label: "Response",
            body: r#"{
  "success": true,
  "code": "482910",
  "message": "<#> 482910 is your code. Don't share it.",
  "received_at": "2026-05-22T14:30:00Z"
}"#,
        }],
    },
    Call {
        id: "short-term-cancel",
        method: "POST",
        path: "/api/v1/short-term/cancel/",
        title: "Cancel order",
        about: &[],
        inputs: &[],
        request: r#"{
  "order_id": "ORD-123456",
  "api_key": "YOUR_API_KEY"
}"#,
        responses: &[Response {
            label: "Response",
            body: r#"{
  "success": true,
  "refunded": 0.42
}"#,
        }],
    },
];

/// USA Long-Term 30-Day Rental.
pub const RENTAL_30DAY: &[Call] = &[
    Call {
        id: "rental-30day-order",
        method: "POST",
        path: "/api/v1/rental/30day/order/",
        title: "Order rental",
        about: &[],
        inputs: &[],
        request: r#"{
  "service": "whatsapp",
  "api_key": "YOUR_API_KEY"
}"#,
        responses: &[Response {
            label: "Response",
            body: r#"{
  "success": true,
  "number": "13105550198",
  "rental_id": "RNT-789012",
  "price": 19.99,
  "expires_at": "2026-06-22T00:00:00Z"
}"#,
        }],
    },
    Call {
        id: "rental-30day-list",
        method: "GET",
        path: "/api/v1/rental/30day/list/?api_key=YOUR_API_KEY",
        title: "List active rentals",
        about: &[],
        inputs: &[],
        request: "",
        responses: &[Response {
            label: "Response",
            body: r#"{
  "success": true,
  "rentals": [
    {
      "rental_id": "RNT-789012",
      "number": "13105550198",
      "service": "whatsapp",
      "expires_at": "2026-06-22T00:00:00Z",
      "status": "active"
    }
  ]
}"#,
        }],
    },
    Call {
        id: "rental-30day-sms",
        method: "GET",
        path: "/api/v1/rental/30day/sms/?rental_id=RNT-789012&api_key=YOUR_API_KEY",
        title: "Get SMS for rental",
        about: &[],
        inputs: &[],
        request: "",
        responses: &[Response {
            label: "Response",
            body: r#"{
  "success": true,
  "messages": [
    {
      "code": "739551",
      "message": "Your WhatsApp code: 739551",
      "received_at": "2026-05-22T15:00:00Z"
    }
  ]
}"#,
        }],
    },
];

/// USA Long-Term 1-Day Rental.
pub const RENTAL_1DAY: &[Call] = &[
    Call {
        id: "rental-1day-order",
        method: "POST",
        path: "/api/v1/rental/1day/order/",
        title: "Order 1-day rental",
        about: &[],
        inputs: &[],
        request: r#"{
  "service": "telegram",
  "api_key": "YOUR_API_KEY"
}"#,
        responses: &[Response {
            label: "Response",
            body: r#"{
  "success": true,
  "number": "17325550164",
  "rental_id": "RNT-1D-345678",
  "price": 3.65,
  "expires_at": "2026-05-23T14:30:00Z"
}"#,
        }],
    },
    Call {
        id: "rental-1day-sms",
        method: "GET",
        path: "/api/v1/rental/1day/sms/?rental_id=RNT-1D-345678&api_key=YOUR_API_KEY",
        title: "Get SMS for 1-day rental",
        about: &[],
        inputs: &[],
        request: "",
        responses: &[Response {
            label: "Response",
            body: r#"{
  "success": true,
  "messages": [
    {
      "code": "104882",
      "message": "104882 is your Telegram code.",
      "received_at": "2026-05-22T16:00:00Z"
    }
  ]
}"#,
        }],
    },
];

/// Every published call, by section.
pub const ALL: &[&[Call]] = &[SHORT_TERM, RENTAL_30DAY, RENTAL_1DAY];

#[cfg(test)]
mod tests {
    use super::*;

    /// JSON without the spaces between its parts, keys in the order they stand.
    fn compact(text: &str) -> String {
        let mut is_in_string = false;
        text.chars()
            .filter(|c| {
                // No published example holds an escaped quote.
                is_in_string ^= *c == '"';
                is_in_string || !c.is_whitespace()
            })
            .collect()
    }

    #[test]
    fn every_published_example_is_json() {
        for call in ALL.iter().copied().flatten() {
            let answers = call.responses.iter().map(|response| response.body);
            for text in answers.chain([call.request]).filter(|text| !text.is_empty()) {
                let read: Result<serde_json::Value, _> = serde_json::from_str(text);
                assert!(read.is_ok_and(|value| value.is_object()), "{text}");
            }
        }
    }

    #[test]
    fn the_requests_are_the_published_ones() {
        let requests: Vec<_> =
            ALL.iter().copied().flatten().map(|call| (call.method, call.path, compact(call.request))).collect();
        let expected = [
            ("POST", "/api/v1/short-term/order/", r#"{"service":"instagram","api_key":"YOUR_API_KEY"}"#),
            ("GET", "/api/v1/short-term/sms/?order_id=ORD-123456&api_key=YOUR_API_KEY", ""),
            ("POST", "/api/v1/short-term/cancel/", r#"{"order_id":"ORD-123456","api_key":"YOUR_API_KEY"}"#),
            ("POST", "/api/v1/rental/30day/order/", r#"{"service":"whatsapp","api_key":"YOUR_API_KEY"}"#),
            ("GET", "/api/v1/rental/30day/list/?api_key=YOUR_API_KEY", ""),
            ("GET", "/api/v1/rental/30day/sms/?rental_id=RNT-789012&api_key=YOUR_API_KEY", ""),
            ("POST", "/api/v1/rental/1day/order/", r#"{"service":"telegram","api_key":"YOUR_API_KEY"}"#),
            ("GET", "/api/v1/rental/1day/sms/?rental_id=RNT-1D-345678&api_key=YOUR_API_KEY", ""),
        ];
        assert_eq!(requests, expected.map(|(method, path, body)| (method, path, body.to_owned())));
    }

    #[test]
    fn the_answers_are_the_published_ones_key_by_key() {
        let answers: Vec<_> = ALL
            .iter()
            .copied()
            .flatten()
            .flat_map(|call| call.responses)
            .map(|response| compact(response.body))
            .collect();
        assert_eq!(
            answers,
            [
                r#"{"success":true,"number":"12025550147","order_id":"ORD-123456","price":0.42,"expires_in":"20 minutes"}"#,
                r#"{"success":true,"code":"482910","message":"<#> 482910 is your code. Don't share it.","received_at":"2026-05-22T14:30:00Z"}"#,
                r#"{"success":true,"refunded":0.42}"#,
                r#"{"success":true,"number":"13105550198","rental_id":"RNT-789012","price":19.99,"expires_at":"2026-06-22T00:00:00Z"}"#,
                r#"{"success":true,"rentals":[{"rental_id":"RNT-789012","number":"13105550198","service":"whatsapp","expires_at":"2026-06-22T00:00:00Z","status":"active"}]}"#,
                r#"{"success":true,"messages":[{"code":"739551","message":"Your WhatsApp code: 739551","received_at":"2026-05-22T15:00:00Z"}]}"#,
                r#"{"success":true,"number":"17325550164","rental_id":"RNT-1D-345678","price":3.65,"expires_at":"2026-05-23T14:30:00Z"}"#,
                r#"{"success":true,"messages":[{"code":"104882","message":"104882 is your Telegram code.","received_at":"2026-05-22T16:00:00Z"}]}"#,
            ]
        );
    }
}
