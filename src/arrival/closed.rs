//! Closed arrivals: a fixed population of customers, each of whom thinks, sends a job, and waits
//! for its end.

use crate::engine::{Arrival, ArrivalProcess, ArrivalStart};
use crate::model::action::ActionId;
use crate::model::time::{Span, Time};
use crate::random::dist::Distribution;
use crate::random::stream::{Purpose, StreamFamily};

/// A closed source; the engine asks it customer by customer and cycle by cycle.
#[derive(Debug)]
pub struct Closed {
    action: ActionId,
    population: u32,
    think: Distribution,
    customers: StreamFamily,
}

/// The number of cycles of one customer that have a random stream of their own; the customer stays
/// away after that.
const MOST_CYCLES: u32 = 1 << 31;

impl Closed {
    /// A source of `population` customers, whose first think times begin at the start.
    pub fn new(action: ActionId, name: &str, population: u32, think: Distribution, start: ArrivalStart) -> Closed {
        Closed { action, population, think, customers: start.streams.family(Purpose::Customer, name) }
    }
}

impl ArrivalProcess for Closed {
    /// No customer arrives on its own: see [`ArrivalProcess::cycle`].
    fn next(&mut self) -> Option<Arrival> {
        None
    }

    fn population(&self) -> u32 {
        self.population
    }

    /// The think time is drawn from a stream of this customer and cycle alone, so it does not
    /// depend on the order in which jobs end.
    fn cycle(&mut self, customer: u32, cycle: u32, from: Time) -> Option<Arrival> {
        let part = (cycle < MOST_CYCLES).then(|| 2 * cycle)?;
        let think = self.think.sample(&mut self.customers.member(u64::from(customer), part));
        let at = from + Span::from_secs_f64(think);
        (at < Time::NEVER).then(|| Arrival::single(at, self.action))
    }
}
