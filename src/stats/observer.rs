//! The statistics of one replication: an observer of the engine that adds up the rows.
//!
//! Time integrals are not integrated event by event. A row is added once, when it ends or at the
//! horizon: it adds the time that it waited and the time that it ran. This is the same integral,
//! exactly, at two additions per row, and nothing is done when the row falls due or is claimed.
//! Debug builds also integrate event by event and compare ([`Invariants`]).

use std::iter;
use std::sync::Arc;

use crate::engine::{Attempt, Event, Execution, Observer, System, Window};
use crate::model::action::ActionId;
use crate::model::job::{Job, JobOutcome};
use crate::model::time::{Epoch, Span, Time};
use crate::model::time_zone::{LocalClock, TimeZone};
use crate::model::worker::WorkerId;

use super::action_stats::{ActionStats, MetricContext, Targets};
use super::blame::Blame;
use super::chain_parts::ChainParts;
use super::following::Following;
use super::hourly::HourlyStats;
use super::hours_of_week::{TimeWindow, WindowMask};
use super::invariants::Invariants;
use super::job_stats::{JobStats, RowEnd};
use super::measure::Measure;
use super::metric::{JobScope, Measurements, Metric, MetricValue, Request, RequestedFigure};
use super::occupancy::Occupancy;
use super::run_measures::{DrainTime, fairness};
use super::wait_parts::{ActionBlame, BlameSums, WaitingJob};
use super::window_results::WindowResults;
use super::worker_time::WorkerTime;
use super::{ReplicationStats, WaitQuantiles};

/// Observes one replication and summarises it.
#[derive(Clone, Debug)]
pub struct StatsObserver {
    window: Window,
    following: Following,
    /// Rows scheduled from here on may be plain: from the end of the warm-up, and none once the
    /// horizon has passed.
    plain_from: Time,
    targets: Targets,
    slo: Option<Span>,
    jobs: JobStats,
    /// The hours of the week that requests ask for.
    windows: Vec<JobStats>,
    hourly: Option<Box<HourlyStats>>,
    occupancy: Occupancy,
    drain: DrainTime,
    /// The instant at which the horizon passed with an empty queue after its longest; see
    /// [`DrainTime`].
    drained: Option<MetricValue>,
    worker_time: Option<Box<WorkerTime>>,
    invariants: Invariants,
    requests: Box<[Request]>,
    blame: Blame,
    chains: ChainParts,
}

impl StatsObserver {
    /// Measures a replication of `system`, with the share of waits within `slo` and slowdowns
    /// bounded by `slowdown_bound`.
    pub fn new(system: &System, slo: Option<Span>, slowdown_bound: Span) -> StatsObserver {
        let (window, occupancy) = (system.window, Occupancy::new(system));
        let targets = Targets {
            late_from: slo.map_or(0, |slo| slo.0 as u64 + 1),
            slowdown_bound: slowdown_bound.0.max(1) as u64,
        };
        StatsObserver {
            window,
            following: Following::new(window),
            plain_from: window.warmup,
            targets,
            slo,
            jobs: JobStats::new(system, targets),
            windows: Vec::new(),
            hourly: None,
            drain: DrainTime::default(),
            drained: None,
            worker_time: system.has_staffing().then(|| Box::new(WorkerTime::new(system))),
            invariants: Invariants::new(system, occupancy.layout()),
            occupancy,
            requests: Box::default(),
            blame: Blame::new(system),
            chains: ChainParts::new(system),
        }
    }

