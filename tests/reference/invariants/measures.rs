//! The figures of a run against plain sums, row by row and instant by instant, over its trajectory.

use std::collections::BTreeMap;

use claimsim::internals::engine::{InitialState, Window};
use claimsim::internals::model::action::ActionId;
use claimsim::internals::model::capacity::ResourceId;
use claimsim::internals::model::job::{JobId, JobOutcome};
use claimsim::internals::model::time::{Epoch, Span, Time};
use claimsim::internals::model::time_zone::TimeZone;
use claimsim::internals::stats::StatsObserver;
use claimsim::internals::stats::{
    CensoredValue, JobScope, Measure, Measurements, Metric, Request, RequestedFigure, Statistic, TimeWindow,
};

use proptest::prelude::*;

use super::ledger::Ledger;
use crate::event::{Event, Kind, Trajectory};
use crate::scenarios::{Scenario, TICK, claim_rules, scenarios, storms};
use crate::{check, engine, simulation};

const TARGET: Span = Span(2 * TICK.0);
const BOUND: Span = Span(3 * TICK.0);

/// Measured values, and integrals over time.
#[derive(Default)]
struct Sums {
    values: BTreeMap<Measure, Vec<f64>>,
    counts: BTreeMap<(Measure, Statistic), f64>,
    integrals: BTreeMap<Measure, f64>,
}

impl Sums {
    fn value(&mut self, measure: Measure, value: f64) {
        self.values.entry(measure).or_default().push(value);
    }

    fn count(&mut self, statistic: Statistic) {
        *self.counts.entry((Measure::Jobs, statistic)).or_default() += 1.0;
    }

    /// The expected figure; `None` if nothing was measured.
    fn expected(&self, measure: Measure, statistic: Statistic, window: f64) -> Option<f64> {
        let values = self.values.get(&measure).filter(|values| !values.is_empty());
        let mean = |values: &Vec<f64>| values.iter().sum::<f64>() / values.len() as f64;
        match (measure, statistic) {
            (Measure::QueueLength | Measure::InSystem, _) => {
                Some(self.integrals.get(&measure).unwrap_or(&0.0) / window)
            }
            (Measure::Jobs, _) => Some(*self.counts.get(&(measure, statistic)).unwrap_or(&0.0)),
            (Measure::Retries | Measure::DeadlineMisses, _) => Some(values.map_or(0.0, |values| values.len() as f64)),
            (_, Statistic::Max) => values.map(|values| values.iter().copied().fold(f64::MIN, f64::max)),
            _ => values.map(mean),
        }
    }
}

/// Quantiles and deviations are tested with the statistics.
fn is_plain_sum(metric: Metric) -> bool {
    let plain = [Measure::Jobs, Measure::Retries, Measure::DeadlineMisses].contains(&metric.measure);
    let of_values = matches!(metric.statistic, Statistic::Mean | Statistic::Max);
    metric.measure != Measure::ThroughputPerS && (plain || of_values)
}

/// Whether a figure is of rows and chains that are followed past the horizon.
fn is_followed(metric: Metric) -> bool {
    let figures = [Measure::WaitS, Measure::WithinSlo, Measure::ServiceS, Measure::Lost];
    let of_chains = [Measure::ResponseS, Measure::Slowdown, Measure::Jain, Measure::WorstSlowdown];
    let counts = [Statistic::Unclaimed, Statistic::Open];
    figures.contains(&metric.measure) || of_chains.contains(&metric.measure) || counts.contains(&metric.statistic)
}

