//! Measures, each declared once: name, unit, scope, statistics and direction.
//!
//! A new measure is a row of [`measures!`] and an arm of `ActionStats::value`. Files, tables,
//! expressions, comparisons and `claimsim list` follow from the row.

use serde::{Deserialize, Serialize};

/// Which of two values is better.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// The smaller one.
    LowerIsBetter,
    /// The larger one.
    HigherIsBetter,
}

impl Direction {
    /// The better direction of a metric. `None` where it depends on the goal: full use of workers
    /// costs waits, and the queue does not decide how many jobs arrive.
    pub fn of(measure: Measure, statistic: Statistic) -> Option<Direction> {
        (measure.declaration().direction)(statistic)
    }
}

/// The unit of a measure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Unit {
    Seconds,
    Jobs,
    JobsPerSecond,
    /// A part of a whole, from 0 to 1; people read it as a percentage.
    Share,
    Ratio,
    Hours,
    /// Decisions.
    Number,
    /// The money in which prices are given.
    Money,
}

/// What a measure covers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Scope {
    /// The jobs of each action, and all jobs in the same way.
    Actions,
    /// Each resource, in total and on each worker.
    Resources,
    /// The run as a whole.
    Run,
}

struct Declaration {
    name: &'static str,
    summary: &'static str,
    unit: Unit,
    scope: Scope,
    statistics: &'static [Statistic],
    direction: fn(Statistic) -> Option<Direction>,
}

macro_rules! measures {
    ($($(#[doc = $summary:literal])+ $measure:ident = $name:literal,
        $unit:ident, $scope:ident, $statistics:expr, $direction:expr;)+) => {
        /// A measured quantity; the name in files ends with the unit.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
        pub enum Measure {
            $($(#[doc = $summary])+ #[serde(rename = $name)] $measure,)+
        }

        impl Measure {
            /// All measures, in the order of tables.
            pub const ALL: [Measure; [$($name),+].len()] = [$(Measure::$measure),+];

            fn declaration(self) -> Declaration {
                match self {
                    $(Measure::$measure => Declaration {
                        name: $name,
                        summary: concat!($($summary),+).trim_ascii(),
                        unit: Unit::$unit,
                        scope: Scope::$scope,
                        statistics: $statistics,
                        direction: $direction,
                    },)+
                }
            }
        }
    };
}

measures! {
    /// Claim minus `scheduledAt`, of each claimed attempt.
    WaitS = "wait_s", Seconds, Actions, DISTRIBUTION, LOWER;
    /// End of a job with all its retries minus `scheduledAt` of its first attempt.
    ResponseS = "response_s", Seconds, Actions, DISTRIBUTION, LOWER;
    /// End minus claim, of each ended attempt.
    ServiceS = "service_s", Seconds, Actions, DISTRIBUTION, NEITHER;
    /// Bounded slowdown: max(1, response / max(service, bound)), of each ended job.
    Slowdown = "slowdown", Ratio, Actions, DISTRIBUTION, LOWER;
    /// Share of waits within the target.
    WithinSlo = "within_slo", Share, Actions, MEAN, HIGHER;
    /// Busy units x time / offered units x time.
    Utilization = "utilization", Share, Resources, MEAN, NEITHER;
    /// Share of rows that left unclaimed: abandoned, rejected, or cancelled while they waited.
    Lost = "lost", Share, Actions, MEAN, LOWER;
    /// Jobs due and waiting, averaged over time.
    QueueLength = "queue_length", Jobs, Actions, MEAN, LOWER;
    /// Jobs waiting or running, averaged over time.
    InSystem = "in_system", Jobs, Actions, MEAN, LOWER;
    /// Job rows by outcome; a retry is a row too.
    Jobs = "jobs", Jobs, Actions, OUTCOMES, by_outcome;
    /// Rows that are retries.
    Retries = "retries", Jobs, Actions, COUNT, LOWER;
    /// Attempts stopped at their deadline.
    DeadlineMisses = "deadline_misses", Jobs, Actions, COUNT, LOWER;
    /// Rows done per second.
    ThroughputPerS = "throughput_per_s", JobsPerSecond, Actions, MEAN, HIGHER;
    /// Age at the horizon of rows that had not ended.
    UnfinishedAgeS = "unfinished_age_s", Seconds, Actions, &[Statistic::Mean, Statistic::Max], LOWER;
    /// Fairness: Jain's index of the actions' mean slowdowns, 1 if all are equal.
    Jain = "jain", Ratio, Run, MEAN, HIGHER;
    /// The largest mean slowdown of an action.
    WorstSlowdown = "worst_slowdown", Ratio, Run, MEAN, LOWER;
    /// Time from the start until the longest queue of the run was gone and no job waited.
    DrainS = "drain_s", Seconds, Run, MEAN, LOWER;
    /// Hours of all workers, from when each is ordered until it is gone.
    WorkerHours = "worker_hours", Hours, Run, MEAN, LOWER;
    /// What the workers cost, by `price` and `billing` of their groups.
    Cost = "cost", Money, Run, MEAN, LOWER;
    /// Decisions of autoscalers to have more workers.
    ScaleOuts = "scale_outs", Number, Run, COUNT, NEITHER;
    /// Decisions of autoscalers to have fewer workers.
    ScaleIns = "scale_ins", Number, Run, COUNT, NEITHER;
}

const MEAN: &[Statistic] = &[Statistic::Mean];
const COUNT: &[Statistic] = &[Statistic::Count];

/// The statistics of a distribution over jobs.
const DISTRIBUTION: &[Statistic] =
    &[Statistic::Mean, Statistic::Sd, Statistic::P50, Statistic::P90, Statistic::P95, Statistic::P99, Statistic::Max];

/// The outcomes of rows.
const OUTCOMES: &[Statistic] = &[
    Statistic::Arrived,
    Statistic::Done,
    Statistic::Error,
    Statistic::Cancel,
    Statistic::Abandoned,
    Statistic::Rejected,
    Statistic::WorkerDead,
    Statistic::WorkerResurrection,
    Statistic::WorkerShutdown,
    Statistic::Skipped,
    Statistic::Unfinished,
    Statistic::Unclaimed,
    Statistic::Open,
];

const LOWER: fn(Statistic) -> Option<Direction> = |_| Some(Direction::LowerIsBetter);
const HIGHER: fn(Statistic) -> Option<Direction> = |_| Some(Direction::HigherIsBetter);
const NEITHER: fn(Statistic) -> Option<Direction> = |_| None;

fn by_outcome(statistic: Statistic) -> Option<Direction> {
    match statistic {
        Statistic::Done => Some(Direction::HigherIsBetter),
        Statistic::Arrived => None,
        _ => Some(Direction::LowerIsBetter),
    }
}

impl Measure {
    /// The name in files and tables.
    pub fn name(self) -> &'static str {
        self.declaration().name
    }

    /// The measure of this name.
    pub fn named(name: &str) -> Option<Measure> {
        Measure::ALL.into_iter().find(|measure| measure.name() == name)
    }

    /// The unit of its values in files; `1` for a share or a ratio.
    pub fn unit(self) -> &'static str {
        match self.declaration().unit {
            Unit::Seconds => "s",
            Unit::Jobs => "jobs",
            Unit::JobsPerSecond => "jobs/s",
            Unit::Hours => "h",
            Unit::Share | Unit::Ratio | Unit::Number | Unit::Money => "1",
        }
    }

    /// Whether its values are shares of a whole, which people read as percentages.
    pub fn is_share(self) -> bool {
        self.declaration().unit == Unit::Share
    }

    /// Whether it is measured for the jobs of each action, and for all jobs in the same way.
    pub fn is_of_jobs(self) -> bool {
        self.declaration().scope == Scope::Actions
    }

    /// Whether it can be measured for some hours of the week; a measure of the whole run cannot.
    pub fn has_hours(self) -> bool {
        self.declaration().scope != Scope::Run
    }

    /// Whether it is one of workers that come and go, which is measured only where they do or if it
    /// is asked for.
    pub fn is_of_staffing(self) -> bool {
        matches!(self, Measure::WorkerHours | Measure::Cost | Measure::ScaleOuts | Measure::ScaleIns)
    }

    /// The least and the largest possible value of a mean or quantile. Utilization may exceed 1
    /// where a capacity was lowered beneath what was in use.
    pub fn range(self) -> (f64, f64) {
        match self {
            Measure::WithinSlo | Measure::Lost | Measure::Jain => (0.0, 1.0),
            _ => (0.0, f64::INFINITY),
        }
    }

    /// The reported statistics.
    pub fn statistics(self) -> &'static [Statistic] {
        self.declaration().statistics
    }

    /// Its meaning, in a line.
    pub fn summary(self) -> &'static str {
        self.declaration().summary
    }
}

