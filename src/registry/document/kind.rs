//! The three kinds of document, and the fields that distinguish their rows.

/// The three kinds of document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DocumentKind {
    /// Jobs.
    Job,
    /// Workers.
    Worker,
    /// Crons.
    Cron,
}

impl DocumentKind {
    /// All three.
    pub const ALL: [DocumentKind; 3] = [DocumentKind::Job, DocumentKind::Worker, DocumentKind::Cron];

    /// The noun for one row.
    pub fn noun(self) -> &'static str {
        match self {
            DocumentKind::Job => "job",
            DocumentKind::Worker => "worker",
            DocumentKind::Cron => "cron",
        }
    }

    /// The key of a page's list.
    pub fn list(self) -> &'static str {
        match self {
            DocumentKind::Job => "jobs",
            DocumentKind::Worker => "workers",
            DocumentKind::Cron => "crons",
        }
    }

    /// Fields that only rows of this kind have.
    pub fn distinctive_fields(self) -> &'static [&'static str] {
        match self {
            DocumentKind::Job => {
                &["workerID", "retryFromID", "scheduledAt", "lastUpdated", "retriesLeft", "retriesTotal"]
            }
            DocumentKind::Worker => &["heartbeatExpiration"],
            DocumentKind::Cron => &["schedule", "nextRun"],
        }
    }

    /// The shapes that a document may have, to complete "expected …".
    pub fn expected(self) -> String {
        format!("{{\"{}\": [...]}}, an array of {0}, or one {} after another", self.list(), self.noun())
    }
}
