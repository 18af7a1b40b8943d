//! The claim rule. Keys that belong to the other way of claiming are errors.

use super::lowering::Lowering;
use crate::diagnostic::Diagnostic;
use crate::engine::ClaimRule;
use crate::policy::Policy;
use crate::source::SourceSpan;
use crate::spanned::Spanned;
use crate::spec::{Claim, ClaimTable, Delay};

impl Lowering<'_> {
    /// The rule and the policy.
    pub(super) fn claim(&mut self, claim: &Claim) -> Option<(ClaimRule, Policy)> {
        match claim {
            Claim::Registry => self.claim_table(&ClaimTable::default()),
            Claim::Rule(table) => self.claim_table(table),
        }
    }

    fn claim_table(&mut self, table: &ClaimTable) -> Option<(ClaimRule, Policy)> {
        let rule = match &table.delay.value {
            Delay::None => {
                self.reject_key(
                    "batch",
                    span(table.batch.as_ref()),
                    "with instant claiming, there is no attempt that could claim several",
                );
                ClaimRule::Instant {
                    placement: table.placement.as_ref().map_or_else(Default::default, |placement| placement.value),
                    pass: table.pass.as_ref().map_or_else(Default::default, |pass| pass.value),
                }
            }
            Delay::Drawn(delay) => {
                self.reject_key(
                    "placement",
                    span(table.placement.as_ref()),
                    "with a delay, the race between workers decides",
                );
                self.reject_key("pass", span(table.pass.as_ref()), "with a delay, workers look when it is over");
                let delay = self.distribution(table.delay.span, delay)?;
                let batch = table.batch.as_ref().map_or_else(Default::default, |batch| batch.value);
                ClaimRule::Delayed { delay, batch }
            }
        };
        Some((rule, self.policy(&table.policy)))
    }

    /// Rejects a key that has no meaning with this delay.
    fn reject_key(&mut self, key: &str, span: Option<SourceSpan>, why: &str) {
        let Some(span) = span else { return };
        let right = if key == "batch" {
            "give a delay, or leave `batch` out".to_owned()
        } else {
            format!("write delay = \"none\", or leave `{key}` out")
        };
        self.report(Diagnostic::error(span, format!("`{key}` has no meaning here: {why}")).help(right));
    }
}

fn span<T>(at: Option<&Spanned<T>>) -> Option<SourceSpan> {
    at.map(|at| at.span)
}
