//! The trajectory of a run: the number of rows in the system, in total and by needed resource, in a
//! thousand equal parts of its time.

use crate::engine::{Event, Observer, System};
use crate::model::capacity::NeedId;
use crate::model::time::{Span, Time};

use super::time_buckets::TimeBuckets;

/// The number of parts of a run: 200 batches of MSER-5, so a truncation point is as fine as half a
/// percent of the run.
const PARTS: u64 = 1_000;

/// Averages over parts of equal length from instant 0; a remainder at the end of the run is left
/// out.
#[derive(Clone, Debug, PartialEq)]
pub struct Trajectory {
    /// The length of a part.
    pub part: Span,
    /// Rows waiting or running.
    pub in_system: Vec<f64>,
    /// The same of rows that need a resource, by resource.
    pub by_resource: Vec<Vec<f64>>,
}

impl Trajectory {
    /// The mean of several replications of one system; exact, so their order does not matter.
    pub fn mean(replications: &[TrajectoryObserver]) -> Trajectory {
        let Some(first) = replications.first() else {
            return Trajectory { part: Span(1), in_system: Vec::new(), by_resource: Vec::new() };
        };
        let (part, whole) = (first.buckets.length(), first.whole_parts());
        let scale = part.0 as f64 * replications.len() as f64;
        let mut lines = (0..=first.resources).map(|line| {
            let mut sums = vec![0_i128; whole];
            for replication in replications {
                sums.iter_mut().zip(replication.buckets.sums(line)).for_each(|(sum, of_one)| *sum += of_one);
            }
            sums.into_iter().map(|sum| sum as f64 / scale).collect()
        });
        Trajectory { part, in_system: lines.next().unwrap_or_default(), by_resource: lines.collect() }
    }
}

/// Observes one replication.
#[derive(Clone, Debug)]
pub struct TrajectoryObserver {
    /// The line of all rows, then one for each resource.
    buckets: TimeBuckets,
    horizon: Time,
    resources: usize,
    /// By need: the lines that count a row with it.
    lines: Vec<Box<[usize]>>,
    is_past_horizon: bool,
}

impl TrajectoryObserver {
    /// Starts without events.
    pub fn new(system: &System) -> TrajectoryObserver {
        let (horizon, resources) = (system.window.horizon, system.resources.len());
        let part = horizon.0.max(1).unsigned_abs().div_ceil(PARTS) as i64;
        let lines = system.needs.iter().map(|need| {
            let needed = need.iter().filter(|(_, units)| *units > 0).map(|(resource, _)| 1 + usize::from(resource.0));
            std::iter::once(0).chain(needed).collect()
        });
        let buckets = TimeBuckets::of_length(Span(part), horizon, 1 + resources);
        TrajectoryObserver { buckets, horizon, resources, lines: lines.collect(), is_past_horizon: false }
    }

    /// Parts that are not cut short by the horizon.
    fn whole_parts(&self) -> usize {
        (self.horizon.0 / self.buckets.length().0) as usize
    }

    /// Adds a row that was in the system from `from` (or the start) until `until`.
    fn add_row(&mut self, need: NeedId, from: Time, until: Time) {
        for &line in &self.lines[usize::from(need.0)] {
            self.buckets.add(line, 1, from, until);
        }
    }
}

impl Observer for TrajectoryObserver {
    fn on(&mut self, now: Time, event: &Event<'_>) {
        match *event {
            Event::HorizonPassed { .. } => self.is_past_horizon = true,
            _ if self.is_past_horizon => {}
            Event::Ended { job, .. }
            | Event::Left { job, .. }
            | Event::StillWaiting { job, .. }
            | Event::StillRunning { job, .. } => self.add_row(job.need, job.scheduled_at, now),
            _ => {}
        }
    }
}
