//! Fork–join: parents that stay until their children have ended, with children of exponential
//! service.

use claimsim::internals::model::math::exp;

use super::breakdowns::Raced;
use super::markov::Stationary;
use super::single::Moments;

/// Servers for children.
#[derive(Clone, Copy)]
pub(crate) struct Team {
    pub(crate) servers: usize,
    /// Completions per second of one server.
    pub(crate) services: f64,
}

impl Team {
    /// Rates at which the number of unfinished children falls, from `children` at once to none: a
    /// sum of exponential times, as the first of `j` exponential times is exponential.
    fn stages(self, children: usize) -> impl Iterator<Item = f64> {
        (1..=children).map(move |left| left.min(self.servers) as f64 * self.services)
    }

    /// The time until the last of `children` has ended, where the servers have nothing else to do.
    /// With a server for each its mean is the harmonic sum `(1 + 1/2 + … + 1/n) / mu`.
    pub(crate) fn makespan(self, children: usize) -> Moments {
        let mean: f64 = self.stages(children).map(|rate| 1.0 / rate).sum();
        let variance: f64 = self.stages(children).map(|rate| 1.0 / (rate * rate)).sum();
        Moments { mean, square: mean * mean + variance }
    }

    /// The time until the last of `children` has ended, and so has an exponential time of mean
    /// `own` that runs beside: `max^k + min^k = S^k + M^k`.
    pub(crate) fn join(self, children: usize, own: f64) -> Moments {
        let clock = 1.0 / own;
        let service = self.makespan(children);
        let wins = self.stages(children).map(|rate| rate / (rate + clock)).product();
        let slope = self.stages(children).map(|rate| wins / (rate + clock)).sum();
        let (own, shorter) = (Moments::with_cv(own, 1.0), Raced { clock, service, wins, slope }.shorter());
        Moments { mean: service.mean + own.mean - shorter.mean, square: service.square + own.square - shorter.square }
    }

    /// The queue if parents arrive at that rate, with this number of children each, and at most
    /// `parents` of them at a time are at work: how many wait, and of each at work, the oldest
    /// first, how many children are unfinished. Servers take the older children first, which are
    /// those of the older parents.
    pub(crate) fn families(self, arrivals: f64, children: usize, parents: usize, room: usize) -> Stationary<Families> {
        let started = |(waiting, mut at_work): Families| {
            at_work.retain(|&left| left > 0);
            let starts = waiting.min(parents - at_work.len());
            at_work.extend(std::iter::repeat_n(children, starts));
            (waiting - starts, at_work)
        };
        Stationary::of((0, Vec::new()), |(waiting, at_work)| {
            let mut moves = Vec::new();
            if *waiting < room {
                moves.push((arrivals, started((waiting + 1, at_work.clone()))));
            }
            let mut free = self.servers;
            for (parent, &left) in at_work.iter().enumerate() {
                let running = left.min(free);
                free -= running;
                if running > 0 {
                    let mut next = at_work.clone();
                    next[parent] -= 1;
                    moves.push((running as f64 * self.services, started((*waiting, next))));
                }
            }
            moves
        })
    }

    /// The integral of the number of unfinished children, and of that of waiting ones, of
    /// `children` that start together.
    pub(crate) fn child_seconds(self, children: usize) -> (f64, f64) {
        let weighted = |weight: &dyn Fn(usize) -> usize| {
            self.stages(children).enumerate().map(|(done, rate)| weight(done + 1) as f64 / rate).sum()
        };
        (weighted(&|left| left), weighted(&|left| left.saturating_sub(self.servers)))
    }

    /// The mean time until the last of `children` has ended who queue up behind `ahead` others, all
    /// served in order (the split of a job over central servers; Nelson, Towsley and Tantawi 1988).
    /// By first-step equations.
    pub(crate) fn behind(self, ahead: usize, children: usize) -> f64 {
        let mut means = vec![vec![0.0; children + 1]; ahead + 1];
        for others in 0..=ahead {
            for own in 1..=children {
                let others_run = others.min(self.servers);
                let own_run = own.min(self.servers - others_run);
                let mut mean = 1.0 / self.services;
                if others > 0 {
                    mean += others_run as f64 * means[others - 1][own];
                }
                if own_run > 0 {
                    mean += own_run as f64 * means[others][own - 1];
                }
                means[others][own] = mean / (others_run + own_run) as f64;
            }
        }
        means[ahead][children]
    }
}

/// Waiting parents, and unfinished children by parent.
pub(crate) type Families = (usize, Vec<usize>);

/// A parent with a number of children at rate 1, each with a server of its own, but only until a
/// deadline.
pub(crate) struct Impatient {
    pub(crate) children: i32,
    pub(crate) deadline: f64,
}

impl Impatient {
    /// The probability that a child is still at it at the deadline: `1 - (1 - exp(-d))^n`.
    pub(crate) fn missed(&self) -> f64 {
        1.0 - (0..self.children).map(|_| 1.0 - exp(-self.deadline)).product::<f64>()
    }

