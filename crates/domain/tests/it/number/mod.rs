//! Numbers: imports, the pick, and that nobody gets what another has.

mod bulk;
mod import;
mod past;
mod pick;
mod race;
mod search;
mod second;
mod stock;
