//! Rows of `GET /jobs`.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::Serialize;
use serde::de::MapAccess;
use serde::ser::Serializer;
use serde_json::{Map, Value};

use super::field::{Field, FieldValue};
use super::kind::Kind;
use super::shape::Document;
use crate::model::job::Status;
use crate::model::time::Span;

/// A job row: one attempt. Fields in the order in which the API prints them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct JobDocument {
    /// This job.
    #[serde(skip_serializing_if = "Field::is_absent")]
    pub id: Field<String>,
    /// The job that this one retries; its own id in a first attempt.
    #[serde(rename = "retryFromID", skip_serializing_if = "Field::is_absent")]
    pub retry_from_id: Field<String>,
    /// The worker that claimed it; none (`""`) while it waits.
    #[serde(rename = "workerID", skip_serializing_if = "Field::is_absent")]
    pub worker_id: Field<String>,
    /// Where it stands. See [`JobDocument::stands`] for rows that do not say.
    #[serde(skip_serializing_if = "Field::is_absent")]
    pub status: Field<JobStatus>,
    /// Not to be started before this instant; none means at once.
    #[serde(skip_serializing_if = "Field::is_absent")]
    pub scheduled_at: Field<DateTime<Utc>>,
    /// The last change of `status`: the end, for a job that has ended.
    #[serde(skip_serializing_if = "Field::is_absent")]
    pub last_updated: Field<DateTime<Utc>>,
    /// The job class.
    #[serde(skip_serializing_if = "Field::is_absent")]
    pub action: Field<String>,
    /// Attempts that may still follow this one.
    #[serde(skip_serializing_if = "Field::is_absent")]
    pub retries_left: Field<u32>,
    /// Further attempts granted at first.
    #[serde(skip_serializing_if = "Field::is_absent")]
    pub retries_total: Field<u32>,
    /// Units needed while it runs; none, `null` and `{}` need nothing.
    #[serde(skip_serializing_if = "Field::is_absent")]
    pub capacity_map: Field<BTreeMap<String, i64>>,
    /// What the action works on; the simulator does not look at it.
    #[serde(skip_serializing_if = "Field::is_absent")]
    pub parameters: Field<Map<String, Value>>,
    /// Run time after which the job is asked to stop; none (`""`) for no limit.
    #[serde(skip_serializing_if = "Field::is_absent")]
    pub deadline: Field<Span>,
    /// Time from then on until it is killed.
    #[serde(skip_serializing_if = "Field::is_absent")]
    pub stop_timeout: Field<Span>,
    /// Fields that this version does not know, as they came.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

impl JobDocument {
    /// The row's status. A row without one counts as waiting, as in a submission; one with a word that we do not know
    /// as ended (`None`), because all that a queue can still have to do with is documented.
    pub fn stands(&self) -> Option<Status> {
        match self.status.get() {
            None => Some(Status::Waiting),
            Some(JobStatus::Known(status)) => Some(*status),
            Some(JobStatus::Unknown(_)) => None,
        }
    }

    /// Whether nothing more becomes of the row. A request to cancel a row that nobody has claimed is fulfilled.
    pub fn is_over(&self) -> bool {
        match self.stands() {
            Some(Status::Waiting | Status::Running) => false,
            Some(Status::CancelRequest) => self.worker_id.get().is_none(),
            _ => true,
        }
    }
}

impl Document for JobDocument {
    const KIND: Kind = Kind::Job;

    fn id(&self) -> Option<&str> {
        self.id.get().map(String::as_str)
    }

    fn read<'de, A: MapAccess<'de>>(&mut self, key: &str, fields: &mut A) -> Result<bool, A::Error> {
        match key {
            "id" => self.id = fields.next_value()?,
            "retryFromID" => self.retry_from_id = fields.next_value()?,
            "workerID" => self.worker_id = fields.next_value()?,
            "status" => self.status = fields.next_value()?,
            "scheduledAt" => self.scheduled_at = fields.next_value()?,
            "lastUpdated" => self.last_updated = fields.next_value()?,
            "action" => self.action = fields.next_value()?,
            "retriesLeft" => self.retries_left = fields.next_value()?,
            "retriesTotal" => self.retries_total = fields.next_value()?,
            "capacityMap" => self.capacity_map = fields.next_value()?,
            "parameters" => self.parameters = fields.next_value()?,
            "deadline" => self.deadline = fields.next_value()?,
            "stopTimeout" => self.stop_timeout = fields.next_value()?,
            _ => return Ok(false),
        }
        Ok(true)
    }

    fn other(&mut self) -> &mut Map<String, Value> {
        &mut self.other
    }
}

/// What a row says of its status.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum JobStatus {
    /// A word of the guides, or of the API reference, which spells some otherwise.
    Known(Status),
    /// Any other word, as it came.
    Unknown(String),
}

/// Every status under its own word, and the spellings that published references use beside it.
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