/// Sums up one action's rows, or all of them.
fn sums(scenario: &Scenario, events: &[Event], of: JobScope) -> Sums {
    let window = scenario.system.window;
    let belongs = |action: ActionId| of == JobScope::All || of == JobScope::One(action);
    let counted = |at: Time| window.warmup == Time::ZERO || at >= window.warmup;
    let (mut sums, mut ledger, mut last) = (Sums::default(), Ledger::new(&scenario.system), Time::ZERO);
    for event in events {
        let passed = (event.time.max(window.warmup) - last.max(window.warmup)).as_secs_f64();
        last = event.time;
        let own = |job: &&_| belongs(ledger.rows[job].action);
        let waiting = ledger.waiting.keys().filter(own).count() as f64;
        let running = ledger.running.keys().filter(own).count() as f64;
        *sums.integrals.entry(Measure::QueueLength).or_default() += passed * waiting;
        *sums.integrals.entry(Measure::InSystem).or_default() += passed * (waiting + running);
        ledger.book(event);
        if let Kind::Due { row, .. } = event.kind
            && belongs(row.action)
        {
            // A firing that is made up for counts as waiting from its nominal time on.
            let made_up = (event.time.max(window.warmup) - row.scheduled_at.max(window.warmup)).as_secs_f64();
            *sums.integrals.entry(Measure::QueueLength).or_default() += made_up.max(0.0);
            *sums.integrals.entry(Measure::InSystem).or_default() += made_up.max(0.0);
        }
        tell(&mut sums, &ledger, event, belongs, counted);
    }
    sums
}

fn tell(
    sums: &mut Sums,
    ledger: &Ledger,
    event: &Event,
    belongs: impl Fn(ActionId) -> bool,
    counted: impl Fn(Time) -> bool,
) {
    let now = event.time;
    let job = match event.kind {
        Kind::Skipped { action } => {
            if belongs(action) && counted(now) {
                sums.count(Statistic::Skipped);
            }
            return;
        }
        Kind::Due { job, .. }
        | Kind::Claimed { job, .. }
        | Kind::Ended { job, .. }
        | Kind::Left { job, .. }
        | Kind::ZombieOver { job, .. }
        | Kind::StillWaiting { job }
        | Kind::StillRunning { job, .. } => job,
        _ => return,
    };
    let row = ledger.rows[&job];
    if !belongs(row.action) {
        return;
    }
    if let Kind::Ended { last: true, run, ending, .. } = event.kind
        && matches!(ending, JobOutcome::Done | JobOutcome::Error | JobOutcome::DeadlineMissed)
        && counted(row.since)
    {
        let response = (now - row.since).as_secs_f64();
        sums.value(Measure::ResponseS, response);
        sums.value(Measure::Slowdown, (response / (now - run.claimed_at).max(BOUND).as_secs_f64()).max(1.0));
    }
    if !counted(row.scheduled_at) {
        return;
    }
    match event.kind {
        Kind::Due { .. } => {
            sums.count(Statistic::Arrived);
            if row.number > 1 {
                sums.value(Measure::Retries, 1.0);
            }
        }
        Kind::Claimed { .. } => {
            let wait = now - row.scheduled_at;
            sums.value(Measure::WaitS, wait.as_secs_f64());
            sums.value(Measure::WithinSlo, f64::from(wait <= TARGET));
        }
        Kind::Ended { run, ending, .. } => {
            sums.value(Measure::ServiceS, (now - run.claimed_at).as_secs_f64());
            sums.count(status(ending));
            if matches!(ending, JobOutcome::DeadlineMissed | JobOutcome::DeadlineCancelled) {
                sums.value(Measure::DeadlineMisses, 1.0);
            }
        }
        Kind::Left { ending, .. } => sums.count(status(ending)),
        Kind::ZombieOver { stopped: true, .. } => {
            sums.count(Statistic::WorkerResurrection);
            *sums.counts.entry((Measure::Jobs, Statistic::WorkerDead)).or_default() -= 1.0;
        }
        Kind::StillWaiting { .. } | Kind::StillRunning { .. } => {
            sums.count(Statistic::Unfinished);
            sums.value(Measure::UnfinishedAgeS, (now - row.scheduled_at).as_secs_f64());
        }
        _ => {}
    }
}

/// The count to which a row with this outcome belongs.
fn status(ending: JobOutcome) -> Statistic {
    match ending {
        JobOutcome::Done => Statistic::Done,
        JobOutcome::Error | JobOutcome::DeadlineMissed => Statistic::Error,
        JobOutcome::DeadlineCancelled | JobOutcome::Cancelled => Statistic::Cancel,
        JobOutcome::Abandoned => Statistic::Abandoned,
        JobOutcome::Rejected => Statistic::Rejected,
        JobOutcome::WorkerDead => Statistic::WorkerDead,
        JobOutcome::WorkerShutdown => Statistic::WorkerShutdown,
    }
}

