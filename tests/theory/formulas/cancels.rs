//! M/M/c whose jobs are cancelled at a rate, waiting or running: waiting jobs leave at once,
//! running ones take their time to stop.

use super::markov::Stationary;

/// Rates per second.
#[derive(Clone, Copy)]
pub(crate) struct Cancels {
    pub(crate) arrivals: f64,
    pub(crate) services: f64,
    pub(crate) servers: u32,
    /// Requests to cancel, of each job that has not been asked.
    pub(crate) requests: f64,
    /// Of stopping.
    pub(crate) stops: f64,
}

/// The state at an instant.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Scene {
    pub(crate) waiting: u32,
    /// At work.
    pub(crate) serving: u32,
    /// Asked to cancel, and still there.
    pub(crate) stopping: u32,
}

impl Cancels {
    /// The chain with at most `room` waiting jobs.
    pub(crate) fn solve(self, room: u32) -> Stationary<Scene> {
        let empty = Scene { waiting: 0, serving: 0, stopping: 0 };
        Stationary::of(empty, |&scene| {
            let Scene { waiting, serving, stopping } = scene;
            let mut moves = Vec::new();
            let mut at = |rate: f64, next: Scene| moves.push((rate, self.claimed(next)));
            if waiting < room {
                at(self.arrivals, Scene { waiting: waiting + 1, ..scene });
            }
            if waiting > 0 {
                at(self.requests * f64::from(waiting), Scene { waiting: waiting - 1, ..scene });
            }
            if serving > 0 {
                at(self.services * f64::from(serving), Scene { serving: serving - 1, ..scene });
                let asked = Scene { serving: serving - 1, stopping: stopping + 1, ..scene };
                at(self.requests * f64::from(serving), asked);
            }
            if stopping > 0 {
                at(self.stops * f64::from(stopping), Scene { stopping: stopping - 1, ..scene });
            }
            moves
        })
    }

    fn claimed(self, scene: Scene) -> Scene {
        let claimed = scene.waiting.min(self.servers - scene.serving - scene.stopping);
        Scene { waiting: scene.waiting - claimed, serving: scene.serving + claimed, ..scene }
    }
}

impl Scene {
    /// Servers taken.
    pub(crate) fn busy(self) -> u32 {
        self.serving + self.stopping
    }
}

#[cfg(test)]
mod tests {
    use super::super::erlang::{ErlangA, Mmc, mean};
    use super::super::near;
    use super::*;

    const SYSTEM: Cancels = Cancels { arrivals: 3.0, services: 0.7, servers: 4, requests: 0.3, stops: 1.5 };

    #[test]
    fn without_a_stop_it_is_erlang_a_with_faster_servers() {
        let chain = Cancels { stops: 1e7, ..SYSTEM }.solve(150);
        let theory = ErlangA { queue: Mmc { arrivals: 3.0, services: 1.0, servers: 4 }, impatience: 0.3 };
        let law = theory.law();
        near(chain.mean(|scene| f64::from(scene.waiting)), mean(&law, |n| theory.queue.waiting(n)), 1e-6);
        near(chain.mean(|scene| f64::from(scene.serving)), mean(&law, |n| theory.queue.busy(n)), 1e-6);
    }

    #[test]
    fn what_comes_goes() {
        let chain = SYSTEM.solve(150);
        let of = |what: fn(&Scene) -> u32| chain.mean(|scene| f64::from(what(scene)));
        let (waiting, serving) = (of(|scene| scene.waiting), of(|scene| scene.serving));
        near(3.0, serving * 0.7 + (waiting + serving) * 0.3, 1e-9);
        near(of(|scene| scene.stopping) * 1.5, serving * 0.3, 1e-9);
    }

    #[test]
    fn unlimited_servers_hold_every_job_for_the_same_time() {
        // At work until done or asked, 1 s; then, of three in ten, 2/3 s of stopping: Poisson, so
        // nobody waits.
        let chain = Cancels { servers: 25, ..SYSTEM }.solve(1);
        near(chain.mean(|scene| f64::from(scene.busy())), 3.0 * (1.0 + 0.3 / 1.5), 1e-8);
        near(chain.share(|scene| scene.busy() == 0), claimsim::internals::model::math::exp(-3.6), 1e-8);
    }
}
