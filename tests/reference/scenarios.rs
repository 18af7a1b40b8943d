//! Random small scenarios in which simultaneous events are frequent.
//!
//! Times are multiples of one tick wherever that is allowed, so that completions, arrivals,
//! deadlines, firings and ends of patience often fall on the same nanosecond. Capacities are 0 to
//! 3, so that some jobs never fit and some need nothing. A scenario is built from a recipe of plain
//! numbers, which shrinks well.

use std::ops::RangeInclusive;

use claimsim::internals::engine::{
    ActionModel, Arrival, Availability, ClaimRule, InitialRow, InitialState, JobOverrides, MisfireRule, Overlap,
    System, Window,
};
use claimsim::internals::model::action::ActionId;
use claimsim::internals::model::capacity::{CapacityMap, NeedId};
use claimsim::internals::model::claim::{ClaimBatch, DispatchTiming, Placement};
use claimsim::internals::model::time::{Span, Time};
use claimsim::internals::model::worker::WorkerId;
use claimsim::internals::policy::Policy;
use claimsim::internals::random::dist::{Constant, Distribution, Empirical, Exponential, Uniform};
use claimsim::internals::random::stream::Streams;
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;

use super::actions::{ActionRecipe, actions, services};
use super::faults::{FaultsRecipe, faults};
use super::groups::WorkersRecipe;
use super::sources::{Gap, Process, Source};

/// The grid of most times.
pub(crate) const TICK: Span = Span::secs(1);

/// All inputs of a run.
#[derive(Clone, Debug)]
pub(crate) struct Scenario {
    pub(crate) system: System,
    pub(crate) policy: Policy,
    pub(crate) sources: Vec<Source>,
    pub(crate) seed: u64,
}

impl Scenario {
    pub(crate) fn streams(&self) -> Streams {
        Streams::new(self.seed, 0)
    }

    pub(crate) fn processes(&self) -> Vec<Process> {
        self.sources.iter().map(|source| source.start(&self.streams())).collect()
    }
}

pub(super) fn ticks(n: i64) -> Span {
    Span(n * TICK.0)
}

/// Any scenario with a few workers whose claim rule is one of `claim`.
pub(crate) fn scenarios(claim: impl Strategy<Value = ClaimRule> + 'static) -> BoxedStrategy<Scenario> {
    let faults = option::weighted(0.7, faults(0..=5, 0..=2));
    with(fixed(1..=4), claim, actions(services(3)), faults)
}

/// Scenarios without faults in which many jobs, some of them large, compete for one or two workers
/// from the start.
pub(crate) fn pressed(claim: impl Strategy<Value = ClaimRule> + 'static) -> BoxedStrategy<Scenario> {
    let offered = || select(vec![2, 3, 4, 5, 6]);
    let needed = || select(vec![0, 1, 1, 2, 2, 3, 4, 6]);
    let system = (
        1..=2_usize,
        vec([offered(), offered(), offered()], 1..=2).prop_map(WorkersRecipe::without_groups),
        vec([needed(), needed(), needed()], 2..=4),
        vec(actions(services(1)), 2..=4),
        claim,
        option::weighted(0.1, 3..8_u64),
        15..=40_i64,
        vec(initial_rows(), 3..=8),
        Just(None),
    );
    (system, vec(sources(), 2..=4), any::<u16>())
        .prop_map(|(system, sources, seed)| build(system, sources, seed))
        .boxed()
}

/// The same scenarios under one of these policies.
pub(crate) fn under(
    policies: impl Strategy<Value = Policy> + 'static,
    scenarios: impl Strategy<Value = Scenario> + 'static,
) -> BoxedStrategy<Scenario> {
    (policies, scenarios).prop_map(|(policy, scenario)| Scenario { policy, ..scenario }).boxed()
}

/// Scenarios in which workers often go out and return, mostly during a job.
pub(crate) fn storms(claim: impl Strategy<Value = ClaimRule> + 'static) -> BoxedStrategy<Scenario> {
    with(fixed(2..=4), claim, actions(services(0)), faults(3..=8, 0..=2).prop_map(Some))
}

/// Scenarios in which the number of workers changes, workers take time to start and differ in speed
/// and labels; mostly with faults.
pub(crate) fn pools(claim: impl Strategy<Value = ClaimRule> + 'static) -> BoxedStrategy<Scenario> {
    let faults = option::weighted(0.7, faults(0..=5, 0..=2));
    with(WorkersRecipe::with_groups(), claim, actions(services(3)), faults)
}

