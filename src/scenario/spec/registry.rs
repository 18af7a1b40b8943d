//! `[registry]`: the state of a real registry, from its API documents.

use schemars::JsonSchema;
use serde::Deserialize;

use super::At;

/// Workers, jobs and crons straight from API documents. Paths are relative to the scenario file.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Registry {
    /// What `GET /api/v0/workers` gave: these workers come after those of the scenario. Dead ones are left out.
    #[schemars(example = "registry/workers.json")]
    pub(crate) workers: Option<At<String>>,
    /// What `GET /api/v0/jobs` gave: waiting jobs wait, running ones run with a fresh service time and are asked to cancel again if they
    /// were before, finished ones are left out.
    #[schemars(example = "registry/jobs.json")]
    pub(crate) jobs: Option<At<String>>,
    /// What `GET /api/v0/crons` gave. A `[cron.X]` of the scenario takes the place of the document's cron for that action.
    #[schemars(example = "registry/crons.json")]
    pub(crate) crons: Option<At<String>>,
    /// What rows of the jobs document without an action are.
    pub(crate) action: Option<At<String>>,
}
