//! One server that goes out and comes back, whether it is busy or not: attempts that are lost and
//! started again, and attempts that continue unseen.
//!
//! Times up are exponential of rate ξ (`failures`), times out of rate η (`repairs`). Between the
//! instant at which a job is first taken up and the one at which it is done with the server passes
//! its *completion time* `C` (Gaver 1962); the server is up at both. So jobs are served as in M/G/1
//! with `C` as service time, but for those that come to an empty system: they may find the server
//! out, and wait for it as well. Welch (1964) solves M/G/1 with such an exceptional first service.

use claimsim::internals::model::math::exp;

use super::single::Moments;

/// A service time `S` as an exponential clock of rate `clock` sees it that starts with it: `X =
/// min(S, clock)`.
#[derive(Clone, Copy)]
pub(crate) struct Raced {
    pub(crate) clock: f64,
    pub(crate) service: Moments,
    /// `E[exp(-clock S)]`: the service time is over first.
    pub(crate) wins: f64,
    /// `E[S exp(-clock S)]`.
    pub(crate) slope: f64,
}

impl Raced {
    pub(crate) fn constant(service: f64, clock: f64) -> Raced {
        let wins = exp(-clock * service);
        Raced { clock, service: Moments::with_cv(service, 0.0), wins, slope: service * wins }
    }

    /// A mixture of exponentials, `(probability, mean)` each.
    pub(crate) fn hyperexponential(phases: &[(f64, f64)], clock: f64) -> Raced {
        let share = |mean: f64| 1.0 / (1.0 + clock * mean);
        let wins = phases.iter().map(|(p, mean)| p * share(*mean)).sum();
        let slope = phases.iter().map(|(p, mean)| p * mean * share(*mean) * share(*mean)).sum();
        Raced { clock, service: Moments::hyperexponential(phases), wins, slope }
    }

    /// By the quantile function, with the midpoint rule.
    pub(crate) fn by_quantile(service: Moments, quantile: impl Fn(f64) -> f64, clock: f64) -> Raced {
        let steps = 200_000_u32;
        let (mut wins, mut slope) = (0.0, 0.0);
        for i in 0..steps {
            let s = quantile((f64::from(i) + 0.5) / f64::from(steps));
            let discount = exp(-clock * s) / f64::from(steps);
            wins += discount;
            slope += s * discount;
        }
        Raced { clock, service, wins, slope }
    }

    /// Of the time until the first of both. `E[X^k]` is the integral of `k t^(k-1) P(S > t)
    /// exp(-clock t)`, which is `(1 - wins) / clock` for k = 1 and minus twice its derivative by
    /// `clock` for k = 2.
    pub(crate) fn shorter(&self) -> Moments {
        let mean = (1.0 - self.wins) / self.clock;
        Moments { mean, square: 2.0 * (mean - self.slope) / self.clock }
    }

    /// `E[X; the clock is first]`: the integral of `t clock exp(-clock t) P(S > t)`.
    fn lost(&self) -> f64 {
        self.clock * self.shorter().square / 2.0
    }
}

/// Poisson arrivals at a server that goes out.
#[derive(Clone, Copy)]
pub(crate) struct Breakdowns {
    pub(crate) arrivals: f64,
    pub(crate) failures: f64,
    pub(crate) repairs: f64,
}

impl Breakdowns {
    /// The share of time in which the server is up.
    pub(crate) fn availability(self) -> f64 {
        self.repairs / (self.failures + self.repairs)
    }

    /// The completion time if an attempt is lost with the server, and another with a service time
    /// of its own follows (preemptive repeat different; Gaver 1962): `C = X`, or `C = X + D + C'`
    /// where the server fails first.
    ///
    /// The new attempt queues up behind all who wait, and another job is taken up in its place. But
    /// all attempts are alike, so the number in system is that of a server that sticks to its job.
    pub(crate) fn restarted(self, service: &Raced) -> Moments {
        let (fails, down) = (1.0 - service.wins, 1.0 / self.repairs);
        let mean = fails / service.wins * (1.0 / self.failures + down);
        let square = service.shorter().square
            + 2.0 * service.lost() * (down + mean)
            + fails * (2.0 * down * down + 2.0 * down * mean);
        Moments { mean, square: square / service.wins }
    }

