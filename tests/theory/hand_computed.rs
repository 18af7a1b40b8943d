//! The statistics of a short series of events, every figure of which is worked out by hand.

use claimsim::internals::engine::{
    ActionModel, Attempt, Availability, Backoff, ClaimRule, Event, Execution, InitialRow, InitialState, Observer,
    System, Window,
};
use claimsim::internals::model::action::ActionId;
use claimsim::internals::model::capacity::{CapacityMap, NeedId, ResourceId};
use claimsim::internals::model::claim::{DispatchTiming, Placement};
use claimsim::internals::model::job::{Job, JobId, JobOutcome};
use claimsim::internals::model::math::ln;
use claimsim::internals::model::time::{NANOS, Span, Time};
use claimsim::internals::model::worker::{Worker, WorkerId};
use claimsim::internals::random::dist::Constant;
use claimsim::internals::random::stream::{Purpose, Streams};
use claimsim::internals::stats::{JobScope, Measure, Statistic};
use claimsim::internals::stats::{ReplicationStats, StatsObserver};

const SCAN: ActionId = ActionId(0);
const CHECK: ActionId = ActionId(1);
const A: WorkerId = WorkerId(0);
const B: WorkerId = WorkerId(1);

/// Worker A offers {scan 2}, worker B {scan 1, check 1}; a scan needs {scan 1}, a check {check 1}.
/// 100 s.
fn system(warmup: i64) -> System {
    let map = |units: [i64; 2]| CapacityMap(units.into());
    let worker = |id: &str, units| Worker::new(id.to_owned(), map(units));
    let row = |state| InitialRow {
        document_id: String::new(),
        action: SCAN,
        need: NeedId(0),
        scheduled_at: at(-5),
        retries_left: None,
        deadline: None,
        stop_timeout: None,
        state,
    };
    System {
        resources: vec!["scan".to_owned(), "check".to_owned()],
        workers: vec![worker("a", [2, 0]), worker("b", [1, 1])],
        actions: vec![action("scan", 0), action("check", 1)],
        needs: vec![map([1, 0]), map([0, 1])],
        groups: Vec::new(),
        runs_on: Vec::new(),
        claim: ClaimRule::Instant { placement: Placement::First, pass: DispatchTiming::Instant },
        queue_limit: None,
        availability: Availability::default(),
        cancels: Vec::new(),
        window: Window::new(at(warmup), at(100)),
        initial: vec![row(InitialState::Waiting)],
    }
}

fn action(name: &str, need: u16) -> ActionModel {
    ActionModel {
        retries: 1,
        backoff: Backoff::constant(Span::secs(2)),
        ..ActionModel::new(name, NeedId(need), Constant::new(1.0).unwrap().into())
    }
}

fn at(seconds: i64) -> Time {
    Time(seconds * NANOS)
}

fn job(id: u64, action: ActionId, scheduled_at: i64) -> Job {
    let (scheduled_at, need) = (at(scheduled_at), NeedId(action.0));
    Job {
        id: JobId(id),
        scheduled_at,
        service: Span::ZERO,
        chain: None,
        action,
        need,
        number: 0,
        planned_outcome: JobOutcome::Done,
    }
}

/// A first attempt, or a second one of the chain that began at `since`.
fn attempt(number: u32, first: u64, since: i64) -> Attempt {
    Attempt { number, first: JobId(first), since: at(since), retries_left: 2 - number }
}

/// A first attempt that nothing follows.
fn first_of(job: &Job) -> Attempt {
    Attempt { number: 1, first: job.id, since: job.scheduled_at, retries_left: 0 }
}

fn run(worker: WorkerId, claimed_at: i64) -> Execution {
    Execution::since(worker, at(claimed_at))
}

/// One method per event, so that a story reads as a list.
trait Story: Observer {
    fn due(&mut self, now: Time, job: &Job, attempt: Attempt) {
        self.on(now, &Event::Due { job, attempt });
    }

    fn claimed(&mut self, now: Time, job: &Job, worker: WorkerId) {
        self.on(now, &Event::Claimed { job, worker });
    }

