//! Which way a measure is better: less waiting, more throughput.

use super::metric::{Measure, Statistic};

/// Which of two values is the better one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// The smaller.
    LowerIsBetter,
    /// The larger.
    HigherIsBetter,
}

impl Direction {
    /// Which value of a figure is better; `None` where that depends on what one wants: full use of workers costs waits, and how many
    /// jobs come is not up to the queue.
    pub fn of(measure: Measure, statistic: Statistic) -> Option<Direction> {
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
            | Measure::DrainS => Some(Direction::LowerIsBetter),
            Measure::WithinSlo | Measure::ThroughputPerS | Measure::Jain => Some(Direction::HigherIsBetter),
            Measure::Jobs => match statistic {
                Statistic::Done => Some(Direction::HigherIsBetter),
                Statistic::Arrived => None,
                _ => Some(Direction::LowerIsBetter),
            },
            Measure::Utilization | Measure::ServiceS => None,
        }
    }
}
