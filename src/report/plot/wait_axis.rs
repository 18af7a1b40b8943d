//! The axis of waits: linear from 0 to its first tick, then logarithmic, with durations as labels.
//!
//! Waits range from zero, which has no logarithm, to days; the small linear part keeps zero in the
//! picture.

use super::axis::Axis;
use super::canvas::PLOT_WIDTH;
use crate::model::math;
use crate::model::time::{NANOS, Span};

/// The share of the axis that is linear.
const LINEAR: f64 = 0.07;
/// The smallest number of pixels between ticks.
const BETWEEN_TICKS: f64 = 52.0;

/// The importance of a tick.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Rank {
    Unit,
    Round,
    Fill,
}

/// Maps waits to the unit interval.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct WaitAxis {
    /// The end of the linear part.
    pub(crate) low: Span,
    /// The longest wait shown.
    high: Span,
}

impl WaitAxis {
    /// An axis for waits from `shortest` (above 0) to `longest`, both in seconds; at most six
    /// decades of them.
    pub(crate) fn new(shortest: f64, longest: f64) -> WaitAxis {
        let ladder: Vec<Span> = ladder().into_iter().map(|(at, _)| at).collect();
        let (first, last) = (ladder[0], ladder[ladder.len() - 1]);
        let above = |seconds: f64| ladder.iter().copied().find(|at| at.as_secs_f64() >= seconds).unwrap_or(last);
        let below = |seconds: f64| ladder.iter().rev().copied().find(|at| at.as_secs_f64() <= seconds).unwrap_or(first);
        let high = above(longest.max(1e-8));
        let low = below(shortest.max(longest / 1e6)).min(below(high.as_secs_f64() / 10.0));
        WaitAxis { low, high }
    }

    /// The place of a wait in seconds, from 0 to 1; longer waits are at the end of the axis.
    pub(crate) fn place(self, seconds: f64) -> f64 {
        let (low, high) = (self.low.as_secs_f64(), self.high.as_secs_f64());
        if seconds <= low {
            return LINEAR * (seconds / low).max(0.0);
        }
        (LINEAR + (1.0 - LINEAR) * math::ln(seconds / low) / math::ln(high / low)).min(1.0)
    }

    /// The axis from 0 to 1. Its ticks do not touch; rounder ones take precedence.
    pub(crate) fn axis(self) -> Axis {
        let near = BETWEEN_TICKS / f64::from(PLOT_WIDTH);
        let mut ticks = vec![(0.0, "0".to_owned())];
        let inside = |span: Span| (self.low..=self.high).contains(&span);
        for rank in [Rank::Unit, Rank::Round, Rank::Fill] {
            for (span, _) in ladder().into_iter().filter(|&(span, of)| of == rank && inside(span)) {
                let at = self.place(span.as_secs_f64());
                if ticks.iter().all(|(tick, _)| (tick - at).abs() >= near) {
                    ticks.push((at, span.to_string()));
                }
            }
        }
        ticks.sort_by(|a, b| a.0.total_cmp(&b.0));
        Axis { low: 0.0, high: 1.0, ticks }
    }
}

/// Round durations in rising order, from a nanosecond to two and a half centuries.
fn ladder() -> Vec<(Span, Rank)> {
    use Rank::{Fill, Round, Unit};
    let decimal = [(1, Unit), (2, Fill), (5, Fill), (10, Round), (20, Fill), (50, Fill), (100, Round)];
    let decimal = decimal.into_iter().chain([(200, Fill), (500, Fill)]);
    let sixty = [(1, Unit), (2, Fill), (5, Fill), (10, Round), (20, Fill), (30, Fill)];
    let (minute, hour, day) = (60 * NANOS, 3_600 * NANOS, 86_400 * NANOS);
    let days = [(1, Unit), (2, Fill), (5, Fill), (10, Round), (30, Fill), (100, Round), (365, Fill)];
    let days = days.into_iter().chain([(1_000, Round), (3_650, Fill), (10_000, Round), (100_000, Round)]);
    let mut ladder = Vec::new();
    for unit in [1, 1_000, 1_000_000] {
        ladder.extend(decimal.clone().map(|(factor, rank)| (Span(factor * unit), rank)));
    }
    ladder.extend(sixty.map(|(factor, rank)| (Span(factor * NANOS), rank)));
    ladder.extend(sixty.map(|(factor, rank)| (Span(factor * minute), rank)));
    ladder.extend([(1, Unit), (2, Fill), (6, Round), (12, Fill)].map(|(factor, rank)| (Span(factor * hour), rank)));
    ladder.extend(days.map(|(factor, rank)| (Span(factor * day), rank)));
    ladder
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ladder_rises() {
        assert!(ladder().is_sorted_by(|a, b| a.0 < b.0));
    }

    #[test]
    fn places_rise_from_0_to_1_and_meet_where_the_scales_join() {
        let axis = WaitAxis::new(0.15, 400.0);
        assert_eq!((axis.low, axis.high), (Span(100_000_000), Span::secs(600)));
        assert_eq!((axis.place(0.0), axis.place(0.1), axis.place(600.0), axis.place(1e9)), (0.0, LINEAR, 1.0, 1.0));
        let places: Vec<f64> = (0..6_000).map(|tenth| axis.place(f64::from(tenth) / 10.0)).collect();
        assert!(places.is_sorted_by(|a, b| a < b));
        // Equal ratios are equal lengths.
        assert!((axis.place(100.0) - axis.place(10.0) - (axis.place(10.0) - axis.place(1.0))).abs() < 1e-12);
    }

    #[test]
    fn every_range_of_waits_has_a_few_ticks_apart() {
        for (shortest, longest) in [(1e-9, 1e-9), (1e-3, 3.0), (1.0, 1.0), (5.0, 6.0), (1e-9, 9e9), (3e9, 9e9)] {
            let ticks = WaitAxis::new(shortest, longest).axis().ticks;
            assert!((3..=16).contains(&ticks.len()), "{shortest} to {longest}: {ticks:?}");
        }
    }
}
