//! Workers that are alternately up and out, and the time until the others notice.

use claimsim::internals::model::math::pow;

/// The long-run share of time up of an alternating renewal process: only the means count (Ross,
/// Stochastic Processes, 3.4).
pub(crate) fn availability(up: f64, down: f64) -> f64 {
    up / (up + down)
}

/// The probability that at least `least` of `workers` are up, each with that probability.
pub(crate) fn at_least(least: u32, workers: u32, up: f64) -> f64 {
    let choose = |n: u32| (0..n).fold(1.0, |ways, i| ways * f64::from(workers - i) / f64::from(i + 1));
    let exactly = |n: u32| choose(n) * pow(up, f64::from(n)) * pow(1.0 - up, f64::from(workers - n));
    (least..=workers).map(exactly).sum()
}

/// Failure detection: its times in seconds.
#[derive(Clone, Copy)]
pub(crate) struct Heartbeat {
    pub(crate) period: f64,
    pub(crate) expiry: f64,
    pub(crate) sweep: f64,
}

impl Heartbeat {
    /// The time from an outage to the declaration, for a worker whose heartbeats began at `since`
    /// and that goes out at `out`: the first sweep after its last heartbeat has expired.
    pub(crate) fn declared_after(self, since: f64, out: f64) -> f64 {
        let last = since + ((out - since) / self.period).floor() * self.period;
        (((last + self.expiry) / self.sweep).floor() + 1.0) * self.sweep - out
    }

    /// The probability of being noticed within `t` seconds, where outages come at any time between
    /// two heartbeats, and heartbeats at any time between two sweeps: `expiry` less one uniform
    /// time (since the last heartbeat) and plus another (to the sweep).
    pub(crate) fn noticed_within(self, t: f64) -> f64 {
        // P(R <= t - expiry + B), averaged over B: the integral of a ramp from 0 to 1.
        let ramp =
            |x: f64| if x < self.sweep { x.max(0.0) * x.max(0.0) / (2.0 * self.sweep) } else { x - self.sweep / 2.0 };
        let least = t - self.expiry;
        (ramp(least + self.period) - ramp(least)) / self.period
    }

    /// Its mean.
    pub(crate) fn noticed_after(self) -> f64 {
        self.expiry - self.period / 2.0 + self.sweep / 2.0
    }
}

#[cfg(test)]
mod tests {
    use super::super::markov::Stationary;
    use super::super::near;
    use super::*;

    #[test]
    fn two_of_three_agree_with_a_chain() {
        let chain = Stationary::of(3_u32, |&up| {
            let mut moves = vec![(0.1 * f64::from(up), up.saturating_sub(1))];
            moves.push((0.4 * f64::from(3 - up), (up + 1).min(3)));
            moves
        });
        let up = availability(10.0, 2.5);
        near(up, 0.8, 1e-15);
        near(chain.share(|&n| n >= 2), at_least(2, 3, up), 1e-12);
        near(at_least(2, 3, up), 3.0 * up * up - 2.0 * up * up * up, 1e-12);
        near(at_least(1, 5, up), 1.0 - pow(0.2, 5.0), 1e-12);
    }

    #[test]
    fn detection_law_agrees_with_random_phases() {
        let heartbeat = Heartbeat { period: 4.0, expiry: 10.0, sweep: 3.0 };
        let mut delays = Vec::new();
        for i in 0..300 {
            for j in 0..300 {
                // Heartbeats at any phase of the sweeps, outages at any phase of the heartbeats.
                let since = 3.0 * (f64::from(i) + 0.5) / 300.0;
                delays.push(heartbeat.declared_after(since, since + 8.0 + 4.0 * (f64::from(j) + 0.5) / 300.0));
            }
        }
        let count = delays.len() as f64;
        near(delays.iter().sum::<f64>() / count, heartbeat.noticed_after(), 1e-3);
        for t in [6.0, 7.0, 8.5, 10.0, 11.25, 12.9, 13.0] {
            let share = delays.iter().filter(|&&delay| delay <= t).count() as f64 / count;
            near(share, heartbeat.noticed_within(t), 5e-3);
        }
    }

    #[test]
    fn detection_times_under_the_registry_defaults() {
        // Period 5 s, expiry 30 s, sweep 5 s. An expiration at a sweep is found by the next one.
        let heartbeat = Heartbeat { period: 5.0, expiry: 30.0, sweep: 5.0 };
        near(heartbeat.declared_after(0.0, 100.0), 35.0, 1e-12);
        near(heartbeat.declared_after(0.0, 104.5), 30.5, 1e-12);
        near(heartbeat.declared_after(2.0, 104.5), 30.5, 1e-12);
        near(heartbeat.declared_after(2.0, 106.5), 28.5, 1e-12);
    }
}
