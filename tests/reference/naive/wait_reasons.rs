//! Why each waiting row waits, asked of every row whenever time moves on.

use claimsim::internals::engine::{ArrivalProcess, WaitReason};
use claimsim::internals::model::capacity::ResourceId;
use claimsim::internals::model::job::JobId;
use claimsim::internals::model::time::Time;

use super::Naive;
use super::places::Staff;
use super::policy::covers;
use super::workers::Worker;

impl<A: ArrivalProcess> Naive<'_, A> {
    /// Nothing happens until then.
    pub(super) fn wait_until(&mut self, until: Time) {
        if until <= self.now {
            return;
        }
        for row in self.waiting() {
            let reason = self.wait_reason(row);
            let times = self.notes.waits.entry(JobId(row as u64)).or_default();
            times[reason.index()] += (until - self.now).0;
        }
    }

    /// The first reason that applies.
    fn wait_reason(&self, row: usize) -> WaitReason {
        let need = self.need_of(row);
        let could = |worker: &usize| {
            let Worker { capacity, staff, .. } = &self.workers[*worker];
            let is_live = self.workers[*worker].is_up() && matches!(staff, Staff::Starting | Staff::Ready);
            is_live && covers(capacity, need) && self.has_labels(row, *worker)
        };
        let able: Vec<usize> = (0..self.workers.len()).filter(could).collect();
        if able.is_empty() {
            return WaitReason::NoWorker;
        }
        let staffed = (0..self.workers.len()).filter(|&worker| self.has_worker(worker)).count();
        if self.system.availability.quorum && 2 * self.alive() <= staffed {
            return WaitReason::Quorum;
        }
        let ready: Vec<usize> = able.into_iter().filter(|&worker| self.workers[worker].staff == Staff::Ready).collect();
        if ready.is_empty() {
            return WaitReason::Startup;
        }
        for (resource, &units) in need.0.iter().enumerate().filter(|(_, units)| **units > 0) {
            let free: i64 = ready.iter().map(|&worker| self.free(worker).0[resource].max(0)).sum();
            if free < units {
                return WaitReason::Busy(ResourceId(resource as u16));
            }
        }
        if !ready.iter().any(|&worker| covers(&self.free(worker), need)) {
            WaitReason::Fragmented
        } else if self.holds_back() {
            WaitReason::HeldByPolicy
        } else {
            WaitReason::ClaimDelay
        }
    }
}
