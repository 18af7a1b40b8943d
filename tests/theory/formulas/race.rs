//! The claim race: workers that wait for a delay before they claim. Chains for exponential delays;
//! order statistics for idle workers under any low load.

use super::markov::Stationary;

/// Poisson jobs of one unit and exponential service, on workers with an exponential claim delay.
/// Rates per second.
#[derive(Clone, Copy)]
pub(crate) struct Race {
    pub(crate) arrivals: f64,
    pub(crate) services: f64,
    pub(crate) delays: f64,
    pub(crate) workers: u32,
    /// Units on each worker.
    pub(crate) units: u32,
    /// Whether an attempt claims all that fits.
    pub(crate) all: bool,
}

/// Waiting jobs; per worker the running jobs and whether an attempt is pending, sorted, as workers
/// are alike.
type Scene = (u32, Vec<(u32, bool)>);

impl Race {
    /// The mean wait in seconds, by Little's law, with at most `room` jobs waiting.
    pub(crate) fn mean_wait(self, room: u32) -> f64 {
        let idle = (0, vec![(0, false); self.workers as usize]);
        let chain = Stationary::of(idle, |scene| self.moves(scene, room));
        chain.mean(|(waiting, _)| f64::from(*waiting)) / self.arrivals
    }

    fn moves(self, scene: &Scene, room: u32) -> Vec<(f64, Scene)> {
        let (waiting, workers) = scene;
        let mut moves = Vec::new();
        if *waiting < room {
            moves.push((self.arrivals, self.settled(waiting + 1, workers.clone())));
        }
        for (index, &(running, pending)) in workers.iter().enumerate() {
            let with = |waiting, worker| {
                let mut workers = workers.clone();
                workers[index] = worker;
                self.settled(waiting, workers)
            };
            if running > 0 {
                moves.push((f64::from(running) * self.services, with(*waiting, (running - 1, pending))));
            }
            if pending {
                let most = if self.all { self.units } else { 1 };
                let claimed = most.min(*waiting).min(self.units - running);
                moves.push((self.delays, with(waiting - claimed, (running + claimed, false))));
            }
        }
        moves
    }

    /// Starts an attempt on each worker that has none and could run a waiting job. An attempt that
    /// was pending before goes on, even if the job that it was started for is gone.
    fn settled(self, waiting: u32, mut workers: Vec<(u32, bool)>) -> Scene {
        for (running, pending) in &mut workers {
            *pending |= waiting > 0 && *running < self.units;
        }
        workers.sort_unstable();
        (waiting, workers)
    }
}

/// The mean of the least of `workers` delays, uniform on `[0, longest)`.
pub(crate) fn first_of_uniform(workers: u32, longest: f64) -> f64 {
    longest / f64::from(workers + 1)
}

/// The `p`-quantile of the least of `workers` delays, uniform on `[0, longest)`: where `(1 - x /
/// longest)^workers = 1 - p`.
pub(crate) fn first_of_uniform_quantile(workers: u32, longest: f64, p: f64) -> f64 {
    longest * (1.0 - claimsim::internals::model::math::pow(1.0 - p, 1.0 / f64::from(workers)))
}

#[cfg(test)]
mod tests {
    use super::super::erlang::Mmc;
    use super::super::near;
    use super::super::single::Moments;
    use super::*;

    #[test]
    fn a_race_without_delay_is_erlangs_queue() {
        let race = Race { arrivals: 1.2, services: 1.0, delays: 1e7, workers: 2, units: 1, all: false };
        near(race.mean_wait(200), Mmc { arrivals: 1.2, services: 1.0, servers: 2 }.mean_wait(), 1e-5);
        let race = Race { delays: 1e7, workers: 1, units: 2, ..race };
        near(race.mean_wait(200), Mmc { arrivals: 1.2, services: 1.0, servers: 2 }.mean_wait(), 1e-5);
    }

    #[test]
    fn one_worker_agrees_with_pollaczek_khinchine() {
        let race = Race { arrivals: 0.2, services: 0.5, delays: 1.0, workers: 1, units: 1, all: false };
        let exact = Moments::with_cv(2.0, 1.0).mean_wait_with_claim_delay(0.2, Moments::with_cv(1.0, 1.0));
        near(race.mean_wait(200), exact, 1e-9);
        near(Race { all: true, ..race }.mean_wait(200), exact, 1e-9);
    }

    #[test]
    fn the_first_of_uniform_delays_is_an_order_statistic() {
        // 3 / (R + 1) seconds: 1.5 s for one replica, 0.75 s for three, 0.5 s for five.
        for (workers, latency) in [(1, 1.5), (3, 0.75), (5, 0.5)] {
            near(first_of_uniform(workers, 3.0), latency, 1e-15);
            let quantile = |i: i32| first_of_uniform_quantile(workers, 3.0, (f64::from(i) + 0.5) / 1e5);
            near((0..100_000).map(quantile).sum::<f64>() / 1e5, latency, 1e-6);
        }
    }
}
