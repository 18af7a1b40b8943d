//! Jobs known in advance: single jobs, the rows of a trace file and the jobs of a log.

use std::sync::Arc;

use crate::engine::{Arrival, ArrivalProcess, JobOverrides};
use crate::model::time::Time;

/// A job known in advance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ListedJob {
    /// Its instant and its action.
    pub arrival: Arrival,
    /// The properties that it overrides.
    pub overrides: JobOverrides,
}

impl ListedJob {
    /// The instant of its arrival.
    pub fn at(&self) -> Time {
        self.arrival.at
    }
}

/// A walk through a list that all replications share.
#[derive(Debug)]
pub struct JobList {
    jobs: Arc<[ListedJob]>,
    next: usize,
}

impl JobList {
    /// Begins at the head of the list, which must be in order of time.
    pub fn new(jobs: Arc<[ListedJob]>) -> JobList {
        debug_assert!(jobs.is_sorted_by_key(ListedJob::at), "a listed source is in order of time");
        JobList { jobs, next: 0 }
    }
}

impl ArrivalProcess for JobList {
    #[inline]
    fn next(&mut self) -> Option<Arrival> {
        let job = self.jobs.get(self.next)?;
        self.next += 1;
        Some(job.arrival)
    }

    fn overrides(&self) -> Option<&JobOverrides> {
        self.jobs.get(self.next.checked_sub(1)?).map(|job| &job.overrides)
    }
}
