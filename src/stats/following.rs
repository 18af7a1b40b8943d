//! Which jobs a run follows past the horizon: those that fell due between the end of the warm-up
//! and the horizon.

use crate::engine::{Attempt, Window};
use crate::model::job::{Job, JobId, JobOutcome};
use crate::model::time::Time;

/// The jobs that count, and how many of them have not ended after the horizon.
#[derive(Clone, Copy, Debug)]
pub(super) struct Following {
    /// Rows scheduled before this instant are left out of job measures. A run without a warm-up
    /// leaves out no row, not even one that was scheduled before the start.
    counted_from: Time,
    horizon: Time,
    /// After the horizon: the number of rows that existed then.
    created: Option<u64>,
    /// Rows and chains that count and have not ended.
    open: u64,
}

impl Following {
    pub(super) fn new(window: Window) -> Following {
        let counted_from = if window.warmup > Time::ZERO { window.warmup } else { Time(i64::MIN) };
        Following { counted_from, horizon: window.horizon, created: None, open: 0 }
    }

    /// Whether a row (or a chain) that was scheduled at this instant counts for job measures.
    #[inline]
    pub(super) fn counts(&self, scheduled_at: Time) -> bool {
        scheduled_at >= self.counted_from
    }

    /// The horizon has passed with that number of rows.
    pub(super) fn pass_horizon(&mut self, created: u64) {
        self.created = Some(created);
    }

    /// Whether the horizon has passed.
    #[inline]
    pub(super) fn is_past_horizon(&self) -> bool {
        self.created.is_some()
    }

    /// Whether a row counts that is there after the horizon. A row that was created later may have
    /// an earlier `scheduledAt`, as the row of a firing that was made up for.
    pub(super) fn row(&self, job: &Job) -> bool {
        self.has(job.id, job.scheduled_at)
    }

    /// [`Following::row`], for the row with that number.
    pub(super) fn has(&self, id: JobId, scheduled_at: Time) -> bool {
        id.0 < self.created.unwrap_or(u64::MAX) && scheduled_at <= self.horizon && self.counts(scheduled_at)
    }

    /// Whether a chain counts that is there after the horizon.
    pub(super) fn chain(&self, attempt: Attempt) -> bool {
        attempt.first.0 < self.created.unwrap_or(u64::MAX)
            && attempt.since <= self.horizon
            && self.counts(attempt.since)
    }

    /// Whether the wait of a row ended after the horizon.
    pub(super) fn is_late(&self, claimed_at: Time) -> bool {
        claimed_at > self.horizon
    }

    /// At the horizon a row has not ended, or a chain.
    pub(super) fn add(&mut self, row: bool, chain: bool) {
        self.open += u64::from(row) + u64::from(chain);
    }

    /// A followed row has ended, or a followed chain.
    pub(super) fn remove(&mut self, row: bool, chain: bool) {
        self.open -= u64::from(row) + u64::from(chain);
    }

    /// Whether a row or a chain that counts has not ended.
    pub(super) fn is_open(&self) -> bool {
        self.open > 0
    }
}

/// Whether a chain that ended like this has a response time: neither a cancelled one nor one lost
/// with its worker was answered.
pub(super) fn has_response(ending: JobOutcome) -> bool {
    matches!(ending, JobOutcome::Done | JobOutcome::Error | JobOutcome::DeadlineMissed)
}
