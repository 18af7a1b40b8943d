//! What fits recover from samples of known distributions: the choice of the family, the
//! parameters, and the coverage of their intervals.

use super::*;
use crate::random::dist::Distribution;
use crate::random::stream::{Purpose, Stream, Streams};

/// How runs are observed.
#[derive(Clone, Copy, Debug)]
struct Design {
    runs: usize,
    seeds: u64,
    /// The mean of the exponential time after which a run is lost.
    lost_after: f64,
    resolution: f64,
}

impl Design {
    const fn exact(runs: usize, seeds: u64) -> Design {
        Design { runs, seeds, lost_after: f64::INFINITY, resolution: 0.0 }
    }

    fn sample(self, law: &Distribution, stream: &mut Stream) -> Sample {
        let (mut values, mut censored) = (Vec::new(), Vec::new());
        for _ in 0..self.runs {
            let time = law.sample(stream);
            let bound = if self.lost_after.is_finite() { self.lost_after * stream.exponential() } else { f64::INFINITY };
            if bound < time {
                censored.push(bound);
            } else if self.resolution > 0.0 {
                values.push((time / self.resolution + stream.uniform()).floor() * self.resolution);
            } else {
                values.push(time);
            }
        }
        Sample::new(values, censored, self.resolution)
    }
}

/// What was found over the seeds of a design.
#[derive(Debug, Default)]
struct Found {
    /// The family that was chosen, with its number.
    chosen: std::collections::BTreeMap<Family, u32>,
    /// Where the true family was fitted: how often the intervals of the mean and of the parameters
    /// cover, and how often there was one.
    mean_covers: u32,
    covers: u32,
    intervals: u32,
    fitted: u32,
    /// The mean of estimated over true parameters.
    ratios: Vec<f64>,
}

fn recover(law: &FittedLaw, design: Design) -> Found {
    let distribution = law.distribution().unwrap();
    let mut found = Found::default();
    let truth = law.parameters();
    found.ratios = vec![0.0; truth.len()];
    for seed in 0..design.seeds {
        let mut stream = Streams::new(seed, 0).stream(Purpose::Service, "recovery");
        let sample = design.sample(&distribution, &mut stream);
        let fit = fit(&sample, FitOptions::default()).unwrap();
        *found.chosen.entry(fit.law.family()).or_default() += 1;
        let data = Likelihood::new(&sample, GROUPS);
        let Some(estimate) = family::estimate(law.family(), &data, None) else { continue };
        found.fitted += 1;
        let covers = |interval: Option<(f64, f64)>, truth: f64| interval.map(|(low, high)| low <= truth && truth <= high);
        found.mean_covers += u32::from(covers(estimate.mean_interval, distribution.mean()) == Some(true));
        for (index, (_, value)) in estimate.law.parameters().into_iter().enumerate() {
            found.ratios[index] += value / truth[index].1;
            let covers = covers(estimate.intervals[index], truth[index].1);
            found.intervals += u32::from(covers.is_some());
            found.covers += u32::from(covers == Some(true));
        }
    }
    found.ratios.iter_mut().for_each(|ratio| *ratio /= f64::from(found.fitted));
    found
}

const TRUTHS: [FittedLaw; 9] = [
    FittedLaw::Exponential { mean: 40.0 },
    FittedLaw::Lognormal { mean: 40.0, cv: 1.2 },
    FittedLaw::Lognormal { mean: 500.0, cv: 0.3 },
    FittedLaw::Gamma { shape: 2.5, mean: 40.0 },
    FittedLaw::Gamma { shape: 0.4, mean: 40.0 },
    FittedLaw::Weibull { shape: 0.6, mean: 40.0 },
    FittedLaw::Weibull { shape: 3.0, mean: 40.0 },
    FittedLaw::Hyperexponential { p: 0.7, means: [5.0, 80.0] },
    FittedLaw::Pareto { shape: 2.5, low: 10.0, high: None },
];

#[test]
#[ignore = "prints a table for docs/import.md"]
fn table() {
    for runs in [300, 3_000] {
        for (lost_after, resolution) in [(f64::INFINITY, 0.0), (160.0, 0.0), (f64::INFINITY, 1.0)] {
            for law in &TRUTHS {
                let design = Design { lost_after, resolution, ..Design::exact(runs, 100) };
                let found = recover(law, design);
                println!("{runs} {lost_after} {resolution} {law:?}: {found:?}");
            }
        }
    }
}
