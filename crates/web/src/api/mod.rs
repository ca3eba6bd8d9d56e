//! The dialects in which customers' programs speak to the house: a folder each.

pub(crate) mod body;
pub(crate) mod partner;
pub(crate) mod v1;
