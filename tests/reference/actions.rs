//! Random actions for the random scenarios, with every option that decides what becomes of a job.

use claimsim::internals::engine::{
    ActionModel, Backoff, BackoffGrowth, DeadlineResult, Requeue, RuntimeEstimate, Spawns,
};
use claimsim::internals::model::action::ActionId;
use claimsim::internals::model::capacity::NeedId;
use claimsim::internals::model::unit::{Probability, Rate};
use claimsim::internals::random::dist::Distribution;
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;

use super::scenarios::{constant, durations, exponential, one_of, ticks};

#[derive(Clone, Debug)]
pub(super) struct ActionRecipe {
    need: usize,
    service: Distribution,
    error: f64,
    retries: u32,
    backoff: BackoffRecipe,
    requeue: Requeue,
    patience: Option<Distribution>,
    stop: StopRecipe,
    cancel_rate: f64,
    spawns: Option<(usize, Distribution)>,
    thought: ThoughtRecipe,
}

/// What the scheduler expects of a job: priority, estimate, and whether it is killed at its
/// estimate.
type ThoughtRecipe = (i64, RuntimeEstimate, bool);

/// First, factor, cap and jitter.
type BackoffRecipe = (GrowthRecipe, Option<i64>, f64);

/// In ticks.
#[derive(Clone, Debug)]
enum GrowthRecipe {
    Geometric(i64, f64),
    Listed(Vec<i64>),
    Polynomial { power: f64, unit: i64, offset: i64 },
}

/// The options of deadlines.
#[derive(Clone, Debug)]
struct StopRecipe {
    deadline: Option<i64>,
    result: DeadlineResult,
    stops_in: Distribution,
    timeout: i64,
}

pub(super) fn actions(service: impl Strategy<Value = Distribution> + 'static) -> BoxedStrategy<ActionRecipe> {
    let fields = (
        0..4_usize,
        service,
        select(vec![0.0, 0.0, 0.5, 1.0]),
        0..=3_u32,
        backoffs(),
        select(vec![Requeue::RequeueIfRetries, Requeue::RequeueAlways, Requeue::Never]),
        option::weighted(0.2, durations()),
        stops(),
        select(vec![0.0, 0.0, 0.0, 0.3]),
        (option::weighted(0.3, (1..4_usize, counts())), (-1..=2_i64, estimates(), prop::bool::weighted(0.15))),
    );
    fields
        .prop_map(|(need, service, error, retries, backoff, requeue, patience, stop, cancel_rate, further)| {
            let (spawns, thought) = further;
            ActionRecipe {
                need,
                service,
                error,
                retries,
                backoff,
                requeue,
                patience,
                stop,
                cancel_rate,
                spawns,
                thought,
            }
        })
        .boxed()
}

/// Estimates that are right, too short, too long, or unrelated to the service time.
fn estimates() -> BoxedStrategy<RuntimeEstimate> {
    prop_oneof![
        4 => Just(RuntimeEstimate::Exact),
        2 => select(vec![0.0, 0.5, 1.5, 2.0, 3.0]).prop_map(|factor| RuntimeEstimate::Factor(constant(factor))),
        1 => Just(RuntimeEstimate::Factor(one_of(vec![0.5, 1.0, 1.0, 2.0]))),
        1 => Just(RuntimeEstimate::Factor(exponential(1.2))),
        1 => (0..=8_i64).prop_map(|n| RuntimeEstimate::Time(constant(n as f64))),
        1 => Just(RuntimeEstimate::Time(one_of(vec![0.0, 2.0, 5.0, 9.0]))),
        1 => Just(RuntimeEstimate::Time(exponential(3.0))),
    ]
    .boxed()
}

/// Service times. Two of `short + 2` are long enough for a worker to go out, be declared dead and
/// return in the meantime.
pub(super) fn services(short: u32) -> BoxedStrategy<Distribution> {
    let long = prop_oneof![
        (6..=25_i64).prop_map(|n| constant(n as f64)),
        Just(exponential(10.0)),
        Just(one_of(vec![1.0, 8.0, 16.0]))
    ];
    prop_oneof![short => durations(), 2 => long].boxed()
}

