//! The waiting jobs by action and need, for policies to which both matter: each class in order of age.

use std::collections::{BTreeMap, BTreeSet};

use crate::engine::News;
use crate::engine::waiting::Turn;
use crate::model::action::ActionId;
use crate::model::capacity::NeedId;
use crate::model::job::Job;

/// An action's jobs with the same need.
pub(super) type Class = (ActionId, NeedId);

/// Who waits.
#[derive(Clone, Debug, Default)]
pub(super) struct ClassQueues(BTreeMap<Class, BTreeSet<Turn<i128>>>);

impl ClassQueues {
    /// Keeps up with what has happened.
    pub(super) fn notice(&mut self, news: &News<'_>) {
        match news {
            News::Waits(candidate) => {
                let job = candidate.job;
                self.0.entry((job.action, job.need)).or_default().insert(Turn::of(0, job));
            }
            News::Started(candidate, _) | News::Left(candidate) => self.remove(candidate.job),
            News::Ended(..) | News::WorkersChanged => {}
        }
    }

    fn remove(&mut self, job: &Job) {
        let class = (job.action, job.need);
        if let Some(jobs) = self.0.get_mut(&class) {
            jobs.remove(&Turn::of(0, job));
            if jobs.is_empty() {
                self.0.remove(&class);
            }
        }
    }

    /// The classes of which jobs wait: each with its oldest job, and how many there are.
    pub(super) fn iter(&self) -> impl Iterator<Item = (Class, Turn<i128>, usize)> + '_ {
        self.0.iter().filter_map(|(class, jobs)| Some((*class, *jobs.first()?, jobs.len())))
    }
}
