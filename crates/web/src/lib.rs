//! Every wire that reaches the house: one folder an API dialect, one folder a page.

pub mod docs;
