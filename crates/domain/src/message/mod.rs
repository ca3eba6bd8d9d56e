//! Messages: the one door for every SMS that comes in, and who gets it.

pub mod code;

mod arrivals;
pub(crate) mod check;
mod content;
mod days;
mod deliver;
mod forget;
mod in_quarantine;
mod join;
mod lag;
mod quarantine;
mod read;
mod read_delivered;
mod receive;
mod route;
mod rows;
mod waiting;

pub use arrivals::Arrival;
pub(crate) use arrivals::arrivals;
pub use code::code_in;
pub(crate) use days::DayKeys;
pub use days::erase_days;
pub(crate) use forget::{forget_loose, forget_of};
pub use in_quarantine::{Candidate, Held, Place, held, in_quarantine};
pub use join::tell_incomplete;
pub(crate) use lag::Lags;
pub use quarantine::{QuarantineLine, QuarantineRefusal, drop_quarantined, quarantined, read_quarantined, release};
pub use read::Message;
pub(crate) use read::{Recipient, newest_ms, of_order, of_order_in, one_of_order};
pub use read_delivered::{ReadRefusal, read_delivered};
pub(crate) use receive::is_kept;
pub use receive::{Received, receive};
pub use waiting::quarantine_size;
