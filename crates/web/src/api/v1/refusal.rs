//! What callers are told when they do not get what they asked for.

use std::borrow::Cow;

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use domain::account::AuthRefusal;
use domain::db::DbError;
use domain::money::Usd;
use domain::order::{Ask, SaleRefusal};
use domain::product::Product;
use domain::request::Failure;
use serde::Serialize;

use super::shape::{Id, Money};

/// An answer that is not a success: its status, and a body whose `error` never changes once published.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Refusal {
    #[serde(skip)]
    status: u16,
    success: bool,
    error: &'static str,
    message: Cow<'static, str>,
    #[serde(flatten)]
    detail: Detail,
}

/// What a program can act on, beside `error`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(untagged)]
enum Detail {
    None {},
    Field {
        field: &'static str,
    },
    Price {
        price: Money,
    },
    Shortfall {
        required: Money,
        balance: Money,
    },
    Refund {
        refunded: Money,
    },
    Wait {
        retry_after: i64,
    },
    /// An order that is not decided yet.
    Order {
        order_id: Id,
    },
    /// A rental that is not decided yet.
    Rental {
        rental_id: Id,
    },
    /// Seconds for the header `Retry-After` alone.
    Busy {
        #[serde(skip)]
        seconds: i64,
    },
}

impl Refusal {
    pub(super) fn new(status: u16, error: &'static str, message: impl Into<Cow<'static, str>>) -> Self {
        Self { status, success: false, error, message: message.into(), detail: Detail::None {} }
    }

    /// A request that cannot be read, and the field that is to blame.
    pub(super) fn invalid(field: Option<&'static str>, message: impl Into<Cow<'static, str>>) -> Self {
        let detail = field.map_or(Detail::None {}, |field| Detail::Field { field });
        Self { detail, ..Self::new(400, "invalid_request", message) }
    }

    pub(crate) fn unknown_path() -> Self {
        Self::new(404, "not_found", "There is nothing at this path; /api-docs lists all calls.")
    }

    pub(crate) fn wrong_method() -> Self {
        Self::invalid(None, "This path has another method; /api-docs says which.")
    }

    /// Bytes that are no request.
    pub(crate) fn unreadable() -> Self {
        Self::invalid(None, "This is no request of HTTP/1.1; check its first line, its headers and their length.")
    }

    pub(super) fn unauthorized() -> Self {
        let message = "Send a valid API key in the header `Authorization: Bearer YOUR_API_KEY`.";
        Self::new(401, "unauthorized", message)
    }

    pub(super) fn suspended() -> Self {
        Self::new(401, "account_suspended", "The account is suspended; contact support.")
    }

    /// An id that names nothing of this account, whether or not it names something of another one (A3).
    pub(super) fn not_found() -> Self {
        Self::new(404, "not_found", "There is no order or rental with this id; check the id.")
    }

    pub(super) fn rate_limited(retry_after: i64) -> Self {
        let message = format!("Too many requests. Wait {retry_after} seconds.");
        Self { detail: Detail::Wait { retry_after }, ..Self::new(429, "rate_limited", message) }
    }

    pub(super) fn limit_reached(retry_after: i64) -> Self {
        let message = format!(
            "The account or its key has reached a limit on what it buys or cancels. Wait {retry_after} seconds, or ask \
             support to raise it."
        );
        Self { detail: Detail::Wait { retry_after }, ..Self::new(429, "rate_limited", message) }
    }

    /// A fault of ours after which nothing has changed.
    pub(crate) fn server_error() -> Self {
        Self::new(500, "server_error", "This is our fault and nothing was charged. Try again in a moment.")
    }

    /// A fault of ours after which we cannot tell what happened.
    pub(super) fn outcome_unknown() -> Self {
        let message = "This is our fault. Repeat it with the same Idempotency-Key to learn what happened; \
                       nothing is charged twice.";
        Self::new(500, "server_error", message)
    }

    /// Whether another house sold us a number, or takes it back, is not known yet.
    fn undecided(product: Product, order: i64) -> Self {
        let message = "It is not known yet whether this was done. Repeat it with the same Idempotency-Key in a minute to \
                       learn what happened; nothing is charged twice.";
        let id = Id(product, order);
        let detail = match product {
            Product::ShortTerm => Detail::Order { order_id: id },
            Product::Rental1Day | Product::Rental30Day => Detail::Rental { rental_id: id },
        };
        Self { detail, ..Self::new(500, "server_error", message) }
    }

