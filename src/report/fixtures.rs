//! Synthetic results for the tests of reports, from a small scenario to the largest and oddest
//! ones.

use crate::RunContext;
use crate::engine::{ActionModel, Availability, ClaimRule, System, Window};
use crate::experiment::{Results, SummaryRow};
use crate::model::action::ActionId;
use crate::model::capacity::{CapacityMap, NeedId, ResourceId};
use crate::model::claim::{DispatchTiming, Placement};
use crate::model::time::{Epoch, Span, Time};
use crate::model::time_zone::TimeZone;
use crate::model::worker::{Worker, WorkerId};
use crate::stats::interval::IntervalEstimate;
use crate::stats::series::{ResourceSeries, Series};
use crate::stats::{JobScope, Measure, Metric, Statistic};
use crate::stats::{ReplicationStats, StatsObserver, WaitQuantiles};
use claimsim_random::dist::Constant;

/// The size and the oddities of the results.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Shape {
    pub(crate) actions: u16,
    pub(crate) resources: u16,
    pub(crate) replications: u64,
    pub(crate) horizon: Span,
    pub(crate) warmup: Span,
    pub(crate) buckets: u16,
    /// The typical wait; `None` if no job was claimed.
    pub(crate) wait: Option<Span>,
    /// The peak utilization.
    pub(crate) load: f64,
}

/// A week of three actions on two resources.
pub(crate) const WEEK: Shape = Shape {
    actions: 3,
    resources: 2,
    replications: 5,
    horizon: Span::secs(7 * 86_400),
    warmup: Span::secs(86_400),
    buckets: 168,
    wait: Some(Span::secs(20)),
    load: 0.8,
};

/// Long and awkward names.
const NAMES: [&str; 6] = [
    "scan_check_single",
    "update_db",
    "gc",
    "push <mirror> & \"poll\"",
    "a_job_class_with_a_very_long_name_indeed",
    "onlinegc_metadata",
];
const RESOURCES: [&str; 4] = ["scan", "scanCheck", "memory-bytes", "cpu & <io>"];

fn name(names: &[&str], index: u16) -> String {
    let (round, name) = (usize::from(index) / names.len(), names[usize::from(index) % names.len()]);
    if round == 0 { name.to_owned() } else { format!("{name}_{round}") }
}

pub(crate) fn system(shape: Shape) -> System {
    let resources = usize::from(shape.resources);
    let service = Constant::new(1.0).expect("a constant");
    let action = |index| ActionModel::new(&name(&NAMES, index), NeedId(0), service.clone().into());
    let capacity = CapacityMap(vec![4; resources].into());
    System {
        resources: (0..shape.resources).map(|index| name(&RESOURCES, index)).collect(),
        workers: (0..2).map(|index| Worker::new(format!("replica-{index}"), capacity.clone())).collect(),
        actions: (0..shape.actions).map(action).collect(),
        needs: vec![CapacityMap::zero(resources)],
        groups: Vec::new(),
        runs_on: Vec::new(),
        claim: ClaimRule::Instant { placement: Placement::First, pass: DispatchTiming::Instant },
        queue_limit: None,
        availability: Availability::default(),
        cancels: Vec::new(),
        window: Window::new(Time::ZERO + shape.warmup, Time::ZERO + shape.horizon),
        initial: Vec::new(),
    }
}

pub(crate) fn context(system: &System) -> RunContext<'_> {
    RunContext {
        scenario: "registry-week",
        policy: "first-fit",
        system,
        epoch: Epoch::default(),
        time_zone: TimeZone::UTC,
        slo: Some(Span::secs(300)),
        seed: 42,
        replications: 5,
        is_steady_state: system.window.warmup > Time::ZERO,
        period: None,
        warm_up: None,
    }
}

/// Numbers that look random and never change.
fn noise(a: u64, b: u64, c: u64) -> f64 {
    let mut x = a.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ b.wrapping_mul(0xbf58_476d_1ce4_e5b9) ^ c.wrapping_add(1);
    for _ in 0..3 {
        x ^= x >> 30;
        x = x.wrapping_mul(0x94d0_49bb_1331_11eb);
        x ^= x >> 27;
    }
    (x >> 11) as f64 / (1_u64 << 53) as f64
}

pub(crate) fn results(shape: Shape) -> Results {
    let replications: Vec<ReplicationStats> = (0..shape.replications).map(|index| outcome(shape, index)).collect();
    Results { summary: summary(shape), replications }
}

fn outcome(shape: Shape, replication: u64) -> ReplicationStats {
    let actions = std::iter::once(JobScope::All).chain((0..shape.actions).map(|id| JobScope::One(ActionId(id))));
    let waits = shape.wait.map_or_else(Vec::new, |wait| {
        actions.enumerate().map(|(index, action)| wait_table(wait, action, index as u64, replication)).collect()
    });
    // The figures of an empty run.
    let nothing = StatsObserver::new(&system(shape), None, Span::secs(1)).finish();
    ReplicationStats { waits, series: series(shape, replication), ..nothing }
}

