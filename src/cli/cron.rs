//! `claimsim cron`: prints when a schedule of the registry's dialect fires.

use chrono::{DateTime, SecondsFormat, Utc};
use clap::Args;

use super::verdict::{Failure, print};
use crate::arrival::cron::Schedule;

/// Print the firing times of a schedule in the registry's dialect, a line each (RFC 3339, UTC)
///
/// Six fields: second, minute, hour, day of month, month, day of week (0-6, 0 is Sunday); five: the day of week is left out.
/// Or @yearly, @annually, @monthly, @weekly, @daily, @midnight, @hourly, @every 1h30m. A schedule that does not fire within
/// five years never does, and prints nothing.
#[derive(Debug, Args)]
pub(super) struct Cron {
    /// The schedule, in quotes: '57 54 3 * * *'
    schedule: String,

    /// Firings strictly after this instant (RFC 3339)
    #[arg(long, value_name = "TIME", value_parser = instant)]
    from: DateTime<Utc>,

    /// How many firings
    #[arg(long, value_name = "N", default_value_t = 10)]
    count: usize,
}

/// An instant as the command line takes it.
pub(super) fn instant(text: &str) -> Result<DateTime<Utc>, String> {
    let parsed = DateTime::parse_from_rfc3339(text);
    parsed.map(|at| at.to_utc()).map_err(|_| "write an instant such as 2026-01-31T12:00:00Z".to_owned())
}

impl Cron {
    pub(super) fn execute(self) -> Result<(), Failure> {
        let schedule = Schedule::parse(&self.schedule).map_err(|error| Failure::Input(error.to_string()))?;
        for firing in schedule.firings(self.from).take(self.count) {
            print(&(firing.to_rfc3339_opts(SecondsFormat::AutoSi, true) + "\n"))?;
        }
        Ok(())
    }
}
