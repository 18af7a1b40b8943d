//! Gates: bounds that a contender has to keep, each shown to be kept, shown to be broken, or neither.

use super::Questions;
use crate::expression::{Bound, Condition, Relation};
use crate::stats::paired::Paired;
use crate::stats::sample::Sample;

/// What is known of a gate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The bound is kept: shown at the level.
    Pass,
    /// The bound is broken: shown at the level.
    Fail,
    /// Neither is shown.
    Undecided,
}

impl Outcome {
    /// The word in tables and files.
    pub fn name(self) -> &'static str {
        match self {
            Outcome::Pass => "pass",
            Outcome::Fail => "fail",
            Outcome::Undecided => "undecided",
        }
    }

    /// What several come to: to pass, all have to; to fail, one is enough. `None` if there are none.
    pub(super) fn of_all(outcomes: impl Iterator<Item = Outcome>) -> Option<Outcome> {
        outcomes.reduce(|one, other| match (one, other) {
            (Outcome::Fail, _) | (_, Outcome::Fail) => Outcome::Fail,
            (Outcome::Pass, Outcome::Pass) => Outcome::Pass,
            _ => Outcome::Undecided,
        })
    }
}

/// A gate of one contender.
#[derive(Clone, Debug, PartialEq)]
pub struct Gate {
    /// Whose, by its number.
    pub contender: usize,
    /// The condition.
    pub condition: Condition,
    /// The baseline's mean, unless the bound is a value and the baseline does not matter.
    pub baseline: Option<f64>,
    /// The contender's mean.
    pub value: Option<f64>,
    /// What it is held against: the value, or what the baseline's mean makes of it.
    pub bound: Option<f64>,
    /// The contender's mean minus the bound.
    pub beyond: Option<f64>,
    /// The interval of that, valid at whatever look replications end.
    pub interval: Option<(f64, f64)>,
    /// How likely what was seen is if the gate is not kept, and if it is not broken: at the last look.
    pub p_kept: Option<f64>,
    /// See `p_kept`.
    pub p_broken: Option<f64>,
    /// What is known.
    pub outcome: Outcome,
    /// At how many replications that was shown.
    pub decided_at: Option<u32>,
    /// Replications that count, and those in which there was nothing to measure.
    pub replications: u64,
    /// See `replications`.
    pub missing: u64,
}

/// The decisions on all gates so far, contender by contender.
#[derive(Clone, Debug)]
pub(super) struct Gates {
    /// The level of a look for a gate to be kept. All gates have to be, so that each is tested at the whole level (Berger, 1982).
    kept: f64,
    /// The level of a look for a gate to be broken. One is enough, so that they share the level (Bonferroni).
    broken: f64,
    decided: Vec<Option<(Outcome, u32)>>,
}

impl Gates {
    pub(super) fn new(questions: &Questions, challengers: usize) -> Gates {
        let count = challengers * questions.gates.len();
        let share = questions.looks.share_of(questions.level);
        Gates { kept: share, broken: share / count.max(1) as f64, decided: vec![None; count] }
    }

    /// Takes a look at all gates.
    pub(super) fn look(&mut self, replications: u32, gates: &[(&Condition, Measured)]) {
        for (decided, (condition, measured)) in self.decided.iter_mut().zip(gates) {
            let [p_kept, p_broken] = measured.p(condition);
            let outcome = match (p_kept, p_broken) {
                (Some(p), _) if p <= self.kept => Some(Outcome::Pass),
                (_, Some(p)) if p <= self.broken => Some(Outcome::Fail),
                _ => None,
            };
            *decided = decided.or(outcome.map(|outcome| (outcome, replications)));
        }
    }

    pub(super) fn is_decided(&self) -> bool {
        self.decided.iter().all(Option::is_some)
    }

    /// What is known of each so far.
    #[cfg(test)]
    pub(super) fn outcomes(&self) -> Vec<Outcome> {
        self.decided.iter().map(|decided| decided.map_or(Outcome::Undecided, |(outcome, _)| outcome)).collect()
    }

