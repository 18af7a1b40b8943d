//! Decisions of autoscalers, worked out by hand from the formula and the `behavior` that Kubernetes
//! publishes for its horizontal pod autoscaler, and from the rules for steps.

use claimsim::internals::engine::{
    Autoscaler, CancelRequest, JobFilter, Leaving, RateLimit, RatePolicy, ScalingMetric, ScalingPace, ScalingRule,
    ScalingStep, Staffing, WorkerGroup,
};
use claimsim::internals::model::capacity::ResourceId;
use claimsim::internals::model::time::Span;

use super::{AT_ONCE, TICKS_PER_SECOND, jobs, s, scenario};
use crate::event::{Event, Kind};
use crate::scenarios::constant;

/// A group that an autoscaler looks at every 15 s. Nothing ends and no ordered worker gets ready,
/// so that the jobs at the start and later changes alone decide how many wait.
#[derive(Clone)]
struct Hand {
    initial: u32,
    min: u32,
    max: u32,
    rule: ScalingRule,
    /// Jobs at the start; those that find an initial worker run.
    jobs: usize,
    /// More (or fewer) waiting jobs from a second on.
    changes: Vec<(i64, i64)>,
    horizon: i64,
}

fn target(metric: ScalingMetric, target: f64) -> ScalingRule {
    targets(&[(metric, target)], 0.1)
}

/// With the default behaviour: at once up by 4 workers or 100 % in 15 s, and down to the largest
/// recommendation of 300 s.
fn targets(targets: &[(ScalingMetric, f64)], tolerance: f64) -> ScalingRule {
    let percent = RateLimit::Percent(100.0);
    ScalingRule::Target {
        targets: targets.to_vec(),
        tolerance,
        up: pace(0, &[(RateLimit::Workers(4), 15), (percent, 15)]),
        down: pace(300, &[(percent, 15)]),
    }
}

fn pace(window: i64, policies: &[(RateLimit, i64)]) -> ScalingPace {
    let policies = policies.iter().map(|&(change, period)| RatePolicy { change, period: Span::secs(period) }).collect();
    ScalingPace { window: Span::secs(window), policies }
}

/// Some waiting jobs for one (target) each.
fn waiting(initial: u32, waiting: usize, per_worker: f64) -> Hand {
    Hand {
        initial,
        min: 0,
        max: 50,
        rule: target(ScalingMetric::WaitingPerWorker, per_worker),
        jobs: initial as usize + waiting,
        changes: vec![],
        horizon: 20,
    }
}

impl Hand {
    fn until(self, horizon: i64) -> Hand {
        Hand { horizon, ..self }
    }

    fn within(self, min: u32, max: u32) -> Hand {
        Hand { min, max, ..self }
    }

    fn change(mut self, change: impl FnOnce(&mut ScalingPace, &mut ScalingPace)) -> Hand {
        if let ScalingRule::Target { up, down, .. } = &mut self.rule {
            change(up, down);
        }
        self
    }

    fn up(self, window: i64, policies: &[(RateLimit, i64)]) -> Hand {
        self.change(|up, _| *up = pace(window, policies))
    }

    fn down(self, window: i64, policies: &[(RateLimit, i64)]) -> Hand {
        self.change(|_, down| *down = pace(window, policies))
    }

    /// Without a stabilisation of decreases.
    fn at_once(self) -> Hand {
        self.change(|_, down| down.window = Span::ZERO)
    }

    /// The changes as (second, from, to), by both simulators.
    #[track_caller]
    fn gives(self, expected: &[(i64, u32, u32)]) {
        let Hand { initial, min, max, rule, jobs: at_start, changes, horizon } = self;
        let mut arrivals = vec![(0, 1); at_start];
        for &(at, more) in changes.iter().filter(|(_, more)| *more > 0) {
            arrivals.extend(std::iter::repeat_n((at, 1), more as usize));
        }
        let mut case = scenario(&vec![[1, 0]; max as usize], AT_ONCE, vec![jobs(&arrivals)]);
        case.system.actions[1].service = constant(1000.0);
        let fewer = changes.iter().filter(|(_, more)| *more < 0);
        let cancel = |&(at, more): &(i64, i64)| CancelRequest {
            at: s(at),
            action: None,
            jobs: JobFilter::Waiting,
            most: Some(more.unsigned_abs()),
        };
        case.system.cancels = fewer.map(cancel).collect();
        case.system.window.horizon = s(horizon);
        let staffing = Staffing::Autoscaler(Autoscaler { min, max, period: Span::secs(15), rule });
        let never = Some(constant(1e6));
        let leaving = Leaving::Drain;
        let fixed = WorkerGroup::fixed("pool", 0..max);
        case.system.groups = vec![WorkerGroup { initial, order_startup: never, staffing, leaving, ..fixed }];
        assert_eq!(scalings(&crate::reference(&case)), expected, "the naive simulator");
        assert_eq!(scalings(&crate::engine(&case)), expected, "the engine");
    }
}

