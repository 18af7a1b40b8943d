//! How far a distribution is from a sample: Kolmogorov's distance, and the test of Anderson and
//! Darling with estimated parameters.

use super::family;
use super::law::FittedLaw;
use super::likelihood::{Likelihood, smoothed_survival};
use super::sample::{Sample, Step};
use crate::random::dist::Distribution;
use crate::random::stream::{Purpose, Stream, Streams};

/// The test uses at most this number of runs, drawn at random from larger samples.
pub(super) const MOST_TESTED: usize = 1_000;
/// The most simulated samples.
const MOST_DRAWS: u32 = 199;
/// Simulated samples that are farther off than the real one, at which the simulation stops.
const ENOUGH: u32 = 10;
/// Groups of times in the likelihood of simulated samples.
const GROUPS: usize = 256;
/// Steps of the empirical distribution at which distances are measured.
const MOST_STEPS: usize = 4_000;
/// Rounded times of more units than this are compared at the middle of their last unit.
const COARSE: f64 = 64.0;

/// The distances of a distribution from a sample.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Distances {
    pub(super) kolmogorov: f64,
    pub(super) anderson_darling: f64,
}

/// A sample's distribution, to be compared with others.
#[derive(Clone, Debug)]
pub(super) struct Observed {
    steps: Vec<Step>,
    runs: f64,
    resolution: f64,
}

impl Observed {
    pub(super) fn new(sample: &Sample) -> Observed {
        let mut steps = sample.steps();
        let every = steps.len().div_ceil(MOST_STEPS).max(1);
        if every > 1 {
            let last = steps.len() - 1;
            let mut index = 0;
            steps.retain(|_| {
                index += 1;
                (index - 1) % every == 0 || index - 1 == last
            });
        }
        Observed { steps, runs: sample.len() as f64, resolution: sample.resolution() }
    }

    /// The distances. Both compare the distribution functions F of the law and S of the sample up
    /// to the longest run that ended: Kolmogorov's is the largest |S - F|; that of Anderson and
    /// Darling is n times the integral of (S - F)² / (F (1 - F)) over F, which has a closed form
    /// between two steps. Of rounded times the integral is a sum over times (V. Choulakian, R. A.
    /// Lockhart and M. A. Stephens, "Cramér-von Mises statistics for discrete distributions",
    /// Canadian Journal of Statistics 22 (1994) 125-137).
    pub(super) fn distances(&self, law: &Distribution) -> Distances {
        let inside = |u: f64| u.clamp(1e-6 / self.runs, 1.0 - 1e-6 / self.runs);
        let (mut farthest, mut sum) = (0.0_f64, 0.0);
        // The law's function at the step before, and the sample's from there on.
        let (mut u0, mut share) = (inside(0.0), 0.0);
        for step in &self.steps {
            let u = 1.0 - survival(law, step.value, self.resolution);
            // A time at a jump of the sample; of rounded times, all of a unit are at one.
            let before = if self.resolution > 0.0 {
                1.0 - survival(law, step.value - self.resolution, self.resolution)
            } else {
                u
            };
            farthest = farthest.max((step.upto - u).abs()).max((step.below - before).abs());
            let u = inside(u);
            if self.resolution > 0.0 {
                sum += (step.upto - u) * (step.upto - u) / (u * (1.0 - u)) * (u - u0);
            } else {
                sum += piece(share, u0, u);
            }
            (u0, share) = (u, step.upto);
        }
        // Beyond the longest run, if it ended.
        if self.resolution == 0.0 && share > 1.0 - 1e-9 {
            sum += piece(1.0, u0, inside(1.0));
        }
        Distances { kolmogorov: farthest, anderson_darling: self.runs * sum.max(0.0) }
    }
}

/// The probability that a time exceeds `value` in a log of this resolution.
pub(super) fn survival(law: &Distribution, value: f64, resolution: f64) -> f64 {
    if value < 0.0 {
        1.0
    } else if resolution == 0.0 {
        law.survival(value)
    } else if value <= COARSE * resolution {
        smoothed_survival(law, value, resolution)
    } else {
        law.survival(value + resolution / 2.0)
    }
}

/// The integral of (c - u)² / (u (1 - u)) = -1 + c² / u + (1 - c)² / (1 - u) from `u0` to `u1`.
fn piece(c: f64, u0: f64, u1: f64) -> f64 {
    use crate::model::math::ln;
    u0 - u1 + c * c * ln(u1 / u0) - (1.0 - c) * (1.0 - c) * ln((1.0 - u1) / (1.0 - u0))
}

/// The probability that a sample from the law, with parameters estimated from it in turn, is at
/// least as far from its estimate as `observed` (Anderson and Darling).
///
/// A parametric bootstrap (W. Stute, W. González Manteiga and M. Presedo Quindimil, Metrika 40
/// (1993) 243-256), which ends early where the probability is not small (J. Besag and P. Clifford,
/// "Sequential Monte Carlo p-values", Biometrika 78 (1991) 301-304): after [`ENOUGH`] farther
/// samples, their share of those drawn. Runs are lost as in the sample: by the Kaplan-Meier
/// distribution of its bounds.
pub(super) fn p_value(law: &FittedLaw, sample: &Sample, observed: f64) -> f64 {
    let Ok(distribution) = law.distribution() else { return 0.0 };
    let mut stream = stream("goodness of fit");
    let losses = Sample::new(sample.censored().to_vec(), sample.values().to_vec(), 0.0).steps();
    let mut farther = 0;
    for draw in 1..=MOST_DRAWS {
        let simulated = simulate(&distribution, sample, &losses, &mut stream);
        let data = Likelihood::new(&simulated, GROUPS);
        let estimate = family::estimate(law.family(), &data, Some(law)).map(|estimate| estimate.law);
        let distance =
            estimate.and_then(|law| law.distribution().ok()).map(|law| Observed::new(&simulated).distances(&law));
        // A sample without an estimate counts as farther, which favours the law.
        farther += u32::from(distance.is_none_or(|distance| distance.anderson_darling >= observed));
        if farther == ENOUGH {
            return f64::from(farther) / f64::from(draw);
        }
    }
    f64::from(farther + 1) / f64::from(MOST_DRAWS + 1)
}

