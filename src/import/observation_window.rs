//! The time over which the documents are complete, so that arrivals can be counted in it.
//!
//! An export is cut: to the newest rows by `scheduledAt` (the API's `limit`), or to rows that ended
//! recently (the compaction of the history). A count from the oldest row on would include a time in
//! which most rows are missing. But every row that was scheduled after the earliest end of any row
//! survives both cuts: its own end is later, and so is its schedule.

use chrono::{DateTime, Datelike, TimeDelta, Utc};

use super::document_history::{DocumentHistory, Row};
use super::documents::Documents;
use super::toml_text::number;
use crate::model::job::Status;
use crate::model::time::{Span, Time};

/// Rows within a shorter time do not tell how often jobs arrive.
const MIN_LENGTH: Span = Span::secs(60);

/// From one instant to another, both excluded: a row on an edge defines it, and is not a random
/// count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct ObservationWindow {
    pub(super) from: Time,
    pub(super) to: Time,
}

impl ObservationWindow {
    /// The window of these rows, if it is a minute or longer. It ends at the start of the scenario,
    /// the instant of the export.
    pub(super) fn of(history: &DocumentHistory) -> Option<ObservationWindow> {
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

    /// The time at which a row was scheduled, if it lies inside.
    pub(super) fn counts(self, row: &Row) -> Option<Time> {
        row.scheduled_at.filter(|at| self.from < *at && *at < self.to)
    }
}

/// The latest time of a past event in the documents: a change of a status, or the `scheduledAt` of
/// a row that no longer waits. The `scheduledAt` of a waiting row, the `nextRun` of a cron and the
/// expiration of a heartbeat may lie ahead.
pub fn latest_time(documents: &Documents) -> Option<DateTime<Utc>> {
    let updated = documents.jobs.iter().filter_map(|job| job.last_updated.get());
    let claimed =
        documents.jobs.iter().filter(|job| !job.is_finished() && job.current_status() != Some(Status::Waiting));
    updated.chain(claimed.filter_map(|job| job.scheduled_at.get())).max().copied()
}

/// If no row has a past time, an instant that is probably close to the export: just before the next
/// firing of a cron, the latest expiration of a heartbeat, or the latest schedule of a row.
pub(super) fn estimated_export_time(documents: &Documents) -> Option<DateTime<Utc>> {
    let next = documents.crons.unwrap_or_default().iter().filter_map(|cron| cron.next_run.get()).min();
    let heartbeat = documents.workers.unwrap_or_default().iter().filter_map(|row| row.heartbeat_expiration.get()).max();
    let scheduled = documents.jobs.iter().filter_map(|job| job.scheduled_at.get()).max();
    // RFC 3339 cannot express years before 0.
    let before_next = next.and_then(|at| at.checked_sub_signed(TimeDelta::seconds(1))).filter(|at| at.year() >= 0);
    before_next.or(heartbeat.copied()).or(scheduled.copied())
}

/// A duration in days, hours or minutes, for comments.
pub(super) fn in_words(seconds: f64) -> String {
    match seconds {
        s if s >= 2.0 * 86_400.0 => format!("{} days", number((s / 864.0).round() / 100.0)),
        s if s >= 2.0 * 3_600.0 => format!("{} hours", number((s / 36.0).round() / 100.0)),
        s => Span::from_secs_f64(s.round()).to_string(),
    }
}
