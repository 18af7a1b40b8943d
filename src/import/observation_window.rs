//! The stretch of time over which the documents are complete, so that arrivals can be counted in it.
//!
//! An export is cut: to the newest rows by `scheduledAt` (the API's `limit`), or to rows that ended lately (the history's
//! compaction). Whoever counts from the oldest row on counts a time in which most rows are missing. But a row that was
//! scheduled after the earliest end of any row is there under either cut: its own end is later, and so is its schedule.

use chrono::{DateTime, Datelike, TimeDelta, Utc};

use super::Documents;
use super::history::{History, Row};
use crate::model::job::Status;
use crate::model::time::{Span, Time};

/// Rows that span less than this tell nothing of how often they come.
const MIN_LENGTH: Span = Span::secs(60);

/// From one instant to another, both excluded: what lies on an edge defines it, and is no count of chance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct ObservationWindow {
    pub(super) from: Time,
    pub(super) to: Time,
}

impl ObservationWindow {
    /// The window of these rows, if they span a minute or more. It ends at the start of the scenario, the instant of the export.
    pub(super) fn of(history: &History) -> Option<ObservationWindow> {
        let ended = || history.rows.iter().filter(|row| !row.is_active() && row.status != Some(Status::Deleted));
        let first_end = ended().filter_map(|row| row.updated_at).min();
        let first_scheduled = ended().filter_map(|row| row.scheduled_at).min();
        let oldest = history.rows.iter().filter_map(|row| row.scheduled_at).min();
        let from = first_end.max(first_scheduled).or(oldest)?;
        (from + MIN_LENGTH <= Time::ZERO).then_some(ObservationWindow { from, to: Time::ZERO })
    }

    /// Its length in seconds.
    pub(super) fn length(self) -> f64 {
        (self.to - self.from).as_secs_f64()
    }

    /// Whether a row was scheduled inside.
    pub(super) fn counts(self, row: &Row) -> Option<Time> {
        row.scheduled_at.filter(|at| self.from < *at && *at < self.to)
    }
}

/// The latest time that the documents give for something that has happened: a change of a status, or the start of a row
/// that waits no more. A waiting row's `scheduledAt`, a cron's `nextRun` and a heartbeat's expiration may lie ahead.
pub(super) fn latest_time(documents: &Documents) -> Option<DateTime<Utc>> {
    let updated = documents.jobs.iter().filter_map(|job| job.last_updated.get());
    let claimed =
        documents.jobs.iter().filter(|job| !job.is_finished() && job.current_status() != Some(Status::Waiting));
    updated.chain(claimed.filter_map(|job| job.scheduled_at.get())).max().copied()
}

/// Where no row has a time, an instant that is probably close to that of the export: just before the next firing of a
/// cron, or the last that is said of a heartbeat, or the latest schedule of a row.
pub(super) fn estimated_export_time(documents: &Documents) -> Option<DateTime<Utc>> {
    let next = documents.crons.unwrap_or_default().iter().filter_map(|cron| cron.next_run.get()).min();
    let heartbeat = documents.workers.unwrap_or_default().iter().filter_map(|row| row.heartbeat_expiration.get()).max();
    let scheduled = documents.jobs.iter().filter_map(|job| job.scheduled_at.get()).max();
    // The year before 0 cannot be written.
    let before_next = next.and_then(|at| at.checked_sub_signed(TimeDelta::seconds(1))).filter(|at| at.year() >= 0);
    before_next.or(heartbeat.copied()).or(scheduled.copied())
}

/// A length of time in days, hours or minutes, for comments.
pub(super) fn in_words(seconds: f64) -> String {
    let number = super::toml_text::number;
    match seconds {
        s if s >= 2.0 * 86_400.0 => format!("{} days", number((s / 864.0).round() / 100.0)),
        s if s >= 2.0 * 3_600.0 => format!("{} hours", number((s / 36.0).round() / 100.0)),
        s => Span::from_secs_f64(s.round()).to_string(),
    }
}