    /// Also measures what is asked for; `epoch` is the calendar time of instant 0, and hours are
    /// those of a zone.
    #[must_use]
    pub fn with(self, measurements: &Measurements, system: &System, epoch: Epoch, zone: TimeZone) -> StatsObserver {
        let Measurements { requests, by_hour, queue_course, staffing, holders } = measurements;
        let worker_time = self.worker_time.or_else(|| staffing.then(|| Box::new(WorkerTime::new(system))));
        let mut hours: Vec<TimeWindow> = requests.iter().filter_map(|request| request.window).collect();
        hours.sort_unstable();
        hours.dedup();
        let clock = Arc::new(LocalClock::new(zone, epoch, self.window.end()));
        let resources = system.resources.len();
        let within = |hours| JobStats::new(system, self.targets).within(hours, &clock, resources);
        let windows: Vec<JobStats> = hours.iter().map(|hours| within(*hours)).collect();
        let mut masks: Vec<WindowMask> = hours.into_iter().map(|hours| WindowMask::new(hours, &clock)).collect();
        let hourly = by_hour.then(|| Box::new(HourlyStats::new(system, &clock, self.targets.late_from)));
        masks.extend(hourly.iter().flat_map(|_| HourlyStats::masks(&clock)).map(WindowMask::Hours));
        let mut occupancy = self.occupancy;
        if *queue_course {
            occupancy.refine_queue();
        }
        occupancy.offered_mut().also_within(masks);
        let (blame, plain_from) = match holders {
            // Each end of a row counts, so no row is plain.
            true => (self.blame.with_holders(system), Time::NEVER),
            false => (self.blame, self.plain_from),
        };
        let requests = requests.clone();
        StatsObserver { plain_from, windows, hourly, occupancy, worker_time, requests, blame, ..self }
    }

    /// The statistics, after all rows still there at the horizon have been added.
    pub fn finish(mut self) -> ReplicationStats {
        if !self.following.is_past_horizon() {
            self.pass_horizon(0);
        }
        let mut all = self.jobs.all(self.targets);
        let context = MetricContext { window: self.window.horizon - self.window.warmup, slo: self.slo };
        let fairness = fairness(&mut self.jobs.actions, context);
        let requests = std::mem::take(&mut self.requests);
        let offered = self.occupancy.offered_within();
        let measured_windows = self.windows.len();
        let in_windows = self.in_windows(&offered);
        let shares = requests.iter().map(|request| match (request.window, request.figure) {
            (Some(hours), figure) => in_windows.iter().find(|window| window.hours == hours)?.value(figure),
            (None, RequestedFigure::Share(share)) => match share.action {
                JobScope::One(action) => self.jobs.actions.get(usize::from(action.0))?.share(&share),
                JobScope::All | JobScope::None => all.share(&share),
            },
            (None, RequestedFigure::Metric(_)) => None,
        });
        let requested = shares.collect();
        let blame = self.blame();
        let reason_course = self.blame.course(self.window.horizon);
        let by_hour = self.hourly.map(|hourly| hourly.finish(self.window, &offered[measured_windows..]));
        let each = self.jobs.actions.iter_mut().enumerate();
        let each = each.map(|(index, stats)| (JobScope::One(ActionId(index as u16)), stats));

        let staffing = self.worker_time.map(|time| time.finish());

        let mut metrics = Vec::new();
        let mut waits = Vec::new();
        for (action, stats) in iter::once((JobScope::All, &mut all)).chain(each) {
            metrics.extend(job_metrics(action, stats, context));
            let of_run = fairness.into_iter().chain(self.drained).chain(staffing.into_iter().flatten());
            metrics.extend(of_run.filter(|_| action == JobScope::All));
            waits.extend(WaitQuantiles::of(action, &mut stats.wait));
        }
        let (utilization, series, queue_course) = self.occupancy.finish();
        metrics.extend(utilization);
        ReplicationStats { metrics, waits, series, requested, by_hour, blame, reason_course, queue_course }
    }

    /// Why the jobs waited: all of them, and those of each action.
    fn blame(&self) -> Vec<ActionBlame> {
        let of = |(action, stats): (usize, &ActionStats)| stats.blame(self.blame.of(action), self.chains.of(action));
        let sums: Vec<BlameSums> = self.jobs.actions.iter().enumerate().map(of).collect();
        let mut all = BlameSums::default();
        for sums in &sums {
            all.merge(sums);
        }
        let one = |(index, sums): (usize, &BlameSums)| {
            sums.means(JobScope::One(ActionId(index as u16)), self.blame.holders_of(Some(index)))
        };
        let each = sums.iter().enumerate().map(one);
        iter::once(all.means(JobScope::All, self.blame.holders_of(None))).chain(each).collect()
    }

