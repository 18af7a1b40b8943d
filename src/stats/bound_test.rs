//! A sequential test of bounds on means: each look shows a bound to be kept, to be broken, or
//! neither.
//!
//! Values of one system (waits, shares) are often skewed, and a small sample of them then looks
//! better than the truth: the rare bad replications are missing. So a bound on a value is tested
//! after Hall's transformation; differences between two systems hardly are skewed and are tested by
//! Student's t alone.
//!
//! All bounds have to be kept, so each is tested for that at the whole level of a look (Berger,
//! 1982). One broken bound is enough to fail, so for that the bounds share the level (Bonferroni).
//! What one look has shown, later looks do not take back.

use crate::censored::CensoredValue;
use crate::paired::Paired;
use crate::sample::{CensoredSample, Sample};
use crate::student;

/// What the replications so far show about a bound.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BoundStatus {
    /// The bound is kept.
    Kept,
    /// The bound is broken.
    Broken,
    /// Neither is shown.
    Undecided,
}

impl BoundStatus {
    /// The word for a gate of a comparison, in tables and files.
    pub fn gate_word(self) -> &'static str {
        match self {
            BoundStatus::Kept => "pass",
            BoundStatus::Broken => "fail",
            BoundStatus::Undecided => "undecided",
        }
    }

    /// The word for a target of a sizing, in tables and files.
    pub fn target_word(self) -> &'static str {
        match self {
            BoundStatus::Kept => "met",
            BoundStatus::Broken => "not met",
            BoundStatus::Undecided => "undecided",
        }
    }

    /// The word for a bound in a sentence.
    pub fn state_word(self) -> &'static str {
        match self {
            BoundStatus::Kept => "kept",
            BoundStatus::Broken => "broken",
            BoundStatus::Undecided => "undecided",
        }
    }

    /// The status of several bounds together: kept if all are, broken as soon as one is.
    pub fn of_all(statuses: impl IntoIterator<Item = BoundStatus>) -> BoundStatus {
        use BoundStatus::{Broken, Kept, Undecided};
        statuses.into_iter().fold(Kept, |all, one| match (all, one) {
            (Broken, _) | (_, Broken) => Broken,
            (Kept, Kept) => Kept,
            _ => Undecided,
        })
    }
}

/// The side of a bound on which a mean has to lie. Simulated means never tell `<` from `<=`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Relation {
    /// `<=`, and `<`.
    AtMost,
    /// `>=`, and `>`.
    AtLeast,
}

/// The skewness that is assumed at least, against a verdict that a bound is kept. Small samples
/// hide a skewness of 1 to 2, as of waits at a high load.
const ASSUMED_SKEWNESS: f64 = 1.0;

/// The skewness assumed at least against each side, to the right and to the left.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Skewness {
    right: f64,
    left: f64,
}

/// A bounded quantity in the replications of one look.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BoundSample {
    /// The baseline's mean; `None` if the bound does not depend on a baseline.
    pub baseline: Option<f64>,
    /// The quantity itself, from below.
    pub value: Sample,
    /// Whether the quantity is known in every replication.
    pub is_exact: bool,
    /// The bound, or its value for the baseline's mean.
    pub bound: Option<f64>,
    /// The quantity minus the bound, replication by replication.
    pub excess: CensoredSample,
    /// `None` for differences, which are tested by Student's t alone.
    skewness: Option<Skewness>,
    /// Replications that had nothing to measure.
    pub missing: u64,
    /// How likely these values are if the bound is not kept; taken from the bounds of the values
    /// that are less favourable to that.
    pub p_kept: Option<f64>,
    /// How likely these values are if the bound is not broken, in the same way.
    pub p_broken: Option<f64>,
    /// The number of parts of which this is the worst; 1 without any.
    pub parts: f64,
}