/// Waits with an atom at zero that grows with the action's number, and a long tail.
fn wait_table(wait: Span, action: JobScope, index: u64, replication: u64) -> WaitQuantiles {
    let scale = wait.as_secs_f64() * (1.0 + index as f64) * (0.8 + 0.4 * noise(replication, index, 0));
    let none = (0.06 * index as f64).min(0.9);
    let at = |p: f64| {
        let rest = ((p - none) / (1.0 - none)).clamp(0.0, 0.999);
        Span::from_secs_f64(scale * rest * rest / (1.0 - rest))
    };
    WaitQuantiles { action, quantiles: (0..=100).map(|p| f64::from(p) / 100.0).map(|p| (p, at(p))).collect() }
}

fn series(shape: Shape, replication: u64) -> Series {
    let buckets = usize::from(shape.buckets);
    let bucket = Span((shape.horizon.0 / i64::from(shape.buckets.max(1))).max(1));
    // A day of 24 buckets with a quiet night.
    let level = |index: usize, line: u64| {
        let hour = (index % 24) as f64;
        let day = 1.0 - ((hour - 13.0) / 13.0) * ((hour - 13.0) / 13.0);
        day * (0.6 + 0.4 * noise(replication, line, index as u64))
    };
    let line = |id: u16, worker: Option<WorkerId>| {
        let units = if worker.is_some() { 4.0 } else { 8.0 };
        let key = u64::from(id) * 8 + worker.map_or(0, |worker| u64::from(worker.0) + 1);
        ResourceSeries {
            resource: ResourceId(id),
            worker,
            busy: (0..buckets).map(|index| shape.load * units * level(index, key)).collect(),
            offered: (0..buckets).map(|index| if index % 97 == 96 { 0.0 } else { units }).collect(),
            queue_length: match worker {
                None => (0..buckets).map(|index| 30.0 * level(index, key) * level(index, key + 1)).collect(),
                Some(_) => Vec::new(),
            },
        }
    };
    let over_all = (0..shape.resources).map(|id| line(id, None));
    let per_worker = (0..shape.resources).flat_map(|id| [0, 1].map(|worker| line(id, Some(WorkerId(worker)))));
    Series {
        bucket,
        horizon: Time::ZERO + shape.horizon,
        queue_length: (0..buckets).map(|index| 50.0 * level(index, 99) * level(index, 98)).collect(),
        lines: over_all.chain(per_worker).collect(),
    }
}

/// A row with an interval of a tenth to each side, where there is more than one replication.
fn row(shape: Shape, metric: Metric, value: Option<f64>) -> SummaryRow {
    let interval = value
        .filter(|_| shape.replications > 1 && metric.statistic != Statistic::Max)
        .map(|value| (value * 0.9, value * 1.1));
    SummaryRow {
        metric,
        estimate: IntervalEstimate { value, upper: value, interval, replications: shape.replications },
    }
}

fn summary(shape: Shape) -> Vec<SummaryRow> {
    let mut rows = Vec::new();
    let actions = (0..shape.actions).map(|id| JobScope::One(ActionId(id))).chain([JobScope::All]);
    for action in actions {
        let of = |measure, statistic| Metric { action, resource: None, worker: None, measure, statistic };
        let index = if let JobScope::One(id) = action { u64::from(id.0) + 1 } else { 0 };
        let table = |wait: Span| wait_table(wait, action, index, 0).quantiles;
        let at = |percent: usize| shape.wait.map(|wait| table(wait)[percent].1.as_secs_f64());
        for (statistic, value) in [
            (Statistic::Mean, at(70)),
            (Statistic::P50, at(50)),
            (Statistic::P95, at(95)),
            (Statistic::P99, at(99)),
            (Statistic::Max, at(100)),
        ] {
            rows.push(row(shape, of(Measure::WaitS, statistic), value));
        }
        rows.push(row(shape, of(Measure::WithinSlo, Statistic::Mean), shape.wait.map(|_| 0.975)));
        rows.push(row(shape, of(Measure::Jobs, Statistic::Arrived), Some(1_234.5)));
        rows.push(row(shape, of(Measure::Jobs, Statistic::Error), Some(12.0)));
        rows.push(row(shape, of(Measure::Jobs, Statistic::Unfinished), Some(-0.0)));
        if action == JobScope::All {
            rows.push(row(shape, of(Measure::QueueLength, Statistic::Mean), Some(7.5)));
        }
    }
    for id in 0..shape.resources {
        for worker in [None, Some(WorkerId(0)), Some(WorkerId(1))] {
            let measure = |measure| Metric {
                action: JobScope::None,
                resource: Some(ResourceId(id)),
                worker,
                measure,
                statistic: Statistic::Mean,
            };
            rows.push(row(shape, measure(Measure::Utilization), Some(0.625)));
            if worker.is_none() {
                rows.push(row(shape, measure(Measure::QueueLength), Some(3.25)));
            }
        }
    }
    rows
}
