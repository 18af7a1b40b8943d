//! The statistics of one replication: an observer of the engine that adds up, row by row, what the summary tells.
//!
//! Time integrals are not integrated event by event. A claimed row adds the time it waited, an ended row the time it ran,
//! and the rows still there at the horizon what is left: the same integral, exactly, for one addition a row. Debug builds
//! integrate event by event as well and compare ([`Laws`]).

use crate::engine::{Attempt, Observer, Run, System, Window};
use crate::model::action::ActionId;
use crate::model::capacity::{NeedId, ResourceId};
use crate::model::job::{Ending, Job};
use crate::model::time::{Span, Time};
use crate::model::worker::WorkerId;

use super::account::{Account, Terms};
use super::figure::{Figure, Measure, OfAction, Statistic, Subject};
use super::laws::Laws;
use super::series::SeriesBuilder;
use super::{Outcome, WaitTable};

/// Listens to one replication and sums it up.
#[derive(Clone, Debug)]
pub struct StatsObserver {
    window: Window,
    /// Rows scheduled before it are left out of job measures. A run without a warm-up leaves out none, not even those
    /// that were scheduled before it began.
    counted_from: Time,
    slo: Option<Span>,
    slowdown_bound: Span,
    /// By action.
    accounts: Vec<Account>,
    usage: Usage,
    series: SeriesBuilder,
    laws: Laws,
}

impl StatsObserver {
    /// Measures a replication of `system`; the share of waits within `slo`, and slowdowns bounded by `slowdown_bound`.
    pub fn new(system: &System, slo: Option<Span>, slowdown_bound: Span) -> StatsObserver {
        let window = system.window;
        StatsObserver {
            window,
            counted_from: if window.warmup > Time::ZERO { window.warmup } else { Time(i64::MIN) },
            slo,
            slowdown_bound,
            accounts: vec![Account::default(); system.actions.len()],
            usage: Usage::new(system),
            series: SeriesBuilder::new(system),
            laws: Laws::new(system),
        }
    }

    /// The outcome, after all rows still there at the horizon have been told.
    pub fn finish(mut self) -> Outcome {
        let mut all = Account::default();
        self.accounts.iter().for_each(|account| all.merge(account));
        self.laws.hold(self.window.horizon, &self.accounts, &self.usage.busy);

        let terms = Terms { window: self.window.horizon - self.window.warmup, slo: self.slo };
        let actions = (0_u16..).map(|index| OfAction::One(ActionId(index)));
        let mut accounts: Vec<_> = [(OfAction::All, &mut all)].into();
        accounts.extend(actions.zip(&mut self.accounts));

        let mut figures = Vec::new();
        let mut waits = Vec::new();
        for (action, account) in accounts {
            figures.extend(job_figures(action, account, terms));
            waits.extend(WaitTable::of(action, &mut account.wait));
        }
        figures.extend(self.usage.figures(terms.window));
        Outcome { figures, waits, series: self.series.finish() }
    }

    /// Whether a row (or a chain), by when it was scheduled, has a part in job measures.
    #[inline]
    fn counts(&self, scheduled_at: Time) -> bool {
        scheduled_at >= self.counted_from
    }

    #[inline]
    fn account(&mut self, job: &Job) -> &mut Account {
        &mut self.accounts[usize::from(job.action.0)]
    }

    /// The part of an interval that lies within the window, in nanoseconds.
    #[inline]
    fn in_window(&self, from: Time, to: Time) -> i128 {
        i128::from((to - from.max(self.window.warmup)).0.max(0))
    }

    /// Adds the time that a row has waited to the integrals.
    #[inline]
    fn integrate_wait(&mut self, job: &Job, until: Time) {
        let waited = self.in_window(job.scheduled_at, until);
        self.account(job).waiting += waited;
        self.series.waited(job, until);
    }

    /// Adds the time that a row has run to the integrals.
    #[inline]
    fn integrate_run(&mut self, job: &Job, run: Run, until: Time) {
        let ran = self.in_window(run.claimed_at, until);
        self.account(job).running += ran;
        self.usage.ran(job, run.worker, ran);
        self.series.ran(job, run, until);
    }
}

impl Observer for StatsObserver {
    #[inline]
    fn due(&mut self, now: Time, job: &Job, attempt: Attempt) {
        if self.counts(job.scheduled_at) {
            let account = self.account(job);
            account.arrived += 1;
            account.retries += u64::from(attempt.number > 1);
        }
        self.laws.due(now, job);
    }

    #[inline]
    fn claimed(&mut self, now: Time, job: &Job, worker: WorkerId) {
        self.integrate_wait(job, now);
        if self.counts(job.scheduled_at) {
            let slo = self.slo;
            self.account(job).waited(now - job.scheduled_at, slo);
        }
        self.laws.claimed(now, job, worker);
    }

