//! Statistics: tallies, time averages and series of a replication; intervals and tests over
//! replications.

use claimsim_engine as engine;
use claimsim_model as model;

mod action_stats;
pub mod batch_means;
mod blame;
pub mod bound_test;
mod capacity_layout;
mod censored;
mod chain_parts;
pub mod fisher;
mod following;
mod histogram;
mod holders;
pub mod holm;
mod hourly;
mod hours_of_week;
pub mod interim_looks;
pub mod interval;
mod invariants;
mod job_stats;
mod measure;
mod metric;
mod moments;
pub mod mser;
mod observer;
mod occupancy;
mod offered_capacity;
pub mod paired;
mod run_measures;
pub mod sample;
pub mod series;
pub mod student;
mod tally;
mod time_buckets;
pub mod trajectory;
pub mod von_neumann;
mod wait_parts;
mod wait_reasons;
mod window_results;
mod worker_time;

use crate::model::time::Span;
use censored::CensoredTally;
use series::{QueueCourse, Series};

pub use censored::CensoredValue;
pub use hourly::{ByHour, DayClass, HourMetric, has_hours};
pub use hours_of_week::{HoursOfWeek, TimeWindow};
pub use measure::{Direction, Measure, Statistic};
pub use metric::{JobScope, Measurements, Metric, MetricValue, Request, RequestedFigure, ShareWithin};
pub use observer::StatsObserver;
pub use tally::{MAX_EXACT, Tally};
pub use wait_parts::{ActionBlame, RESPONSE_PARTS, ReasonCourse, WAIT_PARTS};
pub use wait_reasons::{ReasonIntegrals, ReasonTimes};

/// The statistics of one replication.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ReplicationStats {
    /// The values of the summary: the same metrics in the same order in each replication of a
    /// scenario.
    pub metrics: Vec<MetricValue>,
    /// The distribution of waits: of all jobs first, then of each action that has a claim.
    pub waits: Vec<WaitQuantiles>,
    /// Busy units and queue lengths by time bucket.
    pub series: Series,
    /// The requested figures, in order; `None` without a value.
    pub requested: Vec<Option<CensoredValue>>,
    /// Waits, queues and utilization by hour, if they were asked for.
    pub by_hour: Option<ByHour>,
    /// Why jobs waited: of all jobs first, then of each action.
    pub blame: Vec<ActionBlame>,
    /// The parts of the queue over time whose reason is not `busy`.
    pub reason_course: Vec<ReasonCourse>,
    /// The queue in fine buckets of time, if it was asked for.
    pub queue_course: Option<QueueCourse>,
}

impl ReplicationStats {
    /// The same without the series of resources, which need much memory where hundreds of
    /// replications are kept.
    #[must_use]
    pub fn without_series(self) -> ReplicationStats {
        ReplicationStats { series: Series { lines: Vec::new(), ..self.series }, queue_course: None, ..self }
    }

    /// The memory that these statistics take, in bytes; with or without the series of resources.
    pub fn bytes(&self, with_series: bool) -> usize {
        let quantiles = self.waits.iter().map(|waits| size_of_val(&waits.quantiles[..]) + size_of_val(waits));
        let line = |line: &series::ResourceSeries| {
            size_of_val(line) + 8 * (line.busy.len() + line.offered.len() + line.queue_length.len())
        };
        let lines: usize = self.series.lines.iter().map(line).sum();
        let course = self.queue_course.iter().flat_map(|course| &course.lines).map(|line| 4 * line.len());
        let series = 8 * self.series.queue_length.len() + if with_series { lines + course.sum::<usize>() } else { 0 };
        let reasons = self.reason_course.iter().map(|course| size_of_val(&course.jobs[..])).sum::<usize>();
        size_of_val(self) + size_of_val(&self.metrics[..]) + quantiles.sum::<usize>() + series + reasons
    }
}

/// The distribution of the waits of one replication.
#[derive(Clone, Debug, PartialEq)]
pub struct WaitQuantiles {
    /// The jobs.
    pub action: JobScope,
    /// `(p, wait)` by rising `p` from 0 to 1.
    pub quantiles: Vec<(f64, Span)>,
}

impl WaitQuantiles {
    /// Every hundredth, and 0.995 and 0.999 in the upper tail, up to the largest that is known;
    /// `None` without any.
    fn of(action: JobScope, waits: &mut CensoredTally) -> Option<WaitQuantiles> {
        let hundredths = (0..100).map(|hundredth| f64::from(hundredth) / 100.0);
        let ps: Vec<f64> = hundredths.chain([0.995, 0.999, 1.0]).collect();
        let known = waits.known_quantiles(&ps).into_iter().map(|nanos| Span(nanos.round() as i64));
        let quantiles: Vec<(f64, Span)> = ps.into_iter().zip(known).collect();
        (!quantiles.is_empty()).then_some(WaitQuantiles { action, quantiles })
    }
}
