//! How often fits of service times find the true family, over a hundred samples of known
//! distributions.
//!
//! `cargo run --release --example fits` prints the table in `docs/import.md`; tests check the same
//! designs, with parameters and intervals.

use std::collections::BTreeMap;
use std::io::{self, Write as _};

use claimsim::internals::import::fit::{Family, Fit, FitOptions, FittedLaw, Sample, fit};
use claimsim::internals::random::dist::Distribution;
use claimsim::internals::random::stream::{Purpose, Streams};
use rayon::prelude::*;

/// Samples of a design.
pub const SEEDS: u64 = 100;
/// How runs are observed.
#[derive(Clone, Copy, Debug)]
pub struct Design {
    /// Their number.
    pub runs: usize,
    /// The mean of the exponential time after which a run is lost.
    pub lost_after: f64,
    /// The step of times, in seconds; 0 for exact ones.
    pub resolution: f64,
}

impl Design {
    /// Exact times of runs that all end.
    pub const fn exact(runs: usize) -> Design {
        Design { runs, lost_after: f64::INFINITY, resolution: 0.0 }
    }

    /// The sample of a seed.
    pub fn sample(self, law: &Distribution, seed: u64) -> Sample {
        let mut stream = Streams::new(seed, 0).stream(Purpose::Service, "fits");
        let (mut values, mut censored) = (Vec::new(), Vec::new());
        for _ in 0..self.runs {
            let time = law.sample(&mut stream);
            let bound =
                if self.lost_after.is_finite() { self.lost_after * stream.exponential() } else { f64::INFINITY };
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
pub struct Found {
    /// How often each family was chosen.
    pub chosen: BTreeMap<Family, u32>,
    /// Where it was the true one: the number of intervals of the mean that cover, and of those of
    /// parameters, each with the number of intervals.
    pub means: (u32, u32),
    /// See `means`.
    pub parameters: (u32, u32),
    /// The mean of estimated over true parameters, and its standard error.
    pub ratios: Vec<(f64, f64)>,
}

/// The fits of all samples.
pub fn fits(law: &FittedLaw, design: Design, seeds: u64) -> Vec<Fit> {
    let truth = law.distribution().unwrap();
    let fit = |seed| fit(&design.sample(&truth, seed), FitOptions::default()).unwrap();
    (0..seeds).into_par_iter().map(fit).collect()
}

/// What the fits of all samples find.
pub fn recover(law: &FittedLaw, design: Design, seeds: u64) -> Found {
    let truth = law.distribution().unwrap();
    let parameters = law.parameters();
    let mut found = Found::default();
    let mut ratios = vec![Vec::new(); parameters.len()];
    let count = |(covering, all): &mut (u32, u32), interval: Option<(f64, f64)>, truth: f64| {
        let Some((low, high)) = interval else { return };
        *covering += u32::from(low <= truth && truth <= high);
        *all += 1;
    };
    for fit in fits(law, design, seeds) {
        let family = fit.law.family();
        *found.chosen.entry(family).or_default() += 1;
        if family != law.family() {
            continue;
        }
        count(&mut found.means, fit.mean.1, truth.mean());
        for (index, (_, value)) in fit.law.parameters().into_iter().enumerate() {
            count(&mut found.parameters, fit.intervals[index], parameters[index].1);
            ratios[index].push(value / parameters[index].1);
        }
    }
    let summary = |ratios: &Vec<f64>| {
        let n = ratios.len() as f64;
        let mean = ratios.iter().sum::<f64>() / n;
        let squares: f64 = ratios.iter().map(|ratio| (ratio - mean) * (ratio - mean)).sum();
        (mean, (squares / (n - 1.0) / n).sqrt())
    };
    found.ratios = ratios.iter().map(summary).collect();
    found
}

/// With a mean of 40 s.
pub const EXPONENTIAL: FittedLaw = FittedLaw::Exponential { mean: 40.0 };
/// With a mean of 40 s.
pub const LOGNORMAL: FittedLaw = FittedLaw::Lognormal { mean: 40.0, cv: 1.2 };
/// With a mean of 40 s.
pub const GAMMA: FittedLaw = FittedLaw::Gamma { shape: 2.5, mean: 40.0 };
/// With a mean of 40 s.
pub const HEAVY_GAMMA: FittedLaw = FittedLaw::Gamma { shape: 0.4, mean: 40.0 };
/// With a mean of 40 s.
pub const WEIBULL: FittedLaw = FittedLaw::Weibull { shape: 0.6, mean: 40.0 };
/// With a mean of 40 s.
pub const LIGHT_WEIBULL: FittedLaw = FittedLaw::Weibull { shape: 3.0, mean: 40.0 };
/// With a mean of 40 s.
pub const HYPEREXPONENTIAL: FittedLaw = FittedLaw::Hyperexponential { p: 0.7, means: [5.0, 80.0] };
/// From 10 s on.
pub const PARETO: FittedLaw = FittedLaw::Pareto { shape: 2.5, low: 10.0, high: None };
/// From 10 s on.
pub const BOUNDED_PARETO: FittedLaw = FittedLaw::Pareto { shape: 1.1, low: 10.0, high: Some(200.0) };

/// All distributions, as the table lists them.
pub const LAWS: [FittedLaw; 9] =
    [EXPONENTIAL, LOGNORMAL, GAMMA, HEAVY_GAMMA, WEIBULL, LIGHT_WEIBULL, HYPEREXPONENTIAL, PARETO, BOUNDED_PARETO];

#[allow(dead_code, reason = "the tests that check the same designs have no use for it")]
fn main() -> io::Result<()> {
    let exact = [300, 3_000].map(Design::exact);
    let designs = exact
        .iter()
        .flat_map(|exact| [*exact, Design { lost_after: 160.0, ..*exact }, Design { resolution: 1.0, ..*exact }]);
    let designs: Vec<Design> = designs.collect();
    let mut out = io::stdout().lock();
    writeln!(out, "| runs | 300 | 300, lost | 300, rounded | 3,000 | 3,000, lost | 3,000, rounded |")?;
    writeln!(out, "|---|--:|--:|--:|--:|--:|--:|")?;
    for law in &LAWS {
        write!(out, "| {law:?} |")?;
        for design in &designs {
            let chosen = recover(law, *design, SEEDS).chosen.get(&law.family()).copied().unwrap_or_default();
            write!(out, " {chosen} |")?;
            out.flush()?;
        }
        writeln!(out)?;
    }
    Ok(())
}
