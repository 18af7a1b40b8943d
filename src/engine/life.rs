//! The life of a job: what its chain of attempts must remember, whether it is retried, and who waits for its end.

use std::num::NonZeroU32;

use slab::Slab;

use super::arrival::JobOverrides;
use super::draws::{self, Draft, Draws, Key, Luck};
use super::observer::{Attempt, JobOrigin};
use super::system::{ActionModel, DeadlineResult, Requeue, System};
use crate::model::action::ActionId;
use crate::model::job::{Job, JobId, JobOutcome};
use crate::model::time::{Span, Time};
use crate::random::stream::Streams;

/// The random side of all actions, and the chains that are under way.
#[derive(Debug)]
pub(super) struct Life {
    draws: Vec<Draws>,
    traits: Vec<Traits>,
    chains: Slab<Chain>,
}

/// What holds for all jobs of an action.
#[derive(Clone, Copy, Debug)]
struct Traits {
    /// Every row has a chain, as it may have to be retried or to draw how long it takes to stop, whatever it drew when it came.
    keeps_chains: bool,
    /// Whoever is asked to stop does so at once.
    stops_at_once: bool,
}

/// A job to be: who it is for, and what it brings along.
#[derive(Clone, Copy, Debug)]
pub(super) struct Origin<'a> {
    pub(super) from: JobOrigin,
    pub(super) action: ActionId,
    pub(super) overrides: Option<&'a JobOverrides>,
    pub(super) heirs: Heirs,
}

/// Who waits for the end of a chain: for most, nobody.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Heirs {
    pub(super) customer: Option<Customer>,
    /// The join of a parent.
    pub(super) join: Option<u32>,
}

/// A closed source's customer, on its way with its job number `cycle`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Customer {
    pub(super) source: u32,
    pub(super) number: u32,
    pub(super) cycle: u32,
}

/// What a row has to remember beyond itself: only rows that will or may be retried, that bring values of their own, that
/// have children or may be cancelled, or that somebody waits for have a chain; the many others do without.
#[derive(Clone, Copy, Debug)]
struct Chain {
    attempt: Attempt,
    overrides: JobOverrides,
    ordinal: u64,
    heirs: Heirs,
    children: u32,
    /// How long the attempt is thought to run, if that was drawn.
    estimate: Option<Span>,
    /// When somebody asks to cancel the attempt.
    cancel_at: Option<Time>,
}

impl Life {
    pub(super) fn new(system: &System, streams: &Streams) -> Life {
        let mut draws = draws::all(system, streams);
        let traits = |action: &ActionModel| Traits {
            keeps_chains: system.availability.has_outages() && action.requeue != Requeue::Never
                || action.stops_in.variance() > 0.0,
            stops_at_once: action.stop_timeout == Span::ZERO
                || (action.stops_in.mean() == 0.0 && action.stops_in.variance() == 0.0),
        };
        let traits: Vec<Traits> = system.actions.iter().map(traits).collect();
        let keeping = draws.iter_mut().zip(&traits).filter(|(_, traits)| traits.keeps_chains);
        keeping.for_each(|(draws, _)| draws.keep_chains());
        Life { draws, traits, chains: Slab::new() }
    }

    /// The first and only row of a job that arrives from outside and brings nothing along, if there is no more to it than what it
    /// needs and how long it runs.
    #[inline(always)]
    pub(super) fn plain(&mut self, action: ActionId, id: JobId, at: Time) -> Option<Job> {
        let (need, service) = self.draws[usize::from(action.0)].plain()?;
        Some(Job { id, scheduled_at: at, service, chain: None, action, need, planned_outcome: JobOutcome::Done })
    }

    /// Draws a job that arrives from outside.
    pub(super) fn draw(&mut self, system: &System, action: ActionId, overrides: Option<&JobOverrides>) -> Draft {
        self.draws[usize::from(action.0)].exogenous(system.action(action), overrides)
    }

    /// Draws the job of a closed source's customer.
    pub(super) fn draw_for(&self, system: &System, action: ActionId, customer: Customer) -> Draft {
        self.draws[usize::from(action.0)].customers_job(system.action(action), customer.number, customer.cycle)
    }

    /// Draws the children of an attempt, which are of that action.
    pub(super) fn draw_children(&self, system: &System, parent: &Job, action: ActionId) -> Vec<Draft> {
        let mut names = self.draws[usize::from(parent.action.0)].names(self.key(parent));
        let (draws, model) = (&self.draws[usize::from(action.0)], system.action(action));
        (0..self.children(parent)).map(|_| draws.child(model, names.bits())).collect()
    }

