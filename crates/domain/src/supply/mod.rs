//! Where SMS come from: the contract that every connector keeps, and the sources that the operator set up.

mod contract;
mod heard;
mod house;
mod inbox;
mod ingest;
mod own;
mod rows;
mod seam;
mod settings;
mod source;
mod status;
mod wires;

pub use contract::{
    Concat, ConcatKind, Heard, Line, Part, Registry, Reply, Request, Setting, Settings, Status, Supply,
};
pub(crate) use heard::Notes;
pub use heard::{Health, health, write_heard};
pub use house::{
    Answer, Bought, Calling, Fault, Hint, House, List, Looked, NotBought, Offer, Opened, Rejected, Renewed, Standing,
    TheirState, Told, Trouble, Until, WALLET_LOW, Window, Wish,
};
pub use inbox::{Holding, Inbox, Link, Pending};
pub use ingest::{IngestError, ingest};
pub use own::{Owned, SILENCE_MS, WireState, keep, let_go, own, take_back};
pub(crate) use rows::{enabled, house_id, id_of, ids};
pub(crate) use seam::Sewn;
pub use seam::{Encoding, End, Seam, Start, Torn};
pub use settings::{ShownSetting, set_settings, settings};
pub use source::{
    NewSource, Source, SourceRefusal, add_source, map_sim, set_source_state, sims, source, sources, unmap_sim,
};
pub(crate) use wires::houses;
pub use wires::{Wire, wires};
