//! The targets of a search, and the designs they are tested in.

use crate::design::GridPoint;
use crate::expression::{Aggregate, Bound, Condition, ExpressionError};
use crate::growth::QueueGrowth;
use crate::quantities::ResolvedQuantities;
use crate::scenario::Scenario;
use crate::stats::bound_test::{BoundSample, BoundStatus, Relation, SequentialBounds};
use crate::stats::interim_looks::InterimLooks;
use crate::stats::{Direction, HoursOfWeek, Measure, ReplicationStats, Statistic, TimeWindow};
use crate::unserved::{UnservedJobs, is_of_served};

/// A configuration among which the search looks for the cheapest.
#[derive(Clone, Debug)]
pub struct Design {
    /// The keys it sets.
    pub point: GridPoint,
    /// By axis of the grid, the index of its value.
    pub steps: Vec<usize>,
    /// Its cost, in a unit of the caller's.
    pub cost: f64,
    /// What is simulated.
    pub scenario: Scenario,
    /// The load, if more work arrives than can be done.
    pub overload: Option<f64>,
    /// Whether it has little chance, so that it is tried last.
    pub is_likely_infeasible: bool,
}

impl Design {
    /// Whether this design has no less of anything than another, and differs in nothing else.
    pub(super) fn dominates(&self, other: &Design, supply_axes: &[bool]) -> bool {
        let mut steps = self.steps.iter().zip(&other.steps).zip(supply_axes);
        steps.all(|((own, other), is_supply)| if *is_supply { own >= other } else { own == other })
    }
}

/// What a design has to meet, and how sure that has to be.
#[derive(Clone, Debug)]
pub struct Targets {
    /// Bounds on values; all have to be kept.
    pub conditions: Vec<Condition>,
    /// The highest probability that a failing design is reported as meeting the targets.
    pub level: f64,
    /// The numbers of replications at which the search checks whether more are needed.
    pub looks: InterimLooks,
    /// The part of the run whose jobs count, with the loss of a worker in it; the whole run if
    /// `None`.
    pub loss_window: Option<TimeWindow>,
    /// By axis of the grid: whether more of it can only help, as far as one can tell beforehand.
    pub supply_axes: Vec<bool>,
    /// The measure whose mean is the cost of a design, if costs are measured.
    pub measured_cost: Option<Measure>,
}

/// A target in the replications of one look.
#[derive(Clone, Debug)]
pub(super) struct TargetLook {
    pub(super) sample: BoundSample,
    /// Whether further replications do not see the jobs that matter, either.
    pub(super) is_final: bool,
    /// The worst hour, if the target is about one.
    pub(super) hour: Option<HoursOfWeek>,
    /// The hours that are not judged, because fewer than two replications have a job in them.
    pub(super) unjudged: Vec<HoursOfWeek>,
    /// The sample of the whole run, if only a part of it counts.
    pub(super) whole: Option<BoundSample>,
    pub(super) unserved: Option<UnservedJobs>,
    pub(super) growth: Option<QueueGrowth>,
}

/// A target that no design can be tested against.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("{error}")]
pub struct UnsupportedTarget {
    /// The target's number.
    pub target: usize,
    /// What is wrong with it.
    pub error: Box<ExpressionError>,
}

/// A target in one design.
#[derive(Clone, Debug, PartialEq)]
pub struct TargetTest {
    /// The mean of the quantity over replications, from below; `None` where it could not be
    /// measured.
    pub value: Option<f64>,
    /// Whether the mean is known, and not only a bound of it.
    pub is_exact: bool,
    /// The interval of the mean from which the status was taken; `None` where nothing bounds it
    /// from above, and where it would contradict an undecided status.
    pub interval: Option<(f64, f64)>,
    /// The bound, in the quantity's unit.
    pub bound: f64,
    /// How likely these replications are if the target is not kept.
    pub p_kept: Option<f64>,
    /// How likely these replications are if the target is kept.
    pub p_broken: Option<f64>,
    /// What is shown.
    pub status: BoundStatus,
    /// Replications that count.
    pub replications: u64,
    /// Replications that had nothing to measure.
    pub missing: u64,
    /// The jobs that the value does not see, if there are any.
    pub unserved: Option<UnservedJobs>,
    /// The growth of the queue because of which the target is not shown to be met.
    pub growth: Option<QueueGrowth>,
    /// The worst hour, if the target is about one.
    pub hour: Option<HoursOfWeek>,
    /// The hours that are not judged, because fewer than two replications have a job in them.
    pub unjudged: Vec<HoursOfWeek>,
    /// The mean over the whole run, from below, if only a part of it counts.
    pub whole_run: Option<f64>,
}

impl Targets {
    /// Checks that a scenario has what the targets are about, and resolves it.
    ///
    /// # Errors
    /// If a target refers to a baseline, to a maximum, to something that the scenario does not
    /// have, or to a time after its end.
    pub fn resolve(&self, scenario: &Scenario) -> Result<ResolvedQuantities, UnsupportedTarget> {
        let unsupported = |target, error| UnsupportedTarget { target, error: Box::new(error) };
        for (number, condition) in self.conditions.iter().enumerate() {
            check(condition, scenario).map_err(|error| unsupported(number, error))?;
        }
        let quantities = self.conditions.iter().map(|condition| &condition.quantity);
        let whole = ResolvedQuantities::of(quantities, &scenario.system)
            .map_err(|(number, error)| unsupported(number, error))?;
        let whole = if self.measured_cost.is_some() { whole.with_staffing() } else { whole };
        Ok(match self.loss_window {
            Some(window) => whole.within(window),
            None => whole,
        })
    }

