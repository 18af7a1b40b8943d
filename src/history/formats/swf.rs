//! The Standard Workload Format (version 2.2) of the Parallel Workloads Archive.

use std::borrow::Cow;

use chrono::{DateTime, Utc};

use crate::binding::Binding;
use crate::dialect::{Dialect, keep_value};
use crate::error::HistoryError;
use crate::mapping::Field;
use crate::model::time_zone::TimeZone;
use crate::record::{Outcome, ProblemKind};
use crate::row::{Rejection, Row};
use crate::row_reader::RowReader;

/// The 18 numbers of a line, in order.
const COLUMNS: [&str; 18] = [
    "job",
    "submit",
    "wait",
    "run",
    "processors",
    "cpu_time",
    "memory",
    "requested_processors",
    "requested_time",
    "requested_memory",
    "status",
    "user",
    "group",
    "executable",
    "queue",
    "partition",
    "preceding_job",
    "think_time",
];

pub(super) const DIALECT: Dialect = Dialect {
    fields: &[
        (Field::Created, &["submit"]),
        (Field::Queued, &["wait"]),
        (Field::Run, &["run"]),
        (Field::Estimate, &["requested_time"]),
        (Field::Id, &["job"]),
    ],
    required: &[],
    extra: &["status", "processors", "requested_processors"],
    need_prefix: None,
    adjust,
    adjust_value: keep_value,
    pages: &[],
    hint: "The archive has such logs at https://www.cs.huji.ac.il/labs/parallel/workload/",
};

fn adjust(row: &mut Row) -> Result<(), Rejection> {
    let extra = |index: usize| row.extra.get(index).copied().unwrap_or_default();
    let has_run = !matches!(row.get(Field::Run), "" | "0");
    row.outcome = match extra(0) {
        "0" => Some(Outcome::Error),
        "2" | "3" | "4" => return Err(Rejection::LeftOut("parts of jobs that were swapped out")),
        "5" if !has_run => return Err(Rejection::LeftOut("cancelled before they started")),
        "5" => Some(Outcome::Cancelled),
        _ => Some(Outcome::Done),
    };
    let processors = [extra(1), extra(2)].into_iter().find_map(|cell| cell.parse().ok().filter(|count| *count > 0));
    row.units = processors.map(|count| (Cow::Borrowed("processors"), count)).into_iter().collect();
    Ok(())
}

/// What the comments at the head of a log say.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Header {
    /// The calendar time of its second 0.
    pub(crate) start: Option<DateTime<Utc>>,
    /// The zone of the machine.
    pub(crate) time_zone: Option<TimeZone>,
}

/// Reads the comments.
pub(crate) fn header(text: &[u8]) -> Header {
    let mut header = Header::default();
    for line in text.split(|byte| *byte == b'\n') {
        let Some(comment) = line.trim_ascii().strip_prefix(b";") else {
            if line.trim_ascii().is_empty() {
                continue;
            }
            break;
        };
        let comment = String::from_utf8_lossy(comment);
        let Some((name, value)) = comment.split_once(':') else { continue };
        match name.trim() {
            "UnixStartTime" => {
                let seconds = value.trim().parse().ok().filter(|seconds| *seconds > 0);
                header.start = seconds.and_then(|seconds| DateTime::from_timestamp(seconds, 0));
            }
            "TimeZoneString" => header.time_zone = value.trim().parse().ok(),
            _ => {}
        }
    }
    header
}

/// The names of the numbers of a line.
pub(crate) fn columns() -> Vec<String> {
    COLUMNS.map(str::to_owned).to_vec()
}

/// Reads all lines.
///
/// # Errors
/// If the file cannot be read as it was asked for.
pub(crate) fn read(text: &[u8], binding: &Binding, reader: &mut RowReader) -> Result<(), HistoryError> {
    let needs: Vec<u32> = binding.mapping.needs.iter().map(|(resource, _)| reader.resource(resource)).collect();
    for (index, line) in text.split(|byte| *byte == b'\n').enumerate() {
        let (line, number) = (line.trim_ascii(), u32::try_from(index + 1).unwrap_or(u32::MAX));
        if line.is_empty() || line.starts_with(b";") {
            continue;
        }
        let Ok(line) = std::str::from_utf8(line) else {
            reader.problem(number, ProblemKind::Text, "the line is not in UTF-8".to_owned());
            continue;
        };
        let mut cells = [""; COLUMNS.len()];
        let mut count = 0;
        for cell in line.split_ascii_whitespace() {
            if let Some(place) = cells.get_mut(count) {
                // Unknown values are -1.
                *place = if cell.starts_with('-') { "" } else { cell };
            }
            count += 1;
        }
        if count < COLUMNS.len() {
            let reason = format!("the line has {count} numbers; a line of the format has {}", COLUMNS.len());
            reader.problem(number, ProblemKind::Truncated, reason);
            continue;
        }
        let mut row = Row::new(number);
        binding.fill(&mut row, |place| cells[place]);
        let units: Vec<(u32, &str)> =
            needs.iter().zip(&binding.needs).map(|(resource, place)| (*resource, cells[*place])).collect();
        match adjust(&mut row) {
            Ok(()) => reader.row(&row, &units)?,
            Err(why) => reader.reject(number, Some(why))?,
        }
    }
    Ok(())
}
