//! Houses that buy our idle numbers by the partner protocol, and the outbox of the SMS that are pushed to them.
//!
//! A partner has an account of its own here, and pays from its balance like every customer. Whatever comes in on its
//! short-term orders is pushed to it: the account's events say what came, so nothing is done for it when an SMS arrives.

mod add;
mod change;
mod courier;
mod enter;
mod finish;
mod forget_old;
mod list;
mod number;
mod outbox;
mod places;
mod push_due;
mod retry;
mod rows;

pub use add::{NewPartner, PartnerRefusal, add};
pub use change::{Changes, change, set_state};
pub use courier::{Courier, Pushed, Pushing, Sms};
pub use enter::{EnterRefusal, Entered, enter};
pub use finish::{Finish, FinishRefusal, finish};
pub use forget_old::forget_old;
pub use list::{Partner, list};
pub use number::{EXCEPT_MAX, Offered, Wish, number, services};
pub(crate) use outbox::behind;
pub(crate) use places::Underway;
pub use push_due::{PATIENCE, push_due};
pub use retry::{Retried, retry};

/// The most partners that a house has.
pub const PARTNERS_MAX: i64 = 100;

/// The settings of where a partner's SMS are pushed to, by their names.
pub mod setting {
    /// Where its SMS are pushed to: `https://house.example/push`.
    pub const ADDRESS: &str = "address";
    /// The key that is sent with each SMS.
    pub const PUSH_KEY: &str = "push_key";
    /// Networks that may be called although they are private, with spaces between them.
    pub const ALLOW_NETWORK: &str = "allow_network";
    /// Certificates in PEM that are trusted beside the public ones.
    pub const CA: &str = "ca";
}
