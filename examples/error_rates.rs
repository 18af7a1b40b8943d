//! How often `claimsim compare` errs, and how often it finds a true difference: a thousand
//! comparisons of simulated alternatives whose truth is known by construction.
//!
//! The alternatives are equal in law but not in path (other seeds; or the same jobs, and workers
//! that draw other claim delays), or all times of one are longer by some percentage, which makes
//! its waits longer by the same percentage in law. `cargo run --release --example error_rates`
//! prints the table in `results/error-rates.csv`; a test repeats a hundredth of it.

use std::io::{self, Write as _};

use claimsim::internals::experiment::comparison::{
    Alternative, Comparison, ComparisonCriteria, SequentialComparison, Verdict,
};
use claimsim::internals::scenario::{self, NoFiles};
use claimsim::internals::stats::bound_test::BoundStatus;
use claimsim::internals::stats::interim_looks::InterimLooks;
use rayon::prelude::*;

/// The level of every comparison.
pub const LEVEL: f64 = 0.05;

/// Replications at the first look and at the last.
const LOOKS: (u32, u32) = (5, 40);

/// What differs between the baseline and the alternative.
#[derive(Clone, Copy, Debug)]
pub enum Difference {
    /// The seed: other jobs with the same law.
    Seed,
    /// The names of the workers: the same jobs, and other claim delays with the same law.
    Workers,
    /// The names of the workers, and all times are multiplied by a factor: the same jobs, slower.
    Slower(f64),
}

/// One line of the table.
#[derive(Clone, Copy, Debug)]
pub struct Case {
    /// The difference.
    pub difference: Difference,
    judged: &'static [&'static str],
    margin: Option<&'static str>,
    gates: &'static [&'static str],
    /// The event that is counted.
    event: Event,
    /// Whether that is an error, which may not happen more often than the level. Otherwise it is
    /// the right result.
    pub is_error: bool,
}

/// A result of a comparison.
#[derive(Clone, Copy, Debug)]
enum Event {
    Different,
    Equivalent,
    Passes,
    Fails,
}

const WAITS: &[&str] = &["mean(wait)", "p95(wait)", "p99(wait)"];
const MEAN: &[&str] = &["mean(wait)"];
const P95: &[&str] = &["p95(wait)"];

/// All cases: first those in which the counted event is an error.
pub const CASES: [Case; 14] = {
    use Difference::{Seed, Slower, Workers};
    use Event::{Different, Equivalent, Fails, Passes};
    const fn judge(
        difference: Difference,
        judged: &'static [&'static str],
        margin: Option<&'static str>,
        event: Event,
        is_error: bool,
    ) -> Case {
        Case { difference, judged, margin, gates: &[], event, is_error }
    }
    const fn gate(difference: Difference, gates: &'static [&'static str], event: Event, is_error: bool) -> Case {
        Case { difference, judged: &[], margin: None, gates, event, is_error }
    }
    [
        judge(Seed, WAITS, None, Different, true),
        judge(Workers, WAITS, None, Different, true),
        judge(Workers, WAITS, Some("±10%"), Different, true),
        judge(Slower(1.1), MEAN, Some("±10%"), Equivalent, true),
        judge(Slower(0.9), P95, Some("±10%"), Equivalent, true),
        gate(Seed, &["p95(wait) <= +0%"], Fails, true),
        gate(Workers, &["p95(wait) <= +0%", "mean(wait) <= +0%", "p99(wait) <= +0%"], Fails, true),
        gate(Workers, &["p95(wait) <= +0%"], Passes, true),
        gate(Slower(1.1), &["mean(wait) <= +10%"], Fails, true),
        gate(Slower(1.1), &["mean(wait) <= +10%"], Passes, true),
        judge(Slower(1.1), MEAN, None, Different, false),
        judge(Workers, MEAN, Some("±10%"), Equivalent, false),
        gate(Workers, &["p95(wait) <= +10%"], Passes, false),
        gate(Slower(1.3), &["mean(wait) <= +10%"], Fails, false),
    ]
};

