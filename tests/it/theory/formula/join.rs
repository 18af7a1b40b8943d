//! Fork–join: parents that stay until their children have ended, with children of exponential service.

use super::breakdowns::Raced;
use super::single::Moments;

/// Servers for children.
#[derive(Clone, Copy)]
pub(crate) struct Team {
    pub(crate) servers: usize,
    /// Completions per second of one server.
    pub(crate) services: f64,
}

impl Team {
    /// Rates at which the number of unfinished children falls, from `children` at once to none: a sum of exponential times, as
    /// the first of `j` exponential times is exponential.
    fn stages(self, children: usize) -> impl Iterator<Item = f64> {
        (1..=children).map(move |left| left.min(self.servers) as f64 * self.services)
    }

    /// The time until the last of `children` has ended, where the servers have nothing else to do. With a server for each its mean is
    /// the harmonic sum `(1 + 1/2 + … + 1/n) / mu`.
    pub(crate) fn makespan(self, children: usize) -> Moments {
        let mean: f64 = self.stages(children).map(|rate| 1.0 / rate).sum();
        let variance: f64 = self.stages(children).map(|rate| 1.0 / (rate * rate)).sum();
        Moments { mean, square: mean * mean + variance }
    }

    /// The time until the last of `children` has ended, and so has an exponential time of mean `own` that runs beside:
    /// `max^k + min^k = S^k + M^k`.
    pub(crate) fn join(self, children: usize, own: f64) -> Moments {
        let clock = 1.0 / own;
        let service = self.makespan(children);
        let wins = self.stages(children).map(|rate| rate / (rate + clock)).product();
        let slope = self.stages(children).map(|rate| wins / (rate + clock)).sum();
        let (own, shorter) = (Moments::with_cv(own, 1.0), Raced { clock, service, wins, slope }.shorter());
        Moments { mean: service.mean + own.mean - shorter.mean, square: service.square + own.square - shorter.square }
    }

    /// The integral of the number of unfinished children, and of that of waiting ones, of `children` that start together.
    pub(crate) fn child_seconds(self, children: usize) -> (f64, f64) {
        let weighted = |weight: &dyn Fn(usize) -> usize| {
            self.stages(children).enumerate().map(|(done, rate)| weight(done + 1) as f64 / rate).sum()
        };
        (weighted(&|left| left), weighted(&|left| left.saturating_sub(self.servers)))
    }

    /// The mean time until the last of `children` has ended who queue up behind `ahead` others, all served in order (the
    /// split of a job over central servers; Nelson, Towsley and Tantawi 1988). By first-step equations.
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

/// The mixture of equally likely laws.
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
        // With two servers, by cases of who is first: E[max] of own rate 1 and two stages of rate 1/2 and 1.
        let pair = Team { servers: 2, services: 0.5 }.join(2, 1.0);
        near(pair.mean, 0.5 + 0.5 * (1.0 + 2.0) + 0.5 * (1.0 / 1.5 + 0.5 / 1.5 * 1.0 + 1.0 / 1.5 * 2.0), 1e-13);
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
