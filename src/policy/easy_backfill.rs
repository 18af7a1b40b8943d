//! `easy-backfill`: the oldest waiting job holds a reservation; other jobs may go before it only
//! if, by the estimates, they do not delay it.
//!
//! ```text
//! 4 scan: R runs on 3 of them, by its estimate until 10:00
//! waiting: A{scan 4}  B{scan 1, 40 min}  C{scan 1, 90 min}
//! at 09:00   A does not fit before 10:00, its shadow time. B ends before that and goes;
//!            C would end later, and no unit is spare next to A
//! ```
//!
//! The shadow time is the first instant at which the head fits if the running jobs end as
//! estimated. Another job may start if it fits now and either ends by its estimate no later than
//! the shadow time, or needs no more than the units that are spare then next to the head (Lifka,
//! "The ANL/IBM SP scheduling system", JSSPP 1995; Mu'alem and Feitelson, IEEE TPDS 12(6), 2001).
//! Candidates are considered in order of age, or with `order = "shortest"` by estimate (EASY-SJBF,
//! Tsafrir, Etsion and Feitelson, IEEE TPDS 18(6), 2007).
//!
//! **Several workers.** The reservation names a worker and an instant: of all workers, the one on
//! which the head fits first by the estimates. On the other workers any job that fits may start.
//! One property of a single worker remains: a job that overtakes the head never delays it, unless
//! an estimate is too short. One changes: with several resources, only the resources that the
//! candidate needs have to be spare.
//!
//! **Wrong estimates.** A job that ends early frees its units at once, and the shadow is computed
//! again. A job that runs past its estimate is expected to end at any moment: with regard to this
//! job, the shadow of the head is the present, and only spare units may be used.
//!
//! A decision walks along the estimated ends of the running jobs until the head fits, and asks each
//! need that fits for its first candidate that is short enough, which blocks make fast to find. Its
//! cost grows with the number of running jobs and with a hundredth of the number of waiting jobs.

use super::backfill_queue::{BackfillCandidate, BackfillOrder, BackfillQueue};
use super::completion_estimates::CompletionEstimates;
use super::feasible::FeasibleNeeds;
use crate::engine::QueueKey;
use crate::engine::{Candidate, ClaimPolicy, Decision, PolicyKind, SchedulerEvent, SchedulingView, System, Target};
use crate::model::capacity::NeedId;
use crate::model::time::{Span, Time};
use crate::model::worker::WorkerId;

/// A reservation for the head of the queue.
#[derive(Debug)]
pub struct EasyBackfill {
    possible: FeasibleNeeds,
    /// The running jobs, by worker.
    ends: CompletionEstimates,
    /// By need.
    waiting: Vec<BackfillQueue>,
}

/// The worker and the instant at which the head will fit.
#[derive(Debug)]
struct Shadow {
    at: Time,
    worker: WorkerId,
    /// The units left then next to the head, by resource.
    spare: Vec<i64>,
}

impl Shadow {
    /// Whether a job ends before then on the worker, by its estimate.
    fn admits(&self, view: &SchedulingView<'_, i128>, entry: &BackfillCandidate) -> bool {
        entry.estimate.at_speed(view.system().worker(self.worker).speed) <= self.at - view.now
    }

    /// The worker, and the time until then.
    fn describe(&self, view: &SchedulingView<'_, i128>) -> String {
        let worker = &view.system().worker(self.worker).id;
        match self.at - view.now {
            Span::ZERO => format!("on {worker} any moment"),
            wait => format!("on {worker} in {}", wait.rounded()),
        }
    }
}

impl EasyBackfill {
    /// For the jobs and workers of a system.
    pub fn new(system: &System, order: BackfillOrder) -> EasyBackfill {
        EasyBackfill {
            possible: FeasibleNeeds::of(system),
            ends: CompletionEstimates::new(system),
            waiting: system.needs.iter().map(|_| BackfillQueue::new(order)).collect(),
        }
    }

    /// The worker on which a job with this need fits first by the estimates, and the instant.
    fn shadow(&self, view: &SchedulingView<'_, i128>, need: NeedId) -> Option<Shadow> {
        let mut first: Option<Shadow> = None;
        for worker in view.open_workers(need) {
            let bound = first.as_ref().map(|shadow| shadow.at);
            if let Some((at, spare)) = self.ends.fits_from(view, worker, need, bound) {
                first = Some(Shadow { at, worker, spare });
            }
        }
        first
    }