/// Busy over offered unit-seconds of a resource, on one worker or on all.
fn utilization(scenario: &Scenario, events: &[Event], metric: Metric) -> Option<f64> {
    let (window, resource) = (scenario.system.window, metric.resource.unwrap_or(ResourceId(0)));
    let is_meant = |worker: usize| metric.worker.is_none_or(|meant| meant.0 as usize == worker);
    let workers = || (0..scenario.system.workers.len()).filter(|&worker| is_meant(worker));
    let (mut ledger, mut last, mut busy, mut offered) = (Ledger::new(&scenario.system), Time::ZERO, 0.0, 0.0);
    let mut pass = |ledger: &Ledger, until: Time| {
        let passed = (until.max(window.warmup) - last.max(window.warmup)).as_secs_f64();
        for worker in workers().filter(|&worker| !ledger.out[worker]) {
            busy += passed * ledger.used[worker][resource] as f64;
            offered += passed * ledger.capacity[worker][resource] as f64;
        }
        last = until;
    };
    for event in events {
        pass(&ledger, event.time);
        ledger.book(event);
    }
    pass(&ledger, window.horizon);
    (offered > 0.0).then(|| busy / offered)
}

/// Jain's index and the largest of the actions' mean slowdowns.
fn fairness(scenario: &Scenario, events: &[Event], measure: Measure) -> Option<f64> {
    let actions = (0..scenario.system.actions.len()).map(|index| JobScope::One(ActionId(index as u16)));
    let mean = |action| sums(scenario, events, action).expected(Measure::Slowdown, Statistic::Mean, 1.0);
    let slowdowns: Vec<f64> = actions.filter_map(mean).collect();
    let (sum, squares) = slowdowns.iter().fold((0.0, 0.0), |(sum, squares), x| (sum + x, squares + x * x));
    match measure {
        _ if slowdowns.is_empty() => None,
        Measure::Jain => Some(sum * sum / (slowdowns.len() as f64 * squares)),
        _ => slowdowns.into_iter().reduce(f64::max),
    }
}

/// The first time without waiting jobs after the first maximum of the queue, which is searched
/// among all lengths.
fn drained(events: &[Event]) -> Option<f64> {
    let change = |event: &Event| match event.kind {
        Kind::Due { .. } => 1,
        Kind::Claimed { .. } | Kind::Left { .. } => -1,
        _ => 0,
    };
    let lengths = events.iter().map(change).scan(0, |length, change: i32| {
        *length += change;
        Some(*length)
    });
    let lengths: Vec<i32> = lengths.collect();
    let longest = lengths.iter().max().copied().unwrap_or(0);
    if longest == 0 {
        return Some(0.0);
    }
    let peak = lengths.iter().position(|length| *length == longest)?;
    let empty = peak + lengths[peak..].iter().position(|length| *length == 0)?;
    Some(events[empty].time.as_secs_f64())
}

#[test]
fn the_figures_are_the_plain_sums() {
    check(
        "figures",
        300,
        (prop_oneof![scenarios(claim_rules()), storms(claim_rules())], 0..=3_i64),
        |(scenario, warmup)| {
            let mut scenario = scenario.clone();
            scenario.system.window.warmup = Time(warmup * TICK.0);
            // A row that runs at the start has fallen due by then; otherwise its wait would be
            // negative.
            for row in scenario.system.initial.iter_mut().filter(|row| row.state != InitialState::Waiting) {
                row.scheduled_at = row.scheduled_at.min(Time::ZERO);
            }
            let observer = (StatsObserver::new(&scenario.system, Some(TARGET), BOUND), Trajectory::default());
            let (stats, trajectory) = simulation(&scenario, observer).finish();
            let (outcome, events) = (stats.finish(), trajectory.into_events());
            let window = (scenario.system.window.horizon - scenario.system.window.warmup).as_secs_f64();
            let mut compared = 0;
            let at_horizon = |metric: Metric| is_plain_sum(metric) && !is_followed(metric);
            for figure in outcome.metrics.iter().filter(|figure| at_horizon(figure.metric)) {
                let metric = figure.metric;
                let expected = match metric.measure {
                    Measure::Utilization => utilization(&scenario, &events, metric),
                    Measure::Jain | Measure::WorstSlowdown => fairness(&scenario, &events, metric.measure),
                    Measure::DrainS => drained(&events),
                    measure => sums(&scenario, &events, metric.action).expected(measure, metric.statistic, window),
                };
                assert!(are_close(figure.known(), expected), "{metric:?}: {:?}, not {expected:?}", figure.value);
                compared += 1;
            }
            assert!(compared > 20, "only {compared} figures were looked at");
        },
    );
}