/// Any scenario with about a hundred workers of a few kinds.
pub(crate) fn crowds(claim: impl Strategy<Value = ClaimRule> + 'static) -> BoxedStrategy<Scenario> {
    let mixed = (vec(capacities(), 1..=3), 60..=140_usize)
        .prop_map(|(kinds, workers)| kinds.into_iter().cycle().take(workers).collect())
        .prop_map(WorkersRecipe::without_groups);
    with(mixed, claim, actions(services(3)), option::weighted(0.7, faults(0..=60, 0..=20)))
}

/// Workers that are always there.
fn fixed(number: RangeInclusive<usize>) -> BoxedStrategy<WorkersRecipe> {
    vec(capacities(), number).prop_map(WorkersRecipe::without_groups).boxed()
}

fn with(
    workers: impl Strategy<Value = WorkersRecipe> + 'static,
    claim: impl Strategy<Value = ClaimRule> + 'static,
    action: impl Strategy<Value = ActionRecipe> + 'static,
    faults: impl Strategy<Value = Option<FaultsRecipe>> + 'static,
) -> BoxedStrategy<Scenario> {
    let system = (
        1..=3_usize,
        workers,
        vec(needs(), 1..=4),
        vec(action, 1..=4),
        claim,
        option::weighted(0.3, 0..5_u64),
        5..=40_i64,
        vec(initial_rows(), 0..=5),
        faults,
    );
    (system, vec(sources(), 1..=4), any::<u16>())
        .prop_map(|(system, sources, seed)| build(system, sources, seed))
        .boxed()
}

type SystemRecipe = (
    usize,
    WorkersRecipe,
    Vec<[i64; 3]>,
    Vec<ActionRecipe>,
    ClaimRule,
    Option<u64>,
    i64,
    Vec<InitialRecipe>,
    Option<FaultsRecipe>,
);

fn build(system: SystemRecipe, sources: Vec<SourceRecipe>, seed: u16) -> Scenario {
    let (resources, workers, needs, actions, claim, queue_limit, horizon, initial, faults) = system;
    let map = |units: &[i64; 3]| CapacityMap(units[..resources].into());
    let runs_on = workers.runs_on.clone();
    let (workers, groups) = workers.build(resources);
    let size = (actions.len(), needs.len());
    let actions: Vec<ActionModel> = actions.into_iter().enumerate().map(|(i, action)| action.build(i, size)).collect();
    let names: Vec<String> = actions.iter().map(|action| action.name.clone()).collect();
    let mut system = System {
        resources: (0..resources).map(|i| format!("resource-{i}")).collect(),
        workers,
        actions,
        needs: needs.iter().map(map).collect(),
        groups,
        runs_on,
        claim,
        queue_limit,
        availability: Availability::default(),
        cancels: Vec::new(),
        window: Window::new(Time::ZERO, Time::ZERO + ticks(horizon)),
        initial: Vec::new(),
    };
    for (i, row) in initial.into_iter().enumerate() {
        let row = row.build(i, &system);
        system.initial.push(row);
    }
    if let Some(faults) = faults {
        faults.add_to(&mut system);
    }
    let needs = system.needs.len();
    let sources = sources.into_iter().enumerate().map(|(i, source)| source.build(i, &names, needs)).collect();
    Scenario { system, policy: Policy::FirstFit, sources, seed: u64::from(seed) }
}

pub(super) fn capacities() -> BoxedStrategy<[i64; 3]> {
    let units = || select(vec![1, 2, 3, 0, 3]);
    [units(), units(), units()].boxed()
}

fn needs() -> BoxedStrategy<[i64; 3]> {
    let units = || select(vec![0, 1, 1, 0, 0, 2, 3]);
    [units(), units(), units()].boxed()
}

/// Any claim rule.
pub(crate) fn claim_rules() -> BoxedStrategy<ClaimRule> {
    prop_oneof![instant(), delayed()].boxed()
}

/// Instant claiming.
pub(crate) fn instant() -> BoxedStrategy<ClaimRule> {
    let placements = select(vec![Placement::First, Placement::Random, Placement::MostFree, Placement::LeastFree]);
    (placements, select(vec![DispatchTiming::Instant, DispatchTiming::Event]))
        .prop_map(|(placement, pass)| ClaimRule::Instant { placement, pass })
        .boxed()
}

/// Delayed claiming.
pub(crate) fn delayed() -> BoxedStrategy<ClaimRule> {
    let delay = prop_oneof![
        select(vec![0.0, 1.0, 2.0]).prop_map(constant),
        Just(uniform(0.0, 3.0)),
        Just(uniform(1.0, 2.0)),
        Just(exponential(1.5)),
        Just(one_of(vec![0.0, 1.0, 3.0])),
    ];
    (delay, select(vec![ClaimBatch::One, ClaimBatch::All]))
        .prop_map(|(delay, batch)| ClaimRule::Delayed { delay, batch })
        .boxed()
}

