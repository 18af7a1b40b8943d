//! The random numbers of the naive simulator: the stream of each decision, as `docs/model.md`
//! defines it.

use std::collections::BTreeMap;

use claimsim::internals::engine::{ActionModel, BackoffGrowth, ClaimRule, JobOverrides, RuntimeEstimate, System};
use claimsim::internals::model::action::ActionId;
use claimsim::internals::model::capacity::NeedId;
use claimsim::internals::model::math;
use claimsim::internals::model::time::{Span, Time};
use claimsim::internals::random::dist::{Distribution, Exponential};
use claimsim::internals::random::keyed_bits::KeyedBits;
use claimsim::internals::random::stream::{Purpose, Stream, Streams};

/// The draws of one attempt.
#[derive(Clone, Copy, Debug)]
pub(super) struct Drawn {
    pub(super) service: Span,
    /// The estimate of its service time.
    pub(super) estimate: Span,
    pub(super) fails: bool,
    pub(super) patience: Option<Span>,
    pub(super) children: u32,
    /// The time from when it falls due until a request cancels it.
    pub(super) cancel: Option<Span>,
}

/// An attempt of a chain; the streams of later draws are numbered by it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Key {
    pub(super) action: ActionId,
    pub(super) ordinal: u64,
    pub(super) attempt: u32,
}

/// All streams of a replication.
pub(super) struct Draws<'a> {
    system: &'a System,
    streams: Streams,
    actions: Vec<JobScope>,
    delays: Vec<Stream>,
    breakdowns: Vec<Stream>,
    startups: Vec<Stream>,
    lottery: Lottery,
}

/// The streams of exogenous jobs, in arrival order.
struct JobScope {
    arrivals: u64,
    service: Stream,
    outcome: Stream,
    patience: Stream,
    children: Stream,
    cancel: Stream,
    estimate: Stream,
}