/// A row or a chain of the window, as a longer run shows it.
#[derive(Clone, Copy)]
enum Fate {
    Ended(f64),
    /// With its age when the longer run ends.
    Open(f64),
    /// It left, or ended without a response.
    Gone,
}

/// The waits of the rows that fell due in the window, and the response times of the chains, from
/// the events of a run that is longer by the cooldown.
fn fates(scenario: &Scenario, longer: &[Event], horizon: Time, of: JobScope) -> (Vec<Fate>, Vec<Fate>) {
    let warmup = scenario.system.window.warmup;
    // A row that falls due by the horizon may be scheduled later: then it is cancelled before.
    let in_window = |at: Time| warmup == Time::ZERO || at >= warmup;
    let end = longer.last().map_or(horizon, |_| scenario.system.window.horizon);
    let (mut rows, mut chains) = (BTreeMap::new(), BTreeMap::new());
    for event in longer {
        let now = event.time;
        match event.kind {
            Kind::Due { job, row } => {
                let belongs = of == JobScope::All || of == JobScope::One(row.action);
                if now <= horizon && belongs && in_window(row.scheduled_at) {
                    rows.insert(job, (row.scheduled_at, Fate::Open((end - row.scheduled_at).as_secs_f64())));
                }
                if now <= horizon && belongs && row.number == 1 && in_window(row.scheduled_at) {
                    chains.insert(row.first, (row.since, Fate::Open((end - row.since).as_secs_f64())));
                }
                rows.entry(job).or_insert((Time::NEVER, Fate::Gone));
            }
            Kind::Claimed { job, .. } => {
                let row = rows.get_mut(&job).expect("it is due");
                if row.0 != Time::NEVER {
                    row.1 = Fate::Ended((now - row.0).max(Span::ZERO).as_secs_f64());
                }
            }
            Kind::Left { job, .. } => rows.get_mut(&job).expect("it is due").1 = Fate::Gone,
            _ => {}
        }
        let ended = match event.kind {
            Kind::Left { job, .. } => Some((job, JobOutcome::Abandoned)),
            Kind::Ended { job, ending, last: true, .. } => Some((job, ending)),
            _ => None,
        };
        if let Some((job, ending)) = ended {
            let first = first_of(longer, job);
            if let Some(chain) = chains.get_mut(&first) {
                let responds = matches!(ending, JobOutcome::Done | JobOutcome::Error | JobOutcome::DeadlineMissed);
                chain.1 = if responds { Fate::Ended((now - chain.0).as_secs_f64()) } else { Fate::Gone };
            }
        }
    }
    let counted = rows.into_values().filter(|(since, _)| *since != Time::NEVER).map(|(_, fate)| fate);
    (counted.collect(), chains.into_values().map(|(_, fate)| fate).collect())
}

fn first_of(events: &[Event], job: JobId) -> JobId {
    let created = |event: &Event| match event.kind {
        Kind::Created { job: created, row, .. } if created == job => Some(row.first),
        _ => None,
    };
    events.iter().find_map(created).expect("every row is created")
}

/// The least and the largest possible value of a statistic: open rows end now, or never.
fn bounds(fates: &[Fate], statistic: Statistic) -> Option<(f64, f64)> {
    let of = |open: fn(f64) -> f64| {
        let values = fates.iter().filter_map(|fate| match *fate {
            Fate::Ended(value) => Some(value),
            Fate::Open(age) => Some(open(age)),
            Fate::Gone => None,
        });
        let mut values: Vec<f64> = values.collect();
        values.sort_by(f64::total_cmp);
        let last = values.len().checked_sub(1)?;
        Some(match statistic {
            Statistic::Max => values[last],
            Statistic::P95 => {
                let place = last as f64 * 0.95;
                let (below, above) = (values[place as usize], values[place.ceil() as usize]);
                if place.fract() == 0.0 { below } else { below + (above - below) * place.fract() }
            }
            _ => values.iter().sum::<f64>() / values.len() as f64,
        })
    };
    let upper = of(|_| f64::INFINITY)?;
    Some((of(|age| age)?, if upper.is_nan() { f64::INFINITY } else { upper }))
}