impl BoundSample {
    /// Compares values with a fixed bound.
    pub fn of_value(values: &[Option<CensoredValue>], relation: Relation, bound: f64) -> BoundSample {
        let known: Vec<CensoredValue> = values.iter().copied().flatten().collect();
        let excess = CensoredSample::of(known.iter().map(|value| value.map(|value| value - bound)));
        let missing = (values.len() - known.len()) as u64;
        let value = Sample::of(known.iter().map(|value| value.lower));
        let is_exact = known.iter().all(|value| value.is_exact());
        let skewness = match relation {
            Relation::AtMost => Skewness { right: ASSUMED_SKEWNESS, left: 0.0 },
            Relation::AtLeast => Skewness { right: 0.0, left: ASSUMED_SKEWNESS },
        };
        let less = excess.upper.and_then(|sample| sample.p_less_if_skewed(skewness.right));
        let greater = excess.lower.and_then(|sample| sample.p_greater_if_skewed(skewness.left));
        let [p_kept, p_broken] = match relation {
            Relation::AtMost => [less, greater],
            Relation::AtLeast => [greater, less],
        };
        let (bound, skewness) = (Some(bound), Some(skewness));
        BoundSample { baseline: None, value, is_exact, bound, excess, skewness, missing, p_kept, p_broken, parts: 1.0 }
    }

    /// Compares values with the baseline's of the same replication, times a factor, plus a shift.
    pub fn of_baseline(paired: &Paired, relation: Relation, factor: f64, shift: f64) -> BoundSample {
        let baseline = paired.baseline().mean;
        let bound = baseline.map(|mean| factor * mean + shift);
        let excess = paired.difference_from_bound(factor, shift);
        let (value, is_exact, missing) = (paired.alternative(), paired.is_exact(), paired.missing());
        let [p_kept, p_broken] = match relation {
            Relation::AtMost => [excess.p_less(), excess.p_greater()],
            Relation::AtLeast => [excess.p_greater(), excess.p_less()],
        };
        BoundSample { baseline, value, is_exact, bound, excess, skewness: None, missing, p_kept, p_broken, parts: 1.0 }
    }

    /// The interval of the excess from which a verdict is taken, with an error level for each end.
    /// `None` where nothing bounds an end.
    pub fn excess_interval(&self, levels: EndLevels) -> Option<(f64, f64)> {
        self.ends(self.excess.lower?, self.excess.upper?, levels)
    }

    /// The low end of one sample and the high end of another, by the test that the verdict uses.
    fn ends(&self, from_below: Sample, from_above: Sample, levels: EndLevels) -> Option<(f64, f64)> {
        let student =
            |sample: Sample, level| sample.interval(student::critical_value(level, sample.degrees_of_freedom()?));
        Some(match self.skewness {
            None => (student(from_below, levels.low)?.0, student(from_above, levels.high)?.1),
            Some(Skewness { right, left }) => {
                (from_below.lower_end(levels.low, left)?, from_above.upper_end(levels.high, right)?)
            }
        })
    }

    /// The interval of the value, for a bound that does not depend on a baseline.
    pub fn value_interval(&self, levels: EndLevels) -> Option<(f64, f64)> {
        if self.is_exact {
            // Without rounding by the bound.
            return self.ends(self.value, self.value, levels);
        }
        let (low, high) = self.excess_interval(levels)?;
        Some((low + self.bound?, high + self.bound?))
    }

    /// The same, which cannot be shown to be kept: it does not see jobs that matter.
    #[must_use]
    pub fn not_shown_kept(self) -> BoundSample {
        BoundSample { p_kept: None, ..self }
    }

    /// The sample of the worst of several parts, such as hours of the day. All parts have to keep
    /// the bound, each at the full level; that one of them breaks it is shown at the level over
    /// their number.
    #[must_use]
    pub fn with_parts(self, parts: &[BoundSample]) -> BoundSample {
        let p_kept = parts.iter().map(|part| part.p_kept).reduce(|one, other| Some(one?.max(other?))).flatten();
        let p_broken = parts.iter().filter_map(|part| part.p_broken).reduce(f64::min);
        let parts = parts.len() as f64;
        BoundSample { p_kept, p_broken: p_broken.map(|p| (p * parts).min(1.0)), parts, ..self }
    }

