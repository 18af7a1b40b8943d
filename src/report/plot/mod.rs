//! The catalogue of charts; each is a file of its own, drawn as SVG in a fixed number of pixels.
//!
//! A chart is a pure function of the results: no font is measured, no time is read, coordinates are whole pixels, and the
//! logarithms come from [`crate::model::math`], so the same results give the same bytes on every platform.

mod axis;
mod band;
mod calendar;
mod canvas;
pub(super) mod differences;
mod dots;
mod heat_map;
mod lines;
pub(super) mod overlay;
mod panels;
mod queue_length;
mod ratio_axis;
mod scale;
pub(super) mod sweep;
pub(super) mod targets;
pub(super) mod tornado;
mod utilization;
mod wait_axis;
pub(super) mod wait_curve;
mod wait_distribution;
mod warmup;

use super::RunContext;
use crate::experiment::Results;

/// A chart of one run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Chart {
    /// Which share of the jobs waited how long at most, by action.
    WaitDistribution,
    /// Busy share of the offered units over time, by resource.
    Utilization,
    /// Waiting jobs over time, in all and by the resource that they need.
    QueueLength,
}

impl Chart {
    /// All of them, in the order of a report.
    pub const ALL: [Chart; 3] = [Chart::WaitDistribution, Chart::Utilization, Chart::QueueLength];

    /// Where a run's folder keeps the chart.
    pub fn path(self) -> &'static str {
        match self {
            Chart::WaitDistribution => "charts/wait_distribution.svg",
            Chart::Utilization => "charts/utilization.svg",
            Chart::QueueLength => "charts/queue_length.svg",
        }
    }

    /// The chart as an SVG document.
    pub fn draw(self, context: &RunContext, results: &Results) -> Vec<u8> {
        match self {
            Chart::WaitDistribution => wait_distribution::draw(context, results),
            Chart::Utilization => utilization::draw(context, results),
            Chart::QueueLength => queue_length::draw(context, results),
        }
    }
}

/// Where a run's folder keeps the chart of a warm-up that was found.
pub(super) const WARM_UP: &str = "charts/warmup.svg";

pub(super) use warmup::draw as warm_up;

#[cfg(test)]
mod tests;
