//! Shortest and longest first in M/G/1, without interruption: Cobham's priorities with a class for
//! each size (Phipps 1956).
//!
//! With `u` the share of jobs that go before a job and `work(u)` the load that these bring, it
//! waits `residual / (1 - work(u))²` on average. Sizes are given by their quantile function, so
//! that integrals over the jobs are integrals over (0, 1).

/// Jobs in the order in which they go, of continuous sizes.
pub(crate) struct BySize {
    /// At the end of each step of `u`: the load of all who go before.
    before: Vec<f64>,
    residual: f64,
}

const STEPS: usize = 200_000;

impl BySize {
    /// The shortest goes first; `quantile` is that of the service time.
    pub(crate) fn shortest_first(arrivals: f64, quantile: impl Fn(f64) -> f64) -> BySize {
        BySize::in_order(arrivals, |u| {
            let size = quantile(u);
            (size, size * size)
        })
    }

    /// The longest goes first.
    pub(crate) fn longest_first(arrivals: f64, quantile: impl Fn(f64) -> f64) -> BySize {
        BySize::shortest_first(arrivals, |u| quantile(1.0 - u))
    }

    /// Jobs in any order that does not change while they wait: by the share of those who go before,
    /// the mean of their service times and of its square.
    pub(crate) fn in_order(arrivals: f64, moments: impl Fn(f64) -> (f64, f64)) -> BySize {
        let step = 1.0 / STEPS as f64;
        let (mut work, mut residual) = (0.0, 0.0);
        let mut before = vec![0.0];
        for place in 0..STEPS {
            let (mean, square) = moments((place as f64 + 0.5) * step);
            work += arrivals * mean * step;
            residual += arrivals * square * step / 2.0;
            before.push(work);
        }
        BySize { before, residual }
    }

    /// The mean wait of all jobs.
    pub(crate) fn mean_wait(&self) -> f64 {
        self.mean_wait_between(0.0, 1.0)
    }

    /// The mean wait of those before whom a share between `low` and `high` goes.
    pub(crate) fn mean_wait_between(&self, low: f64, high: f64) -> f64 {
        let [low, high] = [low, high].map(|share| (share * STEPS as f64).round() as usize);
        let wait = |place: usize| {
            let left = 1.0 - f64::midpoint(self.before[place], self.before[place + 1]);
            self.residual / (left * left)
        };
        (low..high).map(wait).sum::<f64>() / (high - low) as f64
    }

    /// The mean wait in order of arrival.
    pub(crate) fn in_order_of_arrival(&self) -> f64 {
        self.residual / (1.0 - self.before[STEPS])
    }
}

#[cfg(test)]
mod tests {
    use claimsim::internals::model::math::ln;

    use super::super::near;
    use super::super::priorities::Priorities;
    use super::super::single::Moments;
    use super::*;

    #[test]
    fn sizes_in_steps_are_cobhams_classes() {
        // A wait of one of many sizes that are all but equal is a mean over the places within its
        // class.
        let (short, long) = ((0.3, Moments::with_cv(0.5, 0.0)), (0.2, Moments::with_cv(2.0, 0.0)));
        let sizes = |u: f64| if u < 0.6 { 0.5 } else { 2.0 };
        let (shortest, longest) = (BySize::shortest_first(0.5, sizes), BySize::longest_first(0.5, sizes));
        let (cobham, reversed) = (Priorities::one_server(&[short, long]), Priorities::one_server(&[long, short]));
        near(shortest.mean_wait_between(0.0, 0.6), cobham.mean_wait(0), 1e-9);
        near(shortest.mean_wait_between(0.6, 1.0), cobham.mean_wait(1), 1e-9);
        near(longest.mean_wait_between(0.0, 0.4), reversed.mean_wait(0), 1e-9);
        near(longest.mean_wait(), reversed.mean_wait_of_all(), 1e-9);
        near(longest.in_order_of_arrival(), cobham.in_order_of_arrival(), 1e-9);
    }

    #[test]
    fn exponential_sizes_agree_with_the_integral_over_the_sizes() {
        // Of exponential sizes with mean 1, those up to x bring 1 - (1 + x) exp(-x) of the load.
        let theory = BySize::shortest_first(0.7, |u| -ln(1.0 - u));
        let integral: f64 = (0..400_000)
            .map(|step| {
                let x = (f64::from(step) + 0.5) * 1e-4;
                let left = 1.0 - 0.7 * (1.0 - (1.0 + x) * claimsim::internals::model::math::exp(-x));
                1e-4 * claimsim::internals::model::math::exp(-x) * 0.7 / (left * left)
            })
            .sum();
        near(theory.mean_wait() / integral, 1.0, 1e-4);
        near(theory.in_order_of_arrival(), 0.7 / 0.3, 1e-3);
    }
}