fn scalings(events: &[Event]) -> Vec<(i64, u32, u32)> {
    let scaling = |event: &Event| match event.kind {
        Kind::GroupScaled { from, to, .. } => Some((event.time.0 / TICKS_PER_SECOND, from, to)),
        _ => None,
    };
    events.iter().filter_map(scaling).collect()
}

const WORKERS: fn(u32) -> RateLimit = RateLimit::Workers;
const PERCENT: fn(f64) -> RateLimit = RateLimit::Percent;

#[test]
fn the_recommendation_is_current_workers_times_the_ratio_rounded_up() {
    // (10 / 2) / 2 = 2.5, and 2 x 2.5 = 5; then (10 / 5) / 2 = 1.
    waiting(2, 10, 2.0).until(40).gives(&[(15, 2, 5)]);
    // (7 / 2) / 2 = 1.75, and 2 x 1.75 = 3.5, rounded up.
    waiting(2, 7, 2.0).gives(&[(15, 2, 4)]);
    // (12 / 10) / 1 = 1.2, and 10 x 1.2 = 12.
    waiting(10, 12, 1.0).gives(&[(15, 10, 12)]);
    // (8 / 10) / 1 = 0.8, and 10 x 0.8 = 8.
    waiting(10, 8, 1.0).at_once().gives(&[(15, 10, 8)]);
    // (15 / 9) / 5 = 1/3, and 9 / 3 = 3, not the 4 of 3.0000000000000004.
    waiting(9, 15, 5.0).at_once().gives(&[(15, 9, 3)]);
    // 0 / 5 = 0, but at least `min`.
    waiting(5, 0, 1.0).within(2, 50).at_once().gives(&[(15, 5, 2)]);
}

#[test]
fn ratios_within_the_tolerance_change_nothing() {
    // 11 / 10 - 1 = 0.1 and 1 - 9 / 10 = 0.1: both still within.
    waiting(10, 11, 1.0).gives(&[]);
    waiting(10, 9, 1.0).at_once().gives(&[]);
    // Without a tolerance 10 x 1.1 = 11.
    let exact = targets(&[(ScalingMetric::WaitingPerWorker, 1.0)], 0.0);
    Hand { rule: exact, ..waiting(10, 11, 1.0) }.gives(&[(15, 10, 11)]);
    // (13 / 10) / 1 = 1.3 is within 0.5, (16 / 10) / 1 = 1.6 is not: 16, which 200 % of 10 allow.
    let coarse = targets(&[(ScalingMetric::WaitingPerWorker, 1.0)], 0.5);
    Hand { rule: coarse.clone(), ..waiting(10, 13, 1.0) }.gives(&[]);
    Hand { rule: coarse, ..waiting(10, 16, 1.0) }.gives(&[(15, 10, 16)]);
}

#[test]
fn from_zero_it_counts_as_for_one_worker() {
    // 3 / 2 = 1.5, and 1 x 1.5 rounded up is 2.
    waiting(0, 3, 2.0).gives(&[(15, 0, 2)]);
    // 2 / 2 = 1 is within the tolerance: one worker.
    waiting(0, 2, 2.0).gives(&[(15, 0, 1)]);
    // 21 / 20 = 1.05 is, too.
    waiting(0, 21, 20.0).gives(&[(15, 0, 1)]);
    waiting(0, 0, 2.0).gives(&[]);
    // 100 / 2 = 50, but at most 0 + 4 in 15 s (100 % of 0 is 0); then 4 + 4 or 200 % of 4: 8.
    waiting(0, 100, 2.0).until(40).gives(&[(15, 0, 4), (30, 4, 8)]);
}

