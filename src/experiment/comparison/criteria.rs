//! What is compared, and by which criteria.

use crate::expression::{Bound, Condition, ExpressionError, Margin, Quantity};
use crate::quantities::ResolvedQuantities;
use crate::scenario::Scenario;
use crate::stats::CensoredValue;
use crate::stats::bound_test::BoundSample;
use crate::stats::interim_looks::InterimLooks;
use crate::stats::paired::Paired;

/// One of the systems that are compared.
#[derive(Clone, Debug)]
pub struct Alternative {
    /// Its name in tables and charts; no two alternatives share one.
    pub name: String,
    /// What is simulated.
    pub scenario: Scenario,
}

/// What a comparison tests.
#[derive(Clone, Debug)]
pub struct ComparisonCriteria {
    /// The number of the alternative with which all others are compared.
    pub baseline: usize,
    /// The quantities judged better or worse.
    pub judged: Vec<Quantity>,
    /// A difference of a judged quantity that does not matter.
    pub margin: Option<Margin>,
    /// The conditions that each alternative but the baseline has to keep.
    pub gates: Vec<Condition>,
    /// The highest probability that any judged difference is an error; the same again for gates.
    pub level: f64,
    /// The numbers of replications at which the comparison checks whether more are needed.
    pub looks: InterimLooks,
    /// Whether judged quantities get further replications, not only gates.
    pub awaits_judged: bool,
}

/// An expression that does not exist in an alternative's scenario.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("{alternative}: {error}")]
pub struct UnresolvedQuantity {
    /// The text of the expression, or of the condition that contains it.
    pub text: String,
    /// Whether it belongs to a gate.
    pub is_gate: bool,
    /// The alternative's name.
    pub alternative: String,
    /// What is wrong.
    pub error: Box<ExpressionError>,
}

impl ComparisonCriteria {
    /// Finds the judged quantities of an alternative, then those of its gates.
    pub(super) fn resolve(&self, alternative: &Alternative) -> Result<ResolvedQuantities, UnresolvedQuantity> {
        let judged = self.judged.iter().map(|quantity| (quantity, &quantity.text, false));
        let gates = self.gates.iter().map(|gate| (&gate.quantity, &gate.text, true));
        let all: Vec<_> = judged.chain(gates).collect();
        let quantities = all.iter().map(|(quantity, ..)| *quantity);
        ResolvedQuantities::of(quantities, &alternative.scenario.system).map_err(|(number, error)| {
            let (_, text, is_gate) = all[number];
            let alternative = alternative.name.clone();
            UnresolvedQuantity { text: text.clone(), is_gate, alternative, error: Box::new(error) }
        })
    }
}

/// A gate in the replications of the baseline and of an alternative.
pub(super) fn gate_sample(
    gate: &Condition,
    baseline: &[Option<CensoredValue>],
    values: &[Option<CensoredValue>],
) -> BoundSample {
    let paired = |factor, shift| BoundSample::of_baseline(&Paired::of(baseline, values), gate.relation, factor, shift);
    match gate.bound {
        Bound::Value(bound) => BoundSample::of_value(values, gate.relation, bound),
        Bound::Relative(share) => paired(1.0 + share, 0.0),
        Bound::Difference(shift) => paired(1.0, shift),
    }
}
