//! The options that read histories, shared by `import` and `backtest`.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};
use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use serde::{Deserialize, Serialize};

use crate::args::instant;
use crate::exit::CliError;
use crate::history::{Format, HistoryReader, JobHistory, Mapping, ProblemKind, ReadOptions, Reading};
use crate::inputs::{from_standard_input, is_standard_input, read_given};
use crate::model::time_zone::TimeZone;
use crate::scenario::InputFile;
use crate::term::warn;

/// The number of rows that are not used and are printed.
const MOST_PROBLEMS: usize = 20;

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
    /// Reads all files of an export at this time, and prints on standard error how they were read
    /// and which rows are not used.
    pub(crate) fn load(&self, until: Option<DateTime<Utc>>, is_quiet: bool) -> Result<JobHistory, CliError> {
        // Each file leaves memory before the next one is read.
        self.read_all(read_path, ReadOptions { until, ..self.options() }, is_quiet, |_| {})
    }

    /// The same with files that `read` finds, which are returned. Times in a log of simulations
    /// count from `start`, if the options do not name another instant.
    pub(crate) fn load_from(
        &self,
        read: impl Fn(&Path) -> io::Result<Vec<u8>>,
        start: Option<DateTime<Utc>>,
        is_quiet: bool,
    ) -> Result<(JobHistory, Vec<InputFile>), CliError> {
        let mut files = Vec::new();
        let options = ReadOptions { simulation_start: start, ..self.options() };
        let history = self.read_all(read, options, is_quiet, |file| files.push(file))?;
        Ok((history, files))
    }

    fn read_all(
        &self,
        read: impl Fn(&Path) -> io::Result<Vec<u8>>,
        options: ReadOptions,
        is_quiet: bool,
        mut keep: impl FnMut(InputFile),
    ) -> Result<JobHistory, CliError> {
        if self.history.iter().filter(|path| is_standard_input(path)).count() > 1 {
            return Err(CliError::Input("standard input (-) can be used for one history only".to_owned()));
        }
        let mut reader = HistoryReader::new(options);
        for path in &self.history {
            let name = display_name(path);
            let bytes = read(path).map_err(|error| CliError::Input(format!("cannot read {name}: {error}")))?;
            reader.add(&bytes).map_err(|error| CliError::Input(format!("{name}: {error}")))?;
            keep(InputFile { name: path.display().to_string(), bytes });
        }
        let names: Vec<String> = self.history.iter().map(|path| display_name(path)).collect();
        accept(reader.finish(), &names, is_quiet)
    }

    /// The options without the files.
    fn options(&self) -> ReadOptions {
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

/// Prints what there is to say about a reading, and refuses it if most rows cannot be used.
fn accept(reading: Reading, names: &[String], is_quiet: bool) -> Result<JobHistory, CliError> {
    if !is_quiet {
        print_files(&reading, names);
        for note in &reading.notes {
            warn(&format!("note: {note}"));
        }
    }
    let problems = reading.history.problems.len() as u64;
    if problems > 0 {
        print_problems(&reading, names);
    }
    if reading.history.records.is_empty() {
        return Err(CliError::Input(format!("no row of {} can be used", names.join(", "))));
    }
    if 2 * problems > reading.rows {
        return Err(CliError::Input(format!(
            "{problems} of {} rows cannot be used, more than half; correct the file, --columns, --from or --time-zone",
            reading.rows
        )));
    }
    Ok(reading.history)
}

/// Prints the format and the columns of each file, in the form in which options name them.
fn print_files(reading: &Reading, names: &[String]) {
    for (file, name) in reading.files.iter().zip(names) {
        if file.is_detected {
            warn(&format!("note: {name} is read with --from {}", file.format));
        }
        if file.is_proposed {
            warn(&format!("note: {name} is read with --columns '{}'", file.columns));
        }
    }
}

/// Prints the first rows that are not used, and how many there are of each kind.
fn print_problems(reading: &Reading, names: &[String]) {
    let problems = &reading.history.problems;
    for problem in problems.iter().take(MOST_PROBLEMS) {
        let file = problem.file as usize;
        let name = names.get(file).map_or("history", String::as_str);
        let unit = if reading.files.get(file).is_some_and(|file| file.has_lines) { "" } else { "row " };
        warn(&format!("warning: {name}:{unit}{}: {}", problem.line, problem.reason));
    }
    let mut kinds: BTreeMap<ProblemKind, u64> = BTreeMap::new();
    for problem in problems {
        *kinds.entry(problem.kind).or_default() += 1;
    }
    let kinds: Vec<String> = kinds.iter().map(|(kind, count)| format!("{count} {}", kind.words())).collect();
    let share = problems.len() as f64 / reading.rows.max(1) as f64 * 100.0;
    let (count, rows) = (problems.len(), reading.rows);
    warn(&format!("warning: {count} of {rows} rows ({share:.1} %) are not used: {}", kinds.join(", ")));
}

/// The bytes of a file of the command line.
fn read_path(path: &Path) -> io::Result<Vec<u8>> {
    if is_standard_input(path) { from_standard_input() } else { read_given(path) }
}

/// The path, or what stands in its place.
pub(crate) fn display_name(path: &Path) -> String {
    if is_standard_input(path) { "standard input".to_owned() } else { path.display().to_string() }
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