/// A run that follows its jobs past the horizon knows what a run knows that is longer by the
/// cooldown, of the jobs of the window; and it leaves everything else as it is without a cooldown.
#[test]
fn following_equals_a_longer_run() {
    let scenarios = prop_oneof![scenarios(claim_rules()), storms(claim_rules())];
    check("following", 300, (scenarios, 0..=3_i64, 0..=30_i64), |(scenario, warmup, cooldown)| {
        let mut scenario = scenario.clone();
        scenario.system.window.warmup = Time(warmup * TICK.0);
        for row in scenario.system.initial.iter_mut().filter(|row| row.state != InitialState::Waiting) {
            row.scheduled_at = row.scheduled_at.min(Time::ZERO);
        }
        let measure = |scenario: &Scenario| {
            simulation(scenario, StatsObserver::new(&scenario.system, Some(TARGET), BOUND)).finish().finish()
        };
        let without = measure(&scenario);
        let horizon = scenario.system.window.horizon;
        scenario.system.window.cooldown = Span(cooldown * TICK.0);
        let followed = measure(&scenario);
        scenario.system.window = Window::new(scenario.system.window.warmup, scenario.system.window.end());
        let longer = engine(&scenario);
        assert_eq!(without.series, followed.series, "series end at the horizon");
        for (figure, before) in followed.metrics.iter().zip(&without.metrics) {
            let metric = figure.metric;
            if !is_followed(metric) {
                assert_eq!(figure, before, "{metric:?} is taken at the horizon");
                continue;
            }
            let statistics = [Statistic::Mean, Statistic::P95, Statistic::Max];
            if metric.measure == Measure::Jobs || statistics.contains(&metric.statistic) {
                let (rows, chains) = fates(&scenario, &longer, horizon, metric.action);
                let is_open = |fates: &[Fate]| fates.iter().filter(|fate| matches!(fate, Fate::Open(_))).count() as f64;
                let gone = rows.iter().filter(|fate| matches!(fate, Fate::Gone)).count() as f64;
                let unclaimed = is_open(&rows);
                let expected = match (metric.measure, metric.statistic) {
                    (Measure::Jobs, Statistic::Unclaimed) => Some((unclaimed, unclaimed)),
                    (Measure::Jobs, _) => Some((is_open(&chains), is_open(&chains))),
                    (Measure::Lost, _) if rows.is_empty() => None,
                    (Measure::Lost, _) => Some((gone / rows.len() as f64, (gone + unclaimed) / rows.len() as f64)),
                    (Measure::WaitS, statistic) => bounds(&rows, statistic),
                    (Measure::ResponseS, statistic) => bounds(&chains, statistic),
                    _ => continue,
                };
                let found = figure.value.map(|value| (value.lower, value.upper));
                let is_close = match (found, expected) {
                    (Some(a), Some(b)) => {
                        [(a.0, b.0), (a.1, b.1)].into_iter().all(|(a, b)| a == b || (a - b).abs() < 1e-6)
                    }
                    (a, b) => a == b,
                };
                assert!(is_close, "{metric:?}: {found:?}, not {expected:?}");
            }
            let bounds = figure.value.map(|value| (value.lower, value.upper));
            assert!(bounds.is_none_or(|(lower, upper)| lower <= upper), "{metric:?}: {bounds:?}");
        }
    });
}