/// Delayed claiming in which workers mostly look again at once.
pub(crate) fn prompt() -> BoxedStrategy<ClaimRule> {
    let delay = prop_oneof![Just(constant(0.0)), Just(one_of(vec![0.0, 0.0, 1.0]))];
    (delay, select(vec![ClaimBatch::One, ClaimBatch::All]))
        .prop_map(|(delay, batch)| ClaimRule::Delayed { delay, batch })
        .boxed()
}

pub(crate) fn constant(value: f64) -> Distribution {
    Constant::new(value).expect("a duration").into()
}

pub(crate) fn uniform(low: f64, high: f64) -> Distribution {
    Uniform::new(low, high).expect("bounds in order").into()
}

pub(crate) fn exponential(mean: f64) -> Distribution {
    Exponential::new(mean).expect("a mean above zero").into()
}

pub(crate) fn one_of(values: Vec<f64>) -> Distribution {
    Empirical::new(values).expect("durations").into()
}

/// Service times and patience; zero is likely on purpose.
pub(super) fn durations() -> BoxedStrategy<Distribution> {
    prop_oneof![
        (0..=4_i64).prop_map(|n| constant(n as f64)),
        vec(0..=5_i64, 1..=4).prop_map(|values| one_of(values.into_iter().map(|n| n as f64).collect())),
        Just(exponential(2.0)),
    ]
    .boxed()
}

#[derive(Clone, Debug)]
struct InitialRecipe {
    action: usize,
    need: Option<usize>,
    scheduled_at: i64,
    retries_left: Option<u32>,
    deadline: Option<i64>,
    stop_timeout: Option<i64>,
    /// Whether it has received a request to cancel.
    runs_on: Option<(usize, bool)>,
}

fn initial_rows() -> BoxedStrategy<InitialRecipe> {
    let fields = (
        0..4_usize,
        option::of(0..4_usize),
        -3..=6_i64,
        option::of(0..=2_u32),
        option::weighted(0.2, 0..=3_i64),
        option::weighted(0.2, 0..=2_i64),
        option::weighted(0.4, (0..4_usize, prop::bool::weighted(0.2))),
    );
    fields
        .prop_map(|(action, need, scheduled_at, retries_left, deadline, stop_timeout, runs_on)| InitialRecipe {
            action,
            need,
            scheduled_at,
            retries_left,
            deadline,
            stop_timeout,
            runs_on,
        })
        .boxed()
}

impl InitialRecipe {
    /// A row that should run waits instead if its worker has no room left.
    fn build(self, index: usize, system: &System) -> InitialRow {
        let action = self.action % system.actions.len();
        let need = self.need.map_or(system.actions[action].need, |need| NeedId((need % system.needs.len()) as u16));
        let state = self.runs_on.map_or(InitialState::Waiting, |(worker, is_asked)| {
            let worker = WorkerId((worker % system.workers.len()) as u32);
            match (has_room(system, worker, need), is_asked) {
                _ if !system.there_at_start()[worker.0 as usize] => InitialState::Waiting,
                (false, _) => InitialState::Waiting,
                (true, false) => InitialState::Running(worker),
                (true, true) => InitialState::CancelRequested(worker),
            }
        });
        InitialRow {
            document_id: format!("row-{index}"),
            action: ActionId(action as u16),
            need,
            scheduled_at: Time::ZERO + ticks(self.scheduled_at),
            retries_left: self.retries_left,
            deadline: self.deadline.map(ticks),
            stop_timeout: self.stop_timeout.map(ticks),
            state,
        }
    }
}

fn has_room(system: &System, worker: WorkerId, need: NeedId) -> bool {
    if !system.has_labels(worker, need) {
        return false;
    }
    let mut free = system.worker(worker).capacity.clone();
    for row in system.initial.iter().filter(|row| row.state.worker() == Some(worker)) {
        free.0.iter_mut().zip(&system.need(row.need).0).for_each(|(free, need)| *free -= need);
    }
    free.fits(system.need(need))
}

#[derive(Clone, Debug)]
enum SourceRecipe {
    Renewal { action: usize, between: Gap, sizes: Vec<u64> },
    Listed(Vec<ListedRecipe>),
    Closed { action: usize, population: u32, think: Gap },
    Cron { action: usize, gaps: Vec<i64>, overlap: Overlap, missed: MisfireRule, overrides: GivenRecipe },
}

#[derive(Clone, Debug)]
struct ListedRecipe {
    gap: i64,
    action: usize,
    count: u64,
    overrides: GivenRecipe,
}

