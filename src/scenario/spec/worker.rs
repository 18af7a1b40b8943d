//! `[worker.X]`: a group of identical workers.

use std::borrow::Cow;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Deserialize;
use serde::de::{Deserializer, Error, Visitor};

use super::availability::Outages;
use crate::spanned::{Named, Spanned};

/// A group of identical workers.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Worker {
    /// Number of workers; may be 0 if others remain. Default: 1, or the number of `ids`.
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
