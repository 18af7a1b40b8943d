//! Tests of differences: is an alternative better or worse in a quantity, or equivalent?

use super::criteria::ComparisonCriteria;
use crate::expression::{Margin, Quantity};
use crate::stats::holm::HolmTests;
use crate::stats::paired::Paired;
use crate::stats::{Direction, student};

/// What a test shows about an alternative in one quantity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It differs for the better.
    Better,
    /// It differs for the worse.
    Worse,
    /// It is larger, which for this measure is neither better nor worse.
    Higher,
    /// It is smaller, which for this measure is neither better nor worse.
    Lower,
    /// It differs by less than the margin.
    Equivalent,
    /// Both have the same jobs with the same figures, so it is the same in every replication.
    Identical,
    /// It may differ or not: this number of replications does not show it.
    NoDifferenceShown,
    /// No replications can show it, because of the jobs that the quantity does not see.
    Undecided,
}

impl Verdict {
    /// The words in tables and files.
    pub fn name(self) -> &'static str {
        match self {
            Verdict::Better => "better",
            Verdict::Worse => "worse",
            Verdict::Higher => "higher",
            Verdict::Lower => "lower",
            Verdict::Equivalent => "equivalent",
            Verdict::Identical => "identical",
            Verdict::NoDifferenceShown => "no difference shown",
            Verdict::Undecided => "undecided",
        }
    }

    /// The verdict on a difference that is shown.
    fn on(difference: f64, preference: Option<Direction>) -> Verdict {
        match (preference, difference > 0.0) {
            (Some(Direction::LowerIsBetter), false) | (Some(Direction::HigherIsBetter), true) => Verdict::Better,
            (Some(_), _) => Verdict::Worse,
            (None, true) => Verdict::Higher,
            (None, false) => Verdict::Lower,
        }
    }
}

/// The result of a test of a difference.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TestResult {
    /// The test's number: alternative by alternative, quantities in the order of the criteria.
    pub number: usize,
    /// The verdict.
    pub verdict: Verdict,
    /// How likely a difference at least as large is by chance, corrected for all tests and all
    /// looks: the difference is shown if that is not above the level.
    pub p_adjusted: Option<f64>,
    /// How likely a difference at least as small is by chance, if the true one is the margin or
    /// more.
    pub p_equivalent: Option<f64>,
    /// The same, corrected like `p_adjusted`.
    pub p_equivalent_adjusted: Option<f64>,
    /// The number of replications at the look that reached the verdict; `None` while nothing is
    /// shown.
    pub decided_at: Option<u32>,
}

/// A judged quantity of baseline and alternative in the replications of one look.
#[derive(Clone, Debug)]
pub(super) struct JudgedPair<'q> {
    pub(super) quantity: &'q Quantity,
    pub(super) paired: Paired,
    /// The number of hours of which the worst is compared; 1 for any other quantity.
    pub(super) parts: f64,
    /// Whether the quantity does not see too many jobs for a verdict.
    pub(super) is_blind: bool,
    /// Whether too many jobs of the baseline, or of the alternative, were never claimed to show
    /// it to be the better one.
    pub(super) leaves_too_many: [bool; 2],
    /// Whether all jobs have the same figures in both.
    pub(super) is_identical: bool,
}

impl JudgedPair<'_> {
    /// Whether the quantity does not see jobs that may matter.
    fn is_unseen(&self) -> bool {
        !self.sees_enough() || !self.paired.is_exact()
    }

    /// Whether the quantity sees enough jobs of both sides to call them equivalent.
    fn sees_enough(&self) -> bool {
        !self.is_blind && self.leaves_too_many == [false, false]
    }

    /// The p-value of no difference. A side that leaves too many jobs unclaimed is not shown to be
    /// the better one.
    fn p_apart(&self) -> Option<f64> {
        let difference = self.paired.difference();
        let is_smaller_better = self.quantity.preference() == Some(Direction::LowerIsBetter);
        let better_is_blind = |is_alternative_better: bool| self.leaves_too_many[usize::from(is_alternative_better)];
        // A smaller value of the alternative, and a larger one.
        let less = difference.p_less().filter(|_| !better_is_blind(is_smaller_better));
        let greater = difference.p_greater().filter(|_| !better_is_blind(!is_smaller_better));
        let least = less.into_iter().chain(greater).reduce(f64::min).filter(|_| !self.is_blind)?;
        Some((2.0 * least * self.parts).min(1.0))
    }
}

/// The interval of a difference, and that relative to the baseline.
pub(super) type Intervals = [Option<(f64, f64)>; 2];

/// The tests of all alternatives, in the order of [`TestResult::number`].
#[derive(Clone, Debug)]
pub(super) struct DifferenceTests {
    claims: HolmTests,
    decided: Vec<Option<(Verdict, u32)>>,
    /// Whether the last look could not decide because of jobs that the quantity does not see.
    unseen: Vec<bool>,
    /// Whether no further replications can decide, either.
    is_final: Vec<bool>,
    /// What the intervals of all looks have in common. Each look has its share of the level, so
    /// they hold together.
    intervals: Vec<Intervals>,
}

