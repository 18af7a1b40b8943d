//! The distribution of service times, estimated from runs: families fitted by maximum likelihood,
//! the choice among them, its test and its uncertainty.
//!
//! This is pure statistics: it knows neither files nor histories. `docs/import.md` has the formulas
//! and what they recover.

mod chart;
mod dependence;
mod family;
mod goodness;
mod hyperexponential;
mod law;
mod likelihood;
mod maximize;
mod sample;

pub use chart::ServiceChart;
pub use dependence::{Dependence, SerialCorrelation, depends_on, serial_correlation};
pub use law::{Family, FittedLaw};
pub use sample::Sample;

use super::quantile_sketch::means_of_parts;
use goodness::Observed;
use likelihood::Likelihood;

/// The fewest ended runs to fit a distribution to; fewer are listed.
const LEAST_RUNS: usize = 10;
/// The most values of an empirical distribution.
const MOST_VALUES: usize = 100;
/// Groups of exact times in the likelihood.
const GROUPS: usize = 2_000;
/// A Kolmogorov distance up to this one is accepted, whatever the p-value: more runs would reject
/// any family.
const NEAR: f64 = 0.02;
/// The level of the test of Anderson and Darling.
const LEVEL: f64 = 0.01;
/// The 1 % point of Kolmogorov's distance times the root of the number of runs (N. Smirnov, "Table
/// for estimating the goodness of fit of empirical distributions", Annals of Mathematical
/// Statistics 19 (1948) 279-281). It is for given parameters; with estimated ones, the point is
/// smaller. So it rejects surely, and in large samples, of which only a part is tested, it decides.
const FAR: f64 = 1.628;
/// Families within this difference of Akaike's criterion are not distinguished: the one with fewer
/// parameters is chosen (K. P. Burnham and D. R. Anderson, Model Selection and Multimodel
/// Inference, 2002, section 2.6).
const EQUAL: f64 = 2.0;
/// Times with a smaller coefficient of variation count as constant.
const STEADY: f64 = 0.01;

/// What to fit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FitOptions {
    /// Use the empirical distribution, whatever fits.
    pub empirical: bool,
}

/// The distribution of service times, with its basis and its uncertainty.
#[derive(Clone, Debug, PartialEq)]
pub struct Fit {
    /// What the scenario states.
    pub law: FittedLaw,
    /// 95 % intervals of its parameters, in the order of [`FittedLaw::parameters`].
    pub intervals: Vec<Option<(f64, f64)>>,
    /// The mean of the law, and its 95 % interval.
    pub mean: (f64, Option<(f64, f64)>),
    /// The coefficient of variation of the law.
    pub cv: f64,
    /// Runs that ended.
    pub ended: usize,
    /// Runs of which only a lower bound is known.
    pub censored: usize,
    /// The families that were fitted, the least criterion first.
    pub candidates: Vec<Candidate>,
    /// Why this law was chosen: a sentence without its full stop.
    pub reason: String,
}

/// A family at the maximum of its likelihood.
#[derive(Clone, Debug, PartialEq)]
pub struct Candidate {
    /// The family with its parameters.
    pub law: FittedLaw,
    /// The logarithm of its likelihood.
    pub ln_likelihood: f64,
    /// Akaike's criterion: twice the number of parameters minus the logarithm of the likelihood.
    pub aic: f64,
    /// The statistic of Anderson and Darling, of at most 1,000 runs.
    pub anderson_darling: f64,
    /// Its p-value; only of the candidate that was chosen before this test.
    pub p: Option<f64>,
    /// Kolmogorov's distance, of all runs.
    pub kolmogorov: f64,
}

