//! Comparing contenders: the same replications of each, differences pair by pair, and as many replications as it takes to decide.
//!
//! [`Comparing`] takes one look after the other and reuses all earlier replications; [`Comparison`] is what has come of it. How
//! decisions keep their level is said in `docs/statistics.md`.

mod comparing;
mod gate;
mod judged;
mod row;

pub use comparing::{Comparing, Misfit};
pub use gate::{Gate, Outcome};
pub use judged::{Judgement, Verdict};
pub use row::Row;

use super::Results;
use super::expression::{Condition, Margin, Quantity};
use crate::scenario::Scenario;
use crate::stats::interim_looks::InterimLooks;

/// One of the systems that are compared.
#[derive(Clone, Debug)]
pub struct Contender {
    /// What tables and charts call it; no two share a name.
    pub name: String,
    /// What is simulated.
    pub scenario: Scenario,
}

/// What is asked about contenders.
#[derive(Clone, Debug)]
pub struct Questions {
    /// Which of them the others are compared with, by its number.
    pub baseline: usize,
    /// What is judged better or worse.
    pub judged: Vec<Quantity>,
    /// A difference of what is judged that does not matter.
    pub margin: Option<Margin>,
    /// What each contender but the baseline has to keep.
    pub gates: Vec<Condition>,
    /// The chance, at most, that anything is judged different that is not; and the same for gates.
    pub level: f64,
    /// At how many replications it is seen whether more are needed.
    pub looks: InterimLooks,
    /// Whether replications are added for what is judged, and not for gates only.
    pub awaits_judged: bool,
}

/// What a comparison has come to.
#[derive(Clone, Debug)]
pub struct Comparison {
    /// Replications of each contender.
    pub replications: u32,
    /// InterimLooks that were taken.
    pub looks: usize,
    /// Each contender's own results, in their order.
    pub results: Vec<Results>,
    /// Every figure of every contender but the baseline, against the baseline's.
    pub rows: Vec<Row>,
    /// Each gate of each contender, contender by contender.
    pub gates: Vec<Gate>,
}

impl Comparison {
    /// The rows that are judged, contender by contender, in the order in which they were asked for.
    pub fn judged(&self) -> impl Iterator<Item = (&Row, Judgement)> {
        let mut judged: Vec<_> = self.rows.iter().filter_map(|row| Some((row, row.judgement?))).collect();
        judged.sort_by_key(|(_, judgement)| judgement.number);
        judged.into_iter()
    }

    /// What all gates come to together: broken if one is, kept only if all are. `None` without gates.
    pub fn outcome(&self) -> Option<Outcome> {
        Outcome::of_all(self.gates.iter().map(|gate| gate.outcome))
    }

    /// Whether all that replications were added for is decided.
    pub fn is_decided(&self, questions: &Questions) -> bool {
        let judged = !questions.awaits_judged || self.judged().all(|(_, judgement)| judgement.decided_at.is_some());
        judged && self.gates.iter().all(|gate| gate.decided_at.is_some())
    }
}
