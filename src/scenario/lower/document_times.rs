//! The times in the registry's documents against the run's: rows of another time than `start`'s
//! would wait for years, or never fall due.

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};

use super::lowering::Lowering;
use crate::diagnostic::Diagnostic;
use crate::engine::InitialRow;
use crate::model::job::Status;
use crate::model::time::Time;
use crate::registry::document::{JobDocument, WorkerDocument};
use crate::spanned::Spanned;
use crate::spec::Spec;

/// The times of documents that tell when these were exported.
#[derive(Debug, Default)]
pub(super) struct DocumentTimes {
    /// The latest past event: a change of a status, or the `scheduledAt` of a claimed row.
    event: Option<DateTime<Utc>>,
    /// The latest expiration of the heartbeat of a living worker, shortly after the export.
    heartbeat: Option<DateTime<Utc>>,
    /// The latest `scheduledAt` of a row that waits or runs, which may lie ahead.
    scheduled: Option<DateTime<Utc>>,
}

/// Documents that are older than this when the run starts are probably of another time.
const OLD: TimeDelta = TimeDelta::hours(1);

impl DocumentTimes {
    pub(super) fn add_workers(&mut self, rows: &[WorkerDocument]) {
        let alive = rows.iter().filter(|row| row.is_alive());
        self.heartbeat = alive.filter_map(|row| row.heartbeat_expiration.get().copied()).max();
    }

    pub(super) fn add_jobs(&mut self, rows: &[JobDocument]) {
        let scheduled = |row: &JobDocument| row.scheduled_at.get().copied();
        let active = || rows.iter().filter(|row| !row.is_finished());
        let claimed = active().filter(|row| row.current_status() != Some(Status::Waiting)).filter_map(scheduled);
        let changed = rows.iter().filter_map(|row| row.last_updated.get().copied());
        self.event = claimed.chain(changed).max();
        self.scheduled = active().filter_map(scheduled).max();
    }
}

impl Lowering<'_> {
    /// Warns of documents of another time, with the `start` that fits.
    pub(super) fn check_document_times(&mut self, file: &Spanned<String>, times: &DocumentTimes, spec: &Spec) {
        let start = self.settings.epoch.0;
        let text = |time: DateTime<Utc>| time.to_rfc3339_opts(SecondsFormat::AutoSi, true);
        let (title, fits) = match (times.event, times.heartbeat.max(times.event).max(times.scheduled)) {
            (Some(event), _) if event > start => {
                let title =
                    format!("`{}` was exported after the start of the run: it tells of {}", file.value, text(event));
                (title, event)
            }
            // Rows without a time wait from the start.
            (_, Some(latest)) if times.scheduled.is_some() && latest + OLD < start => {
                let title = format!(
                    "the documents are older than the run: their latest time is {}; rows wait since they were scheduled",
                    text(latest)
                );
                (title, latest)
            }
            _ => return,
        };
        let mut diagnostic = Diagnostic::warning(file.span, title);
        if let Some(start) = &spec.start {
            diagnostic = diagnostic.context(start.span, "the run starts here");
        }
        self.report(diagnostic.help(format!("write start = \"{}\", or the time of the export", text(fits))));
    }

    /// Moves running rows that are scheduled after the start to the start, since they were claimed
    /// before it; and leaves out waiting rows that would fall due after the horizon.
    pub(super) fn fit_into_run(&mut self, file: &Spanned<String>, rows: &mut Vec<(InitialRow, JobDocument)>) {
        let (all, mut moved) = (rows.len(), 0);
        for (row, _) in rows.iter_mut() {
            if row.state.worker().is_some() && row.scheduled_at > Time::ZERO {
                row.scheduled_at = Time::ZERO;
                moved += 1;
            }
        }
        let count =
            |number: usize, noun: &str| if number == 1 { format!("1 {noun}") } else { format!("{number} {noun}s") };
        if moved > 0 {
            let (are, count_verb) = if moved == 1 { ("is", "counts") } else { ("are", "count") };
            self.notes.push(format!(
                "{}: {} {are} scheduled after the start, and {count_verb} as scheduled at the start",
                file.value,
                count(moved, "running row")
            ));
        }
        let Some(window) = self.settings.window else { return };
        let first = rows.iter().map(|(row, _)| row.scheduled_at).min().unwrap_or_default();
        rows.retain(|(row, _)| row.scheduled_at <= window.horizon);
        let outside = all - rows.len();
        if outside == all && all > 0 && self.arrivals.is_empty() {
            let title = format!("no job of `{}` ever comes: all its rows are scheduled after the horizon", file.value);
            let first = self.settings.epoch.rfc3339(first, SecondsFormat::AutoSi);
            let help = format!("write the start at which the documents were exported; the first row is of {first}");
            self.report(Diagnostic::warning(file.span, title).help(help));
        }
        if outside > 0 {
            let (rows, are) = (count(all, "row"), if outside == 1 { "is" } else { "are" });
            let horizon = self.settings.epoch.rfc3339(window.horizon, SecondsFormat::AutoSi);
            self.notes.push(format!(
                "{}: {outside} of {rows} that wait or run {are} scheduled after the horizon ({horizon}) and left out",
                file.value
            ));
        }
    }
}
