//! The time until the other workers notice a missing worker, by its whole distribution: expiry,
//! minus the time since its last heartbeat, plus the time to the next sweep.

use claimsim::internals::engine::{Event, Observer};
use claimsim::internals::experiment::run_observed;
use claimsim::internals::model::time::Time;
use claimsim::internals::model::worker::WorkerId;
use statrs::distribution::{ChiSquared, ContinuousCDF};

use super::formulas::availability::Heartbeat;
use crate::support::loaded;

/// A worker that never goes out, and others that go out three times each. Up times are uniform on
/// three heartbeats, so outages come at any time between two heartbeats, and from the first return
/// on, heartbeats come at any time between two sweeps.
const SCENARIO: &str = r#"
horizon = "175s"
claim = { delay = "none" }
heartbeat = { period = "4s", expiry = "10s", sweep = "3s" }
replications = 40
[worker.guard]
capacity = { guard = 1 }
[worker.server]
count = 250
capacity = { slot = 1 }
outages = { up = { uniform = { low = "0s", high = "12s" } }, down = "60s" }
[action.none]
service = "1s"
"#;

/// By worker and outage: the time until the worker was declared dead.
#[derive(Default)]
struct Delays {
    out_since: Vec<(WorkerId, Time)>,
    first: Vec<f64>,
    later: Vec<f64>,
    seen: std::collections::BTreeSet<u32>,
}

impl Observer for Delays {
    fn on(&mut self, now: Time, event: &Event<'_>) {
        match *event {
            Event::WorkerDown { worker, .. } => self.out_since.push((worker, now)),
            Event::WorkerDeclaredDead { worker } => {
                let place = self.out_since.iter().position(|(other, _)| *other == worker).expect("it went out");
                let delay = (now - self.out_since.swap_remove(place).1).as_secs_f64();
                if self.seen.insert(worker.0) { self.first.push(delay) } else { self.later.push(delay) }
            }
            _ => {}
        }
    }
}

#[test]
fn detection_delays_have_the_distribution_of_heartbeats_and_sweeps() {
    let scenario = loaded(SCENARIO, &[]);
    let observers = (0..scenario.replications).map(|_| Delays::default()).collect();
    let (_, told) = run_observed(&scenario, &(), observers);
    let all = |of: fn(&Delays) -> &Vec<f64>| told.iter().flat_map(of).copied().collect::<Vec<_>>();
    let heartbeat = Heartbeat { period: 4.0, expiry: 10.0, sweep: 3.0 };

    let later = all(|delays| &delays.later);
    let p = goodness_of_fit(&later, |t| heartbeat.noticed_within(t));
    assert!(p > 1e-5, "the law of {} delays has probability {p}", later.len());

    // Heartbeats that begin at the start expire 2 s, 1 s and 3 s before a sweep in turn.
    let first = all(|delays| &delays.first);
    let uniform = |t: f64, low: f64| ((t - low) / 4.0).clamp(0.0, 1.0);
    let of_first = |t: f64| (uniform(t, 8.0) + uniform(t, 7.0) + uniform(t, 9.0)) / 3.0;
    let p = goodness_of_fit(&first, of_first);
    assert!(p > 1e-5, "the law of {} first delays has probability {p}", first.len());

    // Other distributions are rejected: other phases, and 5 % more of each of the three times.
    assert!(
        goodness_of_fit(&first, |t| heartbeat.noticed_within(t)) < 1e-5,
        "the first outages have a law of their own"
    );
    for (period, expiry, sweep) in [(4.2, 10.0, 3.0), (4.0, 10.1, 3.0), (4.0, 10.0, 3.15)] {
        let other = Heartbeat { period, expiry, sweep };
        let p = goodness_of_fit(&later, |t| other.noticed_within(t));
        assert!(p < 1e-5, "period {period} s, expiry {expiry} s, sweep {sweep} s would fit as well: probability {p}");
    }
}

/// The p-value of Pearson's chi-square test over bins of a quarter of a second from 6 s to 13 s.
fn goodness_of_fit(delays: &[f64], within: impl Fn(f64) -> f64) -> f64 {
    let edge = |bin: usize| 6.0 + bin as f64 / 4.0;
    let mut observed = [0.0; 28];
    for delay in delays {
        observed[(((delay - 6.0) * 4.0).max(0.0) as usize).min(27)] += 1.0;
    }
    let expected = |bin: usize| {
        let low = if bin == 0 { 0.0 } else { within(edge(bin)) };
        let high = if bin == 27 { 1.0 } else { within(edge(bin + 1)) };
        // Bins in which nothing is expected count as one delay: a few delays there are too many.
        ((high - low) * delays.len() as f64).max(1.0)
    };
    let distance = |(bin, count): (usize, &f64)| (count - expected(bin)) * (count - expected(bin)) / expected(bin);
    let total: f64 = observed.iter().enumerate().map(distance).sum();
    ChiSquared::new(27.0).expect("there are several bins").sf(total)
}
