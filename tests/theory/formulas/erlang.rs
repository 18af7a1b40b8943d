//! Erlang's systems: Poisson or finite-source arrivals, exponential service, `c` servers. All are
//! birth–death chains, so one product form serves them; Erlang's own B and C formulas stand beside
//! it as the check.

use claimsim::internals::model::math::{exp, ln};

/// The stationary distribution of a birth–death chain on `0..=top`: `p(n) / p(n-1) = birth(n-1) /
/// death(n)`.
pub(crate) fn birth_death(top: usize, birth: impl Fn(usize) -> f64, death: impl Fn(usize) -> f64) -> Vec<f64> {
    let mut law = vec![1.0];
    for n in 1..=top {
        law.push(law[n - 1] * birth(n - 1) / death(n));
        if law[n] > 1e200 {
            for p in &mut law {
                *p *= 1e-200;
            }
        }
    }
    let total: f64 = law.iter().sum();
    for p in &mut law {
        *p /= total;
    }
    law
}

/// The mean of a function of the number in system.
pub(crate) fn mean(law: &[f64], value: impl Fn(usize) -> f64) -> f64 {
    law.iter().enumerate().map(|(n, p)| p * value(n)).sum()
}

/// Erlang's B: the blocking probability of `servers` under `load` erlangs, by the usual recursion.
pub(crate) fn erlang_b(servers: usize, load: f64) -> f64 {
    (1..=servers).fold(1.0, |blocking, n| load * blocking / (n as f64 + load * blocking))
}

/// M/M/c with first come, first served; rates per second.
#[derive(Clone, Copy)]
pub(crate) struct Mmc {
    pub(crate) arrivals: f64,
    pub(crate) services: f64,
    pub(crate) servers: usize,
}

impl Mmc {
    /// Erlang's C: the probability of having to wait.
    pub(crate) fn wait_probability(self) -> f64 {
        let blocking = erlang_b(self.servers, self.arrivals / self.services);
        blocking / (1.0 - self.utilization() * (1.0 - blocking))
    }

    /// Busy servers over servers.
    pub(crate) fn utilization(self) -> f64 {
        self.arrivals / (self.services * self.servers as f64)
    }

    /// The mean wait in seconds, zero waits included.
    pub(crate) fn mean_wait(self) -> f64 {
        self.wait_probability() / self.drain()
    }

    /// The `p`-quantile of the wait in seconds: `P(W > t) = C exp(-(c mu - lambda) t)`, with an
    /// atom of `1 - C` at 0.
    pub(crate) fn wait_quantile(self, p: f64) -> f64 {
        (ln(self.wait_probability() / (1.0 - p)) / self.drain()).max(0.0)
    }

    /// The probability of waiting no longer than `t` seconds.
    pub(crate) fn wait_within(self, t: f64) -> f64 {
        1.0 - self.wait_probability() * exp(-self.drain() * t)
    }

    /// How much faster than jobs come the full servers work them off.
    fn drain(self) -> f64 {
        self.services * self.servers as f64 - self.arrivals
    }

    /// The distribution of the number in system with at most `room` jobs waiting: M/M/c/(c + room).
    pub(crate) fn with_room(self, room: usize) -> Vec<f64> {
        birth_death(self.servers + room, |_| self.arrivals, |n| self.busy(n) * self.services)
    }

    /// Busy servers with `n` jobs in the system.
    pub(crate) fn busy(self, n: usize) -> f64 {
        n.min(self.servers) as f64
    }

    /// Waiting jobs with `n` jobs in the system.
    pub(crate) fn waiting(self, n: usize) -> f64 {
        n.saturating_sub(self.servers) as f64
    }
}

/// Erlang A, M/M/c+M: waiting jobs give up at rate `impatience` each (Palm 1957; Mandelbaum and
/// Zeltyn 2007).
#[derive(Clone, Copy)]
pub(crate) struct ErlangA {
    pub(crate) queue: Mmc,
    pub(crate) impatience: f64,
}

impl ErlangA {
    /// The distribution of the number in system, cut where nothing is left.
    pub(crate) fn law(self) -> Vec<f64> {
        let Mmc { arrivals, services, .. } = self.queue;
        let death = |n| self.queue.busy(n) * services + self.queue.waiting(n) * self.impatience;
        birth_death(self.queue.servers + 600, |_| arrivals, death)
    }

