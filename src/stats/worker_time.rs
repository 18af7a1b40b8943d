//! The time during which places have workers, what it costs, and how often autoscalers decide.

use std::ops::Range;

use super::censored::CensoredValue;
use super::measure::{Measure, Statistic};
use super::metric::{JobScope, Metric, MetricValue};
use crate::engine::{Price, System, Window};
use crate::model::time::{Span, Time};
use crate::model::worker::WorkerId;

/// Nanoseconds of an hour.
const HOUR: f64 = 3.6e12;

/// Worker-hours, cost and decisions within the window.
#[derive(Clone, Debug)]
pub(super) struct WorkerTime {
    window: Window,
    /// By worker: since when its place has had it.
    since: Vec<Option<Time>>,
    /// Nanoseconds of stays, exactly.
    stayed: u128,
    /// The groups that cost something, each with its nanoseconds, rounded up to units of billing.
    billed: Vec<(Range<u32>, Price, u128)>,
    raised: u64,
    lowered: u64,
}

impl WorkerTime {
    /// Workers that are there at the start have come then.
    pub(super) fn new(system: &System) -> WorkerTime {
        let priced = system.groups.iter().filter_map(|group| Some((group.places.clone(), group.price?, 0)));
        WorkerTime {
            window: system.window,
            since: system.there_at_start().into_iter().map(|is_there| is_there.then_some(Time::ZERO)).collect(),
            stayed: 0,
            billed: priced.collect(),
            raised: 0,
            lowered: 0,
        }
    }

    /// A place gets a worker.
    pub(super) fn comes(&mut self, now: Time, worker: WorkerId) {
        self.since[worker.0 as usize] = Some(now);
    }

    /// The worker of a place goes.
    pub(super) fn goes(&mut self, now: Time, worker: WorkerId) {
        let Some(since) = self.since[worker.0 as usize].take() else { return };
        let Window { warmup, horizon, .. } = self.window;
        let stayed = now.min(horizon) - since.max(warmup);
        if stayed <= Span::ZERO {
            return;
        }
        let stayed = stayed.0.unsigned_abs().into();
        self.stayed += stayed;
        for (_, price, billed) in self.billed.iter_mut().filter(|(places, ..)| places.contains(&worker.0)) {
            let unit = price.billing.map_or(1, |unit| unit.0.unsigned_abs().max(1).into());
            *billed += u128::div_ceil(stayed, unit) * unit;
        }
    }

    /// An autoscaler changes the number of workers of a group.
    pub(super) fn scaled(&mut self, now: Time, from: u32, to: u32) {
        if now >= self.window.warmup {
            *(if to > from { &mut self.raised } else { &mut self.lowered }) += 1;
        }
    }

    /// The metrics at the horizon.
    pub(super) fn finish(mut self) -> [MetricValue; 4] {
        let horizon = self.window.horizon;
        (0..self.since.len() as u32).for_each(|worker| self.goes(horizon, WorkerId(worker)));
        let cost = self.billed.iter().map(|(_, price, billed)| price.per_hour * (*billed as f64 / HOUR)).sum();
        let of_run = |measure, statistic, value| {
            let metric = Metric::of_jobs(JobScope::All, measure, statistic);
            MetricValue { metric, value: Some(CensoredValue::exact(value)) }
        };
        [
            of_run(Measure::WorkerHours, Statistic::Mean, self.stayed as f64 / HOUR),
            of_run(Measure::Cost, Statistic::Mean, cost),
            of_run(Measure::ScaleOuts, Statistic::Count, self.raised as f64),
            of_run(Measure::ScaleIns, Statistic::Count, self.lowered as f64),
        ]
    }
}
