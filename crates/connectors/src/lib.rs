//! Every wire the house opens or understands: one file a supplier, translating both ways.

mod supply;

pub use supply::registry;
