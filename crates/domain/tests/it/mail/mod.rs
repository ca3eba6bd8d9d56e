//! The outbox and the way out of it.

mod retry;
mod send;