    #[inline(never)]
    fn due_with_blame(&mut self, now: Time, job: WaitingJob) {
        self.blame.due(now, job, self.following.has(job.id, job.scheduled_at));
    }

    #[inline(never)]
    fn claimed_with_blame(&mut self, now: Time, job: WaitingJob, worker: WorkerId) {
        self.blame.claimed(now, job, worker, self.following.has(job.id, job.scheduled_at));
    }

    /// A worker goes, comes back or changes.
    #[cold]
    fn worker_changes(&mut self, now: Time, event: &Event<'_>) {
        self.blame.worker_changes(now, event);
        let past = self.following.is_past_horizon();
        match *event {
            // Only rows that are followed count after the horizon; the rest of the system does not.
            _ if past => {}
            Event::WorkerDown { worker, .. } => self.occupancy.offered_mut().set_down(now, worker, true),
            Event::WorkerUp { worker } => self.occupancy.offered_mut().set_down(now, worker, false),
            Event::CapacityChanged { worker, capacity } => {
                self.occupancy.offered_mut().set_capacity(now, worker, capacity);
            }
            Event::WorkerOrdered { worker } => self.staff(now, worker, true),
            Event::WorkerGone { worker } => self.staff(now, worker, false),
            _ => {}
        }
    }

    /// The statistics of all hours of the week that requests ask for.
    fn in_windows(&mut self, offered: &[Vec<u128>]) -> Vec<WindowResults> {
        let (slo, horizon, targets) = (self.slo, self.window.horizon, self.targets);
        let of_one = |(window, offered): (JobStats, &Vec<u128>)| {
            let context = window.length(MetricContext { window: Span::ZERO, slo }, horizon);
            WindowResults::new(window, context, targets, offered.clone())
        };
        std::mem::take(&mut self.windows).into_iter().zip(offered).filter_map(of_one).collect()
    }

    /// Whether a row (or a chain) that was scheduled at this instant counts for job measures.
    #[inline]
    fn counts(&self, scheduled_at: Time) -> bool {
        self.following.counts(scheduled_at)
    }

    /// Adds any row that ended.
    #[cold]
    fn add_row(&mut self, end: RowEnd<'_>) {
        let RowEnd { now, job, attempt, run, is_last, .. } = end;
        self.blame.ended(now, WaitingJob::of(job), run.worker);
        self.chains.ended(end, self.following.chain(attempt));
        if self.following.is_past_horizon() {
            self.jobs.ended_late(&self.following, end);
            if let Some(hourly) = self.hourly.as_mut().filter(|_| self.following.row(job)) {
                hourly.claimed_late(&self.following, job, run);
            }
            return self.following.remove(self.following.row(job), is_last && self.following.chain(attempt));
        }
        self.jobs.ended(&self.following, end);
        self.occupancy.waited(job, run.claimed_at);
        self.occupancy.ran(job, run, now);
        if let Some(hourly) = &mut self.hourly {
            hourly.row(self.occupancy.layout(), job, Some(run), now, self.following.counts(job.scheduled_at));
        }
    }

    #[inline(always)]
    fn ended(&mut self, now: Time, job: &Job, attempt: Attempt, run: Execution, outcome: JobOutcome, is_last: bool) {
        self.occupancy.advance(now);
        let is_in_window = self.plain_from <= job.scheduled_at && job.scheduled_at <= run.claimed_at;
        let is_plain = outcome == JobOutcome::Done && is_last && attempt.since == job.scheduled_at;
        let is_parent = || job.chain.is_some() && self.chains.is_parent(job);
        if is_in_window && is_plain && run.busy_since == run.claimed_at && !is_parent() {
            // Nearly all rows. A row within the window counts.
            let wait = (run.claimed_at.0 - job.scheduled_at.0) as u64;
            let service = (now.0 - run.claimed_at.0) as u64;
            self.occupancy.add_row(now, job, run, wait, service);
            self.jobs.actions[usize::from(job.action.0)].plain(wait, service);
            if let Some(hourly) = &mut self.hourly {
                hourly.plain(self.occupancy.layout(), job, run, now, wait, service);
            }
        } else {
            self.add_row(RowEnd { now, job, attempt, run, outcome, is_last });
        }
        if !self.windows.is_empty() {
            self.end_in_windows(RowEnd { now, job, attempt, run, outcome, is_last });
        }
        self.invariants.ended(now, job, run, self.occupancy.layout());
    }

