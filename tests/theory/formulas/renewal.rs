//! GI/M/c: renewal arrivals, such as a clock's, to exponential servers, by Takács' formula (Takács
//! 1962, chapter 2).

use claimsim::internals::model::math::{exp, ln};

/// GI/M/c by the transform of its times between arrivals.
pub(crate) struct RenewalArrivals<F> {
    /// `E[exp(-s A)]` of the time `A` between arrivals.
    pub(crate) transform: F,
    /// Completions per second of one server.
    pub(crate) services: f64,
    pub(crate) servers: usize,
}

/// The transform of a constant: arrivals by the clock.
pub(crate) fn clock(between: f64) -> impl Fn(f64) -> f64 {
    move |s| exp(-s * between)
}

impl<F: Fn(f64) -> f64> RenewalArrivals<F> {
    /// The root in (0, 1) of `σ = E[exp(-c mu (1 - σ) A)]`: the ratio of the geometric tail that
    /// arrivals find.
    fn ratio(&self) -> f64 {
        let full = self.services * self.servers as f64;
        (0..10_000).fold(0.0, |ratio, _| (self.transform)(full * (1.0 - ratio)))
    }

    /// The probability of having to wait: Takács' `A / (1 - σ)`.
    pub(crate) fn wait_probability(&self) -> f64 {
        let (ratio, c) = (self.ratio(), self.servers as f64);
        let (mut product, mut choose) = (1.0, 1.0);
        let mut sum = 1.0 / (1.0 - ratio);
        for j in 1..=self.servers {
            let n = j as f64;
            let phi = (self.transform)(n * self.services);
            product *= phi / (1.0 - phi);
            choose *= (c - n + 1.0) / n;
            sum += choose / (product * (1.0 - phi)) * (c * (1.0 - phi) - n) / (c * (1.0 - ratio) - n);
        }
        1.0 / (sum * (1.0 - ratio))
    }

    /// The mean wait in seconds; a wait that is not zero is exponential of rate `c mu (1 - σ)`.
    pub(crate) fn mean_wait(&self) -> f64 {
        self.wait_probability() / self.drain()
    }

    /// The `p`-quantile of the wait in seconds.
    pub(crate) fn wait_quantile(&self, p: f64) -> f64 {
        (ln(self.wait_probability() / (1.0 - p)) / self.drain()).max(0.0)
    }

    fn drain(&self) -> f64 {
        self.services * self.servers as f64 * (1.0 - self.ratio())
    }
}

#[cfg(test)]
mod tests {
    use super::super::constant_service::poisson;
    use super::super::erlang::Mmc;
    use super::super::near;
    use super::*;

    #[test]
    fn exponential_times_between_arrivals_give_erlang_c() {
        let queue = RenewalArrivals { transform: |s| 3.3 / (3.3 + s), services: 1.0, servers: 4 };
        let erlang = Mmc { arrivals: 3.3, services: 1.0, servers: 4 };
        near(queue.wait_probability(), erlang.wait_probability(), 1e-12);
        near(queue.mean_wait(), erlang.mean_wait(), 1e-12);
    }

    #[test]
    fn a_clock_and_one_server_give_the_extinction_probability() {
        // At half load the ratio solves σ = exp(-2 (1 - σ)), as does the extinction of a Poisson(2)
        // family: 0.2032.
        let queue = RenewalArrivals { transform: clock(2.0), services: 1.0, servers: 1 };
        near(queue.ratio(), 0.2032, 5e-5);
        near(queue.wait_probability(), queue.ratio(), 1e-12);
        near(queue.mean_wait(), queue.ratio() / (1.0 - queue.ratio()), 1e-12);
    }

    /// What arrivals find in D/M/c, by following the pure death process from one tick of the clock
    /// to the next: events of a Poisson process of rate `c mu`, each a completion with probability
    /// (busy servers) / c.
    fn found_by_arrivals(between: f64, services: f64, servers: usize) -> Vec<f64> {
        let size = 100;
        let events = poisson(between * services * servers as f64, 40);
        let leaves = |n: usize| n.min(servers) as f64 / servers as f64;
        let mut found = vec![0.0; size];
        found[0] = 1.0;
        for _ in 0..2000 {
            let mut now = found.clone();
            now.rotate_right(1);
            let mut next = vec![0.0; size];
            for weight in &events {
                next.iter_mut().zip(&now).for_each(|(sum, p)| *sum += weight * p);
                let from_above = |n: usize| now.get(n + 1).map_or(0.0, |p| p * leaves(n + 1));
                now = (0..size).map(|n| now[n] * (1.0 - leaves(n)) + from_above(n)).collect();
            }
            let total: f64 = next.iter().sum();
            found = next.iter().map(|p| p / total).collect();
        }
        found
    }

    #[test]
    fn takacs_agrees_with_the_chain_from_tick_to_tick() {
        let queue = RenewalArrivals { transform: clock(0.4), services: 1.0, servers: 3 };
        let found = found_by_arrivals(0.4, 1.0, 3);
        let waits = |n: usize| (n + 1).saturating_sub(3) as f64 / 3.0;
        near(queue.wait_probability(), found[3..].iter().sum(), 1e-10);
        near(queue.mean_wait(), found.iter().enumerate().map(|(n, p)| p * waits(n)).sum(), 1e-10);
    }
}
