//! Several workers that break down, each with room for one job: M/M/c with breakdowns (Neuts and
//! Lucantoni 1979), to which the registry's rules add a quorum and rows that stay with their
//! crashed worker until it is back.

use super::markov::Stationary;

/// Exponential times all through, rates per second. Whatever is lost with a worker goes back to the
/// queue, for good.
#[derive(Clone, Copy)]
pub(crate) struct Cluster {
    pub(crate) arrivals: f64,
    pub(crate) services: f64,
    pub(crate) workers: u32,
    pub(crate) failures: f64,
    pub(crate) repairs: f64,
    /// Nothing is claimed unless a majority is up.
    pub(crate) quorum: bool,
    /// Rows of a worker that is out come back only with it; otherwise at once.
    pub(crate) crash: bool,
}

/// The state at an instant.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Scene {
    pub(crate) waiting: u32,
    /// Workers that are up.
    pub(crate) up: u32,
    /// Rows at work.
    pub(crate) running: u32,
    /// Rows of crashed workers that are not back yet.
    pub(crate) stuck: u32,
}

impl Cluster {
    /// The chain with at most `room` waiting jobs.
    pub(crate) fn solve(self, room: u32) -> Stationary<Scene> {
        let idle = Scene { waiting: 0, up: self.workers, running: 0, stuck: 0 };
        Stationary::of(idle, |&scene| self.moves(scene, room))
    }

    fn moves(self, scene: Scene, room: u32) -> Vec<(f64, Scene)> {
        let Scene { waiting, up, running, stuck } = scene;
        let (idle, out) = (up - running, self.workers - up);
        let at = |rate: f64, times: u32, next: Scene| (rate * f64::from(times), next);
        let mut moves = Vec::new();
        if waiting < room {
            moves.push((self.arrivals, Scene { waiting: waiting + 1, ..scene }));
        }
        if running > 0 {
            moves.push(at(self.services, running, Scene { running: running - 1, ..scene }));
            let rest = Scene { up: up - 1, running: running - 1, ..scene };
            let (queued, kept) = (Scene { waiting: waiting + 1, ..rest }, Scene { stuck: stuck + 1, ..rest });
            moves.push(at(self.failures, running, if self.crash { kept } else { queued }));
        }
        if idle > 0 {
            moves.push(at(self.failures, idle, Scene { up: up - 1, ..scene }));
        }
        if stuck > 0 {
            moves.push(at(self.repairs, stuck, Scene { waiting: waiting + 1, up: up + 1, stuck: stuck - 1, ..scene }));
        }
        if out > stuck {
            moves.push(at(self.repairs, out - stuck, Scene { up: up + 1, ..scene }));
        }
        moves.into_iter().map(|(rate, next)| (rate, self.claimed(next))).collect()
    }

    /// After all that can be claimed has been.
    fn claimed(self, scene: Scene) -> Scene {
        if self.quorum && scene.up * 2 <= self.workers {
            return scene;
        }
        let claimed = scene.waiting.min(scene.up - scene.running);
        Scene { waiting: scene.waiting - claimed, running: scene.running + claimed, ..scene }
    }

    /// Rows a second: of each job the first, and one more each time that it is lost.
    pub(crate) fn rows(self) -> f64 {
        self.arrivals * (1.0 + self.failures / self.services)
    }
}

impl Scene {
    pub(crate) fn in_system(self) -> f64 {
        f64::from(self.waiting + self.running + self.stuck)
    }
}

#[cfg(test)]
mod tests {
    use super::super::breakdowns::{Breakdowns, Raced};
    use super::super::erlang::Mmc;
    use super::super::near;
    use super::*;

    const PAIR: Cluster =
        Cluster { arrivals: 0.5, services: 0.8, workers: 3, failures: 0.1, repairs: 0.3, quorum: true, crash: true };

    #[test]
    fn one_worker_agrees_with_its_completion_times() {
        let cluster = Cluster { arrivals: 0.3, workers: 1, ..PAIR };
        let server = Breakdowns { arrivals: 0.3, failures: 0.1, repairs: 0.3 };
        let attempt = Raced::hyperexponential(&[(1.0, 1.25)], 0.1);
        let completion = server.restarted(&attempt);
        for crash in [false, true] {
            // A majority of one is one: quorum says nothing.
            let chain = Cluster { crash, ..cluster }.solve(300);
            near(chain.mean(|scene| scene.in_system()), server.in_system(completion), 1e-8);
            let on_it = if crash { completion.mean } else { 1.25 };
            near(chain.mean(|scene| f64::from(scene.running + scene.stuck)), 0.3 * on_it, 1e-9);
        }
    }

    #[test]
    fn workers_that_never_fail_are_erlangs() {
        let cluster = Cluster { arrivals: 1.8, failures: 1e-12, ..PAIR };
        let erlang = Mmc { arrivals: 1.8, services: 0.8, servers: 3 };
        near(cluster.solve(200).mean(|scene| f64::from(scene.waiting)) / 1.8, erlang.mean_wait(), 1e-7);
    }

    #[test]
    fn workers_fail_independently_and_all_work_gets_done() {
        for (quorum, crash) in [(false, false), (false, true), (true, false), (true, true)] {
            let cluster = Cluster { quorum, crash, ..PAIR };
            let chain = cluster.solve(200);
            for (up, p) in [(0, 1.0), (1, 9.0), (2, 27.0), (3, 27.0)] {
                near(chain.share(|scene| scene.up == up), p / 64.0, 1e-9);
            }
            near(chain.mean(|scene| f64::from(scene.running)) * 0.8, 0.5, 1e-8);
        }
    }

    #[test]
    fn unlimited_workers_keep_a_crashed_row_for_the_time_out() {
        // Twelve workers hardly ever have a queue: a job is at work for 1/0.8, and per loss stuck
        // for 1/0.3.
        let many = Cluster { workers: 12, arrivals: 0.4, quorum: false, ..PAIR }.solve(20);
        near(many.mean(|scene| f64::from(scene.stuck)), 0.4 * 0.1 / 0.8 / 0.3, 1e-4);
    }
}
