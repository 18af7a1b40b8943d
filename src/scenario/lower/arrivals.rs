//! Arrival processes of actions.

use std::sync::Arc;

use super::distribution::is_always_zero;
use super::lowering::Lowering;
use crate::arrival::{ArrivalModel, HOURS, HourlyRates, WEEKDAYS};
use crate::diagnostic::Diagnostic;
use crate::model::action::ActionId;
use crate::model::unit::Rate;
use crate::random::dist::Distribution;
use crate::source::SourceSpan;
use crate::spec::{Arrival, Distribution as DistributionSpec, Number, Profile, Spanned, Spec};

/// The most customers of a closed source, and the largest mean batch size or number of children.
pub(super) const MAX_MEAN_BATCH: f64 = 1e6;

impl Lowering<'_> {
    /// Lowers the arrival processes of all actions. Logs come first: they may create actions that
    /// others name.
    pub(super) fn arrivals(&mut self, spec: &Spec) {
        for (index, (_, action)) in spec.action.iter().enumerate() {
            if let Some(Spanned { value: Arrival::Swf(swf), .. }) = &action.arrival {
                self.swf(swf, ActionId(index as u16));
            }
        }
        for (index, (name, action)) in spec.action.iter().enumerate() {
            let Some(arrival) = &action.arrival else { continue };
            let id = ActionId(index as u16);
            match &arrival.value {
                Arrival::Trace(trace) => {
                    self.trace(trace, id);
                    continue;
                }
                Arrival::Swf(_) => continue,
                _ => {}
            }
            self.record_jobs(id, None, false, arrival.span);
            let source = self.source(arrival, id, &name.value, spec);
            self.arrivals.extend(source.map(|source| (arrival.span, source)));
        }
    }

    fn source(
        &mut self,
        arrival: &Spanned<Arrival>,
        action: ActionId,
        name: &str,
        spec: &Spec,
    ) -> Option<ArrivalModel> {
        let name = name.to_owned();
        match &arrival.value {
            Arrival::Poisson { rate, batch } => {
                let (rate, batch) = (self.loaded(rate), self.batch(batch.as_ref()));
                Some(ArrivalModel::Poisson { action, name, rate, batch })
            }
            Arrival::Renewal { between, batch } => {
                let batch = self.batch(batch.as_ref());
                let load = self.settings.load;
                let times = self.divided(between.span, &between.value, load)?;
                if is_always_zero(&times) {
                    let diagnostic = Diagnostic::error(between.span, "all jobs would come at once, without end");
                    self.report(diagnostic.help("write times between arrivals above 0s"));
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
                let times = self.distribution(think.span, &think.value)?;
                self.check_time_advances(think.span, &times, action, spec);
                Some(ArrivalModel::Closed { action, name, population: population.value, think: times })
            }
            Arrival::Trace(_) | Arrival::Swf(_) => None,
        }
    }

    fn batch(&mut self, batch: Option<&Spanned<DistributionSpec<Number>>>) -> Option<Distribution> {
        let batch = batch?;
        let sizes = self.distribution(batch.span, &batch.value)?;
        if sizes.mean() > MAX_MEAN_BATCH {
            let diagnostic = Diagnostic::error(batch.span, "this is too large a batch");
            self.report(diagnostic.help(format!("write a mean size of at most {MAX_MEAN_BATCH}")));
        }
        Some(sizes)
    }

    fn population(&mut self, population: &Spanned<u32>) {
        let written = population.value;
        if written == 0 || f64::from(written) > MAX_MEAN_BATCH {
            let diagnostic = Diagnostic::error(population.span, format!("`population` cannot be {written}"));
            self.report(diagnostic.help(format!("write a whole number from 1 to {MAX_MEAN_BATCH}")));
        }
    }

    /// Rejects customers who come back at once, for ever: simulated time would stand still.
    fn check_time_advances(&mut self, span: SourceSpan, think: &Distribution, action: ActionId, spec: &Spec) {
        let draft = &self.actions[usize::from(action.0)];
        let why = if draft.has_service && is_always_zero(&draft.model.service) {
            "jobs that take no time"
        } else if draft.model.patience.as_ref().is_some_and(is_always_zero) {
            "jobs that give up at once"
        } else if spec.queue.limit.is_some() {
            "jobs that are turned away"
        } else {
            return;
        };
        if is_always_zero(think) {
            let title = format!("without a think time and with {why}, customers come back at once, for ever");
            self.report(Diagnostic::error(span, title).help("write a think time above 0s"));
        }
    }

    fn rates(&mut self, profile: &Profile) -> Option<HourlyRates> {
        let Profile { rates, monday, tuesday, wednesday, thursday, friday, saturday, sunday, .. } = profile;
        let usual = self.day(rates);
        let mut days: [Option<[Rate; HOURS]>; WEEKDAYS] = [usual; WEEKDAYS];
        for (day, own) in [monday, tuesday, wednesday, thursday, friday, saturday, sunday].into_iter().enumerate() {
            if let Some(own) = own {
                days[day] = self.day(own);
            }
        }
        let days: Vec<[Rate; HOURS]> = days.into_iter().collect::<Option<_>>()?;
        let zone = profile.time_zone.unwrap_or(self.settings.time_zone);
        days.try_into().ok().map(|days| HourlyRates::weekly(days).in_zone(zone))
    }

    /// A rate times the load of the scenario.
    fn loaded(&mut self, rate: &Spanned<Rate>) -> Rate {
        let per_second = (rate.value.as_per_second() * self.settings.load).min(f64::MAX);
        let value = Rate::per_second(per_second).unwrap_or(rate.value);
        self.check_rate(&Spanned { span: rate.span, value });
        value
    }

    /// The rates of a day's hours.
    fn day(&mut self, rates: &Spanned<Vec<Spanned<Rate>>>) -> Option<[Rate; HOURS]> {
        let hours: Vec<Rate> = rates.value.iter().map(|rate| self.loaded(rate)).collect();
        let count = hours.len();
        let day = hours.try_into().ok();
        if day.is_none() && !self.recovered.any(rates.span) {
            let title = format!("a day has {HOURS} rates, one per hour from 00:00 on; this list has {count}");
            self.report(Diagnostic::error(rates.span, title));
        }
        day
    }
}
