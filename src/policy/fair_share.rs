//! `fair-share`: of the actions with a job that fits, the one with the smallest share of all
//! capacity goes next.
//!
//! ```text
//! 9 cpu and 18 GB; A's jobs need {1 cpu, 4 GB}, B's {3 cpu, 1 GB}; enough of both wait
//! A runs 3: a share of 12/18 of the memory. B runs 2: 6/9 of the cpu
//! neither could have more without the other having less
//! ```
//!
//! The share of an action is its share of the resource that it uses most: its dominant share,
//! relative to the capacity of all workers at the start, divided by its weight (Ghodsi et al.,
//! "Dominant Resource Fairness", NSDI 2011). Running jobs are never preempted, so shares become
//! fair only as jobs end. Of equal actions, the one with the older job goes first; within an
//! action, the oldest job that fits. A decision considers every waiting action and need.

use super::class_queues::ClassQueues;
use crate::engine::{
    Candidate, ClaimPolicy, Decision, PolicyKind, SchedulerEvent, SchedulingView, Shares, System, Target,
};
use crate::model::action::ActionId;
use crate::model::capacity::CapacityMap;
use crate::model::job::Job;
use crate::model::time::Time;

/// Dominant-resource fairness between actions.
#[derive(Clone, Debug)]
pub struct FairShare {
    waiting: ClassQueues,
    needs: Box<[CapacityMap]>,
    /// By resource: the weight of a unit.
    units: Box<[i128]>,
    /// The weight of all units of a resource.
    whole: i128,
    /// By action.
    usage: Box<[ActionUsage]>,
}

/// The usage of an action.
#[derive(Clone, Debug)]
struct ActionUsage {
    weight: i128,
    /// By resource.
    used: Box<[i64]>,
    /// Its dominant share, before the weight.
    share: i128,
}

impl FairShare {
    /// For the actions of a system, with the weight of each.
    pub fn new(system: &System, weights: &[u32]) -> FairShare {
        let total = system.total();
        let account =
            |weight: u32| ActionUsage { weight: weight.into(), used: vec![0; total.0.len()].into(), share: 0 };
        let weights = weights.iter().copied().chain(std::iter::repeat(1)).take(system.actions.len());
        let shares = Shares::of(std::iter::once(&total));
        FairShare {
            waiting: ClassQueues::default(),
            needs: system.needs.clone().into(),
            units: shares.units(&total),
            whole: shares.unit(1),
            usage: weights.map(account).collect(),
        }
    }

    fn use_units(&mut self, job: &Job, sign: i64) {
        let account = &mut self.usage[usize::from(job.action.0)];
        let need = &self.needs[usize::from(job.need)];
        account.used.iter_mut().zip(&need.0).for_each(|(used, need)| *used += sign * need);
        let shares = account.used.iter().zip(&self.units).map(|(&used, unit)| i128::from(used) * unit);
        account.share = shares.max().unwrap_or(0);
    }

    /// Compares the weighted shares of two actions, exactly, by cross-multiplication.
    fn compare(&self, a: ActionId, b: ActionId) -> std::cmp::Ordering {
        let [a, b] = [a, b].map(|action| &self.usage[usize::from(action.0)]);
        (a.share * b.weight).cmp(&(b.share * a.weight))
    }
}

impl ClaimPolicy for FairShare {
    type Rank = i128;

    fn rank(&self, _: &Candidate<'_>) -> i128 {
        0
    }

    fn kind(&self) -> PolicyKind {
        PolicyKind::Selecting
    }

    fn choose(&mut self, view: &SchedulingView<'_, i128>) -> Option<Decision<i128>> {
        let fitting = self.waiting.iter().filter(|((_, need), ..)| view.fits(*need));
        let next = fitting.min_by(|((a, _), older_a, _), ((b, _), older_b, _)| {
            self.compare(*a, *b).then_with(|| older_a.cmp(older_b))
        });
        next.map(|((_, need), turn, _)| Decision { need, key: turn, target: Target::Any })
    }

    fn on_event(&mut self, _: Time, event: &SchedulerEvent<'_>) {
        self.waiting.on_event(event);
        match event {
            SchedulerEvent::Started(candidate, _) => self.use_units(candidate.job, 1),
            SchedulerEvent::Ended(candidate, _) => self.use_units(candidate.job, -1),
            SchedulerEvent::Queued(_) | SchedulerEvent::Left(_) | SchedulerEvent::WorkersChanged => {}
        }
    }

    fn explain(&self, _: &SchedulingView<'_, i128>, job: &Candidate<'_>) -> String {
        let ActionUsage { share, weight, .. } = self.usage[usize::from(job.job.action.0)];
        let percent = share as f64 / self.whole as f64 * 100.0;
        let weighted = if weight == 1 { String::new() } else { format!(" by its weight of {weight}") };
        let name = &job.action().name;
        format!("{name} has {percent:.1} % of all capacity, the smallest share{weighted} of those with a job that fits")
    }
}
