//! The catalogue of measures: the name, unit, statistics and meaning of each, for tables, files and `claimsim list`.
//!
//! A new measure is a variant of [`Measure`], a row here, and an arm where accounts are read.

use super::metric::{Measure, Statistic};

/// What distributions over jobs are told by.
const SPREAD: &[Statistic] =
    &[Statistic::Mean, Statistic::Sd, Statistic::P50, Statistic::P90, Statistic::P95, Statistic::P99, Statistic::Max];

/// What becomes of rows.
const FATES: &[Statistic] = &[
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
];

/// A row of the catalogue.
struct Entry {
    name: &'static str,
    unit: &'static str,
    statistics: &'static [Statistic],
    about: &'static str,
}

impl Measure {
    /// All measures, in the order of tables.
    pub const ALL: [Measure; 16] = [
        Measure::WaitS,
        Measure::ResponseS,
        Measure::ServiceS,
        Measure::Slowdown,
        Measure::WithinSlo,
        Measure::Utilization,
        Measure::QueueLength,
        Measure::InSystem,
        Measure::Jobs,
        Measure::Retries,
        Measure::DeadlineMisses,
        Measure::ThroughputPerS,
        Measure::UnfinishedAgeS,
        Measure::Jain,
        Measure::WorstSlowdown,
        Measure::DrainS,
    ];

    /// The name in files and tables.
    pub fn name(self) -> &'static str {
        self.entry().name
    }

    /// The unit of its values; `1` for a share or a ratio.
    pub fn unit(self) -> &'static str {
        self.entry().unit
    }

    /// What is told of it.
    pub fn statistics(self) -> &'static [Statistic] {
        self.entry().statistics
    }

    /// What it means, in a line.
    pub fn about(self) -> &'static str {
        self.entry().about
    }

    fn entry(self) -> Entry {
        let entry = |name, unit, statistics, about| Entry { name, unit, statistics, about };
        match self {
            Measure::WaitS => entry("wait_s", "s", SPREAD, "claim minus scheduledAt, of each claimed attempt"),
            Measure::ResponseS => entry(
                "response_s",
                "s",
                SPREAD,
                "end of a job with all its retries minus scheduledAt of its first attempt",
            ),
            Measure::ServiceS => entry("service_s", "s", SPREAD, "end minus claim, of each ended attempt"),
            Measure::Slowdown => entry(
                "slowdown",
                "1",
                SPREAD,
                "bounded slowdown: max(1, response / max(service, bound)), of each ended job",
            ),
            Measure::WithinSlo => entry("within_slo", "1", &[Statistic::Mean], "share of waits within the target"),
            Measure::Utilization => {
                entry("utilization", "1", &[Statistic::Mean], "busy units x time / offered units x time")
            }
            Measure::QueueLength => {
                entry("queue_length", "jobs", &[Statistic::Mean], "jobs due and waiting, averaged over time")
            }
            Measure::InSystem => {
                entry("in_system", "jobs", &[Statistic::Mean], "jobs waiting or running, averaged over time")
            }
            Measure::Jobs => entry("jobs", "jobs", FATES, "job rows by what became of them; a retry is a row too"),
            Measure::Retries => entry("retries", "jobs", &[Statistic::Count], "rows that are retries"),
            Measure::DeadlineMisses => {
                entry("deadline_misses", "jobs", &[Statistic::Count], "attempts stopped at their deadline")
            }
            Measure::ThroughputPerS => entry("throughput_per_s", "jobs/s", &[Statistic::Mean], "rows done per second"),
            Measure::UnfinishedAgeS => entry(
                "unfinished_age_s",
                "s",
                &[Statistic::Mean, Statistic::Max],
                "age at the horizon of rows that had not ended",
            ),
            Measure::Jain => entry(
                "jain",
                "1",
                &[Statistic::Mean],
                "fairness: Jain's index of the actions' mean slowdowns, 1 if all are alike",
            ),
            Measure::WorstSlowdown => {
                entry("worst_slowdown", "1", &[Statistic::Mean], "the largest mean slowdown of an action")
            }
            Measure::DrainS => entry(
                "drain_s",
                "s",
                &[Statistic::Mean],
                "when the longest queue of the run was gone: from the start until nothing waits",
            ),
        }
    }
}

impl Statistic {
    /// The name in files and tables.
    pub fn name(self) -> &'static str {
        match self {
            Statistic::Mean => "mean",
            Statistic::Sd => "sd",
            Statistic::P50 => "p50",
            Statistic::P90 => "p90",
            Statistic::P95 => "p95",
            Statistic::P99 => "p99",
            Statistic::Max => "max",
            Statistic::Count => "count",
            Statistic::Arrived => "arrived",
            Statistic::Done => "done",
            Statistic::Error => "error",
            Statistic::Cancel => "cancel",
            Statistic::Abandoned => "abandoned",
            Statistic::Rejected => "rejected",
            Statistic::WorkerDead => "worker_dead",
            Statistic::WorkerResurrection => "worker_resurrection",
            Statistic::WorkerShutdown => "worker_shutdown",
            Statistic::Skipped => "skipped",
            Statistic::Unfinished => "unfinished",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_measures_are_listed_in_order_under_the_names_of_their_files() {
        for (index, measure) in Measure::ALL.into_iter().enumerate() {
            assert_eq!(measure as usize, index, "Measure::ALL follows the enum");
            assert_eq!(serde_json::to_value(measure).unwrap(), measure.name());
            assert!(!measure.statistics().is_empty() && !measure.about().is_empty() && !measure.unit().is_empty());
            for statistic in measure.statistics() {
                assert_eq!(serde_json::to_value(statistic).unwrap(), statistic.name());
            }
        }
        assert_eq!(Measure::ALL.len(), Measure::DrainS as usize + 1, "the last measure is listed");
    }
}
