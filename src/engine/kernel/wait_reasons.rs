//! Not needed to understand the kernel: why waiting jobs wait. The kernel reviews the reasons before
//! time moves on, so an instant has the reasons of its final state.

use super::Simulation;
use super::state::Claiming;
use crate::arrival::ArrivalProcess;
use crate::model::capacity::{CapacityMap, NeedId};
use crate::model::worker::WorkerId;
use crate::observer::{Event, Observer};
use crate::policy::{ClaimPolicy, PolicyKind};
use crate::resources::bit_set::ones_of;
use crate::staffing::places::Place;
use crate::wait_reasons::{Capable, WaitReason, WaitReasons, WorkerStage};

/// Up to so many workers, what is free on all of them is added up whenever it matters, and not kept
/// all the time.
const FEW_WORKERS: usize = 64;

impl<P: ClaimPolicy, A: ArrivalProcess, O: Observer> Simulation<'_, P, A, O> {
    /// Reports the reasons at the start. They are kept from then on if any of them may change.
    pub(super) fn start_reasons(&mut self) {
        let reasons = WaitReasons::new(self.system, self.policy.kind());
        for (need, reason) in reasons.reported.iter().enumerate() {
            self.observer.on(self.now, &Event::WaitReason { need: NeedId(need as u16), reason: *reason });
        }
        self.waits.reviews = reasons.vary();
        self.waits.reasons = reasons.vary().then(|| Box::new(reasons));
    }

    /// Reports the reasons that have changed since the last review, of the needs with waiting jobs.
    #[cold]
    pub(super) fn review_reasons(&mut self) {
        let Some(mut reasons) = self.waits.reasons.take() else { return };
        let mut waits = false;
        for word in 0..reasons.varies.len() {
            let waiting = self.queue.jobs.mask()[word] & reasons.varies[word];
            waits |= waiting != 0;
            for need in ones_of(waiting).map(|bit| word * 64 + bit) {
                let reason = self.reason_of(need, &mut reasons);
                if reason != reasons.reported[need] {
                    reasons.reported[need] = reason;
                    self.observer.on(self.now, &Event::WaitReason { need: NeedId(need as u16), reason });
                }
            }
        }
        if !waits && self.system.workers.len() <= FEW_WORKERS {
            reasons.classes.keeps_free = false;
        }
        self.waits.keeps_free = reasons.classes.keeps_free;
        self.waits.reasons = Some(reasons);
    }

    /// Why jobs with this need wait now.
    fn reason_of(&self, need: usize, reasons: &mut WaitReasons) -> WaitReason {
        if self.workers.pool.has_room(need) {
            return if self.is_held(need) { WaitReason::HeldByPolicy } else { WaitReason::ClaimDelay };
        }
        let classes = &mut reasons.classes;
        classes.find_capable(self.system, need);
        let ready = match classes.capable(need) {
            Capable::None => return WaitReason::NoWorker,
            _ if !self.workers.detector.has_quorum() => return WaitReason::Quorum,
            Capable::OnlyStarting => return WaitReason::Startup,
            Capable::Ready => reasons.may_be_fragmented[need],
        };
        if !ready {
            let resource = classes.first_resource(NeedId(need as u16));
            return resource.map_or(WaitReason::ClaimDelay, WaitReason::Busy);
        }
        if !classes.keeps_free {
            classes.keeps_free = true;
            classes.clear_free();
            for worker in (0..self.system.workers.len() as u32).map(WorkerId) {
                if self.workers.pool.is_open(worker) {
                    classes.add_free(worker, self.workers.pool.free(worker.0 as usize), 1);
                }
            }
        }
        classes.scarce(need).map_or(WaitReason::Fragmented, WaitReason::Busy)
    }

    /// Whether the policy holds back jobs with this need that fit. Under a claim delay the first of
    /// them stands for all: it is held back if the policy refuses it on every worker with room.
    fn is_held(&self, need: usize) -> bool {
        if self.policy.kind() != PolicyKind::Reserving {
            return false;
        }
        if matches!(self.dispatch.claiming, Claiming::Instant(_)) {
            return true;
        }
        let Some(job) = self.queue.jobs.of(NeedId(need as u16)).next() else { return false };
        let refuses = |worker: usize| {
            let view = self.view(Some(WorkerId(worker as u32)));
            self.policy.explain_hold(&view, &self.candidate(job)).is_some()
        };
        self.workers.pool.workers_for(need).all(refuses)
    }

    /// The place or the health of a worker may have changed.
    pub(super) fn review_stage(&mut self, worker: WorkerId) {
        let Some(reasons) = &mut self.waits.reasons else { return };
        let is_down = self.workers.detector.is_down(worker);
        reasons.classes.set_stage(
            worker,
            match self.workers.places.of(worker) {
                Place::Ready if !is_down => WorkerStage::Ready,
                Place::Starting if !is_down => WorkerStage::Starting,
                _ => WorkerStage::Away,
            },
        );
    }

    /// What is free on a worker that claims counts from now on (`sign` 1), or no longer (-1).
    pub(super) fn count_free(&mut self, worker: WorkerId, sign: i64) {
        if let Some(reasons) = self.waits.reasons.as_mut().filter(|reasons| reasons.classes.keeps_free) {
            reasons.classes.add_free(worker, self.workers.pool.free(worker.0 as usize), sign);
        }
    }

    /// A worker offers this capacity from now on.
    pub(super) fn review_class(&mut self, worker: WorkerId, capacity: &CapacityMap) {
        if let Some(reasons) = &mut self.waits.reasons {
            reasons.classes.set_capacity(worker, capacity, self.system.worker(worker).labels);
        }
    }

    /// A job with this need has started on a worker (or else ended).
    #[cold]
    pub(super) fn recount_free(&mut self, worker: WorkerId, need: NeedId, starts: bool) {
        let pool = &self.workers.pool;
        if let Some(reasons) = self.waits.reasons.as_mut().filter(|_| pool.is_open(worker)) {
            let free = |resource| pool.free_of(worker.0 as usize, resource);
            reasons.classes.change_free(worker, need, free, if starts { -1 } else { 1 });
        }
    }
}
