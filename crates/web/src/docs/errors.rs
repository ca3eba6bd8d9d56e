//! The public table of `error` values.

/// One value of `error`, with the status it comes with.
#[derive(Debug, PartialEq, Eq)]
pub struct ErrorRow {
    /// The status of the answer.
    pub status: u16,
    /// The value; it never changes once published.
    pub error: &'static str,
    /// What happened; names between backticks are shown as code.
    pub meaning: &'static str,
    /// What the caller can do about it.
    pub fix: &'static str,
}

/// Every `error` value there is, by status. A value may come with two statuses.
pub const ROWS: &[ErrorRow] = &[
    ErrorRow {
        status: 200,
        error: "sms_not_received",
        meaning: "No SMS with a code or a link has arrived yet; `status` is `waiting`.",
        fix: "Ask again, or send `wait=60` and we hold the answer until it arrives.",
    },
    ErrorRow {
        status: 200,
        error: "order_expired",
        meaning: "The order ended without an SMS; `refunded` is what you got back.",
        fix: "Order a new number.",
    },
    ErrorRow {
        status: 200,
        error: "order_cancelled",
        meaning: "The order was cancelled; `refunded` is what you got back.",
        fix: "Order a new number.",
    },
    ErrorRow {
        status: 400,
        error: "invalid_request",
        meaning: "A field or the whole body is missing, malformed or of the wrong type, or the method is wrong.",
        fix: "Correct what `field` names.",
    },
    ErrorRow {
        status: 400,
        error: "unknown_service",
        meaning: "The service is not in the catalogue, or is not sold in this form.",
        fix: "Take a name from `services/`.",
    },
    ErrorRow {
        status: 400,
        error: "service_not_allowed",
        meaning: "This house does not receive SMS for this service.",
        fix: "Choose another service.",
    },
    ErrorRow {
        status: 400,
        error: "no_numbers_available",
        meaning: "No number is in stock for what you asked, or all sales are paused; `message` says which.",
        fix: "Try again later.",
    },
    ErrorRow {
        status: 400,
        error: "price_above_max",
        meaning: "The price is above your `max_price`; today's is in `price`.",
        fix: "Raise `max_price`, or wait for a lower price.",
    },
    ErrorRow {
        status: 400,
        error: "already_received",
        meaning: "An SMS has arrived, so the order cannot be cancelled.",
        fix: "Read it with `short-term/sms/`.",
    },
    ErrorRow {
        status: 400,
        error: "order_expired",
        meaning: "The order has ended; what was unused has been refunded already.",
        fix: "Order a new number.",
    },
    ErrorRow {
        status: 400,
        error: "order_cancelled",
        meaning: "The order was cancelled, so it cannot wait for another code.",
        fix: "Order a new number.",
    },
    ErrorRow {
        status: 400,
        error: "not_cancellable",
        meaning: "The rental is past its first 20 minutes.",
        fix: "Use the number until `expires_at`.",
    },
    ErrorRow {
        status: 400,
        error: "not_renewable",
        meaning: "The rental has ended, is paid a year ahead, its number leaves us at its end, or it cannot be renewed yet.",
        fix: "Do what `message` says, or order a new rental.",
    },
    ErrorRow {
        status: 400,
        error: "idempotency_key_reused",
        meaning: "This `Idempotency-Key` came before with another body.",
        fix: "Send a new key with a new request.",
    },
    ErrorRow {
        status: 400,
        error: "cursor_expired",
        meaning: "Your place in the list or the feed is too old.",
        fix: "Start again without `cursor` or `after`.",
    },
    ErrorRow {
        status: 401,
        error: "unauthorized",
        meaning: "The API key is missing, malformed, unknown, expired or revoked; or it may not do this, or not from your address.",
        fix: "Send a key from the Dashboard → API Keys page.",
    },
    ErrorRow {
        status: 401,
        error: "account_suspended",
        meaning: "The key is right, but the account is suspended.",
        fix: "Contact support.",
    },
    ErrorRow {
        status: 402,
        error: "insufficient_balance",
        meaning: "The price is above your available balance; see `required` and `balance`.",
        fix: "Add funds to your account.",
    },
    ErrorRow {
        status: 404,
        error: "not_found",
        meaning: "The path, or the order or rental id, does not exist in your account.",
        fix: "Check the path and the id.",
    },
    ErrorRow {
        status: 429,
        error: "rate_limited",
        meaning: "Too many requests, or over a spending or cancel limit.",
        fix: "Wait `retry_after` seconds.",
    },
    ErrorRow {
        status: 500,
        error: "server_error",
        meaning: "Our fault, or supply is down for the moment.",
        fix: "Repeat with the same `Idempotency-Key`, so that nothing is bought twice. If it stays, contact support.",
    },
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::docs::{markup, page};

    #[test]
    fn every_row_is_on_the_page() {
        let page = page("https://jesusnumber.com/api/v1/");
        for row in ROWS {
            assert!(page.contains(&format!("<code>{}</code>", row.error)), "{row:?}");
            assert!(page.contains(&markup::sentence(row.meaning)), "{row:?}");
            assert!(page.contains(&markup::sentence(row.fix)), "{row:?}");
        }
    }

    #[test]
    fn the_rows_are_sorted_by_status_and_none_comes_twice() {
        assert!(ROWS.is_sorted_by_key(|row| row.status));
        let mut keys: Vec<_> = ROWS.iter().map(|row| (row.status, row.error)).collect();
        keys.sort_unstable();
        keys.dedup();
        assert_eq!(keys.len(), ROWS.len());
    }

    #[test]
    fn only_the_published_statuses_are_used() {
        for row in ROWS {
            assert!([200, 400, 401, 402, 404, 429, 500].contains(&row.status), "{row:?}");
        }
    }
}
