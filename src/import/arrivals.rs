//! How often jobs of an action arrive from outside, as far as the documents show it.

use super::arrival_process::ArrivalEstimate;
use super::calendar::Calendar;
use super::crons::Crons;
use super::document_history::DocumentHistory;
use super::observation_window::ObservationWindow;
use crate::model::time::{NANOS, Span, Time};
use crate::model::time_zone::TimeZone;

/// The documents' times have milliseconds.
const STEP: Span = Span(NANOS / 1_000);

/// The arrivals of an action within the window.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Arrivals {
    /// How they arrive from outside; `None` if none did.
    pub(super) process: Option<ArrivalEstimate>,
    /// Rows that are not arrivals: further attempts, and firings of a cron.
    pub(super) retries: usize,
    pub(super) by_cron: usize,
}

impl Arrivals {
    /// Counts the rows of an action.
    pub(super) fn of(
        history: &DocumentHistory,
        crons: &Crons,
        window: Option<ObservationWindow>,
        action: usize,
    ) -> Arrivals {
        let mut arrivals = Arrivals::default();
        let mut times: Vec<Time> = Vec::new();
        for (_, row) in history.of(action) {
            if row.is_retry() {
                arrivals.retries += 1;
            } else if crons.created(row) {
                arrivals.by_cron += 1;
            } else {
                times.extend(window.and_then(|window| window.counts(row)));
            }
        }
        times.sort_unstable();
        if let Some(window) = window.filter(|_| !times.is_empty()) {
            let calendar = Calendar::new(TimeZone::UTC, history.epoch, (window.from, window.to), &[]);
            arrivals.process = ArrivalEstimate::of(times, window.length(), &calendar, STEP);
        }
        arrivals
    }

    /// Number of jobs that arrived from outside.
    pub(super) fn jobs(&self) -> usize {
        self.process.as_ref().map_or(0, |process| process.jobs)
    }
}