    /// Whether more workers can only help, as far as the targets go.
    pub(super) fn favour_supply(&self) -> bool {
        self.conditions.iter().all(is_helped_by_supply)
    }

    /// The targets in the replications of one look.
    pub(super) fn look(
        &self,
        scenario: &Scenario,
        quantities: &ResolvedQuantities,
        outcomes: &[ReplicationStats],
        bounds: &SequentialBounds,
    ) -> Vec<TargetLook> {
        let growth = QueueGrowth::without_end(scenario, outcomes);
        let sample = |(number, condition): (usize, &Condition)| {
            let of = |values: &[_]| BoundSample::of_value(values, condition.relation, value_of(condition.bound));
            let hours = quantities.hours(number, outcomes);
            let (judged, unjudged): (Vec<_>, Vec<_>) = hours.iter().partition(|hour| hour.is_judged());
            let unjudged = unjudged.iter().map(|hour| hour.hours).collect();
            let (sample, hour) = match quantities.worst_hour(number, outcomes) {
                Some(worst) => {
                    let judged: Vec<_> = judged.iter().map(|hour| of(&hour.values)).collect();
                    (of(&worst.values).with_parts(&judged), Some(worst.hours))
                }
                None => (of(&quantities.values(number, outcomes)), None),
            };
            let targets = self.conditions.iter().enumerate().map(|(number, target)| (target, quantities.get(number)));
            let unserved = UnservedJobs::unseen_by(quantities.get(number), outcomes, targets);
            let growth = growth.filter(|_| is_of_served(quantities.get(number)));
            let is_no_good_news = growth.is_some() || unserved.is_some_and(|jobs| jobs.leaves_too_many());
            let (sample, is_final) = match unserved {
                Some(jobs) if jobs.loses_too_many() => (sample.undecidable(), true),
                _ if is_no_good_news => (sample.not_shown_kept(), bounds.shows_kept(&sample)),
                _ => (sample, false),
            };
            let whole = self.loss_window.map(|_| of(&quantities.values(number + self.conditions.len(), outcomes)));
            TargetLook { sample, is_final, hour, unjudged, whole, unserved, growth }
        };
        self.conditions.iter().enumerate().map(sample).collect()
    }

    /// The test of a target, for people.
    pub(super) fn test(&self, number: usize, look: &TargetLook, bounds: &SequentialBounds) -> TargetTest {
        let TargetLook { sample, hour, unjudged, whole, unserved, growth, .. } = look;
        let condition = &self.conditions[number];
        let (least, largest) = condition.quantity.range();
        let (status, bound) = (bounds.status(number), value_of(condition.bound));
        // Where the value does not see jobs that matter, an interval would show what is not shown.
        let agrees = |ends: &(f64, f64)| status != BoundStatus::Undecided || ends.0 <= bound && bound <= ends.1;
        let interval = sample.value_interval(bounds.levels(condition.relation, sample)).filter(agrees);
        TargetTest {
            value: sample.value.mean,
            is_exact: sample.is_exact,
            interval: interval.map(|(low, high)| (low.max(least), high.min(largest))),
            bound,
            p_kept: sample.p_kept,
            p_broken: sample.p_broken,
            status,
            replications: sample.value.count,
            missing: sample.missing,
            unserved: *unserved,
            growth: *growth,
            hour: *hour,
            unjudged: unjudged.clone(),
            whole_run: whole.and_then(|whole| whole.value.mean),
        }
    }
}

/// The value of a bound. [`Targets::resolve`] accepts no others.
fn value_of(bound: Bound) -> f64 {
    match bound {
        Bound::Value(bound) | Bound::Difference(bound) | Bound::Relative(bound) => bound,
    }
}

fn check(condition: &Condition, scenario: &Scenario) -> Result<(), ExpressionError> {
    let error = |title: &str| ExpressionError::about(&condition.text, title);
    let Bound::Value(bound) = condition.bound else {
        return Err(error("there is no baseline here to take a difference to")
            .help("write a value without a sign, such as `p95(wait) < 5m`"));
    };
    let quantity = &condition.quantity;
    if quantity.aggregate == Aggregate::Statistic(Statistic::Max) {
        return Err(error(
            "a maximum grows with the length of a run, so no number of runs shows it to be below a bound",
        )
        .help("write a quantile, such as `p99(wait) < 5m`"));
    }
    if quantity.measure == Measure::DrainS && bound > scenario.system.window.horizon.as_secs_f64() {
        return Err(error("the run ends before that time, so it cannot show this")
            .help("write a longer `horizon`, such as twice the target"));
    }
    Ok(())
}

/// Whether more workers help a target, as far as one can tell beforehand.
fn is_helped_by_supply(condition: &Condition) -> bool {
    let quantity = &condition.quantity;
    // More workers are each used less.
    let less = quantity.measure == Measure::Utilization;
    let preference = if less { Some(Direction::LowerIsBetter) } else { quantity.preference() };
    matches!(
        (preference, condition.relation),
        (Some(Direction::LowerIsBetter), Relation::AtMost) | (Some(Direction::HigherIsBetter), Relation::AtLeast)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn more_workers_help_waits_and_not_their_own_utilization() {
        for (condition, expected) in [
            ("p95(wait) < 5m", true),
            ("share(wait < 1m) >= 99%", true),
            ("utilization(scan) < 85%", true),
            ("utilization(scan) > 40%", false),
            ("throughput >= 40/h", true),
            ("drain < 6h", true),
            ("mean(service) < 1m", false),
        ] {
            assert_eq!(is_helped_by_supply(&condition.parse().unwrap()), expected, "{condition}");
        }
    }
}
