//! From the cells of a row to a record: instants, durations, outcome, and the order of times.

use chrono::{DateTime, Utc};

use crate::builder::{Builder, ReadRow};
use crate::clock::{LocalClocks, LocalTime};
use crate::duration;
use crate::error::HistoryError;
use crate::mapping::{FIELDS, Field};
use crate::model::capacity::MOST_UNITS;
use crate::model::decimal::scaled;
use crate::model::time::Span;
use crate::model::time_zone::TimeZone;
use crate::record::{Outcome, ProblemKind};
use crate::row::{Rejection, Row};
use crate::stamp::{self, StampKind};
use crate::status::{self, Meaning};

/// Reads the rows of one file.
pub(crate) struct RowReader<'a> {
    builder: &'a mut Builder,
    clocks: Option<LocalClocks>,
    /// Nanoseconds since 1970 of the instant that numbers count from, if they are not since 1970.
    start: Option<i64>,
    /// The name of the column of each field; empty if it has none.
    columns: [String; FIELDS],
    units: [u8; FIELDS],
    /// How each column of instants writes them, and the line that shows it.
    kinds: [Option<(StampKind, u32)>; 3],
    need: Vec<(u32, u64)>,
    /// The replication that is read, in logs of simulations.
    replication: Option<String>,
}

/// An instant that may have a second meaning, if the clocks showed it twice.
type Instant = (i64, Option<i64>);

