//! How often a backtest is right: a thousand histories of each of some known systems, judged with
//! the system itself as the model, and two hundred with models that are wrong in one respect.
//!
//! `cargo run --release --example backtest` prints the table in `results/backtest.csv`; a test
//! repeats a part of it.

use std::io::{self, Write as _};
use std::ops::Range;

use claimsim::internals::experiment::backtest::{
    self, Backtest, BacktestPlan, BacktestVerdict, LEVEL, Tolerance, fewest_replications, simulated_history,
};
use claimsim::internals::model::time::Time;
use claimsim::internals::scenario::Scenario;
use rayon::prelude::*;

/// The largest share of backtests of the right model that may say "does not".
pub const MOST_FALSE_ALARMS: f64 = 0.07;

/// A history's system, and a model of it.
#[derive(Clone, Debug)]
pub struct Case {
    /// What the system is about.
    pub truth: &'static str,
    /// In what the model is wrong; nothing if `None`.
    pub fault: Option<&'static str>,
    truth_scenario: Scenario,
    model: Scenario,
}

/// How many backtests ended in which way.
#[derive(Clone, Copy, Debug, Default)]
pub struct Counts {
    /// Their number.
    pub trials: u64,
    /// All actions are explained, and the forecast is not rejected.
    pub explains: u64,
    /// Neither.
    pub undecided: u64,
    /// Some action is not explained, or the forecast is rejected.
    pub does_not: u64,
    /// Some action is not explained by the replay.
    pub trace_does_not: u64,
    /// The forecast is rejected.
    pub model_does_not: u64,
}

/// Two workers and scans in bursts at nine, checks in the night.
const REGISTRY: &str = r#"
horizon = "3d"
start = "2026-11-02T00:00:00Z"
worker.replica = { count = 2, capacity = { scan = 1, check = 1 } }
[action.scan]
capacity = { scan = 1 }
arrival = { profile = { rates = ["2/h", "2/h", "2/h", "2/h", "2/h", "2/h", "6/h", "10/h", "20/h", "40/h", "30/h", "20/h", "12/h", "12/h", "12/h", "12/h", "8/h", "6/h", "4/h", "2/h", "2/h", "2/h", "2/h", "2/h"] } }
service = { lognormal = { mean = "3m", cv = 1.0 } }
[action.check]
capacity = { check = 1 }
arrival = { poisson = { rate = "10/h" } }
service = { exponential = { mean = "2m" } }
"#;

/// Two classes of urgency before two servers.
const PRIORITIES: &str = r#"
horizon = "7d"
claim = { delay = "none", policy = "priority" }
worker.server = { count = 2, capacity = { slot = 1 } }
[action.urgent]
priority = 10
capacity = { slot = 1 }
arrival = { poisson = { rate = "4/h" } }
service = { exponential = { mean = "8m" } }
[action.normal]
capacity = { slot = 1 }
arrival = { poisson = { rate = "8/h" } }
service = { exponential = { mean = "8m" } }
"#;

/// Small and large jobs on workers with two resources, claimed after random delays.
const TWO_RESOURCES: &str = r#"
horizon = "5d"
worker.node = { count = 2, capacity = { cpu = 4, memory = 8 } }
[action.small]
capacity = { cpu = 1, memory = 1 }
arrival = { poisson = { rate = "10/h" } }
service = { exponential = { mean = "12m" } }
[action.large]
capacity = { cpu = 2, memory = 6 }
arrival = { poisson = { rate = "3/h" } }
service = { lognormal = { mean = "20m", cv = 0.7 } }
"#;

/// More workers by day than by night.
const SHIFTS: &str = r#"
horizon = "7d"
start = "2026-11-02T00:00:00Z"
[worker.crew]
count = 1
capacity = { slot = 1 }
shifts = [{ days = "mon-sun", from = "08:00", to = "18:00", count = 2 }]
[action.job]
capacity = { slot = 1 }
arrival = { poisson = { rate = "5/h" } }
service = { exponential = { mean = "10m" } }
"#;

/// Hourly and nightly jobs beside random ones.
const CRONS: &str = r#"
horizon = "3d"
start = "2026-11-02T00:00:00Z"
worker.replica = { count = 2, capacity = { slot = 1 } }
[action.job]
capacity = { slot = 1 }
arrival = { poisson = { rate = "8/h" } }
service = { exponential = { mean = "8m" } }
[action.report]
capacity = { slot = 1 }
service = { lognormal = { mean = "5m", cv = 0.5 } }
[cron.report]
schedule = "0 0 * * * *"
"#;

/// One attempt in five fails, and is tried again later.
const RETRIES: &str = r#"
horizon = "3d"
worker.replica = { count = 2, capacity = { slot = 1 } }
[action.job]
capacity = { slot = 1 }
arrival = { poisson = { rate = "8/h" } }
service = { exponential = { mean = "9m" } }
error = 0.2
retries = 3
backoff = "5m"
"#;

/// A week whose weekdays are five times as busy as its weekend.
const WEEK: &str = r#"
horizon = "14d"
start = "2026-11-02T00:00:00Z"
claim = { delay = "none" }
worker.server = { count = 1, capacity = { slot = 1 } }
[action.job]
capacity = { slot = 1 }
service = { exponential = { mean = "6m" } }
arrival = { profile = { RATES } }
"#;

fn scenario(text: &str) -> Scenario {
    Scenario::parse(text).unwrap_or_else(|report| panic!("{report:?}\n{text}"))
}

