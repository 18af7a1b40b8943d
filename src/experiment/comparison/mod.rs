//! Comparing contenders: the same replications of each, differences pair by pair, and as many replications as it takes to decide.
//!
//! [`SequentialComparison`] takes one look after the other and reuses all earlier replications; [`Comparison`] is what has come of it. How
//! decisions keep their level is said in `docs/statistics.md`.

mod sequential;
mod gate;
mod difference_test;
mod row;

pub use sequential::{SequentialComparison, UnresolvedQuantity};
pub use gate::{Gate, GateStatus};
pub use difference_test::{TestResult, Verdict};
pub use row::ComparisonRow;

use super::Results;
use super::expression::{Condition, Margin, Quantity};
use crate::scenario::Scenario;
use crate::stats::looks::Looks;

/// One of the systems that are compared.
#[derive(Clone, Debug)]
pub struct Alternative {
    /// What tables and charts call it; no two share a name.
    pub name: String,
    /// What is simulated.
    pub scenario: Scenario,
}

/// What is asked about contenders.
#[derive(Clone, Debug)]
pub struct ComparisonCriteria {
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
    pub looks: Looks,
    /// Whether replications are added for what is judged, and not for gates only.
    pub awaits_judged: bool,
}

/// What a comparison has come to.
#[derive(Clone, Debug)]
pub struct Comparison {
    /// Replications of each contender.
    pub replications: u32,
    /// Looks that were taken.
    pub looks: usize,
    /// Each contender's own results, in their order.
    pub results: Vec<Results>,
    /// Every figure of every contender but the baseline, against the baseline's.
    pub rows: Vec<ComparisonRow>,
    /// Each gate of each contender, contender by contender.
    pub gates: Vec<Gate>,
}

impl Comparison {
    /// The rows that are judged, contender by contender, in the order in which they were asked for.
    pub fn judged(&self) -> impl Iterator<Item = (&ComparisonRow, TestResult)> {
        let mut judged: Vec<_> = self.rows.iter().filter_map(|row| Some((row, row.test?))).collect();
        judged.sort_by_key(|(_, judgement)| judgement.number);
        judged.into_iter()
    }

    /// What all gates come to together: broken if one is, kept only if all are. `None` without gates.
    pub fn gate_status(&self) -> Option<GateStatus> {
        GateStatus::of_all(self.gates.iter().map(|gate| gate.status))
    }

    /// Whether all that replications were added for is decided.
    pub fn is_decided(&self, questions: &ComparisonCriteria) -> bool {
        let judged = !questions.awaits_judged || self.judged().all(|(_, judgement)| judgement.decided_at.is_some());
        judged && self.gates.iter().all(|gate| gate.decided_at.is_some())
    }
}