    /// The number-th gate with what is known of it; `point` is Student's t for so many degrees of freedom.
    pub(super) fn gate(
        &self,
        number: usize,
        contender: usize,
        (condition, measured): &(&Condition, Measured),
        point: &mut impl FnMut(u64) -> f64,
    ) -> Gate {
        let decided = self.decided[number];
        let beyond = measured.beyond;
        let [p_kept, p_broken] = measured.p(condition);
        Gate {
            contender,
            condition: (*condition).clone(),
            baseline: measured.baseline,
            value: measured.value,
            bound: measured.bound,
            beyond: beyond.mean,
            interval: beyond.degrees_of_freedom().and_then(|freedom| beyond.interval(point(freedom))),
            p_kept,
            p_broken,
            outcome: decided.map_or(Outcome::Undecided, |(outcome, _)| outcome),
            decided_at: decided.map(|(_, at)| at),
            replications: beyond.count,
            missing: measured.missing,
        }
    }
}

/// What has been measured about a gate.
#[derive(Clone, Copy, Debug)]
pub(super) struct Measured {
    baseline: Option<f64>,
    value: Option<f64>,
    bound: Option<f64>,
    /// Value minus bound, replication by replication.
    beyond: Sample,
    missing: u64,
}

impl Measured {
    /// Holds a contender's values against the bound, and against those of the baseline if that matters.
    pub(super) fn of(condition: &Condition, baseline: &[Option<f64>], contender: &[Option<f64>]) -> Measured {
        if let Bound::Value(bound) = condition.bound {
            let values: Vec<f64> = contender.iter().copied().flatten().collect();
            let beyond = Sample::of(values.iter().map(|value| value - bound));
            let missing = (contender.len() - values.len()) as u64;
            return Measured { baseline: None, value: Sample::of(values).mean, bound: Some(bound), beyond, missing };
        }
        let paired = Paired::of(baseline, contender);
        let (factor, shift) = match condition.bound {
            Bound::Relative(share) => (1.0 + share, 0.0),
            Bound::Difference(shift) | Bound::Value(shift) => (1.0, shift),
        };
        let mean = paired.baseline().mean;
        Measured {
            baseline: mean,
            value: paired.alternative().mean,
            bound: mean.map(|mean| factor * mean + shift),
            beyond: paired.difference_from_bound(factor, shift),
            missing: paired.missing(),
        }
    }

    /// How likely it is by chance to lie so far on the right side of the bound, and on the wrong one.
    fn p(&self, condition: &Condition) -> [Option<f64>; 2] {
        match condition.relation {
            Relation::AtMost => [self.beyond.p_less(), self.beyond.p_greater()],
            Relation::AtLeast => [self.beyond.p_greater(), self.beyond.p_less()],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_have_to_pass_and_one_is_enough_to_fail() {
        use Outcome::{Fail, Pass, Undecided};
        for (outcomes, together) in [
            (&[][..], None),
            (&[Pass, Pass], Some(Pass)),
            (&[Pass, Undecided], Some(Undecided)),
            (&[Undecided, Fail, Pass], Some(Fail)),
        ] {
            assert_eq!(Outcome::of_all(outcomes.iter().copied()), together);
        }
    }

    #[test]
    fn bounds_are_taken_from_the_baseline_of_the_same_replication() {
        let (baseline, contender) = ([Some(10.0), Some(20.0), None], [Some(11.0), Some(22.0), Some(7.0)]);
        let measured = |text: &str| {
            let condition: Condition = text.parse().unwrap();
            Measured::of(&condition, &baseline, &contender)
        };
        // A tenth more in each replication: exactly at the bound.
        let relative = measured("mean(wait) <= +10%");
        assert_eq!((relative.baseline, relative.value, relative.missing), (Some(15.0), Some(16.5), 1));
        assert_eq!((relative.beyond.mean, relative.beyond.std_error), (Some(0.0), Some(0.0)));
        let difference = measured("mean(wait) <= +2s");
        assert_eq!((difference.bound, difference.beyond.mean), (Some(17.0), Some(-0.5)));
        let value = measured("mean(wait) >= 8s");
        assert_eq!((value.baseline, value.bound, value.beyond.count, value.missing), (None, Some(8.0), 3, 0));
    }
}