    /// The first job that may go before the head.
    fn candidate(
        &self,
        view: &SchedulingView<'_, i128>,
        shadow: Option<&Shadow>,
    ) -> Option<(BackfillCandidate, NeedId)> {
        let first = view.needs().filter(|need| self.possible.contains(*need)).filter_map(|need| {
            let candidates = &self.waiting[usize::from(need)];
            let entry = match shadow {
                Some(shadow) if !is_free_elsewhere(view, need, shadow) => {
                    candidates.first_within(shadow.at - view.now, view.system().worker(shadow.worker).speed)?
                }
                _ => candidates.first()?,
            };
            Some((entry, need))
        });
        first.min_by_key(|(entry, _)| entry.key)
    }
}

/// Whether a job with this need may start on some worker, regardless of its estimate.
fn is_free_elsewhere(view: &SchedulingView<'_, i128>, need: NeedId, shadow: &Shadow) -> bool {
    is_spare(view, need, shadow) || view.with_room(need).any(|worker| worker != shadow.worker)
}

/// Whether a job needs no more than the units left next to the head.
fn is_spare(view: &SchedulingView<'_, i128>, need: NeedId, shadow: &Shadow) -> bool {
    view.system().need(need).0.iter().zip(&shadow.spare).all(|(&need, spare)| need == 0 || need <= *spare)
}

impl ClaimPolicy for EasyBackfill {
    type Rank = i128;

    fn rank(&self, _: &Candidate<'_>) -> i128 {
        0
    }

    fn kind(&self) -> PolicyKind {
        PolicyKind::Reserving
    }

    fn choose(&mut self, view: &SchedulingView<'_, i128>) -> Option<Decision<i128>> {
        let (head, turn) = self.possible.first(view)?;
        if view.fits(head) {
            return Some(Decision { need: head, key: turn, target: Target::Any });
        }
        view.needs().next()?;
        let shadow = self.shadow(view, head);
        let (entry, need) = self.candidate(view, shadow.as_ref())?;
        let target = match shadow {
            Some(shadow) if !shadow.admits(view, &entry) && !is_spare(view, need, &shadow) => {
                Target::These(view.with_room(need).filter(|worker| *worker != shadow.worker).collect())
            }
            _ => Target::Any,
        };
        Some(Decision { need, key: entry.turn, target })
    }

    fn on_event(&mut self, now: Time, event: &SchedulerEvent<'_>) {
        let entry = |candidate: &Candidate<'_>| (QueueKey::of(0, candidate.job), candidate.estimated());
        match event {
            SchedulerEvent::Queued(candidate) => self.waiting[usize::from(candidate.job.need)].insert(entry(candidate)),
            SchedulerEvent::Started(candidate, worker) => {
                self.waiting[usize::from(candidate.job.need)].remove(entry(candidate));
                self.ends.start(now + candidate.estimate_on(*worker), candidate.job, *worker);
            }
            SchedulerEvent::Left(candidate) => self.waiting[usize::from(candidate.job.need)].remove(entry(candidate)),
            SchedulerEvent::Ended(candidate, worker) => self.ends.end(candidate.job, *worker),
            SchedulerEvent::WorkersChanged => {}
        }
    }

    fn explain(&self, view: &SchedulingView<'_, i128>, job: &Candidate<'_>) -> String {
        let need = job.job.need;
        let Some((head, turn)) = self.possible.first(view).filter(|(_, turn)| turn.id != job.job.id) else {
            return "the oldest of all that wait".to_owned();
        };
        let goes = format!("goes before job {}, the oldest", turn.id.0);
        let Some(shadow) = self.shadow(view, head) else {
            return format!("{goes}, which fits nowhere even when all that runs has ended");
        };
        let (goes, estimate) =
            (format!("{goes}, which fits {}", shadow.describe(view)), job.estimate_on(shadow.worker));
        if shadow.at - view.now >= estimate {
            format!("{goes}: it ends by then, by its estimate of {}", estimate.rounded())
        } else if is_spare(view, need, &shadow) {
            format!("{goes}: it needs no more than is spare then beside that")
        } else {
            format!("{goes}: it runs on another worker")
        }
    }

    fn explain_hold(&self, view: &SchedulingView<'_, i128>, job: &Candidate<'_>) -> Option<String> {
        let (head, turn) = self.possible.first(view).filter(|(_, turn)| turn.id != job.job.id)?;
        let shadow = self.shadow(view, head)?;
        let estimate = job.estimate_on(shadow.worker);
        let is_held = shadow.at - view.now < estimate && !is_free_elsewhere(view, job.job.need, &shadow);
        is_held.then(|| {
            let (when, estimate) = (shadow.describe(view), estimate.rounded());
            format!("would delay job {}, the oldest, which fits {when}: its estimate is {estimate}, and beside that nothing is spare", turn.id.0)
        })
    }
}
