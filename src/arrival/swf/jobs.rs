//! The jobs of a log: its lines under [`SwfOptions`]. Lines that are not jobs are counted by
//! reason.

use std::collections::BTreeMap;

use super::line::Line;
use super::{Processors, RunTime, SplitBy, SwfLog, SwfOptions};
use crate::trace::{ActionName, EMPTY_ROW, Trace, TraceRow};

/// The jobs of a log, and the numbers of skipped lines.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SwfJobs {
    /// The jobs, in order of their submit times.
    pub trace: Trace,
    /// The numbers of skipped lines by reason.
    pub left_out: BTreeMap<SkipReason, u64>,
    /// The number of lines of partial executions that were added to the first line of their job.
    pub added: u64,
}

/// The reason why a line is not a job.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum SkipReason {
    /// It is a partial execution, and another line is the whole job.
    Part,
    /// It was cancelled before it started.
    NeverStarted,
    /// Its submit time is unknown.
    NoSubmitTime,
    /// Its run time is unknown.
    NoRunTime,
    /// Its requested time is unknown, and jobs run for that time.
    NoRequestedTime,
    /// Its processors are unknown or 0.
    NoProcessors,
}

impl SkipReason {
    /// In words, after a number: "3 without a run time".
    pub fn words(self) -> &'static str {
        match self {
            SkipReason::Part => "partial executions of jobs that have a line as a whole",
            SkipReason::NeverStarted => "cancelled before they started",
            SkipReason::NoSubmitTime => "without a submit time",
            SkipReason::NoRunTime => "without a run time",
            SkipReason::NoRequestedTime => "without a requested time",
            SkipReason::NoProcessors => "without processors",
        }
    }
}

impl SwfLog {
    /// The jobs under these options.
    pub fn jobs(&self, choice: &SwfOptions) -> SwfJobs {
        let mut left_out = BTreeMap::new();
        if self.parts.left_out > 0 {
            left_out.insert(SkipReason::Part, self.parts.left_out);
        }
        let mut kept = Vec::with_capacity(self.parts.jobs.len());
        for line in &self.parts.jobs {
            match Job::of(line, choice) {
                Ok(job) => kept.push(job),
                Err(reason) => *left_out.entry(reason).or_default() += 1,
            }
        }
        // The sort is stable: jobs submitted together stay in file order.
        kept.sort_by_key(|job| job.row.at);
        kept.truncate(choice.first.map_or(usize::MAX, |first| usize::try_from(first).unwrap_or(usize::MAX)));
        SwfJobs { trace: trace(kept, choice), left_out, added: self.parts.added }
    }
}

/// A job before its action and its need have numbers.
#[derive(Clone, Copy, Debug)]
struct Job {
    row: TraceRow,
    processors: i64,
    label: Label,
}

/// The value that determines the action of a job: its user, its queue and so on. Unknown ones come
/// last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Label {
    Number(i64),
    Unknown,
}

impl Job {
    /// The job of a line, or the reason to skip it.
    fn of(line: &Line, choice: &SwfOptions) -> Result<Job, SkipReason> {
        if line.never_started() {
            return Err(SkipReason::NeverStarted);
        }
        let at = line.submit.ok_or(SkipReason::NoSubmitTime)?;
        let service = match choice.run {
            RunTime::Actual => line.run.ok_or(SkipReason::NoRunTime)?,
            RunTime::Requested => line.estimate.ok_or(SkipReason::NoRequestedTime)?,
        };
        let processors = match choice.processors {
            Processors::Allocated => line.allocated.or(line.requested),
            Processors::Requested => line.requested.or(line.allocated),
        };
        let processors = processors.filter(|processors| *processors > 0).ok_or(SkipReason::NoProcessors)?;
        let row = TraceRow { at, service: Some(service), estimate: line.estimate, ..EMPTY_ROW };
        Ok(Job { row, processors, label: Label::of(line, choice.split) })
    }
}

impl Label {
    fn of(line: &Line, split: Option<SplitBy>) -> Label {
        let number = match split {
            Some(SplitBy::User) => line.user,
            Some(SplitBy::Group) => line.group,
            Some(SplitBy::Queue) => line.queue,
            Some(SplitBy::Executable) => line.executable,
            None => None,
        };
        number.map_or(Label::Unknown, Label::Number)
    }

    fn number(self) -> Option<i64> {
        match self {
            Label::Number(number) => Some(number),
            Label::Unknown => None,
        }
    }
}

/// Jobs as a trace: the distinct needs and actions get numbers, by size and by label.
fn trace(jobs: Vec<Job>, choice: &SwfOptions) -> Trace {
    let needs = numbered(jobs.iter().map(|job| job.processors));
    let labels = numbered(jobs.iter().map(|job| job.label));
    let row = |job: Job| TraceRow {
        action: choice.split.map(|_| labels[&job.label]),
        need: Some(needs[&job.processors]),
        ..job.row
    };
    let names = choice
        .split
        .into_iter()
        .flat_map(|split| labels.keys().map(move |label| split.action(&choice.action, label.number())));
    Trace {
        actions: names.map(|name| ActionName { name, line: 0 }).collect(),
        resources: vec![choice.resource.clone()],
        needs: needs.keys().map(|processors| [Some(*processors)].into()).collect(),
        rows: jobs.into_iter().map(row).collect(),
        ..Trace::default()
    }
}

/// The distinct values, with their indices in order.
fn numbered<T: Ord>(values: impl Iterator<Item = T>) -> BTreeMap<T, u32> {
    let mut numbers: BTreeMap<T, u32> = values.map(|value| (value, 0)).collect();
    numbers.values_mut().zip(0..).for_each(|(number, place)| *number = place);
    numbers
}
