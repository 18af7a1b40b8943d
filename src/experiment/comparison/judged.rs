//! What is judged: whether a contender is better or worse in it, or no different for all that matters.

use super::Questions;
use crate::expression::{Margin, Quantity};
use crate::stats::Direction;
use crate::stats::holm::HolmTests;
use crate::stats::paired::Paired;

/// What is said about a contender in one measure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It differs for the better.
    Better,
    /// It differs for the worse.
    Worse,
    /// It is larger, and the measure is neither better nor worse for that.
    Higher,
    /// It is smaller, and the measure is neither better nor worse for that.
    Lower,
    /// It differs by less than the margin.
    Equivalent,
    /// It may differ or not; so many replications do not show it.
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

/// How sure it is what to say.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Judgement {
    /// The number of the row among all that is judged: contender by contender, in the order in which it was asked for.
    pub number: usize,
    /// The verdict.
    pub verdict: Verdict,
    /// How likely so large a difference is by chance, corrected for all that is judged and for all looks: it is shown if that is not
    /// above the level.
    pub p_adjusted: Option<f64>,
    /// How likely so small a difference is by chance, if the true one is the margin or more.
    pub p_equivalent: Option<f64>,
    /// The same, corrected like `p_adjusted`.
    pub p_equivalent_adjusted: Option<f64>,
    /// At how many replications the verdict was reached; `None` while nothing is shown.
    pub decided_at: Option<u32>,
}

/// Everything that is judged, contender by contender.
#[derive(Clone, Debug)]
pub(super) struct Judged {
    claims: HolmTests,
    decided: Vec<Option<(Verdict, u32)>>,
}

impl Judged {
    pub(super) fn new(questions: &Questions, challengers: usize) -> Judged {
        let rows = challengers * questions.judged.len();
        let per_row = if questions.margin.is_some() { 2 } else { 1 };
        let claims = HolmTests::new(rows, per_row, questions.level, questions.looks.count());
        Judged { claims, decided: vec![None; rows] }
    }

    /// Takes a look at all rows, each with what it is about.
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
            // Who states a margin has said that such a difference does not matter.
            return Some(Verdict::Equivalent);
        }
        let difference = paired.difference().mean.filter(|_| shown(0))?;
        Some(Verdict::on(difference, quantity.preference()))
    }

    /// Whether there is a verdict on everything.
    pub(super) fn is_decided(&self) -> bool {
        self.decided.iter().all(Option::is_some)
    }

    pub(super) fn judgement(&self, row: usize) -> Judgement {
        let claims = self.claims.of(row);
        let decided = self.decided[row];
        Judgement {
            number: row,
            verdict: decided.map_or(Verdict::NoDifferenceShown, |(verdict, _)| verdict),
            p_adjusted: claims[0].adjusted_p,
            p_equivalent: claims.get(1).and_then(|claim| claim.p),
            p_equivalent_adjusted: claims.get(1).and_then(|claim| claim.adjusted_p),
            decided_at: decided.map(|(_, at)| at),
        }
    }
}

/// Two one-sided tests (Schuirmann, 1987): the difference is above the margin's lower end, and below its upper one. The less sure
/// of both counts.
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