fn simulate(law: &Distribution, sample: &Sample, losses: &[Step], stream: &mut Stream) -> Sample {
    let (mut values, mut censored) = (Vec::new(), Vec::new());
    let unit = sample.resolution();
    for _ in 0..sample.len() {
        let time = law.sample(stream);
        let bound = if losses.is_empty() {
            None
        } else {
            let share = stream.uniform();
            losses.get(losses.partition_point(|step| step.upto <= share)).map(|step| step.value)
        };
        match bound {
            Some(bound) if bound < time => censored.push(bound),
            _ if unit > 0.0 => values.push((time / unit + stream.uniform()).floor() * unit),
            _ => values.push(time),
        }
    }
    Sample::new(values, censored, unit)
}

/// The part of a sample that is tested.
pub(super) fn tested(sample: &Sample) -> Sample {
    sample.part(MOST_TESTED, &mut stream("tested runs"))
}

/// Random numbers that depend on nothing else.
fn stream(entity: &str) -> Stream {
    Streams::new(0, 0).stream(Purpose::Service, entity)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::math;
    use crate::random::dist::{Empirical, Exponential, Lognormal};

    /// The sum of Anderson and Darling, and Kolmogorov's largest gap, over sorted values.
    #[test]
    fn distances_agree_with_their_definitions() {
        let values = [0.1, 0.5, 0.9, 1.4, 3.0];
        let law: Distribution = Exponential::new(1.2).unwrap().into();
        let u = |index: usize| 1.0 - law.survival(values[index]);
        let n = values.len();
        let sum: f64 = (0..n).map(|i| (2 * i + 1) as f64 * (math::ln(u(i)) + math::ln(1.0 - u(n - 1 - i)))).sum();
        let gap = (0..n).map(|i| (u(i) - i as f64 / 5.0).max((i + 1) as f64 / 5.0 - u(i))).fold(0.0, f64::max);
        let found = Observed::new(&Sample::new(values.to_vec(), Vec::new(), 0.0)).distances(&law);
        assert!((found.anderson_darling - (-5.0 - sum / 5.0)).abs() < 1e-5, "{found:?}");
        assert!((found.kolmogorov - gap).abs() < 1e-12, "{found:?} {gap}");
    }

    /// With a known law, 95 % of the statistic lie below 2.492 (Anderson and Darling 1954).
    #[test]
    fn the_statistic_has_its_distribution() {
        let law: Distribution = Exponential::new(2.0).unwrap().into();
        for unit in [0.0, 0.1] {
            let above = (0..2_000).filter(|seed| {
                let mut stream = Streams::new(*seed, 0).stream(Purpose::Service, "statistic");
                let sample = simulate(&law, &Sample::new(vec![1.0; 60], Vec::new(), unit), &[], &mut stream);
                Observed::new(&sample).distances(&law).anderson_darling > 2.492
            });
            // 100 expected, with a deviation of 10.
            let above = above.count();
            assert!((65..=135).contains(&above), "{above} with unit {unit}");
        }
    }

    /// The share of p-values up to 5 % for samples of `from` that are tested for the family of
    /// `law`.
    fn rejected(law: &FittedLaw, from: &Distribution, seeds: u64) -> f64 {
        let rejected = (0..seeds).filter(|seed| {
            let mut stream = Streams::new(*seed, 0).stream(Purpose::Service, "level");
            let sample = simulate(from, &Sample::new(vec![1.0; 150], Vec::new(), 0.0), &[], &mut stream);
            let data = Likelihood::new(&sample, GROUPS);
            let estimate = family::estimate(law.family(), &data, None).unwrap().law;
            let distance = Observed::new(&sample).distances(&estimate.distribution().unwrap());
            p_value(&estimate, &sample, distance.anderson_darling) <= 0.05
        });
        rejected.count() as f64 / seeds as f64
    }

    /// Of 300 samples from the family, 5 % are expected, with a deviation of 1.3 %.
    #[test]
    fn the_test_keeps_its_level() {
        for law in [FittedLaw::Exponential { mean: 20.0 }, FittedLaw::Lognormal { mean: 20.0, cv: 1.0 }] {
            let share = rejected(&law, &law.distribution().unwrap(), 300);
            assert!((0.012..=0.07).contains(&share), "{law:?}: {share}");
        }
    }

    /// A lognormal sample is not taken for an exponential or gamma one, nor one with two modes for
    /// a lognormal one.
    #[test]
    fn the_test_has_power() {
        let from: Distribution = Lognormal::new(20.0, 1.5).unwrap().into();
        for law in [FittedLaw::Exponential { mean: 20.0 }, FittedLaw::Gamma { shape: 1.0, mean: 20.0 }] {
            let share = rejected(&law, &from, 40);
            assert!(share > 0.7, "{law:?}: {share}");
        }
        let modes: Distribution = Empirical::new(vec![9.0, 10.0, 11.0, 60.0, 61.0]).unwrap().into();
        assert_eq!(rejected(&FittedLaw::Lognormal { mean: 20.0, cv: 1.0 }, &modes, 5), 1.0);
    }
}
