//! Crons -> `GET /crons`.

use super::jobs::duration;
use super::{Audit, CronState, given_or};
use crate::document::{CronDocument, Field};
use crate::model::time::Span;

impl Audit<'_> {
    /// All crons, in the order of the scenario.
    pub fn crons(&self) -> Vec<CronDocument> {
        self.crons.iter().map(|cron| self.cron(cron)).collect()
    }

    fn cron(&self, cron: &CronState) -> CronDocument {
        let CronState { action, overrides, .. } = cron;
        let model = self.subject.system.action(*action);
        let original = self.subject.source_documents.crons.get(action).cloned().unwrap_or_default();
        let id = original.id.into_option().unwrap_or_else(|| self.ids.cron(&model.name));
        CronDocument {
            id: id.into(),
            action: model.name.clone().into(),
            schedule: cron.schedule.clone().into(),
            retries: overrides.retries.unwrap_or(model.retries).into(),
            capacity_map: given_or(original.capacity_map, || self.need(overrides.need.unwrap_or(model.need))),
            parameters: given_or(original.parameters, || Field::Null),
            deadline: duration(overrides.deadline.or(model.deadline)),
            stop_timeout: duration(
                overrides.stop_timeout.or(Some(model.stop_timeout).filter(|span| *span > Span::ZERO)),
            ),
            next_run: cron.next_run.map_or(Field::Empty, Field::Given),
            other: original.other,
        }
    }
}
