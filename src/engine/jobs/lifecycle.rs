//! The life of a job: what its chain of attempts must remember, whether it is retried, and what
//! waits for its end.

use std::num::NonZeroU32;

use slab::Slab;

use crate::arrival::JobOverrides;
use crate::faults::cancel_requests::RequestKey;
use crate::jobs::sampling::{self, AttemptSample, JobSample, Key, Sampler};
use crate::model::action::ActionId;
use crate::model::job::{Job, JobId, JobOutcome};
use crate::model::time::{Span, Time};
use crate::observer::{Attempt, JobOrigin};
use crate::random::stream::Streams;
use crate::system::{ActionModel, DeadlineResult, Requeue, RuntimeEstimate, System};

/// The samplers of all actions, and the chains that are under way.
#[derive(Debug)]
pub(crate) struct Lifecycle {
    samplers: Vec<Sampler>,
    traits: Vec<Traits>,
    chains: Slab<Chain>,
}

/// Properties of all jobs of an action.
#[derive(Clone, Copy, Debug)]
struct Traits {
    /// Every row has a chain, as it may have to be retried, or to draw how long it takes to stop,
    /// whatever was drawn for it on arrival.
    keeps_chains: bool,
    /// A row that is asked to stop does so at once.
    stops_at_once: bool,
}

/// A job that is about to be created: its source, what waits for it, and its own values.
#[derive(Clone, Copy, Debug)]
pub(crate) struct NewChain<'a> {
    pub(crate) origin: JobOrigin,
    pub(crate) action: ActionId,
    pub(crate) overrides: Option<&'a JobOverrides>,
    pub(crate) waiters: Waiters,
}

/// What waits for the end of a chain; usually nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Waiters {
    pub(crate) customer: Option<Customer>,
    /// The join of a parent.
    pub(crate) join: Option<u32>,
}

/// A customer of a closed source, with its job number `cycle`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Customer {
    pub(crate) source: u32,
    pub(crate) number: u32,
    pub(crate) cycle: u32,
}

/// The state of a chain of attempts. Only rows have one that will or may be retried, that bring
/// values of their own, that have children or may be cancelled, or whose end something waits for;
/// most rows have none.
#[derive(Clone, Copy, Debug)]
struct Chain {
    attempt: Attempt,
    overrides: JobOverrides,
    ordinal: u64,
    waiters: Waiters,
    children: u32,
    /// The estimated service time of the attempt, if that was drawn.
    estimate: Option<Span>,
    /// The request to cancel the attempt.
    cancel: Option<RequestKey>,
}

impl Lifecycle {
    pub(crate) fn new(system: &System, streams: &Streams) -> Lifecycle {
        let mut samplers = sampling::all(system, streams);
        let (may_lose_workers, has_speeds) = (system.may_lose_workers(), system.has_speeds());
        let traits = |action: &ActionModel| Traits {
            keeps_chains: may_lose_workers && action.requeue != Requeue::Never
                || action.stops_in.variance() > 0.0
                || has_speeds && (action.deadline.is_some() || action.kill_at_estimate),
            stops_at_once: action.stop_timeout == Span::ZERO
                || (action.stops_in.mean() == 0.0 && action.stops_in.variance() == 0.0),
        };
        let traits: Vec<Traits> = system.actions.iter().map(traits).collect();
        let keeping = samplers.iter_mut().zip(&traits).filter(|(_, traits)| traits.keeps_chains);
        keeping.for_each(|(sampler, _)| sampler.keep_chains());
        Lifecycle { samplers, traits, chains: Slab::new() }
    }

    /// The first and only row of a job that arrives from outside and brings no values along, if it
    /// has nothing but a need and a service time.
    ///
    /// Fast path: equals [`Lifecycle::sample`] and [`Lifecycle::first`].
    #[inline(always)]
    pub(crate) fn plain(&mut self, action: ActionId, id: JobId, at: Time) -> Option<Job> {
        let (need, service, number) = self.samplers[usize::from(action.0)].plain()?;
        let planned_outcome = JobOutcome::Done;
        Some(Job { id, scheduled_at: at, service, chain: None, action, need, number, planned_outcome })
    }

    /// Samples a job that arrives from outside.
    pub(crate) fn sample(&mut self, system: &System, action: ActionId, overrides: Option<&JobOverrides>) -> JobSample {
        self.samplers[usize::from(action.0)].exogenous(system.action(action), overrides)
    }

    /// Samples the job of a closed source's customer.
    pub(crate) fn sample_for(&self, system: &System, action: ActionId, customer: Customer) -> JobSample {
        self.samplers[usize::from(action.0)].customers_job(system.action(action), customer.number, customer.cycle)
    }

    /// Samples the children of an attempt, which are of that action.
    pub(crate) fn sample_children(&self, system: &System, parent: &Job, action: ActionId) -> Vec<JobSample> {
        let mut names = self.samplers[usize::from(parent.action.0)].names(self.key(parent));
        let (sampler, model) = (&self.samplers[usize::from(action.0)], system.action(action));
        (0..self.children(parent)).map(|_| sampler.child(model, names.bits())).collect()
    }

