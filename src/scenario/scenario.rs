//! The scenario that a run needs: checked, and with nothing left to parse.

use crate::arrival::ArrivalModel;
use crate::diagnostic::Diagnostics;
use crate::engine::{Staffing, System};
use crate::files::InputFile;
use crate::model::time::{Epoch, Span, Time};
use crate::model::time_zone::TimeZone;
use crate::policy::Policy;
use crate::registry::SourceDocuments;
use crate::spec::TimePoint;

/// A checked scenario: everything that a run needs.
#[derive(Clone, Debug)]
pub struct Scenario {
    /// Names the run and its default output folder.
    pub name: String,
    /// Where instant 0 lies in the calendar.
    pub epoch: Epoch,
    /// The zone of hours and days: of windows, tables by hour, and crons and profiles without a
    /// zone of their own.
    pub time_zone: TimeZone,
    /// Whether any of its local times is of another zone than UTC.
    pub has_time_zones: bool,
    /// The factor of arrivals, which is in the rates of `sources` already.
    pub load: f64,
    /// The seed of all random streams.
    pub seed: u64,
    /// Number of replications.
    pub replications: u32,
    /// The longest wait that counts as good in the reported share of waits.
    pub slo: Option<Span>,
    /// The bound of the bounded slowdown.
    pub slowdown_bound: Span,
    /// Which waiting job goes next.
    pub policy: Policy,
    /// The policy with its parameters, as tables show it: `reserve-after(patience=10m)`.
    pub policy_label: String,
    /// How the warm-up is determined.
    pub warm_up: WarmUpRule,
    /// What is simulated.
    pub system: System,
    /// Where jobs come from, in the order of the file.
    pub sources: Vec<ArrivalModel>,
    /// The documents that workers, initial rows and crons come from.
    pub source_documents: SourceDocuments,
}

/// How the warm-up is determined; the measured window begins at its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WarmUpRule {
    /// The scenario gives it; there is none by default.
    Fixed,
    /// The run determines it from its own measurements. It is zero until
    /// `experiment::warmup::settle` has set it.
    Auto,
}

/// The zone of a source's local times, if it has any.
pub(crate) fn zone(source: &ArrivalModel) -> Option<TimeZone> {
    match source {
        ArrivalModel::Profile { rates, .. } => Some(rates.zone()),
        ArrivalModel::Cron { schedule, .. } => Some(schedule.zone()),
        _ => None,
    }
}

/// The time after which a source repeats, if it does.
pub(crate) fn period(source: &ArrivalModel, epoch: Epoch) -> Option<Span> {
    match source {
        ArrivalModel::Profile { rates, .. } => rates.round(),
        ArrivalModel::Cron { schedule, .. } => {
            let mut firings = schedule.firings(epoch.0).map_while(|instant| epoch.time_of(instant));
            let (first, second) = (firings.next()?, firings.next()?);
            Some(second - first)
        }
        _ => None,
    }
}

/// The period of shifts or of a schedule: a day if each change comes again a day later, otherwise a
/// week.
fn staffing_period(staffing: &Staffing) -> Option<Span> {
    let (Staffing::Shifts(changes) | Staffing::Schedule(changes)) = staffing else { return None };
    let (last, day) = (changes.last()?.at, Span::secs(24 * 3600));
    let count_at = |at: Time| changes.binary_search_by_key(&at, |change| change.at).ok().map(|it| changes[it].count);
    let mut with_next = changes.iter().take_while(|change| change.at + day <= last);
    let is_daily = with_next.all(|change| count_at(change.at + day) == Some(change.count));
    Some(if is_daily { day } else { Span(7 * day.0) })
}

impl Scenario {
    /// The longest period after which arrivals, shifts and schedules repeat; `None` if none of them
    /// do.
    pub fn longest_period(&self) -> Option<Span> {
        let of_sources = self.sources.iter().filter_map(|source| period(source, self.epoch));
        let of_groups = self.system.groups.iter().filter_map(|group| staffing_period(&group.staffing));
        of_sources.chain(of_groups).max()
    }

    /// An instant of the run as local clocks show it, in RFC 3339.
    pub fn local(&self, time: Time) -> String {
        self.epoch.calendar_of(time).map_or_else(String::new, |at| self.time_zone.rfc3339(at))
    }

    /// Whether the scenario asks about a steady state: it has a warm-up, so its beginning is not
    /// part of the question. A scenario without a warm-up asks about the run from its start to its
    /// horizon.
    pub fn is_steady_state(&self) -> bool {
        self.warm_up == WarmUpRule::Auto || self.system.window.warmup > Time::ZERO
    }

    /// The instant of the run that a text stands for, written as in scenarios:
    /// `"2017-02-18T01:00:00Z"` or `"25h"`.
    ///
    /// # Errors
    /// If the text is no instant, or one before the start or after the end of the run.
    pub fn instant(&self, text: &str) -> Result<Time, String> {
        let point = text.parse::<TimePoint>()?;
        let horizon = self.system.window.horizon;
        let shown = |time| self.epoch.rfc3339(time, chrono::SecondsFormat::AutoSi);
        match point.after(self.epoch) {
            _ if point.is_before(self.epoch) => {
                Err(format!("`{text}` lies before the start of the run, which is {}", shown(Time::ZERO)))
            }
            Some(time) if time <= horizon => Ok(time),
            _ => Err(format!(
                "`{text}` lies beyond the horizon, {} after the start; the run ends at {}",
                horizon - Time::ZERO,
                shown(horizon)
            )),
        }
    }
}

/// A scenario that can run, and what else reading it gave.
#[derive(Clone, Debug)]
pub struct LoadedScenario {
    /// The scenario.
    pub scenario: Scenario,
    /// What is probably a mistake; often empty.
    pub warnings: Diagnostics,
    /// What was left out of the named files, and why; often empty.
    pub notes: Vec<String>,
    /// Each file that the scenario names, once, in the order of first mention.
    pub inputs: Vec<InputFile>,
}