/// The rates of weekdays and of weekends, as keys of a profile.
fn week(weekday: f64, weekend: f64) -> String {
    let day = |rate: f64| format!("[{}]", vec![format!("\"{rate}/h\""); 24].join(", "));
    format!("rates = {}, saturday = {}, sunday = {}", day(weekday), day(weekend), day(weekend))
}

/// All systems with themselves as the model, then with wrong models.
pub fn cases() -> Vec<Case> {
    let weekly = WEEK.replace("RATES", &week(7.0, 1.5));
    let pooled = WEEK.replace("RATES", &week((5.0 * 7.0 + 2.0 * 1.5) / 7.0, (5.0 * 7.0 + 2.0 * 1.5) / 7.0));
    let truths = [
        ("registry", REGISTRY.to_owned()),
        ("priorities", PRIORITIES.to_owned()),
        ("two resources", TWO_RESOURCES.to_owned()),
        ("shifts", SHIFTS.to_owned()),
        ("crons", CRONS.to_owned()),
        ("retries", RETRIES.to_owned()),
        ("week", weekly.clone()),
    ];
    let right = truths.iter().map(|(name, text)| Case {
        truth: name,
        fault: None,
        truth_scenario: scenario(text),
        model: scenario(text),
    });
    let wrong = [
        ("registry", "a worker more", REGISTRY, REGISTRY.replace("count = 2", "count = 3")),
        ("registry", "a worker fewer", REGISTRY, REGISTRY.replace("count = 2", "count = 1")),
        ("two resources", "a worker more", TWO_RESOURCES, TWO_RESOURCES.replace("count = 2", "count = 3")),
        ("shifts", "a worker more", SHIFTS, SHIFTS.replace("count = 2", "count = 3").replace("count = 1", "count = 2")),
        ("shifts", "a worker fewer by day", SHIFTS, SHIFTS.replace("count = 2", "count = 1")),
        ("priorities", "first-fit", PRIORITIES, PRIORITIES.replace("\"priority\"", "\"first-fit\"")),
        ("week", "weekdays and weekends pooled", &weekly, pooled),
        ("week", "service 10 % longer", &weekly, weekly.replace("\"6m\"", "\"6.6m\"")),
        ("week", "service 10 % shorter", &weekly, weekly.replace("\"6m\"", "\"5.4m\"")),
    ];
    let wrong = wrong.into_iter().map(|(name, fault, truth, model)| Case {
        truth: name,
        fault: Some(fault),
        truth_scenario: scenario(truth),
        model: scenario(&model),
    });
    right.chain(wrong).collect()
}

impl Case {
    /// The backtest of the history that this seed gives.
    pub fn backtest(&self, seed: u64) -> Backtest {
        let truth = Scenario { seed: 1_000_000 + seed, ..self.truth_scenario.clone() };
        let history = simulated_history(&truth, 0);
        let model = Scenario { seed, ..self.model.clone() };
        let replications = fewest_replications(&model);
        let plan = BacktestPlan { tolerance: Tolerance::Share(0.1), replications, from: Time::ZERO };
        backtest::backtest(&model, &history, &plan, &()).expect("the history fits the model")
    }

    /// The verdicts of the histories of these seeds.
    pub fn count(&self, seeds: Range<u64>) -> Counts {
        let one = |seed: u64| {
            let found = self.backtest(seed);
            let verdict = found.verdict();
            let of_trace = found.trace.scopes.iter().any(|scope| scope.verdict == Some(BacktestVerdict::DoesNot));
            let of_model = found.model.is_some_and(|model| model.adjusted_p <= LEVEL);
            Counts {
                trials: 1,
                explains: u64::from(verdict == BacktestVerdict::Explains),
                undecided: u64::from(verdict == BacktestVerdict::Undecided),
                does_not: u64::from(verdict == BacktestVerdict::DoesNot),
                trace_does_not: u64::from(of_trace),
                model_does_not: u64::from(of_model),
            }
        };
        let sum = |a: Counts, b: Counts| Counts {
            trials: a.trials + b.trials,
            explains: a.explains + b.explains,
            undecided: a.undecided + b.undecided,
            does_not: a.does_not + b.does_not,
            trace_does_not: a.trace_does_not + b.trace_does_not,
            model_does_not: a.model_does_not + b.model_does_not,
        };
        seeds.into_par_iter().map(one).reduce(Counts::default, sum)
    }
}

#[allow(dead_code, reason = "the test that repeats a part of the table has no use for it")]
fn main() -> io::Result<()> {
    let trials = std::env::args().nth(1).and_then(|text| text.parse().ok()).unwrap_or(1_000);
    let mut out = io::stdout().lock();
    writeln!(
        out,
        "system,fault of the model,trials,explains,undecided,does not,does not (trace-driven),does not (model-driven)"
    )?;
    // A second argument names one system, to make its rows alone.
    let chosen = std::env::args().nth(2);
    for case in cases().into_iter().filter(|case| chosen.as_ref().is_none_or(|name| name == case.truth)) {
        let Counts { trials, explains, undecided, does_not, trace_does_not, model_does_not } =
            case.count(0..if case.fault.is_none() { trials } else { trials.div_ceil(5) });
        let fault = case.fault.unwrap_or("none");
        writeln!(
            out,
            "{},{fault},{trials},{explains},{undecided},{does_not},{trace_does_not},{model_does_not}",
            case.truth
        )?;
        out.flush()?;
    }
    Ok(())
}
