//! Numbers and their leases: which are for sale, who has which, and that nobody else gets it (N1 to N6).

pub(crate) mod check;
pub mod import;
mod lease;
mod list;
mod named;
mod pick;
mod rows;
mod shelf;
mod stock;

pub use lease::{Candidate, erase_ended};
pub(crate) use lease::{
    CountedIn, Lease, Leased, burn, burnt_by_another, count_in, end as end_lease, extend, find, messages_in, near,
};
pub use list::{NumberLine, NumberRefusal, NumberState, list, of_id, set_state, show};
pub(crate) use named::{LeasedFor, digits, leased, pause, span};
pub(crate) use pick::{Pick, Taken, take, take_again};
pub(crate) use rows::{is_retired, map_sim, of_sim, of_source, sims};
pub use shelf::refill_low;
pub(crate) use shelf::{Shelf, ShelfKey, candidates};
pub(crate) use stock::StockCache;
pub use stock::available;