    /// The completion time if the server went on with the attempt when it is back (preemptive
    /// resume), which it does not: `S` and as many times out as fall into it.
    pub(crate) fn resumed(self, service: Moments) -> Moments {
        let (longer, more) = (1.0 / self.availability(), 2.0 * self.failures / (self.repairs * self.repairs));
        Moments { mean: service.mean * longer, square: service.square * longer * longer + service.mean * more }
    }

    /// The completion time if the process goes on while the server is cut off, and only its end has
    /// to wait for the return: `C = S`, or `S + D` if the server is out then, which it is with
    /// probability `ξ / (ξ + η) (1 - exp(-(ξ + η) S))`.
    ///
    /// `service` races with a clock of rate `ξ + η`.
    pub(crate) fn cut_off(self, service: &Raced) -> Moments {
        let (share, down) = (1.0 - self.availability(), 1.0 / self.repairs);
        let (is_out, while_out) = (share * (1.0 - service.wins), share * (service.service.mean - service.slope));
        Moments {
            mean: service.service.mean + is_out * down,
            square: service.service.square + 2.0 * while_out * down + 2.0 * is_out * down * down,
        }
    }

    /// Of the service time of a process that goes on while cut off, the mean time for which the
    /// server was up.
    pub(crate) fn seen(self, service: &Raced) -> f64 {
        let up = self.availability();
        service.service.mean * up + (1.0 - up) * service.shorter().mean
    }

    /// The probability that an arrival that finds an empty system finds the server out as well: it
    /// was up when the last job left.
    fn finds_it_out(self) -> f64 {
        self.failures / (self.arrivals + self.failures + self.repairs)
    }

    /// The completion time of a job that finds an empty system, with the rest of the time out.
    fn first(self, completion: Moments) -> Moments {
        let (out, down) = (self.finds_it_out(), Moments::with_cv(1.0 / self.repairs, 1.0));
        let longer = completion.plus(down);
        Moments {
            mean: completion.mean * (1.0 - out) + longer.mean * out,
            square: completion.square * (1.0 - out) + longer.square * out,
        }
    }

    /// The probability that an arrival finds an empty system.
    fn finds_nobody(self, completion: Moments) -> f64 {
        let (free, first) = (1.0 - self.arrivals * completion.mean, self.arrivals * self.first(completion).mean);
        free / (free + first)
    }

    /// The probability that an arrival starts at once.
    pub(crate) fn starts_at_once(self, completion: Moments) -> f64 {
        self.finds_nobody(completion) * (1.0 - self.finds_it_out())
    }

    /// The mean time from arrival to the end of service, by Welch's formula.
    pub(crate) fn response(self, completion: Moments) -> f64 {
        let (first, rate) = (self.first(completion), self.arrivals);
        let (free, nobody) = (1.0 - rate * completion.mean, self.finds_nobody(completion));
        let delay = rate * completion.square / (2.0 * free)
            + rate * (first.square - completion.square) / (2.0 * (free + rate * first.mean));
        delay + nobody * first.mean + (1.0 - nobody) * completion.mean
    }

    /// The mean number in system.
    pub(crate) fn in_system(self, completion: Moments) -> f64 {
        self.arrivals * self.response(completion)
    }
}

#[cfg(test)]
mod tests {
    use super::super::markov::Stationary;
    use super::super::near;
    use super::*;

    const SERVER: Breakdowns = Breakdowns { arrivals: 0.3, failures: 0.2, repairs: 0.5 };

    /// Avi-Itzhak and Naor 1963, model A, by generating functions: with exponential service of rate
    /// `mu`, and `A = η / (ξ + η)`, `L = λ (1 / A + ξ λ / η²) / (mu - λ / A) + A ξ λ / η²`.
    fn avi_itzhak_and_naor(server: Breakdowns, services: f64) -> f64 {
        let (up, rate) = (server.availability(), server.arrivals);
        let more = server.failures * rate / (server.repairs * server.repairs);
        rate * (1.0 / up + more) / (services - rate / up) + up * more
    }

    #[test]
    fn exponential_service_agrees_with_avi_itzhak_and_naor() {
        // Here restarting is resuming, in law.
        for services in [0.9, 1.5, 4.0] {
            let attempt = Raced::hyperexponential(&[(1.0, 1.0 / services)], SERVER.failures);
            let completion = SERVER.restarted(&attempt);
            near(completion.square, SERVER.resumed(attempt.service).square, 1e-12);
            near(completion.mean, 1.4 / services, 1e-12);
            near(SERVER.in_system(completion), avi_itzhak_and_naor(SERVER, services), 1e-12);
        }
    }

