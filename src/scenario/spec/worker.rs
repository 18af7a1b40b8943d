//! `[worker.X]`: a group of identical workers.

use schemars::JsonSchema;
use serde::Deserialize;

use super::{At, Capacity, Outages};

/// A group of identical workers.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Worker {
    /// How many. 1 if left out, or as many as `ids` lists.
    pub(crate) count: Option<At<u32>>,
    /// What each of them offers, by resource: it bounds the sum of what its running jobs need.
    #[schemars(example = serde_json::json!({ "scan": 1, "scanCheck": 1 }))]
    pub(crate) capacity: Capacity,
    /// Their ids, as documents and tables show them. `X-0`, `X-1`, … if left out.
    #[schemars(example = ["000000000000", "000000000001"])]
    pub(crate) ids: Option<At<Vec<At<String>>>>,
    /// When they go out at random. Never, if left out.
    pub(crate) outages: Option<At<Outages>>,
}