#[derive(Clone, Debug)]
struct GivenRecipe {
    need: Option<usize>,
    service: Option<i64>,
    estimate: Option<i64>,
    priority: Option<i64>,
    deadline: Option<i64>,
    stop_timeout: Option<i64>,
    retries: Option<u32>,
    patience: Option<i64>,
}

fn overrides() -> BoxedStrategy<GivenRecipe> {
    let fields = (
        option::of(0..4_usize),
        option::of(0..=4_i64),
        option::weighted(0.3, 0..=6_i64),
        option::weighted(0.3, -2..=2_i64),
        option::weighted(0.2, 0..=3_i64),
        option::weighted(0.2, 0..=2_i64),
        option::of(0..=2_u32),
        option::weighted(0.2, 0..=5_i64),
    );
    fields
        .prop_map(|(need, service, estimate, priority, deadline, stop_timeout, retries, patience)| GivenRecipe {
            need,
            service,
            estimate,
            priority,
            deadline,
            stop_timeout,
            retries,
            patience,
        })
        .boxed()
}

impl GivenRecipe {
    fn build(&self, needs: usize) -> JobOverrides {
        JobOverrides {
            need: self.need.map(|need| NeedId((need % needs) as u16)),
            service: self.service.map(ticks),
            estimate: self.estimate.map(ticks),
            priority: self.priority,
            deadline: self.deadline.map(ticks),
            stop_timeout: self.stop_timeout.map(ticks),
            retries: self.retries,
            patience: self.patience.map(ticks),
        }
    }
}

/// Times between arrivals, never all zero: otherwise time would not advance.
fn gaps() -> BoxedStrategy<Gap> {
    prop_oneof![
        (1..=5_i64).prop_map(|n| Gap::Constant(ticks(n))),
        (1..=4_i64).prop_map(|n| Gap::Coarse { mean: ticks(n), step: TICK }),
        (1..=4_i64).prop_map(|n| Gap::Exponential(ticks(n))),
    ]
    .boxed()
}

fn sources() -> BoxedStrategy<SourceRecipe> {
    let sizes = prop_oneof![3 => Just(vec![1]), 1 => vec(0..=3_u64, 1..=3)];
    let listed = (0..=3_i64, 0..4_usize, select(vec![1, 1, 1, 0, 2, 3]), overrides())
        .prop_map(|(gap, action, count, overrides)| ListedRecipe { gap, action, count, overrides });
    let overlaps = select(vec![Overlap::Enqueue, Overlap::SkipIfWaiting, Overlap::SkipIfActive]);
    let missed = select(vec![MisfireRule::Skip, MisfireRule::Once, MisfireRule::All]);
    prop_oneof![
        3 => (0..4_usize, gaps(), sizes)
            .prop_map(|(action, between, sizes)| SourceRecipe::Renewal { action, between, sizes }),
        2 => vec(listed, 0..=12).prop_map(SourceRecipe::Listed),
        1 => (0..4_usize, 0..=3_u32, gaps())
            .prop_map(|(action, population, think)| SourceRecipe::Closed { action, population, think }),
        1 => (0..4_usize, vec(1..=4_i64, 0..=10), overlaps, missed, overrides()).prop_map(
            |(action, gaps, overlap, missed, overrides)| SourceRecipe::Cron { action, gaps, overlap, missed, overrides }
        ),
    ]
    .boxed()
}

/// Instants with a number of ticks between them.
fn instants(gaps: impl Iterator<Item = i64>) -> impl Iterator<Item = Time> {
    gaps.scan(Time::ZERO, |at, gap| {
        *at += ticks(gap);
        Some(*at)
    })
}

impl SourceRecipe {
    /// Source number `index` has its own streams, so it may share an action with others.
    fn build(self, index: usize, actions: &[String], needs: usize) -> Source {
        let id = |action: usize| ActionId((action % actions.len()) as u16);
        let name = format!("source-{index}");
        match self {
            SourceRecipe::Renewal { action, between, sizes } => {
                Source::Renewal { action: id(action), name, between, sizes }
            }
            SourceRecipe::Listed(arrivals) => {
                let at: Vec<Time> = instants(arrivals.iter().map(|arrival| arrival.gap)).collect();
                let arrival = |(it, at): (&ListedRecipe, Time)| {
                    (Arrival { count: it.count, ..Arrival::single(at, id(it.action)) }, it.overrides.build(needs))
                };
                Source::Listed(arrivals.iter().zip(at).map(arrival).collect())
            }
            SourceRecipe::Closed { action, population, think } => {
                Source::Closed { action: id(action), name, population, think }
            }
            SourceRecipe::Cron { action, gaps, overlap, missed, overrides } => {
                let at = instants(gaps.into_iter()).collect();
                Source::Cron { action: id(action), at, overlap, missed, overrides: overrides.build(needs) }
            }
        }
    }
}
