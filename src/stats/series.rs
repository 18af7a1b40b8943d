//! Series by time bucket: busy and offered units, and queue lengths, each averaged over its bucket.

use crate::model::capacity::ResourceId;
use crate::model::time::{Span, Time};
use crate::model::worker::WorkerId;

/// Averages by time bucket, from instant 0 to the horizon. The last bucket may be shorter.
#[derive(Clone, Debug, PartialEq)]
pub struct Series {
    /// The length of a bucket.
    pub bucket: Span,
    /// The end of the last bucket.
    pub horizon: Time,
    /// Rows due and waiting, whatever they need.
    pub queue_length: Vec<f64>,
    /// One for each resource, then one for each (worker, resource) where workers are few enough to be told apart.
    pub lines: Vec<Line>,
}

/// The series of one resource, over all workers or on one.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    /// Units of this resource.
    pub resource: ResourceId,
    /// On this worker; on all if `None`.
    pub worker: Option<WorkerId>,
    /// Units in use.
    pub busy: Vec<f64>,
    /// Units offered by living workers.
    pub offered: Vec<f64>,
    /// Rows waiting that need the resource; empty on a single worker's line.
    pub queue_length: Vec<f64>,
}

impl Series {
    /// The start of bucket `index`.
    pub fn start_of(&self, index: usize) -> Time {
        Time(self.bucket.0.saturating_mul(index as i64))
    }
}
