//! Whether arrivals follow the hour of the day, and how.
//!
//! Counts of (day, hour) are compared with one rate for all hours. Arrivals in clumps are no
//! evidence of a profile, so the differences between hours are measured against those between days
//! within the same hour (a quasi-Poisson F test; McCullagh & Nelder, Generalized Linear Models,
//! 1989, section 9.2).

use crate::model::time::{NANOS, Time};

pub(super) const HOURS: usize = 24;
const HOUR: i64 = 3_600 * NANOS;
/// The fewest whole days that the test needs.
const MIN_DAYS: i64 = 3;
/// The fewest arrivals for each hour of the day that it needs.
const MIN_PER_HOUR: usize = 5;
/// The 99.9 % point of F with 23 and 48 degrees of freedom, those of three days; it is lower with
/// more.
const CRITICAL: f64 = 2.88;

/// The arrival rate in each hour of the day.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Profile {
    /// Arrivals per second, from the hour of 00:00 UTC on.
    pub(super) rates: [f64; HOURS],
    /// The test statistic; above [`CRITICAL`], the hour matters.
    pub(super) statistic: f64,
}

/// The profile, if the hour of the day matters. `midnight` is some 00:00 UTC; `times` lie in the
/// window.
pub(super) fn profile(times: &[Time], (from, to): (Time, Time), midnight: Time) -> Option<Profile> {
    let statistic = statistic(times, (from, to), midnight)?;
    if statistic < CRITICAL {
        return None;
    }
    let mut counts = [0_usize; HOURS];
    for at in times {
        counts[hour_of_day(hour_number(*at, midnight))] += 1;
    }
    let exposure = exposures(from, to, midnight);
    let rates = std::array::from_fn(|hour| counts[hour] as f64 / exposure[hour].max(1.0));
    Some(Profile { rates, statistic })
}

/// The test statistic over the whole hours of the window; `None` if there are too few hours or
/// arrivals.
fn statistic(times: &[Time], (from, to): (Time, Time), midnight: Time) -> Option<f64> {
    let (first, last) = (hour_number(Time(from.0 - 1), midnight) + 1, hour_number(to, midnight));
    let cells = usize::try_from(last - first).ok()?;
    let mut counts = vec![0_usize; cells];
    for at in times {
        let cell = usize::try_from(hour_number(*at, midnight) - first).ok().and_then(|cell| counts.get_mut(cell));
        if let Some(count) = cell {
            *count += 1;
        }
    }
    let all: usize = counts.iter().sum();
    if (cells as i64) < MIN_DAYS * HOURS as i64 || all < MIN_PER_HOUR * HOURS {
        return None;
    }
    let (mut of_hour, mut days) = ([0.0; HOURS], [0.0; HOURS]);
    for (cell, count) in counts.iter().enumerate() {
        let hour = hour_of_day(first + cell as i64);
        of_hour[hour] += *count as f64;
        days[hour] += 1.0;
    }
    let overall = all as f64 / cells as f64;
    let between: f64 =
        (0..HOURS).map(|hour| square(of_hour[hour] - overall * days[hour]) / (overall * days[hour])).sum();
    let within: f64 = counts
        .iter()
        .enumerate()
        .map(|(cell, count)| {
            let hour = hour_of_day(first + cell as i64);
            let mean = of_hour[hour] / days[hour];
            if mean > 0.0 { square(*count as f64 - mean) / mean } else { 0.0 }
        })
        .sum();
    let dispersion = (within / (cells - HOURS) as f64).max(1.0);
    Some(between / (HOURS - 1) as f64 / dispersion)
}

/// Seconds of the window that lie in each hour of the day.
fn exposures(from: Time, to: Time, midnight: Time) -> [f64; HOURS] {
    let mut seconds = [0.0; HOURS];
    let (first, last) = (hour_number(from, midnight), hour_number(to, midnight));
    let begin = |hour: i64| midnight.0.saturating_add(hour.saturating_mul(HOUR));
    // Whole days contribute equally to each hour; the loop covers only the rest.
    let days = (last - first) / HOURS as i64;
    seconds.fill(days as f64 * 3_600.0);
    for hour in first + days * HOURS as i64..=last {
        let (low, high) = (begin(hour).max(from.0), begin(hour + 1).min(to.0));
        seconds[hour_of_day(hour)] += (high - low).max(0) as f64 / NANOS as f64;
    }
    // The window begins within the first hour, but the whole days are counted from the start of
    // that hour.
    if days > 0 {
        seconds[hour_of_day(first)] -= (from.0 - begin(first)) as f64 / NANOS as f64;
    }
    seconds
}

