//! Which way a measure is better: less waiting, more throughput.

use super::figure::{Measure, Statistic};

/// Which of two values is the better one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Preference {
    /// The smaller.
    Less,
    /// The larger.
    More,
}

impl Preference {
    /// Which value of a figure is better; `None` where that depends on what one wants: full use of workers costs waits, and how many
    /// jobs come is not up to the queue.
    pub fn of(measure: Measure, statistic: Statistic) -> Option<Preference> {
        match measure {
            Measure::WaitS
            | Measure::ResponseS
            | Measure::Slowdown
            | Measure::QueueLength
            | Measure::InSystem
            | Measure::Retries
            | Measure::DeadlineMisses
            | Measure::UnfinishedAgeS
            | Measure::WorstSlowdown
            | Measure::DrainS => Some(Preference::Less),
            Measure::WithinSlo | Measure::ThroughputPerS | Measure::Jain => Some(Preference::More),
            Measure::Jobs => match statistic {
                Statistic::Done => Some(Preference::More),
                Statistic::Arrived => None,
                _ => Some(Preference::Less),
            },
            Measure::Utilization | Measure::ServiceS => None,
        }
    }
}