/// The distribution of a sample; `None` without any run.
pub fn fit(sample: &Sample, options: FitOptions) -> Option<Fit> {
    let ended = sample.values().len();
    let plain_mean = sample.mean();
    if ended == 0 {
        // The mean of lower bounds: all that is known.
        let bound = sample.censored().last()?;
        let reason = "no run ended; this is the longest time that one has run so far".to_owned();
        return Some(plain(sample, FittedLaw::Constant(*bound), (*bound, None), reason));
    }
    if is_constant(sample) {
        let middle = plain_mean.0;
        let reason = match sample.deviation() {
            _ if ended == 1 => "there is one run",
            0.0 => "all runs agree",
            _ => "all runs nearly agree",
        };
        return Some(plain(sample, FittedLaw::Constant(middle), plain_mean, reason.to_owned()));
    }
    let empirical = |reason: String| {
        let masses = sample.masses();
        let values = means_of_parts(&masses, if ended < LEAST_RUNS { ended } else { ended.min(MOST_VALUES) });
        plain(sample, FittedLaw::Empirical(values), plain_mean, reason)
    };
    if ended < LEAST_RUNS {
        return Some(empirical(format!("there are fewer than {LEAST_RUNS} runs that ended to fit a distribution to")));
    }
    if options.empirical {
        return Some(empirical("the option asks for it".to_owned()));
    }
    let data = Likelihood::new(sample, GROUPS);
    let estimates: Vec<_> = Family::FITTED.iter().filter_map(|family| family::estimate(*family, &data, None)).collect();
    let tested = goodness::tested(sample);
    let (observed, observed_part) = (Observed::new(sample), Observed::new(&tested));
    let mut candidates: Vec<(Candidate, family::Estimate)> = Vec::new();
    for estimate in estimates {
        let Ok(distribution) = estimate.law.distribution() else { continue };
        let candidate = Candidate {
            law: estimate.law.clone(),
            ln_likelihood: estimate.ln_likelihood,
            aic: 2.0 * (estimate.law.family().parameters() as f64 - estimate.ln_likelihood),
            anderson_darling: observed_part.distances(&distribution).anderson_darling,
            p: None,
            kolmogorov: observed.distances(&distribution).kolmogorov,
        };
        candidates.push((candidate, estimate));
    }
    candidates.sort_by(|a, b| a.0.aic.total_cmp(&b.0.aic));
    let Some(least) = candidates.first().map(|(candidate, _)| candidate.aic) else {
        return Some(empirical("no family has a maximum of its likelihood".to_owned()));
    };
    // Sorted by the criterion, so of equally simple ones the first is the best.
    let close = candidates.iter().enumerate().take_while(|(_, (candidate, _))| candidate.aic <= least + EQUAL);
    let simplest = close.min_by_key(|(_, (candidate, _))| candidate.law.family().parameters());
    let chosen = simplest.map_or(0, |(index, _)| index);
    let (candidate, estimate) = &mut candidates[chosen];
    candidate.p = p_of(candidate, &tested, sample.len() > goodness::MOST_TESTED);
    let (candidate, estimate) = (candidate.clone(), estimate.clone());
    let candidates: Vec<Candidate> = candidates.into_iter().map(|(candidate, _)| candidate).collect();
    let verdict = accept(&candidate, sample, plain_mean.0);
    let fit = match verdict {
        Ok(reason) => {
            let distribution = estimate.law.distribution().ok()?;
            let mean = distribution.mean();
            Fit {
                cv: distribution.variance().sqrt() / mean,
                mean: (mean, estimate.mean_interval),
                intervals: estimate.intervals,
                law: estimate.law,
                ended,
                censored: sample.censored().len(),
                candidates,
                reason,
            }
        }
        Err(reason) => Fit { candidates, ..empirical(reason) },
    };
    Some(fit)
}

/// The p-value of the test, with parameters estimated from the tested runs.
fn p_of(candidate: &Candidate, tested: &Sample, is_part: bool) -> Option<f64> {
    if !is_part {
        return Some(goodness::p_value(&candidate.law, tested, candidate.anderson_darling));
    }
    let family = candidate.law.family();
    let estimate = family::estimate(family, &Likelihood::new(tested, GROUPS), Some(&candidate.law))?;
    let distance = Observed::new(tested).distances(&estimate.law.distribution().ok()?);
    Some(goodness::p_value(&estimate.law, tested, distance.anderson_darling))
}

/// Whether the best family is near enough, and why (not).
fn accept(candidate: &Candidate, sample: &Sample, plain_mean: f64) -> Result<String, String> {
    let name = candidate.law.family().name();
    let distance = candidate.kolmogorov;
    let p = candidate.p.map_or_else(String::new, |p| {
        let p = if p < 0.01 { "< 0.01".to_owned() } else { format!("= {p:.2}") };
        format!(", Anderson-Darling p {p}")
    });
    let is_near = distance <= NEAR;
    let is_far = distance * (sample.values().len() as f64).sqrt() > FAR;
    let is_rejected = candidate.p.is_some_and(|p| p < LEVEL) || is_far;
    if !is_near && is_rejected {
        return Err(format!("the best family, {name}, is {distance:.3} away from the runs{p}"));
    }
    let Ok(law) = candidate.law.distribution() else {
        return Err(format!("the best family, {name}, has parameters that a scenario cannot have"));
    };
    // The load is the product of rate and mean, so the mean must be right in heavy tails too.
    let deviation = law.variance().sqrt().max(sample.deviation());
    let far = (4.0 * deviation / (sample.values().len() as f64).sqrt()).max(NEAR * plain_mean);
    if sample.censored().is_empty() && (law.mean() - plain_mean).abs() > far {
        let means = format!("{:.3} s instead of {plain_mean:.3} s", law.mean());
        return Err(format!("the best family, {name}, has another mean than the runs: {means}"));
    }
    Ok(format!("the least AIC of all families; distance {distance:.3}{p}"))
}

