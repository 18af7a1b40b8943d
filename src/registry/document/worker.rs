//! Rows of `GET /workers`.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::Serialize;
use serde::de::MapAccess;
use serde::ser::Serializer;
use serde_json::{Map, Value};

use super::field::{Field, FieldValue};
use super::kind::Kind;
use super::shape::Document;

/// A worker row: the job runner of one replica. Fields in the order in which the API prints them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct WorkerDocument {
    /// The replica's id.
    #[serde(skip_serializing_if = "Field::is_absent")]
    pub id: Field<String>,
    /// Whether the others think it alive.
    #[serde(skip_serializing_if = "Field::is_absent")]
    pub status: Field<WorkerStatus>,
    /// What it offers.
    #[serde(skip_serializing_if = "Field::is_absent")]
    pub capacity_map: Field<BTreeMap<String, i64>>,
    /// From this instant on the others take it for dead.
    #[serde(skip_serializing_if = "Field::is_absent")]
    pub heartbeat_expiration: Field<DateTime<Utc>>,
    /// Fields that this version does not know, as they came.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

impl WorkerDocument {
    /// Whether the worker takes jobs: unless it is said to be dead.
    pub fn is_alive(&self) -> bool {
        self.status.get() != Some(&WorkerStatus::Dead)
    }
}

impl Document for WorkerDocument {
    const KIND: Kind = Kind::Worker;

    fn id(&self) -> Option<&str> {
        self.id.get().map(String::as_str)
    }

    fn read<'de, A: MapAccess<'de>>(&mut self, key: &str, fields: &mut A) -> Result<bool, A::Error> {
        match key {
            "id" => self.id = fields.next_value()?,
            "status" => self.status = fields.next_value()?,
            "capacityMap" => self.capacity_map = fields.next_value()?,
            "heartbeatExpiration" => self.heartbeat_expiration = fields.next_value()?,
            _ => return Ok(false),
        }
        Ok(true)
    }

    fn other(&mut self) -> &mut Map<String, Value> {
        &mut self.other
    }
}

/// What a worker row says of its status; only two words have ever been seen.
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