    fn ended(&mut self, now: Time, job: &Job, attempt: Attempt, run: Execution, outcome: JobOutcome, is_last: bool) {
        self.on(now, &Event::Ended { job, attempt, run, outcome, is_last });
    }

    fn left(&mut self, now: Time, job: &Job, outcome: JobOutcome) {
        self.on(now, &Event::Left { job, attempt: first_of(job), outcome });
    }

    fn skipped(&mut self, now: Time, action: ActionId) {
        self.on(now, &Event::FiringSkipped { action });
    }

    fn still_waiting(&mut self, horizon: Time, job: &Job) {
        self.on(horizon, &Event::StillWaiting { job, attempt: first_of(job) });
    }

    fn still_running(&mut self, horizon: Time, job: &Job, run: Execution) {
        self.on(horizon, &Event::StillRunning { job, attempt: first_of(job), run });
    }
}

impl Story for StatsObserver {}

fn story(warmup: i64) -> ReplicationStats {
    let mut observer = StatsObserver::new(&system(warmup), Some(Span::secs(5)), Span::secs(10));
    // Row 0, from before the start; row 1 fails and is tried again as row 2.
    let (old, failing, again) = (job(0, SCAN, -5), job(1, SCAN, 12), job(2, SCAN, 40));
    // A check runs into its deadline, the next one gives up waiting.
    let (late, impatient) = (job(3, CHECK, 30), job(4, CHECK, 35));
    // One scan still runs at the end, one check still waits, one scan was turned away.
    let (running, waiting, rejected) = (job(5, SCAN, 70), job(6, CHECK, 90), job(7, SCAN, 95));

    observer.due(at(0), &old, attempt(1, 0, -5));
    observer.claimed(at(4), &old, A);
    observer.due(at(12), &failing, attempt(1, 1, 12));
    observer.claimed(at(18), &failing, A);
    observer.ended(at(20), &old, attempt(1, 0, -5), run(A, 4), JobOutcome::Done, true);
    observer.due(at(30), &late, attempt(1, 3, 30));
    observer.claimed(at(30), &late, B);
    observer.due(at(35), &impatient, attempt(1, 4, 35));
    observer.ended(at(38), &failing, attempt(1, 1, 12), run(A, 18), JobOutcome::Error, false);
    observer.due(at(40), &again, attempt(2, 1, 12));
    observer.claimed(at(43), &again, B);
    observer.ended(at(45), &late, attempt(1, 3, 30), run(B, 30), JobOutcome::DeadlineMissed, true);
    observer.left(at(50), &impatient, JobOutcome::Abandoned);
    observer.skipped(at(60), CHECK);
    observer.ended(at(63), &again, attempt(2, 1, 12), run(B, 43), JobOutcome::Done, true);
    observer.due(at(70), &running, attempt(1, 5, 70));
    observer.claimed(at(72), &running, A);
    observer.due(at(90), &waiting, attempt(1, 6, 90));
    observer.due(at(95), &rejected, attempt(1, 7, 95));
    observer.left(at(95), &rejected, JobOutcome::Rejected);
    observer.still_waiting(at(100), &waiting);
    observer.still_running(at(100), &running, run(A, 72));
    observer.finish()
}

fn figure(outcome: &ReplicationStats, action: JobScope, measure: Measure, statistic: Statistic) -> Option<f64> {
    let mut figures = outcome.metrics.iter().filter(|figure| {
        let metric = figure.metric;
        (metric.action, metric.measure, metric.statistic) == (action, measure, statistic)
    });
    let found = figures.next().unwrap_or_else(|| panic!("no figure {measure:?} {statistic:?} of {action:?}"));
    assert_eq!(figures.next(), None, "one figure to a metric");
    found.known()
}

#[track_caller]
fn close(value: Option<f64>, expected: impl Into<Option<f64>>, what: &str) {
    match (value, expected.into()) {
        (None, None) => {}
        (Some(value), Some(expected)) if (value - expected).abs() <= 1e-7 * expected.abs() => {}
        (value, expected) => panic!("{what}: {value:?}, expected {expected:?}"),
    }
}

