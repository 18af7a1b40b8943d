//! From the bytes of files to a history.

use chrono::{DateTime, Utc};

use crate::binding::Binding;
use crate::builder::Builder;
use crate::detect::detect;
use crate::error::HistoryError;
use crate::format::Format;
use crate::formats::{dialect, kubernetes, swf};
use crate::json::{self, Sink};
use crate::mapping::{Field, Mapping};
use crate::model::input_file;
use crate::model::time::Epoch;
use crate::model::time_zone::TimeZone;
use crate::record::{JobHistory, ProblemKind};
use crate::row_reader::RowReader;
use crate::table::{self, Table};
use crate::value_rows::ValueRows;

/// What files do not tell about themselves.
#[derive(Clone, Debug, Default)]
pub struct ReadOptions {
    /// Their format; detected from the content of each if `None`.
    pub format: Option<Format>,
    /// The columns of fields; the usual names of the format if `None`.
    pub columns: Option<Mapping>,
    /// The zone of local times in the files, and of hours and weekdays.
    pub time_zone: Option<TimeZone>,
    /// The instant that numbers are seconds from, instead of 1970; it becomes instant 0.
    pub start: Option<DateTime<Utc>>,
    /// The instant that the times in a log of simulations count from, if there is no `start`.
    pub simulation_start: Option<DateTime<Utc>>,
    /// The replication to read from a log of simulations; the first if `None`.
    pub replication: Option<u64>,
    /// The time of the export; the latest time in the files if `None`.
    pub until: Option<DateTime<Utc>>,
}

/// A history, and how its files were read.
#[derive(Clone, Debug)]
pub struct Reading {
    /// The history.
    pub history: JobHistory,
    /// The number of rows, without those that are not jobs.
    pub rows: u64,
    /// What was left out or decided, in sentences.
    pub notes: Vec<String>,
    /// The files, in order.
    pub files: Vec<FileReading>,
}

/// How a file was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileReading {
    /// Its format.
    pub format: Format,
    /// Whether the format was detected from the content.
    pub is_detected: bool,
    /// The columns that are used, in the form of `--columns`.
    pub columns: String,
    /// Whether they were proposed from the names of the columns.
    pub is_proposed: bool,
    /// Whether problems have numbers of lines, and not of rows.
    pub has_lines: bool,
}

/// Reads files one after another into one history.
#[derive(Debug)]
pub struct HistoryReader {
    options: ReadOptions,
    builder: Builder,
    files: Vec<FileReading>,
    notes: Vec<String>,
    /// The start and the zone that a file names.
    start: Option<DateTime<Utc>>,
    time_zone: Option<TimeZone>,
}

/// Reads one file.
///
/// # Errors
/// If the file as a whole cannot be read; rows that cannot be used are problems of the history.
pub fn read(bytes: &[u8], options: &ReadOptions) -> Result<Reading, HistoryError> {
    let mut reader = HistoryReader::new(options.clone());
    reader.add(bytes)?;
    Ok(reader.finish())
}

impl HistoryReader {
    /// A reader without files yet.
    pub fn new(options: ReadOptions) -> HistoryReader {
        HistoryReader {
            options,
            builder: Builder::default(),
            files: Vec::new(),
            notes: Vec::new(),
            start: None,
            time_zone: None,
        }
    }

    /// Adds the rows of a file, which is packed with gzip or not.
    ///
    /// # Errors
    /// If the file as a whole cannot be read.
    pub fn add(&mut self, bytes: &[u8]) -> Result<(), HistoryError> {
        let starts = [self.options.start, self.options.simulation_start];
        if let Some(start) = starts.into_iter().flatten().find(|start| start.timestamp_nanos_opt().is_none()) {
            return Err(HistoryError::of_file(format!("its start, {start}, is outside the years 1678 to 2261")));
        }
        let text = input_file::text(bytes).map_err(HistoryError::of_file)?;
        if text.trim_ascii().is_empty() {
            return Err(HistoryError::of_file("the file is empty; was the export cut off?"));
        }
        let format = self.options.format.unwrap_or_else(|| detect(&text));
        self.builder.begin_file();
        let (binding, has_lines) = match format {
            Format::Swf => (Some(self.log(&text)?), true),
            Format::Kubernetes => (self.kubernetes(&text)?, false),
            Format::Ndjson => (self.values(&text, format)?, true),
            Format::Json | Format::GithubActions | Format::Gitlab | Format::Registry => {
                (self.values(&text, format)?, false)
            }
            Format::Airflow | Format::Slurm if matches!(text.trim_ascii_start().first(), Some(b'{' | b'[')) => {
                (self.values(&text, format)?, false)
            }
            Format::Csv | Format::Tsv | Format::Claimsim | Format::Slurm | Format::Airflow => {
                (Some(self.table(&text, format)?), true)
            }
        };
        let note = binding.as_ref().and_then(|binding| caveat(format, binding)).map(str::to_owned);
        self.notes.extend(note.filter(|note| !self.notes.contains(note)));
        self.files.push(FileReading {
            format,
            is_detected: self.options.format.is_none(),
            columns: binding.as_ref().map_or_else(String::new, |binding| binding.mapping.to_string()),
            is_proposed: binding.is_some_and(|binding| binding.is_proposed),
            has_lines,
        });
        Ok(())
    }

