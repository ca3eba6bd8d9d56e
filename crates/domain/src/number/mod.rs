//! Numbers and their leases: which are for sale, who has which, and that nobody else gets it (N1 to N6).

mod bought;
mod bulk;
pub(crate) mod check;
mod except;
mod forget;
pub mod import;
mod keyring;
mod lease;
mod list;
mod named;
mod past;
mod pick;
mod rows;
mod search;
mod shelf;
mod status;
mod stock;

pub(crate) use bought::{Acquired, NEVER_MS, take_bought};
pub use bulk::{BULK_MAX, BulkRefusal, Changed, Which, set_states};
pub(crate) use except::candidates_but;
pub(crate) use forget::{forget_leases, uncount};
pub(crate) use keyring::Keyring;
pub use lease::{Candidate, erase_ended};
pub(crate) use lease::{
    CountedIn, Lease, Leased, burn, burnt_by_another, count_in, end as end_lease, extend, key_in, key_of, lease_of,
    messages_in, near, set_cost,
};
pub use list::{NumberLine, NumberRefusal, NumberState, list, of_id, set_state, show};
pub(crate) use named::{LeasedFor, Span, digits, leased, leased_on, pause, span};
pub use past::{LeaseLine, Outcome, Past, SimSpan, Use, past};
pub(crate) use pick::{Pick, Taken, take, take_again};
pub(crate) use rows::{has_other_sim, is_bought, is_retired, map_sim, of_sim, of_source, sims, unmap_sim};
pub use search::{Filter, Found, carriers, search};
pub use shelf::refill_low;
pub(crate) use shelf::{Shelf, ShelfKey, candidates};
pub use status::{LineState, line_state, line_states, offline};
pub(crate) use status::{News, note, seen_in_port, silent};
pub(crate) use stock::StockCache;
pub(crate) use stock::withheld;
pub use stock::{available, own};
