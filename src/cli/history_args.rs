//! The options that read histories, shared by `import` and `backtest`.

use std::path::PathBuf;

use chrono::{DateTime, Utc};
use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use serde::{Deserialize, Serialize};

use crate::args::instant;
use crate::history::{Format, Mapping, ReadOptions};
use crate::model::time_zone::TimeZone;

/// Where a history is, and how it is read.
#[derive(Clone, Debug, Default, PartialEq, Eq, Args, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct HistoryArgs {
    /// History of any job queue: finished, running and waiting jobs, gzip or not, or - for standard
    /// input; repeatable, for pages
    #[arg(long, value_name = "FILE")]
    pub(crate) history: Vec<PathBuf>,

    /// Format of the history; see `claimsim list histories` [default: detected]
    #[arg(long, value_name = "FORMAT", requires = "history", value_parser = formats())]
    #[serde(with = "as_text")]
    pub(crate) from: Option<Format>,

    /// Columns of the history, as in 'created=enqueued_at, started=run_at, finished=done_at,
    /// action=queue, need.slot=slots'; nested keys of JSON have dots
    /// [default: the names of the format, or proposed]
    #[arg(long, value_name = "MAP", requires = "history")]
    #[serde(with = "as_text")]
    pub(crate) columns: Option<Mapping>,

    /// Zone of local times in the history, and of hours and weekdays, such as Europe/Berlin
    #[arg(long, value_name = "ZONE", requires = "history")]
    pub(crate) time_zone: Option<TimeZone>,

    /// Instant that the numbers in the history are seconds from [default: 1970; for jobs.csv
    /// 2017-02-17T00:00:00Z; for swf its UnixStartTime]
    #[arg(long, value_name = "TIME", requires = "history", value_parser = instant)]
    #[serde(with = "as_rfc3339")]
    pub(crate) history_start: Option<DateTime<Utc>>,

    /// Replication to read from a jobs.csv [default: its first]
    #[arg(long, value_name = "N", requires = "history")]
    pub(crate) history_replication: Option<u64>,
}

fn formats() -> impl TypedValueParser<Value = Format> {
    let names = PossibleValuesParser::new(Format::ALL.iter().map(|format| format.name()));
    names.try_map(|name| name.parse::<Format>())
}

impl HistoryArgs {
    /// The options without the files.
    pub(crate) fn options(&self) -> ReadOptions {
        ReadOptions {
            format: self.from,
            columns: self.columns.clone(),
            time_zone: self.time_zone,
            start: self.history_start,
            replication: self.history_replication,
            ..ReadOptions::default()
        }
    }
}

/// Values that a manifest keeps as the text of their option.
#[allow(clippy::ref_option, reason = "the type of serde's `with`")]
mod as_text {
    use std::fmt::Display;
    use std::str::FromStr;

    use serde::de::{Deserialize, Deserializer, Error};
    use serde::ser::{Serialize, Serializer};

    pub(super) fn serialize<T: Display, S: Serializer>(value: &Option<T>, serializer: S) -> Result<S::Ok, S::Error> {
        value.as_ref().map(ToString::to_string).serialize(serializer)
    }

    pub(super) fn deserialize<'de, T, D>(deserializer: D) -> Result<Option<T>, D::Error>
    where
        T: FromStr,
        T::Err: Display,
        D: Deserializer<'de>,
    {
        let text = Option::<String>::deserialize(deserializer)?;
        text.map(|text| text.parse().map_err(D::Error::custom)).transpose()
    }
}

/// Instants that a manifest keeps in RFC 3339.
#[allow(clippy::ref_option, reason = "the type of serde's `with`")]
mod as_rfc3339 {
    use chrono::{DateTime, SecondsFormat, Utc};
    use serde::de::{Deserialize, Deserializer, Error};
    use serde::ser::{Serialize, Serializer};

    use crate::args::instant;

    pub(super) fn serialize<S: Serializer>(at: &Option<DateTime<Utc>>, serializer: S) -> Result<S::Ok, S::Error> {
        at.map(|at| at.to_rfc3339_opts(SecondsFormat::AutoSi, true)).serialize(serializer)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<DateTime<Utc>>, D::Error> {
        let text = Option::<String>::deserialize(deserializer)?;
        text.map(|text| instant(&text).map_err(D::Error::custom)).transpose()
    }
}