    /// The history of all files.
    pub fn finish(self) -> Reading {
        let rows = self.builder.rows;
        let time_zone = self.options.time_zone.or(self.time_zone).unwrap_or_default();
        let start = self.options.start.or(self.start);
        let (history, mut notes) = self.builder.finish(start, time_zone, self.options.until);
        notes.extend(self.notes);
        Reading { history, rows, notes, files: self.files }
    }

    fn row_reader(&mut self, start: Option<DateTime<Utc>>) -> RowReader<'_> {
        RowReader::new(&mut self.builder, self.options.time_zone, start, self.options.replication)
    }

    fn table(&mut self, text: &[u8], format: Format) -> Result<Binding, HistoryError> {
        let separator = match format {
            Format::Tsv => b'\t',
            Format::Claimsim => b',',
            _ => table::separator(table::header(text)).unwrap_or(b','),
        };
        let (table, dialect, given) = (Table::open(text, separator)?, dialect(format), self.options.columns.clone());
        let binding = if format.is_named() {
            Binding::of_dialect(dialect, given.as_ref(), &table.columns)?
        } else {
            Binding::of_columns(dialect, given.as_ref(), &table.columns, &table.sample()?)?
        };
        let start = if format == Format::Claimsim {
            let start = self.options.start.or(self.options.simulation_start).unwrap_or(Epoch::default().0);
            self.start.get_or_insert(start);
            Some(start)
        } else {
            self.options.start
        };
        let mut reader = self.row_reader(start);
        reader.set_columns(binding.column_names());
        table.read(&binding, dialect, &mut reader)?;
        Ok(binding)
    }

    fn values(&mut self, text: &[u8], format: Format) -> Result<Option<Binding>, HistoryError> {
        let (dialect, given) = (dialect(format), self.options.columns.clone());
        let mut reader = self.row_reader(self.options.start);
        let mut rows = ValueRows::new(dialect, format.is_named(), given.as_ref(), &mut reader);
        let mut sink = |number, value| rows.row(number, value);
        if format == Format::Ndjson {
            json::read_lines(text, &mut sink)?;
        } else {
            json::read_document(text, dialect.pages, &mut sink)?;
        }
        rows.finish()?;
        Ok(rows.binding)
    }

    fn kubernetes(&mut self, text: &[u8]) -> Result<Option<Binding>, HistoryError> {
        if self.options.columns.is_some() {
            return Err(HistoryError::of_file("--columns does not apply to kubernetes, whose times are in lists"));
        }
        let mut objects = kubernetes::Objects::default();
        let mut broken = Vec::new();
        let sink: &mut Sink = &mut |number, value| {
            match value {
                Ok(object) => objects.add(number, object),
                Err(reason) => broken.push((number, reason)),
            }
            Ok(())
        };
        json::read_document(text, dialect(Format::Kubernetes).pages, sink)?;
        let mut reader = self.row_reader(self.options.start);
        for (number, reason) in broken {
            reader.problem(number, ProblemKind::Truncated, reason);
        }
        objects.read(&mut reader)?;
        Ok(None)
    }

    fn log(&mut self, text: &[u8]) -> Result<Binding, HistoryError> {
        let header = swf::header(text);
        self.time_zone = self.time_zone.or(header.time_zone);
        let start = self.options.start.or(header.start).unwrap_or(Epoch::default().0);
        self.start.get_or_insert(start);
        let binding = Binding::of_dialect(dialect(Format::Swf), self.options.columns.as_ref(), &swf::columns())?;
        let mut reader = self.row_reader(Some(start));
        reader.set_columns(binding.column_names());
        swf::read(text, &binding, &mut reader)?;
        Ok(binding)
    }
}

/// What the waits of a file are not, although its format could tell.
fn caveat(format: Format, binding: &Binding) -> Option<&'static str> {
    let created = binding.mapping.fields.get(&Field::Created).map(String::as_str);
    match (format, created) {
        (Format::Airflow, Some("queued_when" | "queued_dttm")) => Some(
            "waits count from the end of the wait for the pool, because the rows have no time at which they were \
             scheduled",
        ),
        (Format::Slurm, Some("Submit")) if !binding.has_extra(0) => Some(
            "waits count from Submit, because the file has no column Eligible; they contain the time that jobs wait \
             for others and for their begin time",
        ),
        _ => None,
    }
}
