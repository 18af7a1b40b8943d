//! `claimsim cron`: prints the firings of a schedule in the registry's dialect.

use chrono::{DateTime, Utc};
use clap::Args;

use crate::args::instant;
use crate::arrival::cron::Schedule;
use crate::exit::CliError;
use crate::model::time_zone::TimeZone;
use crate::term::{print_json, print_part, warn};

/// Print the firing times of a schedule in the registry's dialect, one per line (RFC 3339)
///
/// A schedule has six fields: second, minute, hour, day of month, month, day of week (0-6, 0 is
/// Sunday). With five fields, the day of week is missing. It may also be @yearly, @annually,
/// @monthly, @weekly, @daily, @midnight, @hourly, or @every with a duration. Its times are in UTC,
/// or in a time zone: that before it, as in 'CRON_TZ=Europe/Berlin 0 0 3 * * *', or --time-zone.
/// Prints nothing if the schedule has no firing within five years.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Cron {
    /// The schedule, in quotes
    schedule: String,

    /// Print the firings strictly after this instant (RFC 3339)
    #[arg(long, value_name = "TIME", value_parser = instant)]
    from: DateTime<Utc>,

    /// The zone of the schedule, if it names none, and of the printed times; a name such as
    /// Europe/Berlin
    #[arg(long, value_name = "ZONE", default_value_t = TimeZone::UTC, hide_default_value = true)]
    time_zone: TimeZone,

    /// Number of firings
    #[arg(long, value_name = "N", default_value_t = 10)]
    count: usize,

    /// Print the firings as one JSON list
    #[arg(long)]
    json: bool,

    /// Print no notes
    #[arg(long, short)]
    quiet: bool,
}

const EXAMPLES: &str = "\
Examples:
  claimsim cron '0 0 3 * * *' \\
    --from 2026-01-01T00:00:00Z --count 3
  claimsim cron '@every 1h30m' \\
    --from 2026-01-01T00:00:00Z
  claimsim cron '0 30 2 * * *' \\
    --from 2026-10-24T00:00:00Z --time-zone Europe/Berlin";

impl Cron {
    pub(super) fn execute(self) -> Result<(), CliError> {
        let schedule =
            Schedule::parse_in(&self.schedule, self.time_zone).map_err(|error| CliError::Input(error.to_string()))?;
        if let Some(note) = schedule.five_field_note(self.from).filter(|_| !self.quiet) {
            warn(&format!("note: {note}"));
        }
        let firings = schedule.firings(self.from).take(self.count);
        let mut firings = firings.map(|firing| self.time_zone.rfc3339(firing));
        if self.json {
            return print_json(&firings.collect());
        }
        firings.try_for_each(|firing| print_part(&(firing + "\n")))
    }
}
