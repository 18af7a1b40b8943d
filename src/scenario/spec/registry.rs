//! `[registry]`: the state of a real registry, from its API documents.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::spanned::Spanned;

/// Workers, jobs and crons from the API documents of a registry. Paths are relative to the scenario
/// file.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Registry {
    /// The output of `GET /api/v0/workers`. These workers come after those of the scenario; dead
    /// ones are left out.
    #[schemars(example = "registry/workers.json")]
    pub(crate) workers: Option<Spanned<String>>,
    /// The output of `GET /api/v0/jobs`. Waiting jobs wait. Running jobs run with a new service
    /// time, and are asked to cancel again if they had been asked. Finished jobs are left out.
    #[schemars(example = "registry/jobs.json")]
    pub(crate) jobs: Option<Spanned<String>>,
    /// The output of `GET /api/v0/crons`. A `[cron.X]` of the scenario replaces the document's cron
    /// for that action.
    #[schemars(example = "registry/crons.json")]
    pub(crate) crons: Option<Spanned<String>>,
    /// The action of rows in the jobs document that have none.
    pub(crate) action: Option<Spanned<String>>,
}
