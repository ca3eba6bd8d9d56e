//! Where the bad rows of a file are kept until they are told: all of them, however many.

use domain::bad_rows::BadRows;

use super::Refusal;

/// Nothing is bad yet. What is found lies in a file without a name, which is gone with the command.
pub(super) fn none() -> Result<BadRows, Refusal> {
    let unkept = |error| Refusal::new(format!("the system's folder for temporary files cannot be used: {error}"));
    Ok(BadRows::kept_in(tempfile::tempfile().map_err(unkept)?))
}
