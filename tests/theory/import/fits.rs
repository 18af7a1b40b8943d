//! Fits of service times over many seeds: samples of known distributions must give the family, the
//! parameters on average, and intervals that cover them as often as they promise.

#[allow(dead_code, unreachable_pub, reason = "the example prints, the tests check")]
#[path = "../../../examples/fits.rs"]
mod designs;

use claimsim::internals::import::fit::{Family, Fit, FitOptions, FittedLaw, Sample, fit};
use claimsim::internals::random::stream::{Purpose, Streams};
use designs::{
    BOUNDED_PARETO, Design, EXPONENTIAL, Found, GAMMA, HEAVY_GAMMA, HYPEREXPONENTIAL, LIGHT_WEIBULL, LOGNORMAL, PARETO,
    SEEDS, WEIBULL, fits, recover,
};

/// Seeds of designs whose likelihood takes long.
const FEWER: u64 = 50;

/// Checks a design: the family is chosen at least this often, no parameter has a bias beyond chance
/// and that of maximum likelihood (of order 1 / n), and intervals cover: of 100, at most 13 miss
/// (with 5 % expected, 14 do once in 2,000 times).
fn check(law: &FittedLaw, design: Design, least: u32, seeds: u64) -> Found {
    let found = recover(law, design, seeds);
    let chosen = found.chosen.get(&law.family()).copied().unwrap_or_default();
    assert!(chosen >= least, "{law:?} {design:?}: {found:?}");
    for (index, (mean, error)) in found.ratios.iter().enumerate() {
        // An extreme value of the sample is a bound of it: biased, and the likeliest one.
        let is_extreme = matches!(law, FittedLaw::Pareto { .. }) && index > 0;
        let bias = if is_extreme { 0.0 } else { (mean - 1.0).abs() };
        assert!(bias < 4.0 * error + 8.0 / design.runs as f64, "{law:?} {design:?}: {found:?}");
    }
    for (covering, all) in [found.means, found.parameters] {
        let expected = 0.05 * f64::from(all);
        assert!(f64::from(all - covering) <= expected + 3.7 * expected.sqrt(), "{law:?} {design:?}: {found:?}");
    }
    found
}

/// Each family, with the least number of 100 samples of 300 and of 3,000 that must choose it.
const TRUTHS: [(FittedLaw, u32, u32); 9] = [
    (EXPONENTIAL, 84, 84),
    (LOGNORMAL, 94, 98),
    (GAMMA, 74, 98),
    (HEAVY_GAMMA, 85, 98),
    (WEIBULL, 88, 98),
    (LIGHT_WEIBULL, 92, 98),
    (HYPEREXPONENTIAL, 94, 98),
    (PARETO, 85, 85),
    (BOUNDED_PARETO, 90, 98),
];

#[test]
fn families_and_parameters_are_recovered_from_300_runs() {
    let found: Vec<Found> =
        TRUTHS.iter().map(|(law, least, _)| check(law, Design::exact(300), *least, SEEDS)).collect();
    covers_overall(&found);
}

#[test]
fn families_and_parameters_are_recovered_from_3000_runs() {
    let found: Vec<Found> =
        TRUTHS.iter().map(|(law, _, least)| check(law, Design::exact(3_000), *least, SEEDS)).collect();
    covers_overall(&found);
}

/// About 900 intervals of means: 95 % expected, with a deviation of 0.73 %.
fn covers_overall(found: &[Found]) {
    let (covering, all) = found.iter().fold((0, 0), |sum, found| (sum.0 + found.means.0, sum.1 + found.means.1));
    let share = f64::from(covering) / f64::from(all);
    assert!((0.925..0.98).contains(&share), "{covering} of {all}");
}

/// One run in five is lost before its end.
#[test]
fn lost_runs_are_allowed_for() {
    let design = Design { lost_after: 160.0, ..Design::exact(1_000) };
    for (law, least) in [(EXPONENTIAL, 40), (LOGNORMAL, 46), (GAMMA, 42), (WEIBULL, 43)] {
        let found = check(&law, design, least, FEWER);
        // Without the lost runs, the mean would be that of shorter ones.
        let truth = law.distribution().unwrap();
        let shorter = (0..FEWER).map(|seed| {
            let values = design.sample(&truth, seed).values().to_vec();
            values.iter().sum::<f64>() / values.len() as f64
        });
        let mean = shorter.sum::<f64>() / FEWER as f64;
        assert!(mean < 0.95 * truth.mean(), "{found:?}: {mean}");
    }
}

