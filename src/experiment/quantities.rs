//! Quantities resolved in one scenario, and their values in the outcomes of its replications.

use crate::engine::System;
use crate::expression::{ExpressionError, Quantity, ResolvedQuantity};
use crate::stats::sample::Sample;
use crate::stats::{
    CensoredValue, DayClass, Direction, HoursOfWeek, Measurements, ReplicationStats, Request, TimeWindow,
};

/// Quantities of one scenario's replications, in order.
#[derive(Clone, Debug, Default)]
pub struct ResolvedQuantities {
    pub(super) quantities: Vec<ResolvedQuantity>,
    /// Which of two values of a quantity is better.
    preferences: Vec<Option<Direction>>,
    measurements: Measurements,
}

/// The values of a quantity in one hour of the day, replication by replication.
#[derive(Clone, Debug)]
pub struct HourValues {
    /// The hour.
    pub hours: HoursOfWeek,
    /// `None` where no job fell due in it.
    pub values: Vec<Option<CensoredValue>>,
}

impl ResolvedQuantities {
    /// Resolves quantities in a scenario.
    ///
    /// # Errors
    /// The number of a quantity that the scenario does not have, and what is wrong with it.
    pub fn of<'q>(
        quantities: impl IntoIterator<Item = &'q Quantity>,
        system: &System,
    ) -> Result<ResolvedQuantities, (usize, ExpressionError)> {
        let mut resolved = ResolvedQuantities::default();
        let mut requests: Vec<Request> = Vec::new();
        for (number, quantity) in quantities.into_iter().enumerate() {
            resolved.preferences.push(quantity.preference());
            let quantity = quantity.resolve(system).map_err(|error| (number, error))?;
            resolved.quantities.push(quantity);
            let own: Vec<Request> = match quantity {
                ResolvedQuantity::Metric(_) => Vec::new(),
                ResolvedQuantity::Requested(request) => vec![request],
                ResolvedQuantity::WorstHour(figure) => {
                    hours().map(|hours| Request { figure, window: Some(TimeWindow::Hours(hours)) }).collect()
                }
            };
            add_new(&mut requests, own);
        }
        let staffing = resolved.quantities.iter().any(|quantity| quantity.measure().is_of_staffing());
        resolved.measurements = Measurements { staffing, ..Measurements::of(requests) };
        Ok(resolved)
    }

    /// A metric alone.
    #[cfg(test)]
    pub(crate) fn of_metric(metric: crate::stats::Metric) -> ResolvedQuantities {
        let quantities = vec![ResolvedQuantity::Metric(metric)];
        ResolvedQuantities { quantities, preferences: vec![None], measurements: Measurements::default() }
    }

    /// The same quantities for the jobs of a part of the run, and after these, in the same order,
    /// those of the whole run. A quantity with hours of its own, or of the whole run only, stays
    /// what it is.
    #[must_use]
    pub fn within(self, window: TimeWindow) -> ResolvedQuantities {
        let part = |quantity: &ResolvedQuantity| match *quantity {
            ResolvedQuantity::Metric(_) | ResolvedQuantity::Requested(Request { window: None, .. })
                if quantity.measure().has_hours() =>
            {
                ResolvedQuantity::Requested(Request { figure: quantity.figure(), window: Some(window) })
            }
            other => other,
        };
        let parts: Vec<ResolvedQuantity> = self.quantities.iter().map(part).collect();
        let mut requests: Vec<Request> = self.measurements.requests.to_vec();
        let requested = |quantity: &ResolvedQuantity| match quantity {
            ResolvedQuantity::Requested(request) => Some(*request),
            _ => None,
        };
        add_new(&mut requests, parts.iter().filter_map(requested));
        ResolvedQuantities {
            quantities: parts.into_iter().chain(self.quantities).collect(),
            preferences: [self.preferences.clone(), self.preferences].concat(),
            measurements: Measurements { requests: requests.into(), ..self.measurements },
        }
    }

    /// What replications have to measure besides their metrics.
    pub fn measurements(&self) -> &Measurements {
        &self.measurements
    }

    /// The same quantities, and worker-hours, cost and scaling of any scenario.
    #[must_use]
    pub fn with_staffing(mut self) -> ResolvedQuantities {
        self.measurements.staffing = true;
        self
    }

    /// The same quantities, and the course of the queue; and waits, queues and utilization by hour
    /// of the day if `by_hour`.
    #[must_use]
    pub fn over_time(mut self, by_hour: bool) -> ResolvedQuantities {
        (self.measurements.by_hour, self.measurements.queue_course) = (by_hour, true);
        self
    }

    /// The same quantities, and who holds the units that jobs wait for if `holders`.
    #[must_use]
    pub fn with_holders(mut self, holders: bool) -> ResolvedQuantities {
        self.measurements.holders = holders;
        self
    }

    /// The quantity with that number.
    pub fn get(&self, number: usize) -> ResolvedQuantity {
        self.quantities[number]
    }

    /// The values of the quantity with that number, in replications that have measured
    /// [`ResolvedQuantities::measurements`]; of the worst hour, if it is one of hours.
    pub fn values(&self, number: usize, outcomes: &[ReplicationStats]) -> Vec<Option<CensoredValue>> {
        let Some(first) = outcomes.first() else { return Vec::new() };
        match self.quantities[number] {
            ResolvedQuantity::Metric(metric) => {
                let index = first.metrics.iter().position(|figure| figure.metric == metric);
                outcomes.iter().map(|outcome| outcome.metrics[index?].value).collect()
            }
            ResolvedQuantity::Requested(request) => self.requested(&request, outcomes),
            ResolvedQuantity::WorstHour(_) => {
                let worst = self.worst_hour(number, outcomes);
                worst.map_or_else(|| vec![None; outcomes.len()], |hour| hour.values)
            }
        }
    }

    fn requested(&self, request: &Request, outcomes: &[ReplicationStats]) -> Vec<Option<CensoredValue>> {
        let index = self.measurements.requests.iter().position(|known| known == request);
        outcomes.iter().map(|outcome| outcome.requested[index?]).collect()
    }

    /// The values of all hours in which a job fell due in any replication; none if the quantity is
    /// not one of hours.
    pub fn hours(&self, number: usize, outcomes: &[ReplicationStats]) -> Vec<HourValues> {
        let ResolvedQuantity::WorstHour(figure) = self.quantities[number] else { return Vec::new() };
        let of_hour = |hours| {
            let values = self.requested(&Request { figure, window: Some(TimeWindow::Hours(hours)) }, outcomes);
            HourValues { hours, values }
        };
        hours().map(of_hour).filter(|hour| hour.values.iter().any(Option::is_some)).collect()
    }

    /// The hour with the worst mean over replications; only hours with jobs in two replications or
    /// more are compared, if there is one.
    pub fn worst_hour(&self, number: usize, outcomes: &[ReplicationStats]) -> Option<HourValues> {
        let is_higher_better = self.preferences[number] == Some(Direction::HigherIsBetter);
        let badness = |hour: &HourValues| {
            let mean = |bound: fn(&CensoredValue) -> f64| Sample::of(hour.values.iter().flatten().map(bound)).mean;
            let (lower, upper) = (mean(|value| value.lower), mean(|value| value.upper));
            if is_higher_better { lower.map(|lower| -lower) } else { upper.or(lower) }
        };
        let mut hours = self.hours(number, outcomes);
        if hours.iter().any(HourValues::is_judged) {
            hours.retain(HourValues::is_judged);
        }
        // Of equally bad hours, the first.
        let worse = |one: HourValues, other: HourValues| {
            let [first, second] = [&one, &other].map(|hour| badness(hour).unwrap_or(f64::NEG_INFINITY));
            if second > first { other } else { one }
        };
        hours.into_iter().reduce(worse)
    }

    /// Outcomes that have measured what `other` asks for, reduced to what `self` asks for in its
    /// order; `None` if one of these was not measured.
    pub fn select_from(
        &self,
        other: &ResolvedQuantities,
        outcomes: Vec<ReplicationStats>,
    ) -> Option<Vec<ReplicationStats>> {
        let index = |request: &Request| other.measurements.requests.iter().position(|known| known == request);
        let indices: Vec<usize> = self.measurements.requests.iter().map(index).collect::<Option<_>>()?;
        let select = |outcome: ReplicationStats| {
            let requested = indices.iter().map(|index| outcome.requested[*index]).collect();
            ReplicationStats { requested, ..outcome }
        };
        Some(outcomes.into_iter().map(select).collect())
    }
}

impl HourValues {
    /// Whether a verdict can be given: two replications or more have a value.
    pub fn is_judged(&self) -> bool {
        self.values.iter().flatten().count() >= 2
    }
}

fn add_new(known: &mut Vec<Request>, requests: impl IntoIterator<Item = Request>) {
    for request in requests {
        if !known.contains(&request) {
            known.push(request);
        }
    }
}

/// The hours of the day on weekdays, then those at weekends.
fn hours() -> impl Iterator<Item = HoursOfWeek> {
    let classes = [DayClass::Weekdays, DayClass::Weekend];
    classes.into_iter().flat_map(|class| (0..24).map(move |hour| HoursOfWeek::hour(class.days(), hour)))
}
