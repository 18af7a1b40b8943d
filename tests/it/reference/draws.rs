//! The random numbers of the naive simulator: which stream decides what, as the model fixes it.

use claimsim::engine::{ActionModel, ClaimRule, System};
use claimsim::model::action::ActionId;
use claimsim::model::time::Span;
use claimsim::random::stream::{Purpose, Stream, Streams};

/// What is drawn for one attempt.
#[derive(Clone, Copy, Debug)]
pub(super) struct Drawn {
    pub(super) service: Span,
    pub(super) fails: bool,
    pub(super) patience: Option<Span>,
}

/// All streams of a replication.
pub(super) struct Draws<'a> {
    system: &'a System,
    streams: Streams,
    actions: Vec<OfAction>,
    delays: Vec<Stream>,
    placement: Stream,
}

/// What belongs to exogenous jobs, in arrival order.
struct OfAction {
    arrivals: u64,
    service: Stream,
    outcome: Stream,
    patience: Stream,
}

impl<'a> Draws<'a> {
    pub(super) fn new(system: &'a System, streams: &Streams) -> Draws<'a> {
        let action = |action: &ActionModel| OfAction {
            arrivals: 0,
            service: streams.stream(Purpose::Service, &action.name),
            outcome: streams.stream(Purpose::Outcome, &action.name),
            patience: streams.stream(Purpose::Patience, &action.name),
        };
        Draws {
            system,
            streams: *streams,
            actions: system.actions.iter().map(action).collect(),
            delays: system.workers.iter().map(|worker| streams.stream(Purpose::Delay, &worker.id)).collect(),
            placement: streams.stream(Purpose::Placement, ""),
        }
    }

    /// The ordinal and the draws of an exogenous job; `brought` is the service time that it brings along.
    pub(super) fn exogenous(&mut self, id: ActionId, brought: Option<Span>) -> (u64, Drawn) {
        let action = self.system.action(id);
        let streams = &mut self.actions[usize::from(id.0)];
        let ordinal = streams.arrivals;
        streams.arrivals += 1;
        let drawn = Drawn {
            service: service(action, brought, &mut streams.service),
            fails: fails(action, &mut streams.outcome),
            patience: patience(action, &mut streams.patience),
        };
        (ordinal, drawn)
    }

    /// The ordinal and the draws of a closed source's job.
    pub(super) fn closed(&self, id: ActionId, customer: u32, cycle: u32, brought: Option<Span>) -> (u64, Drawn) {
        let ordinal = 1 << 63 | u64::from(customer) << 31 | u64::from(cycle);
        (ordinal, self.all_of(id, brought, Purpose::Customer, u64::from(customer), 2 * cycle + 1))
    }

    /// The draws of a chain's attempt number `number`, from 2 on.
    pub(super) fn later(&self, id: ActionId, ordinal: u64, number: u32, brought: Option<Span>) -> Drawn {
        self.all_of(id, brought, Purpose::Attempt, ordinal, number)
    }

    /// One draw after the other from one stream.
    fn all_of(&self, id: ActionId, brought: Option<Span>, purpose: Purpose, member: u64, part: u32) -> Drawn {
        let action = self.system.action(id);
        let mut stream = self.streams.family(purpose, &action.name).member(member, part);
        let service = service(action, brought, &mut stream);
        let fails = fails(action, &mut stream);
        let patience = patience(action, &mut stream);
        Drawn { service, fails, patience }
    }

    /// How long a worker waits before it looks.
    pub(super) fn delay(&mut self, worker: usize) -> Span {
        match &self.system.claim {
            ClaimRule::Delayed { delay, .. } => Span::from_secs_f64(delay.sample(&mut self.delays[worker])),
            ClaimRule::Instant { .. } => Span::ZERO,
        }
    }

    /// One of `n` workers.
    pub(super) fn any(&mut self, n: usize) -> usize {
        if n > 1 { self.placement.below(n as u64) as usize } else { 0 }
    }
}

fn service(action: &ActionModel, brought: Option<Span>, stream: &mut Stream) -> Span {
    brought.unwrap_or_else(|| Span::from_secs_f64(action.service.sample(stream)))
}

fn fails(action: &ActionModel, stream: &mut Stream) -> bool {
    action.error.get() > 0.0 && stream.uniform() < action.error.get()
}

fn patience(action: &ActionModel, stream: &mut Stream) -> Option<Span> {
    action.patience.as_ref().map(|patience| Span::from_secs_f64(patience.sample(stream)))
}
