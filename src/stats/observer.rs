//! The statistics of one replication: an observer of the engine that adds up, row by row, what the summary tells.
//!
//! Time integrals are not integrated event by event. A row is taken in once, when it ends or at the horizon: it adds the time
//! it waited and the time it ran, the same integral, exactly, for two additions a row; and nothing is done when it falls due
//! or is claimed. Debug builds integrate event by event as well and compare ([`Invariants`]).

use std::iter;

use crate::engine::{Attempt, Observer, OutageKind, Run, System, Window};
use crate::model::action::ActionId;
use crate::model::capacity::CapacityMap;
use crate::model::job::{Ending, Job};
use crate::model::time::{Span, Time};
use crate::model::worker::WorkerId;

use super::action_stats::{ActionStats, MetricContext, Targets};
use super::drain::Drain;
use super::fairness;
use super::invariants::Invariants;
use super::metric::{JobScope, Measure, Metric, MetricValue};
use super::occupancy::Occupancy;
use super::share::ShareWithin;
use super::{ReplicationStats, WaitQuantiles};

/// Listens to one replication and sums it up.
#[derive(Clone, Debug)]
pub struct StatsObserver {
    window: Window,
    /// Rows scheduled before it are left out of job measures. A run without a warm-up leaves out none, not even those
    /// that were scheduled before it began.
    counted_from: Time,
    slo: Option<Span>,
    /// By action.
    accounts: Vec<ActionStats>,
    occupancy: Occupancy,
    drain: Drain,
    laws: Invariants,
    shares: Box<[ShareWithin]>,
}

impl StatsObserver {
    /// Measures a replication of `system`; the share of waits within `slo`, and slowdowns bounded by `slowdown_bound`.
    pub fn new(system: &System, slo: Option<Span>, slowdown_bound: Span) -> StatsObserver {
        let (window, occupancy) = (system.window, Occupancy::new(system));
        let targets = Targets {
            late_from: slo.map_or(0, |slo| slo.0 as u64 + 1),
            slowdown_bound: slowdown_bound.0.max(1) as u64,
        };
        StatsObserver {
            window,
            counted_from: if window.warmup > Time::ZERO { window.warmup } else { Time(i64::MIN) },
            slo,
            accounts: vec![ActionStats::new(targets); system.actions.len()],
            drain: Drain::default(),
            laws: Invariants::new(system, occupancy.units()),
            occupancy,
            shares: Box::default(),
        }
    }

    /// Measures these shares as well.
    #[must_use]
    pub fn with_shares(self, shares: &[ShareWithin]) -> StatsObserver {
        StatsObserver { shares: shares.into(), ..self }
    }

    /// The outcome, after all rows still there at the horizon have been told.
    pub fn finish(mut self) -> ReplicationStats {
        let mut all = ActionStats::default();
        self.accounts.iter_mut().for_each(ActionStats::settle);
        self.occupancy.settle();
        self.accounts.iter().for_each(|account| all.merge(account));
        self.laws.hold(self.window.horizon, &self.accounts, self.occupancy.busy());

        let terms = MetricContext { window: self.window.horizon - self.window.warmup, slo: self.slo };
        let fairness = fairness::metrics(&mut self.accounts, terms);
        let shares = self.shares.iter().map(|share| share.of(&all, &self.accounts)).collect();
        let each = self.accounts.iter_mut().enumerate();
        let each = each.map(|(index, account)| (JobScope::One(ActionId(index as u16)), account));

        let mut metrics = Vec::new();
        let mut waits = Vec::new();
        for (action, account) in iter::once((JobScope::All, &mut all)).chain(each) {
            metrics.extend(job_metrics(action, account, terms));
            let of_all = fairness.into_iter().chain([self.drain.figure()]);
            metrics.extend(of_all.filter(|_| action == JobScope::All));
            waits.extend(WaitQuantiles::of(action, &mut account.wait));
        }
        let (utilization, series) = self.occupancy.finish();
        metrics.extend(utilization);
        ReplicationStats { metrics, waits, series, shares }
    }

    /// Whether a row (or a chain), by when it was scheduled, has a part in job measures.
    #[inline]
    fn counts(&self, scheduled_at: Time) -> bool {
        scheduled_at >= self.counted_from
    }

    #[inline]
    fn account(&mut self, job: &Job) -> &mut ActionStats {
        &mut self.accounts[usize::from(job.action.0)]
    }

    /// Takes in the wait and the run of any claimed row, until it ended or until the horizon.
    fn take_in_parts(&mut self, now: Time, job: &Job, run: Run) {
        self.take_in_wait(job, run.claimed_at);
        if self.counts(job.scheduled_at) {
            self.account(job).waited(nanos(job.scheduled_at, run.claimed_at));
        }
        let ran = self.occupancy.in_window(run.claimed_at, now);
        self.account(job).running += u128::from(ran);
        self.occupancy.ran(job, run, now);
    }

