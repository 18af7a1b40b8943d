//! M^X/M/c: jobs come several at once. One server has a formula; several are solved as a chain.

use super::markov::Stationary;

/// Poisson batches of random size to exponential servers, first come, first served.
pub(crate) struct Batches<'a> {
    /// Batches a second.
    pub(crate) arrivals: f64,
    /// `(size, probability)`.
    pub(crate) sizes: &'a [(usize, f64)],
    /// Completions per second of one server.
    pub(crate) services: f64,
    pub(crate) servers: usize,
}

impl Batches<'_> {
    /// Jobs a second.
    pub(crate) fn jobs(&self) -> f64 {
        self.arrivals * self.mean_size()
    }

    fn mean_size(&self) -> f64 {
        self.sizes.iter().map(|&(size, p)| p * size as f64).sum()
    }

    /// The number in system, cut at `top`.
    pub(crate) fn law(&self, top: usize) -> Stationary<usize> {
        Stationary::of(0, |&n| {
            let mut moves: Vec<_> = self.sizes.iter().map(|&(size, p)| (p * self.arrivals, n + size)).collect();
            moves.retain(|&(_, next)| next <= top);
            if n > 0 {
                moves.push((n.min(self.servers) as f64 * self.services, n - 1));
            }
            moves
        })
    }

    /// The mean wait of a job in seconds, by Little's law.
    pub(crate) fn mean_wait(&self, law: &Stationary<usize>) -> f64 {
        law.mean(|&n| n.saturating_sub(self.servers) as f64) / self.jobs()
    }

    /// The share of jobs that start at once: those of a batch for which there is a server.
    pub(crate) fn at_once(&self, law: &Stationary<usize>) -> f64 {
        let started = |free: usize| self.sizes.iter().map(|&(size, p)| p * size.min(free) as f64).sum::<f64>();
        law.mean(|&n| started(self.servers.saturating_sub(n))) / self.mean_size()
    }

    /// The mean number in a system of one server: `ρ (E[X] + E[X²]) / (2 E[X] (1 - ρ))`.
    pub(crate) fn mean_in_single_server(&self) -> f64 {
        let load = self.jobs() / self.services;
        let square: f64 = self.sizes.iter().map(|&(size, p)| p * (size * size) as f64).sum();
        load * (self.mean_size() + square) / (2.0 * self.mean_size() * (1.0 - load))
    }
}

#[cfg(test)]
mod tests {
    use super::super::erlang::Mmc;
    use super::super::near;
    use super::*;

    #[test]
    fn the_chain_agrees_with_the_formula_for_one_server() {
        let queue = Batches { arrivals: 0.2, sizes: &[(1, 0.25), (2, 0.25), (5, 0.5)], services: 1.0, servers: 1 };
        let law = queue.law(500);
        near(law.mean(|&n| n as f64), queue.mean_in_single_server(), 1e-9);
        // Of a batch only the first can start at once, and only if it finds an empty system: the
        // share 1 - ρ of batches.
        near(queue.at_once(&law), (1.0 - queue.jobs()) / queue.mean_size(), 1e-10);
    }

    #[test]
    fn batches_of_one_are_erlangs_queue() {
        let queue = Batches { arrivals: 2.1, sizes: &[(1, 1.0)], services: 1.0, servers: 3 };
        let erlang = Mmc { arrivals: 2.1, services: 1.0, servers: 3 };
        let law = queue.law(300);
        near(queue.mean_wait(&law), erlang.mean_wait(), 1e-9);
        near(queue.at_once(&law), 1.0 - erlang.wait_probability(), 1e-10);
    }
}
