//! What is fuzzed: every reader of files and texts from others. Each function takes any bytes and
//! returns; a panic, or one that takes minutes, is a fault. `cargo fuzz run TARGET` searches for
//! such bytes, and a test feeds the corpora and mutations of them to the same functions.

#![allow(dead_code, reason = "each fuzz target uses one function")]

use chrono::{DateTime, Utc};
use claimsim::internals::arrival::cron::Schedule;
use claimsim::internals::arrival::{swf, trace};
use claimsim::internals::experiment::ResolvedQuantities;
use claimsim::internals::experiment::design::Axis;
use claimsim::internals::experiment::expression::{Condition, Margin, PrecisionGoal, Quantity};
use claimsim::internals::experiment::sizing::Cost;
use claimsim::internals::history::{self, Format, Mapping, ReadOptions};
use claimsim::internals::model::time::Span;
use claimsim::internals::model::unit::Rate;
use claimsim::internals::registry::document::{self, CronDocument, JobDocument, WorkerDocument};
use claimsim::internals::report::RunContext;
use claimsim::internals::report::run::replications::{self, SavedTables};
use claimsim::{NoFiles, Override, Scenario, load};

/// A function that is fuzzed.
type Target = fn(&[u8]);

/// The functions by their names, which are those of the corpora.
pub(crate) const ALL: [(&str, Target); 10] = [
    ("scenario", scenario),
    ("setting", setting),
    ("cron", cron),
    ("document", document),
    ("swf", swf),
    ("trace", trace),
    ("history", history),
    ("quantity", quantity),
    ("manifest", manifest),
    ("tables", tables),
];

/// An instant of a run.
const START: DateTime<Utc> = DateTime::from_timestamp_nanos(1_700_000_000_000_000_000);

/// A scenario that options change, and to which saved tables belong.
const BASE: &str = r#"
name = "base"
horizon = "1h"
replications = 2
claim = { delay = "none", policy = "first-fit" }
worker.w = { count = 2, capacity = { cpu = 2, mem = 4 } }
[action.a]
capacity = { cpu = 1 }
arrival = { poisson = { rate = "6/min" } }
service = { exponential = { mean = "15s" } }
[cron.a]
schedule = "0 0 3 * * *"
"#;

/// The text of a scenario.
pub(crate) fn scenario(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    if let Err(diagnostics) = load("scenario.toml", text, &[], &NoFiles) {
        let _ = diagnostics.to_string();
    }
}

/// The value of `--set`.
pub(crate) fn setting(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    for change in [Override::set(text), Override::policy(text)] {
        if let Err(diagnostics) = load("scenario.toml", BASE, &[change], &NoFiles) {
            let _ = diagnostics.to_string();
        }
    }
}

/// A cron schedule, and its first firings.
pub(crate) fn cron(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    if let Ok(schedule) = text.parse::<Schedule>() {
        schedule.firings(START).take(5).for_each(drop);
    }
}

/// Documents of the registry's API.
pub(crate) fn document(bytes: &[u8]) {
    let _ = document::read::<JobDocument>(bytes);
    let _ = document::read::<CronDocument>(bytes);
    let _ = document::read::<WorkerDocument>(bytes);
}

/// A log in the Standard Workload Format.
pub(crate) fn swf(bytes: &[u8]) {
    let _ = swf::parse(bytes);
}

/// A trace of jobs in CSV.
pub(crate) fn trace(bytes: &[u8]) {
    let _ = trace::parse(bytes);
}

/// The history of a queue. The first byte selects the format; the detection of formats gets the
/// rest.
pub(crate) fn history(bytes: &[u8]) {
    let Some((first, rest)) = bytes.split_first() else { return };
    let formats = Format::ALL;
    let format = Some(formats[usize::from(*first) % formats.len()]);
    for options in [ReadOptions { format, ..ReadOptions::default() }, ReadOptions::default()] {
        if let Err(error) = history::read(rest, &options) {
            let _ = error.to_string();
        }
    }
}

/// Quantities, conditions and ranges of options, and column mappings.
pub(crate) fn quantity(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let _ = (text.parse::<Span>(), text.parse::<Rate>(), text.parse::<Mapping>());
    let _ = (text.parse::<Quantity>(), text.parse::<Condition>(), text.parse::<Margin>());
    let _ = (text.parse::<PrecisionGoal>(), Axis::parse(text), Cost::parse(text));
}

/// The manifest of a run.
pub(crate) fn manifest(bytes: &[u8]) {
    claimsim::internals::cli::is_manifest(bytes);
}

/// The saved tables of a run, one after the other with a zero byte between.
pub(crate) fn tables(bytes: &[u8]) {
    let mut parts = bytes.splitn(4, |byte| *byte == 0);
    let mut next = || parts.next().unwrap_or_default();
    let (replications, wait_times, utilization) = (next(), next(), next());
    let over_time = parts.next();
    let scenario = Scenario::parse(BASE).expect("the scenario is right");
    let saved = SavedTables { replications, wait_times, utilization, over_time };
    if let Err(error) = replications::read(&RunContext::of(&scenario), &ResolvedQuantities::default(), &saved) {
        let _ = error.to_string();
    }
}
