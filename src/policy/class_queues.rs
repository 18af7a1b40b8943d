//! The waiting jobs by action and need, each class in order of age.

use std::collections::{BTreeMap, BTreeSet};

use crate::engine::QueueKey;
use crate::engine::SchedulerEvent;
use crate::model::action::ActionId;
use crate::model::capacity::NeedId;
use crate::model::job::Job;

/// The jobs of an action with the same need.
pub(super) type Class = (ActionId, NeedId);

/// The waiting jobs of each class.
#[derive(Clone, Debug, Default)]
pub(super) struct ClassQueues(BTreeMap<Class, BTreeSet<QueueKey<i128>>>);

impl ClassQueues {
    /// Updates the queues.
    pub(super) fn on_event(&mut self, event: &SchedulerEvent<'_>) {
        match event {
            SchedulerEvent::Queued(candidate) => {
                let job = candidate.job;
                self.0.entry((job.action, job.need)).or_default().insert(QueueKey::of(0, job));
            }
            SchedulerEvent::Started(candidate, _) | SchedulerEvent::Left(candidate) => self.remove(candidate.job),
            SchedulerEvent::Ended(..) | SchedulerEvent::WorkersChanged => {}
        }
    }

    fn remove(&mut self, job: &Job) {
        let class = (job.action, job.need);
        if let Some(jobs) = self.0.get_mut(&class) {
            jobs.remove(&QueueKey::of(0, job));
            if jobs.is_empty() {
                self.0.remove(&class);
            }
        }
    }

    /// The classes with waiting jobs: each with its oldest job and the number of its jobs.
    pub(super) fn iter(&self) -> impl Iterator<Item = (Class, QueueKey<i128>, usize)> + '_ {
        self.0.iter().filter_map(|(class, jobs)| Some((*class, *jobs.first()?, jobs.len())))
    }
}
