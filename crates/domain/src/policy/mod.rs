//! What the house will not do, and what people with power did.

pub(crate) mod audit;
pub mod deeds;
pub mod denied;
pub(crate) mod limits;
pub mod powers;
pub mod reason;
pub mod stop;
