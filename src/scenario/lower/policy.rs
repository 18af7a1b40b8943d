//! Claim policies: parameters are checked, names of actions become ids.

use super::lowering::Lowering;
use crate::diagnostic::Diagnostic;
use crate::policy::Policy;
use crate::source::SourceSpan;
use crate::spec::{FairShareRule, Policy as Spec, ReserveAfterRule, Spanned};

impl Lowering<'_> {
    /// The policy; a harmless one and diagnostics, if its parameters are wrong.
    pub(super) fn policy(&mut self, policy: &Spanned<Spec>) -> Policy {
        match &policy.value {
            Spec::FirstFit => Policy::FirstFit,
            Spec::StrictFifo => Policy::StrictFifo,
            Spec::Priority(rule) => Policy::Priority { aging: self.positive("aging", rule.aging.as_ref()) },
            Spec::ShortestFirst(rule) => Policy::ShortestFirst { by: rule.by },
            Spec::LongestFirst(rule) => Policy::LongestFirst { by: rule.by },
            Spec::SmallestFirst => Policy::SmallestFirst,
            Spec::LargestFirst => Policy::LargestFirst,
            Spec::BestFit => Policy::BestFit,
            Spec::WorstFit => Policy::WorstFit,
            Spec::EarliestDeadline => Policy::EarliestDeadline,
            Spec::FairShare(rule) => Policy::FairShare { weights: self.weights(rule) },
            Spec::MaxWeight => Policy::MaxWeight,
            Spec::ReserveAfter(rule) => self.reserve_after(policy.span, rule),
            Spec::EasyBackfill(rule) => Policy::EasyBackfill { order: rule.order },
            Spec::ConservativeBackfill => Policy::ConservativeBackfill,
            Spec::Random => Policy::Random,
        }
    }

    fn weights(&mut self, rule: &FairShareRule) -> Box<[u32]> {
        let mut weights = vec![1; self.actions.len()];
        for (name, weight) in rule.weights.iter() {
            if weight.value == 0 {
                let diagnostic = Diagnostic::error(weight.span, "a weight cannot be 0");
                self.report(diagnostic.help("write a whole number above 0; shares are divided by it"));
            }
            if let Some(action) = self.action(name) {
                weights[usize::from(action.0)] = weight.value;
            }
        }
        weights.into()
    }

    fn reserve_after(&mut self, span: SourceSpan, rule: &ReserveAfterRule) -> Policy {
        let Some(patience) = &rule.patience else {
            if !self.recovered.has(span, "patience") {
                let diagnostic = Diagnostic::error(span, "`reserve-after` needs `patience`");
                self.report(diagnostic.help("write policy = { reserve-after = { patience = \"10m\" } }"));
            }
            return Policy::FirstFit;
        };
        Policy::ReserveAfter { patience: patience.value }
    }
}
