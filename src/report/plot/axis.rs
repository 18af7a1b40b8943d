//! An axis of a plot: a range of numbers, and labels at round ones.

/// A linear axis. Coordinates are numbers of the axis; ticks need not be evenly spaced.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Axis {
    /// The number at its beginning.
    pub(crate) low: f64,
    /// The number at its end, above `low`.
    pub(crate) high: f64,
    /// Labelled numbers in rising order.
    pub(crate) ticks: Vec<(f64, String)>,
}

impl Axis {
    /// Leaves out labels nearer to the one before than this part of the axis.
    pub(crate) fn thin(&mut self, near: f64) {
        let near = near * (self.high - self.low);
        let mut last = f64::NEG_INFINITY;
        self.ticks.retain(|(at, _)| {
            let keeps = *at - last >= near;
            last = if keeps { *at } else { last };
            keeps
        });
    }

    /// The pixel of a number between those of both ends; numbers beyond an end are at that end.
    pub(crate) fn pixel(&self, at: f64, (low, high): (i32, i32)) -> i32 {
        let part = (at.clamp(self.low, self.high) - self.low) / (self.high - self.low);
        low + (part * f64::from(high - low)).round() as i32
    }

    /// From 0 to a round number of at least `most`, with three to six ticks at round numbers.
    pub(crate) fn from_zero(most: f64, label: impl Fn(f64) -> String) -> Axis {
        let tenths = round_tenths(most / 2.0);
        // Each tick is the number nearest to its decimal, so that it prints as such.
        let number = |steps: u32| f64::from(steps) * tenths / 10.0;
        let steps = (1..8).find(|&steps| number(steps) >= most).unwrap_or(8);
        let ticks = (0..=steps).map(number).map(|at| (at, label(at))).collect();
        Axis { low: 0.0, high: number(steps), ticks }
    }

    /// From `low` or below to `high` or above, with zero between them and ticks at multiples of a
    /// round number.
    pub(crate) fn around_zero(low: f64, high: f64, label: impl Fn(f64) -> String) -> Axis {
        let tenths = round_tenths((high.max(0.0) - low.min(0.0)) / 3.0);
        let number = |steps: i32| f64::from(steps) * tenths / 10.0;
        let steps = |end: f64| (0..12).find(|&steps| number(steps) >= end).unwrap_or(12);
        let (below, above) = (steps(-low), steps(high));
        let (below, above) = if below + above == 0 { (1, 1) } else { (below, above) };
        let ticks = (-below..=above).map(number).map(|at| (at, label(at))).collect();
        Axis { low: number(-below), high: number(above), ticks }
    }
}

/// In tenths, the largest of 0.1, 0.2, 0.5, 1, 2, 5, 10, … up to `most`; at least 0.1 and at most 5
/// * 10^15.
fn round_tenths(most: f64) -> f64 {
    let (mut best, mut decade) = (1.0, 1.0);
    for _ in 0..17 {
        for factor in [1.0, 2.0, 5.0] {
            if decade * factor / 10.0 <= most {
                best = decade * factor;
            }
        }
        decade *= 10.0;
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn axes_end_at_round_numbers_with_a_few_ticks() {
        for (most, high) in [(1.0, 1.0), (1.01, 1.5), (3.0, 3.0), (7.3, 8.0), (1_234.0, 1_500.0), (99_999.0, 100_000.0)]
        {
            let axis = Axis::from_zero(most, |at| at.to_string());
            assert_eq!(axis.high, high);
            assert!((3..=6).contains(&axis.ticks.len()), "{axis:?}");
            assert!(axis.ticks.iter().all(|(_, label)| label.len() <= 6), "{axis:?}");
        }
    }

    #[test]
    fn axes_around_zero_contain_both_ends() {
        for (low, high) in [(0.0, 0.0), (-1.2, 3.4), (0.3, 0.9), (-80.0, -20.0), (-0.001, 0.002), (-5.0, 0.01)] {
            let axis = Axis::around_zero(low, high, |at| at.to_string());
            assert!(axis.low <= low.min(0.0) && axis.high >= high.max(0.0), "{axis:?}");
            assert!((2..=9).contains(&axis.ticks.len()) && axis.ticks.iter().any(|(at, _)| *at == 0.0), "{axis:?}");
        }
    }

    #[test]
    fn values_beyond_an_axis_are_drawn_at_its_end() {
        let axis = Axis { low: 0.0, high: 2.0, ticks: Vec::new() };
        let places = [-1.0, 0.0, 1.0, 2.0, 1e300].map(|value| axis.pixel(value, (100, 0)));
        assert_eq!(places, [100, 100, 50, 0, 0]);
    }
}
