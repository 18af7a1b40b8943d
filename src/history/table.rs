//! Tables: a header and rows of cells, separated by commas, semicolons, tabs or bars.

use csv::{ByteRecord, Reader, ReaderBuilder};

use crate::binding::Binding;
use crate::dialect::Dialect;
use crate::error::HistoryError;
use crate::record::ProblemKind;
use crate::row::Row;
use crate::row_reader::RowReader;

/// The separators of cells.
const SEPARATORS: [u8; 4] = [b',', b';', b'\t', b'|'];

/// The number of rows that a proposal looks at.
const SAMPLE: usize = 200;

/// A table whose header has been read.
pub(crate) struct Table<'a> {
    text: &'a [u8],
    separator: u8,
    /// The names of the columns.
    pub(crate) columns: Vec<String>,
}

/// The line with the header: the first that is not blank.
pub(crate) fn header(text: &[u8]) -> &[u8] {
    let line = text.split(|byte| *byte == b'\n').find(|line| !line.trim_ascii().is_empty()).unwrap_or_default();
    line.strip_suffix(b"\r").unwrap_or(line)
}

/// The separator that occurs most often in a header, outside of quotes; `None` if none does.
pub(crate) fn separator(header: &[u8]) -> Option<u8> {
    let count = |separator: u8| {
        let mut is_quoted = false;
        let is_outside = |byte: &&u8| {
            is_quoted ^= **byte == b'"';
            !is_quoted && **byte == separator
        };
        header.iter().filter(is_outside).count()
    };
    let counts = SEPARATORS.map(|separator| (count(separator), separator));
    counts.into_iter().rev().max_by_key(|(count, _)| *count).filter(|(count, _)| *count > 0).map(|(_, best)| best)
}

impl<'a> Table<'a> {
    /// Reads the header.
    ///
    /// # Errors
    /// If there is none.
    pub(crate) fn open(text: &'a [u8], separator: u8) -> Result<Table<'a>, HistoryError> {
        let mut table = Table { text, separator, columns: Vec::new() };
        let mut record = ByteRecord::new();
        let is_there = table.reader().read_byte_record(&mut record).map_err(|error| unreadable(&error))?;
        if !is_there {
            return Err(HistoryError::of_file("the file is empty; a table has a header and a row for each job"));
        }
        table.columns = record.iter().map(|cell| String::from_utf8_lossy(cell.trim_ascii()).into_owned()).collect();
        Ok(table)
    }

    fn reader(&self) -> Reader<&'a [u8]> {
        ReaderBuilder::new().has_headers(false).flexible(true).delimiter(self.separator).from_reader(self.text)
    }

    /// The cells of the first rows.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub(crate) fn sample(&self) -> Result<Vec<Vec<String>>, HistoryError> {
        let rows = self.reader().into_byte_records().skip(1).take(SAMPLE).map(|record| {
            let record = record.map_err(|error| unreadable(&error))?;
            Ok(record.iter().map(|cell| String::from_utf8_lossy(cell.trim_ascii()).into_owned()).collect())
        });
        rows.collect()
    }

    /// Reads all rows.
    ///
    /// # Errors
    /// If the file cannot be read, or ends within a quote.
    pub(crate) fn read(
        &self,
        binding: &Binding,
        dialect: &Dialect,
        reader: &mut RowReader,
    ) -> Result<(), HistoryError> {
        let needs: Vec<(u32, usize)> = binding
            .mapping
            .needs
            .iter()
            .map(|(name, _)| reader.resource(name))
            .zip(binding.needs.iter().copied())
            .collect();
        let mut table = self.reader();
        let mut record = ByteRecord::new();
        table.read_byte_record(&mut record).map_err(|error| unreadable(&error))?;
        loop {
            let before = table.position().line();
            if !table.read_byte_record(&mut record).map_err(|error| unreadable(&error))? {
                return Ok(());
            }
            let start = record.position().map_or(before, csv::Position::line) + self.blank_lines(&record);
            let line = u32::try_from(start).unwrap_or(u32::MAX);
            if table.position().line() > start + 1 {
                self.check_quotes(&record, &table)?;
            }
            if record.len() == 1 && record[0].trim_ascii().is_empty() {
                continue;
            }
            if record.len() != self.columns.len() {
                let (cells, columns) = (record.len(), self.columns.len());
                let reason = format!("the row has {cells} cells, and the header has {columns}");
                reader.problem(line, ProblemKind::Truncated, reason);
                continue;
            }
            let Ok(cells) = std::str::from_utf8(record.as_slice()) else {
                reader.problem(line, ProblemKind::Text, "the row is not in UTF-8; save the file as UTF-8".to_owned());
                continue;
            };
            let cell =
                |place: usize| record.range(place).map_or("", |range| cells.get(range).unwrap_or("").trim_ascii());
            let mut row = Row::new(line);
            binding.fill(&mut row, cell);
            let units: Vec<(u32, &str)> = needs.iter().map(|(resource, place)| (*resource, cell(*place))).collect();
            match (dialect.adjust)(&mut row) {
                Ok(()) => reader.row(&row, &units)?,
                Err(why) => reader.reject(line, Some(why))?,
            }
        }
    }

    /// The number of blank lines before a record, which its position does not count.
    fn blank_lines(&self, record: &ByteRecord) -> u64 {
        let from = record.position().map_or(0, csv::Position::byte) as usize;
        let before =
            self.text.get(from..).unwrap_or_default().iter().take_while(|byte| matches!(**byte, b'\r' | b'\n'));
        before.filter(|byte| **byte == b'\n').count() as u64
    }

    /// A quote that is never closed hides all rows behind it.
    fn check_quotes(&self, record: &ByteRecord, table: &Reader<&[u8]>) -> Result<(), HistoryError> {
        let from = record.position().map_or(0, csv::Position::byte) as usize;
        let is_last = table.position().byte() as usize >= self.text.len();
        let rest = self.text.get(from..).unwrap_or_default();
        let is_open = rest.iter().fold(false, |is_open, byte| is_open ^ (*byte == b'"'));
        if is_last && is_open {
            let line = record.position().map_or(0, csv::Position::line);
            return Err(HistoryError::at(line, "a quote opens here and is never closed; was the file cut off?"));
        }
        Ok(())
    }
}

fn unreadable(error: &csv::Error) -> HistoryError {
    HistoryError::of_file(format!("the table cannot be read: {error}"))
}
