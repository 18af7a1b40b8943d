//! Priorities without interruption, by Cobham (1954): the mean wait of each class where the most
//! important waiting job goes next.
//!
//! Jobs of a class wait for the job in service when they arrive (`residual`, which no order of the
//! queue changes), for all waiting jobs of at least the same importance, and for the more important
//! jobs that come meanwhile. Kleinrock's conservation law (1965) gives the invariant of all orders
//! that ignore the sizes of jobs: the mean of the waits, weighted with the classes' loads.

use super::erlang::Mmc;
use super::single::Moments;

/// A Poisson class: arrivals per second, and its load as a share of the capacity of all servers.
#[derive(Clone, Copy)]
pub(crate) struct Class {
    pub(crate) arrivals: f64,
    pub(crate) load: f64,
}

/// Classes before one or more servers, the most important first.
pub(crate) struct Priorities {
    classes: Vec<Class>,
    /// The mean time until a server is free for an arriving job without competitors, over all
    /// arrivals.
    residual: f64,
}

impl Priorities {
    /// M/G/1: a arriving job finds the rest of another's service with the probability that the
    /// server is busy.
    pub(crate) fn one_server(classes: &[(f64, Moments)]) -> Priorities {
        let residual = classes.iter().map(|(arrivals, service)| arrivals * service.square / 2.0).sum();
        let class = |&(arrivals, service): &(f64, Moments)| Class { arrivals, load: arrivals * service.mean };
        Priorities { classes: classes.iter().map(class).collect(), residual }
    }

    /// M/M/c with one service distribution for all classes: somebody who must wait waits `1 / (c
    /// mu)` for the next end.
    pub(crate) fn several_servers(servers: usize, services: f64, arrivals: &[f64]) -> Priorities {
        let all = Mmc { arrivals: arrivals.iter().sum(), services, servers };
        let rate = services * servers as f64;
        let classes = arrivals.iter().map(|&arrivals| Class { arrivals, load: arrivals / rate }).collect();
        Priorities { classes, residual: all.wait_probability() / rate }
    }

    /// The mean wait of a class, counted from the most important.
    pub(crate) fn mean_wait(&self, class: usize) -> f64 {
        self.residual / (self.left_by(class) * self.left_by(class + 1))
    }

    /// The mean wait of all jobs.
    pub(crate) fn mean_wait_of_all(&self) -> f64 {
        let arrivals: f64 = self.classes.iter().map(|class| class.arrivals).sum();
        let waits = self.classes.iter().enumerate().map(|(place, class)| class.arrivals * self.mean_wait(place));
        waits.sum::<f64>() / arrivals
    }

    /// The mean wait of each class in order of arrival.
    pub(crate) fn in_order_of_arrival(&self) -> f64 {
        self.residual / self.left_by(self.classes.len())
    }

    /// The sum of load times mean wait over the classes, which no order changes.
    pub(crate) fn conserved(&self) -> f64 {
        (1.0 - self.left_by(self.classes.len())) * self.in_order_of_arrival()
    }

    /// The share of what the servers can do that the first `count` classes leave to others.
    fn left_by(&self, count: usize) -> f64 {
        1.0 - self.classes[..count].iter().map(|class| class.load).sum::<f64>()
    }
}

#[cfg(test)]
mod tests {
    use super::super::markov::Stationary;
    use super::super::near;
    use super::*;

    #[test]
    fn a_single_class_waits_as_in_order_of_arrival() {
        let law = Moments::gamma(0.7, 1.0);
        near(Priorities::one_server(&[(0.5, law)]).mean_wait(0), law.mean_wait(0.5), 1e-14);
        let queue = Mmc { arrivals: 2.0, services: 1.0, servers: 3 };
        near(Priorities::several_servers(3, 1.0, &[2.0]).mean_wait(0), queue.mean_wait(), 1e-14);
    }

    #[test]
    fn loads_times_waits_are_conserved() {
        let classes =
            [(0.1, Moments::with_cv(2.0, 0.0)), (0.3, Moments::with_cv(1.0, 1.0)), (0.2, Moments::uniform(0.0, 2.0))];
        let theory = Priorities::one_server(&classes);
        let sum: f64 =
            theory.classes.iter().enumerate().map(|(place, class)| class.load * theory.mean_wait(place)).sum();
        near(sum, theory.conserved(), 1e-14);
    }

    #[test]
    fn cobham_agrees_with_a_chain() {
        // Two servers, two classes; states (jobs in service, urgent waiting, others waiting).
        let (urgent, other) = (0.5, 0.7);
        let chain = Stationary::of((0_u32, 0_u32, 0_u32), |&(busy, first, second)| {
            let mut moves = match (busy, first, second) {
                (2, ..) => vec![(urgent, (2, first + 1, second)), (other, (2, first, second + 1))],
                _ => vec![(urgent + other, (busy + 1, 0, 0))],
            };
            moves.retain(|&(_, (_, first, second))| first < 40 && second < 70);
            let next = match (first, second) {
                (0, 0) => (busy.saturating_sub(1), 0, 0),
                (0, _) => (2, 0, second - 1),
                _ => (2, first - 1, second),
            };
            moves.push((f64::from(busy), next));
            moves
        });
        let theory = Priorities::several_servers(2, 1.0, &[urgent, other]);
        near(chain.mean(|&(_, first, _)| f64::from(first)) / urgent, theory.mean_wait(0), 1e-9);
        near(chain.mean(|&(.., second)| f64::from(second)) / other, theory.mean_wait(1), 1e-6);
    }
}