/// Compares figures of all jobs, of scans and of checks with the expected ones.
#[track_caller]
fn hold(outcome: &ReplicationStats, measure: Measure, rows: &[(Statistic, [Option<f64>; 3])]) {
    for &(statistic, expected) in rows {
        for (action, expected) in [JobScope::All, JobScope::One(SCAN), JobScope::One(CHECK)].into_iter().zip(expected) {
            let value = figure(outcome, action, measure, statistic);
            close(value, expected, &format!("{measure:?} {statistic:?} of {action:?}"));
        }
    }
}

#[test]
fn job_measures_leave_out_rows_of_the_warm_up() {
    let outcome = story(10);
    // Waits: scans 6, 3, 2; checks 0. Of the four together, quantile p has rank 3 p among 0, 2, 3,
    // 6.
    let wait = |scan: f64, all: f64, check: f64| [Some(all), Some(scan), Some(check)];
    hold(
        &outcome,
        Measure::WaitS,
        &[
            (Statistic::Mean, wait(11.0 / 3.0, 2.75, 0.0)),
            (Statistic::Sd, [Some(2.5), Some((13.0_f64 / 3.0).sqrt()), None]),
            (Statistic::P50, wait(3.0, 2.5, 0.0)),
            (Statistic::P90, wait(5.4, 5.1, 0.0)),
            (Statistic::P95, wait(5.7, 5.55, 0.0)),
            (Statistic::P99, wait(5.94, 5.91, 0.0)),
            (Statistic::Max, wait(6.0, 6.0, 0.0)),
        ],
    );
    hold(&outcome, Measure::WithinSlo, &[(Statistic::Mean, [Some(0.75), Some(2.0 / 3.0), Some(1.0)])]);
    // The chain of rows 1 and 2 took from 12 to 63, its last attempt 20; the late check 15 of 15.
    hold(&outcome, Measure::ResponseS, &[(Statistic::Mean, [Some(33.0), Some(51.0), Some(15.0)])]);
    hold(&outcome, Measure::Slowdown, &[(Statistic::Mean, [Some(1.775), Some(2.55), Some(1.0)])]);
    hold(&outcome, Measure::Slowdown, &[(Statistic::Sd, [Some(1.55 / 2.0_f64.sqrt()), None, None])]);
    hold(&outcome, Measure::ServiceS, &[(Statistic::Mean, [Some(55.0 / 3.0), Some(20.0), Some(15.0)])]);
    hold(&outcome, Measure::UnfinishedAgeS, &[(Statistic::Mean, [Some(20.0), Some(30.0), Some(10.0)])]);
    hold(&outcome, Measure::UnfinishedAgeS, &[(Statistic::Max, [Some(30.0), Some(30.0), Some(10.0)])]);
}

#[test]
fn every_row_is_counted_once() {
    let outcome = story(10);
    let counts = |all: u32, scans: u32, checks: u32| [all, scans, checks].map(|rows| Some(f64::from(rows)));
    hold(
        &outcome,
        Measure::Jobs,
        &[
            (Statistic::Arrived, counts(7, 4, 3)),
            (Statistic::Done, counts(1, 1, 0)),
            (Statistic::Error, counts(2, 1, 1)),
            (Statistic::Cancel, counts(0, 0, 0)),
            (Statistic::Abandoned, counts(1, 0, 1)),
            (Statistic::Rejected, counts(1, 1, 0)),
            (Statistic::Skipped, counts(1, 0, 1)),
            (Statistic::Unfinished, counts(2, 1, 1)),
        ],
    );
    hold(&outcome, Measure::Retries, &[(Statistic::Count, counts(1, 1, 0))]);
    hold(&outcome, Measure::DeadlineMisses, &[(Statistic::Count, counts(1, 0, 1))]);
}

