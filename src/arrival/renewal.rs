//! Renewal arrivals: independent, identically distributed times between arrivals; Poisson arrivals are the exponential case.

use super::batch::Batches;
use crate::engine::{Arrival, ArrivalProcess, ArrivalStart};
use crate::model::action::ActionId;
use crate::model::time::{Span, Time};
use crate::model::unit::Rate;
use crate::random::dist::Distribution;
use crate::random::stream::{Purpose, Stream};

/// A renewal process from the start of the run.
#[derive(Debug)]
pub struct Renewal {
    action: ActionId,
    between: Between,
    stream: Stream,
    batches: Batches,
    /// The arrival that is asked for next, drawn one ahead: the instant of the next event never waits for a draw, which
    /// is worth 5 ns a job.
    next: Time,
}

/// The law of the times between arrivals.
#[derive(Debug)]
enum Between {
    /// Exponential; the standard variate is divided by the rate, so that sweeps over rates are paired.
    AtRate(f64),
    /// Any other, in seconds.
    Drawn(Distribution),
}

impl Renewal {
    /// A Poisson process: none ever comes at rate 0.
    pub fn poisson(
        action: ActionId,
        name: &str,
        rate: Rate,
        batch: Option<Distribution>,
        start: ArrivalStart,
    ) -> Renewal {
        Renewal::with(action, name, Between::AtRate(rate.as_per_second()), batch, start)
    }

    /// A renewal process; the first arrival comes one between-time after the start.
    pub fn new(
        action: ActionId,
        name: &str,
        between: Distribution,
        batch: Option<Distribution>,
        start: ArrivalStart,
    ) -> Renewal {
        Renewal::with(action, name, Between::Drawn(between), batch, start)
    }

    fn with(
        action: ActionId,
        name: &str,
        between: Between,
        batch: Option<Distribution>,
        start: ArrivalStart,
    ) -> Renewal {
        let stream = start.streams.stream(Purpose::Arrival, name);
        let batches = Batches::new(batch, name, start.streams);
        let mut renewal = Renewal { action, between, stream, batches, next: Time::ZERO };
        renewal.advance();
        renewal
    }

    /// The clock saturates at the end of time, where an infinite between-time (rate 0) leads at once.
    #[inline(always)]
    fn advance(&mut self) {
        let seconds = match &self.between {
            Between::AtRate(rate) => self.stream.exponential() / rate,
            Between::Drawn(between) => between.sample(&mut self.stream),
        };
        self.next += Span::from_secs_f64(seconds);
    }
}

impl ArrivalProcess for Renewal {
    #[inline(always)]
    fn next(&mut self) -> Option<Arrival> {
        let at = self.next;
        if at == Time::NEVER {
            return None;
        }
        self.advance();
        Some(Arrival { count: self.batches.next(), ..Arrival::single(at, self.action) })
    }
}
