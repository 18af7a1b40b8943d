//! What is drawn for jobs: service time, outcome, patience, children and requests to cancel, from the streams of their action.
//!
//! Whatever belongs to an exogenous job comes from its action's streams in arrival order; whatever belongs to a later attempt or
//! to a child comes from a stream keyed by its chain. So two claim rules under one seed see the same jobs, also when some fail.

use super::arrival::Given;
use super::system::{ActionModel, System};
use crate::model::capacity::NeedId;
use crate::model::job::Ending;
use crate::model::time::Span;
use crate::random::buffered_sampler::BufferedSampler;
use crate::random::stream::{Purpose, Stream, StreamFamily, Streams};

/// One action's streams.
#[derive(Debug)]
pub(super) struct Draws {
    /// Service times of exogenous jobs.
    service: BufferedSampler,
    outcome: Stream,
    patience: Stream,
    children: Stream,
    cancel: Stream,
    estimate: Stream,
    attempts: StreamFamily,
    customers: StreamFamily,
    names: StreamFamily,
    stops: StreamFamily,
    /// How many jobs of the action have arrived from outside.
    arrived: u64,
    /// What a job needs, if nothing but a service time is ever drawn and no attempt fails: the most common kind of action.
    plain: Option<NeedId>,
}

/// What was drawn for a job.
#[derive(Clone, Copy, Debug)]
pub(super) struct Draft {
    pub(super) service: Span,
    pub(super) fate: Ending,
    pub(super) luck: Luck,
    /// How long it is thought to run, if that was drawn.
    pub(super) estimate: Option<Span>,
    /// The number of its chain among those of its action: what its later draws are keyed by.
    pub(super) ordinal: u64,
}

/// What is drawn for an attempt beside its service time and its outcome; nothing of it, for most.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Luck {
    /// How long it is ready to wait.
    pub(super) patience: Option<Span>,
    /// How many children it starts.
    pub(super) children: u32,
    /// How long after it has fallen due somebody asks to cancel it.
    pub(super) cancel: Option<Span>,
}

/// An attempt, by what its streams are keyed by: the number of its chain and its own, from 1.
#[derive(Clone, Copy, Debug)]
pub(super) struct Key {
    pub(super) ordinal: u64,
    pub(super) attempt: u32,
}

impl Draws {
    pub(super) fn new(action: &ActionModel, streams: &Streams) -> Draws {
        let stream = |purpose| streams.stream(purpose, &action.name);
        let family = |purpose| streams.family(purpose, &action.name);
        let has_luck = action.patience.is_some() || action.spawns.is_some() || action.cancel_rate.as_per_second() > 0.0;
        let has_limit = action.deadline.is_some() || action.kill_at_estimate || action.estimate.is_random();
        Draws {
            service: BufferedSampler::seconds(action.service.clone(), stream(Purpose::Service)),
            outcome: stream(Purpose::Outcome),
            patience: stream(Purpose::Patience),
            children: stream(Purpose::Children),
            cancel: stream(Purpose::Cancel),
            estimate: stream(Purpose::Estimate),
            attempts: family(Purpose::Attempt),
            customers: family(Purpose::Customer),
            names: family(Purpose::Child),
            stops: family(Purpose::Stop),
            arrived: 0,
            plain: (action.error.get() == 0.0 && !has_limit && !has_luck).then_some(action.need),
        }
    }

    /// No job is plain, as there is more to be known of each.
    pub(super) fn keep_chains(&mut self) {
        self.plain = None;
    }

    /// What a plain job needs and how long it runs, if nothing else is ever drawn.
    #[inline(always)]
    pub(super) fn plain(&mut self) -> Option<(NeedId, Span)> {
        let need = self.plain?;
        self.arrived += 1;
        Some((need, self.service.draw()))
    }

    /// A job that arrives from outside.
    pub(super) fn exogenous(&mut self, model: &ActionModel, given: Option<&Given>) -> Draft {
        let ordinal = self.arrived;
        self.arrived += 1;
        match given {
            None if self.plain.is_some() => {
                let (fate, luck) = (Ending::Done, Luck::default());
                Draft { service: self.service.draw(), fate, luck, estimate: None, ordinal }
            }
            _ => self.exogenous_any(model, given.copied().unwrap_or_default(), ordinal),
        }
    }

    /// Whatever the action and the job itself leave open.
    fn exogenous_any(&mut self, model: &ActionModel, given: Given, ordinal: u64) -> Draft {
        let service = given.service.unwrap_or_else(|| self.service.draw());
        let fails = fails(model, &mut self.outcome);
        let luck = Luck {
            patience: patience(model, &mut self.patience),
            children: children(model, &mut self.children),
            cancel: cancel(model, &mut self.cancel),
        };
        let estimate = estimate(model, given, service, &mut self.estimate);
        Draft { service, fate: fate(model, given, service, estimate, fails), luck, estimate, ordinal }
    }

