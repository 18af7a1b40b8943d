//! Not needed to understand the kernel: why waiting jobs wait. The kernel reviews the reasons
//! before time moves on, so an instant has the reasons of its final state.

use super::Simulation;
use super::state::Claiming;
use crate::arrival::ArrivalProcess;
use crate::model::capacity::{CapacityMap, NeedId};
use crate::model::wait_reason::WaitReason;
use crate::model::worker::WorkerId;
use crate::observer::{Event, Observer};
use crate::policy::{ClaimPolicy, PolicyKind};
use crate::resources::bit_set::ones_of;
use crate::resources::pool::FitWatch;
use crate::staffing::places::Place;
use crate::wait_reasons::{Capable, Standing, WaitReasons, WorkerStage};

/// What is free on this number of workers is added up whenever it matters. Of more workers the sums
/// are kept, and change with every start and end.
const FEW_WORKERS: usize = 64;

impl<P: ClaimPolicy, A: ArrivalProcess, O: Observer> Simulation<'_, P, A, O> {
    /// Reports the reasons at the start. They are kept from then on if any of them may change.
    pub(super) fn start_reasons(&mut self) {
        let reasons = WaitReasons::new(self.system, self.policy.kind());
        for (need, reason) in reasons.reported.iter().enumerate() {
            let (need, reason) = (NeedId(need as u16), *reason);
            self.observer.on(self.now, &Event::WaitReason { need, reason, waiting: 0 });
        }
        self.waits.unknown = reasons.varies.iter().fold(0, |all, word| all | word);
        self.waits.reasons = reasons.vary().then(|| Box::new(reasons));
    }

    /// Reports the reasons that have changed since the last review, of the needs with waiting jobs.
    /// The next review is due when a need comes to fit somewhere or ceases to, or at the next
    /// instant if that does not tell enough.
    #[cold]
    pub(super) fn review_reasons(&mut self) {
        let Some(mut reasons) = self.waits.reasons.take() else { return };
        let fitting = self.workers.pool.mask(0);
        let (mut standing, mut remain) = (Standing::default(), 0);
        for word in 0..reasons.varies.len() {
            let waiting = self.queue.jobs.mask()[word] & reasons.varies[word];
            for need in ones_of(waiting).map(|bit| word * 64 + bit) {
                let reason = self.reason_of(need, &mut reasons);
                reasons.extend(&mut standing, need, reason, fitting);
                if reason != reasons.reported[need] {
                    reasons.reported[need] = reason;
                    let waiting = self.queue.jobs.count_of(need);
                    let event = Event::WaitReason { need: NeedId(need as u16), reason, waiting };
                    self.observer.on(self.now, &event);
                }
            }
            remain |= waiting & !standing.needs;
        }
        self.waits.unknown = reasons.varies.iter().fold(0, |all, word| all | word) & !standing.needs;
        self.workers.pool.watch = FitWatch { needs: standing.asked, has_changed: remain != 0 };
        self.waits.reasons = Some(reasons);
    }

    /// Why jobs with this need wait now.
    fn reason_of(&mut self, need: usize, reasons: &mut WaitReasons) -> WaitReason {
        let pool = &self.workers.pool;
        if pool.has_room(need) {
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
        let lacks = if self.system.workers.len() <= FEW_WORKERS {
            classes.find_scarce(need, pool)
        } else {
            self.dispatch.follows_free = true;
            classes.keep_free(pool);
            classes.scarce(need)
        };
        lacks.map_or(WaitReason::Fragmented, WaitReason::Busy)
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

    /// A worker offers this capacity from now on.
    pub(super) fn review_class(&mut self, worker: WorkerId, capacity: &CapacityMap) {
        if let Some(reasons) = &mut self.waits.reasons {
            reasons.classes.set_capacity(worker, capacity, self.system.worker(worker).labels);
        }
    }
}