    /// The first row of a chain.
    pub(super) fn first(&mut self, system: &System, origin: Origin, draft: &Draft, id: JobId, at: Time) -> Job {
        let Origin { action, overrides, heirs, .. } = origin;
        let need = overrides.and_then(|overrides| overrides.need);
        let is_special = overrides.is_some() || heirs != Heirs::default() || draft.luck.children > 0;
        let may_fail = draft.planned_outcome != JobOutcome::Done || self.traits[usize::from(action.0)].keeps_chains;
        let has_chain = is_special || may_fail || draft.luck.cancel.is_some() || draft.estimate.is_some();
        Job {
            id,
            scheduled_at: at,
            service: draft.service,
            chain: if has_chain { self.chain(system, origin, draft, id, at) } else { None },
            action,
            need: need.unwrap_or(system.action(action).need),
            planned_outcome: draft.planned_outcome,
        }
    }

    /// Remembers what the first row of a chain must not forget, if anything.
    fn chain(&mut self, system: &System, origin: Origin, draft: &Draft, id: JobId, at: Time) -> Option<NonZeroU32> {
        let (overrides, usual) = (origin.overrides.copied().unwrap_or_default(), system.action(origin.action).retries);
        let retries_left = overrides.retries.unwrap_or(usual);
        let traits = self.traits[usize::from(origin.action.0)];
        let remembers = draft.planned_outcome != JobOutcome::Done && retries_left > 0
            || draft.planned_outcome == JobOutcome::DeadlineMissed && !traits.stops_at_once
            || traits.keeps_chains
            || origin.heirs != Heirs::default()
            || draft.luck.children > 0
            || draft.luck.cancel.is_some()
            || retries_left != usual
            || draft.estimate.is_some()
            || overrides.deadline.is_some()
            || overrides.estimate.is_some()
            || overrides.priority.is_some()
            || overrides.stop_timeout.is_some();
        remembers.then(|| {
            let attempt = Attempt { number: 1, first: id, since: at, retries_left };
            let Draft { ordinal, estimate, luck: Luck { children, .. }, .. } = *draft;
            self.keep(Chain { attempt, overrides, ordinal, heirs: origin.heirs, children, estimate, cancel_at: None })
        })
    }

    fn keep(&mut self, chain: Chain) -> NonZeroU32 {
        let slot = u32::try_from(self.chains.insert(chain) + 1).ok().and_then(NonZeroU32::new);
        slot.expect("four thousand million chains do not fit into memory")
    }

    /// What a process that outlives its row must not forget when the chain goes on, or ends, without it.
    pub(super) fn outlive(&mut self, job: &Job) -> Option<NonZeroU32> {
        let chain = *self.of(job)?;
        Some(self.keep(Chain { heirs: Heirs::default(), cancel_at: None, ..chain }))
    }

    fn of(&self, job: &Job) -> Option<&Chain> {
        job.chain.map(|chain| &self.chains[slot(chain)])
    }

    /// Which attempt of its chain a row is.
    #[inline]
    pub(super) fn attempt(&self, system: &System, job: &Job) -> Attempt {
        let Some(chain) = job.chain else {
            // Without a check that could fail: where nobody asks for it, the compiler leaves it out.
            let retries_left = system.actions.get(usize::from(job.action.0)).map_or(0, |action| action.retries);
            return Attempt { number: 1, first: job.id, since: job.scheduled_at, retries_left };
        };
        self.chains[slot(chain)].attempt
    }

    /// What a row brought along.
    #[inline]
    pub(super) fn overrides(&self, job: &Job) -> JobOverrides {
        self.of(job).map_or_else(JobOverrides::default, |chain| chain.overrides)
    }

    /// How many children a row starts.
    #[inline]
    pub(super) fn children(&self, job: &Job) -> u32 {
        self.of(job).map_or(0, |chain| chain.children)
    }

    /// How long a claimed row runs until its deadline stops it.
    #[cold]
    pub(super) fn runs_until_deadline(&self, system: &System, job: &Job) -> Span {
        self.deadline(system, job).unwrap_or(job.service)
    }

