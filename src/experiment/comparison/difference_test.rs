//! Tests of differences: is an alternative better or worse in a quantity, or equivalent?

use super::criteria::ComparisonCriteria;
use crate::expression::{Margin, Quantity};
use crate::stats::Direction;
use crate::stats::holm::HolmTests;
use crate::stats::paired::Paired;

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
    /// It may differ or not: this number of replications does not show it.
    NoDifferenceShown,
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
            Verdict::NoDifferenceShown => "no difference shown",
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

/// The tests of all alternatives, in the order of [`TestResult::number`].
#[derive(Clone, Debug)]
pub(super) struct DifferenceTests {
    claims: HolmTests,
    decided: Vec<Option<(Verdict, u32)>>,
}

impl DifferenceTests {
    pub(super) fn new(criteria: &ComparisonCriteria, alternatives: usize) -> DifferenceTests {
        let rows = alternatives * criteria.judged.len();
        let per_row = if criteria.margin.is_some() { 2 } else { 1 };
        let claims = HolmTests::new(rows, per_row, criteria.level, criteria.looks.count());
        DifferenceTests { claims, decided: vec![None; rows] }
    }

    /// Takes a look at all tests, each with its quantity.
    pub(super) fn look(&mut self, replications: u32, rows: &[(&Quantity, Paired)], margin: Option<Margin>) {
        let p = |(_, paired): &(&Quantity, Paired)| {
            let apart = paired.difference().p_two_sided();
            std::iter::once(apart).chain(margin.map(|margin| equivalence(paired, margin)))
        };
        self.claims.look(replications, &rows.iter().flat_map(p).collect::<Vec<_>>());
        for (row, (quantity, paired)) in rows.iter().enumerate() {
            if self.decided[row].is_none() {
                self.decided[row] = self.decision(row, quantity, paired).map(|verdict| (verdict, replications));
            }
        }
    }

    fn decision(&self, row: usize, quantity: &Quantity, paired: &Paired) -> Option<Verdict> {
        let shown = |claim: usize| self.claims.of(row).get(claim).is_some_and(|claim| claim.rejected_at.is_some());
        if shown(1) {
            // The margin says that such a difference does not matter.
            return Some(Verdict::Equivalent);
        }
        let difference = paired.difference().mean.filter(|_| shown(0))?;
        Some(Verdict::on(difference, quantity.preference()))
    }

    /// Whether every test has a verdict.
    pub(super) fn is_decided(&self) -> bool {
        self.decided.iter().all(Option::is_some)
    }

    pub(super) fn result(&self, number: usize) -> TestResult {
        let claims = self.claims.of(number);
        let decided = self.decided[number];
        TestResult {
            number,
            verdict: decided.map_or(Verdict::NoDifferenceShown, |(verdict, _)| verdict),
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