#[test]
fn increases_are_limited_by_the_most_generous_policy() {
    // 100 are wanted: max(1 + 4, 2 x 1) = 5, max(5 + 4, 2 x 5) = 10, 20, 40, at most 50.
    let steps = [(15, 1, 5), (30, 5, 10), (45, 10, 20), (60, 20, 40), (75, 40, 50)];
    waiting(1, 100, 1.0).until(95).gives(&steps);
    // At most `max`, although max(2 + 4, 4) = 6.
    waiting(2, 100, 1.0).within(0, 4).gives(&[(15, 2, 4)]);
    // One in 60 s: the one of 15 s is 60 s old at 75 s, and no longer counts.
    waiting(2, 10, 1.0).up(0, &[(WORKERS(1), 60)]).until(80).gives(&[(15, 2, 3), (75, 3, 4)]);
    // 150 % of 3 is 4.5, rounded up 5; 150 % of 5 is 7.5, rounded up 8.
    waiting(3, 30, 1.0).up(0, &[(PERCENT(50.0), 15)]).until(40).gives(&[(15, 3, 5), (30, 5, 8)]);
    // 110 % of 10 is 11 and of 11 is 12.1, rounded up 13.
    waiting(10, 30, 1.0).up(0, &[(PERCENT(10.0), 15)]).until(40).gives(&[(15, 10, 11), (30, 11, 13)]);
    // 110 % of 50 is 55, not the 56 of 55.00000000000001.
    waiting(50, 90, 1.0).within(0, 60).up(0, &[(PERCENT(10.0), 15)]).gives(&[(15, 50, 55)]);
}

#[test]
fn increases_wait_for_the_smallest_recommendation_of_their_window() {
    // 10 are wanted from 15 s on. The 2 of the start count until they are 60 s old. Then at most
    // max(2 + 4, 4) = 6, and max(6 + 4, 12) = 12, so 10.
    let hand = waiting(2, 10, 1.0).change(|up, _| up.window = Span::secs(60));
    hand.until(80).gives(&[(60, 2, 6), (75, 6, 10)]);
    // A dip at 45 s to (4 / 2) / 1 = 2, so 4: from 60 s to 90 s it is the smallest of the window;
    // at 105 s it is 60 s old.
    let mut dip = waiting(2, 10, 1.0).change(|up, _| up.window = Span::secs(60));
    dip.changes = vec![(40, -6), (50, 6)];
    dip.until(110).gives(&[(60, 2, 4), (105, 4, 8)]);
}

#[test]
fn decreases_wait_for_the_largest_recommendation_of_their_window() {
    // 8 are wanted from 15 s on; the 10 of the start count until they are 300 s old.
    waiting(10, 8, 1.0).until(310).gives(&[(300, 10, 8)]);
    // The same with a window of 30 s.
    waiting(10, 8, 1.0).down(30, &[(PERCENT(100.0), 15)]).gives(&[]);
    waiting(10, 8, 1.0).down(30, &[(PERCENT(100.0), 15)]).until(40).gives(&[(30, 10, 8)]);
}

#[test]
fn decreases_are_limited_by_the_policy_that_leaves_the_fewest() {
    // 90 % of 10 is 9, of 9 is 8.1, of 8 is 7.2, all rounded down; the next when the last is 60 s
    // old.
    let slow = waiting(10, 0, 1.0).down(0, &[(PERCENT(10.0), 60)]).until(140);
    slow.gives(&[(15, 10, 9), (75, 9, 8), (135, 8, 7)]);
    // min(10 - 2, 50 % of 10) = 5; min(5 - 2, 2.5 rounded down) = 2.
    let both = waiting(10, 0, 1.0).down(0, &[(WORKERS(2), 60), (PERCENT(50.0), 60)]).until(80);
    both.gives(&[(15, 10, 5), (75, 5, 2)]);
}