    /// The job that a closed source's customer brings with a cycle.
    pub(super) fn customers_job(&self, model: &ActionModel, customer: u32, cycle: u32) -> Draft {
        let mut stream = self.customers.member(customer.into(), 2 * cycle + 1);
        draft(&mut stream, model, Given::default(), 1 << 63 | u64::from(customer) << 31 | u64::from(cycle))
    }

    /// A chain's attempt after the first, and the time from the end of the one before to its `scheduledAt`.
    pub(super) fn later(&self, model: &ActionModel, given: Given, key: Key) -> (Draft, Span) {
        let mut stream = self.attempts.member(key.ordinal, key.attempt);
        draft_and(&mut stream, model, given, key.ordinal, |stream| model.backoff.after(key.attempt - 1, stream))
    }

    /// The names of the children of an attempt, which number their chains.
    pub(super) fn names(&self, parent: Key) -> Stream {
        self.names.member(parent.ordinal, parent.attempt)
    }

    /// A child's first attempt.
    pub(super) fn child(&self, model: &ActionModel, name: u64) -> Draft {
        draft(&mut self.attempts.member(name, 1), model, Given::default(), name)
    }

    /// How long an attempt takes to stop by itself.
    pub(super) fn stops_in(&self, model: &ActionModel, key: Key) -> Span {
        Span::from_secs_f64(model.stops_in.sample(&mut self.stops.member(key.ordinal, key.attempt)))
    }
}

/// The streams of all actions.
pub(super) fn all(system: &System, streams: &Streams) -> Vec<Draws> {
    system.actions.iter().map(|action| Draws::new(action, streams)).collect()
}

/// An attempt, drawn from one stream.
fn draft(stream: &mut Stream, model: &ActionModel, given: Given, ordinal: u64) -> Draft {
    draft_and(stream, model, given, ordinal, |_| ()).0
}

/// An attempt, drawn from one stream, with something else that is drawn before its estimate.
fn draft_and<T>(
    stream: &mut Stream,
    model: &ActionModel,
    given: Given,
    ordinal: u64,
    other: impl FnOnce(&mut Stream) -> T,
) -> (Draft, T) {
    let service = given.service.unwrap_or_else(|| Span::from_secs_f64(model.service.sample(stream)));
    let fails = fails(model, stream);
    let luck =
        Luck { patience: patience(model, stream), children: children(model, stream), cancel: cancel(model, stream) };
    let other = other(stream);
    let estimate = estimate(model, given, service, stream);
    (Draft { service, fate: fate(model, given, service, estimate, fails), luck, estimate, ordinal }, other)
}

/// How long an attempt is thought to run, if it brings no estimate along and one has to be drawn.
fn estimate(model: &ActionModel, given: Given, service: Span, stream: &mut Stream) -> Option<Span> {
    let drawn = model.estimate.drawn(service, stream);
    drawn.filter(|_| given.estimate.is_none())
}

#[inline]
fn fails(model: &ActionModel, stream: &mut Stream) -> bool {
    let error = model.error.get();
    error > 0.0 && stream.uniform() < error
}

fn patience(model: &ActionModel, stream: &mut Stream) -> Option<Span> {
    model.patience.as_ref().map(|patience| Span::from_secs_f64(patience.sample(stream)))
}

fn children(model: &ActionModel, stream: &mut Stream) -> u32 {
    model.spawns.as_ref().map_or(0, |spawns| spawns.count.sample(stream).round() as u32)
}

/// Requests that come at a rate come after an exponential time.
fn cancel(model: &ActionModel, stream: &mut Stream) -> Option<Span> {
    let rate = model.cancel_rate.as_per_second();
    (rate > 0.0).then(|| Span::from_secs_f64(1.0 / rate * stream.exponential()))
}

/// How an attempt ends if it is left to run. One that ends exactly at its deadline is not stopped.
#[inline]
fn fate(model: &ActionModel, given: Given, service: Span, estimate: Option<Span>, fails: bool) -> Ending {
    match limit(model, given, service, estimate) {
        Some(deadline) if service > deadline => Ending::DeadlineMissed,
        _ if fails => Ending::Error,
        _ => Ending::Done,
    }
}

/// The run time after which an attempt is asked to stop: its deadline, or its estimate if that kills.
#[inline]
pub(super) fn limit(model: &ActionModel, given: Given, service: Span, estimate: Option<Span>) -> Option<Span> {
    let deadline = given.deadline.or(model.deadline);
    if !model.kill_at_estimate {
        return deadline;
    }
    let estimate = given.estimate.or(estimate).unwrap_or_else(|| model.estimate.fixed(service));
    Some(deadline.map_or(estimate, |deadline| deadline.min(estimate)))
}