    /// The share of jobs that give up: the rate of giving up over that of arrivals.
    pub(crate) fn abandonment(self) -> f64 {
        mean(&self.law(), |n| self.queue.waiting(n)) * self.impatience / self.queue.arrivals
    }

    /// The mean wait in seconds of the jobs that do get a server.
    ///
    /// A job that finds `k` others waiting is served after `k + 1` steps, the `j`-th from the end
    /// of rate `c mu + j theta`; with `V` their sum, `E[exp(-s V)]` is a product of fractions, and
    /// `E[V exp(-theta V)]` minus its derivative at `theta`.
    pub(crate) fn mean_wait_of_served(self) -> f64 {
        let law = self.law();
        let full = self.queue.services * self.queue.servers as f64;
        let (mut served, mut waited, mut delay) = (law[..self.queue.servers].iter().sum::<f64>(), 0.0, 0.0);
        for (k, p) in law[self.queue.servers..].iter().enumerate() {
            let step = full + (k + 1) as f64 * self.impatience;
            delay += 1.0 / step;
            served += p * full / step;
            waited += p * full / step * delay;
        }
        waited / served
    }
}

/// Machine repair, M/M/c//N: `machines` that each fail `failures` times a second of running, with
/// `crews` that each mend `repairs` a second.
#[derive(Clone, Copy)]
pub(crate) struct Repair {
    pub(crate) machines: usize,
    pub(crate) failures: f64,
    pub(crate) crews: usize,
    pub(crate) repairs: f64,
}

impl Repair {
    /// The distribution of the number of machines that are down.
    pub(crate) fn law(self) -> Vec<f64> {
        birth_death(
            self.machines,
            |n| (self.machines - n) as f64 * self.failures,
            |n| n.min(self.crews) as f64 * self.repairs,
        )
    }

    /// Failures a second.
    pub(crate) fn throughput(self) -> f64 {
        mean(&self.law(), |n| n.min(self.crews) as f64) * self.repairs
    }

    /// Machines waiting for a crew.
    pub(crate) fn waiting(self) -> f64 {
        mean(&self.law(), |n| n.saturating_sub(self.crews) as f64)
    }

    /// The probability that a failed machine waits. It sees what the others do without it (the
    /// arrival theorem).
    pub(crate) fn wait_probability(self) -> f64 {
        let others = Repair { machines: self.machines - 1, ..self };
        others.law()[self.crews..].iter().sum()
    }
}

#[cfg(test)]
mod tests {
    use super::super::markov::Stationary;
    use super::super::near;
    use super::*;

    #[test]
    fn erlang_b_agrees_with_the_traffic_tables() {
        for (servers, load) in [(1, 0.0101), (5, 1.361), (10, 4.461), (20, 12.03), (50, 37.90), (100, 84.06)] {
            near(erlang_b(servers, load), 0.01, 1e-4);
        }
    }

    #[test]
    fn erlang_c_agrees_with_a_textbook_clinic() {
        // Gross and Harris, Fundamentals of Queueing Theory: three doctors, six patients and three
        // treatments an hour.
        let clinic = Mmc { arrivals: 6.0, services: 3.0, servers: 3 };
        near(clinic.with_room(300)[0], 1.0 / 9.0, 1e-12);
        near(clinic.mean_wait() * 6.0, 8.0 / 9.0, 1e-12);
        near(clinic.wait_probability(), 4.0 / 9.0, 1e-12);
    }

    #[test]
    fn the_wait_formulas_follow_from_the_number_in_system() {
        let queue = Mmc { arrivals: 6.8, services: 1.0, servers: 8 };
        let law = queue.with_room(800);
        near(queue.wait_probability(), law[8..].iter().sum(), 1e-12);
        near(queue.mean_wait() * 6.8, mean(&law, |n| queue.waiting(n)), 1e-10);
        near(queue.utilization() * 8.0, mean(&law, |n| queue.busy(n)), 1e-12);
        near(queue.wait_within(queue.wait_quantile(0.95)), 0.95, 1e-12);
        assert_eq!(queue.wait_quantile(0.3), 0.0, "the atom at 0");
    }