#[test]
fn integrals_begin_at_the_end_of_the_warm_up() {
    let outcome = story(10);
    // Scans wait 6 + 3 + 2 s, checks 15 + 10; scans run 10 (row 0 from 10 to 20) + 20 + 20 + 28,
    // the check 15.
    hold(
        &outcome,
        Measure::QueueLength,
        &[(Statistic::Mean, [Some(36.0 / 90.0), Some(11.0 / 90.0), Some(25.0 / 90.0)])],
    );
    hold(&outcome, Measure::InSystem, &[(Statistic::Mean, [Some(129.0 / 90.0), Some(89.0 / 90.0), Some(40.0 / 90.0)])]);
    // Rows 0 and 2 were done within the window, whenever they were scheduled.
    hold(&outcome, Measure::ThroughputPerS, &[(Statistic::Mean, [Some(2.0 / 90.0), Some(2.0 / 90.0), Some(0.0)])]);

    let of_measure = outcome.metrics.iter().filter(|figure| figure.metric.measure == Measure::Utilization);
    let utilization: Vec<_> = of_measure.map(|f| (f.metric.resource, f.metric.worker, f.known().unwrap())).collect();
    let (scan, check) = (Some(ResourceId(0)), Some(ResourceId(1)));
    let expected = [
        (scan, None, 78.0 / 270.0),
        (check, None, 15.0 / 90.0),
        (scan, Some(A), 58.0 / 180.0),
        (scan, Some(B), 20.0 / 90.0),
        (check, Some(B), 15.0 / 90.0),
    ];
    assert_eq!(utilization, expected);
}

#[test]
fn without_a_warm_up_waits_from_before_the_start_count() {
    let outcome = story(0);
    // Row 0 waited 9 s, 4 of them since the start, and took 25 s from -5 to 20.
    hold(&outcome, Measure::WaitS, &[(Statistic::Mean, [Some(4.0), Some(5.0), Some(0.0)])]);
    hold(&outcome, Measure::ResponseS, &[(Statistic::Mean, [Some(91.0 / 3.0), Some(38.0), Some(15.0)])]);
    hold(&outcome, Measure::QueueLength, &[(Statistic::Mean, [Some(0.4), Some(0.15), Some(0.25)])]);
    hold(&outcome, Measure::Jobs, &[(Statistic::Arrived, [Some(8.0), Some(5.0), Some(3.0)])]);
    hold(&outcome, Measure::Jobs, &[(Statistic::Done, [Some(2.0), Some(2.0), Some(0.0)])]);
}

#[test]
fn wait_distribution_reaches_from_the_smallest_to_the_largest_wait() {
    let outcome = story(10);
    let whose: Vec<_> = outcome.waits.iter().map(|table| table.action).collect();
    assert_eq!(whose, [JobScope::All, JobScope::One(SCAN), JobScope::One(CHECK)]);
    let all = &outcome.waits[0].quantiles;
    assert!(all.is_sorted(), "p and waits rise");
    assert_eq!(
        (all.len(), all[0], all[50], all[102]),
        (103, (0.0, Span::ZERO), (0.5, Span(2_500_000_000)), (1.0, Span::secs(6)))
    );
}

#[test]
fn series_cover_the_warm_up_too() {
    let series = story(10).series;
    assert_eq!((series.bucket, series.queue_length.len()), (Span::secs(2), 50));
    // Row 0 waits from the start until 4, row 1 from 12 to 18; the impatient check comes in the
    // middle of its bucket.
    assert_eq!(series.queue_length[..10], [1.0, 1.0, 0.0, 0.0, 0.0, 0.0, 1.0, 1.0, 1.0, 0.0]);
    assert_eq!(series.queue_length[17], 0.5);
    let names: Vec<_> = series.lines.iter().map(|line| (line.resource.0, line.worker)).collect();
    assert_eq!(names, [(0, None), (1, None), (0, Some(A)), (0, Some(B)), (1, Some(B))]);
    let total = |line: &[f64]| line.iter().sum::<f64>() * 2.0;
    let totals: Vec<_> =
        series.lines.iter().map(|line| (total(&line.busy), total(&line.queue_length), line.offered[0])).collect();
    assert_eq!(totals, [(84.0, 15.0, 3.0), (15.0, 25.0, 1.0), (64.0, 0.0, 2.0), (20.0, 0.0, 1.0), (15.0, 0.0, 1.0)]);
    assert_eq!(series.lines[2].busy[9], 2.0, "rows 0 and 1 run on worker A from 18 to 20");
}

