//! How long a queue takes to forget how it began: its relaxation time, from the work that comes and how unevenly it comes.

use super::{Feasibility, LoadProblem};
use crate::scenario::Scenario;

/// Below this load a queue forgets with the jobs that are under way, and a warm-up of a few of these is seen to be enough.
const LEAST_LOAD: f64 = 0.5;

/// The load with claim delays, and after how many seconds the state of the queue at the start still shows with a weight of
/// 1/e: the relaxation time. `None` where the load is low, or too high for a steady state, or service times vary without bound.
///
/// In heavy traffic the work that waits is a Brownian motion that drifts down at 1 - rho, with a variance of s² a second, and
/// forgets at the rate (1 - rho)² / (2 s²) (Whitt, Planning queueing simulations, Management Science 35, 1989). As (1 - rho)² is
/// 4 (1 - sqrt rho)² there, this is s² / (2 (1 - sqrt rho)²), which for M/M/c is h rho / (c (1 - sqrt rho)²), all but exact also
/// at lower loads (Morse, 1955, for one server). Work is counted at the prices of the linear program, so that all workers
/// together do 1 a second.
pub(super) fn of(scenario: &Scenario, outlook: &Feasibility) -> Option<(f64, f64)> {
    let Feasibility { work, workers, seconds, .. } = outlook;
    let look = LoadProblem { system: &scenario.system, work, workers, seconds: *seconds };
    let delay = look.delay().unwrap_or(0.0);
    let loaded = look.solve(delay, |_| true)?;
    let uneven = look.counted().map(|work| {
        let (price, with_delay) = (loaded.price(work.need), 2.0 * delay * work.seconds + delay * delay * work.attempts);
        price * price * (work.square + with_delay)
    });
    let variance = uneven.sum::<f64>() / seconds;
    let slack = 1.0 - loaded.load().sqrt();
    let forgets = variance / (2.0 * slack * slack);
    ((LEAST_LOAD..1.0).contains(&loaded.load()) && forgets.is_finite()).then_some((loaded.load(), forgets))
}