/// Times of 3 s on average, in whole seconds.
#[test]
fn rounded_times_are_allowed_for() {
    let design = Design { resolution: 1.0, ..Design::exact(1_000) };
    let gamma = FittedLaw::Gamma { shape: 2.5, mean: 3.0 };
    for (law, least) in [
        (FittedLaw::Exponential { mean: 3.0 }, 40),
        (FittedLaw::Lognormal { mean: 3.0, cv: 1.2 }, 43),
        (gamma.clone(), 35),
        (FittedLaw::Weibull { shape: 0.6, mean: 3.0 }, 35),
    ] {
        check(&law, design, least, FEWER);
    }
    // Read as exact, the same times do not even fit the right family, or give another shape.
    let truth = gamma.distribution().unwrap();
    let exact = |seed| Sample::new(design.sample(&truth, seed).values().to_vec(), Vec::new(), 0.0);
    let as_exact = (0..FEWER).filter(|seed| {
        let fit = fit(&exact(*seed), FitOptions::default()).unwrap();
        matches!(fit.law, FittedLaw::Gamma { shape, .. } if (shape - 2.5).abs() < 0.3)
    });
    assert!(as_exact.count() < 10);
}

/// The test of Anderson and Darling, at 5 %, rejects at most 7 % of the samples of 300 runs whose
/// family was chosen, of exact, rounded and lost runs.
#[test]
fn the_test_keeps_its_level() {
    let gamma = FittedLaw::Gamma { shape: 0.7, mean: 20.0 };
    let exact = Design::exact(300);
    let (lost, rounded) = (Design { lost_after: 80.0, ..exact }, Design { resolution: 5.0, ..exact });
    let (mut rejected, mut all) = (0, 0);
    for (law, designs) in [
        (EXPONENTIAL, vec![exact, lost, rounded]),
        (LOGNORMAL, vec![exact, lost, rounded]),
        (gamma, vec![exact]),
        (LIGHT_WEIBULL, vec![exact]),
    ] {
        for design in designs {
            let tested =
                |fit: &Fit| fit.candidates.iter().find_map(|candidate| Some((candidate.law.family(), candidate.p?)));
            let right = |(family, p): (Family, f64)| (family == law.family()).then_some(p);
            let p: Vec<f64> = fits(&law, design, SEEDS).iter().filter_map(tested).filter_map(right).collect();
            let of_design = p.iter().filter(|p| **p <= 0.05).count();
            assert!(of_design <= 13, "{law:?} {design:?}: {of_design} of {}", p.len());
            rejected += of_design;
            all += p.len();
        }
    }
    let share = rejected as f64 / all as f64;
    assert!(all > 650 && share <= 0.07, "{rejected} of {all}");
}

/// What no family fits is described by its values, which keep the mean.
#[test]
fn other_distributions_become_empirical() {
    for seed in 0..20 {
        let mut stream = Streams::new(seed, 0).stream(Purpose::Service, "two kinds");
        let mut values: Vec<f64> = Vec::new();
        for _ in 0..400 {
            values.push(if stream.uniform() < 0.4 { 10.0 + stream.normal() } else { 60.0 + 4.0 * stream.normal() });
        }
        let mean = values.iter().sum::<f64>() / 400.0;
        let fit = fit(&Sample::new(values, Vec::new(), 0.0), FitOptions::default()).unwrap();
        let FittedLaw::Empirical(values) = &fit.law else { panic!("{fit:?}") };
        assert!(values.len() == 100 && values.is_sorted(), "{values:?}");
        assert!((values.iter().sum::<f64>() / 100.0 / mean - 1.0).abs() < 1e-9, "{fit:?}");
        assert!(fit.reason.contains("away from the runs"), "{}", fit.reason);
    }
}