/// Two workers that are busy 60 % of the time, for about 150 jobs; all times are `factor` times as
/// long.
fn alternative(name: &str, workers: &str, factor: f64, seed: u64) -> Alternative {
    let milliseconds = |seconds: f64| (seconds * factor * 1_000.0).round();
    let text = format!(
        r#"
        horizon = "{horizon}ms"
        warmup = "{warmup}ms"
        seed = {seed}
        claim = {{ delay = {{ uniform = {{ low = "0s", high = "{delay}ms" }} }} }}
        [worker.{workers}]
        count = 2
        capacity = {{ scan = 1 }}
        [action.scan]
        capacity = {{ scan = 1 }}
        arrival = {{ renewal = {{ between = {{ exponential = {{ mean = "{between}ms" }} }} }} }}
        service = {{ exponential = {{ mean = "{service}ms" }} }}
        "#,
        horizon = milliseconds(1_700.0),
        warmup = milliseconds(200.0),
        delay = milliseconds(3.0),
        between = milliseconds(10.0),
        service = milliseconds(12.0),
    );
    let loaded = scenario::load("pair.toml", &text, &[], &NoFiles).expect("the scenario is right");
    Alternative { name: name.to_owned(), scenario: loaded.scenario }
}

impl Case {
    /// The number of comparisons, out of those with these numbers, in which the event happens.
    pub fn count(&self, comparisons: std::ops::Range<u64>) -> u64 {
        comparisons.into_par_iter().map(|number| u64::from(self.happens(&self.compare(number)))).sum()
    }

    fn compare(&self, number: u64) -> Comparison {
        let (workers, factor, seed) = match self.difference {
            Difference::Seed => ("one", 1.0, 2 * number + 1),
            Difference::Workers => ("other", 1.0, 2 * number),
            Difference::Slower(factor) => ("other", factor, 2 * number),
        };
        let alternatives =
            [alternative("baseline", "one", 1.0, 2 * number), alternative("contender", workers, factor, seed)];
        let criteria = ComparisonCriteria {
            baseline: 0,
            judged: self.judged.iter().map(|text| text.parse().expect("a quantity")).collect(),
            margin: self.margin.map(|text| text.parse().expect("a margin")),
            gates: self.gates.iter().map(|text| text.parse().expect("a condition")).collect(),
            level: LEVEL,
            looks: InterimLooks::doubling(LOOKS.0, LOOKS.1),
            awaits_judged: true,
        };
        let mut comparison = SequentialComparison::new(&alternatives, &criteria).expect("both have the quantities");
        while comparison.next_replications().is_some() {
            comparison.look(&());
        }
        comparison.finish()
    }

    fn happens(&self, comparison: &Comparison) -> bool {
        let mut verdicts = comparison.judged().map(|(_, test)| test.verdict);
        match self.event {
            Event::Different => verdicts.any(|verdict| matches!(verdict, Verdict::Better | Verdict::Worse)),
            Event::Equivalent => verdicts.any(|verdict| verdict == Verdict::Equivalent),
            Event::Passes => comparison.gate_status() == Some(BoundStatus::Kept),
            Event::Fails => comparison.gate_status() == Some(BoundStatus::Broken),
        }
    }

    /// The case in words.
    pub fn words(&self) -> [String; 3] {
        let contender = match self.difference {
            Difference::Seed => "other seed".to_owned(),
            Difference::Workers => "same jobs and other claim delays".to_owned(),
            Difference::Slower(factor) => format!("same jobs with times x {factor} and other claim delays"),
        };
        let asked = [self.judged, self.gates].concat().join("; ")
            + &self.margin.map_or_else(String::new, |margin| format!("; margin {margin}"));
        let event = match self.event {
            Event::Different => "judged better or worse",
            Event::Equivalent => "judged equivalent",
            Event::Passes => "gates pass",
            Event::Fails => "gates fail",
        };
        [contender, asked, event.to_owned()]
    }
}

fn main() -> io::Result<()> {
    const COMPARISONS: u64 = 1_000;
    let mut out = io::stdout().lock();
    writeln!(out, "contender,asked,counted,is,comparisons,count,share,level")?;
    for case in CASES {
        let count = case.count(0..COMPARISONS);
        let [contender, asked, event] = case.words();
        let is = if case.is_error { "an error" } else { "right" };
        let share = count as f64 / COMPARISONS as f64;
        writeln!(out, "{contender},{asked},{event},{is},{COMPARISONS},{count},{share},{LEVEL}")?;
    }
    Ok(())
}