    /// Takes in any row that ended.
    #[cold]
    fn take_in(&mut self, now: Time, job: &Job, attempt: Attempt, run: Run, ending: Ending, last: bool) {
        self.take_in_parts(now, job, run);
        let service = nanos(run.claimed_at, now);
        let (counts, responds) = (self.counts(job.scheduled_at), last && self.counts(attempt.since));
        let account = &mut self.accounts[usize::from(job.action.0)];
        account.done_in_window += u64::from(ending == Ending::Done && now >= self.window.warmup);
        if counts {
            account.count(ending);
            account.service.take(service);
        }
        if responds && matches!(ending, Ending::Done | Ending::Error | Ending::DeadlineMissed) {
            account.responded(nanos(attempt.since, now), service);
        }
    }

    /// Takes in the wait of any row.
    fn take_in_wait(&mut self, job: &Job, until: Time) {
        let waited = self.occupancy.in_window(job.scheduled_at, until);
        self.account(job).waiting += u128::from(waited);
        self.occupancy.waited(job, until);
    }
}

impl Observer for StatsObserver {
    #[inline]
    fn due(&mut self, now: Time, job: &Job, attempt: Attempt) {
        if attempt.number > 1 && self.counts(job.scheduled_at) {
            self.account(job).retries += 1;
        }
        self.drain.due();
        self.laws.due(now, job, self.counts(job.scheduled_at));
    }

    #[inline]
    fn claimed(&mut self, now: Time, job: &Job, worker: WorkerId) {
        self.drain.gone(now);
        self.laws.claimed(now, job, worker, &self.occupancy);
    }

    #[inline(always)]
    fn ended(&mut self, now: Time, job: &Job, attempt: Attempt, run: Run, ending: Ending, last: bool) {
        self.occupancy.advance(now);
        let is_in_window = self.window.warmup <= job.scheduled_at && job.scheduled_at <= run.claimed_at;
        let is_plain = ending == Ending::Done && last && attempt.since == job.scheduled_at;
        if is_in_window && is_plain && run.busy_since == run.claimed_at {
            // Nearly all rows. Whatever is in the window counts.
            let wait = (run.claimed_at.0 - job.scheduled_at.0) as u64;
            let service = (now.0 - run.claimed_at.0) as u64;
            self.occupancy.whole(now, job, run, wait, service);
            self.accounts[usize::from(job.action.0)].plain(wait, service);
        } else {
            self.take_in(now, job, attempt, run, ending, last);
        }
        self.laws.ended(now, job, run, self.occupancy.units());
    }

    fn interrupted(&mut self, now: Time, job: &Job, run: Run) {
        self.occupancy.ran(job, run, now);
        self.laws.interrupted(now, job, run, self.occupancy.units());
    }

    fn resumed(&mut self, now: Time, job: &Job, run: Run) {
        self.laws.resumed(now, job, run, self.occupancy.units());
    }

    fn zombie_over(&mut self, _now: Time, job: &Job, _worker: WorkerId, stopped: bool) {
        if stopped && self.counts(job.scheduled_at) {
            self.account(job).resurrect();
        }
    }

    fn worker_out(&mut self, now: Time, worker: WorkerId, _kind: OutageKind) {
        self.occupancy.offers().set_out(now, worker, true);
    }

    fn worker_back(&mut self, now: Time, worker: WorkerId) {
        self.occupancy.offers().set_out(now, worker, false);
    }

    fn capacity_changed(&mut self, now: Time, worker: WorkerId, capacity: &CapacityMap) {
        self.occupancy.offers().set_capacity(now, worker, capacity);
    }

    fn left(&mut self, now: Time, job: &Job, ending: Ending) {
        self.take_in_wait(job, now);
        if self.counts(job.scheduled_at) {
            self.account(job).count(ending);
        }
        self.drain.gone(now);
        self.laws.left(now, job);
    }

    fn skipped(&mut self, now: Time, action: ActionId) {
        if self.counts(now) {
            self.accounts[usize::from(action.0)].skipped += 1;
        }
    }

    fn still_waiting(&mut self, horizon: Time, job: &Job) {
        self.take_in_wait(job, horizon);
        if self.counts(job.scheduled_at) {
            self.account(job).age.record((horizon - job.scheduled_at).0);
        }
        self.laws.still_waiting();
    }

    fn still_running(&mut self, horizon: Time, job: &Job, run: Run) {
        self.take_in_parts(horizon, job, run);
        if self.counts(job.scheduled_at) {
            self.account(job).age.record((horizon - job.scheduled_at).0);
        }
        self.laws.still_running();
    }
}

/// Nanoseconds from one instant to another; 0 if the other comes first.
#[inline]
fn nanos(from: Time, to: Time) -> u64 {
    // Without a sign the difference of any two fits; what is longer than the longest span counts as that.
    let nanos = to.0.max(from.0).wrapping_sub(from.0) as u64;
    nanos.min(i64::MAX as u64)
}

/// Every figure of one action's jobs, or of all.
fn job_metrics(
    action: JobScope,
    account: &mut ActionStats,
    terms: MetricContext,
) -> impl Iterator<Item = MetricValue> + '_ {
    let of_jobs = Measure::ALL.into_iter().filter(|&measure| measure.is_of_jobs());
    let statistics =
        of_jobs.flat_map(|measure| measure.statistics().iter().map(move |&statistic| (measure, statistic)));
    statistics.map(move |(measure, statistic)| MetricValue {
        metric: Metric { action, resource: None, worker: None, measure, statistic },
        value: account.figure(measure, statistic, terms),
    })
}
