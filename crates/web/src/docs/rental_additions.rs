//! The calls this house adds for rentals.

use super::additions::{AREA_CODE, MAX_PRICE, WAIT};
use super::{Call, Input, Response};

const RENTAL_ID: Input = Input { name: "rental_id", place: "body", about: "The id of the rental." };
const RENTAL_STATUS: Input = Input {
    name: "status",
    place: "query, optional",
    about: "`active` or `all`; `active` if you do not say. `all` shows the `expired` and `cancelled` ones too.",
};
const LIMIT: Input =
    Input { name: "limit", place: "query, optional", about: "How many at most, 1 to 200; 200 if you do not say." };

const CURSOR: Input = Input {
    name: "cursor",
    place: "query, optional",
    about: "The `next_cursor` of the page before, which has one only if there are more; without it, from the newest.",
};

/// What both renewals say.
const RENEWAL: &str = "Some numbers are renewed only once the rental can no longer be cancelled, or only on their last day; others end with their term: `not_renewable`. After a 500 with the `rental_id` it is not known yet whether it was renewed: its price stays held, the same `Idempotency-Key` tells later, and nothing is charged twice.";

/// After USA Long-Term 30-Day Rental.
pub const RENTAL_30DAY: &[Call] = &[
    Call {
        id: "rental-30day-order-limits",
        method: "POST",
        path: "/api/v1/rental/30day/order/",
        title: "Order a rental with limits",
        about: &[
            "30 days, rounded up to the next midnight UTC. You can cancel for 20 minutes, as long as no SMS has come. The same fields work on `rental/1day/order/`.",
        ],
        inputs: &[MAX_PRICE, AREA_CODE],
        request: r#"{
  "service": "whatsapp",
  "max_price": 20.00,
  "area_code": "310"
}"#,
        responses: &[Response {
            label: "Response",
            body: r#"{
  "success": true,
  "number": "13105550198",
  "rental_id": "RNT-789012",
  "price": 19.99,
  "expires_at": "2026-06-22T00:00:00Z",
  "cancellable_until": "2026-05-22T15:10:00Z"
}"#,
        }],
    },
    Call {
        id: "rental-30day-list-all",
        method: "GET",
        path: "/api/v1/rental/30day/list/?status=all",
        title: "List ended rentals too",
        about: &["Newest first."],
        inputs: &[RENTAL_STATUS, CURSOR, LIMIT],
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
    },
    {
      "rental_id": "RNT-530871",
      "number": "14155550123",
      "service": "whatsapp",
      "expires_at": "2026-05-02T00:00:00Z",
      "status": "expired"
    }
  ]
}"#,
        }],
    },
    Call {
        id: "rental-30day-wait",
        method: "GET",
        path: "/api/v1/rental/30day/sms/?rental_id=RNT-789012&after=2026-05-22T14:50:00Z&wait=60",
        title: "Wait for the next SMS",
        about: &[
            "Newest first. Without `after`, it waits for the first SMS of the rental. The same works on `rental/1day/sms/`.",
        ],
        inputs: &[
            Input {
                name: "after",
                place: "query, optional",
                about: "A time, such as the last `received_at` you have. Waits for a message newer than it.",
            },
            WAIT,
        ],
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
    Call {
        id: "rental-30day-renew",
        method: "POST",
        path: "/api/v1/rental/30day/renew/",
        title: "Renew a 30-day rental",
        about: &["Runs on from the end you have already paid for: no day is lost.", RENEWAL],
        inputs: &[RENTAL_ID, MAX_PRICE],
        request: r#"{
  "rental_id": "RNT-789012",
  "max_price": 20.00
}"#,
        responses: &[Response {
            label: "Response",
            body: r#"{
  "success": true,
  "rental_id": "RNT-789012",
  "price": 19.99,
  "expires_at": "2026-07-22T00:00:00Z"
}"#,
        }],
    },
    Call {
        id: "rental-30day-cancel",
        method: "POST",
        path: "/api/v1/rental/30day/cancel/",
        title: "Cancel a 30-day rental",
        about: &[
            "Refunded in full within 20 minutes of the order, with every renewal, as long as no SMS has come. After an SMS: `already_received`; later: `not_cancellable`.",
        ],
        inputs: &[RENTAL_ID],
        request: r#"{
  "rental_id": "RNT-789012"
}"#,
        responses: &[Response {
            label: "Response",
            body: r#"{
  "success": true,
  "refunded": 19.99
}"#,
        }],
    },
    Call {
        id: "rental-30day-wake",
        method: "POST",
        path: "/api/v1/rental/30day/wake/",
        title: "Wake a 30-day rental",
        about: &[
            "Some numbers sleep while nobody waits for a message. Wake yours before you ask for one, and send for it after `ready_at`; `awake` means now. Waiting with `wait=` wakes it as well, and waking twice does no harm.",
        ],
        inputs: &[RENTAL_ID],
        request: r#"{
  "rental_id": "RNT-789012"
}"#,
        responses: &[Response {
            label: "Response",
            body: r#"{
  "success": true,
  "status": "waking",
  "ready_at": "2026-05-22T14:30:30Z"
}"#,
        }],
    },
];

