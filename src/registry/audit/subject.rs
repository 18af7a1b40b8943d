//! The subject of an audit: a replication, an instant, and the state of crons.

use chrono::{DateTime, Utc};

use crate::engine::{JobOverrides, System};
use crate::model::action::ActionId;
use crate::model::time::{Epoch, Time};
use crate::source_documents::SourceDocuments;

/// A replication of a scenario, and an instant.
#[derive(Clone, Copy, Debug)]
pub struct AuditSubject<'a> {
    /// What is simulated.
    pub system: &'a System,
    /// The documents that the scenario was made of.
    pub source_documents: &'a SourceDocuments,
    /// Where instant 0 lies in the calendar.
    pub epoch: Epoch,
    /// The seed of all random streams, and of generated ids.
    pub seed: u64,
    /// The number of the replication, from 0.
    pub replication: u64,
    /// The instant; all events up to and at it have happened.
    pub at: Time,
}

/// A cron at an instant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CronState {
    /// The number of its source.
    pub source: usize,
    /// The class of its jobs.
    pub action: ActionId,
    /// Its schedule, as written.
    pub schedule: String,
    /// The attributes that its jobs get.
    pub overrides: JobOverrides,
    /// Its first firing after the instant, if there is one.
    pub next_run: Option<DateTime<Utc>>,
}
