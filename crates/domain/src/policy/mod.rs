//! What the house will not do, what people with power may do, and what they did; and how long what is known is kept.

pub(crate) mod audit;
pub mod author;
pub mod deeds;
pub mod denied;
pub mod kept;
pub mod limits;
pub mod permit;
pub mod powers;
pub mod reason;
pub mod stop;
