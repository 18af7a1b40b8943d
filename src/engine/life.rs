//! The life of a job, drawn: service time, outcome and patience on arrival; and what chains of attempts must remember.
//!
//! Whatever belongs to an exogenous job comes from its action's streams in arrival order; whatever belongs to a later attempt
//! comes from a stream keyed by the chain. So two claim rules under one seed see the same jobs, also when some are retried.

use std::num::NonZeroU32;

use slab::Slab;

use super::arrival::Given;
use super::observer::Attempt;
use super::system::{ActionModel, System};
use crate::model::action::ActionId;
use crate::model::job::{Ending, Job, JobId};
use crate::model::time::{Span, Time};
use crate::random::stream::{Family, Purpose, Stream, Streams};

/// The random side of all actions, and the chains that are under way.
#[derive(Debug)]
pub(super) struct Life {
    actions: Vec<Draws>,
    chains: Slab<Chain>,
}

/// One action's streams.
#[derive(Debug)]
struct Draws {
    service: Stream,
    outcome: Stream,
    patience: Stream,
    attempts: Family,
    customers: Family,
    /// How many jobs of the action have arrived from outside.
    arrived: u64,
    /// Nothing but a service time is ever drawn, and no attempt fails: the most common kind of action.
    plain: bool,
    /// The next service time, drawn one ahead: an event of completion never waits for a draw.
    next_service: Span,
}

/// A job to be: who it is for, and what it brings along.
#[derive(Clone, Copy, Debug)]
pub(super) struct Origin<'a> {
    pub(super) action: ActionId,
    pub(super) given: Option<&'a Given>,
    pub(super) customer: Option<Customer>,
}

/// What was drawn for a job.
#[derive(Clone, Copy, Debug)]
pub(super) struct Draft {
    service: Span,
    fate: Ending,
    pub(super) patience: Option<Span>,
    ordinal: u64,
}

/// A closed source's customer, on its way with its job number `cycle`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Customer {
    pub(super) source: u32,
    pub(super) number: u32,
    pub(super) cycle: u32,
}

/// What a row has to remember beyond itself: only rows that will be retried, that bring values of their own, or that a
/// customer waits for have a chain; the many others do without.
#[derive(Clone, Copy, Debug)]
struct Chain {
    attempt: Attempt,
    given: Given,
    ordinal: u64,
    customer: Option<Customer>,
}

impl Life {
    pub(super) fn new(system: &System, streams: &Streams) -> Life {
        let draws = |action: &ActionModel| Draws {
            service: streams.stream(Purpose::Service, &action.name),
            outcome: streams.stream(Purpose::Outcome, &action.name),
            patience: streams.stream(Purpose::Patience, &action.name),
            attempts: streams.family(Purpose::Attempt, &action.name),
            customers: streams.family(Purpose::Customer, &action.name),
            arrived: 0,
            plain: action.error.get() == 0.0 && action.deadline.is_none() && action.patience.is_none(),
            next_service: Span::ZERO,
        };
        let mut actions: Vec<Draws> = system.actions.iter().map(draws).collect();
        for (draws, action) in actions.iter_mut().zip(&system.actions) {
            draws.service(action);
        }
        Life { actions, chains: Slab::new() }
    }

    /// Draws a job that arrives from outside.
    #[inline]
    pub(super) fn draw(&mut self, system: &System, action: ActionId, given: Option<&Given>) -> Draft {
        let model = system.action(action);
        let draws = &mut self.actions[usize::from(action.0)];
        let ordinal = draws.arrived;
        draws.arrived += 1;
        match given {
            None if draws.plain => Draft { service: draws.service(model), fate: Ending::Done, patience: None, ordinal },
            _ => draws.draw(model, given.copied().unwrap_or_default(), ordinal),
        }
    }

    /// Draws the job of a closed source's customer.
    pub(super) fn draw_for(&mut self, system: &System, action: ActionId, customer: Customer) -> Draft {
        let draws = &self.actions[usize::from(action.0)];
        let number = u64::from(customer.number);
        let mut stream = draws.customers.member(number, 2 * customer.cycle + 1);
        let ordinal = 1 << 63 | number << 31 | u64::from(customer.cycle);
        let (service, fate, patience) = draw_from(&mut stream, system.action(action), Given::default());
        Draft { service, fate, patience, ordinal }
    }