    /// The first row of a chain.
    pub(crate) fn first(&mut self, system: &System, new: NewChain, sample: &JobSample, id: JobId, at: Time) -> Job {
        let NewChain { action, overrides, waiters, .. } = new;
        let need = overrides.and_then(|overrides| overrides.need);
        let is_special = overrides.is_some() || waiters != Waiters::default() || sample.attempt.children > 0;
        let may_fail = sample.planned_outcome != JobOutcome::Done || self.traits[usize::from(action.0)].keeps_chains;
        let has_chain = is_special || may_fail || sample.attempt.cancel.is_some() || sample.estimate.is_some();
        Job {
            id,
            scheduled_at: at,
            service: sample.service,
            chain: if has_chain { self.chain(system, new, sample, id, at) } else { None },
            action,
            need: need.unwrap_or(system.action(action).need),
            number: Key { ordinal: sample.ordinal, attempt: 1 }.number(),
            planned_outcome: sample.planned_outcome,
        }
    }

    /// The chain of a first row, if it needs one.
    fn chain(&mut self, system: &System, new: NewChain, sample: &JobSample, id: JobId, at: Time) -> Option<NonZeroU32> {
        let (overrides, usual) = (new.overrides.copied().unwrap_or_default(), system.action(new.action).retries);
        let retries_left = overrides.retries.unwrap_or(usual);
        let traits = self.traits[usize::from(new.action.0)];
        let remembers = sample.planned_outcome != JobOutcome::Done && retries_left > 0
            || sample.planned_outcome == JobOutcome::DeadlineMissed && !traits.stops_at_once
            || traits.keeps_chains
            || new.waiters != Waiters::default()
            || sample.attempt.children > 0
            || sample.attempt.cancel.is_some()
            || retries_left != usual
            || sample.estimate.is_some()
            || overrides.deadline.is_some()
            || overrides.estimate.is_some()
            || overrides.priority.is_some()
            || overrides.stop_timeout.is_some();
        remembers.then(|| {
            let attempt = Attempt { number: 1, first: id, since: at, retries_left };
            let JobSample { ordinal, estimate, attempt: AttemptSample { children, .. }, .. } = *sample;
            self.keep(Chain { attempt, overrides, ordinal, waiters: new.waiters, children, estimate, cancel: None })
        })
    }

    fn keep(&mut self, chain: Chain) -> NonZeroU32 {
        let slot = u32::try_from(self.chains.insert(chain) + 1).ok().and_then(NonZeroU32::new);
        slot.expect("four thousand million chains do not fit into memory")
    }

    /// A copy of its chain for a process that outlives its row: the chain itself goes on, or ends,
    /// without the process.
    pub(crate) fn outlive(&mut self, job: &Job) -> Option<NonZeroU32> {
        let chain = *self.of(job)?;
        Some(self.keep(Chain { waiters: Waiters::default(), cancel: None, ..chain }))
    }

    fn of(&self, job: &Job) -> Option<&Chain> {
        job.chain.map(|chain| &self.chains[slot(chain)])
    }

    /// Which attempt of its chain a row is.
    #[inline]
    pub(crate) fn attempt(&self, system: &System, job: &Job) -> Attempt {
        let Some(chain) = job.chain else {
            // Without a check that could fail: where the result is not used, the compiler leaves it
            // out.
            let retries_left = system.actions.get(usize::from(job.action.0)).map_or(0, |action| action.retries);
            return Attempt { number: 1, first: job.id, since: job.scheduled_at, retries_left };
        };
        self.chains[slot(chain)].attempt
    }

    /// The values that a row brought along.
    #[inline]
    pub(crate) fn overrides(&self, job: &Job) -> JobOverrides {
        self.of(job).map_or_else(JobOverrides::default, |chain| chain.overrides)
    }

    /// The number of children that a row starts.
    #[inline]
    pub(crate) fn children(&self, job: &Job) -> u32 {
        self.of(job).map_or(0, |chain| chain.children)
    }

    /// How long a claimed row runs until its deadline stops it.
    #[cold]
    pub(crate) fn runs_until_deadline(&self, system: &System, job: &Job) -> Span {
        self.deadline(system, job).unwrap_or(job.service)
    }

    /// How long a row may run, from its claim, before it is asked to stop.
    pub(crate) fn deadline(&self, system: &System, job: &Job) -> Option<Span> {
        let model = system.action(job.action);
        let (overrides, estimate) =
            self.of(job).map_or_else(Default::default, |chain| (chain.overrides, chain.estimate));
        sampling::limit(model, overrides, job.service, estimate)
    }

