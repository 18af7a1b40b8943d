//! `shifts`, `autoscale` and `price` of a group: how many workers it has, and what they cost.

use std::borrow::Cow;
use std::str::FromStr;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{Deserializer, Error};
use serde::{Deserialize, Serialize};

use super::distribution::Distribution;
use crate::engine::Leaving;
use crate::model::time::Span;
use crate::model::unit::Probability;
use crate::model::week;
use crate::spanned::{Named, Spanned};

/// A shift: on some days, from one time of day to another.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Shift {
    /// The days on which it begins: one of `mon` … `sun`, or a range. Default: all days.
    pub(crate) days: Option<Spanned<Days>>,
    /// The time of day at which it begins.
    #[schemars(required)]
    pub(crate) from: Option<Spanned<TimeOfDay>>,
    /// The time of day at which it ends: on the next day if it is not after `from`.
    #[schemars(required)]
    pub(crate) to: Option<Spanned<TimeOfDay>>,
    /// Number of workers.
    #[schemars(required, example = 8)]
    pub(crate) count: Option<Spanned<u32>>,
}

/// What happens to busy workers at the end of a shift.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum AtEnd {
    /// They claim nothing more, and go when their jobs have ended.
    #[default]
    Finish,
    /// Their rows become `worker_shutdown`, and they are gone at once.
    Kill,
}

/// What happens to busy workers that an autoscaler removes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum ScaleIn {
    /// They claim nothing more, and go when their jobs have ended.
    #[default]
    Drain,
    /// Their rows become `worker_shutdown`, and they are gone at once.
    Kill,
}

impl From<AtEnd> for Leaving {
    fn from(at_end: AtEnd) -> Leaving {
        if at_end == AtEnd::Kill { Leaving::Kill } else { Leaving::Drain }
    }
}

impl From<ScaleIn> for Leaving {
    fn from(scale_in: ScaleIn) -> Leaving {
        if scale_in == ScaleIn::Kill { Leaving::Kill } else { Leaving::Drain }
    }
}

/// A rule that sets the number of workers of a group in the course of the run: one of `target`,
/// `step` and `schedule`.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[schemars(extend("required" = ["max"]))]
pub(crate) struct Autoscale {
    /// The fewest workers. Default: 1.
    pub(crate) min: Option<Spanned<u32>>,
    /// The most workers.
    #[schemars(required, example = 20)]
    pub(crate) max: Option<Spanned<u32>>,
    /// Number of workers at the start. Default: `min`.
    pub(crate) initial: Option<Spanned<u32>>,
    /// Time from one look at the metric to the next; the first is one period after the start.
    /// Default: 15s.
    pub(crate) period: Option<Spanned<Span>>,
    /// The values at which metrics are kept, by the formula of the Kubernetes horizontal pod
    /// autoscaler: desired = ceil(current × metric / target). Of several metrics the one that asks
    /// for the most workers counts.
    #[schemars(example = serde_json::json!({ "waiting_per_worker": 5 }), example = serde_json::json!({ "utilization": { "scan": "70%" } }))]
    pub(crate) target: Option<Spanned<Metrics>>,
    /// With `target`: no change while metric / target differs from 1 by at most this. Default: 0.1.
    pub(crate) tolerance: Option<Spanned<f64>>,
    /// With `target`: the smallest recommendation within this time counts when workers are added.
    /// Default: 0s.
    pub(crate) scale_up_window: Option<Spanned<Span>>,
    /// With `target`: the largest recommendation within this time counts when workers are removed.
    /// Default: 5m.
    pub(crate) scale_down_window: Option<Spanned<Span>>,
    /// With `target`: how many workers may be added within a period; of several rates the one that
    /// allows the most counts. Default: 4 workers or 100 percent in 15s.
    #[schemars(example = serde_json::json!([{ "workers": 4 }, { "percent": 100, "period": "15s" }]))]
    pub(crate) scale_up: Option<Vec<Spanned<ScalingRate>>>,
    /// With `target`: how many workers may be removed within a period. Default: 100 percent in 15s.
    #[schemars(example = serde_json::json!([{ "workers": 1, "period": "1m" }]))]
    pub(crate) scale_down: Option<Vec<Spanned<ScalingRate>>>,
    /// Steps, of which the first that applies counts at each period.
    #[schemars(example = serde_json::json!([{ "above": { "waiting": 100 }, "add": 2 }, { "below": { "waiting": 5 }, "remove": 1 }]))]
    pub(crate) step: Option<Spanned<Vec<Spanned<Step>>>>,
    /// With `step`: time after a change until the next one. Default: 0s.
    pub(crate) cool_down: Option<Spanned<Span>>,
    /// Times of day at which the number of workers changes.
    #[schemars(example = serde_json::json!([{ "days": "mon-fri", "at": "07:45", "count": 10 }]))]
    pub(crate) schedule: Option<Spanned<Vec<Spanned<ScheduledCount>>>>,
    /// Time from the order of a worker until it can claim. Default: the `startup` of the group.
    #[schemars(example = serde_json::json!({ "constant": "2m" }))]
    pub(crate) startup: Option<Spanned<Distribution<Span>>>,
    /// What happens to busy workers that are removed.
    pub(crate) scale_in: ScaleIn,
}

