//! The random draws for jobs: service time, outcome, patience, children and requests to cancel,
//! from the streams of their action.
//!
//! Draws for an exogenous job come from its action's streams in arrival order; draws for a later
//! attempt or for a child come from a stream keyed by its chain. So two claim rules under one seed
//! see the same jobs, also when some fail.

use crate::arrival::JobOverrides;
use crate::model::capacity::NeedId;
use crate::model::job::JobOutcome;
use crate::model::time::Span;
use crate::random::buffered_sampler::BufferedSampler;
use crate::random::keyed_bits::KeyedBits;
use crate::random::stream::{Purpose, Stream, StreamFamily, Streams};
use crate::system::{ActionModel, System};

/// One action's streams.
#[derive(Debug)]
pub(crate) struct Sampler {
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
    /// The number of jobs of the action that have arrived from outside.
    arrived: u64,
    /// Whether workers differ in speed: then it is known only at the claim whether an attempt
    /// misses its deadline.
    has_speeds: bool,
    /// The need of a job, if nothing but a service time is ever drawn and no attempt fails: the
    /// most common kind of action.
    plain: Option<NeedId>,
}

/// The draws for a job.
#[derive(Clone, Copy, Debug)]
pub(crate) struct JobSample {
    pub(crate) service: Span,
    pub(crate) planned_outcome: JobOutcome,
    pub(crate) attempt: AttemptSample,
    /// Its estimated service time, if that was drawn.
    pub(crate) estimate: Option<Span>,
    /// The number of its chain among those of its action, the key of its later draws.
    pub(crate) ordinal: u64,
}

/// The draws for an attempt beside its service time and its outcome; most attempts have none.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct AttemptSample {
    /// How long it waits before it gives up.
    pub(crate) patience: Option<Span>,
    /// The number of children that it starts.
    pub(crate) children: u32,
    /// From when it falls due until someone asks to cancel it.
    pub(crate) cancel: Option<Span>,
}

/// The key of an attempt's streams: the number of its chain and its own, from 1.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Key {
    pub(crate) ordinal: u64,
    pub(crate) attempt: u32,
}

impl Key {
    /// The attempt's number among those of its action: that of its chain, or for later attempts
    /// and chains that are not counted from 0, 32 bits drawn from both.
    #[inline]
    pub(crate) fn number(self) -> u32 {
        match u32::try_from(self.ordinal) {
            Ok(number) if self.attempt == 1 => number,
            _ => KeyedBits::new(self.ordinal).at(self.attempt.into()) as u32,
        }
    }
}

impl Sampler {
    pub(crate) fn new(action: &ActionModel, streams: &Streams, has_speeds: bool) -> Sampler {
        let stream = |purpose| streams.stream(purpose, &action.name);
        let family = |purpose| streams.family(purpose, &action.name);
        let has_more = action.patience.is_some() || action.spawns.is_some() || action.cancel_rate.as_per_second() > 0.0;
        let has_limit = action.deadline.is_some() || action.kill_at_estimate || action.estimate.is_random();
        Sampler {
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
            has_speeds,
            plain: (action.error.get() == 0.0 && !has_limit && !has_more).then_some(action.need),
        }
    }

    /// No job is plain, as every row has a chain.
    pub(crate) fn keep_chains(&mut self) {
        self.plain = None;
    }

    /// The need, the service time and the number of a plain job, if nothing else is ever drawn.
    ///
    /// Fast path: equals [`Sampler::exogenous`] without its outcome and the rest.
    #[inline(always)]
    pub(crate) fn plain(&mut self) -> Option<(NeedId, Span, u32)> {
        let (need, ordinal) = (self.plain?, self.arrived);
        self.arrived += 1;
        Some((need, self.service.draw(), Key { ordinal, attempt: 1 }.number()))
    }

    /// A job that arrives from outside.
    pub(crate) fn exogenous(&mut self, model: &ActionModel, overrides: Option<&JobOverrides>) -> JobSample {
        let ordinal = self.arrived;
        self.arrived += 1;
        match overrides {
            None if self.plain.is_some() => {
                let (planned_outcome, attempt) = (JobOutcome::Done, AttemptSample::default());
                JobSample { service: self.service.draw(), planned_outcome, attempt, estimate: None, ordinal }
            }
            _ => self.exogenous_any(model, overrides.copied().unwrap_or_default(), ordinal),
        }
    }

    /// Draws everything that the job does not bring along.
    fn exogenous_any(&mut self, model: &ActionModel, overrides: JobOverrides, ordinal: u64) -> JobSample {
        let service = overrides.service.unwrap_or_else(|| self.service.draw());
        let fails = fails(model, &mut self.outcome);
        let attempt = AttemptSample {
            patience: overrides.patience.or_else(|| patience(model, &mut self.patience)),
            children: children(model, &mut self.children),
            cancel: cancel(model, &mut self.cancel),
        };
        let estimate = estimate(model, overrides, service, &mut self.estimate);
        JobSample {
            service,
            planned_outcome: self.planned_outcome(model, overrides, service, estimate, fails),
            attempt,
            estimate,
            ordinal,
        }
    }

