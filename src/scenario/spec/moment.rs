//! Instants as scenarios write them: a date and time, or a length of time after `start`.

use std::borrow::Cow;
use std::str::FromStr;

use chrono::{DateTime, Utc};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{Deserialize, Deserializer, Error};

use crate::model::time::{Epoch, Span, Time};

/// A date and time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Instant(pub(crate) DateTime<Utc>);

impl FromStr for Instant {
    type Err = String;

    fn from_str(text: &str) -> Result<Instant, String> {
        if let Ok(instant) = DateTime::parse_from_rfc3339(text) {
            return Ok(Instant(instant.to_utc()));
        }
        let completed = [format!("{text}Z"), format!("{text}T00:00:00Z")];
        match completed.into_iter().find(|text| DateTime::parse_from_rfc3339(text).is_ok()) {
            Some(right) => {
                Err(format!("`{text}` does not say which instant that is; write it whole, such as \"{right}\""))
            }
            None => Err(format!("`{text}` is no date and time; write one such as \"2017-02-17T00:00:00Z\"")),
        }
    }
}

impl<'de> Deserialize<'de> for Instant {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Instant, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(Error::custom)
    }
}

impl JsonSchema for Instant {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Instant".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "format": "date-time", "examples": ["2017-02-17T00:00:00Z"] })
    }
}

/// An instant of the run.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Moment {
    /// In the calendar.
    Calendar(DateTime<Utc>),
    /// So long after `start`.
    After(Span),
}

impl Moment {
    /// Whether it lies before the start of the run.
    pub(crate) fn is_before(self, epoch: Epoch) -> bool {
        matches!(self, Moment::Calendar(instant) if instant < epoch.0)
    }

    /// The simulated instant that it means; `None` if it is more than 292 years away.
    pub(crate) fn after(self, epoch: Epoch) -> Option<Time> {
        match self {
            Moment::After(span) => Some(Time::ZERO + span),
            Moment::Calendar(instant) => epoch.time_of(instant),
        }
    }
}

impl FromStr for Moment {
    type Err = String;

    fn from_str(text: &str) -> Result<Moment, String> {
        if let Ok(span) = text.parse() {
            return Ok(Moment::After(span));
        }
        text.parse::<Instant>().map(|instant| Moment::Calendar(instant.0)).map_err(|why| {
            if why.contains("is no date") { format!("{why}, or how long after `start`, such as \"25h\"") } else { why }
        })
    }
}

impl<'de> Deserialize<'de> for Moment {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Moment, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(Error::custom)
    }
}

impl JsonSchema for Moment {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Moment".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "examples": ["25h", "2017-02-18T01:00:00Z"] })
    }
}