impl<'a> Draws<'a> {
    pub(super) fn new(system: &'a System, streams: &Streams) -> Draws<'a> {
        let action = |action: &ActionModel| JobScope {
            arrivals: 0,
            service: streams.stream(Purpose::Service, &action.name),
            outcome: streams.stream(Purpose::Outcome, &action.name),
            patience: streams.stream(Purpose::Patience, &action.name),
            children: streams.stream(Purpose::Children, &action.name),
            cancel: streams.stream(Purpose::Cancel, &action.name),
            estimate: streams.stream(Purpose::Estimate, &action.name),
        };
        let of_workers = |purpose| system.workers.iter().map(|worker| streams.stream(purpose, &worker.id)).collect();
        Draws {
            system,
            streams: *streams,
            actions: system.actions.iter().map(action).collect(),
            delays: of_workers(Purpose::Delay),
            breakdowns: of_workers(Purpose::Breakdown),
            startups: of_workers(Purpose::Startup),
            lottery: Lottery::default(),
        }
    }

    /// The ordinal and the draws of an exogenous job; `given` are the attributes that it comes
    /// with.
    pub(super) fn exogenous(&mut self, id: ActionId, overrides: &JobOverrides) -> (u64, Drawn) {
        let action = self.system.action(id);
        let streams = &mut self.actions[usize::from(id.0)];
        let ordinal = streams.arrivals;
        streams.arrivals += 1;
        let service = service(action, overrides, &mut streams.service);
        let drawn = Drawn {
            service,
            estimate: estimate(action, overrides, service, &mut streams.estimate),
            fails: fails(action, &mut streams.outcome),
            patience: overrides.patience.or_else(|| patience(action, &mut streams.patience)),
            children: children(action, &mut streams.children),
            cancel: cancel(action, &mut streams.cancel),
        };
        (ordinal, drawn)
    }

    /// The ordinal and the draws of a closed source's job.
    pub(super) fn closed(&self, id: ActionId, customer: u32, cycle: u32) -> (u64, Drawn) {
        let ordinal = 1 << 63 | u64::from(customer) << 31 | u64::from(cycle);
        let mut stream = self.stream_of(id, Purpose::Customer, u64::from(customer), 2 * cycle + 1);
        (ordinal, self.all_from(&mut stream, id, &JobOverrides::default(), 1).0)
    }

    /// The ordinals of the children that an attempt starts.
    pub(super) fn names(&self, parent: Key, children: u32) -> Vec<u64> {
        let mut stream = self.stream_of(parent.action, Purpose::Child, parent.ordinal, parent.attempt);
        (0..children).map(|_| stream.bits()).collect()
    }

    /// The draws of a child's first attempt.
    pub(super) fn child(&self, id: ActionId, name: u64) -> Drawn {
        self.all_from(&mut self.stream_of(id, Purpose::Attempt, name, 1), id, &JobOverrides::default(), 1).0
    }

    /// The draws of a later attempt of a chain, and the time between the end of the previous
    /// attempt and its schedule.
    pub(super) fn later(&self, key: Key, overrides: &JobOverrides) -> (Drawn, Span) {
        let mut stream = self.stream_of(key.action, Purpose::Attempt, key.ordinal, key.attempt);
        self.all_from(&mut stream, key.action, overrides, key.attempt)
    }

    /// The time that an attempt takes to stop by itself.
    pub(super) fn stops_in(&self, key: Key) -> Span {
        let mut stream = self.stream_of(key.action, Purpose::Stop, key.ordinal, key.attempt);
        Span::from_secs_f64(self.system.action(key.action).stops_in.sample(&mut stream))
    }

    fn stream_of(&self, id: ActionId, purpose: Purpose, member: u64, part: u32) -> Stream {
        self.streams.family(purpose, &self.system.action(id).name).member(member, part)
    }

    /// One draw after the other from one stream; with the backoff before attempt number `attempt`.
    fn all_from(&self, stream: &mut Stream, id: ActionId, overrides: &JobOverrides, attempt: u32) -> (Drawn, Span) {
        let action = self.system.action(id);
        let service = service(action, overrides, stream);
        let fails = fails(action, stream);
        let patience = overrides.patience.or_else(|| patience(action, stream));
        let children = children(action, stream);
        let cancel = cancel(action, stream);
        let backoff = if attempt > 1 { backoff(action, attempt, stream) } else { Span::ZERO };
        let estimate = estimate(action, overrides, service, stream);
        (Drawn { service, estimate, fails, patience, children, cancel }, backoff)
    }

    /// The claim delay of a worker.
    pub(super) fn delay(&mut self, worker: usize) -> Span {
        match &self.system.claim {
            ClaimRule::Delayed { delay, .. } => Span::from_secs_f64(delay.sample(&mut self.delays[worker])),
            ClaimRule::Instant { .. } => Span::ZERO,
        }
    }

    /// The time that a worker stays up, or out, by an entry of the system's breakdowns.
    pub(super) fn breakdown(&mut self, index: usize, up: bool) -> Span {
        let breakdowns = &self.system.availability.breakdowns[index];
        let lasts = if up { &breakdowns.up } else { &breakdowns.down };
        Span::from_secs_f64(lasts.sample(&mut self.breakdowns[breakdowns.worker.0 as usize]))
    }

    /// The time that the worker of a place takes to start.
    pub(super) fn startup(&mut self, place: usize, startup: &Distribution) -> Span {
        Span::from_secs_f64(startup.sample(&mut self.startups[place]))
    }

    /// One of `n` workers, for an attempt.
    pub(super) fn any_worker(&self, key: Key, n: usize) -> usize {
        let counted = key.attempt == 1 && key.ordinal < 1 << 32;
        let mixed = || KeyedBits::new(key.ordinal).at(u64::from(key.attempt)) % (1 << 32);
        let number = if counted { key.ordinal } else { mixed() };
        let stream = self.streams.stream(Purpose::Placement, &self.system.action(key.action).name);
        KeyedBits::keyed_by(stream).below(number, n)
    }

    /// One of the waiting jobs that fit, by need: the need, and its number among those of the need.
    ///
    /// Every need is a clock that strikes for a job after an exponential time with the rate of its
    /// jobs; the first to strike gives one of its jobs.
    pub(super) fn any_job(&mut self, now: Time, counts: &BTreeMap<NeedId, usize>) -> (NeedId, usize) {
        if self.lottery.at != now {
            self.lottery = Lottery { at: now, ..Lottery::default() };
        }
        let Lottery { time, clocks, .. } = &mut self.lottery;
        let bits = |need: NeedId| {
            let units = self.system.needs[usize::from(need.0)].0.iter().zip(&self.system.resources);
            let mut named: Vec<String> =
                units.filter(|(n, _)| **n > 0).map(|(n, name)| format!("{name}={n}")).collect();
            named.sort();
            let labels = self.system.runs_on(need).0;
            if labels != 0 {
                named.push(format!("labels {labels:x}"));
            }
            let of_need = KeyedBits::keyed_by(self.streams.stream(Purpose::Policy, &named.join(",")));
            KeyedBits::new(of_need.at(now.0 as u64))
        };
        for (&need, &count) in counts {
            let clock = clocks.entry(need).or_default();
            if clock.count != count || clock.strikes <= *time {
                let uniform = ((bits(need).at(2 * clock.draws) >> 11) as f64 + 0.5) / (1_u64 << 53) as f64;
                *clock = Clock { count, strikes: *time - math::ln(uniform) / count as f64, draws: clock.draws + 1 };
            }
        }
        let strikes = |need: &NeedId| (clocks[need].strikes.to_bits(), *need);
        let need = *counts.keys().min_by_key(|need| strikes(need)).expect("a job that fits");
        let clock = clocks.get_mut(&need).expect("every need has a clock");
        *time = clock.strikes;
        clock.count = 0;
        (need, bits(need).below(2 * clock.draws - 1, counts[&need]))
    }
}

/// The clocks of the needs at one instant; they all begin at 0.
#[derive(Default)]
struct Lottery {
    at: Time,
    time: f64,
    clocks: BTreeMap<NeedId, Clock>,
}

#[derive(Default)]
struct Clock {
    /// The number of jobs for which it runs.
    count: usize,
    strikes: f64,
    draws: u64,
}

fn service(action: &ActionModel, overrides: &JobOverrides, stream: &mut Stream) -> Span {
    overrides.service.unwrap_or_else(|| Span::from_secs_f64(action.service.sample(stream)))
}

/// The estimate of a service time. It is drawn even if the job provides an estimate.
fn estimate(action: &ActionModel, overrides: &JobOverrides, service: Span, stream: &mut Stream) -> Span {
    let of_action = match &action.estimate {
        RuntimeEstimate::Exact => service,
        RuntimeEstimate::Factor(factor) => Span::from_secs_f64(service.as_secs_f64() * factor.sample(stream)),
        RuntimeEstimate::Time(time) => Span::from_secs_f64(time.sample(stream)),
    };
    overrides.estimate.unwrap_or(of_action)
}

fn fails(action: &ActionModel, stream: &mut Stream) -> bool {
    action.error.get() > 0.0 && stream.uniform() < action.error.get()
}

fn patience(action: &ActionModel, stream: &mut Stream) -> Option<Span> {
    action.patience.as_ref().map(|patience| Span::from_secs_f64(patience.sample(stream)))
}

fn children(action: &ActionModel, stream: &mut Stream) -> u32 {
    let spawns = action.spawns.as_ref();
    spawns.map_or(0, |spawns| (spawns.count.sample(stream) + 0.5).floor() as u32)
}

fn cancel(action: &ActionModel, stream: &mut Stream) -> Option<Span> {
    let rate = action.cancel_rate.as_per_second();
    let time = (rate > 0.0).then(|| Exponential::new(1.0 / rate).expect("a rate above zero"))?;
    Some(Span::from_secs_f64(time.sample(stream)))
}

/// The backoff before attempt number `attempt`.
fn backoff(action: &ActionModel, attempt: u32, stream: &mut Stream) -> Span {
    let backoff = &action.backoff;
    let most = backoff.cap.map_or(f64::INFINITY, Span::as_secs_f64);
    // Attempt 2 comes after one failure.
    let failures = attempt - 1;
    let seconds = match &backoff.growth {
        BackoffGrowth::Geometric { first, factor } => {
            (1..failures).fold(first.as_secs_f64(), |seconds, _| (seconds * factor).min(most))
        }
        BackoffGrowth::Listed(spans) => spans[spans.len().min(failures as usize) - 1].as_secs_f64(),
        BackoffGrowth::Polynomial { power, unit, offset } => {
            unit.as_secs_f64() * math::pow(f64::from(failures) - 1.0, *power) + offset.as_secs_f64()
        }
    };
    if backoff.jitter > 0.0 {
        return Span::from_secs_f64(seconds.min(most) * (1.0 - backoff.jitter * stream.uniform()));
    }
    Span::from_secs_f64(seconds.min(most))
}