    /// How an attempt ends if it is left to run, as far as that is known before its claim.
    fn planned_outcome(
        &self,
        model: &ActionModel,
        overrides: JobOverrides,
        service: Span,
        estimate: Option<Span>,
        fails: bool,
    ) -> JobOutcome {
        match limit(model, overrides, service, estimate) {
            Some(deadline) if misses(service, deadline) && !self.has_speeds => JobOutcome::DeadlineMissed,
            _ if fails => JobOutcome::Error,
            _ => JobOutcome::Done,
        }
    }

    /// The job of a cycle of a closed source's customer.
    pub(crate) fn customers_job(&self, model: &ActionModel, customer: u32, cycle: u32) -> JobSample {
        let mut stream = self.customers.member(customer.into(), 2 * cycle + 1);
        let ordinal = 1 << 63 | u64::from(customer) << 31 | u64::from(cycle);
        self.sample(&mut stream, model, JobOverrides::default(), ordinal, |_| ()).0
    }

    /// A chain's attempt after the first, and the time from the end of the one before to its
    /// `scheduledAt`.
    pub(crate) fn later(&self, model: &ActionModel, overrides: JobOverrides, key: Key) -> (JobSample, Span) {
        let mut stream = self.attempts.member(key.ordinal, key.attempt);
        self.sample(&mut stream, model, overrides, key.ordinal, |stream| model.backoff.after(key.attempt - 1, stream))
    }

    /// The names of the children of an attempt, which are the numbers of their chains.
    pub(crate) fn names(&self, parent: Key) -> Stream {
        self.names.member(parent.ordinal, parent.attempt)
    }

    /// A child's first attempt.
    pub(crate) fn child(&self, model: &ActionModel, name: u64) -> JobSample {
        self.sample(&mut self.attempts.member(name, 1), model, JobOverrides::default(), name, |_| ()).0
    }

    /// An attempt, drawn from one stream, with something else that is drawn before its estimate.
    fn sample<T>(
        &self,
        stream: &mut Stream,
        model: &ActionModel,
        overrides: JobOverrides,
        ordinal: u64,
        other: impl FnOnce(&mut Stream) -> T,
    ) -> (JobSample, T) {
        let service = overrides.service.unwrap_or_else(|| Span::from_secs_f64(model.service.sample(stream)));
        let fails = fails(model, stream);
        let attempt = AttemptSample {
            patience: overrides.patience.or_else(|| patience(model, stream)),
            children: children(model, stream),
            cancel: cancel(model, stream),
        };
        let other = other(stream);
        let estimate = estimate(model, overrides, service, stream);
        let planned_outcome = self.planned_outcome(model, overrides, service, estimate, fails);
        (JobSample { service, planned_outcome, attempt, estimate, ordinal }, other)
    }

    /// How long an attempt takes to stop by itself.
    pub(crate) fn stops_in(&self, model: &ActionModel, key: Key) -> Span {
        Span::from_secs_f64(model.stops_in.sample(&mut self.stops.member(key.ordinal, key.attempt)))
    }
}

/// The streams of all actions.
pub(crate) fn all(system: &System, streams: &Streams) -> Vec<Sampler> {
    let has_speeds = system.has_speeds();
    system.actions.iter().map(|action| Sampler::new(action, streams, has_speeds)).collect()
}

/// The estimate of an attempt, if it brings none along and one has to be drawn.
fn estimate(model: &ActionModel, overrides: JobOverrides, service: Span, stream: &mut Stream) -> Option<Span> {
    let drawn = model.estimate.drawn(service, stream);
    drawn.filter(|_| overrides.estimate.is_none())
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

/// Whether an attempt is stopped at its deadline: not if it ends exactly then.
#[inline]
pub(crate) fn misses(service: Span, deadline: Span) -> bool {
    service > deadline
}

/// The run time after which an attempt is asked to stop: its deadline, or its estimate if that
/// kills.
#[inline]
pub(crate) fn limit(
    model: &ActionModel,
    overrides: JobOverrides,
    service: Span,
    estimate: Option<Span>,
) -> Option<Span> {
    let deadline = overrides.deadline.or(model.deadline);
    if !model.kill_at_estimate {
        return deadline;
    }
    let estimate = overrides.estimate.or(estimate).unwrap_or_else(|| model.estimate.fixed(service));
    Some(deadline.map_or(estimate, |deadline| deadline.min(estimate)))
}
