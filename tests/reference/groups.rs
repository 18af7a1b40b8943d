//! Random groups of workers for the random scenarios: shifts, schedules, autoscalers, startups,
//! speeds, labels.

use claimsim::internals::engine::{
    Autoscaler, Leaving, RateLimit, RatePolicy, ScalingMetric, ScalingPace, ScalingRule, ScalingStep, Staffing,
    StaffingChange, WorkerGroup,
};
use claimsim::internals::model::capacity::{CapacityMap, ResourceId};
use claimsim::internals::model::time::Time;
use claimsim::internals::model::worker::{LabelSet, Worker};
use claimsim::internals::random::dist::Distribution;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use super::scenarios::{capacities, constant, exponential, one_of, ticks};

/// A number of identical workers, as plain numbers.
#[derive(Clone, Debug)]
struct GroupRecipe {
    capacity: [i64; 3],
    places: u32,
    speed: f64,
    labels: LabelSet,
    startup: Option<Distribution>,
    order_startup: Option<Distribution>,
    initial: u32,
    leaving: Leaving,
    staffing: StaffingRecipe,
}

#[derive(Clone, Debug)]
enum StaffingRecipe {
    Fixed,
    Changes { is_schedule: bool, gaps: Vec<(i64, u32)> },
    Autoscaler { min: u32, period: i64, rule: RuleRecipe },
}

#[derive(Clone, Debug)]
enum RuleRecipe {
    Target { targets: Vec<(MetricRecipe, f64)>, tolerance: f64, up: PaceRecipe, down: PaceRecipe },
    Steps { steps: Vec<(MetricRecipe, f64, i64)>, cool_down: i64 },
}

/// Which metric, and of which resource.
type MetricRecipe = (usize, usize);

/// The window and the policies.
type PaceRecipe = (i64, Vec<(RateLimit, i64)>);

/// Any group.
fn groups() -> BoxedStrategy<GroupRecipe> {
    let worker = (capacities(), 1..=4_u32, select(vec![1.0, 1.0, 1.0, 2.0, 0.5, 1.5, 3.0]), labels());
    let staffing = prop_oneof![
        2 => Just(StaffingRecipe::Fixed),
        3 => (any::<bool>(), vec((1..=6_i64, 0..=4_u32), 1..=6))
            .prop_map(|(is_schedule, gaps)| StaffingRecipe::Changes { is_schedule, gaps }),
        5 => (0..=2_u32, 1..=5_i64, rules())
            .prop_map(|(min, period, rule)| StaffingRecipe::Autoscaler { min, period, rule }),
    ];
    let leaving = select(vec![Leaving::Drain, Leaving::Drain, Leaving::Kill]);
    (worker, startups(), startups(), 0..=4_u32, leaving, staffing)
        .prop_map(|((capacity, places, speed, labels), startup, order_startup, initial, leaving, staffing)| {
            GroupRecipe { capacity, places, speed, labels, startup, order_startup, initial, leaving, staffing }
        })
        .boxed()
}

/// The labels of a worker, or those that a job asks for, which are fewer.
fn labels() -> BoxedStrategy<LabelSet> {
    select(vec![3, 3, 1, 2, 0]).prop_map(LabelSet).boxed()
}

/// The labels that jobs of a need ask for.
fn runs_on() -> BoxedStrategy<LabelSet> {
    select(vec![0, 0, 0, 0, 1, 2, 3, 4]).prop_map(LabelSet).boxed()
}

fn startups() -> BoxedStrategy<Option<Distribution>> {
    prop_oneof![
        3 => Just(None),
        2 => (0..=4_i64).prop_map(|n| Some(constant(n as f64))),
        1 => Just(Some(one_of(vec![0.0, 1.0, 4.0]))),
        1 => Just(Some(exponential(2.0))),
    ]
    .boxed()
}

fn rules() -> BoxedStrategy<RuleRecipe> {
    let metric = || (0..5_usize, 0..3_usize);
    let target = (metric(), select(vec![0.25, 0.5, 0.8, 1.0, 2.0, 3.0, 6.0]));
    let bound = select(vec![0.0, 0.4, 0.5, 1.0, 2.0, 3.0]);
    let change = select(vec![1, 1, 2, 3, -1, -1, -2]);
    let step = (metric(), bound, change).prop_map(|(metric, bound, change)| (metric, bound, change));
    prop_oneof![
        3 => (vec(target, 1..=2), select(vec![0.0, 0.1, 0.1, 0.5]), paces(), paces())
            .prop_map(|(targets, tolerance, up, down)| RuleRecipe::Target { targets, tolerance, up, down }),
        2 => (vec(step, 1..=4), select(vec![0, 0, 1, 4, 8]))
            .prop_map(|(steps, cool_down)| RuleRecipe::Steps { steps, cool_down }),
    ]
    .boxed()
}