macro_rules! statistics {
    ($($(#[doc = $summary:literal])+ $statistic:ident = $name:literal;)+) => {
        /// A statistic of a measure: a moment, a quantile, or one of its counts.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
        pub enum Statistic {
            $($(#[doc = $summary])+ #[serde(rename = $name)] $statistic,)+
        }

        impl Statistic {
            /// The name in files and tables.
            pub fn name(self) -> &'static str {
                match self { $(Statistic::$statistic => $name,)+ }
            }
        }
    };
}

statistics! {
    /// The mean, over jobs or over time.
    Mean = "mean";
    /// The standard deviation.
    Sd = "sd";
    /// The median.
    P50 = "p50";
    /// The 90th percentile.
    P90 = "p90";
    /// The 95th percentile.
    P95 = "p95";
    /// The 99th percentile.
    P99 = "p99";
    /// The maximum, over all replications.
    Max = "max";
    /// The number of events (`retries`, `deadline_misses`).
    Count = "count";
    /// Rows that fell due.
    Arrived = "arrived";
    /// Rows that succeeded.
    Done = "done";
    /// Rows that ended in error.
    Error = "error";
    /// Rows cancelled on request, or at their deadline by the rule of their action.
    Cancel = "cancel";
    /// Rows that ran out of patience.
    Abandoned = "abandoned";
    /// Rows turned away from a full queue.
    Rejected = "rejected";
    /// Rows whose worker died.
    WorkerDead = "worker_dead";
    /// Rows whose worker was declared dead, came back and stopped them.
    WorkerResurrection = "worker_resurrection";
    /// Rows whose worker was shut down.
    WorkerShutdown = "worker_shutdown";
    /// Cron firings that made no row.
    Skipped = "skipped";
    /// Rows that had not ended at the horizon.
    Unfinished = "unfinished";
    /// Rows that were followed past the horizon and never claimed.
    Unclaimed = "unclaimed";
    /// Jobs that were followed past the horizon and, with all retries, never ended.
    Open = "open";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_in_files_are_those_that_serde_reads() {
        for measure in Measure::ALL {
            assert_eq!(serde_json::to_value(measure).unwrap(), measure.name());
            assert!(!measure.statistics().is_empty() && measure.summary().ends_with('.'), "{measure:?}");
            for statistic in measure.statistics() {
                assert_eq!(serde_json::to_value(statistic).unwrap(), statistic.name());
            }
        }
    }
}
