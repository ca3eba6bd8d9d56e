//! The machine's clock: the only place of the program that reads it.

use std::time::{SystemTime, UNIX_EPOCH};

use domain::clock::Clock;

/// The clock of this machine. A time before 1970 counts as 1970.
#[expect(clippy::disallowed_methods, reason = "this is the one place that reads the machine's clock")]
pub(crate) fn machine() -> Clock {
    Clock::new(|| {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
    })
}
