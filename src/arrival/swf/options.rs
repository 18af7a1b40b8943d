//! Options for reading a log: the columns to use, and the actions of the jobs.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The options for reading a log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SwfOptions {
    /// The action of the jobs, or the beginning of the names of their actions.
    pub action: String,
    /// The resource that processors are units of.
    pub resource: String,
    /// The column with the processors of a job.
    pub processors: Processors,
    /// The column with the service time of a job.
    pub run: RunTime,
    /// The column that determines the action of a job; one action for all jobs if `None`.
    pub split: Option<SplitBy>,
    /// The number of jobs to use, the earliest first; all if `None`.
    pub first: Option<u64>,
}

/// The column with the number of processors of a job; the other column is used if it is unknown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", rename = "column of processors")]
#[schemars(rename = "Processors")]
pub enum Processors {
    /// The allocated processors.
    #[default]
    Allocated,
    /// The requested processors.
    Requested,
}

/// The column with the service time of a job.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", rename = "column of run times")]
#[schemars(rename = "RunTime")]
pub enum RunTime {
    /// The actual run time.
    #[default]
    Actual,
    /// The requested time.
    Requested,
}

/// The column that determines the action of a job.
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
    /// The word in the names of actions.
    fn name(self) -> &'static str {
        match self {
            SplitBy::User => "user",
            SplitBy::Group => "group",
            SplitBy::Queue => "queue",
            SplitBy::Executable => "executable",
        }
    }

    /// The action of the jobs of `action` with this number: `scan.user-3`.
    pub(super) fn action(self, action: &str, number: Option<i64>) -> String {
        let number = number.map_or_else(|| "unknown".to_owned(), |number| number.to_string());
        format!("{action}.{}-{number}", self.name())
    }
}
