//! Arrival processes of actions.

use std::sync::Arc;

use super::Build;
use super::distribution::is_always_zero;
use crate::arrival::{ArrivalModel, HOURS, HourlyRates, WEEKDAYS};
use crate::diagnostic::Complaint;
use crate::model::action::ActionId;
use crate::model::unit::Rate;
use crate::random::dist::Distribution;
use crate::source::Place;
use crate::spec::{Arrival, At, Distribution as DistributionSpec, Number, Profile, Spec};

/// The most customers of a closed source, and the largest mean size of a batch or number of children.
pub(super) const MOST_AT_ONCE: f64 = 1e6;

impl Build<'_> {
    /// Makes the arrival processes of all actions; first of those whose logs make further actions, which others may name.
    pub(super) fn arrivals(&mut self, spec: &Spec) {
        for (index, (_, action)) in spec.action.iter().enumerate() {
            if let Some(At { value: Arrival::Swf(swf), .. }) = &action.arrival {
                self.swf(swf, ActionId(index as u16));
            }
        }
        for (index, (name, action)) in spec.action.iter().enumerate() {
            let Some(arrival) = &action.arrival else { continue };
            let id = ActionId(index as u16);
            match &arrival.value {
                Arrival::Trace { file } => {
                    self.trace(file, id);
                    continue;
                }
                Arrival::Swf(_) => continue,
                _ => {}
            }
            self.uses(id, None, false, arrival.place);
            let source = self.source(arrival, id, &name.value, spec);
            self.arrivals.extend(source.map(|source| (arrival.place, source)));
        }
    }

    fn source(&mut self, arrival: &At<Arrival>, action: ActionId, name: &str, spec: &Spec) -> Option<ArrivalModel> {
        let name = name.to_owned();
        match &arrival.value {
            Arrival::Poisson { rate, batch } => {
                let batch = self.batch(batch.as_ref());
                Some(ArrivalModel::Poisson { action, name, rate: rate.value, batch })
            }
            Arrival::Renewal { between, batch } => {
                let batch = self.batch(batch.as_ref());
                let times = self.distribution(between.place, &between.value)?;
                if is_always_zero(&times) {
                    let complaint = Complaint::error(between.place, "all jobs would come at once, without end");
                    self.complain(complaint.help("write times between arrivals above 0s"));
                }
                Some(ArrivalModel::Renewal { action, name, between: times, batch })
            }
            Arrival::Profile(profile) => {
                let batch = self.batch(profile.batch.as_ref());
                let rates = self.rates(profile)?;
                Some(ArrivalModel::Profile { action, name, rates: Arc::new(rates), batch })
            }
            Arrival::Closed { population, think } => {
                self.population(population);
                let times = self.distribution(think.place, &think.value)?;
                self.time_passes(think.place, &times, action, spec);
                Some(ArrivalModel::Closed { action, name, population: population.value, think: times })
            }
            Arrival::Trace { .. } | Arrival::Swf(_) => None,
        }
    }

    fn batch(&mut self, batch: Option<&At<DistributionSpec<Number>>>) -> Option<Distribution> {
        let batch = batch?;
        let sizes = self.distribution(batch.place, &batch.value)?;
        if sizes.mean() > MOST_AT_ONCE {
            let complaint = Complaint::error(batch.place, "a batch of so many jobs is beyond all bounds");
            self.complain(complaint.help(format!("write a mean size of at most {MOST_AT_ONCE}")));
        }
        Some(sizes)
    }

    fn population(&mut self, population: &At<u32>) {
        let written = population.value;
        if written == 0 || f64::from(written) > MOST_AT_ONCE {
            let complaint = Complaint::error(population.place, format!("`population` cannot be {written}"));
            self.complain(complaint.help(format!("write a whole number from 1 to {MOST_AT_ONCE}")));
        }
    }

    /// Complains about customers who come back at once, for ever, so that simulated time would stand still.
    fn time_passes(&mut self, place: Place, think: &Distribution, action: ActionId, spec: &Spec) {
        let draft = &self.actions[usize::from(action.0)];
        let at_once = |distribution: &Option<Distribution>| distribution.as_ref().is_some_and(is_always_zero);
        let why = if at_once(&draft.service) {
            "jobs that take no time"
        } else if at_once(&draft.patience) {
            "jobs that give up at once"
        } else if spec.queue.limit.is_some() {
            "jobs that are turned away"
        } else {
            return;
        };
        if is_always_zero(think) {
            let title = format!("without a think time and with {why}, customers come back at once, for ever");
            self.complain(Complaint::error(place, title).help("write a think time above 0s"));
        }
    }

    fn rates(&mut self, profile: &Profile) -> Option<HourlyRates> {
        let Profile { rates, monday, tuesday, wednesday, thursday, friday, saturday, sunday, batch: _ } = profile;
        let usual = self.day(rates);
        let mut days: [Option<[Rate; HOURS]>; WEEKDAYS] = [usual; WEEKDAYS];
        for (day, own) in [monday, tuesday, wednesday, thursday, friday, saturday, sunday].into_iter().enumerate() {
            if let Some(own) = own {
                days[day] = self.day(own);
            }
        }
        let days: Vec<[Rate; HOURS]> = days.into_iter().collect::<Option<_>>()?;
        days.try_into().ok().map(HourlyRates::weekly)
    }

    /// The rates of a day's hours.
    fn day(&mut self, rates: &At<Vec<At<Rate>>>) -> Option<[Rate; HOURS]> {
        let hours: Vec<Rate> = rates.value.iter().map(|rate| rate.value).collect();
        let count = hours.len();
        let day = hours.try_into().ok();
        if day.is_none() && !self.holes.any(rates.place) {
            let title = format!("a day has {HOURS} rates, one an hour from 00:00 UTC on; here are {count}");
            self.complain(Complaint::error(rates.place, title));
        }
        day
    }
}
