//! Trace files: arrivals as CSV, compressed with gzip or not, with commas, semicolons or tabs.
//!
//! Times are read digit by digit, never through a floating-point number, so every instant of a file
//! is exact to the nanosecond. Rows are small and refer to names by number: a trace of a few
//! hundred thousand jobs is read in a fraction of a second.

mod cell;
mod columns;
mod problem;
mod timing;

use std::collections::BTreeMap;

use csv::{ByteRecord, ReaderBuilder, Trim};

use crate::model::input_file;
use crate::model::time::{Epoch, Span, Time};
use cell::{instant, priority};
use columns::{Column, Columns};

pub(super) use cell::{MOST_SECONDS, seconds, units, whole};
pub use columns::{TraceOptions, check_column};
pub(super) use problem::TraceProblems;
pub use problem::{TraceError, TraceProblem};
pub use timing::{Shift, TimeScale, Timing};

/// The rows of a trace file, or the jobs of a log, in order of time; simultaneous ones in file
/// order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Trace {
    /// The distinct actions named, in order of appearance.
    pub actions: Vec<ActionName>,
    /// The resources of the `need.RESOURCE` columns, in column order.
    pub resources: Vec<String>,
    /// The distinct need vectors: units by index in `resources`; `None` for the need of the action.
    pub needs: Vec<Box<[Option<i64>]>>,
    /// The arrivals.
    pub rows: Vec<TraceRow>,
    /// The names of the columns that are ignored because [`TraceOptions::columns`] leaves them out.
    pub ignored: Vec<String>,
    /// Whether its times are calendar times.
    pub is_dated: bool,
}

impl Trace {
    /// Changes the times of the rows, and leaves out rows beyond the first.
    pub fn retime(&mut self, timing: &Timing) {
        timing.apply(&mut self.rows, |row| &mut row.at);
    }
}

/// An action as a trace file names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ActionName {
    /// Its name.
    pub name: String,
    /// The line (from 1) that names it first, for problems; 0 if none does, as in a log.
    pub line: u64,
}

/// One arrival; each `None` stands for the value of the action.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TraceRow {
    /// Its instant.
    pub at: Time,
    /// Its service time.
    pub service: Option<Span>,
    /// Its estimated service time.
    pub estimate: Option<Span>,
    /// Its deadline.
    pub deadline: Option<Span>,
    /// Its priority.
    pub priority: Option<i64>,
    /// Its action, by index in [`Trace::actions`].
    pub action: Option<u32>,
    /// Its need vector, by index in [`Trace::needs`].
    pub need: Option<u32>,
}

/// Reads a trace file with the names of columns of this crate.
///
/// # Errors
/// As [`parse_with`].
pub fn parse(bytes: &[u8]) -> Result<Trace, TraceError> {
    parse_with(bytes, &TraceOptions::default())
}

/// Reads a trace file.
///
/// # Errors
/// All problems of the header, or else of the rows, up to a limit.
pub fn parse_with(bytes: &[u8], options: &TraceOptions) -> Result<Trace, TraceError> {
    let text = input_file::text(bytes).map_err(TraceError::of_file)?;
    if text.trim_ascii_start().first().is_some_and(|first| b"{[".contains(first)) {
        let text = "the file is JSON, not CSV; documents of the registry belong into [registry]".to_owned();
        return Err(TraceError::of_file(text));
    }
    read(&text, options)
}

/// Reads CSV.
fn read(text: &[u8], options: &TraceOptions) -> Result<Trace, TraceError> {
    let mut reader = csv_reader(text, separator(text, options));
    let header = reader.byte_headers().map_err(|error| TraceError::damaged(&error))?;
    let columns = Columns::read(header, line_of(header, text), options)?;
    let mut builder = Builder::new(columns, text, options);
    let (mut record, mut problems) = (ByteRecord::new(), TraceProblems::default());
    while reader.read_byte_record(&mut record).map_err(|error| TraceError::damaged(&error))? {
        builder.row(&record, &mut problems);
    }
    problems.into_result()?;
    Ok(builder.finish())
}

fn csv_reader(text: &[u8], separator: u8) -> csv::Reader<&[u8]> {
    ReaderBuilder::new().flexible(true).trim(Trim::All).delimiter(separator).from_reader(text)
}

/// The separator of columns: the one with which the header has the most known names; of equals the
/// one that gives the most cells, and the comma first.
fn separator(text: &[u8], options: &TraceOptions) -> u8 {
    let names = |separator: &u8| {
        let mut reader = csv_reader(text, *separator);
        reader.byte_headers().map_or((0, 0), |header| (columns::recognized(header, options), header.len()))
    };
    b"\t;,".iter().copied().max_by_key(names).unwrap_or(b',')
}

/// The line on which a record begins. The position of the reader lies before the
/// line ends that it skips.
fn line_of(record: &ByteRecord, text: &[u8]) -> u64 {
    let Some(position) = record.position() else { return 1 };
    let rest = text.get(position.byte() as usize..).unwrap_or_default();
    let skipped = rest.iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).filter(|byte| **byte == b'\n');
    position.line() + skipped.count() as u64
}