fn backoffs() -> BoxedStrategy<BackoffRecipe> {
    prop_oneof![
        6 => (0..=2_i64).prop_map(|first| (GrowthRecipe::Geometric(first, 1.0), None, 0.0)),
        3 => (growths(), option::of(1..=4_i64), select(vec![0.0, 0.0, 0.5, 1.0])),
    ]
    .boxed()
}

fn growths() -> BoxedStrategy<GrowthRecipe> {
    let polynomial = (select(vec![0.0, 1.0, 2.0, 1.5]), 1..=2_i64, 0..=2_i64);
    prop_oneof![
        (0..=2_i64, select(vec![1.0, 2.0, 1.5])).prop_map(|(first, factor)| GrowthRecipe::Geometric(first, factor)),
        vec(0..=3_i64, 1..=3).prop_map(GrowthRecipe::Listed),
        polynomial.prop_map(|(power, unit, offset)| GrowthRecipe::Polynomial { power, unit, offset }),
    ]
    .boxed()
}

/// The number of children of an attempt; some values must be rounded.
fn counts() -> BoxedStrategy<Distribution> {
    prop_oneof![
        (0..=2_i64).prop_map(|n| constant(n as f64)),
        Just(one_of(vec![0.0, 1.0, 2.0])),
        Just(one_of(vec![0.4, 0.5, 1.4, 1.5, 2.6])),
    ]
    .boxed()
}

fn stops() -> BoxedStrategy<StopRecipe> {
    let stops_in = prop_oneof![
        2 => Just(constant(0.0)),
        2 => (1..=3_i64).prop_map(|n| constant(n as f64)),
        1 => vec(0..=3_i64, 1..=4).prop_map(|values| one_of(values.into_iter().map(|n| n as f64).collect())),
        1 => Just(exponential(1.5)),
    ];
    let result = select(vec![DeadlineResult::Error, DeadlineResult::Error, DeadlineResult::Cancel]);
    (option::weighted(0.4, 0..=4_i64), result, stops_in, 0..=3_i64)
        .prop_map(|(deadline, result, stops_in, timeout)| StopRecipe { deadline, result, stops_in, timeout })
        .boxed()
}

impl ActionRecipe {
    /// Action number `index` of `actions`, with one of `needs` needs.
    pub(super) fn build(self, index: usize, (actions, needs): (usize, usize)) -> ActionModel {
        let need = NeedId((self.need % needs) as u16);
        let (growth, cap, jitter) = self.backoff;
        let growth = match growth {
            GrowthRecipe::Geometric(first, factor) => BackoffGrowth::Geometric { first: ticks(first), factor },
            GrowthRecipe::Listed(spans) => BackoffGrowth::Listed(spans.into_iter().map(ticks).collect()),
            GrowthRecipe::Polynomial { power, unit, offset } => {
                BackoffGrowth::Polynomial { power, unit: ticks(unit), offset: ticks(offset) }
            }
        };
        // Children belong to later actions, so that generations end.
        let spawns = self.spawns.filter(|_| index + 1 < actions).map(|(further, count)| {
            let later = actions - index - 1;
            Spawns { action: ActionId((index + 1 + (further - 1) % later) as u16), count }
        });
        ActionModel {
            error: Probability::try_from(self.error).expect("a probability"),
            retries: self.retries,
            backoff: Backoff { growth, cap: cap.map(ticks), jitter },
            requeue: self.requeue,
            deadline: self.stop.deadline.map(ticks),
            deadline_result: self.stop.result,
            stops_in: self.stop.stops_in,
            stop_timeout: ticks(self.stop.timeout),
            cancel_rate: Rate::per_second(self.cancel_rate).expect("a rate"),
            spawns,
            patience: self.patience,
            priority: self.thought.0,
            estimate: self.thought.1,
            kill_at_estimate: self.thought.2,
            ..ActionModel::new(&format!("action-{index}"), need, self.service)
        }
    }
}
