//! Instants as scenarios write them: a date and time, or a duration after `start`.

use std::borrow::Cow;
use std::str::FromStr;

use chrono::{DateTime, SecondsFormat, Utc};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{Deserialize, Deserializer, Error};

use crate::model::quantity::QuantityError;
use crate::model::time::{Epoch, Span, Time};

/// A date and time; a key that is one takes UTC only.
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
                Err(format!("`{text}` is not a complete date and time; write it whole, such as \"{right}\""))
            }
            None => Err(format!("`{text}` is not a date and time; write one such as \"2017-02-17T00:00:00Z\"")),
        }
    }
}

impl<'de> Deserialize<'de> for Instant {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Instant, D::Error> {
        let text = String::deserialize(deserializer)?;
        let instant: Instant = text.parse().map_err(Error::custom)?;
        let is_utc = DateTime::parse_from_rfc3339(&text).is_ok_and(|at| at.offset().local_minus_utc() == 0);
        if is_utc {
            return Ok(instant);
        }
        let utc = instant.0.to_rfc3339_opts(SecondsFormat::AutoSi, true);
        Err(Error::custom(format_args!("`{text}` is not in UTC; write the same instant as \"{utc}\"")))
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

/// An instant of the run, as a scenario writes it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum TimePoint {
    /// A date and time.
    Calendar(DateTime<Utc>),
    /// A duration after `start`.
    After(Span),
}

impl TimePoint {
    /// Whether it lies before the start of the run.
    pub(crate) fn is_before(self, epoch: Epoch) -> bool {
        matches!(self, TimePoint::Calendar(instant) if instant < epoch.0)
    }

    /// The simulated instant that it means; `None` if it is more than 292 years away.
    pub(crate) fn after(self, epoch: Epoch) -> Option<Time> {
        match self {
            TimePoint::After(duration) => Some(Time::ZERO + duration),
            TimePoint::Calendar(instant) => epoch.time_of(instant),
        }
    }
}

impl FromStr for TimePoint {
    type Err = String;

    fn from_str(text: &str) -> Result<TimePoint, String> {
        match text.parse() {
            Ok(duration) => return Ok(TimePoint::After(duration)),
            Err(why) if QuantityError::is_detail(&why) => return Err(why.to_string()),
            Err(_) => {}
        }
        text.parse::<Instant>().map(|instant| TimePoint::Calendar(instant.0)).map_err(|why| {
            if why.contains("is not a date") {
                format!("{why}, or a duration after `start`, such as \"25h\"")
            } else {
                why
            }
        })
    }
}

impl<'de> Deserialize<'de> for TimePoint {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<TimePoint, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(Error::custom)
    }
}

impl JsonSchema for TimePoint {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "TimePoint".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "format": "instant", "examples": ["25h", "2017-02-18T01:00:00Z"] })
    }
}
