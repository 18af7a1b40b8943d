//! What an audit looks at: a replication, an instant, and the crons as they stand.

use chrono::{DateTime, Utc};

use crate::engine::{Given, System};
use crate::model::action::ActionId;
use crate::model::time::{Epoch, Time};
use crate::source_documents::SourceDocuments;

/// What is looked at: a replication of a scenario, and when.
#[derive(Clone, Copy, Debug)]
pub struct AuditSubject<'a> {
    /// What is simulated.
    pub system: &'a System,
    /// The documents that it was made of.
    pub source_documents: &'a SourceDocuments,
    /// Where instant 0 lies in the calendar.
    pub epoch: Epoch,
    /// The seed of all random streams, from which ids are made too.
    pub seed: u64,
    /// The number of the replication, from 0.
    pub replication: u64,
    /// The instant, up to which and with which everything has happened.
    pub at: Time,
}

/// A cron as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CronState {
    /// The number of the source that it is.
    pub source: usize,
    /// The class of its jobs.
    pub action: ActionId,
    /// When it fires, as it was written.
    pub schedule: String,
    /// What it copies to its jobs.
    pub given: Given,
    /// Its first firing after the instant; `None` if there is none.
    pub next_run: Option<DateTime<Utc>>,
}
