//! A line of a log: 18 numbers, eleven of which are used here.

use crate::model::time::{Span, Time};
use crate::trace::{MOST_SECONDS, TraceProblem, TraceProblems, seconds, units, whole as whole_number};

/// The meanings of the numbers of a line, in order.
pub(super) const FIELDS: [&str; 18] = [
    "job number",
    "submit time",
    "wait time",
    "run time",
    "allocated processors",
    "CPU time used",
    "memory used",
    "requested processors",
    "requested time",
    "requested memory",
    "status",
    "user",
    "group",
    "executable",
    "queue",
    "partition",
    "preceding job",
    "think time",
];

/// A line ends at the earliest with the processors, without which it is no job.
const LEAST_FIELDS: usize = 5;

/// A job, or a part of one, as its line gives it; `None` for unknown values.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Line {
    pub(super) number: Option<i64>,
    pub(super) submit: Option<Time>,
    pub(super) run: Option<Span>,
    pub(super) allocated: Option<i64>,
    pub(super) requested: Option<i64>,
    /// The requested time.
    pub(super) estimate: Option<Span>,
    pub(super) status: Option<i64>,
    pub(super) user: Option<i64>,
    pub(super) group: Option<i64>,
    pub(super) executable: Option<i64>,
    pub(super) queue: Option<i64>,
}

impl Line {
    /// Reads a line, or adds its problems. Also returns its number of fields: those that it lacks
    /// are unknown, those beyond the format's are ignored. `None` if it cannot be a job.
    pub(super) fn read(text: &[u8], line: u64, problems: &mut TraceProblems) -> Option<(Line, usize)> {
        let mut cells = [b"-1".as_slice(); FIELDS.len()];
        let mut count = 0;
        for cell in text.split(u8::is_ascii_whitespace).filter(|cell| !cell.is_empty()) {
            if let Some(place) = cells.get_mut(count) {
                *place = cell;
            }
            count += 1;
        }
        if count < LEAST_FIELDS {
            let (fields, text) = (FIELDS.len(), if count == 1 { "number" } else { "numbers" });
            let text = format!("{count} {text}; a line of the format has {fields}, and -1 where one is unknown");
            problems.add(TraceProblem { line, column: None, text });
            return None;
        }
        let mut read = Line::default();
        for (field, cell) in cells.iter().enumerate() {
            if let Err(text) = read.field(field, cell) {
                problems.add(TraceProblem { line, column: Some(FIELDS[field].to_owned()), text });
            }
        }
        Some((read, count))
    }

    /// Returns a number, or adds its problem.
    fn field(&mut self, field: usize, cell: &[u8]) -> Result<(), String> {
        let Ok(cell) = std::str::from_utf8(cell) else {
            return Err(format!("`{}` is no number; write one, or {UNKNOWN}", String::from_utf8_lossy(cell)));
        };
        match field {
            0 => self.number = whole(cell)?,
            1 => self.submit = duration(cell)?.map(|span| Time::ZERO + span),
            3 => self.run = duration(cell)?,
            4 => self.allocated = processors(cell)?,
            7 => self.requested = processors(cell)?,
            8 => self.estimate = duration(cell)?,
            10 => self.status = whole(cell)?,
            11 => self.user = whole(cell)?,
            12 => self.group = whole(cell)?,
            13 => self.executable = whole(cell)?,
            14 => self.queue = whole(cell)?,
            _ if cell.parse::<f64>().is_ok() => {}
            _ => return Err(format!("`{cell}` is no number; write one, or {UNKNOWN}")),
        }
        Ok(())
    }

    /// The number of the job that it is a part of, if it is not a whole job.
    pub(super) fn part_of(&self) -> Option<i64> {
        self.number.filter(|_| matches!(self.status, Some(CONTINUED | COMPLETED_AT_LAST | FAILED_AT_LAST)))
    }

    /// Whether it was cancelled before it ever ran.
    pub(super) fn never_started(&self) -> bool {
        let has_run = match self.run {
            None => false,
            Some(Span::ZERO) => self.allocated.is_some_and(|processors| processors > 0),
            Some(_) => true,
        };
        self.status == Some(CANCELLED) && !has_run
    }
}

/// The status of a partial execution before another one.
const CONTINUED: i64 = 2;
/// The status of the last partial execution of a job that completed.
const COMPLETED_AT_LAST: i64 = 3;
/// The status of the last partial execution of a job that failed.
const FAILED_AT_LAST: i64 = 4;
/// The status of a job that was cancelled, before it started or while it ran.
const CANCELLED: i64 = 5;

/// The text for unknown values.
const UNKNOWN: &str = "-1 where it is unknown";

/// A whole number; `None` if it is negative.
fn whole(cell: &str) -> Result<Option<i64>, String> {
    let number = whole_number(cell).ok_or_else(|| format!("`{cell}` is no whole number; write one, or {UNKNOWN}"))?;
    Ok((number >= 0).then_some(number))
}

/// Seconds, rounded to the nanosecond; `None` if they are negative.
fn duration(cell: &str) -> Result<Option<Span>, String> {
    let digits = cell.strip_prefix('-').unwrap_or(cell);
    let nanos = Some(digits).filter(|digits| !digits.starts_with('-')).and_then(|digits| seconds(digits).ok());
    let nanos = nanos.ok_or_else(|| {
        format!("`{cell}` is no number of seconds; write one up to {MOST_SECONDS}, such as 12.5, or {UNKNOWN}")
    })?;
    Ok((nanos == 0 || digits.len() == cell.len()).then_some(Span(nanos)))
}

/// Processors; `None` if they are negative.
fn processors(cell: &str) -> Result<Option<i64>, String> {
    if whole_number(cell).is_some_and(|number| number < 0) {
        return Ok(None);
    }
    units(cell).map(Some).map_err(|why| format!("{why}, or {UNKNOWN}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_exact_and_unknown_below_zero() {
        for (cell, nanos) in [
            ("0", Some(0)),
            ("-0.0", Some(0)),
            ("599850", Some(599_850_000_000_000)),
            ("0.5", Some(500_000_000)),
            ("0.30000000000000004", Some(300_000_000)),
            ("12.9999999999", Some(13_000_000_000)),
            ("5e-05", Some(50_000)),
            ("1e3", Some(1_000_000_000_000)),
            ("-1e+00", None),
            ("-1", None),
            ("-1.00", None),
            ("-12.0000000001", None),
        ] {
            assert_eq!(duration(cell), Ok(nanos.map(Span)), "{cell}");
        }
        for cell in
            ["", "-", ".", "--1", "--0", "1e", "+1", "x", "1.00000000000x", "1.5.2", "9223372036", "µ.1234567890"]
        {
            let why = duration(cell).unwrap_err();
            assert!(why.contains(&format!("`{cell}`")) && why.ends_with(UNKNOWN), "{cell}: {why}");
        }
    }

    #[test]
    fn processors_are_whole_and_unknown_below_zero() {
        assert_eq!((processors("0"), processors("64"), processors("-1")), (Ok(Some(0)), Ok(Some(64)), Ok(None)));
        assert_eq!((processors("64.0"), processors("-1.0")), (Ok(Some(64)), Ok(None)));
        for cell in ["1.5", "x", "9999999999999999999", "-x"] {
            assert!(processors(cell).unwrap_err().ends_with(UNKNOWN), "{cell} must be refused");
        }
    }
}
