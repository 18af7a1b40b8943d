//! Attempts that are stopped at a deadline, and chains of attempts with their backoffs, where
//! nothing else delays them.

use claimsim::internals::model::math::{exp, pow};

use super::single::Moments;

/// An attempt that is asked to stop at a deadline, and needs a further time for it.
#[derive(Clone, Copy)]
pub(crate) struct Limited {
    /// How probable it is that the deadline comes first.
    pub(crate) missed: f64,
    /// `E[S^k; S <= d]`.
    within: Moments,
    /// Of the whole attempt, `E[(d + stop)^k]`, if the deadline is missed.
    late: Moments,
}

impl Limited {
    /// Exponential service of that mean, and `stop` from the deadline to the end.
    pub(crate) fn exponential(mean: f64, deadline: f64, stop: Moments) -> Limited {
        let missed = exp(-deadline / mean);
        // What is left of the service time at the deadline is exponential again: E[S^k] less the
        // share beyond it.
        let beyond = Moments::with_cv(mean, 1.0).plus(Moments::with_cv(deadline, 0.0));
        let whole = Moments::with_cv(mean, 1.0);
        let within = Moments { mean: whole.mean - missed * beyond.mean, square: whole.square - missed * beyond.square };
        Limited { missed, within, late: stop.plus(Moments::with_cv(deadline, 0.0)) }
    }

    /// How long an attempt is on its worker.
    pub(crate) fn attempt(self) -> Moments {
        Moments {
            mean: self.within.mean + self.missed * self.late.mean,
            square: self.within.square + self.missed * self.late.square,
        }
    }

    /// All attempts of a job that is retried until it meets its deadline: `Y = A + Y'` after a
    /// missed one.
    ///
    /// A retry queues up behind all who wait, but whether it is the last is as probable for each
    /// attempt. So the number in system is that of M/G/1 with the whole of `Y` as its service time.
    pub(crate) fn until_met(self) -> Moments {
        let (attempt, met) = (self.attempt(), 1.0 - self.missed);
        let mean = attempt.mean / met;
        Moments { mean, square: (attempt.square + 2.0 * self.missed * self.late.mean * mean) / met }
    }
}

/// The time to stop: uniform from 0 to `longest`, but killed after `timeout`.
pub(crate) fn uniform_stop(longest: f64, timeout: f64) -> Moments {
    let killed = 1.0 - timeout / longest;
    let square = timeout * timeout * (timeout / longest / 3.0 + killed);
    Moments { mean: timeout * (timeout / longest / 2.0 + killed), square }
}

/// The time to stop: exponential of that mean, but killed after `timeout`.
pub(crate) fn exponential_stop(mean: f64, timeout: f64) -> Moments {
    Limited::exponential(mean, timeout, Moments::with_cv(0.0, 0.0)).attempt()
}

/// What may end an attempt before it is done: its worker is gone, or it runs to its end and fails.
#[derive(Clone, Copy)]
pub(crate) struct Fates {
    /// Probability that the worker goes before the end.
    pub(crate) lost: f64,
    /// Probability of an error in an attempt that comes to its end.
    pub(crate) error: f64,
}

/// Whether another attempt follows one that was lost.
#[derive(Clone, Copy)]
pub(crate) enum Requeue {
    Always,
    IfRetries,
    Never,
}

impl Fates {
    /// Attempts of a chain with this number of retries left. Each uses one up, if there is one.
    pub(crate) fn attempts(self, rule: Requeue, retries: u32) -> f64 {
        let failed = (1.0 - self.lost) * self.error;
        match (rule, retries) {
            // As many as are lost in a row, and one.
            (Requeue::Always, 0) => 1.0 / (1.0 - self.lost),
            (_, 0) => 1.0,
            (Requeue::Never, _) => 1.0 + failed * self.attempts(rule, retries - 1),
            _ => 1.0 + (failed + self.lost) * self.attempts(rule, retries - 1),
        }
    }
}

/// Chains of attempts of constant service with failures, retries and backoffs, and nothing to wait
/// for.
#[derive(Clone, Copy)]
pub(crate) struct Backoffs {
    pub(crate) service: f64,
    pub(crate) error: f64,
    pub(crate) retries: u32,
    pub(crate) first: f64,
    pub(crate) factor: f64,
    pub(crate) cap: f64,
    pub(crate) jitter: f64,
}

impl Backoffs {
    /// The backoff after an attempt, from 1: uniform on the last `jitter` of its full length.
    fn after(self, attempt: u32) -> Moments {
        let full = (self.first * pow(self.factor, f64::from(attempt - 1))).min(self.cap);
        Moments::uniform(full * (1.0 - self.jitter), full)
    }

    /// Probability that there is an attempt of that number.
    fn comes_to(self, attempt: u32) -> f64 {
        if attempt > self.retries + 1 { 0.0 } else { pow(self.error, f64::from(attempt - 1)) }
    }

    /// Attempts of a chain.
    pub(crate) fn attempts(self) -> f64 {
        (1..=self.retries + 1).map(|attempt| self.comes_to(attempt)).sum()
    }

    /// From the arrival to the end of the last attempt: a sum of independent times, of a random
    /// number of attempts.
    pub(crate) fn response(self) -> Moments {
        let service = Moments::with_cv(self.service, 0.0);
        let (mut chain, mut response) = (service, Moments { mean: 0.0, square: 0.0 });
        for last in 1..=self.retries + 1 {
            let p = self.comes_to(last) - self.comes_to(last + 1);
            response = Moments { mean: response.mean + p * chain.mean, square: response.square + p * chain.square };
            chain = chain.plus(self.after(last)).plus(service);
        }
        response
    }

