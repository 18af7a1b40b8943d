//! Trace files: arrivals as CSV, compressed with gzip or not.
//!
//! Times are read digit by digit, never through a floating-point number, so every instant of a file
//! is exact to the nanosecond. Rows are small and refer to names by number: a trace of a few
//! hundred thousand jobs is read in a fraction of a second.

mod cell;
mod columns;
mod problem;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io::Read;

use csv::{ByteRecord, ReaderBuilder, Trim};
use flate2::read::MultiGzDecoder;

use crate::model::time::{Span, Time};
use cell::priority;
use columns::{Column, Columns};

pub(super) use cell::{MOST_SECONDS, seconds, units};
pub(super) use problem::TraceProblems;
pub use problem::{TraceError, TraceProblem};

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

/// Reads a trace file.
///
/// # Errors
/// All problems of the header, or else of the rows, up to a limit.
pub fn parse(bytes: &[u8]) -> Result<Trace, TraceError> {
    read(&unpacked(bytes)?)
}

/// The text of a file, compressed with gzip or not.
pub(super) fn unpacked(bytes: &[u8]) -> Result<Cow<'_, [u8]>, TraceError> {
    if !bytes.starts_with(&GZIP) {
        return Ok(bytes.into());
    }
    let mut text = Vec::new();
    MultiGzDecoder::new(bytes).read_to_end(&mut text).map_err(|error| TraceError::damaged(&error))?;
    Ok(text.into())
}

/// The first bytes of a gzip file.
const GZIP: [u8; 2] = [0x1f, 0x8b];

/// Reads CSV.
fn read(text: &[u8]) -> Result<Trace, TraceError> {
    let mut reader = ReaderBuilder::new().flexible(true).trim(Trim::All).from_reader(text);
    let header = reader.byte_headers().map_err(|error| TraceError::damaged(&error))?;
    let mut builder = Builder::new(Columns::read(header, line_of(header, text))?, text);
    let (mut record, mut problems) = (ByteRecord::new(), TraceProblems::default());
    while reader.read_byte_record(&mut record).map_err(|error| TraceError::damaged(&error))? {
        builder.row(&record, &mut problems);
    }
    problems.into_result()?;
    Ok(builder.finish())
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
    columns: Columns,
    trace: Trace,
    action_numbers: BTreeMap<String, u32>,
    need_numbers: BTreeMap<Box<[Option<i64>]>, u32>,
    /// The need vector of the row being read.
    need: Vec<Option<i64>>,
}

impl<'a> Builder<'a> {
    fn new(columns: Columns, text: &'a [u8]) -> Builder<'a> {
        let need = vec![None; columns.resources.len()];
        Builder {
            text,
            trace: Trace { resources: columns.resources.clone(), ..Trace::default() },
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
        self.need.fill(None);
        for (place, cell) in record.iter().enumerate() {
            if let Err(text) = self.cell(&mut row, self.columns.list[place], cell, line) {
                problems.add(TraceProblem { line, column: Some(self.columns.name(place)), text });
            }
        }
        row.need = self.need_number();
        self.trace.rows.push(row);
    }

    /// Reads a cell into the row, or returns the problem.
    fn cell(&mut self, row: &mut TraceRow, column: Column, cell: &[u8], line: u64) -> Result<(), String> {
        let Ok(cell) = std::str::from_utf8(cell) else {
            return Err(format!("`{}` is not UTF-8 text", String::from_utf8_lossy(cell)));
        };
        if cell.is_empty() {
            return if column == Column::At { Err("is empty; every row needs a time".to_owned()) } else { Ok(()) };
        }
        match column {
            Column::At => row.at = Time(seconds(cell)?),
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