/// Metrics with values.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Metrics {
    /// Waiting jobs that the group could run. For steps only.
    pub(crate) waiting: Option<Spanned<f64>>,
    /// Waiting jobs that the group could run, by worker.
    pub(crate) waiting_per_worker: Option<Spanned<f64>>,
    /// The longest wait of these jobs so far.
    pub(crate) oldest_wait: Option<Spanned<Span>>,
    /// The estimated service times of these jobs together, by worker.
    pub(crate) backlog: Option<Spanned<Span>>,
    /// The share of a resource of the group that is in use, by resource.
    pub(crate) utilization: Option<Named<Spanned<Probability>>>,
}

/// How many workers may be added or removed within a period: `workers` or `percent`.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct ScalingRate {
    /// A number of workers.
    pub(crate) workers: Option<Spanned<u32>>,
    /// A percentage of the workers at the beginning of the period.
    pub(crate) percent: Option<Spanned<f64>>,
    /// The period. Default: 15s.
    pub(crate) period: Option<Spanned<Span>>,
}

/// A step: `above` with `add`, or `below` with `remove`.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Step {
    /// It applies if this metric is above the value.
    pub(crate) above: Option<Spanned<Metrics>>,
    /// Number of workers to add.
    pub(crate) add: Option<Spanned<u32>>,
    /// It applies if this metric is below the value.
    pub(crate) below: Option<Spanned<Metrics>>,
    /// Number of workers to remove.
    pub(crate) remove: Option<Spanned<u32>>,
}

/// From a time of day on, a number of workers.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ScheduledCount {
    /// The days: one of `mon` … `sun`, or a range. Default: all days.
    pub(crate) days: Option<Spanned<Days>>,
    /// The time of day.
    #[schemars(required)]
    pub(crate) at: Option<Spanned<TimeOfDay>>,
    /// Number of workers from then on.
    #[schemars(required, example = 10)]
    pub(crate) count: Option<Spanned<u32>>,
}

/// Declares a text that is read by `FromStr`: its format, pattern and examples in the schema.
macro_rules! text_value {
    ($name:ident, $format:literal, $pattern:literal, $($example:literal),+) => {
        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<$name, D::Error> {
                String::deserialize(deserializer)?.parse().map_err(Error::custom)
            }
        }

        impl JsonSchema for $name {
            fn inline_schema() -> bool {
                true
            }

            fn schema_name() -> Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!({
                    "type": "string", "format": $format, "pattern": $pattern, "examples": [$($example),+]
                })
            }
        }
    };
}

/// Days of the week, from Monday on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Days(pub(crate) [bool; 7]);

impl FromStr for Days {
    type Err = String;

    fn from_str(text: &str) -> Result<Days, String> {
        let why = || format!("`{text}` is not a day or a range of days; write one such as \"mon\" or \"mon-fri\"");
        week::days(text).map(Days).ok_or_else(why)
    }
}

text_value!(Days, "days", "^(mon|tue|wed|thu|fri|sat|sun)(-(mon|tue|wed|thu|fri|sat|sun))?$", "mon-fri", "sat");

/// A time of day, in minutes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TimeOfDay(pub(crate) u16);

impl FromStr for TimeOfDay {
    type Err = String;

    fn from_str(text: &str) -> Result<TimeOfDay, String> {
        let why = || format!("`{text}` is not a time of day; write one such as \"08:00\" or \"17:30\"");
        week::minute_of_day(text).map(TimeOfDay).ok_or_else(why)
    }
}

text_value!(TimeOfDay, "time-of-day", "^[0-9]{1,2}:[0-9]{2}$", "08:00", "17:30");

/// A price for a length of time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct HourlyPrice(pub(crate) f64);

impl FromStr for HourlyPrice {
    type Err = String;

    fn from_str(text: &str) -> Result<HourlyPrice, String> {
        let why = || format!("`{text}` is not a price for a length of time; write one such as \"0.40/h\"");
        let (amount, unit) = text.split_once('/').ok_or_else(why)?;
        let amount: f64 = amount.trim().parse().map_err(|_| why())?;
        let unit = unit.trim();
        let counted = if unit.starts_with(|c: char| c.is_ascii_digit()) { unit.to_owned() } else { format!("1{unit}") };
        let unit: Span = counted.parse().map_err(|_| why())?;
        let per_hour = amount * (Span::secs(3600).0 as f64 / unit.0 as f64);
        if unit > Span::ZERO && per_hour.is_finite() && amount >= 0.0 { Ok(HourlyPrice(per_hour)) } else { Err(why()) }
    }
}

text_value!(HourlyPrice, "price", "^.*/.*$", "0.40/h", "9.60/d");
