//! Rows that are JSON objects.

use std::borrow::Cow;

use serde_json::Value;

use crate::binding::Binding;
use crate::dialect::Dialect;
use crate::error::HistoryError;
use crate::json;
use crate::mapping::Mapping;
use crate::record::ProblemKind;
use crate::row::Row;
use crate::row_reader::RowReader;

/// The number of rows whose keys decide which columns the file has.
const SAMPLE: usize = 1000;

/// Reads rows one after another, as soon as the first of them have told the columns.
pub(crate) struct ValueRows<'a, 'b> {
    dialect: &'static Dialect,
    is_named: bool,
    given: Option<&'a Mapping>,
    reader: &'a mut RowReader<'b>,
    waiting: Vec<(u32, Result<Value, String>)>,
    columns: Vec<String>,
    needs: Vec<u32>,
    /// The columns, as soon as they are known.
    pub(crate) binding: Option<Binding>,
}

impl<'a, 'b> ValueRows<'a, 'b> {
    pub(crate) fn new(
        dialect: &'static Dialect,
        is_named: bool,
        given: Option<&'a Mapping>,
        reader: &'a mut RowReader<'b>,
    ) -> ValueRows<'a, 'b> {
        let (waiting, columns, needs) = (Vec::new(), Vec::new(), Vec::new());
        ValueRows { dialect, is_named, given, reader, waiting, columns, needs, binding: None }
    }

    /// Reads a row, now or when the columns are known.
    ///
    /// # Errors
    /// If the file cannot be read as it was asked for.
    pub(crate) fn row(&mut self, number: u32, value: Result<Value, String>) -> Result<(), HistoryError> {
        if self.binding.is_some() {
            return self.read(number, &value);
        }
        self.waiting.push((number, value));
        if self.waiting.len() < SAMPLE { Ok(()) } else { self.bind() }
    }

    /// Reads what still waits.
    ///
    /// # Errors
    /// If the file cannot be read as it was asked for.
    pub(crate) fn finish(&mut self) -> Result<(), HistoryError> {
        if self.binding.is_some() { Ok(()) } else { self.bind() }
    }

    fn bind(&mut self) -> Result<(), HistoryError> {
        let waiting = std::mem::take(&mut self.waiting);
        let values = || waiting.iter().filter_map(|(_, value)| value.as_ref().ok());
        for value in values() {
            json::add_paths(value, "", &mut self.columns);
        }
        if waiting.is_empty() {
            self.binding = Some(Binding::empty());
            return Ok(());
        }
        for column in self.given.map(Mapping::columns).into_iter().flatten() {
            // The key of an object that is null in every row so far.
            let is_below_null =
                |known: &String| column.strip_prefix(known.as_str()).is_some_and(|rest| rest.starts_with('.'));
            if self.columns.iter().any(is_below_null) || values().any(|value| json::at(value, column).is_some()) {
                self.add(column);
            }
        }
        if self.is_named {
            for (field, names) in self.dialect.fields {
                let is_known = names.iter().any(|name| self.columns.iter().any(|column| column == name));
                if !is_known && !self.dialect.required.contains(field) {
                    self.add(names[0]);
                }
            }
            self.dialect.extra.iter().for_each(|name| self.add(name));
        }
        let binding = if self.is_named {
            Binding::of_dialect(self.dialect, self.given, &self.columns)?
        } else {
            let cells = |value: &Value| {
                self.columns.iter().map(|path| json::cell(json::at(value, path)).into_owned()).collect()
            };
            let sample: Vec<Vec<String>> = values().map(cells).collect();
            Binding::of_columns(self.dialect, self.given, &self.columns, &sample)?
        };
        self.needs = binding.mapping.needs.iter().map(|(resource, _)| self.reader.resource(resource)).collect();
        self.reader.set_columns(binding.column_names());
        self.binding = Some(binding);
        waiting.iter().try_for_each(|(number, value)| self.read(*number, value))
    }

    fn add(&mut self, column: &str) {
        if !self.columns.iter().any(|known| known == column) {
            self.columns.push(column.to_owned());
        }
    }

    fn read(&mut self, number: u32, value: &Result<Value, String>) -> Result<(), HistoryError> {
        let Some(binding) = &self.binding else { return Ok(()) };
        let value = match value {
            Ok(value) => value,
            Err(reason) => {
                self.reader.problem(number, ProblemKind::Truncated, reason.clone());
                return Ok(());
            }
        };
        let used = binding.used();
        let cells: Vec<(usize, Cow<str>)> =
            used.iter().map(|place| (*place, json::cell(json::at(value, &self.columns[*place])))).collect();
        let cell = |place: usize| {
            let found = cells.binary_search_by_key(&place, |(known, _)| *known);
            found.map_or("", |index| &*cells[index].1)
        };
        let mut row = Row::new(number);
        binding.fill(&mut row, cell);
        let units: Vec<(u32, &str)> =
            self.needs.iter().zip(&binding.needs).map(|(resource, place)| (*resource, cell(*place))).collect();
        match (self.dialect.adjust)(&mut row) {
            Ok(()) => {
                (self.dialect.adjust_value)(&mut row, value);
                self.reader.row(&row, &units)
            }
            Err(why) => self.reader.reject(number, Some(why)),
        }
    }
}
