//! Records from the rows of all files, and the rows that are not used.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use crate::model::time::{Epoch, Span, Time};
use crate::model::time_zone::TimeZone;
use crate::names::Names;
use crate::record::{JobHistory, Need, Outcome, Problem, ProblemKind, Record};

/// A row whose cells have been read; instants are nanoseconds since 1970.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ReadRow<'a> {
    pub(crate) line: u32,
    /// Its id, if the file has ids; its attempt is a part of it.
    pub(crate) id: Option<&'a str>,
    pub(crate) created: i64,
    pub(crate) started: Option<i64>,
    pub(crate) finished: Option<i64>,
    pub(crate) outcome: Outcome,
    pub(crate) action: &'a str,
    pub(crate) worker: Option<&'a str>,
    pub(crate) need: &'a [(u32, u64)],
    pub(crate) attempt: u32,
    pub(crate) priority: Option<i64>,
    pub(crate) estimate: Option<Span>,
}

/// Collects records.
#[derive(Debug, Default)]
pub(crate) struct Builder {
    records: Vec<Record>,
    actions: Names,
    workers: Names,
    resources: Names,
    needs: Vec<Need>,
    need_numbers: BTreeMap<Need, u32>,
    /// The digest of each id, and the number of its record.
    ids: Vec<(u128, u32)>,
    problems: Vec<Problem>,
    /// The number of rows that are not jobs, by what they are.
    left_out: BTreeMap<&'static str, u64>,
    /// The number of rows, without those that are not jobs.
    pub(crate) rows: u64,
    /// The number of records before each file, in order.
    files: Vec<u32>,
    /// The number of times that the clocks showed twice.
    pub(crate) twice: u64,
}

impl Builder {
    /// Begins the next file.
    pub(crate) fn begin_file(&mut self) {
        self.files.push(self.records.len() as u32);
    }

    /// The number of the file being read, from 0.
    fn file(&self) -> u32 {
        self.files.len().saturating_sub(1) as u32
    }

    /// The number of the file of a record.
    fn file_of(&self, record: u32) -> u32 {
        self.files.partition_point(|before| *before <= record).saturating_sub(1) as u32
    }

    /// The number of a resource.
    pub(crate) fn resource(&mut self, name: &str) -> u32 {
        self.resources.number(name)
    }

    /// Counts a row that is not a job.
    pub(crate) fn leave_out(&mut self, what: &'static str) {
        *self.left_out.entry(what).or_default() += 1;
    }

    /// Keeps the problem of a row.
    pub(crate) fn problem(&mut self, line: u32, kind: ProblemKind, reason: String) {
        self.rows += 1;
        self.problems.push(Problem { file: self.file(), line, kind, reason });
    }

    /// Adds the record of a row.
    pub(crate) fn record(&mut self, row: &ReadRow) {
        self.rows += 1;
        if let Some(id) = row.id {
            self.ids.push((digest(id, row.attempt), self.records.len() as u32));
        }
        let action = self.actions.number(row.action);
        let worker = row.worker.map(|worker| self.workers.number(worker));
        let need = self.need(row.need);
        self.records.push(Record {
            created: Time(row.created),
            started: row.started.map(Time),
            finished: row.finished.map(Time),
            outcome: row.outcome,
            action,
            worker,
            need,
            attempt: row.attempt,
            priority: row.priority,
            estimate: row.estimate,
            line: row.line,
        });
    }

    fn need(&mut self, units: &[(u32, u64)]) -> u32 {
        let is_last = |number: &u32| self.needs.get(*number as usize).is_some_and(|need| need == units);
        if let Some(number) = self.records.last().map(|record| record.need).filter(is_last) {
            return number;
        }
        if let Some(number) = self.need_numbers.get(units) {
            return *number;
        }
        let number = self.needs.len() as u32;
        self.needs.push(units.to_vec());
        self.need_numbers.insert(units.to_vec(), number);
        number
    }

