//! Every wire the house opens or understands: one file a supplier, translating both ways.

pub mod call;
pub mod mail;
pub mod push;
pub mod sms;

mod supply;
mod tls;

pub use supply::registry;
