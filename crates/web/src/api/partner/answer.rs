//! What a partner is answered, in the words of the protocol.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use domain::db::DbError;
use domain::order::{Placed, SaleRefusal};
use domain::partner::{EnterRefusal, FinishRefusal, Offered};
use domain::request::Failure;
use serde_json::{Map, Number, Value, json};

/// An answer. What the protocol has words for comes with 200, because houses of this family read no body with another
/// status; what it has none for has a status that says so.
pub(super) struct Answer {
    status: StatusCode,
    body: Value,
    retry_after_s: Option<i64>,
}

impl Answer {
    fn of(status: StatusCode, body: Value) -> Self {
        Self { status, body, retry_after_s: None }
    }

    fn error(status: StatusCode, words: impl Into<String>) -> Self {
        Self::of(status, json!({"status": "ERROR", "error": words.into()}))
    }

    /// What was asked for is done.
    pub(super) fn done() -> Self {
        Self::of(StatusCode::OK, json!({"status": "SUCCESS"}))
    }

    /// There is no number.
    fn no_numbers() -> Self {
        Self::of(StatusCode::OK, json!({"status": "NO_NUMBERS"}))
    }

    /// What is for sale: one country, and whatever operator.
    pub(super) fn services(offered: &[Offered]) -> Self {
        let counts: Map<String, Value> =
            offered.iter().map(|offered| (offered.code.clone(), json!(offered.count))).collect();
        let here = json!({"country": "usa", "operatorMap": {"any": counts}});
        Self::of(StatusCode::OK, json!({"status": "SUCCESS", "countryList": [here]}))
    }

    /// A number was sold.
    pub(super) fn number(placed: &Placed) -> Self {
        let number: Option<Number> = placed.digits.parse().ok();
        let body = json!({"status": "SUCCESS", "number": number, "activationId": placed.order});
        Self::of(StatusCode::OK, body)
    }

    /// What was sent makes no sense.
    pub(super) fn malformed(words: &'static str) -> Self {
        Self::error(StatusCode::BAD_REQUEST, words)
    }

    /// That is enough for now.
    pub(super) fn too_often(retry_after_s: i64) -> Self {
        let words = format!("too many calls; wait {retry_after_s} seconds");
        Self { retry_after_s: Some(retry_after_s), ..Self::error(StatusCode::TOO_MANY_REQUESTS, words) }
    }

    /// The house could not, or it is not known whether it could.
    pub(super) fn our_fault() -> Self {
        Self::error(StatusCode::INTERNAL_SERVER_ERROR, "that could not be done just now; try again later")
    }
}

impl IntoResponse for Answer {
    fn into_response(self) -> Response {
        let body = self.body.to_string();
        let mut answer = (self.status, [(header::CONTENT_TYPE, "application/json")], body).into_response();
        if let Some(seconds) = self.retry_after_s {
            answer.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        answer
    }
}

impl From<DbError> for Answer {
    fn from(error: DbError) -> Self {
        tracing::error!(%error, "a partner's request failed");
        Self::our_fault()
    }
}

impl From<EnterRefusal> for Answer {
    fn from(refusal: EnterRefusal) -> Self {
        match refusal {
            EnterRefusal::Unknown => Self::error(StatusCode::UNAUTHORIZED, "the key is not valid"),
            EnterRefusal::Address => Self::error(StatusCode::FORBIDDEN, "the key may not be used from this address"),
            EnterRefusal::Db(error) => error.into(),
        }
    }
}

impl From<Failure<SaleRefusal>> for Answer {
    fn from(failure: Failure<SaleRefusal>) -> Self {
        let refused = match failure {
            Failure::Refused(refused) => refused,
            Failure::Db(error) => return error.into(),
            Failure::KeyReused | Failure::Open { .. } | Failure::Upstream => return Self::our_fault(),
        };
        match refused {
            // A house asks every farm for all that it sells itself.
            SaleRefusal::UnknownService
            | SaleRefusal::ServiceNotAllowed
            | SaleRefusal::NoNumbers
            | SaleRefusal::Paused => Self::no_numbers(),
            SaleRefusal::PriceAboveMax { price } => {
                Self::error(StatusCode::OK, format!("the price is {price} dollars, above your sum"))
            }
            SaleRefusal::Insufficient { required, available } => {
                let words = format!("the balance of {available} dollars does not cover the price of {required}");
                Self::error(StatusCode::OK, words)
            }
            SaleRefusal::Suspended => Self::error(StatusCode::OK, "nothing is sold to you for now"),
            SaleRefusal::LimitReached { retry_after_s } => Self::too_often(retry_after_s),
        }
    }
}

impl From<Failure<FinishRefusal>> for Answer {
    fn from(failure: Failure<FinishRefusal>) -> Self {
        match failure {
            Failure::Refused(refused) => Self::error(StatusCode::OK, refused.to_string()),
            Failure::Db(error) => error.into(),
            Failure::KeyReused | Failure::Open { .. } | Failure::Upstream => Self::our_fault(),
        }
    }
}
