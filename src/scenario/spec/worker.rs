//! `[worker.X]`: a group of identical workers.

use std::borrow::Cow;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Deserialize;
use serde::de::{Deserializer, Error, Visitor};

use super::availability::Outages;
use super::distribution::Distribution;
use super::staffing::{AtEnd, Autoscale, HourlyPrice, Shift};
use crate::model::time::Span;
use crate::model::time_zone::TimeZone;
use crate::spanned::{Named, Spanned};

/// A group of identical workers.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Worker {
    /// Number of workers; may be 0. Default: 1, or the number of `ids`; with `shifts`, 0.
    #[schemars(example = 3)]
    pub(crate) count: Option<Spanned<u32>>,
    /// Units that each worker offers, by resource: the jobs that run on it hold at most this much
    /// together. A text names a field in the header of the log (`arrival = { swf = … }`) whose
    /// `resource` this is.
    #[schemars(example = serde_json::json!({ "scan": 1, "scanCheck": 1 }), example = serde_json::json!({ "proc": "MaxProcs" }))]
    pub(crate) capacity: Named<Spanned<OfferedUnits>>,
    /// The ids of the workers, as documents and tables show them. A smaller `count` takes the first
    /// of them, a larger one continues with `X-i`, i from the number of ids on. Default: `X-0`,
    /// `X-1`, …
    #[schemars(example = serde_json::json!(["000000000000", "000000000001"]))]
    pub(crate) ids: Option<Spanned<Vec<Spanned<String>>>>,
    /// How fast the workers are: service times are divided by it. Default: 1.
    #[schemars(example = 1.5)]
    pub(crate) speed: Option<Spanned<f64>>,
    /// Properties that jobs may ask for by `runs_on`.
    #[schemars(example = serde_json::json!({ "os": "linux" }))]
    pub(crate) labels: Named<Spanned<String>>,
    /// Time from being up (after an outage, at the begin of a shift, when ordered by an autoscaler)
    /// until a worker can claim. Default: 0s.
    #[schemars(example = "30s")]
    pub(crate) startup: Option<Spanned<Distribution<Span>>>,
    /// When the group has how many workers, in local time. During shifts it has the sum of their
    /// counts, otherwise `count`, which is 0 then unless given.
    #[schemars(example = serde_json::json!([{ "days": "mon-fri", "from": "08:00", "to": "18:00", "count": 8 }]))]
    pub(crate) shifts: Vec<Spanned<Shift>>,
    /// The zone of the times of `shifts` and of an autoscaler's `schedule`, instead of that of the
    /// scenario.
    pub(crate) time_zone: Option<TimeZone>,
    /// What happens to busy workers when their shift ends.
    pub(crate) at_end: Option<Spanned<AtEnd>>,
    /// A rule that sets the number of workers, instead of `count`.
    #[schemars(example = serde_json::json!({ "min": 1, "max": 20, "target": { "waiting_per_worker": 5 } }))]
    pub(crate) autoscale: Option<Spanned<Autoscale>>,
    /// What a worker costs for a length of time.
    pub(crate) price: Option<Spanned<HourlyPrice>>,
    /// Each started unit of this is paid. Default: to the exact time.
    #[schemars(example = "1m")]
    pub(crate) billing: Option<Spanned<Span>>,
    /// Random outages. Without it, there are none.
    #[schemars(example = serde_json::json!({ "up": { "exponential": { "mean": "30d" } }, "down": "10m" }))]
    pub(crate) outages: Option<Spanned<Outages>>,
}

/// The units of a resource that a worker offers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum OfferedUnits {
    /// A number.
    Units(i64),
    /// The number in that field of a log's header.
    Header(String),
}

impl<'de> Deserialize<'de> for OfferedUnits {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<OfferedUnits, D::Error> {
        deserializer.deserialize_any(OfferedUnitsVisitor)
    }
}

/// Takes a whole number or a text.
struct OfferedUnitsVisitor;

impl Visitor<'_> for OfferedUnitsVisitor {
    type Value = OfferedUnits;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("a whole number")
    }

    fn visit_i64<E: Error>(self, units: i64) -> Result<OfferedUnits, E> {
        Ok(OfferedUnits::Units(units))
    }

    fn visit_str<E: Error>(self, field: &str) -> Result<OfferedUnits, E> {
        Ok(OfferedUnits::Header(field.to_owned()))
    }
}

impl JsonSchema for OfferedUnits {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "OfferedUnits".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "anyOf": [{ "type": "integer" }, { "type": "string" }], "examples": [1, "MaxProcs"] })
    }
}