    /// The history, and what else there is to say about the rows. Instant 0 is `start`, or
    /// midnight before the first record.
    pub(crate) fn finish(
        mut self,
        start: Option<DateTime<Utc>>,
        time_zone: TimeZone,
        until: Option<DateTime<Utc>>,
    ) -> (JobHistory, Vec<String>) {
        self.drop_duplicates();
        let mut notes = self.notes();
        if self.records.iter().any(|record| record.attempt == 0) {
            self.records.iter_mut().for_each(|record| record.attempt = record.attempt.saturating_add(1));
            notes.push("attempts are counted from 0 in the file, and from 1 here".to_owned());
        }
        if !self.records.is_sorted_by_key(|record| record.created) {
            self.records.sort_by_key(|record| record.created);
        }
        self.problems.sort_by_key(|problem| (problem.file, problem.line));
        let first = self.records.first().map_or(0, |record| record.created.0);
        let epoch = start.unwrap_or_else(|| midnight(first, time_zone));
        let zero = epoch.timestamp_nanos_opt().unwrap_or(0);
        let shifted = |time: Time| Time(time.0.saturating_sub(zero));
        let mut resolution = Resolution::default();
        let mut latest = Time(i64::MIN);
        for record in &mut self.records {
            record.created = shifted(record.created);
            record.started = record.started.map(shifted);
            record.finished = record.finished.map(shifted);
            for time in [Some(record.created), record.started, record.finished].into_iter().flatten() {
                resolution.add(time.0);
                latest = latest.max(time);
            }
        }
        let until = until.and_then(|until| Epoch(epoch).time_of(until));
        let until = until.unwrap_or(latest).max(latest).max(if self.records.is_empty() { Time::ZERO } else { latest });
        let history = JobHistory {
            records: self.records,
            actions: self.actions.into_valid(),
            workers: self.workers.into_valid(),
            resources: self.resources.into_valid(),
            needs: self.needs,
            epoch: Epoch(epoch),
            time_zone,
            resolution: resolution.step(),
            until,
            problems: self.problems,
        };
        (history, notes)
    }

    fn notes(&self) -> Vec<String> {
        let rows = |count: u64| if count == 1 { "1 row".to_owned() } else { format!("{count} rows") };
        let left_out = self.left_out.iter().map(|(what, count)| format!("{} left out: {what}", rows(*count)));
        let twice = (self.twice > 0).then(|| {
            format!(
                "{} with a local time that the clocks showed twice: the first is used, or the second if the first \
                 is before an earlier time of the row",
                rows(self.twice)
            )
        });
        left_out.chain(twice).collect()
    }

    /// Of records with the same id all but the first become problems.
    fn drop_duplicates(&mut self) {
        self.ids.sort_unstable();
        let mut later: Vec<(u32, u32)> = Vec::new();
        let mut first = None;
        for (digest, number) in self.ids.drain(..) {
            match first {
                Some((known, first)) if known == digest => later.push((number, first)),
                _ => first = Some((digest, number)),
            }
        }
        later.sort_unstable();
        for (number, first) in &later {
            let (file, first_file) = (self.file_of(*number), self.file_of(*first));
            let (line, first) = (self.records[*number as usize].line, self.records[*first as usize].line);
            let place = if file == first_file { String::new() } else { format!(" of file {}", first_file + 1) };
            let reason = format!("its id is that of row {first}{place}; ids must be distinct");
            self.problems.push(Problem { file, line, kind: ProblemKind::Duplicate, reason });
        }
        let (mut index, mut next) = (0_u32, later.iter().map(|(number, _)| *number).peekable());
        self.records.retain(|_| {
            let is_later = next.next_if_eq(&index).is_some();
            index += 1;
            !is_later
        });
        self.ids = Vec::new();
    }
}

/// The local midnight at or before an instant.
fn midnight(nanos: i64, zone: TimeZone) -> DateTime<Utc> {
    let at = DateTime::from_timestamp_nanos(nanos);
    let day = zone.local(at).date().and_hms_opt(0, 0, 0).map(|midnight| zone.resolve(midnight));
    day.filter(|day| *day <= at).unwrap_or(at)
}

/// A digest of an id and an attempt; equal ones of different ids are as improbable as anything.
fn digest(id: &str, attempt: u32) -> u128 {
    // FNV-1a with 128 bits.
    let bytes = id.bytes().chain(attempt.to_le_bytes());
    bytes.fold(0x6c62_272e_07bb_0142_62b8_2175_6295_c58d, |hash: u128, byte| {
        (hash ^ u128::from(byte)).wrapping_mul(0x0000_0000_0100_0000_0000_0000_0000_013b)
    })
}

/// The coarsest step that all instants are multiples of.
#[derive(Clone, Copy, Debug, Default)]
struct Resolution(usize);

/// The steps, the coarsest first.
const STEPS: [i64; 4] = [1_000_000_000, 1_000_000, 1_000, 1];

impl Resolution {
    fn add(&mut self, nanos: i64) {
        while nanos % STEPS[self.0] != 0 {
            self.0 += 1;
        }
    }

    fn step(self) -> Span {
        Span(STEPS[self.0])
    }
}