    #[test]
    fn a_full_inspection_yard_agrees_with_the_textbook() {
        // Gross and Harris: three bays, room for four more cars, one car a minute, six minutes
        // each.
        let yard = Mmc { arrivals: 1.0, services: 1.0 / 6.0, servers: 3 };
        let law = yard.with_room(4);
        near(law[0], 0.000_88, 5e-6);
        near(mean(&law, |n| yard.waiting(n)), 3.09, 0.005);
        near(mean(&law, |n| n as f64), 6.06, 0.005);
    }

    #[test]
    fn mended_robots_agree_with_the_textbook() {
        // Gross and Harris: five robots that fail every 30 hours, two crews that take 3 hours:
        // 4.535 work on average.
        let robots = Repair { machines: 5, failures: 1.0 / 30.0, crews: 2, repairs: 1.0 / 3.0 };
        near(5.0 - mean(&robots.law(), |n| n as f64), 4.535, 0.001);
        // What fails is what would fail if all worked, less what the down ones would have added.
        near(robots.throughput(), (5.0 - 0.465) / 30.0, 1e-4);
    }

    #[test]
    fn a_failed_machine_sees_the_others() {
        // Second derivation: of all failures, those that happen while all crews are busy.
        let shop = Repair { machines: 9, failures: 0.2, crews: 3, repairs: 0.7 };
        let rate = |n: usize| (9 - n) as f64 * 0.2;
        let law = shop.law();
        let waits = mean(&law, |n| if n >= 3 { rate(n) } else { 0.0 }) / mean(&law, rate);
        near(shop.wait_probability(), waits, 1e-12);
    }

    #[test]
    fn erlang_a_agrees_with_the_published_call_centre() {
        // Mandelbaum and Zeltyn 2007: 48 calls a minute, 50 agents, 1 minute of talk, 2 minutes of
        // patience.
        let centre = ErlangA { queue: Mmc { arrivals: 48.0, services: 1.0, servers: 50 }, impatience: 0.5 };
        near(centre.abandonment(), 0.031, 5e-4);
        let law = centre.law();
        near(mean(&law, |n| centre.queue.waiting(n)) / 48.0 * 60.0, 3.7, 0.05);
        near(mean(&law, |n| centre.queue.busy(n)) / 50.0, 0.93, 0.005);
    }

    #[test]
    fn erlang_a_keeps_its_balance() {
        let centre = ErlangA { queue: Mmc { arrivals: 5.0, services: 1.0, servers: 4 }, impatience: 0.4 };
        let law = centre.law();
        let served = mean(&law, |n| centre.queue.busy(n)) / 5.0;
        near(centre.abandonment(), 1.0 - served, 1e-12);
        // A job that finds `k` waiting gives up with probability (k+1) theta / (c mu + (k+1)
        // theta).
        let gives_up = |n: usize| (n - 3) as f64 * 0.4 / (4.0 + (n - 3) as f64 * 0.4);
        near(centre.abandonment(), mean(&law, |n| if n < 4 { 0.0 } else { gives_up(n) }), 1e-12);
    }

    #[test]
    fn the_wait_of_the_served_agrees_with_a_tagged_job() {
        // Second derivation: follow one job through the states "k wait before me". First-step
        // equations for the probability of being served from there, `s`, and for the wait on the
        // event of being served, `w`.
        let centre = ErlangA { queue: Mmc { arrivals: 5.0, services: 1.0, servers: 4 }, impatience: 0.4 };
        let law = centre.law();
        let (mut served, mut waited) = (law[..4].iter().sum::<f64>(), 0.0);
        let (mut s, mut w) = (1.0, 0.0);
        for (k, p) in law[4..].iter().enumerate() {
            let leave = 4.0 + (k + 1) as f64 * 0.4;
            let ahead = 4.0 + k as f64 * 0.4;
            let on = ahead / leave * s;
            w = on / leave + ahead / leave * w;
            s = on;
            served += p * s;
            waited += p * w;
        }
        near(centre.mean_wait_of_served(), waited / served, 1e-12);
    }

    #[test]
    fn the_product_form_agrees_with_the_solver() {
        let queue = Mmc { arrivals: 2.0, services: 1.0, servers: 3 };
        let law = queue.with_room(5);
        let chain = Stationary::of(0_usize, |&n| {
            let up = (n < 8).then_some((2.0, n + 1));
            let down = (n > 0).then(|| (queue.busy(n), n - 1));
            up.into_iter().chain(down).collect()
        });
        (0..=8).for_each(|n| near(chain.share(|&m| m == n), law[n], 1e-12));
    }
}
