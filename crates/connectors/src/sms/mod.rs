//! The short message itself, as 3GPP TS 23.040 and TS 23.038 describe it, whatever wire carries it: its alphabets, its
//! headers, and the SMS-DELIVER that a modem hands over.
//!
//! Pieces of a long message are decoded one by one, each with its [`domain::supply::Seam`], so that a character that
//! was cut in two is whole again when the house joins them.

mod address;
mod alphabet;
mod coding;
mod deliver;
mod header;
mod septets;

pub use address::Address;
pub use alphabet::{Language, Text};
pub use coding::{Alphabet, Coding};
pub use deliver::{Deliver, Unreadable, deliver};
pub(crate) use deliver::{is_status_report, time};
pub use header::Header;
pub use septets::{fill_bits, unpack};
