//! The jobs of a log: its lines by a [`Choice`], without those that are none; those are counted by reason.

use std::collections::BTreeMap;

use super::line::Line;
use super::{Choice, Log, Processors, RunTime, Split};
use crate::trace::{ActionName, EMPTY_ROW, Trace, TraceRow};

/// Jobs, and what was left out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Jobs {
    /// The jobs, in order of their submit times.
    pub trace: Trace,
    /// How many lines were left out, by reason, in the order of [`Reason`].
    pub left_out: BTreeMap<Reason, u64>,
    /// How many lines of partial executions were added to the first of their job.
    pub added: u64,
}

/// Why a line is no job.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reason {
    /// It is a partial execution, and another line is the whole job.
    Part,
    /// It was cancelled before it started.
    NeverStarted,
    /// Its submit time is unknown.
    NoSubmitTime,
    /// Its run time is unknown.
    NoRunTime,
    /// Its requested time is unknown, and jobs run as long as that.
    NoRequestedTime,
    /// Its processors are unknown or 0.
    NoProcessors,
}

impl Reason {
    /// In words, after a number: "3 without a run time".
    pub fn words(self) -> &'static str {
        match self {
            Reason::Part => "partial executions of jobs that have a line as a whole",
            Reason::NeverStarted => "cancelled before they started",
            Reason::NoSubmitTime => "without a submit time",
            Reason::NoRunTime => "without a run time",
            Reason::NoRequestedTime => "without a requested time",
            Reason::NoProcessors => "without processors",
        }
    }
}

impl Log {
    /// The jobs that a choice makes of it.
    pub fn jobs(&self, choice: &Choice) -> Jobs {
        let mut left_out = BTreeMap::new();
        if self.parts.left_out > 0 {
            left_out.insert(Reason::Part, self.parts.left_out);
        }
        let mut kept = Vec::with_capacity(self.parts.jobs.len());
        for line in &self.parts.jobs {
            match Job::of(line, choice) {
                Ok(job) => kept.push(job),
                Err(reason) => *left_out.entry(reason).or_default() += 1,
            }
        }
        // The sort is stable: what was submitted together stays in file order.
        kept.sort_by_key(|job| job.row.at);
        kept.truncate(choice.first.map_or(usize::MAX, |first| usize::try_from(first).unwrap_or(usize::MAX)));
        Jobs { trace: trace(kept, choice), left_out, added: self.parts.added }
    }
}

/// A job, while its action and its need have no numbers yet.
#[derive(Clone, Copy, Debug)]
struct Job {
    row: TraceRow,
    processors: i64,
    label: Label,
}

/// What tells a job's action: its user, queue or the like. Those that are unknown come last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Label {
    Number(i64),
    Unknown,
}

impl Job {
    /// The job that a line is, or why it is none.
    fn of(line: &Line, choice: &Choice) -> Result<Job, Reason> {
        if line.never_started() {
            return Err(Reason::NeverStarted);
        }
        let at = line.submit.ok_or(Reason::NoSubmitTime)?;
        let service = match choice.run {
            RunTime::Actual => line.run.ok_or(Reason::NoRunTime)?,
            RunTime::Requested => line.estimate.ok_or(Reason::NoRequestedTime)?,
        };
        let processors = match choice.processors {
            Processors::Allocated => line.allocated.or(line.requested),
            Processors::Requested => line.requested.or(line.allocated),
        };
        let processors = processors.filter(|processors| *processors > 0).ok_or(Reason::NoProcessors)?;
        let row = TraceRow { at, service: Some(service), estimate: line.estimate, ..EMPTY_ROW };
        Ok(Job { row, processors, label: Label::of(line, choice.split) })
    }
}

impl Label {
    fn of(line: &Line, split: Option<Split>) -> Label {
        let number = match split {
            Some(Split::User) => line.user,
            Some(Split::Group) => line.group,
            Some(Split::Queue) => line.queue,
            Some(Split::Executable) => line.executable,
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
fn trace(jobs: Vec<Job>, choice: &Choice) -> Trace {
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
    }
}

/// The distinct ones of some values, with their places in order.
fn numbered<T: Ord>(values: impl Iterator<Item = T>) -> BTreeMap<T, u32> {
    let mut numbers: BTreeMap<T, u32> = values.map(|value| (value, 0)).collect();
    numbers.values_mut().zip(0..).for_each(|(number, place)| *number = place);
    numbers
}