    /// A row is about to run at this speed: its service time and its estimate change, and it is
    /// known whether it misses its deadline.
    pub(crate) fn set_speed(&mut self, system: &System, job: &mut Job, speed: f64) {
        let mut estimate = self.estimate(system, job);
        if self.estimate_scales(system, job) {
            estimate = estimate.at_speed(speed);
        }
        job.service = job.service.at_speed(speed);
        if let Some(chain) = job.chain {
            self.chains[slot(chain)].estimate = Some(estimate);
        }
        if self.deadline(system, job).is_some_and(|deadline| sampling::misses(job.service, deadline)) {
            job.planned_outcome = JobOutcome::DeadlineMissed;
        }
    }

    /// Whether the estimated service time of a row is shorter on a faster worker.
    pub(crate) fn estimate_scales(&self, system: &System, job: &Job) -> bool {
        let is_own = self.of(job).is_some_and(|chain| chain.overrides.estimate.is_some());
        !is_own && !matches!(system.action(job.action).estimate, RuntimeEstimate::Time(_))
    }

    /// The estimated service time of a row.
    pub(crate) fn estimate(&self, system: &System, job: &Job) -> Span {
        let own = self.of(job).and_then(|chain| chain.overrides.estimate.or(chain.estimate));
        own.unwrap_or_else(|| system.action(job.action).estimate.fixed(job.service))
    }

    /// How a row ends that its deadline has stopped.
    pub(crate) fn outcome_at_deadline(system: &System, job: &Job) -> JobOutcome {
        match system.action(job.action).deadline_result {
            DeadlineResult::Error => JobOutcome::DeadlineMissed,
            DeadlineResult::Cancel => JobOutcome::DeadlineCancelled,
        }
    }

    /// Whether a row that is asked to stop does so at once.
    #[inline]
    pub(crate) fn stops_at_once(&self, job: &Job) -> bool {
        let has_own = self.of(job).is_some_and(|chain| chain.overrides.stop_timeout.is_some());
        self.traits[usize::from(job.action.0)].stops_at_once && !has_own
    }

    /// How long a row takes to stop, and whether it does so by itself rather than being killed.
    pub(crate) fn stops_in(&self, system: &System, job: &Job) -> (Span, bool) {
        let model = system.action(job.action);
        let by_itself = self.samplers[usize::from(job.action.0)].stops_in(model, self.key(job));
        let timeout = self.of(job).and_then(|chain| chain.overrides.stop_timeout).unwrap_or(model.stop_timeout);
        (by_itself.min(timeout), by_itself <= timeout)
    }

    /// A request to cancel a row will come, if it has not ended by then.
    pub(crate) fn set_cancel(&mut self, job: &Job, request: RequestKey) {
        if let Some(chain) = job.chain {
            self.chains[slot(chain)].cancel = Some(request);
        }
    }

    /// The request to cancel a row, if one will come.
    #[inline]
    pub(crate) fn cancel_request(&self, job: &Job) -> Option<RequestKey> {
        self.of(job).and_then(|chain| chain.cancel)
    }

    /// The key of a row's streams. A row without a chain never draws anything more.
    fn key(&self, job: &Job) -> Key {
        let of_chain = |chain: &Chain| Key { ordinal: chain.ordinal, attempt: chain.attempt.number };
        self.of(job).map_or(Key { ordinal: 0, attempt: 1 }, of_chain)
    }

    /// The row that follows one that has ended with this outcome, and its draws; `None` if the
    /// chain ends with it.
    pub(crate) fn retry(
        &mut self,
        system: &System,
        ended: &Job,
        outcome: JobOutcome,
        now: Time,
        id: JobId,
    ) -> Option<(Job, AttemptSample)> {
        let model = system.action(ended.action);
        let chain = &mut self.chains[slot(ended.chain?)];
        let left = chain.attempt.retries_left;
        chain.attempt.retries_left = match (outcome, model.requeue) {
            (JobOutcome::WorkerDead | JobOutcome::WorkerShutdown, Requeue::RequeueAlways) => left.saturating_sub(1),
            (JobOutcome::Error | JobOutcome::DeadlineMissed, _)
            | (JobOutcome::WorkerDead | JobOutcome::WorkerShutdown, Requeue::RequeueIfRetries) => {
                left.checked_sub(1)?
            }
            _ => return None,
        };
        chain.attempt.number += 1;
        let key = Key { ordinal: chain.ordinal, attempt: chain.attempt.number };
        let (sample, backoff) = self.samplers[usize::from(ended.action.0)].later(model, chain.overrides, key);
        (chain.children, chain.estimate, chain.cancel) = (sample.attempt.children, sample.estimate, None);
        let row = Job {
            id,
            scheduled_at: now + backoff,
            service: sample.service,
            number: key.number(),
            planned_outcome: sample.planned_outcome,
            ..*ended
        };
        Some((row, sample.attempt))
    }

    /// Forgets a chain that has ended; gives back what waited for it.
    pub(crate) fn forget(&mut self, chain: NonZeroU32) -> Waiters {
        self.chains.remove(slot(chain)).waiters
    }
}

fn slot(chain: NonZeroU32) -> usize {
    chain.get() as usize - 1
}
