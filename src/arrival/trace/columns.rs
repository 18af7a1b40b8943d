//! The header of a trace file: the meaning of each column.

use std::collections::BTreeMap;

use csv::ByteRecord;

use super::problem::{TraceError, TraceProblem, TraceProblems};
use crate::model::time::Epoch;

/// What a trace file does not tell about itself.
#[derive(Clone, Copy, Debug, Default)]
pub struct TraceOptions<'a> {
    /// The calendar time of the start, for calendar times in the file.
    pub epoch: Epoch,
    /// The file's name of each column that is used; all others are ignored. Without it, the file
    /// has the names of this crate.
    pub columns: Option<&'a BTreeMap<String, String>>,
}

/// The meaning of a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Column {
    /// The arrival, in seconds from the start.
    At,
    /// The arrival, as a calendar time.
    Calendar,
    /// The action's name.
    Action,
    /// The service time in seconds.
    Service,
    /// The estimated service time in seconds.
    Estimate,
    /// The priority.
    Priority,
    /// The deadline in seconds.
    Deadline,
    /// Units needed of a resource, by index in [`Columns::resources`].
    Need(usize),
    /// Nothing that is used.
    Ignored,
}

/// The columns of a file, from left to right.
#[derive(Debug, Default)]
pub(super) struct Columns {
    pub(super) list: Vec<Column>,
    /// Their names in the file.
    pub(super) names: Vec<String>,
    /// The resources of the columns of needs.
    pub(super) resources: Vec<String>,
}

/// The columns with a fixed name.
const NAMED: [(&str, Column); 7] = [
    ("at_s", Column::At),
    ("at", Column::Calendar),
    ("action", Column::Action),
    ("service_s", Column::Service),
    ("estimate_s", Column::Estimate),
    ("priority", Column::Priority),
    ("deadline_s", Column::Deadline),
];
/// The beginning of the name of a column of needs; a resource follows.
const NEED: &str = "need.";

/// Checks that a trace can have a column of this name.
///
/// # Errors
/// The sentence that tells which name is meant, or which there are.
pub fn check_column(name: &str) -> Result<(), String> {
    Columns::default().add(name)
}

/// The number of cells that are names of columns.
pub(super) fn recognized(header: &ByteRecord, options: &TraceOptions) -> usize {
    let is_known = |cell: &[u8]| match options.columns {
        Some(columns) => columns.values().any(|name| name.as_bytes() == cell),
        None => cell.starts_with(NEED.as_bytes()) || NAMED.iter().any(|(name, _)| name.as_bytes() == cell),
    };
    header.iter().filter(|cell| is_known(cell)).count()
}

impl Columns {
    /// Reads the header on this line: names in any order, a time among them, none twice.
    pub(super) fn read(header: &ByteRecord, line: u64, options: &TraceOptions) -> Result<Columns, TraceError> {
        let mut columns = Columns::default();
        let mut problems = TraceProblems::default();
        for (index, cell) in header.iter().enumerate() {
            let name = String::from_utf8_lossy(cell).into_owned();
            let meanings = match options.columns {
                Some(columns) => {
                    columns.iter().filter(|(_, file)| **file == name).map(|(own, _)| own.clone()).collect()
                }
                // Programs write the numbers of rows into a first column without a name.
                None if index == 0 && (name.is_empty() || name.starts_with("Unnamed: ")) => Vec::new(),
                None => vec![name.clone()],
            };
            let added = match meanings.as_slice() {
                [] => {
                    columns.list.push(Column::Ignored);
                    Ok(())
                }
                [meaning] if columns.names.contains(&name) => Err(twice(meaning)),
                [meaning] => columns.add(meaning),
                [one, other, ..] => Err(format!("it is mapped to `{one}` and `{other}`; keep one of them")),
            };
            match added {
                Ok(()) => columns.names.push(name),
                Err(text) => problems.add(TraceProblem { line, column: Some(name), text }),
            }
        }
        for (own, file) in options.columns.into_iter().flatten() {
            if !header.iter().any(|cell| cell == file.as_bytes()) {
                let names: Vec<String> =
                    header.iter().map(|cell| format!("`{}`", String::from_utf8_lossy(cell))).collect();
                let text = format!("there is no column `{file}` for `{own}`; there are {}", names.join(", "));
                problems.add(TraceProblem { line, column: None, text });
            }
        }
        if !problems.any() && !columns.list.iter().any(|column| matches!(column, Column::At | Column::Calendar)) {
            let text = "the header lacks `at_s`, the seconds from the start to the arrival, or `at`, its calendar time";
            problems.add(TraceProblem { line, column: None, text: text.to_owned() });
        }
        problems.into_result()?;
        Ok(columns)
    }

    /// Adds the column of this name, or returns the problem.
    fn add(&mut self, name: &str) -> Result<(), String> {
        let named = NAMED.iter().find(|(known, _)| *known == name).map(|(_, column)| *column);
        let column = match (named, name.strip_prefix(NEED)) {
            (Some(column), _) if self.list.contains(&column) => return Err(twice(name)),
            (Some(column), _) => column,
            (None, Some("")) => return Err(format!("`{NEED}` lacks the resource; write such as need.scan")),
            (None, Some(resource)) if self.resources.iter().any(|known| known == resource) => return Err(twice(name)),
            (None, Some(resource)) => {
                self.resources.push(resource.to_owned());
                Column::Need(self.resources.len() - 1)
            }
            (None, None) => return Err(unknown(name)),
        };
        self.list.push(column);
        Ok(())
    }

    /// The names of the columns that are not used, if the scenario says which are.
    pub(super) fn ignored(&self, options: &TraceOptions) -> Vec<String> {
        let ignored = self.names.iter().zip(&self.list).filter(|(_, column)| **column == Column::Ignored);
        ignored.filter(|_| options.columns.is_some()).map(|(name, _)| name.clone()).collect()
    }
}

fn twice(name: &str) -> String {
    format!("`{name}` stands twice in the header; keep one of them")
}

/// The problem of an unknown name, with a suggestion.
fn unknown(name: &str) -> String {
    let lower = name.to_lowercase();
    let likeness = |known: &str| strsim::jaro_winkler(&lower, known);
    let names = || NAMED.iter().map(|(name, _)| *name);
    let nearest = names().max_by(|a, b| likeness(a).total_cmp(&likeness(b))).filter(|known| likeness(known) > 0.75);
    let meant = if lower.starts_with("need") { Some("need.RESOURCE") } else { nearest };
    if let Some(known) = meant {
        return format!("`{name}` is no column; did you mean `{known}`?");
    }
    let names = names().collect::<Vec<_>>().join(", ");
    format!("`{name}` is no column; there are {names}, need.RESOURCE; `columns` maps others to these")
}
