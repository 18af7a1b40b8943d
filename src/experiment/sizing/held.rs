//! A target held against the replications of one setting: shown to be kept, shown to be broken, or neither.

use crate::expression::{Bound, Condition, Relation};
use crate::model::math;
use crate::stats::Direction;
use crate::stats::Measure;
use crate::stats::sample::Sample;
use crate::stats::student;

/// What is known of a target, or of all targets of a setting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Shown to be kept.
    Met,
    /// Shown to be broken.
    NotMet,
    /// Neither.
    Undecided,
}

impl Verdict {
    /// The words in tables and files.
    pub fn name(self) -> &'static str {
        match self {
            Verdict::Met => "met",
            Verdict::NotMet => "not met",
            Verdict::Undecided => "undecided",
        }
    }

    /// What several targets come to: all have to be met, and one that is not is enough.
    pub(super) fn of_all(verdicts: impl Iterator<Item = Verdict>) -> Verdict {
        verdicts.fold(Verdict::Met, |all, one| match (all, one) {
            (Verdict::NotMet, _) | (_, Verdict::NotMet) => Verdict::NotMet,
            (Verdict::Met, Verdict::Met) => Verdict::Met,
            _ => Verdict::Undecided,
        })
    }
}

/// A target in one setting.
#[derive(Clone, Debug, PartialEq)]
pub struct Held {
    /// The mean of the quantity over replications; `None` where there was nothing to measure.
    pub value: Option<f64>,
    /// Its 95 % interval, which covers at whatever look replications end.
    pub interval: Option<(f64, f64)>,
    /// The bound, in the quantity's unit.
    pub bound: f64,
    /// How likely what was seen is if the target is not kept.
    pub p_kept: Option<f64>,
    /// How likely what was seen is if the target is kept.
    pub p_broken: Option<f64>,
    /// What is shown.
    pub verdict: Verdict,
    /// Replications that count.
    pub replications: u64,
    /// Those in which there was nothing to measure.
    pub missing: u64,
}

/// The levels of one look.
#[derive(Clone, Copy, Debug)]
pub(super) struct Levels {
    /// Of a target to be kept. All have to be, so that each is tested at the whole of it (Berger, 1982).
    pub(super) kept: f64,
    /// Of a target to be broken. One is enough, so that targets share it (Bonferroni).
    pub(super) broken: f64,
    /// Of an interval to miss.
    pub(super) interval: f64,
}

impl Held {
    /// Holds a condition with a value for a bound against what replications had.
    pub(super) fn of(condition: &Condition, values: &[Option<f64>], levels: Levels) -> Held {
        let bound = match condition.bound {
            Bound::Value(bound) | Bound::Difference(bound) | Bound::Relative(bound) => bound,
        };
        let known: Vec<f64> = values.iter().copied().flatten().collect();
        let missing = (values.len() - known.len()) as u64;
        let sample = Sample::of(known.iter().copied());
        let beyond = Sample::of(known.iter().map(|value| value - bound));
        let [mut p_kept, mut p_broken] = match condition.relation {
            Relation::AtMost => [beyond.p_less(), beyond.p_greater()],
            Relation::AtLeast => [beyond.p_greater(), beyond.p_less()],
        };
        if condition.quantity.measure == Measure::DrainS && missing > 0 {
            // A backlog that outlasts the run is no missing value, but one beyond the horizon, and so beyond any bound that may be asked for.
            // How far, nobody knows: such runs are held against the sign alone, and only where the bound is one from above.
            let is_from_above = condition.relation == Relation::AtMost;
            (p_kept, p_broken) = (None, is_from_above.then(|| sign(&known, bound, values.len())));
        }
        let interval = sample.degrees_of_freedom().and_then(|freedom| {
            sample.interval(student::critical_value(levels.interval / 2.0, freedom)).filter(|_| p_kept.is_some())
        });
        let verdict = match (p_kept, p_broken) {
            (Some(p), _) if p <= levels.kept => Verdict::Met,
            (_, Some(p)) if p <= levels.broken => Verdict::NotMet,
            _ => Verdict::Undecided,
        };
        let value = sample.mean.filter(|_| p_kept.is_some() || missing == 0);
        Held { value, interval, bound, p_kept, p_broken, verdict, replications: sample.count, missing }
    }
}

