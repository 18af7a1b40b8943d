//! The theory of a scenario, and the verdict over its replications.
//!
//! The mean of n independent replications has Student's t distribution around the truth. Its
//! percentile, read as one of the standard normal distribution, is the *score* of a figure, whose
//! distribution does not depend on n. A figure fails beyond [`FARTHEST`]. A comparison that cannot
//! fail is also a defect: the standard error must be so small that a theory with the relative error
//! `sharpness` (0.04 by default) would be rejected. Where a rule is easily mistaken for another,
//! the case also names the value under the other rule, which must be rejected.

use statrs::distribution::{ContinuousCDF, Normal, StudentsT};

use super::run::{Reading, finished};

/// The maximum error of a correct figure in standard errors; 1 in 150,000 is larger.
pub(crate) const FARTHEST: f64 = 4.5;

/// A scenario with its theoretical figures.
pub(crate) struct Case {
    scenario: String,
    settings: Vec<&'static str>,
    truths: Vec<Truth>,
}

struct Truth {
    reading: Reading,
    value: f64,
    sharpness: f64,
    /// The values under other rules, which the test must reject.
    rivals: Vec<f64>,
}

/// The comparisons of a case, in its order; the first counts in the pooled test.
pub(crate) struct Verdict(Vec<Comparison>);

struct Comparison {
    truth: Truth,
    sample: Sample,
}

/// A mean over replications with its standard error.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sample {
    pub(crate) mean: f64,
    pub(crate) error: f64,
    replications: f64,
}

impl Case {
    /// A scenario of 40 replications under a claim rule; the first twentieth is warm-up.
    pub(crate) fn new(claim: &str, seconds: u32, body: &str) -> Case {
        let warmup = seconds / 20;
        let frame = format!("horizon = \"{seconds}s\"\nwarmup = \"{warmup}s\"\nreplications = 40\nclaim = {claim}\n");
        Case {
            scenario: format!("{frame}slo = {{ wait = \"1ns\" }}\n{body}"),
            settings: Vec::new(),
            truths: Vec::new(),
        }
    }

    /// A case under instant claiming.
    pub(crate) fn instant(seconds: u32, body: &str) -> Case {
        Case::new("{ delay = \"none\" }", seconds, body)
    }

    /// Adds a theoretical value.
    pub(crate) fn says(self, reading: Reading, value: f64) -> Case {
        self.says_to(0.04, reading, value)
    }

    /// Adds a theoretical value. The simulation must be sharp enough to reject a theory with the
    /// relative error `sharpness`.
    pub(crate) fn says_to(mut self, sharpness: f64, reading: Reading, value: f64) -> Case {
        self.truths.push(Truth { reading, value, sharpness, rivals: Vec::new() });
        self
    }

    /// Adds a value that the last figure has under another rule, and not here.
    pub(crate) fn but_not(mut self, rival: f64) -> Case {
        self.truths.last_mut().expect("a figure comes first").rivals.push(rival);
        self
    }

    /// The same scenario with another value of a key; the theory stays as it is.
    pub(crate) fn under(mut self, setting: &'static str) -> Case {
        self.settings.push(setting);
        self
    }

    /// Runs the scenario and compares. The name of the case determines its seed, so that cases are
    /// independent.
    pub(crate) fn judge(self, name: &str) -> Verdict {
        let seed = name.bytes().fold(0_u32, |seed, byte| seed.wrapping_mul(31).wrapping_add(u32::from(byte)));
        let seed = format!("seed={seed}");
        let settings: Vec<_> = self.settings.iter().copied().chain([seed.as_str()]).collect();
        let finished = finished(&self.scenario, &settings);
        let compare = |truth: Truth| Comparison { sample: Sample::of(&finished.values(truth.reading)), truth };
        Verdict(self.truths.into_iter().map(compare).collect())
    }
}

impl Verdict {
    /// Fails unless every figure agrees with theory and disagrees with the rivals.
    pub(crate) fn hold(&self) {
        let reports: Vec<_> = self.0.iter().map(Comparison::report).collect();
        let faults: Vec<_> = self.0.iter().filter_map(Comparison::fault).collect();
        assert!(faults.is_empty(), "\n{}\namong all:\n{}", faults.join("\n"), reports.join("\n"));
    }

    /// The score of the case's first figure.
    pub(crate) fn score(&self) -> f64 {
        self.0[0].sample.score(self.0[0].truth.value)
    }
}

impl Comparison {
    fn report(&self) -> String {
        let Comparison { truth: Truth { reading, value, sharpness, .. }, sample } = self;
        let (score, told) = (sample.score(*value), self.told_apart());
        format!("{score:+.2} {reading:?}: theory {value:.6}, {sample:?}, tells {told:.4} of {sharpness}")
    }

    /// The relative error at which a theory would certainly be rejected.
    fn told_apart(&self) -> f64 {
        2.0 * FARTHEST * self.sample.error / self.truth.value
    }

    /// The mistake, if there is one.
    fn fault(&self) -> Option<String> {
        // A figure without spread has no score (NaN), and so does not agree.
        let agrees = self.sample.score(self.truth.value).abs() < FARTHEST;
        let sharp = self.told_apart() < self.truth.sharpness;
        let is_rival = |&rival: &f64| self.sample.score(rival).abs() < FARTHEST;
        let rival = self.truth.rivals.iter().find(|rival| is_rival(rival));
        let what = match rival {
            _ if !agrees => "off",
            Some(rival) => &format!("as near to {rival:.6}, which another rule would give"),
            None => "too blunt to reject a wrong theory",
        };
        (!agrees || !sharp || rival.is_some()).then(|| format!("{what}: {}", self.report()))
    }
}

impl Sample {
    /// The sample of independent values.
    pub(crate) fn of(values: &[f64]) -> Sample {
        let replications = values.len() as f64;
        let mean = values.iter().sum::<f64>() / replications;
        let squares: f64 = values.iter().map(|value| (value - mean) * (value - mean)).sum();
        Sample { mean, error: (squares / (replications - 1.0) / replications).sqrt(), replications }
    }

    /// The distance of the mean from the truth, as a standard normal variable.
    pub(crate) fn score(self, truth: f64) -> f64 {
        let t = (self.mean - truth) / self.error;
        let law = StudentsT::new(0.0, 1.0, self.replications - 1.0).expect("there are several replications");
        // Floating point distinguishes the lower tail from 0, not the upper one from 1.
        let tail = law.cdf(-t.abs());
        Normal::standard().inverse_cdf(tail).copysign(t)
    }
}