#[test]
fn what_was_added_and_removed_within_a_period_counts() {
    // Up by 2 in 60 s. At 45 s the period began with 4 - 2 + 2 = 4 workers, so 6 are allowed; at 60
    // s with 6 - 2 + 2 - 2 = 4, so no more. At 75 s the +2 of 15 s is 60 s old: 6 + 2 - 2 = 6 and
    // 8.
    let mut hand = waiting(4, 40, 1.0).up(0, &[(WORKERS(2), 60)]).at_once().within(4, 50).until(80);
    hand.changes = vec![(20, -40), (35, 40)];
    hand.gives(&[(15, 4, 6), (30, 6, 4), (45, 4, 6), (75, 6, 8)]);
}

#[test]
fn of_several_metrics_the_largest_recommendation_counts() {
    // At 15 s: (4 / 2) / 2 = 1, so 2; 15 s / 10 s = 1.5, so 3. At 30 s: (4 / 3) / 2 = 2/3, so 2;
    // 30 s / 10 s = 3, so 9, but at most max(3 + 4, 6) = 7.
    let both = targets(&[(ScalingMetric::WaitingPerWorker, 2.0), (ScalingMetric::OldestWait, 10.0)], 0.1);
    Hand { rule: both, ..waiting(2, 4, 2.0) }.until(40).gives(&[(15, 2, 3), (30, 3, 7)]);
}

#[test]
fn other_metrics() {
    let slot = ScalingMetric::Utilization(ResourceId(0));
    // 3 of 4 are busy: 0.75 / 0.5 = 1.5, and 4 x 1.5 = 6; then 3 of 6: 1.
    Hand { rule: target(slot, 0.5), jobs: 3, ..waiting(4, 0, 1.0) }.until(40).gives(&[(15, 4, 6)]);
    // 3 of 10: 0.3 / 0.6 = 0.5, so 5.
    Hand { rule: target(slot, 0.6), jobs: 3, ..waiting(10, 0, 1.0) }.at_once().gives(&[(15, 10, 5)]);
    // Without a worker there is no utilization, and no change.
    Hand { rule: target(slot, 0.6), ..waiting(0, 3, 1.0) }.gives(&[]);
    // 3 x 1000 s of work for 2 workers: 1500 s / 1000 s = 1.5, so 3; then 1.
    Hand { rule: target(ScalingMetric::Backlog, 1000.0), ..waiting(2, 3, 1.0) }.until(40).gives(&[(15, 2, 3)]);
}

fn steps(steps: &[(ScalingMetric, f64, i64)], cool_down: i64) -> ScalingRule {
    let steps = steps.iter().map(|&(metric, bound, change)| ScalingStep { metric, bound, change }).collect();
    ScalingRule::Steps { steps, cool_down: Span::secs(cool_down) }
}

#[test]
fn the_first_step_that_applies_counts_after_the_cool_down() {
    let of = |rule, initial, jobs| Hand { rule, ..waiting(initial, jobs, 1.0) };
    let up = [(ScalingMetric::Waiting, 20.0, 5), (ScalingMetric::Waiting, 5.0, 2)];
    // 10 wait. The change of 15 s is 45 s old at 60 s, and 40 s are enough.
    of(steps(&up, 40), 1, 10).until(70).gives(&[(15, 1, 3), (60, 3, 5)]);
    // 15 s are enough for a cool-down of 15 s.
    of(steps(&up, 15), 1, 10).until(40).gives(&[(15, 1, 3), (30, 3, 5)]);
    of(steps(&up, 0), 1, 21).until(40).gives(&[(15, 1, 6), (30, 6, 11)]);
    // 5 is not above 5.
    of(steps(&up, 0), 1, 5).gives(&[]);
    // 10 / 5 = 2 is below 3: two fewer, 10 / 3 is not. Never below `min`.
    let down = [(ScalingMetric::WaitingPerWorker, 3.0, -2)];
    of(steps(&down, 0), 5, 10).until(40).gives(&[(15, 5, 3)]);
    of(steps(&down, 0), 5, 0).within(4, 50).until(40).gives(&[(15, 5, 4)]);
    // A step that `min` makes void does not start the cool-down: at 30 s the queue is long.
    let both = [(ScalingMetric::Waiting, 5.0, 1), (ScalingMetric::Waiting, 1.0, -1)];
    let mut void = of(steps(&both, 60), 2, 0).within(2, 50).until(40);
    void.changes = vec![(20, 10)];
    void.gives(&[(30, 2, 3)]);
}