    #[inline]
    fn ended(&mut self, now: Time, job: &Job, attempt: Attempt, run: Run, ending: Ending, last: bool) {
        self.integrate_run(job, run, now);
        let (service, bound) = (now - run.claimed_at, self.slowdown_bound);
        if ending == Ending::Done && now >= self.window.warmup {
            self.account(job).done_in_window += 1;
        }
        if self.counts(job.scheduled_at) {
            let account = self.account(job);
            account.count(ending);
            account.service.record(service.0);
        }
        let ran_out = matches!(ending, Ending::Done | Ending::Error | Ending::DeadlineMissed);
        if last && ran_out && self.counts(attempt.since) {
            self.account(job).responded(now - attempt.since, service, bound);
        }
        self.laws.ended(now, job, run.worker);
    }

    fn left(&mut self, now: Time, job: &Job, ending: Ending) {
        self.integrate_wait(job, now);
        if self.counts(job.scheduled_at) {
            self.account(job).count(ending);
        }
        self.laws.left(now, job);
    }

    fn skipped(&mut self, now: Time, action: ActionId) {
        if self.counts(now) {
            self.accounts[usize::from(action.0)].skipped += 1;
        }
    }

    fn still_waiting(&mut self, horizon: Time, job: &Job) {
        self.integrate_wait(job, horizon);
        if self.counts(job.scheduled_at) {
            self.account(job).age.record((horizon - job.scheduled_at).0);
        }
        self.laws.still_waiting();
    }

    fn still_running(&mut self, horizon: Time, job: &Job, run: Run) {
        self.integrate_run(job, run, horizon);
        if self.counts(job.scheduled_at) {
            self.account(job).age.record((horizon - job.scheduled_at).0);
        }
        self.laws.still_running();
    }
}

/// Every figure of one action's jobs, or of all.
fn job_figures(action: OfAction, account: &mut Account, terms: Terms) -> impl Iterator<Item = Figure> + '_ {
    let of_jobs = Measure::ALL.into_iter().filter(|&measure| measure != Measure::Utilization);
    let statistics =
        of_jobs.flat_map(|measure| measure.statistics().iter().map(move |&statistic| (measure, statistic)));
    statistics.map(move |(measure, statistic)| Figure {
        subject: Subject { action, resource: None, worker: None, measure, statistic },
        value: account.figure(measure, statistic, terms),
    })
}

/// Units in use, integrated over the window.
#[derive(Clone, Debug)]
struct Usage {
    needs: Needs,
    resources: usize,
    /// Units offered, worker by worker and in each by resource.
    offered: Vec<i64>,
    /// Unit-nanoseconds in use, laid out likewise.
    busy: Vec<i128>,
}

impl Usage {
    fn new(system: &System) -> Usage {
        let capacities = system.workers.iter().flat_map(|worker| worker.capacity.iter());
        let offered: Vec<i64> = capacities.map(|(_, units)| units).collect();
        let (needs, resources) = (Needs::new(system), system.resources.len());
        Usage { needs, resources, busy: vec![0; offered.len()], offered }
    }

    #[inline]
    fn ran(&mut self, job: &Job, worker: WorkerId, nanos: i128) {
        for &(resource, units) in self.needs.of(job.need) {
            self.busy[worker.0 as usize * self.resources + resource] += i128::from(units) * nanos;
        }
    }

    /// The utilization of each resource, over all workers and then worker by worker where it is offered.
    fn figures(&self, window: Span) -> Vec<Figure> {
        let lines = (0..self.resources).map(|resource| {
            let workers = (resource..self.busy.len()).step_by(self.resources);
            let sums = workers.fold((0, 0), |(busy, offered), cell| {
                (busy + self.busy[cell], offered + i128::from(self.offered[cell]))
            });
            utilization(resource, None, sums, window)
        });
        let cells = (0..self.busy.len()).filter(|&cell| self.offered[cell] > 0).map(|cell| {
            let worker = WorkerId((cell / self.resources) as u32);
            let sums = (self.busy[cell], i128::from(self.offered[cell]));
            utilization(cell % self.resources, Some(worker), sums, window)
        });
        lines.chain(cells).collect()
    }
}

/// Busy unit-nanoseconds over what so many offered units come to within the window.
fn utilization(resource: usize, worker: Option<WorkerId>, (busy, offered): (i128, i128), window: Span) -> Figure {
    let (measure, statistic) = (Measure::Utilization, Statistic::Mean);
    let resource = Some(ResourceId(resource as u16));
    let possible = offered.saturating_mul(i128::from(window.0));
    Figure {
        subject: Subject { action: OfAction::None, resource, worker, measure, statistic },
        value: (possible > 0).then(|| busy as f64 / possible as f64),
    }
}

/// What each need takes: the resources it names, without the zeros.
#[derive(Clone, Debug)]
pub(super) struct Needs(Vec<Vec<(usize, i64)>>);

impl Needs {
    pub(super) fn new(system: &System) -> Needs {
        let sparse = |need: &crate::model::capacity::CapacityMap| {
            let units = need.iter().map(|(resource, units)| (usize::from(resource.0), units));
            units.filter(|&(_, units)| units != 0).collect()
        };
        Needs(system.needs.iter().map(sparse).collect())
    }

    /// `(resource, units)` of a need.
    #[inline]
    pub(super) fn of(&self, need: NeedId) -> &[(usize, i64)] {
        &self.0[usize::from(need.0)]
    }
}