/// After USA Long-Term 1-Day Rental.
pub const RENTAL_1DAY: &[Call] = &[
    Call {
        id: "rental-1day-list",
        method: "GET",
        path: "/api/v1/rental/1day/list/",
        title: "List 1-day rentals",
        about: &["Newest first; the active ones, unless you ask for all."],
        inputs: &[RENTAL_STATUS, CURSOR, LIMIT],
        request: "",
        responses: &[Response {
            label: "Response",
            body: r#"{
  "success": true,
  "rentals": [
    {
      "rental_id": "RNT-1D-345678",
      "number": "17325550164",
      "service": "telegram",
      "expires_at": "2026-05-23T14:30:00Z",
      "status": "active"
    }
  ]
}"#,
        }],
    },
    Call {
        id: "rental-1day-renew",
        method: "POST",
        path: "/api/v1/rental/1day/renew/",
        title: "Renew a 1-day rental",
        about: &["24 more hours, from the end you have already paid for.", RENEWAL],
        inputs: &[RENTAL_ID, MAX_PRICE],
        request: r#"{
  "rental_id": "RNT-1D-345678",
  "max_price": 4.00
}"#,
        responses: &[Response {
            label: "Response",
            body: r#"{
  "success": true,
  "rental_id": "RNT-1D-345678",
  "price": 3.65,
  "expires_at": "2026-05-24T14:30:00Z"
}"#,
        }],
    },
    Call {
        id: "rental-1day-cancel",
        method: "POST",
        path: "/api/v1/rental/1day/cancel/",
        title: "Cancel a 1-day rental",
        about: &[
            "Refunded in full within 20 minutes of the order, with every renewal, as long as no SMS has come. After an SMS: `already_received`; later: `not_cancellable`.",
        ],
        inputs: &[RENTAL_ID],
        request: r#"{
  "rental_id": "RNT-1D-345678"
}"#,
        responses: &[Response {
            label: "Response",
            body: r#"{
  "success": true,
  "refunded": 3.65
}"#,
        }],
    },
    Call {
        id: "rental-1day-wake",
        method: "POST",
        path: "/api/v1/rental/1day/wake/",
        title: "Wake a 1-day rental",
        about: &[
            "Some numbers sleep while nobody waits for a message. Wake yours before you ask for one, and send for it after `ready_at`; `awake` means now. Waiting with `wait=` wakes it as well, and waking twice does no harm.",
        ],
        inputs: &[RENTAL_ID],
        request: r#"{
  "rental_id": "RNT-1D-345678"
}"#,
        responses: &[Response {
            label: "Response",
            body: r#"{
  "success": true,
  "status": "waking",
  "ready_at": "2026-05-22T14:30:30Z"
}"#,
        }],
    },
];
