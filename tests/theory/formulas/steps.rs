//! Capacity that changes at known instants: M/M/c(t) with little room for waiting jobs, followed
//! through time by its own equations.

use std::ops::Range;

/// Poisson arrivals, exponential service, and a capacity that changes; empty at instant 0.
///
/// Lowering it below what runs lets running jobs go on, and starts none until there is room again.
pub(crate) struct Steps {
    pub(crate) arrivals: f64,
    pub(crate) services: f64,
    /// `(from, capacity)`, the first from 0 s.
    pub(crate) plan: Vec<(f64, usize)>,
    /// The maximum number of waiting jobs; a job that finds them is turned away.
    pub(crate) room: usize,
}

/// Averages over a part of the run.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Averages {
    pub(crate) lost: f64,
    pub(crate) busy: f64,
    pub(crate) waiting: f64,
    pub(crate) offered: f64,
}

/// Probabilities by (running, waiting), as one list, with the most that can run.
struct Law {
    most: usize,
    room: usize,
    shares: Vec<f64>,
}

impl Steps {
    /// Over a part of the time, by Runge and Kutta's method in steps of `step` seconds, of which
    /// all instants are multiples.
    pub(crate) fn averages(&self, over: Range<f64>, step: f64) -> Averages {
        let Range { start: from, end: to } = over;
        let most = self.plan.iter().map(|(_, capacity)| *capacity).max().expect("there is a capacity");
        let mut law = Law { most, room: self.room, shares: vec![0.0; (most + 1) * (self.room + 1)] };
        law.shares[0] = 1.0;
        let mut sum = Averages::default();
        let mut capacity = usize::MAX;
        for i in 0..(to / step).round() as usize {
            let now = i as f64 * step;
            let (_, current) = *self.plan.iter().rfind(|(start, _)| *start <= now + step / 2.0).expect("one from 0 s");
            if current != capacity {
                capacity = current;
                law.start_waiting(capacity);
            }
            let before = self.now(&law, capacity);
            self.advance(&mut law, capacity, step);
            if now + step / 2.0 > from {
                sum.add(before, step / 2.0 / (to - from));
                sum.add(self.now(&law, capacity), step / 2.0 / (to - from));
            }
        }
        sum
    }

    fn now(&self, law: &Law, capacity: usize) -> Averages {
        let mut now = Averages { offered: capacity as f64, ..Averages::default() };
        for (running, waiting, share) in law.iter() {
            now.busy += share * running as f64;
            now.waiting += share * waiting as f64;
            now.lost += if running >= capacity && waiting == self.room { share } else { 0.0 };
        }
        now
    }

    fn advance(&self, law: &mut Law, capacity: usize, step: f64) {
        let slope = |shares: &[f64]| self.slope(law.most, shares, capacity);
        let at = |slope: &[f64], by: f64| -> Vec<f64> {
            law.shares.iter().zip(slope).map(|(share, slope)| share + by * slope).collect()
        };
        let one = slope(&law.shares);
        let two = slope(&at(&one, step / 2.0));
        let three = slope(&at(&two, step / 2.0));
        let four = slope(&at(&three, step));
        for (i, share) in law.shares.iter_mut().enumerate() {
            *share += step / 6.0 * (one[i] + 2.0 * two[i] + 2.0 * three[i] + four[i]);
        }
    }

    /// Kolmogorov's forward equations.
    fn slope(&self, most: usize, shares: &[f64], capacity: usize) -> Vec<f64> {
        let width = self.room + 1;
        let mut slope = vec![0.0; shares.len()];
        for running in 0..=most {
            for waiting in 0..width {
                let (from, share) = (running * width + waiting, shares[running * width + waiting]);
                let mut flow = |to: usize, rate: f64| {
                    slope[from] -= rate * share;
                    slope[to] += rate * share;
                };
                if running < capacity {
                    flow(from + width, self.arrivals);
                } else if waiting < self.room {
                    flow(from + 1, self.arrivals);
                }
                if running > 0 {
                    let takes_next = waiting > 0 && running <= capacity;
                    flow(if takes_next { from - 1 } else { from - width }, self.services * running as f64);
                }
            }
        }
        slope
    }
}

