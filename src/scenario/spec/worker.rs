//! `[worker.X]`: a group of identical workers.

use std::borrow::Cow;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Deserialize;
use serde::de::{Deserializer, Error, Visitor};

use super::{At, Named, Outages};

/// A group of identical workers.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Worker {
    /// How many. 1 if left out, or as many as `ids` lists.
    pub(crate) count: Option<At<u32>>,
    /// What each of them offers, by resource: it bounds the sum of what its running jobs need. A text names a field in the header of a
    /// log (`arrival = { swf = … }`) whose `resource` this is.
    #[schemars(example = serde_json::json!({ "scan": 1, "scanCheck": 1 }), example = serde_json::json!({ "proc": "MaxProcs" }))]
    pub(crate) capacity: Named<At<Offer>>,
    /// Their ids, as documents and tables show them. `X-0`, `X-1`, … if left out.
    #[schemars(example = ["000000000000", "000000000001"])]
    pub(crate) ids: Option<At<Vec<At<String>>>>,
    /// When they go out at random. Never, if left out.
    pub(crate) outages: Option<At<Outages>>,
}

/// How many units of a resource a worker offers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Offer {
    /// So many.
    Units(i64),
    /// As many as that field in the header of a log says.
    Header(String),
}

impl<'de> Deserialize<'de> for Offer {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Offer, D::Error> {
        deserializer.deserialize_any(OfferVisitor)
    }
}

/// Takes a whole number or a text.
struct OfferVisitor;

impl Visitor<'_> for OfferVisitor {
    type Value = Offer;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("a whole number")
    }

    fn visit_i64<E: Error>(self, units: i64) -> Result<Offer, E> {
        Ok(Offer::Units(units))
    }

    fn visit_str<E: Error>(self, field: &str) -> Result<Offer, E> {
        Ok(Offer::Header(field.to_owned()))
    }
}

impl JsonSchema for Offer {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Offer".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "anyOf": [{ "type": "integer" }, { "type": "string" }], "examples": [1, "MaxProcs"] })
    }
}
