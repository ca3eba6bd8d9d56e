//! Time as the house keeps it: ms since 1970 UTC. The clock itself is given by whoever starts the house.

use std::sync::Arc;

use jiff::Timestamp;
use jiff::tz::TimeZone;

/// One second in ms.
pub const SECOND_MS: i64 = 1_000;
/// One minute in ms.
pub const MINUTE_MS: i64 = 60 * SECOND_MS;
/// One hour in ms.
pub const HOUR_MS: i64 = 60 * MINUTE_MS;
/// One day in ms.
pub const DAY_MS: i64 = 24 * HOUR_MS;

/// Tells the time. The program gives the machine's, tests one that they move.
#[derive(Clone)]
pub struct Clock(Arc<dyn Fn() -> i64 + Send + Sync>);

impl Clock {
    /// A clock that asks `now_ms`.
    pub fn new(now_ms: impl Fn() -> i64 + Send + Sync + 'static) -> Self {
        Self(Arc::new(now_ms))
    }

    /// The time now, in ms since 1970 UTC.
    #[must_use]
    pub fn now_ms(&self) -> i64 {
        (self.0)()
    }
}

/// RFC 3339 in UTC with whole seconds and `Z`: `2026-05-22T14:30:00Z`.
#[must_use]
pub fn rfc3339(at_ms: i64) -> String {
    let at = Timestamp::from_second(at_ms.div_euclid(SECOND_MS)).unwrap_or(Timestamp::MAX);
    at.to_string()
}

/// The ms of an RFC 3339 time with any offset, or `None` for anything else.
#[must_use]
pub fn parse_rfc3339(text: &str) -> Option<i64> {
    text.parse::<Timestamp>().ok().map(Timestamp::as_millisecond)
}

/// The midnight in UTC at or after a time.
#[must_use]
pub fn midnight_from(at_ms: i64) -> i64 {
    at_ms.saturating_add(DAY_MS - 1).div_euclid(DAY_MS) * DAY_MS
}

/// The day a time lies in, counted from 1970 in UTC.
#[must_use]
pub fn day_of(at_ms: i64) -> i64 {
    at_ms.div_euclid(DAY_MS)
}

/// Whether a text is a day as `YYYY-MM-DD`.
#[must_use]
pub fn is_date(text: &str) -> bool {
    text.len() == 10 && text.parse::<jiff::civil::Date>().is_ok_and(|date| date.to_zoned(TimeZone::UTC).is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_whole_seconds_with_z() {
        assert_eq!(rfc3339(1_779_460_200_999), "2026-05-22T14:30:00Z");
        assert_eq!(parse_rfc3339("2026-05-22T10:30:00-04:00"), Some(1_779_460_200_000));
    }

    #[test]
    fn a_rental_ends_at_the_next_midnight() {
        let end = parse_rfc3339("2026-06-22T00:00:00Z").expect("a time");
        assert_eq!(midnight_from(end - 1), end);
        assert_eq!(midnight_from(end), end);
        assert_eq!(midnight_from(end + 1), end + DAY_MS);
    }

    #[test]
    fn days_are_real_days() {
        assert!(is_date("2026-02-28"));
        assert!(!is_date("2026-02-30"));
        assert!(!is_date("26-02-28"));
    }
}