    #[cold]
    fn end_in_windows(&mut self, end: RowEnd<'_>) {
        for window in &mut self.windows {
            if self.following.is_past_horizon() {
                window.ended_late(&self.following, end);
            } else {
                window.ended(&self.following, end);
                window.add_use(self.occupancy.layout(), end.job, end.run, end.now);
            }
        }
    }

    /// The statistics of all jobs, and those of each window.
    fn each(&mut self) -> impl Iterator<Item = (&Following, &mut JobStats)> {
        let following = &self.following;
        iter::once(&mut self.jobs).chain(&mut self.windows).map(move |jobs| (following, jobs))
    }

    /// A waiting row leaves unclaimed, and its chain ends with it.
    #[cold]
    fn left(&mut self, now: Time, job: &Job, attempt: Attempt, outcome: JobOutcome) {
        self.blame.left(now, WaitingJob::of(job));
        if self.following.is_past_horizon() {
            self.each().for_each(|(following, jobs)| jobs.left_late(following, job));
            return self.following.remove(self.following.row(job), self.following.chain(attempt));
        }
        self.each().for_each(|(following, jobs)| jobs.left(following, now, job, outcome));
        self.occupancy.waited(job, now);
        if let Some(hourly) = &mut self.hourly {
            hourly.row(self.occupancy.layout(), job, None, now, self.following.counts(job.scheduled_at));
        }
        self.drain.dequeue(now);
        self.invariants.left(now, job);
    }

    /// A row is still there at the horizon.
    #[cold]
    fn still_there(&mut self, horizon: Time, job: &Job, attempt: Attempt, run: Option<Execution>) {
        self.each().for_each(|(following, jobs)| jobs.still_there(following, horizon, job, run));
        self.occupancy.waited(job, run.map_or(horizon, |run| run.claimed_at));
        if let Some(run) = run {
            self.occupancy.ran(job, run, horizon);
            self.windows.iter_mut().for_each(|window| window.add_use(self.occupancy.layout(), job, run, horizon));
        }
        if let Some(hourly) = &mut self.hourly {
            hourly.row(self.occupancy.layout(), job, run, horizon, self.following.counts(job.scheduled_at));
        }
        self.following.add(self.following.counts(job.scheduled_at), self.following.counts(attempt.since));
        match run {
            Some(_) => self.invariants.still_running(),
            None => self.invariants.still_waiting(),
        }
    }

    /// All that is taken at the horizon is complete.
    fn pass_horizon(&mut self, created: u64) {
        self.jobs.actions.iter_mut().for_each(ActionStats::settle);
        self.occupancy.close();
        self.invariants.close(self.window.horizon, &self.jobs.actions, self.occupancy.busy());
        self.drained = Some(self.drain.value(self.window.horizon));
        self.plain_from = Time::NEVER;
        self.following.pass_horizon(created);
    }

    #[cold]
    fn left_open(&mut self, end: Time, job: &Job, attempt: Attempt, run: Option<Execution>) {
        if run.is_none() {
            self.blame.waited(end, WaitingJob::of(job), self.following.row(job));
        }
        if self.following.chain(attempt) {
            self.chains.left_open(end, job, attempt, run);
        }
        self.each().for_each(|(following, jobs)| jobs.left_open(following, end, job, attempt, run));
        if let Some(hourly) = self.hourly.as_mut().filter(|_| self.following.row(job)) {
            match run {
                Some(run) => hourly.claimed_late(&self.following, job, run),
                None => hourly.never_claimed(job, end),
            }
        }
    }

    /// A place gets a worker, or its worker goes.
    #[cold]
    fn staff(&mut self, now: Time, worker: WorkerId, comes: bool) {
        self.occupancy.offered_mut().set_there(now, worker, comes);
        if let Some(time) = &mut self.worker_time {
            if comes { time.comes(now, worker) } else { time.goes(now, worker) }
        }
    }