/// A trace while it is read.
struct Builder<'a> {
    text: &'a [u8],
    epoch: Epoch,
    columns: Columns,
    trace: Trace,
    action_numbers: BTreeMap<String, u32>,
    need_numbers: BTreeMap<Box<[Option<i64>]>, u32>,
    /// The need vector of the row being read.
    need: Vec<Option<i64>>,
}

impl<'a> Builder<'a> {
    fn new(columns: Columns, text: &'a [u8], options: &TraceOptions) -> Builder<'a> {
        let need = vec![None; columns.resources.len()];
        let (resources, ignored) = (columns.resources.clone(), columns.ignored(options));
        let is_dated = columns.list.contains(&Column::Calendar);
        Builder {
            text,
            epoch: options.epoch,
            trace: Trace { resources, ignored, is_dated, ..Trace::default() },
            columns,
            action_numbers: BTreeMap::new(),
            need_numbers: BTreeMap::new(),
            need,
        }
    }

    /// Reads a row, or adds its problems.
    fn row(&mut self, record: &ByteRecord, problems: &mut TraceProblems) {
        let line = line_of(record, self.text);
        if record.len() != self.columns.list.len() {
            let (cells, columns) = (record.len(), self.columns.list.len());
            let text = format!("{cells} cells, but the header names {columns} columns; leave cells empty, not out");
            return problems.add(TraceProblem { line, column: None, text });
        }
        let mut row = EMPTY_ROW;
        let (mut at, mut is_wrong) = (None, false);
        self.need.fill(None);
        for (place, cell) in record.iter().enumerate() {
            let column = self.columns.list[place];
            let read = match column {
                Column::At | Column::Calendar => self.time(column, cell, &mut at),
                _ => self.cell(&mut row, column, cell, line),
            };
            if let Err(text) = read {
                is_wrong |= matches!(column, Column::At | Column::Calendar);
                problems.add(TraceProblem { line, column: Some(self.columns.names[place].clone()), text });
            }
        }
        if at.is_none() && !is_wrong {
            let time = |column: &Column| matches!(column, Column::At | Column::Calendar);
            let name = self.columns.list.iter().position(time).map(|place| self.columns.names[place].clone());
            problems.add(TraceProblem { line, column: name, text: "is empty; every row needs a time".to_owned() });
        }
        row.at = at.unwrap_or_default();
        row.need = self.need_number();
        self.trace.rows.push(row);
    }

    /// Reads the time of a row, which may be there in both forms, or returns the problem.
    fn time(&self, column: Column, cell: &[u8], at: &mut Option<Time>) -> Result<(), String> {
        let cell = utf8(cell)?;
        if cell.is_empty() {
            return Ok(());
        }
        let read = if column == Column::At { Time(seconds(cell)?) } else { instant(cell, self.epoch)? };
        if at.is_some_and(|other| other != read) {
            return Err(format!("`{cell}` is another time than that of the other column; keep one of `at_s` and `at`"));
        }
        *at = Some(read);
        Ok(())
    }

    /// Reads a cell into the row, or returns the problem.
    fn cell(&mut self, row: &mut TraceRow, column: Column, cell: &[u8], line: u64) -> Result<(), String> {
        if column == Column::Ignored {
            return Ok(());
        }
        let cell = utf8(cell)?;
        if cell.is_empty() {
            return Ok(());
        }
        match column {
            Column::At | Column::Calendar | Column::Ignored => {}
            Column::Action => row.action = Some(self.action_number(cell, line)),
            Column::Service => row.service = Some(Span(seconds(cell)?)),
            Column::Estimate => row.estimate = Some(Span(seconds(cell)?)),
            Column::Deadline => row.deadline = Some(Span(seconds(cell)?)),
            Column::Priority => row.priority = Some(priority(cell)?),
            Column::Need(resource) => self.need[resource] = Some(units(cell)?),
        }
        Ok(())
    }

    fn action_number(&mut self, name: &str, line: u64) -> u32 {
        if let Some(number) = self.action_numbers.get(name) {
            return *number;
        }
        let number = self.trace.actions.len() as u32;
        self.trace.actions.push(ActionName { name: name.to_owned(), line });
        self.action_numbers.insert(name.to_owned(), number);
        number
    }

    /// The number of the need vector of the row; `None` if all its cells are empty.
    fn need_number(&mut self) -> Option<u32> {
        if self.need.iter().all(Option::is_none) {
            return None;
        }
        if let Some(number) = self.need_numbers.get(self.need.as_slice()) {
            return Some(*number);
        }
        let (number, need) = (self.trace.needs.len() as u32, self.need.clone().into_boxed_slice());
        self.trace.needs.push(need.clone());
        self.need_numbers.insert(need, number);
        Some(number)
    }

    /// The trace in order of time; the sort is stable.
    fn finish(mut self) -> Trace {
        self.trace.rows.sort_by_key(|row| row.at);
        self.trace
    }
}

fn utf8(cell: &[u8]) -> Result<&str, String> {
    std::str::from_utf8(cell).map_err(|_| format!("`{}` is not UTF-8 text", String::from_utf8_lossy(cell)))
}

/// A row that overrides nothing.
pub(super) const EMPTY_ROW: TraceRow = TraceRow {
    at: Time::ZERO,
    service: None,
    estimate: None,
    deadline: None,
    priority: None,
    action: None,
    need: None,
};
