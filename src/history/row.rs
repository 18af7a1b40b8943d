//! A row as text, by field, and what a format changes about it.

use std::borrow::Cow;

use crate::error::HistoryError;
use crate::mapping::{FIELDS, Field};
use crate::record::{Outcome, ProblemKind};

/// A row before its cells are read.
#[derive(Clone, Debug)]
pub(crate) struct Row<'a> {
    /// The line or the number of the row in the file, from 1.
    pub(crate) line: u32,
    /// The cell of each field; empty if there is none.
    pub(crate) fields: [&'a str; FIELDS],
    /// The cells of the further columns that the format asks for.
    pub(crate) extra: Vec<&'a str>,
    /// The id, if it is not a cell of its own.
    pub(crate) id: Option<Cow<'a, str>>,
    /// The number of the replication, in logs of simulations.
    pub(crate) replication: &'a str,
    /// The action, if it is not a cell of its own.
    pub(crate) action: Option<Cow<'a, str>>,
    /// The outcome, if the format decides it.
    pub(crate) outcome: Option<Outcome>,
    /// Units by the name of the resource, besides those with a column of their own.
    pub(crate) units: Vec<(Cow<'a, str>, u64)>,
}

/// Why a row is not a record.
#[derive(Clone, Debug)]
pub(crate) enum Rejection {
    /// It is not a job.
    LeftOut(&'static str),
    /// It cannot be used.
    Problem(ProblemKind, String),
    /// The file cannot be read as it was asked for.
    File(HistoryError),
}

impl<'a> Row<'a> {
    pub(crate) fn new(line: u32) -> Row<'a> {
        Row {
            line,
            fields: [""; FIELDS],
            extra: Vec::new(),
            id: None,
            replication: "",
            action: None,
            outcome: None,
            units: Vec::new(),
        }
    }

    pub(crate) fn get(&self, field: Field) -> &'a str {
        self.fields[field as usize]
    }

    pub(crate) fn set(&mut self, field: Field, cell: &'a str) {
        self.fields[field as usize] = cell;
    }
}