    /// The first row of a chain.
    #[inline]
    pub(super) fn first(&mut self, system: &System, origin: Origin, draft: &Draft, id: JobId, at: Time) -> Job {
        let Origin { action, given, customer } = origin;
        let need = given.and_then(|given| given.need);
        let has_chain = draft.fate != Ending::Done || customer.is_some() || given.is_some();
        Job {
            id,
            scheduled_at: at,
            service: draft.service,
            chain: if has_chain { self.chain(system, origin, draft, id, at) } else { None },
            action,
            need: need.unwrap_or(system.action(action).need),
            fate: draft.fate,
        }
    }

    /// Remembers what the first row of a chain must not forget, if anything.
    fn chain(&mut self, system: &System, origin: Origin, draft: &Draft, id: JobId, at: Time) -> Option<NonZeroU32> {
        let (given, usual) = (origin.given.copied().unwrap_or_default(), system.action(origin.action).retries);
        let retries_left = given.retries.unwrap_or(usual);
        let remembers = draft.fate != Ending::Done && retries_left > 0
            || origin.customer.is_some()
            || retries_left != usual
            || given.deadline.is_some() && draft.fate == Ending::DeadlineMissed;
        remembers.then(|| {
            let attempt = Attempt { number: 1, first: id, since: at, retries_left };
            let slot =
                self.chains.insert(Chain { attempt, given, ordinal: draft.ordinal, customer: origin.customer }) + 1;
            let slot = u32::try_from(slot).ok().and_then(NonZeroU32::new);
            slot.expect("four thousand million chains do not fit into memory")
        })
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

    /// How long a claimed row runs: its service time, or less if its deadline stops it.
    #[inline]
    pub(super) fn runs_for(&self, system: &System, job: &Job) -> Span {
        if job.fate != Ending::DeadlineMissed {
            return job.service;
        }
        let own = job.chain.and_then(|chain| self.chains[slot(chain)].given.deadline);
        own.or(system.action(job.action).deadline).unwrap_or(job.service)
    }

    /// The next row of a failed row's chain, with its patience; `None` if the chain ends with it.
    pub(super) fn retry(&mut self, system: &System, failed: &Job, now: Time, id: JobId) -> Option<(Job, Option<Span>)> {
        let chain = &mut self.chains[slot(failed.chain?)];
        chain.attempt.retries_left = chain.attempt.retries_left.checked_sub(1)?;
        chain.attempt.number += 1;
        let model = system.action(failed.action);
        let mut stream =
            self.actions[usize::from(failed.action.0)].attempts.member(chain.ordinal, chain.attempt.number);
        let (service, fate, patience) = draw_from(&mut stream, model, chain.given);
        Some((Job { id, scheduled_at: now + model.backoff.first, service, fate, ..*failed }, patience))
    }

    /// Forgets a chain that has ended; gives back the customer that waited for it.
    #[inline]
    pub(super) fn forget(&mut self, chain: Option<NonZeroU32>) -> Option<Customer> {
        self.chains.remove(slot(chain?)).customer
    }
}

impl Draws {
    /// The next service time of an exogenous job.
    #[inline(always)]
    fn service(&mut self, model: &ActionModel) -> Span {
        let next = Span::from_secs_f64(model.service.sample(&mut self.service));
        std::mem::replace(&mut self.next_service, next)
    }

    /// Draws whatever the action and the job itself leave open.
    fn draw(&mut self, model: &ActionModel, given: Given, ordinal: u64) -> Draft {
        let service = given.service.unwrap_or_else(|| self.service(model));
        let fails = fails(model, &mut self.outcome);
        let patience = model.patience.as_ref().map(|patience| Span::from_secs_f64(patience.sample(&mut self.patience)));
        Draft { service, fate: fate(model, given, service, fails), patience, ordinal }
    }
}

fn slot(chain: NonZeroU32) -> usize {
    chain.get() as usize - 1
}

fn draw_from(stream: &mut Stream, model: &ActionModel, given: Given) -> (Span, Ending, Option<Span>) {
    let service = given.service.unwrap_or_else(|| Span::from_secs_f64(model.service.sample(stream)));
    let fails = fails(model, stream);
    let patience = model.patience.as_ref().map(|patience| Span::from_secs_f64(patience.sample(stream)));
    (service, fate(model, given, service, fails), patience)
}

#[inline]
fn fails(model: &ActionModel, stream: &mut Stream) -> bool {
    let error = model.error.get();
    error > 0.0 && stream.uniform() < error
}

/// How an attempt ends if it is left to run. One that ends exactly at its deadline is not stopped.
#[inline]
fn fate(model: &ActionModel, given: Given, service: Span, fails: bool) -> Ending {
    match given.deadline.or(model.deadline) {
        Some(deadline) if service > deadline => Ending::DeadlineMissed,
        _ if fails => Ending::Error,
        _ => Ending::Done,
    }
}
