//! What customers are told on pages, and how numbers and times look there.

use domain::clock::HOUR_MS;
use domain::order::{AgainRefusal, CancelRefusal, ReuseRefusal, SaleRefusal};
use domain::phone::Nanp;
use domain::rental;
use domain::request::Failure;

use crate::page::PageError;

/// What a page says at its top.
pub(crate) struct Notice {
    /// Whether what was asked was done.
    pub(crate) is_good: bool,
    pub(crate) text: String,
}

impl Notice {
    pub(crate) fn good(text: impl Into<String>) -> Self {
        Self { is_good: true, text: text.into() }
    }

    pub(crate) fn bad(text: impl Into<String>) -> Self {
        Self { is_good: false, text: text.into() }
    }
}

/// How long an account's texts are kept, as a sentence goes on after "texts are kept".
pub(crate) fn kept_until(keep_ms: i64) -> String {
    match keep_ms / HOUR_MS {
        0 => "until the end".to_owned(),
        1 => "until an hour after the end".to_owned(),
        hours => format!("until {hours} hours after the end"),
    }
}

/// A refusal that has words, or a page of what went wrong.
pub(super) fn told<R: Words>(failure: Failure<R>) -> Result<Notice, PageError> {
    match failure {
        Failure::Refused(refusal) => refusal.words().map(Notice::bad).ok_or(PageError::NotFound),
        Failure::KeyReused => Err(PageError::BadForm),
        Failure::Open { .. } => Ok(Notice::bad(
            "We cannot tell yet whether this was done, and find it out by ourselves. Look again in a few minutes; nothing \
             is charged twice.",
        )),
        Failure::Upstream => {
            Ok(Notice::bad("Our suppliers do not answer just now. Nothing was charged; try again in a moment."))
        }
        Failure::Db(error) => Err(error.into()),
    }
}

/// A refusal in words; none where it is that nothing is here.
pub(super) trait Words {
    fn words(&self) -> Option<String>;
}

impl Words for SaleRefusal {
    fn words(&self) -> Option<String> {
        Some(match self {
            Self::UnknownService => "This service is not sold in this form any more.".to_owned(),
            Self::ServiceNotAllowed => "This house does not receive SMS for this service.".to_owned(),
            Self::NoNumbers => "No number is in stock for this just now. Nothing was charged.".to_owned(),
            Self::Paused => "All sales are paused just now. Nothing was charged; try again later.".to_owned(),
            Self::PriceAboveMax { price } => {
                format!("The price is now ${price}, more than you were shown. Nothing was charged; look again.")
            }
            Self::Insufficient { required, available } => {
                format!("This costs ${required} and you have ${available}. Add funds first.")
            }
            Self::Suspended => "The account is stopped. Nothing was charged; contact support.".to_owned(),
            Self::LimitReached { retry_after_s } => format!(
                "Your account has reached one of its limits. Try again in {} minutes.",
                (retry_after_s + 59) / 60
            ),
        })
    }
}

impl Words for CancelRefusal {
    fn words(&self) -> Option<String> {
        match self {
            Self::NotFound => None,
            Self::AlreadyReceived => Some("A code has arrived, so there is nothing to cancel.".to_owned()),
            Self::Expired { refunded } => Some(format!("The order had ended; ${refunded} came back.")),
            Self::LimitReached { retry_after_s } => Some(format!(
                "You have cancelled very often lately. Try again in {} minutes, or let the order end by itself: the \
                 money comes back either way.",
                (retry_after_s + 59) / 60
            )),
        }
    }
}

impl Words for AgainRefusal {
    fn words(&self) -> Option<String> {
        match self {
            Self::NotFound => None,
            Self::Expired => Some("The order has ended. Use the number again as a new order.".to_owned()),
            Self::Cancelled => Some("The order was cancelled.".to_owned()),
        }
    }
}

impl Words for ReuseRefusal {
    fn words(&self) -> Option<String> {
        match self {
            Self::NotFound => None,
            Self::Sale(SaleRefusal::NoNumbers) => {
                Some("This number cannot be had again just now. Nothing was charged.".to_owned())
            }
            Self::Sale(refusal) => refusal.words(),
        }
    }
}

impl Words for rental::RenewRefusal {
    fn words(&self) -> Option<String> {
        match self {
            Self::NotFound => None,
            Self::NotRenewable => Some(
                "The rental is over, paid as far ahead as possible, or its number leaves us at its end. Some numbers are \
                 renewed only on their last day. Nothing was charged."
                    .to_owned(),
            ),
            Self::NotYet => Some(
                "This rental is renewed once it cannot be cancelled any more: 20 minutes after its order, or after its \
                 first SMS. Nothing was charged."
                    .to_owned(),
            ),
            Self::Sale(refusal) => refusal.words(),
        }
    }
}

impl Words for rental::CancelRefusal {
    fn words(&self) -> Option<String> {
        match self {
            Self::NotFound => None,
            Self::AlreadyReceived => Some("An SMS has arrived, so the rental runs on.".to_owned()),
            Self::Expired => Some("The rental is over.".to_owned()),
            Self::TooLate => Some("A rental is cancelled within 20 minutes of its order.".to_owned()),
        }
    }
}

/// A number as people read it: `(202) 555-0147`.
pub(super) fn national(digits: &str) -> String {
    Nanp::parse(digits).map_or_else(|_| digits.to_owned(), Nanp::national)
}

/// The ten digits that most forms want.
pub(super) fn ten(digits: &str) -> &str {
    digits.strip_prefix('1').filter(|rest| rest.len() == 10).unwrap_or(digits)
}
