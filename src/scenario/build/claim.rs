//! The claim rule: keys that belong to the other way of claiming are complained about.

use super::Build;
use crate::diagnostic::Complaint;
use crate::engine::ClaimRule;
use crate::policy::Policy;
use crate::source::Place;
use crate::spec::{At, Claim, ClaimTable, Delay};

impl Build<'_> {
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
                self.excluded(
                    "batch",
                    place(table.batch.as_ref()),
                    "under instant claiming there is no attempt to claim many at",
                );
                ClaimRule::Instant {
                    placement: table.placement.as_ref().map_or_else(Default::default, |placement| placement.value),
                    pass: table.pass.as_ref().map_or_else(Default::default, |pass| pass.value),
                }
            }
            Delay::Drawn(delay) => {
                self.excluded(
                    "placement",
                    place(table.placement.as_ref()),
                    "with a delay, the race between workers decides",
                );
                self.excluded(
                    "pass",
                    place(table.pass.as_ref()),
                    "with a delay, workers look when their delay is over",
                );
                let delay = self.distribution(table.delay.place, delay)?;
                let batch = table.batch.as_ref().map_or_else(Default::default, |batch| batch.value);
                ClaimRule::Delayed { delay, batch }
            }
        };
        Some((rule, self.policy(&table.policy)))
    }

    /// Complains about a key that has no meaning under this delay.
    fn excluded(&mut self, key: &str, place: Option<Place>, why: &str) {
        let Some(place) = place else { return };
        let right = if key == "batch" {
            "give a delay, or leave `batch` out".to_owned()
        } else {
            format!("write delay = \"none\", or leave `{key}` out")
        };
        self.complain(Complaint::error(place, format!("`{key}` has no meaning here: {why}")).help(right));
    }
}

fn place<T>(at: Option<&At<T>>) -> Option<Place> {
    at.map(|at| at.place)
}
