//! A chart's figures, as its script draws them and as the table beneath it says them.

use std::collections::BTreeMap;

use domain::figures::{Slice, Span};
use serde::Serialize;

/// Series of a chart; what is beyond them, listed in the slices or not, is one series more.
const SERIES_MAX: usize = 5;

/// Bars of one slice of time each, made of series one upon another.
#[derive(Serialize)]
pub(super) struct Chart {
    /// Seconds of a slice.
    step: i64,
    /// The starts of the slices, in seconds since 1970 UTC.
    times: Vec<i64>,
    /// The series, the greatest first.
    pub(super) series: Vec<Series>,
}

/// One series.
#[derive(Serialize)]
pub(super) struct Series {
    /// Its name.
    pub(super) name: String,
    /// Its value in each slice.
    pub(super) values: Vec<i64>,
}

impl Chart {
    /// The chart of what each slice says by id, such as by service.
    pub(super) fn of(
        span: Span,
        slices: &[Slice],
        by_id: fn(&Slice) -> &BTreeMap<i64, i64>,
        name: impl Fn(i64) -> String,
    ) -> Self {
        let mut totals: BTreeMap<i64, i64> = BTreeMap::new();
        for slice in slices {
            for (id, value) in by_id(slice) {
                *totals.entry(*id).or_default() += value;
            }
        }
        let mut order: Vec<(i64, i64)> = totals.into_iter().filter(|(_, total)| *total > 0).collect();
        order.sort_by_key(|(id, total)| (-total, *id));
        let value = |slice: &Slice, id: i64| by_id(slice).get(&id).copied().unwrap_or(0);
        order.truncate(SERIES_MAX);
        let mut series: Vec<Series> = order
            .iter()
            .map(|(id, _)| Series { name: name(*id), values: slices.iter().map(|slice| value(slice, *id)).collect() })
            .collect();
        let others = |slice: &Slice| {
            let shown: i64 = order.iter().map(|(id, _)| value(slice, *id)).sum();
            slice.sums.orders + slice.sums.rentals - shown
        };
        let others: Vec<i64> = slices.iter().map(others).collect();
        if others.iter().any(|value| *value > 0) {
            series.push(Series { name: "Others".to_owned(), values: others });
        }
        Self {
            step: span.slices().0 / 1_000,
            times: slices.iter().map(|slice| slice.start_ms / 1_000).collect(),
            series,
        }
    }

    /// What the script reads.
    pub(super) fn json(&self) -> String {
        serde_json::to_string(self).expect("names and numbers are JSON")
    }
}

#[cfg(test)]
mod tests {
    use domain::figures::Sums;

    use super::*;

    #[test]
    fn a_chart_has_few_series_the_greatest_first_and_the_rest_as_one() {
        let slice = |start_ms, services: &[(i64, i64)]| Slice {
            start_ms,
            sums: Sums { orders: services.iter().map(|(_, count)| count).sum::<i64>() + 1, ..Sums::default() },
            services: services.iter().copied().collect(),
            ..Slice::default()
        };
        let slices =
            [slice(0, &[(1, 1), (2, 9), (3, 0)]), slice(3_600_000, &[(1, 2), (4, 3), (5, 4), (6, 5), (7, 1), (8, 1)])];
        let chart = Chart::of(Span::Day, &slices, |slice| &slice.services, |id| format!("s{id}"));
        let names: Vec<&str> = chart.series.iter().map(|series| series.name.as_str()).collect();
        assert_eq!(names, ["s2", "s6", "s5", "s1", "s4", "Others"]);
        assert_eq!((&chart.series[3].values, &chart.series[5].values), (&vec![1, 2], &vec![1, 3]));
        let json = chart.json();
        assert!(json.starts_with(r#"{"step":3600,"times":[0,3600],"series":[{"name":"s2","values":[9,0]}"#), "{json}");
    }
}