fn square(x: f64) -> f64 {
    x * x
}

/// The number of the hour of a time, counted from that midnight.
fn hour_number(at: Time, midnight: Time) -> i64 {
    at.0.saturating_sub(midnight.0).div_euclid(HOUR)
}

fn hour_of_day(number: i64) -> usize {
    number.rem_euclid(HOURS as i64) as usize
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::stream::{Purpose, Streams};
    use statrs::distribution::{ContinuousCDF, FisherSnedecor};

    const DAY: i64 = 24 * HOUR;

    #[test]
    fn the_critical_value_is_that_of_f() {
        let point = FisherSnedecor::new(23.0, 48.0).unwrap().inverse_cdf(0.999);
        assert!((point - CRITICAL).abs() < 0.01, "{point}");
    }

    #[test]
    fn exposures_add_up_to_the_window() {
        for (from, to) in [(-5 * DAY, 0), (-5 * DAY - 7, -3 * HOUR / 2), (-HOUR / 2, -HOUR / 3), (-49 * HOUR - 5, -9)] {
            let seconds = exposures(Time(from), Time(to), Time(-11 * HOUR / 3));
            let sum: f64 = seconds.iter().sum();
            assert!((sum - (to - from) as f64 / 1e9).abs() < 1e-3, "{from} {to}: {sum}");
            assert!(seconds.iter().all(|part| *part > -1e-6), "{seconds:?}");
            let most = ((to - from) / DAY + 1) as f64 * 3_600.0 + 1e-6;
            assert!(seconds.iter().all(|part| *part <= most + 3_600.0), "{seconds:?}");
        }
    }

    /// Arrivals over five days in clumps of `size`, at a rate that is `swing` times higher at 12:00
    /// than at 00:00.
    fn arrivals(seed: u64, swing: f64, size: usize) -> Vec<Time> {
        let mut stream = Streams::new(seed, 0).stream(Purpose::Arrival, "profile");
        let mut times = Vec::new();
        for hour in 0..5 * HOURS as i64 {
            let mean = 4.0 / size as f64 * if (8..16).contains(&(hour % 24)) { swing } else { 1.0 };
            let mut at = stream.exponential() / mean;
            while at < 1.0 {
                times.extend(std::iter::repeat_n(Time(hour * HOUR + (at * HOUR as f64) as i64 - 5 * DAY), size));
                at += stream.exponential() / mean;
            }
        }
        times
    }

    #[test]
    fn a_constant_rate_rarely_gives_a_profile_and_a_profile_is_rarely_missed() {
        let found = |swing: f64, size: usize| {
            let window = (Time(-5 * DAY), Time(0));
            (0..400).filter(|seed| profile(&arrivals(*seed, swing, size), window, Time(0)).is_some()).count()
        };
        assert!(found(1.0, 1) <= 3, "one in a thousand is expected");
        assert!(found(1.0, 6) <= 4, "clumps are not a profile");
        assert!(found(3.0, 1) >= 398);
    }

    #[test]
    fn the_rates_are_those_of_the_hours() {
        let mut mean = [0.0; HOURS];
        for seed in 0..100 {
            let found = profile(&arrivals(seed, 3.0, 1), (Time(-5 * DAY), Time(0)), Time(0)).unwrap();
            for (sum, rate) in mean.iter_mut().zip(found.rates) {
                *sum += rate * 3_600.0 / 100.0;
            }
        }
        for (hour, rate) in mean.into_iter().enumerate() {
            let truth = if (8..16).contains(&hour) { 12.0 } else { 4.0 };
            // 500 hours of at most 12 arrivals: a standard error of 0.16.
            assert!((rate - truth).abs() < 0.65, "{hour}: {rate}");
        }
    }
}
