//! Crons of the scenario.

use chrono::{DateTime, Utc};

use super::lowering::Lowering;
use crate::arrival::ArrivalModel;
use crate::arrival::cron::{Schedule, ScheduleError};
use crate::diagnostic::Diagnostic;
use crate::engine::JobOverrides;
use crate::model::time::Time;
use crate::model::time_zone::TimeZone;
use crate::source::SourceSpan;
use crate::spanned::Spanned;
use crate::spec::{Cron, Spec};

impl Lowering<'_> {
    /// Lowers the crons, each to a source.
    pub(super) fn crons(&mut self, spec: &Spec) {
        for (name, cron) in spec.cron.iter() {
            self.cron(name, cron);
        }
    }

    fn cron(&mut self, name: &Spanned<String>, cron: &Cron) {
        let action = self.action(name);
        let need =
            cron.capacity.as_ref().map(|capacity| self.units(capacity)).map(|units| self.own_need(units, action));
        let is_stopped = cron.deadline.is_some() || self.is_stopped(action, name.span);
        self.check_stop_timeout(cron.stop_timeout.as_ref(), is_stopped);
        let overrides = JobOverrides {
            need,
            retries: cron.retries.as_ref().map(|retries| retries.value),
            deadline: self.positive("deadline", cron.deadline.as_ref()),
            stop_timeout: cron.stop_timeout.as_ref().map(|timeout| timeout.value),
            priority: cron.priority.as_ref().map(|priority| priority.value),
            ..JobOverrides::default()
        };
        let Some(text) = &cron.schedule else {
            if !self.recovered.has(name.span, "schedule") {
                let diagnostic = Diagnostic::error(name.span, format!("cron `{}` has no schedule", name.value));
                self.report(diagnostic.help("write when it fires, such as schedule = \"0 0 3 * * *\""));
            }
            return;
        };
        self.check_zones(text, cron.time_zone.as_ref());
        let zone = cron.time_zone.as_ref().map_or(self.settings.time_zone, |zone| zone.value);
        let schedule = Schedule::parse_in(&text.value, zone);
        let schedule = self.schedule(schedule, cron.next_run.as_ref().map(|at| at.value.0), text.span, "");
        if let (Some(action), Some(schedule)) = (action, schedule) {
            self.record_jobs(action, need, false, name.span);
            let (overlap, missed) = (cron.overlap, cron.missed);
            self.arrivals.push((name.span, ArrivalModel::Cron { action, schedule, overlap, missed, overrides }));
        }
    }

    /// Refuses two different time zones for one schedule.
    fn check_zones(&mut self, text: &Spanned<String>, zone: Option<&Spanned<TimeZone>>) {
        if let (Ok(Some(own)), Some(zone)) = (Schedule::zone_of(&text.value), zone)
            && own != zone.value
        {
            let diagnostic = Diagnostic::error(text.span, format!("the schedule has the time zone {own}"));
            let diagnostic = diagnostic.context(zone.span, "and the cron has this one");
            self.report(diagnostic.help("write the time zone once"));
        }
    }

    /// Checks a schedule; one of its firings may be known. Warns if it does not fire within the
    /// run. The diagnostics begin with `whose`.
    pub(super) fn schedule(
        &mut self,
        schedule: Result<Schedule, ScheduleError>,
        firing: Option<DateTime<Utc>>,
        span: SourceSpan,
        whose: &str,
    ) -> Option<Schedule> {
        let schedule = match schedule {
            Ok(schedule) => firing.into_iter().fold(schedule, Schedule::in_step_with),
            Err(error) => {
                self.report(Diagnostic::error(span, format!("{whose}{error}")));
                return None;
            }
        };
        let epoch = self.settings.epoch;
        if let Some(note) = schedule.five_field_note(epoch.0) {
            self.notes.push(format!("{whose}{note}"));
        }
        if let Some(window) = self.settings.window {
            let first = schedule.firings(epoch.0).next().and_then(|instant| epoch.time_of(instant));
            if first.unwrap_or(Time::NEVER) > window.horizon {
                self.report(Diagnostic::warning(span, format!("{whose}`{schedule}` does not fire before the horizon")));
            }
        }
        Some(schedule)
    }
}