    /// How long a row may run, from its claim, before it is asked to stop.
    pub(super) fn deadline(&self, system: &System, job: &Job) -> Option<Span> {
        let model = system.action(job.action);
        let (overrides, estimate) =
            self.of(job).map_or_else(Default::default, |chain| (chain.overrides, chain.estimate));
        draws::limit(model, overrides, job.service, estimate)
    }

    /// How long a row is thought to run.
    pub(super) fn estimate(&self, system: &System, job: &Job) -> Span {
        let own = self.of(job).and_then(|chain| chain.overrides.estimate.or(chain.estimate));
        own.unwrap_or_else(|| system.action(job.action).estimate.fixed(job.service))
    }

    /// How a row ends whose deadline has stopped it.
    pub(super) fn ending_at_deadline(system: &System, job: &Job) -> JobOutcome {
        match system.action(job.action).deadline_result {
            DeadlineResult::Error => JobOutcome::DeadlineMissed,
            DeadlineResult::Cancel => JobOutcome::DeadlineCancelled,
        }
    }

    /// Whether a row that is asked to stop does so at once.
    #[inline]
    pub(super) fn stops_at_once(&self, job: &Job) -> bool {
        let has_own = self.of(job).is_some_and(|chain| chain.overrides.stop_timeout.is_some());
        self.traits[usize::from(job.action.0)].stops_at_once && !has_own
    }

    /// How long a row takes to stop, and whether it does so by itself rather than being killed.
    pub(super) fn stops_in(&self, system: &System, job: &Job) -> (Span, bool) {
        let model = system.action(job.action);
        let by_itself = self.draws[usize::from(job.action.0)].stops_in(model, self.key(job));
        let timeout = self.of(job).and_then(|chain| chain.overrides.stop_timeout).unwrap_or(model.stop_timeout);
        (by_itself.min(timeout), by_itself <= timeout)
    }

    /// Somebody asks to cancel a row at that instant, if it is still there.
    pub(super) fn set_cancel(&mut self, job: &Job, at: Option<Time>) {
        if let Some(chain) = job.chain {
            self.chains[slot(chain)].cancel_at = at;
        }
    }

    /// When somebody asks to cancel a row, if it is still there.
    #[inline]
    pub(super) fn cancel_at(&self, job: &Job) -> Option<Time> {
        self.of(job).and_then(|chain| chain.cancel_at)
    }

    /// What a row's streams are keyed by. A row without a chain never draws anything more.
    fn key(&self, job: &Job) -> Key {
        let of_chain = |chain: &Chain| Key { ordinal: chain.ordinal, attempt: chain.attempt.number };
        self.of(job).map_or(Key { ordinal: 0, attempt: 1 }, of_chain)
    }

    /// The row that follows one that has ended so, with what was drawn for it; `None` if the chain ends with it.
    pub(super) fn retry(
        &mut self,
        system: &System,
        ended: &Job,
        ending: JobOutcome,
        now: Time,
        id: JobId,
    ) -> Option<(Job, Luck)> {
        let model = system.action(ended.action);
        let chain = &mut self.chains[slot(ended.chain?)];
        let left = chain.attempt.retries_left;
        chain.attempt.retries_left = match (ending, model.requeue) {
            (JobOutcome::WorkerDead | JobOutcome::WorkerShutdown, Requeue::RequeueAlways) => left.saturating_sub(1),
            (JobOutcome::Error | JobOutcome::DeadlineMissed, _)
            | (JobOutcome::WorkerDead | JobOutcome::WorkerShutdown, Requeue::RequeueIfRetries) => {
                left.checked_sub(1)?
            }
            _ => return None,
        };
        chain.attempt.number += 1;
        let key = Key { ordinal: chain.ordinal, attempt: chain.attempt.number };
        let (draft, backoff) = self.draws[usize::from(ended.action.0)].later(model, chain.overrides, key);
        (chain.children, chain.estimate, chain.cancel_at) = (draft.luck.children, draft.estimate, None);
        let row = Job {
            id,
            scheduled_at: now + backoff,
            service: draft.service,
            planned_outcome: draft.planned_outcome,
            ..*ended
        };
        Some((row, draft.luck))
    }

    /// Forgets a chain that has ended; gives back who waited for it.
    pub(super) fn forget(&mut self, chain: NonZeroU32) -> Heirs {
        self.chains.remove(slot(chain)).heirs
    }
}

fn slot(chain: NonZeroU32) -> usize {
    chain.get() as usize - 1
}