    /// The sample of one of several parts that was chosen by its values: what it shows is corrected
    /// for their number.
    #[must_use]
    pub fn corrected(self, parts: usize) -> BoundSample {
        let correct = |p: Option<f64>| p.map(|p| (p * parts as f64).min(1.0));
        BoundSample { p_kept: correct(self.p_kept), p_broken: correct(self.p_broken), ..self }
    }

    /// The same, where the bound is kept without any doubt.
    #[must_use]
    pub fn surely_kept(self) -> BoundSample {
        BoundSample { p_kept: Some(0.0), p_broken: Some(1.0), ..self }
    }

    /// The same, without a status: it does not see jobs that matter.
    #[must_use]
    pub fn undecidable(self) -> BoundSample {
        BoundSample { p_kept: None, p_broken: None, ..self }
    }
}

/// The error levels of the two ends of an interval.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct EndLevels {
    /// How likely the value lies below the low end.
    pub low: f64,
    /// How likely the value lies above the high end.
    pub high: f64,
}

/// The status of each of several bounds, look by look.
#[derive(Clone, Debug)]
pub struct SequentialBounds {
    /// The error level of a look for a bound to be kept, and to be broken.
    kept: f64,
    broken: f64,
    /// What was shown, and at what number of replications.
    decided: Vec<Option<(BoundStatus, u32)>>,
}

impl SequentialBounds {
    /// This number of bounds, tested at an error level per look.
    pub fn new(bounds: usize, level: f64) -> SequentialBounds {
        SequentialBounds { kept: level, broken: level / bounds.max(1) as f64, decided: vec![None; bounds] }
    }

    /// The error levels at which a look tests a bound: its interval at these levels lies on one
    /// side of the bound exactly where a status is shown.
    pub fn levels(&self, relation: Relation, sample: &BoundSample) -> EndLevels {
        let (kept, broken) = (self.kept, self.broken / sample.parts);
        match relation {
            Relation::AtMost => EndLevels { low: broken, high: kept },
            Relation::AtLeast => EndLevels { low: kept, high: broken },
        }
    }

    /// Takes a look at all bounds.
    pub fn look(&mut self, replications: u32, samples: &[BoundSample]) {
        for (decided, sample) in self.decided.iter_mut().zip(samples) {
            let status = match (sample.p_kept, sample.p_broken) {
                (Some(p), _) if p <= self.kept => Some(BoundStatus::Kept),
                (_, Some(p)) if p <= self.broken => Some(BoundStatus::Broken),
                _ => None,
            };
            *decided = decided.or(status.map(|status| (status, replications)));
        }
    }

    /// Whether a sample shows its bound to be kept.
    pub fn shows_kept(&self, sample: &BoundSample) -> bool {
        sample.p_kept.is_some_and(|p| p <= self.kept)
    }

    /// Whether every bound is decided.
    pub fn is_decided(&self) -> bool {
        self.decided.iter().all(Option::is_some)
    }

    /// The status of one bound.
    pub fn status(&self, bound: usize) -> BoundStatus {
        self.decided[bound].map_or(BoundStatus::Undecided, |(status, _)| status)
    }

    /// The number of replications at which a bound was decided.
    pub fn decided_at(&self, bound: usize) -> Option<u32> {
        self.decided[bound].map(|(_, replications)| replications)
    }

