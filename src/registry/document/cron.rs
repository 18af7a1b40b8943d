//! Rows of `GET /crons`.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::Serialize;
use serde::de::MapAccess;
use serde_json::{Map, Value};

use super::field::Field;
use super::kind::Kind;
use super::shape::Document;
use crate::model::time::Span;

/// A cron row: what makes jobs of one action again and again. Fields in the order in which the API prints them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CronDocument {
    /// This cron.
    #[serde(skip_serializing_if = "Field::is_absent")]
    pub id: Field<String>,
    /// The class of its jobs; at most one cron has it.
    #[serde(skip_serializing_if = "Field::is_absent")]
    pub action: Field<String>,
    /// When it fires, in the registry's dialect (six fields, seconds first), as it came.
    #[serde(skip_serializing_if = "Field::is_absent")]
    pub schedule: Field<String>,
    /// Further attempts that each of its jobs is granted.
    #[serde(skip_serializing_if = "Field::is_absent")]
    pub retries: Field<u32>,
    /// Units that each of its jobs needs; none, `null` and `{}` need nothing.
    #[serde(skip_serializing_if = "Field::is_absent")]
    pub capacity_map: Field<BTreeMap<String, i64>>,
    /// What the action works on; the simulator does not look at it.
    #[serde(skip_serializing_if = "Field::is_absent")]
    pub parameters: Field<Map<String, Value>>,
    /// Run time after which each of its jobs is asked to stop; none (`""`) for no limit.
    #[serde(skip_serializing_if = "Field::is_absent")]
    pub deadline: Field<Span>,
    /// Time from then on until it is killed.
    #[serde(skip_serializing_if = "Field::is_absent")]
    pub stop_timeout: Field<Span>,
    /// When it fires next. The simulator takes the firings from `schedule` alone.
    #[serde(skip_serializing_if = "Field::is_absent")]
    pub next_run: Field<DateTime<Utc>>,
    /// Fields that this version does not know, as they came.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

impl Document for CronDocument {
    const KIND: Kind = Kind::Cron;

    fn id(&self) -> Option<&str> {
        self.id.get().map(String::as_str)
    }

    fn read<'de, A: MapAccess<'de>>(&mut self, key: &str, fields: &mut A) -> Result<bool, A::Error> {
        match key {
            "id" => self.id = fields.next_value()?,
            "action" => self.action = fields.next_value()?,
            "schedule" => self.schedule = fields.next_value()?,
            "retries" => self.retries = fields.next_value()?,
            "capacityMap" => self.capacity_map = fields.next_value()?,
            "parameters" => self.parameters = fields.next_value()?,
            "deadline" => self.deadline = fields.next_value()?,
            "stopTimeout" => self.stop_timeout = fields.next_value()?,
            "nextRun" => self.next_run = fields.next_value()?,
            _ => return Ok(false),
        }
        Ok(true)
    }

    fn other(&mut self) -> &mut Map<String, Value> {
        &mut self.other
    }
}
