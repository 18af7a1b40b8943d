//! Values of which only bounds are known, because some jobs had not ended when the run ended.
//!
//! An open job counts with its age from below, and as never ending from above. Ranks do not depend
//! on how long the open jobs still take, so a quantile is known exactly while the open jobs lie
//! above it. A mean with an open job has no upper bound. (Censoring on the right, as in survival
//! analysis; both bounds hold for every run, without a model of the open jobs.)

use serde::{Deserialize, Serialize};

use super::measure::Statistic;
use super::tally::Tally;

/// A value that lies between two bounds. They are equal where the value is known.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct CensoredValue {
    /// The value is at least this.
    pub lower: f64,
    /// The value is at most this; infinite if nothing bounds it from above.
    pub upper: f64,
}

impl CensoredValue {
    /// A value that is known.
    pub fn exact(value: f64) -> CensoredValue {
        CensoredValue { lower: value, upper: value }
    }

    /// A value that nothing bounds from above.
    pub fn at_least(lower: f64) -> CensoredValue {
        CensoredValue { lower, upper: f64::INFINITY }
    }

    /// Whether the value is known.
    pub fn is_exact(self) -> bool {
        self.lower == self.upper
    }

    /// The value in another unit; `convert` must not fall.
    #[must_use]
    pub fn map(self, convert: impl Fn(f64) -> f64) -> CensoredValue {
        let upper = if self.upper.is_finite() { convert(self.upper) } else { self.upper };
        CensoredValue { lower: convert(self.lower), upper }
    }
}

/// Durations (or slowdowns) that have ended, and ages of those that have not.
#[derive(Clone, Debug, Default)]
pub(super) struct CensoredTally {
    pub(super) ended: Tally,
    pub(super) open: Tally,
}

impl CensoredTally {
    pub(super) fn merge(&mut self, other: &CensoredTally) {
        self.ended.merge(&other.ended);
        self.open.merge(&other.open);
    }

    /// A statistic; `None` without a value. The standard deviation has no bounds while a job is
    /// open: its true value may be on either side of that of the ages.
    pub(super) fn value(&mut self, statistic: Statistic) -> Option<CensoredValue> {
        if self.open.count() == 0 {
            return distribution(&mut self.ended, statistic).map(CensoredValue::exact);
        }
        if statistic == Statistic::Sd {
            return None;
        }
        let mut together = self.ended.clone();
        together.merge(&self.open);
        let lower = distribution(&mut together, statistic)?;
        let total = together.count();
        let upper = probability(statistic).and_then(|p| self.ended.quantiles_among(&[p], total)[0]);
        // Counted quantiles are right to 1/256 each, so the two may cross by that.
        Some(CensoredValue { lower, upper: upper.map_or(f64::INFINITY, |upper| upper.max(lower)) })
    }

    /// The quantiles at rising `p` that are known, up to the first that is not.
    pub(super) fn known_quantiles(&mut self, ps: &[f64]) -> Vec<f64> {
        let total = self.ended.count() + self.open.count();
        self.ended.quantiles_among(ps, total).into_iter().map_while(|quantile| quantile).collect()
    }

    /// The share of values below a limit; `None` without a value. An open job that is older than
    /// the limit has passed it.
    pub(super) fn share_below(&self, limit: u64) -> Option<CensoredValue> {
        let (ended, open) = (self.ended.count() as f64, self.open.count() as f64);
        if open == 0.0 {
            return self.ended.share_below(limit).map(CensoredValue::exact);
        }
        let below = self.ended.share_below(limit).unwrap_or(0.0) * ended;
        let may_be = self.open.share_below(limit).unwrap_or(0.0) * open;
        Some(CensoredValue { lower: below / (ended + open), upper: (below + may_be) / (ended + open) })
    }
}

fn probability(statistic: Statistic) -> Option<f64> {
    match statistic {
        Statistic::P50 => Some(0.5),
        Statistic::P90 => Some(0.9),
        Statistic::P95 => Some(0.95),
        Statistic::P99 => Some(0.99),
        _ => None,
    }
}

