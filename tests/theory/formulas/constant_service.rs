//! M/D/c: constant service on `c` servers, by Crommelin's chain from one service time to the next
//! (Crommelin 1932, 1934), with Franx's formula for the whole distribution of the wait (Franx
//! 2001).

use claimsim::internals::model::math::exp;

/// M/D/c; time is counted in service times, so `load` is arrivals per service time.
pub(crate) struct ConstantService {
    servers: usize,
    load: f64,
    /// Of the number in system, from 0.
    law: Vec<f64>,
}

/// The Poisson distribution of mean `mean` on `0..size`.
pub(crate) fn poisson(mean: f64, size: usize) -> Vec<f64> {
    let first = exp(-mean);
    (0..size)
        .scan(first, |p, n| {
            let now = *p;
            *p *= mean / (n + 1) as f64;
            Some(now)
        })
        .collect()
}

impl ConstantService {
    /// Solves for the number in system.
    ///
    /// A job in service at some instant is gone one service time later, and no job that waits then:
    /// `N' = (N - c)+ + A`, with `A` the Poisson number of arrivals in between. The law that this
    /// step keeps is the stationary one.
    pub(crate) fn new(servers: usize, load: f64) -> ConstantService {
        let size = 400;
        let arrivals = poisson(load, size);
        let mut law = vec![1.0 / size as f64; size];
        loop {
            let next = step(&law, servers, &arrivals);
            let change: f64 = next.iter().zip(&law).map(|(a, b)| (a - b).abs()).sum();
            law = next;
            if change < 1e-14 {
                return ConstantService { servers, load, law };
            }
        }
    }

    /// The probability of having to wait: that all servers are busy, which is what a Poisson
    /// arrival sees.
    pub(crate) fn wait_probability(&self) -> f64 {
        self.law[self.servers..].iter().sum()
    }

    /// The mean wait in service times, from the mean number waiting by Little's law.
    pub(crate) fn mean_wait(&self) -> f64 {
        let waiting = self.law[self.servers..].iter().enumerate().map(|(n, p)| n as f64 * p).sum::<f64>();
        waiting / self.load
    }

    /// The probability of waiting no longer than `x` service times (Franx 2001, for `k - 1 <= x <
    /// k`): `exp(-a(k-x)) Σ_{j<kc} Q(kc-1-j) (a(k-x))^j / j!`, where `Q(j)` is the probability of
    /// at most `c + j` in system.
    pub(crate) fn wait_within(&self, x: f64) -> f64 {
        let k = x as usize + 1;
        let terms = k * self.servers;
        let until = poisson(self.load * (k as f64 - x), terms);
        let at_most = |n: usize| self.law.iter().take(n + 1).sum::<f64>();
        (0..terms).map(|j| until[j] * at_most(self.servers + terms - 1 - j)).sum()
    }

    /// The `p`-quantile of the wait in service times, by bisection.
    pub(crate) fn wait_quantile(&self, p: f64) -> f64 {
        let (mut low, mut high) = (0.0, 20.0);
        if self.wait_within(0.0) >= p {
            return 0.0;
        }
        for _ in 0..50 {
            let middle = f64::midpoint(low, high);
            if self.wait_within(middle) < p { low = middle } else { high = middle }
        }
        high
    }
}

/// One service time on: the waiting jobs that find no server, and the new ones.
fn step(law: &[f64], servers: usize, arrivals: &[f64]) -> Vec<f64> {
    let mut next = vec![0.0; law.len()];
    for (n, p) in law.iter().enumerate() {
        let stay = n.saturating_sub(servers);
        for (new, q) in next[stay..].iter_mut().zip(arrivals) {
            *new += p * q;
        }
    }
    let total: f64 = next.iter().sum();
    for p in &mut next {
        *p /= total;
    }
    next
}

#[cfg(test)]
mod tests {
    use super::super::near;
    use super::super::single::Moments;
    use super::*;

    /// Crommelin's series for the mean wait: `Σ_k e^{-ka} (Σ_{n>=kc} (ka)^n/n! - (c/a) Σ_{n>kc}
    /// (ka)^n/n!)`.
    fn crommelin(servers: usize, load: f64) -> f64 {
        let term = |k: usize| {
            let law = poisson(k as f64 * load, 4 * k * servers + 200);
            let at_least = |n: usize| law[n..].iter().sum::<f64>();
            at_least(k * servers) - servers as f64 / load * at_least(k * servers + 1)
        };
        (1..200).map(term).sum()
    }

    #[test]
    fn one_server_agrees_with_pollaczek_khinchine() {
        let queue = ConstantService::new(1, 0.7);
        near(queue.mean_wait(), Moments::with_cv(1.0, 0.0).mean_wait(0.7), 1e-10);
        near(queue.wait_probability(), 0.7, 1e-12);
    }

    #[test]
    fn the_chain_agrees_with_crommelins_series() {
        for (servers, load) in [(1, 0.5), (2, 1.4), (3, 2.1), (5, 3.5)] {
            near(ConstantService::new(servers, load).mean_wait(), crommelin(servers, load), 1e-9);
        }
    }

    #[test]
    fn franx_law_has_the_right_atom_and_mean() {
        let queue = ConstantService::new(3, 2.1);
        near(queue.wait_within(0.0), 1.0 - queue.wait_probability(), 1e-12);
        let steps = 8000;
        let tail = |i: i32| 1.0 - queue.wait_within((f64::from(i) + 0.5) / 1000.0);
        near((0..steps).map(tail).sum::<f64>() / 1000.0, queue.mean_wait(), 1e-6);
        near(queue.wait_within(queue.wait_quantile(0.95)), 0.95, 1e-10);
    }
}
