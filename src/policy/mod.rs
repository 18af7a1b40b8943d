//! The catalogue of claim policies: the engine is generic over the policy, which a run matches once by its name.

pub mod first_fit;

pub use first_fit::FirstFit;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Which waiting job goes next.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Policy {
    /// The registry's rule: the oldest waiting job that fits; a job that does not fit is skipped and blocks nobody.
    #[default]
    FirstFit,
}

impl Policy {
    /// All policies, in the order in which they are listed.
    pub const ALL: &[Policy] = &[Policy::FirstFit];

    /// The word in scenarios, options and tables.
    pub fn name(self) -> &'static str {
        match self {
            Policy::FirstFit => "first-fit",
        }
    }

    /// One line on what it does.
    pub fn about(self) -> &'static str {
        match self {
            Policy::FirstFit => {
                "the registry's rule: the oldest waiting job that fits; one that does not fit blocks nobody"
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_the_scenario_s_words() {
        for policy in Policy::ALL {
            assert_eq!(serde_json::to_value(policy).unwrap(), policy.name());
        }
    }
}
