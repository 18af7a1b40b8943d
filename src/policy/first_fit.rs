//! `first-fit`, the registry's own policy: waiting jobs by `(scheduledAt, id)`; one that does not fit blocks nobody.
//!
//! ```text
//! free: scan 1                 waiting, oldest first: A{scan 2}  B{scan 1}  C{scan 1}
//! A does not fit: skipped      B fits: claimed        C waits for the next free unit, and so does A
//! ```

use crate::engine::ClaimPolicy;
use crate::model::job::{Job, JobId};
use crate::model::time::Time;

/// Oldest first; ties by job number.
#[derive(Clone, Copy, Debug, Default)]
pub struct FirstFit;

impl ClaimPolicy for FirstFit {
    type Order = (Time, JobId);

    #[inline]
    fn order(&self, job: &Job) -> (Time, JobId) {
        (job.scheduled_at, job.id)
    }
}
