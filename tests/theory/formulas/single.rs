//! M/G/1: the Pollaczek–Khinchine formula with the moments of the service distributions that the
//! tests use, and what a claim delay before each job adds to it.

use claimsim::internals::model::math::{gamma, pow};

/// The first two moments of a service time, in seconds.
#[derive(Clone, Copy)]
pub(crate) struct Moments {
    pub(crate) mean: f64,
    pub(crate) square: f64,
}

impl Moments {
    /// From the mean and the coefficient of variation.
    pub(crate) fn with_cv(mean: f64, cv: f64) -> Moments {
        Moments { mean, square: mean * mean * (1.0 + cv * cv) }
    }

    /// Uniform on `[low, high]`.
    pub(crate) fn uniform(low: f64, high: f64) -> Moments {
        Moments { mean: f64::midpoint(low, high), square: (low * low + low * high + high * high) / 3.0 }
    }

    /// Gamma (Erlang for a whole shape): squared coefficient of variation `1 / shape`.
    pub(crate) fn gamma(shape: f64, mean: f64) -> Moments {
        Moments::with_cv(mean, (1.0 / shape).sqrt())
    }

    /// A mixture of exponentials, `(probability, mean)` each.
    pub(crate) fn hyperexponential(phases: &[(f64, f64)]) -> Moments {
        let mean = phases.iter().map(|(p, mean)| p * mean).sum();
        let square = phases.iter().map(|(p, mean)| 2.0 * p * mean * mean).sum();
        Moments { mean, square }
    }

    /// Weibull of that shape and mean: `E[S^k] = scale^k Γ(1 + k / shape)`.
    pub(crate) fn weibull(shape: f64, mean: f64) -> Moments {
        let ratio = gamma(1.0 + 2.0 / shape) / pow(gamma(1.0 + 1.0 / shape), 2.0);
        Moments { mean, square: mean * mean * ratio }
    }

    /// Pareto of that shape, cut to `[low, high]` (not a moment of it being the shape itself).
    pub(crate) fn pareto(shape: f64, low: f64, high: f64) -> Moments {
        let total = 1.0 - pow(low / high, shape);
        let moment =
            |k: f64| shape * pow(low, shape) / total * (pow(high, k - shape) - pow(low, k - shape)) / (k - shape);
        Moments { mean: moment(1.0), square: moment(2.0) }
    }

    /// Of the sum of this and an independent other time.
    pub(crate) fn plus(self, other: Moments) -> Moments {
        let square = self.square + 2.0 * self.mean * other.mean + other.square;
        Moments { mean: self.mean + other.mean, square }
    }

    /// The mean wait of M/G/1 at `arrivals` per second.
    pub(crate) fn mean_wait(self, arrivals: f64) -> f64 {
        arrivals * self.square / (2.0 * (1.0 - arrivals * self.mean))
    }

    /// The mean wait where one worker with room for one job claims after a `delay`.
    ///
    /// It starts the delay when it is free and a job is due, never earlier, and takes the oldest
    /// job at its end. So from job to job it is held for delay plus service: M/G/1 with that sum as
    /// its service, in which the wait lasts one delay longer.
    pub(crate) fn mean_wait_with_claim_delay(self, arrivals: f64, delay: Moments) -> f64 {
        delay.plus(self).mean_wait(arrivals) + delay.mean
    }
}

#[cfg(test)]
mod tests {
    use super::super::markov::Stationary;
    use super::super::near;
    use super::*;

    /// Moments by the midpoint rule over the quantile function: `E[S^k]` is the integral of
    /// `Q(u)^k` over (0, 1).
    fn integrated(quantile: impl Fn(f64) -> f64) -> Moments {
        let steps = 400_000_u32;
        let points = (0..steps).map(|i| quantile((f64::from(i) + 0.5) / f64::from(steps)));
        let (mean, square) = points.fold((0.0, 0.0), |(mean, square), s| (mean + s, square + s * s));
        Moments { mean: mean / f64::from(steps), square: square / f64::from(steps) }
    }

    fn same(one: Moments, other: Moments, tolerance: f64) {
        near(one.mean / other.mean, 1.0, tolerance);
        near(one.square / other.square, 1.0, tolerance);
    }

    #[test]
    fn moments_agree_with_the_quantile_functions() {
        let exponential = |u: f64| -claimsim::internals::model::math::ln(1.0 - u);
        same(Moments::uniform(0.2, 1.4), integrated(|u| 0.2 + 1.2 * u), 1e-9);
        same(Moments::with_cv(3.0, 1.0), integrated(|u| 3.0 * exponential(u)), 1e-4);
        let scale = 2.0 / gamma(1.0 + 1.0 / 0.8);
        same(Moments::weibull(0.8, 2.0), integrated(|u| scale * pow(exponential(u), 1.25)), 1e-3);
        let kept = 1.0 - pow(1.0 / 30.0, 2.5);
        same(Moments::pareto(2.5, 1.0, 30.0), integrated(|u| pow(1.0 - u * kept, -0.4)), 1e-4);
        same(Moments::gamma(1.0, 3.0), Moments::with_cv(3.0, 1.0), 1e-15);
        same(Moments::hyperexponential(&[(0.3, 2.0), (0.7, 2.0)]), Moments::with_cv(2.0, 1.0), 1e-15);
    }

    #[test]
    fn pollaczek_khinchine_agrees_with_the_known_special_cases() {
        // Five an hour, ten minutes each: 25/6 wait if exponential, half of that if constant.
        near(5.0 * Moments::with_cv(1.0 / 6.0, 1.0).mean_wait(5.0), 25.0 / 6.0, 1e-12);
        near(5.0 * Moments::with_cv(1.0 / 6.0, 0.0).mean_wait(5.0), 25.0 / 12.0, 1e-12);
    }

    #[test]
    fn the_claim_delay_formula_agrees_with_a_chain_of_phases() {
        // Exponential delay of mean 1 and service of mean 2, 0.2 jobs a second: states (waiting
        // jobs, running).
        let chain = Stationary::of((0_u32, false), |&(waiting, running)| {
            let mut moves = Vec::new();
            if waiting < 200 {
                moves.push((0.2, (waiting + 1, running)));
            }
            if running {
                moves.push((0.5, (waiting, false)));
            } else if waiting > 0 {
                moves.push((1.0, (waiting - 1, true)));
            }
            moves
        });
        let exact = Moments::with_cv(2.0, 1.0).mean_wait_with_claim_delay(0.2, Moments::with_cv(1.0, 1.0));
        near(chain.mean(|&(waiting, _)| f64::from(waiting)) / 0.2, exact, 1e-9);
    }
}