fn paces() -> BoxedStrategy<PaceRecipe> {
    let change = prop_oneof![
        (0..=4_u32).prop_map(RateLimit::Workers),
        select(vec![10.0, 25.0, 50.0, 100.0, 150.0]).prop_map(RateLimit::Percent),
    ];
    (select(vec![0, 0, 2, 5, 10]), vec((change, 1..=8_i64), 1..=2)).boxed()
}

impl GroupRecipe {
    /// The group with its places, the first of them number `first`.
    fn build(self, index: usize, first: u32, resources: usize) -> WorkerGroup {
        let places = self.places;
        let mut group = WorkerGroup::fixed(&format!("group-{index}"), first..first + places);
        group.startup = self.startup;
        group.leaving = self.leaving;
        group.order_startup = self.order_startup;
        if let StaffingRecipe::Fixed = self.staffing {
            return group;
        }
        group.initial = self.initial.min(places);
        group.staffing = match self.staffing {
            StaffingRecipe::Fixed => Staffing::Fixed,
            StaffingRecipe::Changes { is_schedule, gaps } => {
                let mut at = Time::ZERO;
                let change = |(gap, count): (i64, u32)| {
                    at += ticks(gap);
                    StaffingChange { at, count: count.min(places) }
                };
                let changes = gaps.into_iter().map(change).collect();
                if is_schedule { Staffing::Schedule(changes) } else { Staffing::Shifts(changes) }
            }
            StaffingRecipe::Autoscaler { min, period, rule } => {
                let min = min.min(places);
                group.initial = group.initial.max(min);
                Staffing::Autoscaler(Autoscaler {
                    min,
                    max: places,
                    period: ticks(period),
                    rule: rule.build(resources),
                })
            }
        };
        group
    }
}

impl RuleRecipe {
    fn build(self, resources: usize) -> ScalingRule {
        let metric = |(which, resource): MetricRecipe, is_step: bool| match which {
            0 if is_step => ScalingMetric::Waiting,
            0 | 1 => ScalingMetric::WaitingPerWorker,
            2 => ScalingMetric::OldestWait,
            3 => ScalingMetric::Backlog,
            _ => ScalingMetric::Utilization(ResourceId((resource % resources) as u16)),
        };
        let pace = |(window, policies): PaceRecipe| ScalingPace {
            window: ticks(window),
            policies: policies.into_iter().map(|(change, n)| RatePolicy { change, period: ticks(n) }).collect(),
        };
        match self {
            RuleRecipe::Target { targets, tolerance, up, down } => ScalingRule::Target {
                targets: targets.into_iter().map(|(of, target)| (metric(of, false), target)).collect(),
                tolerance,
                up: pace(up),
                down: pace(down),
            },
            RuleRecipe::Steps { steps, cool_down } => ScalingRule::Steps {
                steps: steps
                    .into_iter()
                    .map(|(of, bound, change)| ScalingStep { metric: metric(of, true), bound, change })
                    .collect(),
                cool_down: ticks(cool_down),
            },
        }
    }
}

/// Workers that are always there, then groups; and the labels that jobs ask for, by need.
#[derive(Clone, Debug)]
pub(crate) struct WorkersRecipe {
    fixed: Vec<[i64; 3]>,
    groups: Vec<GroupRecipe>,
    pub(crate) runs_on: Vec<LabelSet>,
}

impl WorkersRecipe {
    /// Workers that are always there, and jobs that run on any of them.
    pub(crate) fn without_groups(fixed: Vec<[i64; 3]>) -> WorkersRecipe {
        WorkersRecipe { fixed, groups: Vec::new(), runs_on: Vec::new() }
    }

    /// Any groups.
    pub(crate) fn with_groups() -> BoxedStrategy<WorkersRecipe> {
        let labels = prop_oneof![2 => Just(Vec::new()), 1 => vec(runs_on(), 1..=4)];
        (vec(capacities(), 0..=1), vec(groups(), 1..=3), labels)
            .prop_map(|(fixed, groups, runs_on)| WorkersRecipe { fixed, groups, runs_on })
            .boxed()
    }

    pub(crate) fn build(self, resources: usize) -> (Vec<Worker>, Vec<WorkerGroup>) {
        let worker =
            |i: usize, units: &[i64; 3]| Worker::new(format!("worker-{i}"), CapacityMap(units[..resources].into()));
        let mut workers: Vec<Worker> = self.fixed.iter().enumerate().map(|(i, units)| worker(i, units)).collect();
        let mut groups = Vec::new();
        for (index, group) in self.groups.into_iter().enumerate() {
            let first = workers.len();
            for place in first..first + group.places as usize {
                let (speed, labels) = (group.speed, group.labels);
                workers.push(Worker { speed, labels, ..worker(place, &group.capacity) });
            }
            groups.push(group.build(index, first as u32, resources));
        }
        (workers, groups)
    }
}