impl<'a> RowReader<'a> {
    /// A reader for a file with local times of this zone. With a start, numbers are seconds from
    /// it.
    pub(crate) fn new(
        builder: &'a mut Builder,
        zone: Option<TimeZone>,
        start: Option<DateTime<Utc>>,
        replication: Option<u64>,
    ) -> RowReader<'a> {
        RowReader {
            builder,
            clocks: zone.map(LocalClocks::new),
            start: start.and_then(|start| start.timestamp_nanos_opt()),
            columns: Default::default(),
            units: [0; FIELDS],
            kinds: [None; 3],
            need: Vec::new(),
            replication: replication.map(|number| number.to_string()),
        }
    }

    /// Sets the names of the columns, by field; empty for those that the file does not have.
    pub(crate) fn set_columns(&mut self, columns: [String; FIELDS]) {
        self.units = std::array::from_fn(|field| duration::unit_of(&columns[field]));
        self.columns = columns;
    }

    /// The number of a resource.
    pub(crate) fn resource(&mut self, name: &str) -> u32 {
        self.builder.resource(name)
    }

    /// Keeps the problem of a row.
    pub(crate) fn problem(&mut self, line: u32, kind: ProblemKind, reason: String) {
        self.builder.problem(line, kind, reason);
    }

    /// Adds the record of a row, or its problem. `units` are the cells of columns of needs.
    ///
    /// # Errors
    /// If the file cannot be read as it was asked for.
    pub(crate) fn row(&mut self, row: &Row, units: &[(u32, &str)]) -> Result<(), HistoryError> {
        let line = row.line;
        match self.record(row, units) {
            Ok(()) => Ok(()),
            rejected => self.reject(line, rejected.err()),
        }
    }

    /// Keeps why a row is not a record.
    ///
    /// # Errors
    /// If the file cannot be read as it was asked for.
    pub(crate) fn reject(&mut self, line: u32, why: Option<Rejection>) -> Result<(), HistoryError> {
        match why {
            None => {}
            Some(Rejection::LeftOut(what)) => self.builder.leave_out(what),
            Some(Rejection::Problem(kind, reason)) => self.builder.problem(line, kind, reason),
            Some(Rejection::File(error)) => return Err(error),
        }
        Ok(())
    }

    fn has(&self, field: Field) -> bool {
        !self.columns[field as usize].is_empty()
    }

    fn record(&mut self, row: &Row, units: &[(u32, &str)]) -> Result<(), Rejection> {
        if !row.replication.is_empty() {
            let replication = self.replication.get_or_insert_with(|| row.replication.to_owned());
            if replication != row.replication {
                return Err(Rejection::LeftOut("of other replications"));
            }
        }
        let status = Self::outcome(row)?;
        let times = self.times(row, status)?;
        let (created, started, finished) = times;
        let outcome = status.unwrap_or(match (started, finished) {
            (_, Some(_)) => Outcome::Done,
            (Some(_), None) => Outcome::Running,
            (None, None) => Outcome::Waiting,
        });
        let outcome = self.consistent(outcome, row, started.is_some(), finished.is_some())?;
        self.need.clear();
        for (resource, cell) in units.iter().filter(|(_, cell)| !stamp::is_unset(cell)) {
            let count = whole(cell).and_then(|count| u64::try_from(count).ok());
            let count = count.filter(|count| *count <= MOST_UNITS as u64).ok_or_else(|| {
                let reason = format!("`{cell}` is no number of units; it must be whole, from 0 to {MOST_UNITS}");
                Rejection::Problem(ProblemKind::Number, reason)
            })?;
            self.need.extend((count > 0).then_some((*resource, count)));
        }
        for (resource, count) in &row.units {
            let resource = self.builder.resource(resource);
            self.need.extend((*count > 0).then_some((resource, (*count).min(MOST_UNITS as u64))));
        }
        self.need.sort_unstable();
        self.need.dedup_by_key(|(resource, _)| *resource);
        let given = |field| Some(row.get(field)).filter(|cell| !cell.is_empty());
        let worker = given(Field::Worker).filter(|worker| !stamp::is_unset(worker));
        let worker = worker.filter(|_| started.is_some() || !self.tells_starts());
        let action = row.action.as_deref().or(given(Field::Action)).unwrap_or("job");
        let attempt = Self::number(row, Field::Attempt)?.map_or(Ok(1), u32::try_from);
        let attempt = attempt.map_err(|_| unreadable(row.get(Field::Attempt), "attempt"))?;
        let priority = Self::number(row, Field::Priority)?;
        let estimate = self.duration(row, Field::Estimate)?;
        self.builder.record(&ReadRow {
            line: row.line,
            id: row.id.as_deref().or(given(Field::Id)),
            created,
            started,
            finished,
            outcome,
            action,
            worker,
            need: &self.need,
            attempt,
            priority,
            estimate,
        });
        Ok(())
    }

    /// What the row's status says.
    fn outcome(row: &Row) -> Result<Option<Outcome>, Rejection> {
        let word = row.get(Field::Status);
        if row.outcome.is_some() || word.is_empty() {
            return Ok(row.outcome);
        }
        match status::read(word) {
            Some(Meaning::Outcome(outcome)) => Ok(Some(outcome)),
            Some(Meaning::NotQueued) => Err(Rejection::LeftOut("skipped, so they never asked for a worker")),
            None => {
                let reason = format!("`{word}` is not a known status; known are {}", status::known());
                Err(Rejection::Problem(ProblemKind::Status, reason))
            }
        }
    }

    /// When it fell due, started and ended.
    fn times(&mut self, row: &Row, status: Option<Outcome>) -> Result<(i64, Option<i64>, Option<i64>), Rejection> {
        let due = self.instant(row, Field::Created)?;
        let start = self.instant(row, Field::Started)?;
        let end = self.instant(row, Field::Finished)?;
        let queued = self.duration(row, Field::Queued)?;
        let run = self.duration(row, Field::Run)?;
        let after = |(first, second): Instant, earlier: Option<i64>| match (second, earlier) {
            (Some(second), Some(earlier)) if first < earlier => second,
            _ => first,
        };
        let mut created = due.map(|due| due.0);
        let mut started = start.map(|start| after(start, created));
        let mut finished = end.map(|end| after(end, started.or(created)));
        let may_start = status != Some(Outcome::Waiting) && !self.has(Field::Started);
        let may_end = !matches!(status, Some(Outcome::Waiting | Outcome::Running)) && !self.has(Field::Finished);
        if may_start {
            let from_wait = created.zip(queued).and_then(|(created, wait)| created.checked_add(wait.0));
            let from_run = finished.zip(run).and_then(|(finished, run)| finished.checked_sub(run.0));
            started = from_wait.or(from_run);
        }
        if may_end {
            finished = started.zip(run).and_then(|(started, run)| started.checked_add(run.0));
        }
        if created.is_none() {
            created = started.zip(queued).and_then(|(started, wait)| started.checked_sub(wait.0));
        }
        let Some(created) = created else {
            return Err(Rejection::Problem(
                ProblemKind::Missing,
                format!("{} is empty; it must tell when the job fell due", self.label(Field::Created)),
            ));
        };
        let order = |earlier: Field, later: Field, text: &str| {
            let cell = |field: Field| match row.get(field) {
                "" => field.name().to_owned(),
                cell => format!("{} `{cell}`", self.label(field)),
            };
            Err(Rejection::Problem(ProblemKind::Order, format!("{} is before {}; {text}", cell(later), cell(earlier))))
        };
        match (started, finished) {
            (Some(start), _) if start < created => {
                order(Field::Created, Field::Started, "a job starts after it falls due")
            }
            (Some(start), Some(end)) if end < start => {
                order(Field::Started, Field::Finished, "a job ends after its start")
            }
            (None, Some(end)) if end < created => {
                order(Field::Created, Field::Finished, "a job ends after it falls due")
            }
            _ => {
                self.builder.twice += u64::from([due, start, end].iter().flatten().any(|at| at.1.is_some()));
                Ok((created, started, finished))
            }
        }
    }

    /// Whether the file has columns that tell when jobs started.
    fn tells_starts(&self) -> bool {
        self.has(Field::Started) || self.has(Field::Queued) || self.has(Field::Run)
    }

    /// The outcome, if the times do not contradict it.
    fn consistent(&self, outcome: Outcome, row: &Row, starts: bool, ends: bool) -> Result<Outcome, Rejection> {
        let tells_starts = self.tells_starts();
        let status = match row.get(Field::Status) {
            "" => "the job".to_owned(),
            word => format!("status `{word}`"),
        };
        let contradiction =
            |text: &str| Err(Rejection::Problem(ProblemKind::Contradiction, format!("{status} {text}")));
        let missing = |field: Field| {
            let reason = format!("{} is empty, but {status} has one", self.label(field));
            Err(Rejection::Problem(ProblemKind::Missing, reason))
        };
        match outcome {
            Outcome::Waiting if starts => contradiction("waits, but the row has a start"),
            Outcome::Waiting if ends => contradiction("waits, but the row has an end"),
            Outcome::Running if ends => contradiction("runs, but the row has an end"),
            Outcome::Running if !starts && tells_starts => missing(Field::Started),
            Outcome::Waiting | Outcome::Running => Ok(outcome),
            _ if !ends => missing(Field::Finished),
            Outcome::Abandoned | Outcome::Rejected if starts => Ok(Outcome::Cancelled),
            Outcome::Cancelled | Outcome::Abandoned | Outcome::Rejected => Ok(outcome),
            _ if !starts && tells_starts => missing(Field::Started),
            _ => Ok(outcome),
        }
    }

    /// The column of a field, or its name if it has none.
    fn label(&self, field: Field) -> String {
        match self.columns[field as usize].as_str() {
            "" => field.name().to_owned(),
            column => format!("`{column}`"),
        }
    }

    fn instant(&mut self, row: &Row, field: Field) -> Result<Option<Instant>, Rejection> {
        let (cell, index) = (row.get(field), field as usize);
        if stamp::is_unset(cell) {
            return Ok(None);
        }
        let problem = |kind, reason| Err(Rejection::Problem(kind, reason));
        let unreadable = || {
            let column = &self.columns[index];
            format!(
                "`{cell}` in `{column}` is no time; write such as 2026-03-01T12:00:00Z, 2026-03-01 12:00:00, or seconds \
                 or milliseconds since 1970"
            )
        };
        if let Some(start) = self.start.filter(|_| cell.as_bytes().get(4) != Some(&b'-')) {
            let at = stamp::from_start(cell).and_then(|nanos| nanos.checked_add(start));
            return at.map_or_else(|| problem(ProblemKind::Time, unreadable()), |at| Ok(Some((at, None))));
        }
        let Some((kind, nanos)) = stamp::read(cell) else { return problem(ProblemKind::Time, unreadable()) };
        if nanos == 0 && kind != StampKind::Local {
            // The start of 1970 stands for no time at all.
            return Ok(None);
        }
        let (first, line) = *self.kinds[index].get_or_insert((kind, row.line));
        if first != kind {
            let zones = [first, kind].iter().all(|kind| matches!(kind, StampKind::Offset | StampKind::Local));
            let mixed = if zones { ProblemKind::MixedZones } else { ProblemKind::Time };
            return problem(
                mixed,
                format!(
                    "`{cell}` is {}, but row {line} of `{}` has {}",
                    kind.words(),
                    self.columns[index],
                    first.words()
                ),
            );
        }
        if kind != StampKind::Local {
            return Ok(Some((nanos, None)));
        }
        let Some(clocks) = &mut self.clocks else {
            return Err(Rejection::File(HistoryError::at(
                row.line.into(),
                format!(
                    "`{cell}` in `{}` has no offset from UTC; give the zone of such times, as in --time-zone \
                     Europe/Berlin or --time-zone UTC",
                    self.columns[index]
                ),
            )));
        };
        match clocks.instants(nanos) {
            LocalTime::Once(at) => Ok(Some((at, None))),
            LocalTime::Twice(first, second) => Ok(Some((first, Some(second)))),
            LocalTime::Skipped => problem(
                ProblemKind::SkippedTime,
                format!("`{cell}` in `{}` is a time that the clocks of the zone never showed", self.columns[index]),
            ),
        }
    }

    fn duration(&self, row: &Row, field: Field) -> Result<Option<Span>, Rejection> {
        let cell = row.get(field);
        if stamp::is_unset(cell) {
            return Ok(None);
        }
        match duration::read(cell, self.units[field as usize]) {
            Some(span) if span < Span::ZERO => Err(Rejection::Problem(
                ProblemKind::NegativeDuration,
                format!("`{cell}` in {} is negative; a duration is 0 or more", self.label(field)),
            )),
            Some(span) => Ok(Some(span)),
            None => Err(Rejection::Problem(
                ProblemKind::Number,
                format!(
                    "`{cell}` in {} is no duration; write seconds such as 12.5, 00:01:30, or 1m30s",
                    self.label(field)
                ),
            )),
        }
    }

    fn number(row: &Row, field: Field) -> Result<Option<i64>, Rejection> {
        let cell = row.get(field);
        if stamp::is_unset(cell) {
            return Ok(None);
        }
        whole(cell).map(Some).ok_or_else(|| unreadable(cell, field.name()))
    }
}

fn unreadable(cell: &str, what: &str) -> Rejection {
    Rejection::Problem(ProblemKind::Number, format!("`{cell}` is no {what}; write a whole number"))
}

/// A whole number, also as programs write it that hold it as a float: `3.0`.
pub(crate) fn whole(cell: &str) -> Option<i64> {
    let (sign, digits) = cell.strip_prefix('-').map_or((1, cell), |digits| (-1, digits));
    scaled(digits, 0).filter(|number| number.is_exact).map(|number| sign * number.nearest)
}
