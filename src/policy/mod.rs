//! The catalogue of claim policies.

pub mod first_fit;

pub use first_fit::FirstFit;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A claim policy by name. It is matched once per run; the engine is generic over the policy itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Policy {
    /// The registry's rule: the oldest waiting job that fits; a job that does not fit is skipped and blocks nobody.
    #[default]
    FirstFit,
}