impl Law {
    fn iter(&self) -> impl Iterator<Item = (usize, usize, f64)> {
        let width = self.room + 1;
        self.shares.iter().enumerate().map(move |(i, share)| (i / width, i % width, *share))
    }

    /// Waiting jobs start as far as there is capacity.
    fn start_waiting(&mut self, capacity: usize) {
        let mut shares = vec![0.0; self.shares.len()];
        for (running, waiting, share) in self.iter() {
            let started = waiting.min(capacity.saturating_sub(running));
            shares[(running + started) * (self.room + 1) + waiting - started] += share;
        }
        self.shares = shares;
    }
}

impl Averages {
    fn add(&mut self, now: Averages, weight: f64) {
        self.lost += weight * now.lost;
        self.busy += weight * now.busy;
        self.waiting += weight * now.waiting;
        self.offered += weight * now.offered;
    }
}

#[cfg(test)]
mod tests {
    use claimsim::internals::model::math::exp;

    use super::super::erlang::{Mmc, mean};
    use super::super::near;
    use super::*;

    #[test]
    fn a_constant_capacity_comes_to_rest_at_erlangs_law() {
        let erlang = Mmc { arrivals: 4.0, services: 1.0, servers: 4 };
        for room in [0, 5] {
            let steps = Steps { arrivals: 4.0, services: 1.0, plan: vec![(0.0, 4)], room };
            let (rest, law) = (steps.averages(60.0..61.0, 0.02), erlang.with_room(room));
            near(rest.lost, law[4 + room], 1e-7);
            near(rest.busy, mean(&law, |n| erlang.busy(n)), 1e-7);
            near(rest.waiting, mean(&law, |n| erlang.waiting(n)), 1e-7);
        }
    }

    #[test]
    fn ample_capacity_fills_as_an_infinite_system_does() {
        // M/M/∞ from empty: the mean is ρ (1 - exp(-mu t)), and its average over [0, 2] is ρ (1 -
        // (1 - exp(-2)) / 2).
        let steps = Steps { arrivals: 3.0, services: 1.0, plan: vec![(0.0, 30)], room: 0 };
        near(steps.averages(0.0..2.0, 0.01).busy, 3.0 * (1.0 - (1.0 - exp(-2.0)) / 2.0), 1e-4);
    }

    #[test]
    fn shorter_steps_change_nothing() {
        let steps = Steps { arrivals: 30.0, services: 1.0, plan: vec![(0.0, 25), (2.0, 40), (4.0, 10)], room: 15 };
        let (coarse, fine) = (steps.averages(1.0..6.0, 0.01), steps.averages(1.0..6.0, 0.002));
        near(coarse.lost, fine.lost, 1e-5);
        near(coarse.busy, fine.busy, 1e-4);
        near(coarse.waiting, fine.waiting, 1e-4);
    }

    #[test]
    fn what_runs_when_capacity_is_lowered_to_nothing_decays() {
        // Full with three jobs at instant 40, almost surely; then each goes at rate 1, and those
        // who come wait or are lost.
        let plan = vec![(0.0, 3), (40.0, 0), (50.0, 3)];
        let steps = Steps { arrivals: 50.0, services: 1.0, plan, room: 2 };
        let full = mean(&Mmc { arrivals: 50.0, services: 1.0, servers: 3 }.with_room(2), |n| n.min(3) as f64);
        near(steps.averages(40.0..50.0, 0.002).busy, full * (1.0 - exp(-10.0)) / 10.0, 1e-4);
        near(steps.averages(49.0..50.0, 0.002).waiting, 2.0, 1e-9);
        // Two of three servers are taken at once by waiting jobs.
        assert!(steps.averages(50.0..50.002, 0.002).busy > 2.0, "those who wait start at once");
        near(steps.averages(30.0..50.0, 0.002).offered, 1.5, 1e-9);
    }
}
