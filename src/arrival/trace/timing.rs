//! Where the arrivals of a file lie in the run: which of them come, from when on, and how fast.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::model::decimal::scaled;
use crate::model::time::{Span, Time};

/// What is changed about the times of a file.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Timing {
    /// The number of jobs to use, the earliest first; all if `None`.
    pub first: Option<u64>,
    /// Where the first job comes.
    pub shift: Shift,
    /// The factor of all gaps, the one before the first job included.
    pub time_scale: Option<TimeScale>,
}

/// Where the first job of a file comes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", rename = "shift")]
#[schemars(rename = "Shift")]
pub enum Shift {
    /// Where the file says.
    #[default]
    None,
    /// At the start of the run.
    First,
}

const BILLION: i64 = 1_000_000_000;

/// A factor of times, as a decimal number or the quotient of two, so that times stay exact.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TimeScale {
    billionths: i64,
    /// What they are billionths of, if not of one.
    divisor: i64,
}

impl TimeScale {
    /// The factor; `None` unless it is from 1e-9 to 1e9. It is rounded to nine decimals.
    pub fn new(factor: f64) -> Option<TimeScale> {
        let billionths = scaled(&factor.to_string(), 9).filter(|_| (1e-9..=1e9).contains(&factor))?.nearest;
        (billionths > 0).then_some(TimeScale { billionths, divisor: BILLION })
    }

    /// The factor 1.
    pub const ONE: TimeScale = TimeScale { billionths: BILLION, divisor: BILLION };

    /// This factor divided by another one.
    #[must_use]
    pub fn over(self, other: TimeScale) -> TimeScale {
        TimeScale { divisor: other.billionths, ..self }
    }

    /// The scaled time, rounded to the nearest nanosecond.
    fn of(self, at: Time) -> Time {
        let product = i128::from(at.0) * i128::from(self.billionths);
        let divisor = i128::from(self.divisor);
        let rounded = (product + divisor / 2).div_euclid(divisor);
        Time(rounded.clamp(i64::MIN.into(), i64::MAX.into()) as i64)
    }
}

impl Timing {
    /// Changes times, which are in order, and leaves out those beyond the first.
    pub(crate) fn apply<T>(&self, rows: &mut Vec<T>, at: impl Fn(&mut T) -> &mut Time) {
        if let Some(first) = self.first {
            rows.truncate(usize::try_from(first).unwrap_or(usize::MAX));
        }
        let offset = match (self.shift, rows.first_mut()) {
            (Shift::First, Some(first)) => Time::ZERO - *at(first),
            _ => Span::ZERO,
        };
        for row in rows {
            let at = at(row);
            *at += offset;
            *at = self.time_scale.map_or(*at, |scale| scale.of(*at));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn retimed(times: &[i64], timing: Timing) -> Vec<i64> {
        let mut times = times.iter().copied().map(Time).collect();
        timing.apply(&mut times, |at| at);
        times.iter().map(|at| at.0).collect()
    }

    #[test]
    fn shift_and_scale_keep_the_shape_of_a_trace() {
        let times = [1_000, 1_010, 1_040, 1_041];
        let shift = Timing { shift: Shift::First, ..Timing::default() };
        assert_eq!(retimed(&times, Timing::default()), times);
        assert_eq!(retimed(&times, shift), [0, 10, 40, 41]);
        let half = Timing { time_scale: TimeScale::new(0.5), ..Timing::default() };
        assert_eq!(retimed(&times, half), [500, 505, 520, 521], "halves go up");
        let all = Timing { first: Some(3), time_scale: TimeScale::new(2.5), ..shift };
        assert_eq!(retimed(&times, all), [0, 25, 100]);
        assert_eq!(retimed(&[], all), [0; 0]);
    }

    #[test]
    fn scales_are_exact_and_bounded() {
        // As a float, the product would be off by hundreds of nanoseconds.
        let tenth = TimeScale::new(0.1).unwrap();
        assert_eq!(tenth.of(Time(9_007_199_254_740_992_010)).0, 900_719_925_474_099_201);
        assert_eq!(TimeScale::new(1e9).unwrap().of(Time(i64::MAX)).0, i64::MAX);
        for factor in [0.0, -1.0, 1e-10, 2e9, f64::NAN, f64::INFINITY] {
            assert_eq!(TimeScale::new(factor), None, "{factor}");
        }
    }
}
