//! Numbers: imports, the pick, and that nobody gets what another has.

mod import;
mod pick;
mod race;
