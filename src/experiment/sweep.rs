//! Many scenarios under one seed: all their replications share the cores, and only the results of
//! each are kept, not its series.
//!
//! The same seed gives all of them common random numbers: replication k has the same jobs
//! everywhere, as far as the scenarios ask for the same.

use std::borrow::Cow;

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::expression::{ExpressionError, Quantity, ResolvedQuantity};
use crate::feasibility;
use crate::growth::QueueGrowth;
use crate::model::time::Span;
use crate::quantities::ResolvedQuantities;
use crate::replicate::replicate;
use crate::replication::Progress;
use crate::results::{Results, SummaryRow};
use crate::scenario::{Scenario, WarmUpRule};
use crate::stats::interval::IntervalEstimate;
use crate::stats::{HoursOfWeek, ReplicationStats, RequestedFigure};
use crate::unserved::exact;
use crate::warmup::find_warm_up;

/// A scenario to simulate, and the quantities to show of it.
#[derive(Clone, Debug)]
pub struct DesignPoint {
    /// The scenario.
    pub scenario: Scenario,
    /// The load, if more work arrives than can be done.
    pub overload: Option<f64>,
    quantities: ResolvedQuantities,
    /// The number of quantities.
    count: usize,
}

/// The results of a design point.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PointResult {
    /// Every figure over all replications, as in a run of this scenario alone.
    pub summary: Vec<SummaryRow>,
    /// The quantities to show, in order.
    #[serde(rename = "shown")]
    pub responses: Vec<Response>,
    /// The warm-up, if the scenario asks for one to be found.
    pub warm_up: Option<WarmUpSummary>,
    /// The growth of the queue, if it still grows at the horizon.
    pub growth: Option<QueueGrowth>,
}

/// The results of a quantity.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Response {
    /// By replication; `None` where there was nothing to measure, and everywhere if only bounds of
    /// some value are known.
    pub values: Vec<Option<f64>>,
    /// Over all replications.
    pub estimate: IntervalEstimate,
    /// The worst hour, if the quantity is that of one.
    pub hour: Option<HoursOfWeek>,
}

/// A warm-up that was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WarmUpSummary {
    /// How long it is.
    pub length: Span,
    /// Whether the run is too short to tell.
    pub is_too_short: bool,
}

impl DesignPoint {
    /// A scenario with these quantities to show.
    ///
    /// # Errors
    /// The number of a quantity that the scenario does not have, and what is wrong with it.
    pub fn new(scenario: Scenario, quantities: &[Quantity]) -> Result<DesignPoint, (usize, ExpressionError)> {
        let resolved = ResolvedQuantities::of(quantities, &scenario.system)?;
        let overload = feasibility::analyze(&scenario).overload();
        Ok(DesignPoint { scenario, overload, quantities: resolved, count: quantities.len() })
    }

    /// The quantity with that number.
    pub fn quantity(&self, number: usize) -> ResolvedQuantity {
        self.quantities.get(number)
    }

    /// Runs all replications on rayon's current threads.
    fn run(&self, progress: &dyn Progress) -> PointResult {
        let mut scenario = Cow::Borrowed(&self.scenario);
        let is_open = scenario.warm_up == WarmUpRule::Auto;
        let warm_up = if is_open { find_warm_up(scenario.to_mut(), progress) } else { None };
        let outcomes = replicate(&scenario, self.quantities.measurements(), 0..scenario.replications, progress);
        let responses = (0..self.count).map(|number| self.response(number, &outcomes)).collect();
        let warm_up = warm_up.map(|found| WarmUpSummary { length: found.length, is_too_short: found.is_too_short });
        let growth = QueueGrowth::of_scenario(&scenario, &outcomes);
        PointResult { summary: Results::of(outcomes).summary, responses, warm_up, growth }
    }

    fn response(&self, number: usize, outcomes: &[ReplicationStats]) -> Response {
        let values = self.quantities.values(number, outcomes);
        let estimate = match self.quantity(number).figure() {
            RequestedFigure::Metric(metric) => IntervalEstimate::of(metric, &values),
            RequestedFigure::Share(_) => IntervalEstimate::of_shares(&values),
        };
        let hour = self.quantities.worst_hour(number, outcomes).map(|hour| hour.hours);
        let values = exact(&values).unwrap_or_else(|| vec![None; values.len()]);
        Response { values, estimate, hour }
    }
}

/// Runs all design points on rayon's current threads, except those that are done already. The
/// result of each goes to `keep` as soon as it is known.
pub fn run(
    points: &[DesignPoint],
    done: Vec<Option<PointResult>>,
    keep: &(dyn Fn(usize, &PointResult) + Sync),
    progress: &dyn Progress,
) -> Vec<PointResult> {
    debug_assert_eq!(points.len(), done.len());
    let one = |(number, done): (usize, Option<PointResult>)| {
        done.unwrap_or_else(|| {
            let result = points[number].run(progress);
            keep(number, &result);
            result
        })
    };
    done.into_par_iter().enumerate().map(one).collect()
}
