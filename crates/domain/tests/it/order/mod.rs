//! Short-term orders.

mod again;
mod cancel;
mod once;
mod place;
mod refuse;
mod reuse;
mod tier;