#[test]
fn a_retry_of_a_chain_from_the_warm_up_has_a_wait_but_no_response() {
    let mut observer = StatsObserver::new(&system(10), None, Span::secs(10));
    let (first, second, third) = (job(0, SCAN, 1), job(1, SCAN, 12), job(2, SCAN, 20));
    observer.due(at(1), &first, attempt(1, 0, 1));
    observer.claimed(at(2), &first, A);
    observer.ended(at(10), &first, attempt(1, 0, 1), run(A, 2), JobOutcome::Error, false);
    observer.due(at(12), &second, attempt(2, 0, 1));
    observer.claimed(at(15), &second, A);
    observer.ended(at(19), &second, attempt(2, 0, 1), run(A, 15), JobOutcome::Done, true);
    // A running row that is cancelled has run, but has no response time.
    observer.due(at(20), &third, attempt(1, 2, 20));
    observer.claimed(at(25), &third, A);
    observer.ended(at(31), &third, attempt(1, 2, 20), run(A, 25), JobOutcome::Cancelled, true);
    let outcome = observer.finish();
    let of_all = |measure, statistic| figure(&outcome, JobScope::All, measure, statistic);
    assert_eq!(of_all(Measure::WaitS, Statistic::Mean), Some(4.0));
    assert_eq!(of_all(Measure::ServiceS, Statistic::Mean), Some(5.0));
    assert_eq!(of_all(Measure::ResponseS, Statistic::Mean), None);
    assert_eq!(of_all(Measure::Slowdown, Statistic::Max), None);
    assert_eq!(of_all(Measure::Jobs, Statistic::Arrived), Some(2.0));
    assert_eq!(of_all(Measure::Jobs, Statistic::Cancel), Some(1.0));
    assert_eq!(of_all(Measure::Retries, Statistic::Count), Some(1.0));
    assert_eq!(of_all(Measure::WithinSlo, Statistic::Mean), None, "no target, no share");
}

#[test]
fn nothing_measured_is_no_number() {
    let mut observer = StatsObserver::new(&system(100), None, Span::secs(10));
    observer.due(at(95), &job(0, SCAN, 95), attempt(1, 0, 95));
    observer.still_waiting(at(100), &job(0, SCAN, 95));
    let outcome = observer.finish();
    assert_eq!(outcome.waits, []);
    let count = |measure| matches!(measure, Measure::Jobs | Measure::Retries | Measure::DeadlineMisses);
    for figure in outcome.metrics {
        assert_eq!(figure.known(), count(figure.metric.measure).then_some(0.0), "{:?}", figure.metric);
    }
}

/// A queue before one worker, first come first served (Lindley's recursion), whose rows are of one
/// action or of two in turn.
fn queue(actions: u16) -> ReplicationStats {
    let mut system = system(10);
    system.window.horizon = at(20_000);
    let mut observer = StatsObserver::new(&system, Some(Span::secs(5)), Span::secs(1));
    let mut stream = Streams::new(7, 0).stream(Purpose::Service, "queue");
    let mut told_at = Vec::new();
    let (mut arrival, mut free) = (0.0, 0.0_f64);
    for id in 0.. {
        arrival += -2.0 * ln(stream.uniform_open());
        let (claim, end) = (free.max(arrival), free.max(arrival) - 1.8 * ln(stream.uniform_open()));
        free = end;
        let [arrival, claim, end] = [arrival, claim, end].map(|seconds| Time(Span::from_secs_f64(seconds).0));
        if arrival > system.window.horizon {
            break;
        }
        let row = Job { scheduled_at: arrival, need: NeedId(0), ..job(id, ActionId(id as u16 % actions), 0) };
        told_at.extend([(end, 0, row, claim), (arrival, 1, row, claim), (claim, 2, row, claim)]);
    }
    told_at.sort_by_key(|&(now, class, row, _)| (now, class, row.id));
    let (before, after): (Vec<_>, _) = told_at.into_iter().partition(|&(now, ..)| now <= system.window.horizon);
    for (now, class, row, claimed_at) in before {
        let attempt = Attempt { since: row.scheduled_at, ..attempt(1, row.id.0, 0) };
        match class {
            0 => observer.ended(now, &row, attempt, Execution::since(B, claimed_at), JobOutcome::Done, true),
            1 => observer.due(now, &row, attempt),
            _ => observer.claimed(now, &row, B),
        }
    }
    for (_, class, row, claimed_at) in after {
        match class {
            0 if claimed_at <= system.window.horizon => {
                observer.still_running(system.window.horizon, &row, Execution::since(B, claimed_at));
            }
            0 => observer.still_waiting(system.window.horizon, &row),
            _ => {}
        }
    }
    observer.finish()
}