    /// The mean time to the join or the deadline, the integral of `1 - (1 - exp(-t))^n` up to it.
    /// With `u = 1 - exp(-t)` that is the integral of `1 + u + … + u^(n-1)`: a harmonic sum again,
    /// of powers of `1 - exp(-d)`.
    pub(crate) fn mean(&self) -> f64 {
        let u = 1.0 - exp(-self.deadline);
        let (mut power, mut mean) = (1.0, 0.0);
        for k in 1..=self.children {
            power *= u;
            mean += power / f64::from(k);
        }
        mean
    }
}

/// The mixture of equally likely distributions.
pub(crate) fn mixed(laws: &[Moments]) -> Moments {
    let count = laws.len() as f64;
    Moments {
        mean: laws.iter().map(|law| law.mean).sum::<f64>() / count,
        square: laws.iter().map(|law| law.square).sum::<f64>() / count,
    }
}

#[cfg(test)]
mod tests {
    use super::super::batches::Batches;
    use super::super::near;
    use super::*;

    #[test]
    fn as_many_servers_as_children_give_harmonic_sums() {
        let team = Team { servers: 10, services: 2.0 };
        // H(4) = 25/12, and the squares 1 + 1/4 + 1/9 + 1/16 = 205/144.
        near(team.makespan(4).mean, 25.0 / 24.0, 1e-15);
        near(team.makespan(4).square, (625.0 + 205.0) / 144.0 / 4.0, 1e-14);
        near(team.behind(0, 4), 25.0 / 24.0, 1e-14);
    }

    #[test]
    fn one_server_serves_one_after_the_other() {
        let team = Team { servers: 1, services: 0.5 };
        near(team.makespan(3).mean, 6.0, 1e-14);
        near(team.makespan(3).square, 36.0 + 12.0, 1e-13);
        near(team.child_seconds(3).0, 6.0 + 4.0 + 2.0, 1e-14);
        near(team.child_seconds(3).1, 4.0 + 2.0, 1e-14);
        near(team.behind(4, 3), 14.0, 1e-13);
    }

    #[test]
    fn a_join_with_an_own_exponential_time_is_a_further_child() {
        let team = Team { servers: 4, services: 0.5 };
        let (join, makespan) = (team.join(3, 2.0), team.makespan(4));
        near(join.mean, makespan.mean, 1e-13);
        near(join.square, makespan.square, 1e-12);
        // With two servers, by cases of who is first: E[max] of own rate 1 and two stages of rate
        // 1/2 and 1.
        let pair = Team { servers: 2, services: 0.5 }.join(2, 1.0);
        near(pair.mean, 0.5 + 0.5 * (1.0 + 2.0) + 0.5 * (1.0 / 1.5 + 0.5 / 1.5 * 1.0 + 1.0 / 1.5 * 2.0), 1e-13);
    }

    #[test]
    fn families_agree_with_one_at_a_time_and_with_no_limit() {
        let team = Team { servers: 2, services: 1.0 };
        let parents = |limit, room| {
            let chain = team.families(0.35, 3, limit, room);
            chain.mean(|(waiting, at_work)| (waiting + at_work.len()) as f64) / 0.35
        };
        let makespan = team.makespan(3);
        near(parents(1, 300), makespan.mean_wait(0.35) + makespan.mean, 1e-6);
        let batches = Batches { arrivals: 0.35, sizes: &[(3, 1.0)], services: 1.0, servers: 2 };
        let law = batches.law(300);
        // With two servers a third parent would have none for its children: to admit it or not is
        // the same to them.
        near(parents(2, 200), law.mean(|&n| team.behind(n, 3)), 1e-6);
    }

    #[test]
    fn a_late_deadline_leaves_the_harmonic_sum() {
        near(Impatient { children: 3, deadline: 50.0 }.mean(), 11.0 / 6.0, 1e-12);
        let parent = Impatient { children: 3, deadline: 1.5 };
        let steps = 100_000_u32;
        let time = |i: u32| (f64::from(i) + 0.5) / f64::from(steps) * 1.5;
        let survival = |t: f64| 1.0 - (1.0 - exp(-t)) * (1.0 - exp(-t)) * (1.0 - exp(-t));
        near((0..steps).map(|i| survival(time(i))).sum::<f64>() / f64::from(steps) * 1.5, parent.mean(), 1e-8);
        near(survival(1.5), parent.missed(), 1e-14);
    }

    #[test]
    fn jobs_split_over_one_server_are_batches() {
        // The last of a batch: Pollaczek–Khinchine, with a service time of four exponential ones.
        let batches = Batches { arrivals: 0.15, sizes: &[(4, 1.0)], services: 1.0, servers: 1 };
        let law = batches.law(400);
        let team = Team { servers: 1, services: 1.0 };
        let mean = law.mean(|&n| team.behind(n, 4));
        near(mean, Moments::gamma(4.0, 4.0).mean_wait(0.15) + 4.0, 1e-8);
    }
}
