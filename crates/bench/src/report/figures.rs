//! Numbers out of numbers.

use std::time::Duration;

/// In milliseconds; 0 of nothing. `times` are in order.
pub(super) fn percentile(times: &[Duration], percent: usize) -> f64 {
    let place = (times.len() * percent).div_ceil(100).saturating_sub(1);
    let time = times.get(place).copied().unwrap_or_default();
    round(time.as_secs_f64() * 1000.0, 2)
}

/// In milliseconds; 0 of nothing.
pub(super) fn mean(times: &[Duration]) -> f64 {
    let sum: Duration = times.iter().sum();
    round(sum.as_secs_f64() * 1000.0 / count(times.len().max(1)), 2)
}

/// The one in the middle; of an even number the higher of the two.
pub(super) fn median(figures: impl Iterator<Item = f64>) -> Option<f64> {
    let mut figures: Vec<f64> = figures.collect();
    figures.sort_by(f64::total_cmp);
    figures.get(figures.len() / 2).copied()
}

pub(super) fn count(n: usize) -> f64 {
    u32::try_from(n).map_or(f64::INFINITY, f64::from)
}

pub(super) fn round(value: f64, digits: i32) -> f64 {
    let scale = 10_f64.powi(digits);
    (value * scale).round() / scale
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_of_the_times_themselves() {
        let times: Vec<_> = (1..=200).map(Duration::from_millis).collect();
        assert_eq!(percentile(&times, 50), 100.0);
        assert_eq!(percentile(&times, 99), 198.0);
        assert_eq!(percentile(&times, 100), 200.0);
        assert_eq!(percentile(&[], 50), 0.0);
    }

    #[test]
    fn a_mean_counts_the_longest_as_well() {
        let times = [1, 2, 9].map(Duration::from_millis);
        assert_eq!(mean(&times), 4.0);
        assert_eq!(mean(&[]), 0.0);
    }

    #[test]
    fn the_median_is_one_of_the_figures() {
        assert_eq!(median([3.0, 1.0, 2.0].into_iter()), Some(2.0));
        assert_eq!(median([1.0, 2.0].into_iter()), Some(2.0));
        assert_eq!(median([].into_iter()), None);
    }
}
