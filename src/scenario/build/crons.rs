//! Crons of the scenario.

use chrono::{DateTime, Utc};

use super::Build;
use crate::arrival::ArrivalModel;
use crate::arrival::cron::Schedule;
use crate::diagnostic::Complaint;
use crate::engine::Given;
use crate::model::time::Time;
use crate::source::Place;
use crate::spec::{At, Cron, Spec};

impl Build<'_> {
    /// Makes a source of each cron.
    pub(super) fn crons(&mut self, spec: &Spec) {
        for (name, cron) in spec.cron.iter() {
            self.cron(name, cron);
        }
    }

    fn cron(&mut self, name: &At<String>, cron: &Cron) {
        let action = self.action(name);
        let need = cron.capacity.as_ref().map(|capacity| self.units(capacity)).map(|units| self.needs.need(&units));
        let is_stopped = cron.deadline.is_some() || self.is_stopped(action, name.place);
        self.stop_timeout(cron.stop_timeout.as_ref(), is_stopped);
        let given = Given {
            need,
            retries: cron.retries.as_ref().map(|retries| retries.value),
            deadline: self.positive("deadline", cron.deadline.as_ref()),
            stop_timeout: cron.stop_timeout.as_ref().map(|timeout| timeout.value),
            priority: cron.priority.as_ref().map(|priority| priority.value),
            ..Given::default()
        };
        let Some(text) = &cron.schedule else {
            if !self.holes.has(name.place, "schedule") {
                let complaint = Complaint::error(name.place, format!("cron `{}` has no schedule", name.value));
                self.complain(complaint.help("write when it fires, such as schedule = \"0 0 3 * * *\""));
            }
            return;
        };
        let schedule = self.schedule(&text.value, None, text.place, "");
        if let (Some(action), Some(schedule)) = (action, schedule) {
            self.uses(action, need, false, name.place);
            let (overlap, missed) = (cron.overlap, cron.missed);
            self.arrivals.push((name.place, ArrivalModel::Cron { action, schedule, overlap, missed, given }));
        }
    }

    /// Reads a schedule, of which one firing may be known; warns if it does not fire within the run. `whose` begins the
    /// complaints.
    pub(super) fn schedule(
        &mut self,
        text: &str,
        firing: Option<DateTime<Utc>>,
        place: Place,
        whose: &str,
    ) -> Option<Schedule> {
        let schedule = match Schedule::parse(text) {
            Ok(schedule) => firing.into_iter().fold(schedule, Schedule::in_step_with),
            Err(error) => {
                self.complain(Complaint::error(place, format!("{whose}{error}")));
                return None;
            }
        };
        if let Some(window) = self.settings.window {
            let epoch = self.settings.epoch;
            let first = schedule.firings(epoch.0).next().and_then(|instant| epoch.time_of(instant));
            if first.unwrap_or(Time::NEVER) > window.horizon {
                self.complain(Complaint::warning(place, format!("{whose}`{text}` does not fire before the horizon")));
            }
        }
        Some(schedule)
    }
}