impl DifferenceTests {
    pub(super) fn new(criteria: &ComparisonCriteria, alternatives: usize) -> DifferenceTests {
        let rows = alternatives * criteria.judged.len();
        let per_row = if criteria.margin.is_some() { 2 } else { 1 };
        let claims = HolmTests::new(rows, per_row, criteria.level, criteria.looks.count());
        let (decided, unseen, intervals) = (vec![None; rows], vec![false; rows], vec![[None, None]; rows]);
        DifferenceTests { claims, decided, is_final: unseen.clone(), unseen, intervals }
    }

    /// Takes a look at all tests.
    pub(super) fn look(&mut self, replications: u32, rows: &[JudgedPair], margin: Option<Margin>) {
        let p = |pair: &JudgedPair| {
            let apart = pair.p_apart();
            let close = margin.map(|margin| equivalence(&pair.paired, margin).filter(|_| pair.sees_enough()));
            let close = close.map(|p| p.map(|p| (p * pair.parts).min(1.0)));
            std::iter::once(apart).chain(close)
        };
        self.claims.look(replications, &rows.iter().flat_map(p).collect::<Vec<_>>());
        for (row, pair) in rows.iter().enumerate() {
            let is_new = self.decided[row].is_none();
            if is_new {
                self.decided[row] = self.decision(row, pair).map(|verdict| (verdict, replications));
            }
            self.unseen[row] = pair.is_unseen();
            let difference = pair.paired.difference();
            let would_be_shown = difference.p_two_sided().is_some_and(|p| p <= self.claims.step_level());
            self.is_final[row] =
                pair.is_blind || difference.is_unbounded() || would_be_shown && pair.leaves_too_many != [false, false];
            self.narrow(row, pair, is_new);
        }
    }

    fn decision(&self, row: usize, pair: &JudgedPair) -> Option<Verdict> {
        if pair.is_identical && pair.paired.is_equal() {
            return Some(Verdict::Identical);
        }
        let shown = |claim: usize| self.claims.of(row).get(claim).is_some_and(|claim| claim.rejected_at.is_some());
        if shown(1) {
            // The margin says that such a difference does not matter.
            return Some(Verdict::Equivalent);
        }
        let difference = pair.paired.difference();
        let is_greater = difference.p_greater().unwrap_or(1.0) < difference.p_less().unwrap_or(1.0);
        shown(0).then(|| Verdict::on(if is_greater { 1.0 } else { -1.0 }, pair.quantity.preference()))
    }

    /// Narrows the intervals of a row to those of a look. At the look that shows equivalence, both
    /// ends are at the level of the two one-sided tests.
    fn narrow(&mut self, row: usize, pair: &JudgedPair, is_new: bool) {
        let level = self.claims.step_level() / pair.parts;
        let is_equivalence = is_new && self.decided[row].is_some_and(|(verdict, _)| verdict == Verdict::Equivalent);
        let difference = pair.paired.difference();
        let Some(freedom) = difference.degrees_of_freedom().filter(|_| !pair.is_blind) else { return };
        let point = student::critical_value(if is_equivalence { level } else { level / 2.0 }, freedom);
        let is_shown = pair.p_apart().is_some_and(|p| p <= self.claims.step_level());
        let has_spread =
            difference.lower.is_none_or(|sample| sample.std_error != Some(0.0) || sample.mean == Some(0.0));
        // Without any spread an interval would show what so few replications do not.
        let absolute = difference.interval(point).filter(|_| has_spread || is_shown);
        let relative = pair.paired.relative_interval(point).filter(|_| has_spread || is_shown);
        for (interval, of_look) in self.intervals[row].iter_mut().zip([absolute, relative]) {
            *interval = match (*interval, of_look) {
                (Some((low, high)), Some((low_now, high_now))) if low_now <= high && high_now >= low => {
                    Some((low.max(low_now), high.min(high_now)))
                }
                (before, now) => before.or(now),
            };
        }
    }

    /// Whether every test has a verdict, or can have none.
    pub(super) fn is_decided(&self) -> bool {
        self.decided.iter().zip(&self.is_final).all(|(decided, is_final)| decided.is_some() || *is_final)
    }

    /// The intervals from which the verdict was taken.
    pub(super) fn intervals(&self, number: usize) -> Intervals {
        self.intervals[number]
    }

    pub(super) fn result(&self, number: usize) -> TestResult {
        let claims = self.claims.of(number);
        let decided = self.decided[number];
        let open = if self.unseen[number] { Verdict::Undecided } else { Verdict::NoDifferenceShown };
        TestResult {
            number,
            verdict: decided.map_or(open, |(verdict, _)| verdict),
            p_adjusted: claims[0].adjusted_p,
            p_equivalent: claims.get(1).and_then(|claim| claim.p),
            p_equivalent_adjusted: claims.get(1).and_then(|claim| claim.adjusted_p),
            decided_at: decided.map(|(_, at)| at),
        }
    }
}

/// Two one-sided tests (Schuirmann, 1987): the difference is above the margin's lower end, and
/// below its upper one. The less certain of the two counts.
fn equivalence(paired: &Paired, margin: Margin) -> Option<f64> {
    let (low, high) = match margin {
        Margin::Relative(share) => {
            (paired.difference_from_bound(1.0 - share, 0.0), paired.difference_from_bound(1.0 + share, 0.0))
        }
        Margin::Time(shift) | Margin::Number(shift) => {
            (paired.difference_from_bound(1.0, -shift), paired.difference_from_bound(1.0, shift))
        }
    };
    Some(low.p_greater()?.max(high.p_less()?))
}

#[cfg(test)]
mod tests;
