//! What is estimated from a history, as plain data: for `--json` and charts.

use serde::Serialize;

use crate::fit::ServiceChart;

/// An estimate with its 95 % interval; no interval where none is known.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Interval {
    /// The estimate.
    pub value: f64,
    /// The ends of its interval.
    pub low: Option<f64>,
    /// See `low`.
    pub high: Option<f64>,
}

impl Interval {
    pub(super) fn of(value: f64, (low, high): (f64, f64)) -> Interval {
        Interval { value, low: Some(low), high: Some(high) }
    }

    pub(super) fn alone(value: f64) -> Interval {
        Interval { value, low: None, high: None }
    }
}

/// How much something that is not known may change waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Effect {
    /// Waits may be several times as long or as short.
    High,
    /// Waits may differ by some tens of per cent.
    Medium,
    /// Waits hardly depend on it.
    Low,
}

/// Something that a scenario states and the history does not tell.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Unknown {
    /// The key of the scenario that it concerns, by its dotted path.
    pub key: String,
    /// What is not known, and what is assumed instead: a sentence.
    pub what: String,
    /// How much it may change waits.
    pub effect: Effect,
    /// Why: a sentence.
    pub reason: String,
}

/// All estimates from a history.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct HistoryEstimates {
    /// Records of the history.
    pub records: usize,
    /// Rows that were not used.
    pub problems: usize,
    /// The time in which arrivals are counted, RFC 3339.
    pub window: Option<WindowEstimate>,
    /// The classes of jobs, in the order of the scenario.
    pub actions: Vec<ActionEstimate>,
    /// The workers.
    pub workers: PoolEstimate,
    /// How workers take jobs.
    pub claim: ClaimEstimate,
}

/// The time in which arrivals are counted.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct WindowEstimate {
    /// Its begin, in RFC 3339.
    pub from: String,
    /// Its end, in RFC 3339.
    pub until: String,
    /// Its length in days.
    pub days: f64,
}

/// What is estimated of a class of jobs.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ActionEstimate {
    /// The name in the scenario.
    pub name: String,
    /// The action in the history.
    pub action: String,
    /// Its records.
    pub records: usize,
    /// Its need, by resource.
    pub need: Vec<(String, u64)>,
    /// Records that are further attempts.
    pub retries: usize,
    /// Arrivals from outside that are not of a cron.
    pub arrivals: Option<ArrivalFigures>,
    /// Regular arrivals.
    pub cron: Option<CronFigures>,
    /// Run times.
    pub service: Option<ServiceFigures>,
    /// Share of finished attempts that ended in error.
    pub error: Option<Interval>,
    /// Further attempts after a failed one.
    pub most_retries: u32,
    /// Seconds from a failed attempt to the next, by attempt: medians.
    pub backoffs_s: Vec<f64>,
    /// Mean patience in seconds, if jobs left the queue.
    pub patience_s: Option<Interval>,
    /// The time at which attempts are stopped, in seconds.
    pub deadline_s: Option<f64>,
    /// Requests to cancel per second.
    pub cancel_rate_per_s: Option<Interval>,
    /// Mean wait of the jobs that started, in seconds.
    pub mean_wait_s: Option<f64>,
    /// Mean number of workers' units that it occupies: rate times mean run time.
    pub offered_load: f64,
}

/// Arrivals of a class of jobs.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ArrivalFigures {
    /// Jobs.
    pub jobs: usize,
    /// Instants at which jobs arrived; fewer than jobs if they came in batches.
    pub batches: usize,
    /// Instants per second.
    pub rate_per_s: Interval,
    /// Jobs per batch on average.
    pub batch_mean: f64,
    /// `constant`, `by-hour`, `by-day` or `by-hour-and-day`.
    pub pattern: &'static str,
    /// `pooled`, `weekday-weekend` or `seven-days`.
    pub day_classes: &'static str,
    /// Variance of the totals of days over that of a Poisson process.
    pub dispersion_of_days: Option<f64>,
    /// The same of the counts of hours.
    pub dispersion_of_hours: Option<f64>,
    /// What was tested.
    pub tests: Vec<TestFigures>,
    /// From Monday on, hour by hour: observed instants, hours of the window, and the fitted rate.
    pub hours: Vec<HourFigures>,
}

/// A test of a difference between hours or days.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct TestFigures {
    /// What differs if it rejects.
    pub question: &'static str,
    /// The F statistic.
    pub f: f64,
    /// Its p-value.
    pub p: f64,
    /// Whether the difference is taken for real.
    pub rejected: bool,
}