/// Two windows that divide a run between them share its jobs, its waits and its units in use.
#[test]
fn windows_that_divide_a_run_add_up_to_it() {
    let scenarios = prop_oneof![scenarios(claim_rules()), storms(claim_rules())];
    check("windows", 200, (scenarios, 0..=40_i64, 0..=10_i64), |(scenario, cut, cooldown)| {
        let mut scenario = scenario.clone();
        scenario.system.window.cooldown = Span(cooldown * TICK.0);
        // A row that is cancelled before it is due counts, and may be scheduled after all windows.
        let horizon = scenario.system.window.horizon;
        for row in &mut scenario.system.initial {
            let latest = if row.state == InitialState::Waiting { horizon } else { Time::ZERO };
            row.scheduled_at = row.scheduled_at.min(latest);
        }
        let cut = Time(cut * TICK.0).min(horizon);
        // A job that is due at the horizon itself counts.
        let windows = [(Time(i64::MIN), cut), (cut, Time(horizon.0 + 1))];
        let actions = (0..scenario.system.actions.len()).map(|index| JobScope::One(ActionId(index as u16)));
        let scopes: Vec<JobScope> = actions.chain([JobScope::All]).collect();
        let sums =
            [Statistic::Arrived, Statistic::Done, Statistic::Cancel, Statistic::Unfinished, Statistic::Unclaimed];
        let metric = |action, measure, statistic| Metric { action, resource: None, worker: None, measure, statistic };
        let counts = scopes.iter().flat_map(|action| sums.map(|statistic| metric(*action, Measure::Jobs, statistic)));
        let queues = scopes.iter().map(|action| metric(*action, Measure::QueueLength, Statistic::Mean));
        let means = scopes.iter().map(|action| metric(*action, Measure::WaitS, Statistic::Mean));
        let metrics: Vec<Metric> = counts.chain(queues).chain(means).collect();
        let request = |metric: &Metric, (from, until)| Request {
            figure: RequestedFigure::Metric(*metric),
            window: Some(TimeWindow::Interval { from, until }),
        };
        let requests = metrics.iter().flat_map(|metric| windows.map(|window| request(metric, window)));
        let observer = StatsObserver::new(&scenario.system, Some(TARGET), BOUND);
        let observer = observer.with(&Measurements::of(requests), &scenario.system, Epoch::default(), TimeZone::UTC);
        let outcome = simulation(&scenario, observer).finish().finish();
        let known = |value: Option<CensoredValue>| value.map_or((0.0, 0.0), |value| (value.lower, value.upper));
        for (metric, parts) in metrics.iter().zip(outcome.requested.chunks(2)) {
            let all = outcome.metrics.iter().find(|figure| figure.metric == *metric).unwrap();
            let arrived = |action| {
                let place = metrics.iter().position(|other| *other == metric_of_arrivals(action)).unwrap();
                [0, 1].map(|part| known(outcome.requested[2 * place + part]).0)
            };
            let lengths = [(cut - Time::ZERO).as_secs_f64(), (horizon - cut).as_secs_f64()];
            let (whole, parts) = (known(all.value).0, [0, 1].map(|part| known(parts[part]).0));
            let expected = match metric.measure {
                Measure::QueueLength => (parts[0] * lengths[0] + parts[1] * lengths[1]) / (lengths[0] + lengths[1]),
                Measure::WaitS => {
                    // Rows that left have no wait, so the means are weighed by those that have one.
                    let jobs = arrived(metric.action);
                    if parts.iter().all(|part| *part == whole) || jobs.contains(&0.0) {
                        whole
                    } else {
                        let (low, high) = (parts[0].min(parts[1]), parts[0].max(parts[1]));
                        assert!(low <= whole + 1e-9 && whole <= high + 1e-9, "{metric:?}: {parts:?} and {whole}");
                        whole
                    }
                }
                _ => parts[0] + parts[1],
            };
            assert!((whole - expected).abs() <= 1e-9 * whole.abs().max(1.0), "{metric:?}: {parts:?} and {whole}");
        }
    });
}

fn metric_of_arrivals(action: JobScope) -> Metric {
    Metric { action, resource: None, worker: None, measure: Measure::Jobs, statistic: Statistic::Arrived }
}

/// Equal except for rounding: slowdowns are stored with 24 binary digits after the point.
fn are_close(a: Option<f64>, b: Option<f64>) -> bool {
    match (a, b) {
        (Some(a), Some(b)) => (a - b).abs() <= 1e-6 * a.abs().max(b.abs()).max(1.0),
        (a, b) => a == b,
    }
}
