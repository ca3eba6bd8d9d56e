//! Short-term orders.

mod again;
mod cancel;
mod delivery;
mod once;
mod place;
mod refuse;
mod reuse;
mod tier;
