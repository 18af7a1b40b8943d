//! The engine against a naive second simulator of the same model: the same trajectory, event by event.

mod cases;
mod draws;
pub(crate) mod event;
mod naive;
pub(crate) mod scenarios;
pub(crate) mod sources;
mod told;

use event::Event;
use naive::Naive;
use scenarios::Scenario;

/// What the naive simulator makes of a scenario.
pub(crate) fn reference(scenario: &Scenario) -> Vec<Event> {
    Naive::new(&scenario.system, scenario.processes(), &scenario.streams()).run()
}