    /// No number can be had, for a reason that its words tell.
    pub(super) fn no_numbers(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(400, "no_numbers_available", message)
    }

    /// Why what was asked for is not sold.
    pub(super) fn of_sale(failure: Failure<SaleRefusal>, ask: &Ask) -> Self {
        match (failure, ask.area_code) {
            (Failure::Refused(SaleRefusal::NoNumbers), Some(area)) => Self::no_numbers(format!(
                "No number of area code {area} is in stock for this service just now. Try again later, or without \
                 `area_code`."
            )),
            (failure, _) => failure.into(),
        }
    }

    pub(super) fn unknown_service() -> Self {
        Self::new(400, "unknown_service", "This service is not sold in this form; GET /api/v1/services/ lists all.")
    }

    /// The bytes of its body.
    pub(crate) fn body(&self) -> Vec<u8> {
        serde_json::to_vec(self).expect("a refusal has plain fields only")
    }

    /// The refusal with what came back.
    pub(super) fn with_refunded(self, refunded: Usd) -> Self {
        Self { detail: Detail::Refund { refunded: Money(refunded) }, ..self }
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).expect("a status of the documented set");
        let mut answer = (status, [(header::CONTENT_TYPE, "application/json")], self.body()).into_response();
        if let Detail::Wait { retry_after: seconds } | Detail::Busy { seconds } = self.detail {
            answer.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        if status == StatusCode::UNAUTHORIZED {
            answer.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        answer
    }
}

impl From<DbError> for Refusal {
    fn from(error: DbError) -> Self {
        tracing::error!(%error, "a request failed");
        match error {
            DbError::Busy => Self { detail: Detail::Busy { seconds: 1 }, ..Self::server_error() },
            DbError::Unknown => Self::outcome_unknown(),
            DbError::Down(_)
            | DbError::NoHouse(_)
            | DbError::Older { .. }
            | DbError::Conflict
            | DbError::Constraint(_)
            | DbError::Engine(_)
            | DbError::Panicked
            | DbError::Damaged(_) => Self::server_error(),
        }
    }
}

impl From<AuthRefusal> for Refusal {
    fn from(refusal: AuthRefusal) -> Self {
        match refusal {
            AuthRefusal::Unknown => Self::unauthorized(),
            AuthRefusal::Suspended => Self::suspended(),
            AuthRefusal::Scope(scope) => {
                let message = format!("This key has no scope `{}`; use one that has.", scope.word());
                Self::new(401, "unauthorized", message)
            }
            AuthRefusal::Address => {
                Self::new(401, "unauthorized", "This key may not be used from your address; see what it is limited to.")
            }
            AuthRefusal::Db(error) => error.into(),
        }
    }
}

impl From<SaleRefusal> for Refusal {
    fn from(refusal: SaleRefusal) -> Self {
        match refusal {
            SaleRefusal::UnknownService => Self::unknown_service(),
            SaleRefusal::ServiceNotAllowed => {
                Self::new(400, "service_not_allowed", "This house does not receive SMS for this service.")
            }
            SaleRefusal::NoNumbers => {
                Self::no_numbers("No number is in stock for this service just now. Try again later.")
            }
            SaleRefusal::Paused => {
                Self::no_numbers("All sales are paused for the moment. Try again later; what you have goes on.")
            }
            SaleRefusal::PriceAboveMax { price } => {
                let message = "The price is above your `max_price`. Raise it, or wait for a lower price.";
                Self { detail: Detail::Price { price: Money(price) }, ..Self::new(400, "price_above_max", message) }
            }
            SaleRefusal::Insufficient { required, available } => {
                let refusal = Self::new(402, "insufficient_balance", "Add funds to your account.");
                let detail = Detail::Shortfall { required: Money(required), balance: Money(available) };
                Self { detail, ..refusal }
            }
            SaleRefusal::Suspended => Self::suspended(),
            SaleRefusal::LimitReached { retry_after_s } => Self::limit_reached(retry_after_s),
        }
    }
}

impl<R: Into<Self>> From<Failure<R>> for Refusal {
    fn from(failure: Failure<R>) -> Self {
        match failure {
            Failure::Refused(refusal) => refusal.into(),
            Failure::KeyReused => {
                let message = "This Idempotency-Key came before with another body. Send a new key with a new request.";
                Self::new(400, "idempotency_key_reused", message)
            }
            Failure::Open { product, order } => Self::undecided(product, order),
            Failure::Upstream => Self::server_error(),
            Failure::Db(error) => error.into(),
        }
    }
}
