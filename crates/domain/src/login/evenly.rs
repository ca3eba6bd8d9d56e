//! Answers whose time tells nothing of what was found.

use std::time::Duration;

use tokio::time::{Instant, sleep_until};

/// Answers leave at multiples of this after they were asked for. A story that writes a link and a mail takes a millisecond
/// or two, and some 20 microseconds more if the link is somebody's.
const STEP: Duration = Duration::from_millis(50);

/// Works, and holds the outcome back to the next step, so that what took a little longer is told no later.
pub(super) async fn evenly<T>(work: impl Future<Output = T>) -> T {
    let began = Instant::now();
    let outcome = work.await;
    sleep_until(began + told_after(began.elapsed())).await;
    outcome
}

/// When something is told that took so long.
fn told_after(took: Duration) -> Duration {
    let steps = took.as_nanos() / STEP.as_nanos() + 1;
    STEP.saturating_mul(u32::try_from(steps).unwrap_or(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_takes_a_little_longer_is_told_at_the_same_time() {
        for (took_us, told_ms) in [(0, 50), (1_000, 50), (49_999, 50), (50_000, 100), (60_000, 100), (120_000, 150)] {
            assert_eq!(told_after(Duration::from_micros(took_us)), Duration::from_millis(told_ms), "{took_us}");
        }
    }
}
