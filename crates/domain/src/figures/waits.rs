//! How long codes took, in steps that widen, so that a median needs two dozen counts and not every order.

/// The end of each step in seconds; the last step has none.
const ENDS_S: [i64; 23] = [1, 2, 3, 4, 5, 6, 8, 10, 12, 15, 20, 25, 30, 40, 50, 60, 90, 120, 180, 240, 300, 600, 1_200];

/// The step of a wait.
pub(super) fn step(took_ms: i64) -> i64 {
    let place = ENDS_S.iter().position(|end_s| took_ms < end_s * 1_000).unwrap_or(ENDS_S.len());
    i64::try_from(place).unwrap_or(i64::MAX)
}

/// About the median of what was counted by step, in ms: within its step it is taken to be spread evenly.
pub(super) fn median_ms(counts: &[(i64, i64)]) -> Option<i64> {
    let total: i64 = counts.iter().map(|(_, count)| count).sum();
    let mut before = 0;
    for (step, count) in counts {
        if *count > 0 && (before + count) * 2 >= total {
            let place = usize::try_from(*step).unwrap_or(usize::MAX).min(ENDS_S.len() - 1);
            let start_s = place.checked_sub(1).map_or(0, |place| ENDS_S[place]);
            let width_ms = (ENDS_S[place] - start_s) * 1_000;
            return Some(start_s * 1_000 + width_ms * (total - before * 2) / (count * 2));
        }
        before += count;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wait_falls_into_its_step() {
        assert_eq!((step(0), step(999), step(1_000), step(7_999), step(1_200_000)), (0, 0, 1, 6, 23));
    }

    #[test]
    fn the_median_lies_within_the_step_of_the_middle() {
        assert_eq!(median_ms(&[]), None);
        assert_eq!(median_ms(&[(0, 0)]), None);
        assert_eq!(median_ms(&[(6, 2)]), Some(7_000));
        assert_eq!(median_ms(&[(0, 1), (6, 1), (23, 1)]), Some(7_000));
        assert_eq!(median_ms(&[(0, 9), (23, 1)]), Some(555));
    }
}
