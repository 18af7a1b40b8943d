//! The records of a history, and what they share.

use crate::model::time::{Epoch, Span, Time};
use crate::model::time_zone::TimeZone;

/// The jobs of a queue over some time, as its log has them.
#[derive(Clone, Debug)]
pub struct JobHistory {
    /// The records in the order of [`Record::created`]; of the same instant in the order of the
    /// file.
    pub records: Vec<Record>,
    /// Names of the actions, by [`Record::action`].
    pub actions: Vec<String>,
    /// Names of the workers, by [`Record::worker`].
    pub workers: Vec<String>,
    /// Names of the resources, by the first number of a [`Need`].
    pub resources: Vec<String>,
    /// The distinct needs, by [`Record::need`]. A history that does not tell needs has one, which
    /// is empty.
    pub needs: Vec<Need>,
    /// Where instant 0 of its times lies in the calendar.
    pub epoch: Epoch,
    /// The zone of its local times; hours and weekdays are those of this zone.
    pub time_zone: TimeZone,
    /// The step of its times: 1 s if all of them are whole seconds, and 1 ns if no coarser step
    /// fits.
    pub resolution: Span,
    /// The end of what it tells: the latest instant in it, or that of its export.
    pub until: Time,
    /// Rows that are not used, with the reason, in the order of the file.
    pub problems: Vec<Problem>,
}

/// Units by resource, in the order of the resources, without zeros.
pub type Need = Vec<(u32, u64)>;

/// One attempt of a job. Every record that has ended or runs has a start, unless it left the queue
/// unclaimed; no instant of it lies before an earlier one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Record {
    /// When it fell due: the wait counts from here.
    pub created: Time,
    /// When a worker started it; `None` if it still waits, has left the queue unclaimed, or if the
    /// log does not tell.
    pub started: Option<Time>,
    /// When it ended or left the queue; `None` if it still waits or runs.
    pub finished: Option<Time>,
    /// What became of it.
    pub outcome: Outcome,
    /// An index into [`JobHistory::actions`].
    pub action: u32,
    /// An index into [`JobHistory::workers`], if the log tells it.
    pub worker: Option<u32>,
    /// An index into [`JobHistory::needs`].
    pub need: u32,
    /// 1 for a first attempt or where attempts are not distinguished, 2 for the first retry, and so
    /// on.
    pub attempt: u32,
    /// The priority, larger first, if the log tells it.
    pub priority: Option<i64>,
    /// How long it was expected or allowed to run, if the log tells it.
    pub estimate: Option<Span>,
    /// The line or the number of its row in the file, from 1.
    pub line: u32,
}

/// What became of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Outcome {
    /// It waits.
    Waiting,
    /// It runs.
    Running,
    /// It succeeded.
    Done,
    /// It ended in error.
    Error,
    /// It was stopped when its time was up.
    DeadlineMissed,
    /// It was cancelled, while it waited or ran.
    Cancelled,
    /// It gave up waiting.
    Abandoned,
    /// It was turned away on arrival.
    Rejected,
    /// It lost its worker.
    WorkerLost,
}

/// A row that is not used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The number of its file, from 0, if there are several.
    pub file: u32,
    /// The line or the number of the row in the file, from 1.
    pub line: u32,
    /// What kind of problem it is, for counts.
    pub kind: ProblemKind,
    /// What is wrong with it, with the offending value.
    pub reason: String,
}

/// The kinds of problems of rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ProblemKind {
    /// The row has fewer or more cells than the header, or ends within a value.
    Truncated,
    /// It lacks a value that it must have.
    Missing,
    /// A time cannot be read.
    Time,
    /// A time has an offset from UTC and others of its column have none, or the other way round.
    MixedZones,
    /// A local time that no clock showed.
    SkippedTime,
    /// It starts before it falls due, or ends before it starts.
    Order,
    /// A duration is negative.
    NegativeDuration,
    /// A number cannot be read.
    Number,
    /// Its status is unknown.
    Status,
    /// Its status and its times contradict each other.
    Contradiction,
    /// An earlier row has the same id.
    Duplicate,
    /// It is not UTF-8 text.
    Text,
}

impl ProblemKind {
    /// Its name in JSON.
    pub fn name(self) -> &'static str {
        match self {
            ProblemKind::Truncated => "truncated",
            ProblemKind::Missing => "missing",
            ProblemKind::Time => "time",
            ProblemKind::MixedZones => "mixed_zones",
            ProblemKind::SkippedTime => "skipped_time",
            ProblemKind::Order => "order",
            ProblemKind::NegativeDuration => "negative_duration",
            ProblemKind::Number => "number",
            ProblemKind::Status => "status",
            ProblemKind::Contradiction => "contradiction",
            ProblemKind::Duplicate => "duplicate",
            ProblemKind::Text => "text",
        }
    }

    /// In words, after a number: "3 with a duplicate id".
    pub fn words(self) -> &'static str {
        match self {
            ProblemKind::Truncated => "cut off, or with too many cells",
            ProblemKind::Missing => "without a value that is needed",
            ProblemKind::Time => "with a time that cannot be read",
            ProblemKind::MixedZones => "with times of mixed zones",
            ProblemKind::SkippedTime => "with a local time that the clocks skip",
            ProblemKind::Order => "with times in the wrong order",
            ProblemKind::NegativeDuration => "with a negative duration",
            ProblemKind::Number => "with a number that cannot be read",
            ProblemKind::Status => "with an unknown status",
            ProblemKind::Contradiction => "with a status that contradicts the times",
            ProblemKind::Duplicate => "with the id of an earlier row",
            ProblemKind::Text => "not in UTF-8",
        }
    }
}

impl Record {
    /// From falling due to the start; `None` without a start.
    pub fn wait(&self) -> Option<Span> {
        Some(self.started? - self.created)
    }

    /// From the start to the end; `None` without one of them.
    pub fn service(&self) -> Option<Span> {
        Some(self.finished? - self.started?)
    }

    /// Whether it is a further attempt of an earlier record.
    pub fn is_retry(&self) -> bool {
        self.attempt > 1
    }
}

impl JobHistory {
    /// The earliest instant: 0 for a history without records.
    pub fn from(&self) -> Time {
        self.records.first().map_or(Time::ZERO, |record| record.created)
    }

    /// Whether any record tells when it started.
    pub fn has_waits(&self) -> bool {
        self.records.iter().any(|record| record.started.is_some())
    }

    /// The history as it was known at an instant: without what happened later.
    #[must_use]
    pub fn as_of(&self, at: Time) -> JobHistory {
        let known = |time: Option<Time>| time.filter(|time| *time <= at);
        let as_of = |record: &Record| {
            let (started, finished) = (known(record.started), known(record.finished));
            let outcome = match (finished, started, record.finished) {
                (Some(_), ..) => record.outcome,
                (None, Some(_), _) => Outcome::Running,
                // It ended earlier, or nothing is known of its end.
                (None, None, None) if record.started.is_none() => record.outcome,
                (None, None, _) => Outcome::Waiting,
            };
            Record { started, finished, outcome, ..*record }
        };
        let records = self.records.iter().filter(|record| record.created < at).map(as_of).collect();
        JobHistory { records, until: self.until.min(at), ..self.clone() }
    }
}