    /// The response as of the beginning of that attempt.
    #[cfg(test)]
    fn counted_back(self, attempt: u32) -> Moments {
        let service = Moments::with_cv(self.service, 0.0);
        if attempt > self.retries {
            return service;
        }
        let rest = self.after(attempt).plus(self.counted_back(attempt + 1)).plus(service);
        let both = |one: f64, other: f64| (1.0 - self.error) * one + self.error * other;
        Moments { mean: both(service.mean, rest.mean), square: both(service.square, rest.square) }
    }
}

#[cfg(test)]
mod tests {
    use super::super::near;
    use super::*;

    /// Moments by the midpoint rule over the quantile function of the service time.
    fn integrated(mean: f64, length: impl Fn(f64) -> f64) -> Moments {
        let steps = 400_000_u32;
        let points = (0..steps)
            .map(|i| -mean * claimsim::internals::model::math::ln(1.0 - (f64::from(i) + 0.5) / f64::from(steps)));
        let (mean, square) = points.map(length).fold((0.0, 0.0), |(mean, square), x| (mean + x, square + x * x));
        Moments { mean: mean / f64::from(steps), square: square / f64::from(steps) }
    }

    #[test]
    fn a_deadline_cuts_the_service_time() {
        let limited = Limited::exponential(2.0, 3.0, Moments::with_cv(0.5, 0.0));
        let by_hand = integrated(2.0, |s| if s <= 3.0 { s } else { 3.5 });
        near(limited.attempt().mean, by_hand.mean, 1e-5);
        near(limited.attempt().square, by_hand.square, 1e-4);
        near(limited.missed, exp(-1.5), 1e-15);
    }

    #[test]
    fn a_stop_is_killed_at_its_timeout() {
        let by_hand = integrated(0.8, |s| s.min(1.0));
        near(exponential_stop(0.8, 1.0).mean, by_hand.mean, 1e-5);
        near(exponential_stop(0.8, 1.0).square, by_hand.square, 1e-5);
        // Uniform on [0, 4), killed at 1: a quarter lasts half a second on average, the rest one.
        near(uniform_stop(4.0, 1.0).mean, 0.875, 1e-15);
        near(uniform_stop(4.0, 1.0).square, 0.25 / 3.0 + 0.75, 1e-15);
        near(uniform_stop(4.0, 4.0).square, Moments::uniform(0.0, 4.0).square, 1e-14);
    }

    #[test]
    fn retries_until_the_deadline_is_met_are_a_geometric_sum() {
        // Retrying an exponential service time that was cut is going on with it.
        let limited = Limited::exponential(2.0, 3.0, Moments::with_cv(0.0, 0.0));
        near(limited.until_met().mean, 2.0, 1e-12);
        // Second derivation: sums over the number of attempts.
        let limited = Limited::exponential(2.0, 3.0, uniform_stop(4.0, 1.0));
        let met = 1.0 - limited.missed;
        let last = Moments { mean: limited.within.mean / met, square: limited.within.square / met };
        let (mut chain, mut p, mut sum) = (last, met, Moments { mean: 0.0, square: 0.0 });
        for _ in 0..200 {
            sum = Moments { mean: sum.mean + p * chain.mean, square: sum.square + p * chain.square };
            (chain, p) = (chain.plus(limited.late), p * limited.missed);
        }
        near(limited.until_met().mean, sum.mean, 1e-12);
        near(limited.until_met().square, sum.square, 1e-11);
    }

    #[test]
    fn attempts_agree_with_walks_through_the_retries_left() {
        use super::super::markov::Stationary;
        let fates = Fates { lost: 0.3, error: 0.2 };
        for rule in [Requeue::Always, Requeue::IfRetries, Requeue::Never] {
            // Chain after chain, attempt by attempt: in the long run one attempt in that number is
            // the first of its chain.
            let walk = Stationary::of((2_u32, 0_u8), |&(left, number)| {
                let next = (left.saturating_sub(1), (number + 1).min(3));
                let after = |p, goes_on| (p, if goes_on { next } else { (2, 0) });
                let goes_on = match rule {
                    Requeue::Always => true,
                    Requeue::IfRetries => left > 0,
                    Requeue::Never => false,
                };
                vec![after(0.3, goes_on), after(0.7 * 0.2, left > 0), after(0.7 * 0.8, false)]
            });
            // Attempts that lead to one like themselves are no move, but take their part of the
            // time.
            let first = walk.share(|&(_, number)| number == 0);
            near(1.0 / first, fates.attempts(rule, 2), 1e-10);
        }
    }

    #[test]
    fn backoffs_agree_with_counting_back() {
        let chain = Backoffs { service: 1.0, error: 0.5, retries: 4, first: 2.0, factor: 3.0, cap: 10.0, jitter: 0.0 };
        // 1 s, and with probability 1/2, 1/4, … another after 2 s, 6 s, 10 s and 10 s.
        near(chain.response().mean, 1.0 + 3.0 / 2.0 + 7.0 / 4.0 + 11.0 / 8.0 + 11.0 / 16.0, 1e-12);
        near(chain.attempts(), 31.0 / 16.0, 1e-15);
        for jitter in [0.0, 0.4, 1.0] {
            let chain = Backoffs { jitter, error: 0.3, ..chain };
            near(chain.response().mean, chain.counted_back(1).mean, 1e-12);
            near(chain.response().square, chain.counted_back(1).square, 1e-11);
        }
    }
}