/// How likely it is that so many of these runs lie above the bound, the missing ones among them, if no more than half of all do: the sign test.
fn sign(known: &[f64], bound: f64, all: usize) -> f64 {
    let below = known.iter().filter(|value| **value <= bound).count();
    // P(X <= below) of a binomial number of so many tosses of a fair coin.
    let (mut term, mut sum) = (math::pow(0.5, all.min(1000) as f64), 0.0);
    for k in 0..=below {
        sum += term;
        term *= (all - k.min(all)) as f64 / (k + 1) as f64;
    }
    sum.min(1.0)
}

/// Whether more workers would help a target, as one would think.
pub(super) fn is_helped_by_supply(condition: &Condition) -> bool {
    let quantity = &condition.quantity;
    // More workers are used less.
    let less = quantity.measure == Measure::Utilization;
    let preference = if less { Some(Direction::LowerIsBetter) } else { quantity.preference() };
    matches!(
        (preference, condition.relation),
        (Some(Direction::LowerIsBetter), Relation::AtMost) | (Some(Direction::HigherIsBetter), Relation::AtLeast)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    const LEVELS: Levels = Levels { kept: 0.01, broken: 0.005, interval: 0.05 };

    fn held(condition: &str, values: &[Option<f64>]) -> Held {
        Held::of(&condition.parse().unwrap(), values, LEVELS)
    }

    fn verdict(condition: &str, values: &[f64]) -> Verdict {
        held(condition, &values.iter().copied().map(Some).collect::<Vec<_>>()).verdict
    }

    #[test]
    fn a_bound_is_kept_or_broken_only_where_that_is_shown() {
        let values = [9.0, 10.0, 11.0, 10.0, 9.5, 10.5];
        for (condition, expected) in [
            ("mean(wait) < 12s", Verdict::Met),
            ("mean(wait) < 10.5s", Verdict::Undecided),
            ("mean(wait) < 8s", Verdict::NotMet),
            ("throughput > 8", Verdict::Met),
            ("throughput > 12", Verdict::NotMet),
        ] {
            assert_eq!(verdict(condition, &values), expected, "{condition}");
        }
        assert_eq!(verdict("mean(wait) < 12s", &[1.0]), Verdict::Undecided, "one run shows nothing");
        // Without any spread the sign test's 2^-n has to do: 1/64 is above 1 %, 1/128 below.
        assert_eq!(verdict("mean(wait) < 12s", &[1.0; 6]), Verdict::Undecided);
        assert_eq!(verdict("mean(wait) < 12s", &[1.0; 7]), Verdict::Met);
    }

    #[test]
    fn all_have_to_be_met_and_one_that_is_not_is_enough() {
        use Verdict::{Met, NotMet, Undecided};
        for (verdicts, together) in
            [(&[Met, Met][..], Met), (&[Met, Undecided], Undecided), (&[Undecided, NotMet, Met], NotMet), (&[], Met)]
        {
            assert_eq!(Verdict::of_all(verdicts.iter().copied()), together);
        }
    }

    #[test]
    fn a_backlog_that_outlasts_runs_never_meets_a_target() {
        let drained = |missing: usize| {
            let all: Vec<Option<f64>> = (0..20).map(|run| (run >= missing).then_some(3600.0)).collect();
            held("drain < 2h", &all)
        };
        assert_eq!((drained(0).verdict, drained(0).value), (Verdict::Met, Some(3600.0)));
        assert_eq!((drained(1).verdict, drained(1).value, drained(1).missing), (Verdict::Undecided, None, 1));
        assert_eq!((drained(20).verdict, drained(20).interval), (Verdict::NotMet, None));
        let never: Vec<Option<f64>> = vec![None; 20];
        assert_eq!(held("drain > 2h", &never).verdict, Verdict::Undecided, "nobody knows how long it takes");
        // 17 of 20 heads: (1 + 20 + 190 + 1140) / 2^20.
        assert!((drained(17).p_broken.unwrap() - 1351.0 / 1_048_576.0).abs() < 1e-15);
    }

    #[test]
    fn more_workers_help_waits_and_not_their_own_utilization() {
        for (condition, expected) in [
            ("p95(wait) < 5m", true),
            ("share(wait < 1m) >= 99%", true),
            ("utilization(scan) < 85%", true),
            ("utilization(scan) > 40%", false),
            ("throughput >= 40/h", true),
            ("drain < 6h", true),
            ("mean(service) < 1m", false),
        ] {
            assert_eq!(is_helped_by_supply(&condition.parse().unwrap()), expected, "{condition}");
        }
    }
}
