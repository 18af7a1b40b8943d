//! What of a log becomes jobs: which columns count, and how many actions the jobs are of.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What of a log becomes jobs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SwfOptions {
    /// The action that the jobs are of, or after which their actions are named.
    pub action: String,
    /// The resource that processors are units of.
    pub resource: String,
    /// How many processors a job needs.
    pub processors: Processors,
    /// How long it runs.
    pub run: RunTime,
    /// What tells its action; all are of one if `None`.
    pub split: Option<SplitBy>,
    /// Only so many jobs, the earliest; all if `None`.
    pub first: Option<u64>,
}

/// Which column says how many processors a job needs; where it is unknown, the other one does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", rename = "column of processors")]
#[schemars(rename = "Processors")]
pub enum Processors {
    /// Those that it was given.
    #[default]
    Allocated,
    /// Those that it asked for.
    Requested,
}

/// Which column says how long a job runs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", rename = "column of run times")]
#[schemars(rename = "RunTime")]
pub enum RunTime {
    /// As long as it ran.
    #[default]
    Actual,
    /// As long as it asked for.
    Requested,
}

/// Which column tells the action of a job.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", rename = "way to split")]
#[schemars(rename = "SplitBy")]
pub enum SplitBy {
    /// An action for each user.
    User,
    /// An action for each group of users.
    Group,
    /// An action for each queue.
    Queue,
    /// An action for each executable.
    Executable,
}

impl SplitBy {
    /// The word for it in the names of actions.
    fn name(self) -> &'static str {
        match self {
            SplitBy::User => "user",
            SplitBy::Group => "group",
            SplitBy::Queue => "queue",
            SplitBy::Executable => "executable",
        }
    }

    /// The action that jobs of `action` with that number are of: `scan.user-3`.
    pub(super) fn action(self, action: &str, number: Option<i64>) -> String {
        let number = number.map_or_else(|| "unknown".to_owned(), |number| number.to_string());
        format!("{action}.{}-{number}", self.name())
    }
}
