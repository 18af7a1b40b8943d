//! The values of a quantity over the points of a grid, as lines, dots and heat maps draw them.

use crate::experiment::design::Axis;
use crate::experiment::expression::Quantity;
use crate::stats::interval::IntervalEstimate;

/// The values of a chart.
pub(crate) struct Values<'a> {
    pub(crate) title: String,
    /// The number of replications, and their seed.
    pub(crate) work: String,
    pub(crate) quantity: &'a Quantity,
    /// A value to compare with, and its name.
    pub(crate) target: Option<(f64, String)>,
    /// By the number of the point: whether it is overloaded.
    pub(crate) overloaded: Vec<bool>,
    /// By the number of the point.
    pub(crate) estimates: Vec<IntervalEstimate>,
}

impl Values<'_> {
    /// Whether only a lower bound of some mean is known.
    pub(crate) fn has_bounds(&self) -> bool {
        self.estimates.iter().any(|estimate| !estimate.is_exact())
    }

    /// For subtitles: the number of replications and their seed, and the mark of overloaded points.
    pub(crate) fn remark(&self, mark: &str) -> String {
        let mark = if self.overloaded.contains(&true) { format!("; {mark}: overload") } else { String::new() };
        format!("{}{mark}", self.work)
    }

    /// All means, and the end of the longest interval: at most three times the largest mean, so
    /// that a single point does not flatten the others.
    pub(crate) fn extent(&self) -> (Vec<f64>, f64) {
        let means: Vec<f64> =
            self.estimates.iter().filter_map(|estimate| estimate.value).filter(|mean| mean.is_finite()).collect();
        let largest = means.iter().copied().fold(0.0, f64::max);
        let ends = self.estimates.iter().filter_map(|estimate| estimate.interval).map(|(_, high)| high);
        (means, ends.fold(0.0, f64::max).min(3.0 * largest))
    }
}

/// The name of a step of an axis: its values, with a comma between those of several keys.
pub(crate) fn step_name(axis: &Axis, step: usize) -> String {
    let mut values = axis.values[step].clone();
    // Keys with the same value name it once.
    values.dedup();
    values.join(", ")
}
