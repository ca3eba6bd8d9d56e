//! Every wire the house opens or understands: one file a supplier, translating both ways.

pub mod mail;

mod supply;

pub use supply::registry;