#[test]
fn totals_do_not_depend_on_the_division_into_actions() {
    let (one, two) = (queue(1), queue(2));
    let all = |outcome: &ReplicationStats| -> Vec<_> {
        let figures = outcome.metrics.iter().filter(|figure| !matches!(figure.metric.action, JobScope::One(_)));
        // Fairness is between actions, and does depend on them.
        let fairness = [Measure::Jain, Measure::WorstSlowdown];
        let figures = figures.filter(|figure| !fairness.contains(&figure.metric.measure));
        figures.map(|figure| (figure.metric, figure.known().map(f64::to_bits))).collect()
    };
    // Thousands of waits: one run counts them by bucket, the other stores them and counts later.
    assert!(figure(&one, JobScope::All, Measure::Jobs, Statistic::Arrived) > Some(8000.0));
    assert_eq!(all(&one), all(&two));
    assert_eq!(one.waits[0], two.waits[0]);
    assert_eq!(one.series, two.series);
}

#[cfg(debug_assertions)]
mod invariants {
    use super::*;

    fn observer() -> StatsObserver {
        StatsObserver::new(&system(0), None, Span::secs(10))
    }

    #[test]
    #[should_panic(expected = "negative at")]
    fn a_row_claimed_twice_is_detected() {
        let mut stats = observer();
        stats.due(at(1), &job(0, SCAN, 1), attempt(1, 0, 1));
        stats.claimed(at(2), &job(0, SCAN, 1), A);
        stats.claimed(at(2), &job(0, SCAN, 1), A);
    }

    #[test]
    #[should_panic(expected = "has no room")]
    fn an_overfull_worker_is_detected() {
        let mut stats = observer();
        for id in 1..=2 {
            stats.due(at(1), &job(id, CHECK, 1), attempt(1, id, 1));
            stats.claimed(at(2), &job(id, CHECK, 1), B);
        }
    }

    #[test]
    #[should_panic(expected = "Little's law, waiting")]
    fn a_wrong_time_of_falling_due_is_detected() {
        let mut stats = observer();
        stats.due(at(1), &job(0, SCAN, 3), attempt(1, 0, 3));
        stats.claimed(at(5), &job(0, SCAN, 3), A);
        stats.still_running(at(100), &job(0, SCAN, 3), run(A, 5));
        stats.finish();
    }

    #[test]
    #[should_panic(expected = "Little's law, running")]
    fn a_wrong_time_of_claim_is_detected() {
        let mut stats = observer();
        stats.due(at(1), &job(0, SCAN, 1), attempt(1, 0, 1));
        stats.claimed(at(5), &job(0, SCAN, 1), A);
        stats.ended(at(9), &job(0, SCAN, 1), attempt(1, 0, 1), run(A, 6), JobOutcome::Done, true);
        stats.finish();
    }

    #[test]
    #[should_panic(expected = "arrived = ended + unfinished")]
    fn a_forgotten_row_is_detected() {
        let mut stats = observer();
        stats.due(at(1), &job(0, SCAN, 1), attempt(1, 0, 1));
        stats.finish();
    }
}
