//! Rows of `GET /jobs`, `/workers` and `/crons`.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::Serialize;
use serde::de::MapAccess;
use serde::ser::Serializer;
use serde_json::{Map, Value};

use super::field::{Field, FieldValue};
use super::kind::DocumentKind;
use super::reader::DocumentRow;
use crate::model::job::Status;
use crate::model::time::Span;

/// Declares a row: its fields, each under the key that the API uses, in the order in which the API
/// prints them.
macro_rules! document_row {
    (
        $(#[$about:meta])*
        $name:ident: $kind:ident {
            $($(#[$field_about:meta])* $key:literal $field:ident: $type:ty,)*
        }
    ) => {
        $(#[$about])*
        #[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
        pub struct $name {
            $(
                $(#[$field_about])*
                #[serde(rename = $key, skip_serializing_if = "Field::is_absent")]
                pub $field: Field<$type>,
            )*
            /// Fields that this version does not know, as they came.
            #[serde(flatten)]
            pub other: Map<String, Value>,
        }

        impl DocumentRow for $name {
            const KIND: DocumentKind = DocumentKind::$kind;

            fn id(&self) -> Option<&str> {
                self.id.get().map(String::as_str)
            }

            fn read<'de, A: MapAccess<'de>>(&mut self, key: &str, fields: &mut A) -> Result<bool, A::Error> {
                match key {
                    $($key => self.$field = fields.next_value()?,)*
                    _ => return Ok(false),
                }
                Ok(true)
            }

            fn is_foreign(&self) -> bool {
                !self.other.is_empty() && [$(($key, self.$field.is_absent())),*].iter().all(|(key, is_absent)| *is_absent || *key == "id")
            }

            fn other(&mut self) -> &mut Map<String, Value> {
                &mut self.other
            }
        }
    };
}

document_row! {
    /// A job row: one attempt.
    JobDocument: Job {
        /// This job.
        "id" id: String,
        /// The job that this one retries; its own id in a first attempt.
        "retryFromID" retry_from_id: String,
        /// The worker that claimed the job; none (`""`) while it waits.
        "workerID" worker_id: String,
        /// The status as the row gives it. See [`JobDocument::current_status`] for rows that give
        /// none.
        "status" status: JobStatus,
        /// The job does not start before this instant; none means at once.
        "scheduledAt" scheduled_at: DateTime<Utc>,
        /// The last change of `status`: the end, for a job that has ended.
        "lastUpdated" last_updated: DateTime<Utc>,
        /// The job class.
        "action" action: String,
        /// The number of attempts that may still follow this one.
        "retriesLeft" retries_left: u32,
        /// The number of further attempts that the first attempt was granted.
        "retriesTotal" retries_total: u32,
        /// Units that the job needs while it runs; none, `null` and `{}` need nothing.
        "capacityMap" capacity_map: BTreeMap<String, i64>,
        /// What the action works on; the simulator does not look at it.
        "parameters" parameters: Map<String, Value>,
        /// Run time after which the job is asked to stop; none (`""`) for no limit.
        "deadline" deadline: Span,
        /// Time from that request until the job is killed.
        "stopTimeout" stop_timeout: Span,
    }
}

impl JobDocument {
    /// The row's status. A row without one counts as waiting, as in a submission. A row with an
    /// unknown word counts as ended (`None`), because every status that a queue can still act on is
    /// documented.
    pub fn current_status(&self) -> Option<Status> {
        match self.status.get() {
            None => Some(Status::Waiting),
            Some(JobStatus::Known(status)) => Some(*status),
            Some(JobStatus::Unknown(_)) => None,
        }
    }

    /// Whether the row has reached its final status. A request to cancel an unclaimed row has taken
    /// effect.
    pub fn is_finished(&self) -> bool {
        match self.current_status() {
            Some(Status::Waiting | Status::Running) => false,
            Some(Status::CancelRequest) => self.worker_id.get().is_none(),
            _ => true,
        }
    }
}

/// The status in a job row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum JobStatus {
    /// A word of the guides, or of the API reference, which spells some differently.
    Known(Status),
    /// Any other word, as it came.
    Unknown(String),
}

/// Every status under its own word, and the other spellings that published references use.
const SPELLINGS: [(&str, Status); 13] = [
    ("waiting", Status::Waiting),
    ("running", Status::Running),
    ("done", Status::Done),
    ("error", Status::Error),
    ("errored", Status::Error),
    ("cancel_request", Status::CancelRequest),
    ("cancel", Status::Cancel),
    ("canceled", Status::Cancel),
    ("cancelled", Status::Cancel),
    ("worker_dead", Status::WorkerDead),
    ("worker_resurrection", Status::WorkerResurrection),
    ("worker_shutdown", Status::WorkerShutdown),
    ("deleted", Status::Deleted),
];

impl FieldValue for JobStatus {
    const EXPECTED: &'static str = "a status such as \"waiting\", \"running\" or \"done\"";

    fn from_text(text: &str) -> Option<Field<JobStatus>> {
        let known = SPELLINGS.iter().find(|(word, _)| word.eq_ignore_ascii_case(text));
        Some(Field::Given(known.map_or_else(|| JobStatus::Unknown(text.to_owned()), |(_, s)| JobStatus::Known(*s))))
    }

    fn write<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(match self {
            JobStatus::Known(status) => status.name(),
            JobStatus::Unknown(word) => word,
        })
    }
}

document_row! {
    /// A worker row: the job runner of one replica.
    WorkerDocument: Worker {
        /// The replica's id.
        "id" id: String,
        /// Whether the other workers consider it alive.
        "status" status: WorkerStatus,
        /// Units that the worker offers, by resource.
        "capacityMap" capacity_map: BTreeMap<String, i64>,
        /// The instant from which the other workers consider it dead.
        "heartbeatExpiration" heartbeat_expiration: DateTime<Utc>,
    }
}

impl WorkerDocument {
    /// Whether the worker takes jobs: every worker does, unless its status is `dead`.
    pub fn is_alive(&self) -> bool {
        self.status.get() != Some(&WorkerStatus::Dead)
    }
}

/// The status in a worker row; only two words have ever been seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WorkerStatus {
    /// At work.
    Running,
    /// Its heartbeat expired.
    Dead,
    /// Any other word, as it came; such a worker counts as alive.
    Unknown(String),
}

impl FieldValue for WorkerStatus {
    const EXPECTED: &'static str = "a worker's status, \"running\" or \"dead\"";

    fn from_text(text: &str) -> Option<Field<WorkerStatus>> {
        Some(Field::Given(match text {
            "running" => WorkerStatus::Running,
            "dead" => WorkerStatus::Dead,
            _ => WorkerStatus::Unknown(text.to_owned()),
        }))
    }

    fn write<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(match self {
            WorkerStatus::Running => "running",
            WorkerStatus::Dead => "dead",
            WorkerStatus::Unknown(word) => word,
        })
    }
}

document_row! {
    /// A cron row: a schedule that creates jobs of one action.
    CronDocument: Cron {
        /// This cron.
        "id" id: String,
        /// The class of its jobs; each class has at most one cron.
        "action" action: String,
        /// When it fires, in the registry's dialect (six fields, seconds first), as it came.
        "schedule" schedule: String,
        /// The number of further attempts that each of its jobs is granted.
        "retries" retries: u32,
        /// Units that each of its jobs needs; none, `null` and `{}` need nothing.
        "capacityMap" capacity_map: BTreeMap<String, i64>,
        /// What the action works on; the simulator does not look at it.
        "parameters" parameters: Map<String, Value>,
        /// Run time after which each of its jobs is asked to stop; none (`""`) for no limit.
        "deadline" deadline: Span,
        /// Time from that request until the job is killed.
        "stopTimeout" stop_timeout: Span,
        /// When it fires next. The simulator takes the firings from `schedule` alone.
        "nextRun" next_run: DateTime<Utc>,
    }
}
