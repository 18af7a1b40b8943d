//! The three kinds of document, and what tells their rows apart.

/// The three kinds of document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Jobs.
    Job,
    /// Workers.
    Worker,
    /// Crons.
    Cron,
}

impl Kind {
    /// All three.
    pub const ALL: [Kind; 3] = [Kind::Job, Kind::Worker, Kind::Cron];

    /// What one row is called.
    pub fn noun(self) -> &'static str {
        match self {
            Kind::Job => "job",
            Kind::Worker => "worker",
            Kind::Cron => "cron",
        }
    }

    /// The key of a page's list.
    pub fn list(self) -> &'static str {
        match self {
            Kind::Job => "jobs",
            Kind::Worker => "workers",
            Kind::Cron => "crons",
        }
    }

    /// Fields that only rows of this kind have.
    pub fn marks(self) -> &'static [&'static str] {
        match self {
            Kind::Job => &["workerID", "retryFromID", "scheduledAt", "lastUpdated", "retriesLeft", "retriesTotal"],
            Kind::Worker => &["heartbeatExpiration"],
            Kind::Cron => &["schedule", "nextRun"],
        }
    }

    /// The shapes that a document may have, as the end of "expected …".
    pub fn wanted(self) -> String {
        format!("{{\"{}\": [...]}}, an array of {0}, or one {} after another", self.list(), self.noun())
    }
}