    #[test]
    fn restarted_mixtures_agree_with_a_chain_of_phases() {
        // States (jobs, phase of the job in service, up); a job that starts or restarts draws the
        // phase again.
        let phases = [(0.7, 0.5), (0.3, 2.0)];
        let start = |n: u32, rate: f64| phases.map(|(p, _)| (rate * p, n)).into_iter().enumerate();
        let begin = |n, rate| start(n, rate).map(|(phase, (rate, n))| (rate, (n, phase, true)));
        let chain = Stationary::of((0_u32, 0_usize, true), |&(n, phase, up)| {
            let mut moves = Vec::new();
            match (n, up) {
                (0, true) => moves.extend(begin(1, 0.3)),
                (160.., _) => {}
                _ => moves.push((0.3, (n + 1, phase, up))),
            }
            match (n, up) {
                (0, false) => moves.push((0.5, (0, 0, true))),
                (_, false) => moves.extend(begin(n, 0.5)),
                (1, true) => moves.push((1.0 / phases[phase].1, (0, 0, true))),
                (2.., true) => moves.extend(begin(n - 1, 1.0 / phases[phase].1)),
                _ => {}
            }
            if up {
                moves.push((0.2, (n, 0, false)));
            }
            moves
        });
        let attempt = Raced::hyperexponential(&phases, SERVER.failures);
        let completion = SERVER.restarted(&attempt);
        near(chain.mean(|&(n, ..)| f64::from(n)), SERVER.in_system(completion), 1e-8);
        near(chain.share(|&(n, _, up)| n == 0 && up), SERVER.starts_at_once(completion), 1e-9);
        near(chain.share(|&(n, _, up)| n > 0 && up), SERVER.arrivals / attempt.wins * attempt.shorter().mean, 1e-9);
    }

    #[test]
    fn processes_that_go_on_agree_with_a_chain() {
        // States (jobs, mode): 0 up, 1 out with a process at work, 2 out with one that has ended, 3
        // out with none.
        let chain = Stationary::of((0_u32, 0_u8), |&(n, mode)| {
            let mut moves = vec![(if n < 200 { 0.3 } else { 0.0 }, (n + 1, mode))];
            match mode {
                0 => moves.push((0.2, (n, if n > 0 { 1 } else { 3 }))),
                1 => moves.extend([(0.9, (n, 2)), (0.5, (n, 0))]),
                2 => moves.push((0.5, (n - 1, 0))),
                _ => moves.push((0.5, (n, 0))),
            }
            if n > 0 && mode == 0 {
                moves.push((0.9, (n - 1, 0)));
            }
            moves
        });
        let attempt = Raced::hyperexponential(&[(1.0, 1.0 / 0.9)], SERVER.failures + SERVER.repairs);
        let completion = SERVER.cut_off(&attempt);
        near(chain.mean(|&(n, _)| f64::from(n)), SERVER.in_system(completion), 1e-8);
        near(chain.share(|&(n, mode)| n > 0 && mode == 0), 0.3 * SERVER.seen(&attempt), 1e-10);
        near(chain.share(|&(n, mode)| n > 0 && mode < 3), 0.3 * completion.mean, 1e-10);
    }

    #[test]
    fn closed_forms_of_raced_times_agree_with_their_quantiles() {
        let same = |one: Raced, other: Raced| {
            near(one.wins, other.wins, 1e-6);
            near(one.slope, other.slope, 1e-4);
        };
        let exponential = |u: f64| -2.0 * claimsim::internals::model::math::ln(1.0 - u);
        let moments = Moments::with_cv(2.0, 1.0);
        same(Raced::hyperexponential(&[(1.0, 2.0)], 0.3), Raced::by_quantile(moments, exponential, 0.3));
        same(Raced::constant(2.0, 0.3), Raced::by_quantile(Moments::with_cv(2.0, 0.0), |_| 2.0, 0.3));
        // The shorter of two exponential times is one.
        let shorter = Raced::hyperexponential(&[(1.0, 2.0)], 0.3).shorter();
        near(shorter.mean, 1.25, 1e-12);
        near(shorter.square, 2.0 * 1.25 * 1.25, 1e-12);
    }
}