    /// The status of all bounds together.
    pub fn overall(&self) -> BoundStatus {
        BoundStatus::of_all((0..self.decided.len()).map(|bound| self.status(bound)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use BoundStatus::{Broken, Kept, Undecided};

    fn status(sample: BoundSample) -> BoundStatus {
        // Two bounds at 1 %: half a percent each to be broken.
        let mut bounds = SequentialBounds::new(2, 0.01);
        bounds.look(1, &[sample]);
        bounds.status(0)
    }

    fn known(values: &[f64]) -> Vec<Option<CensoredValue>> {
        values.iter().copied().map(CensoredValue::exact).map(Some).collect()
    }

    #[test]
    fn all_bounds_have_to_be_kept_and_one_broken_bound_is_enough() {
        for (statuses, together) in [
            (&[][..], Kept),
            (&[Kept, Kept], Kept),
            (&[Kept, Undecided], Undecided),
            (&[Undecided, Broken, Kept], Broken),
        ] {
            assert_eq!(BoundStatus::of_all(statuses.iter().copied()), together);
        }
    }

    #[test]
    fn a_bound_is_kept_or_broken_only_where_that_is_shown() {
        let values = known(&[9.0, 10.0, 11.0, 10.0, 9.5, 10.5]);
        for (relation, bound, expected) in [
            (Relation::AtMost, 14.0, Kept),
            (Relation::AtMost, 12.0, Undecided),
            (Relation::AtMost, 10.5, Undecided),
            (Relation::AtMost, 8.0, Broken),
            (Relation::AtLeast, 6.0, Kept),
            (Relation::AtLeast, 12.0, Broken),
        ] {
            assert_eq!(status(BoundSample::of_value(&values, relation, bound)), expected, "{relation:?} {bound}");
        }
        let below_12 = |values: &[f64]| status(BoundSample::of_value(&known(values), Relation::AtMost, 12.0));
        assert_eq!(below_12(&[1.0]), Undecided, "one run shows nothing");
        // Without any spread the sign test's 2^-n has to do: 1/64 is above 1 %, 1/128 below.
        assert_eq!((below_12(&[1.0; 6]), below_12(&[1.0; 7])), (Undecided, Kept));
    }

    #[test]
    fn a_decision_stays() {
        let mut bounds = SequentialBounds::new(1, 0.01);
        for (replications, value) in [(7, 1.0), (14, 20.0)] {
            bounds.look(replications, &[BoundSample::of_value(&known(&[value; 7]), Relation::AtMost, 12.0)]);
        }
        assert_eq!((bounds.status(0), bounds.decided_at(0), bounds.is_decided()), (Kept, Some(7), true));
    }

    #[test]
    fn bounds_are_taken_from_the_baseline_of_the_same_replication() {
        let baseline = [Some(10.0), Some(20.0), None].map(|value| value.map(CensoredValue::exact));
        let paired = Paired::of(&baseline, &known(&[11.0, 22.0, 7.0]));
        // A tenth more in each replication: exactly at the bound.
        let relative = BoundSample::of_baseline(&paired, Relation::AtMost, 1.1, 0.0);
        assert_eq!((relative.baseline, relative.value.mean, relative.missing), (Some(15.0), Some(16.5), 1));
        let excess = relative.excess.lower.unwrap();
        assert_eq!((excess.mean, excess.std_error), (Some(0.0), Some(0.0)));
        let shifted = BoundSample::of_baseline(&paired, Relation::AtMost, 1.0, 2.0);
        assert_eq!((shifted.bound, shifted.excess.exact_mean()), (Some(17.0), Some(-0.5)));
        let fixed = BoundSample::of_value(&known(&[11.0, 22.0, 7.0]), Relation::AtLeast, 8.0);
        assert_eq!((fixed.baseline, fixed.bound, fixed.value.count, fixed.missing), (None, Some(8.0), 3, 0));
    }

    #[test]
    fn a_bound_is_kept_by_the_upper_values_and_broken_by_the_lower() {
        let between = |lower: f64, upper: f64| vec![Some(CensoredValue { lower, upper }); 20];
        let status_of =
            |values: &[Option<CensoredValue>], relation| status(BoundSample::of_value(values, relation, 10.0));
        for (lower, upper, at_most, at_least) in [
            (3.0, 4.0, Kept, Broken),
            (3.0, 12.0, Undecided, Undecided),
            (3.0, f64::INFINITY, Undecided, Undecided),
            (11.0, f64::INFINITY, Broken, Kept),
        ] {
            let values = between(lower, upper);
            let both = (status_of(&values, Relation::AtMost), status_of(&values, Relation::AtLeast));
            assert_eq!(both, (at_most, at_least), "{lower} to {upper}");
        }
        let mut one_open = between(3.0, 3.0);
        one_open[7] = Some(CensoredValue::at_least(3.0));
        assert_eq!(status_of(&one_open, Relation::AtMost), Undecided, "a mean with an open job has no upper bound");
    }
}