/// A statistic of a tally, in the whole numbers of the tally.
pub(super) fn distribution(tally: &mut Tally, statistic: Statistic) -> Option<f64> {
    match statistic {
        Statistic::Mean => tally.mean(),
        Statistic::Sd => tally.sd(),
        Statistic::Max => tally.max().map(|max| max as f64),
        _ => tally.quantile(probability(statistic)?),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn censored(ended: &[i64], open: &[i64]) -> CensoredTally {
        let mut tally = CensoredTally::default();
        for value in ended {
            tally.ended.record(*value);
        }
        for age in open {
            tally.open.record(*age);
        }
        tally
    }

    #[test]
    fn quantiles_are_known_below_the_open_jobs() {
        // Ten jobs, one of them open at the age of 5: ranks 0 to 8 are those of the nine others.
        let mut tally = censored(&[10, 20, 30, 40, 50, 60, 70, 80, 90], &[5]);
        let rounded = |value: f64| (value * 1e9).round() / 1e9;
        let bounds = |tally: &mut CensoredTally, statistic| {
            tally.value(statistic).map(|it| (rounded(it.lower), rounded(it.upper)))
        };
        // Rank 4.5 of ten: from below 5 comes first, so 40 and 50; from above 50 and 60.
        assert_eq!(bounds(&mut tally, Statistic::P50), Some((45.0, 55.0)));
        assert_eq!(bounds(&mut tally, Statistic::P95), Some((85.5, f64::INFINITY)));
        assert_eq!(bounds(&mut tally, Statistic::Mean), Some((45.5, f64::INFINITY)));
        assert_eq!(bounds(&mut tally, Statistic::Max), Some((90.0, f64::INFINITY)));
        assert_eq!(bounds(&mut tally, Statistic::Sd), None);
        assert_eq!(tally.known_quantiles(&[0.0, 0.5, 0.8, 0.9, 1.0]).len(), 3);
        let mut unclaimed = censored(&[], &[7, 9]);
        assert_eq!(bounds(&mut unclaimed, Statistic::P50), Some((8.0, f64::INFINITY)));
        assert_eq!(censored(&[], &[]).value(Statistic::Mean), None);
    }

    #[test]
    fn an_open_job_older_than_the_limit_has_passed_it() {
        let share = |limit| censored(&[1, 2, 3, 4], &[2, 8]).share_below(limit).unwrap();
        let sixth = |lower: f64, upper: f64| CensoredValue { lower: lower / 6.0, upper: upper / 6.0 };
        assert_eq!((share(2), share(3), share(9)), (sixth(1.0, 1.0), sixth(2.0, 3.0), sixth(4.0, 6.0)));
    }

    proptest! {
        /// Whatever the open jobs still take, the statistic of all lies between the bounds.
        #[test]
        fn bounds_hold_for_every_end_of_the_open_jobs(
            ended in prop::collection::vec(0..1000_i64, 0..40),
            open in prop::collection::vec((0..1000_i64, 0..5000_i64), 0..20),
            limit in 0..1200_u64,
        ) {
            let ages: Vec<i64> = open.iter().map(|(age, _)| *age).collect();
            let mut bounds = censored(&ended, &ages);
            let mut truth = Tally::default();
            ended.iter().copied().chain(open.iter().map(|(age, more)| age + more)).for_each(|value| truth.record(value));
            for statistic in [Statistic::Mean, Statistic::P50, Statistic::P90, Statistic::P95, Statistic::P99, Statistic::Max] {
                match (bounds.value(statistic), distribution(&mut truth, statistic)) {
                    (Some(bound), Some(value)) => {
                        prop_assert!(bound.lower <= value + 1e-9 && value <= bound.upper + 1e-9, "{statistic:?} {bound:?} {value}");
                        prop_assert!(!open.is_empty() || bound.is_exact());
                    }
                    (bound, value) => prop_assert_eq!((bound, value), (None, None)),
                }
            }
            if let (Some(bound), Some(value)) = (bounds.share_below(limit), truth.share_below(limit)) {
                prop_assert!(bound.lower <= value + 1e-12 && value <= bound.upper + 1e-12);
            }
        }
    }
}
