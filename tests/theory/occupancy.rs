//! M/G/∞ by its distribution: the number of jobs at the horizon is Poisson, for every distribution
//! of service times.

use claimsim::internals::stats::{Measure, Statistic};
use statrs::distribution::{ChiSquared, ContinuousCDF};

use super::formulas::constant_service::poisson;
use super::run::{finished, of};

/// Longer than every service time. There are two actions, which must be independent.
const SCENARIO: &str = r#"
horizon = "40s"
replications = 4000
claim = { delay = "none" }
[worker.server]
capacity = { slot = 1 }
[action.mixed]
arrival = { poisson = { rate = "1/s" } }
service = { empirical = { values = ["1s", "2s", "15s"] } }
[action.uniform]
arrival = { poisson = { rate = "2/s" } }
service = { uniform = { low = "0s", high = "6s" } }
"#;

#[test]
fn the_number_of_unlimited_jobs_is_poisson() {
    let run = finished(SCENARIO, &[]);
    let left = of(Measure::Jobs, Statistic::Unfinished);
    for (reading, mean) in [(left.of_action("mixed"), 6.0), (left.of_action("uniform"), 6.0), (left, 12.0)] {
        let p = goodness_of_fit(&run.values(reading), mean);
        assert!(p > 1e-5, "{reading:?} is not Poisson of mean {mean}: probability {p}");
    }
}

/// The p-value of Pearson's chi-square test over the counts 0, 1, 2, …, pooled at both ends.
fn goodness_of_fit(counts: &[f64], mean: f64) -> f64 {
    let (first, last) = ((mean / 3.0) as usize, (mean * 2.0) as usize);
    let mut expected = vec![0.0; last - first + 1];
    for (n, p) in poisson(mean, 200).into_iter().enumerate() {
        expected[n.clamp(first, last) - first] += p * counts.len() as f64;
    }
    let mut observed = vec![0.0; expected.len()];
    for &count in counts {
        observed[(count as usize).clamp(first, last) - first] += 1.0;
    }
    let distance: f64 = observed.iter().zip(&expected).map(|(o, e)| (o - e) * (o - e) / e).sum();
    ChiSquared::new((expected.len() - 1) as f64).expect("there are several counts").sf(distance)
}
