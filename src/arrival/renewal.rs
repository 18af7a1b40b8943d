//! Renewal arrivals: independent, identically distributed times between arrivals; Poisson arrivals
//! are the exponential case.

use super::batch::Batches;
use crate::engine::{Arrival, ArrivalProcess, ArrivalStart};
use crate::model::action::ActionId;
use crate::model::time::Time;
use crate::model::unit::Rate;
use crate::random::buffered_sampler::BufferedSampler;
use crate::random::dist::Distribution;
use crate::random::stream::Purpose;

/// A renewal process from the start of the run.
#[derive(Debug)]
pub struct Renewal {
    action: ActionId,
    between: BufferedSampler,
    batches: Batches,
    last: Time,
}

impl Renewal {
    /// A Poisson process; no job arrives at rate 0.
    pub fn poisson(
        action: ActionId,
        name: &str,
        rate: Rate,
        batch: Option<Distribution>,
        start: ArrivalStart,
    ) -> Renewal {
        let between = BufferedSampler::at_rate(rate.as_per_second(), start.streams.stream(Purpose::Arrival, name));
        Renewal::with(action, name, between, batch, start)
    }

    /// A renewal process; the time from the start to the first arrival has the same distribution.
    pub fn new(
        action: ActionId,
        name: &str,
        between: Distribution,
        batch: Option<Distribution>,
        start: ArrivalStart,
    ) -> Renewal {
        let between = BufferedSampler::seconds(between, start.streams.stream(Purpose::Arrival, name));
        Renewal::with(action, name, between, batch, start)
    }

    fn with(
        action: ActionId,
        name: &str,
        between: BufferedSampler,
        batch: Option<Distribution>,
        start: ArrivalStart,
    ) -> Renewal {
        Renewal { action, between, batches: Batches::new(batch, name, start.streams), last: Time::ZERO }
    }
}

impl ArrivalProcess for Renewal {
    #[inline(always)]
    fn next(&mut self) -> Option<Arrival> {
        // The clock saturates at the end of time, which an infinite time between arrivals (rate 0)
        // reaches at once.
        self.last += self.between.draw();
        if self.last == Time::NEVER {
            return None;
        }
        Some(Arrival { count: self.batches.next(), ..Arrival::single(self.last, self.action) })
    }
}