    /// A running row is interrupted with its worker.
    #[cold]
    fn interrupted(&mut self, now: Time, job: &Job, run: Execution) {
        self.occupancy.ran(job, run, now);
        self.windows.iter_mut().for_each(|window| window.add_use(self.occupancy.layout(), job, run, now));
        if let Some(hourly) = &mut self.hourly {
            hourly.ran(self.occupancy.layout(), job, run, now);
        }
        self.invariants.interrupted(now, job, run, self.occupancy.layout());
    }
}

impl Observer for StatsObserver {
    #[inline(always)]
    fn on(&mut self, now: Time, event: &Event<'_>) {
        match *event {
            Event::Due { job, attempt } => {
                if attempt.number > 1 && !self.following.is_past_horizon() {
                    self.each().for_each(|(following, jobs)| jobs.retried(following, job));
                }
                self.drain.enqueue();
                if self.blame.watches(job) {
                    self.due_with_blame(now, WaitingJob::of(job));
                }
                self.invariants.due(now, job, self.counts(job.scheduled_at));
            }
            Event::Claimed { job, worker } => {
                self.drain.dequeue(now);
                if self.blame.watches(job) {
                    self.claimed_with_blame(now, WaitingJob::of(job), worker);
                }
                self.invariants.claimed(now, job, worker, &self.occupancy);
            }
            Event::Ended { job, attempt, run, outcome, is_last } => {
                self.ended(now, job, attempt, run, outcome, is_last);
            }
            Event::Left { job, attempt, outcome } => self.left(now, job, attempt, outcome),
            Event::StillWaiting { job, attempt } => self.still_there(now, job, attempt, None),
            Event::StillRunning { job, attempt, run } => self.still_there(now, job, attempt, Some(run)),
            Event::StillAhead { attempt, .. } => self.following.add(false, self.counts(attempt.since)),
            Event::HorizonPassed { created } => self.pass_horizon(created),
            Event::LeftOpen { job, attempt, run } => self.left_open(now, job, attempt, run),
            Event::WaitReason { need, reason, waiting } => self.blame.change(now, need, reason, waiting),
            Event::Created { job, origin, overrides, .. } => {
                self.blame.created(now, job, overrides.patience.is_some());
                self.chains.created(origin);
            }
            Event::WorkerDown { .. }
            | Event::WorkerUp { .. }
            | Event::CapacityChanged { .. }
            | Event::WorkerOrdered { .. }
            | Event::WorkerReady { .. }
            | Event::WorkerDraining { .. }
            | Event::WorkerGone { .. } => self.worker_changes(now, event),
            // Only rows that are followed count after the horizon; the rest of the system does not.
            _ if self.following.is_past_horizon() => {}
            Event::Interrupted { job, run } => self.interrupted(now, job, run),
            Event::Resumed { job, run } => self.invariants.resumed(now, job, run, self.occupancy.layout()),
            Event::ZombieEnded { job, stopped, .. } => {
                if stopped {
                    self.each().for_each(|(following, jobs)| jobs.resurrected(following, job));
                }
            }
            Event::GroupScaled { from, to, .. } => {
                self.worker_time.iter_mut().for_each(|time| time.scaled(now, from, to));
            }
            Event::FiringSkipped { action } => {
                self.each().for_each(|(following, jobs)| jobs.skipped(following, now, usize::from(action.0)));
            }
            Event::CancelRequested { .. } | Event::WorkerDeclaredDead { .. } => {}
        }
    }

    fn is_following(&self) -> bool {
        self.following.is_open()
    }
}

/// Every metric of the jobs of one action, or of all jobs.
fn job_metrics(
    action: JobScope,
    stats: &mut ActionStats,
    context: MetricContext,
) -> impl Iterator<Item = MetricValue> + '_ {
    let of_jobs = Measure::ALL.into_iter().filter(|&measure| measure.is_of_jobs());
    let statistics =
        of_jobs.flat_map(|measure| measure.statistics().iter().map(move |&statistic| (measure, statistic)));
    statistics.map(move |(measure, statistic)| MetricValue {
        metric: Metric::of_jobs(action, measure, statistic),
        value: stats.value(measure, statistic, context),
    })
}