/// Arrivals in an hour of a day of the week.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct HourFigures {
    /// From Monday, 0, to Sunday, 6; holidays are Sundays.
    pub weekday: usize,
    /// From 0 to 23, in the time zone of the scenario.
    pub hour: usize,
    /// Instants at which jobs arrived.
    pub observed: f64,
    /// How many such hours the window has.
    pub hours: f64,
    /// The rate of the scenario, per hour.
    pub fitted_per_h: f64,
    /// The observed rate per hour with its interval, which takes the dispersion into account.
    pub observed_per_h: Option<Interval>,
}

/// A regular source.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct CronFigures {
    /// The schedule.
    pub schedule: String,
    /// The records that it explains.
    pub firings: usize,
    /// Firings without a record.
    pub missing: usize,
    /// Seconds from the nominal time to the record: mean and largest.
    pub delay_s: (f64, f64),
}

/// Run times of a class of jobs.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ServiceFigures {
    /// Runs that ended, and runs of which only a lower bound is known.
    pub runs: usize,
    /// See `runs`.
    pub censored: usize,
    /// The mean in seconds.
    pub mean_s: Interval,
    /// The coefficient of variation.
    pub cv: f64,
    /// The distribution's family.
    pub family: String,
    /// The distribution as the scenario has it.
    pub law: String,
    /// Its parameters with their intervals, under their keys in a scenario.
    pub parameters: Vec<(&'static str, Interval)>,
    /// Why this one.
    pub reason: String,
    /// The families that were fitted, the least AIC first.
    pub candidates: Vec<CandidateFigures>,
    /// Quantiles of the runs that ended: (share, seconds).
    pub quantiles_s: Vec<(f64, f64)>,
    /// Mean run time of attempts that ended in error, in seconds.
    pub mean_of_errors_s: Option<f64>,
    /// What run times depend on, if they do and it matters.
    pub dependence: Vec<DependenceFigures>,
    /// The distributions of the runs and of the law.
    #[serde(skip)]
    pub chart: ServiceChart,
}

/// Something that run times depend on.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct DependenceFigures {
    /// `hour`, `worker` or `run before`.
    pub on: &'static str,
    /// The p-value of the test of independence.
    pub p: f64,
    /// The largest mean of a group over the smallest; the correlation with the run before.
    pub effect: f64,
    /// A sentence about it, without its full stop.
    pub about: String,
}

/// A family that was fitted to run times.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct CandidateFigures {
    /// Its name.
    pub family: &'static str,
    /// Akaike's criterion.
    pub aic: f64,
    /// The statistic of Anderson and Darling.
    pub anderson_darling: f64,
    /// Its p-value, if it was tested.
    pub p: Option<f64>,
    /// Kolmogorov's distance.
    pub kolmogorov: f64,
}

/// The workers.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PoolEstimate {
    /// Whether records name workers.
    pub named: bool,
    /// Distinct workers that records name.
    pub distinct: usize,
    /// The most workers that had something running at once.
    pub most_active: usize,
    /// The most rows that ran at once.
    pub most_running: usize,
    /// Groups of equal capacity: number of workers, and units by resource.
    pub groups: Vec<GroupFigures>,
    /// Shifts as the scenario writes them, if there are any.
    pub shifts: Vec<String>,
    /// Share of the time in which jobs waited although as many units as ever were not in use.
    pub waiting_below_capacity: Option<f64>,
    /// Seconds in which jobs waited.
    pub waiting_s: f64,
    /// By number of rows running: the share of the time in which jobs waited.
    pub running_while_waiting: Vec<(usize, f64)>,
    /// Utilization by resource over the window.
    pub utilization: Vec<(String, f64)>,
}

/// A group of workers of equal capacity.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct GroupFigures {
    /// The name in the scenario.
    pub name: String,
    /// Number of workers.
    pub count: usize,
    /// Units by resource.
    pub capacity: Vec<(String, u64)>,
}

/// How workers take jobs.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ClaimEstimate {
    /// The policy.
    pub policy: &'static str,
    /// The bounds of the claim delay in seconds; `None` for none.
    pub delay_s: Option<(f64, f64)>,
    /// Jobs that arrived while nothing waited and a worker had room for them.
    pub to_free_workers: usize,
    /// The 50 % and the 95 % quantile of their waits, in seconds.
    pub their_wait_s: Option<(f64, f64)>,
    /// Starts of a job while others with the same need waited.
    pub choices: usize,
    /// How many of these took the oldest job, the newest, and one of the highest priority.
    pub oldest_first: usize,
    /// See `oldest_first`.
    pub newest_first: usize,
    /// See `oldest_first`; 0 without priorities.
    pub highest_priority: usize,
    /// Starts while a job with another need waited for the same resource, and how many of these
    /// overtook it.
    pub choices_between_needs: usize,
    /// See `choices_between_needs`.
    pub overtaking: usize,
}
