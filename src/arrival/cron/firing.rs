//! Firing times.

use chrono::{DateTime, Utc};

use super::Schedule;
use crate::engine::{Arrival, ArrivalProcess, ArrivalStart, Given, Overlap};
use crate::model::action::ActionId;

/// Firing times of a schedule, in order.
#[derive(Clone, Debug)]
pub struct Firings {}

impl Firings {
    pub(super) fn new(_schedule: &Schedule, _after: DateTime<Utc>) -> Firings {
        Firings {}
    }
}

impl Iterator for Firings {
    type Item = DateTime<Utc>;
    fn next(&mut self) -> Option<DateTime<Utc>> {
        None
    }
}

/// A cron in one replication.
#[derive(Debug)]
pub struct CronProcess {
    overlap: Overlap,
}

impl CronProcess {
    /// Firings from the start on.
    pub fn new(
        _action: ActionId,
        _schedule: &Schedule,
        overlap: Overlap,
        _given: Given,
        _start: ArrivalStart,
    ) -> CronProcess {
        CronProcess { overlap }
    }
}

impl ArrivalProcess for CronProcess {
    fn next(&mut self) -> Option<Arrival> {
        None
    }
    fn is_cron(&self) -> bool {
        true
    }
    fn overlap(&self) -> Overlap {
        self.overlap
    }
}