/// Whether all runs agree: within the resolution, or nearly. Runs that did not end must not have
/// lasted longer.
fn is_constant(sample: &Sample) -> bool {
    let (Some(least), Some(most)) = (sample.values().first(), sample.values().last()) else { return false };
    let is_steady = most - least <= sample.resolution() * 1.000_001
        || (sample.values().len() >= LEAST_RUNS && sample.deviation() < STEADY * sample.mean().0);
    is_steady && sample.censored().last().is_none_or(|bound| *bound <= most + sample.resolution())
}

/// A law without parameters to estimate.
fn plain(sample: &Sample, law: FittedLaw, mean: (f64, Option<(f64, f64)>), reason: String) -> Fit {
    let distribution = law.distribution().ok();
    let deviation = distribution.map_or(0.0, |law| law.variance().sqrt());
    let intervals = law.parameters().iter().map(|_| mean.1).collect();
    let cv = if mean.0 > 0.0 { deviation / mean.0 } else { 0.0 };
    let (ended, censored) = (sample.values().len(), sample.censored().len());
    Fit { law, intervals, mean, cv, ended, censored, candidates: Vec::new(), reason }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::collection::vec;
    use proptest::prelude::*;

    /// Times of any size, with ties, zeros and whole numbers.
    fn times() -> impl Strategy<Value = Vec<f64>> {
        let time = prop_oneof![
            Just(0.0),
            (0_u32..50).prop_map(f64::from),
            1e-9..1e9_f64,
            (-300.0..300.0_f64).prop_map(crate::model::math::exp),
            Just(f64::INFINITY)
        ];
        vec(time, 0..60)
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(64) })]

        /// Whatever the runs, a fit is something that a scenario can state.
        #[test]
        fn any_sample_has_a_law(values in times(), censored in times(), resolution in prop_oneof![Just(0.0), Just(1.0), 1e-6..1e4_f64]) {
            let sample = Sample::new(values, censored, resolution);
            for empirical in [false, true] {
                let fit = fit(&sample, FitOptions { empirical });
                prop_assert_eq!(fit.is_some(), sample.len() > 0);
                let Some(fit) = fit else { continue };
                prop_assert!(fit.law.distribution().is_ok(), "{:?}", fit);
                prop_assert!(fit.mean.0.is_finite() && fit.mean.0 >= 0.0, "{:?}", fit);
                prop_assert_eq!(fit.intervals.len(), fit.law.parameters().len());
                prop_assert!(fit.mean.1.is_none_or(|(low, high)| low <= fit.mean.0 && fit.mean.0 <= high), "{:?}", fit);
                let chart = ServiceChart::new(&sample, &fit.law);
                prop_assert!(chart.fitted.iter().all(|point| point.1.is_finite()));
            }
        }
    }

    fn of(values: &[f64], censored: &[f64], resolution: f64) -> Fit {
        let sample = Sample::new(values.to_vec(), censored.to_vec(), resolution);
        fit(&sample, FitOptions::default()).unwrap()
    }

    #[test]
    fn few_or_equal_runs_are_taken_as_they_are() {
        assert_eq!(of(&[5.0; 30], &[], 0.0).law, FittedLaw::Constant(5.0));
        assert_eq!(of(&[5.0, 5.0, 6.0], &[], 1.0).law, FittedLaw::Constant(16.0 / 3.0));
        assert_eq!(of(&[7.0, 5.0, 5.0], &[], 0.0).law, FittedLaw::Empirical(vec![5.0, 5.0, 7.0]));
        assert_eq!(of(&[], &[3.0, 8.0], 0.0).law, FittedLaw::Constant(8.0));
        // A run that still goes on after 40 s is not one of 5 s.
        let fit_of_both = of(&[5.0; 30], &[40.0], 0.0);
        assert_eq!(fit_of_both.law.family(), Family::Empirical, "{fit_of_both:?}");
        assert_eq!(fit(&Sample::new(Vec::new(), Vec::new(), 0.0), FitOptions::default()), None);
    }

    #[test]
    fn the_option_keeps_the_mean() {
        let values: Vec<f64> = (1..=1_234).map(|index| f64::from(index) * 0.5).collect();
        let sample = Sample::new(values, Vec::new(), 0.0);
        let fit = fit(&sample, FitOptions { empirical: true }).unwrap();
        let FittedLaw::Empirical(values) = &fit.law else { panic!("{fit:?}") };
        assert_eq!(values.len(), 100);
        assert!((values.iter().sum::<f64>() / 100.0 - 308.75).abs() < 1e-9, "{fit:?}");
    }
}
