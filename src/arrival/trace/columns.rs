//! The header of a trace file: the meaning of each column.

use csv::ByteRecord;

use super::problem::{TraceError, TraceProblem, TraceProblems};

/// The meaning of a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Column {
    /// The arrival, in seconds from the start.
    At,
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
}

/// The columns of a file, from left to right.
#[derive(Debug)]
pub(super) struct Columns {
    pub(super) list: Vec<Column>,
    /// The resources of the `need.` columns.
    pub(super) resources: Vec<String>,
}

/// The columns with a fixed name.
const NAMED: [(&str, Column); 6] = [
    ("at_s", Column::At),
    ("action", Column::Action),
    ("service_s", Column::Service),
    ("estimate_s", Column::Estimate),
    ("priority", Column::Priority),
    ("deadline_s", Column::Deadline),
];
/// The beginning of the name of a column of needs; a resource follows.
const NEED: &str = "need.";

impl Columns {
    /// Reads the header on this line: names in any order, `at_s` among them, none twice.
    pub(super) fn read(header: &ByteRecord, line: u64) -> Result<Columns, TraceError> {
        let mut columns = Columns { list: Vec::new(), resources: Vec::new() };
        let mut problems = TraceProblems::default();
        for cell in header {
            let name = String::from_utf8_lossy(cell);
            if let Err(text) = columns.add(&name) {
                problems.add(TraceProblem { line, column: Some(name.into_owned()), text });
            }
        }
        if !problems.any() && !columns.list.contains(&Column::At) {
            let text = "the header lacks `at_s`, the seconds from the start to the arrival".to_owned();
            problems.add(TraceProblem { line, column: None, text });
        }
        problems.into_result()?;
        Ok(columns)
    }

    /// Adds the column of this name, or returns the problem.
    fn add(&mut self, name: &str) -> Result<(), String> {
        let named = NAMED.iter().find(|(known, _)| *known == name).map(|(_, column)| *column);
        let twice = || format!("`{name}` stands twice in the header; keep one of them");
        let column = match (named, name.strip_prefix(NEED)) {
            (Some(column), _) if self.list.contains(&column) => return Err(twice()),
            (Some(column), _) => column,
            (None, Some("")) => return Err(format!("`{NEED}` lacks the resource; write such as need.scan")),
            (None, Some(resource)) if self.resources.iter().any(|known| known == resource) => return Err(twice()),
            (None, Some(resource)) => {
                self.resources.push(resource.to_owned());
                Column::Need(self.resources.len() - 1)
            }
            (None, None) => return Err(unknown(name)),
        };
        self.list.push(column);
        Ok(())
    }

    /// The name of a column by its index in the file.
    pub(super) fn name(&self, place: usize) -> String {
        let column = self.list[place];
        match column {
            Column::Need(resource) => format!("{NEED}{}", self.resources[resource]),
            _ => NAMED.iter().find(|(_, named)| *named == column).map_or("", |(name, _)| *name).to_owned(),
        }
    }
}

/// The problem of an unknown name, with a suggestion.
fn unknown(name: &str) -> String {
    let lower = name.to_lowercase();
    let likeness = |known: &str| strsim::jaro_winkler(&lower, known);
    let names = || NAMED.iter().map(|(name, _)| *name);
    let nearest = names().max_by(|a, b| likeness(a).total_cmp(&likeness(b))).filter(|known| likeness(known) > 0.75);
    let meant = if lower.starts_with("need") { Some("need.RESOURCE") } else { nearest };
    match meant {
        Some(known) => format!("`{name}` is no column; did you mean `{known}`?"),
        None => format!("`{name}` is no column; there are {}, need.RESOURCE", names().collect::<Vec<_>>().join(", ")),
    }
}
