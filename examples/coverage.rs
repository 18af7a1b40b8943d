//! How often the 95 % intervals that claimsim prints cover the truth: two thousand experiments on
//! each of several systems whose truth is known exactly.
//!
//! Each experiment is a run under its own seed. `cargo run --release --example coverage` prints the
//! table in `results/coverage.csv`; a test repeats a part of it. If 2,000 intervals have their
//! nominal coverage, the share that covers lies between 93.5 % and 96.5 % in all but two of a
//! thousand rows (three standard errors).

#[path = "coverage/exact.rs"]
pub mod exact;

use std::io::{self, Write as _};
use std::ops::Range;

use claimsim::internals::experiment::expression::{Quantity, ResolvedQuantity};
use claimsim::internals::experiment::warmup::find_warm_up;
use claimsim::internals::experiment::{MIN_REPLICATIONS, Results, StoppingRule, replicate, run};
use claimsim::internals::scenario::{self, NoFiles, Override, Scenario};
use claimsim::internals::stats::Measurements;
use rayon::prelude::*;

use exact::{LongRun, Mmc, Pool};

/// The range in which the share of covering intervals has to lie.
pub const BOUNDS: (f64, f64) = (0.935, 0.965);

/// A system whose truth is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum System {
    /// M/M/4 at a load of 60 %, for 8,000 s: about 1,600 relaxation times of its queue.
    Servers,
    /// The same with 400 waiting jobs at the start.
    Backlog,
    /// Three classes on a worker with two resources; jobs leave if they do not fit at once.
    Losses,
    /// The same classes on a smaller worker with room for five waiting jobs.
    Pool,
}

/// The kind of run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rule {
    /// This number of replications after a fixed warm-up of 100 s.
    Replications(u32),
    /// This number of replications after a warm-up by MSER-5.
    Auto(u32),
    /// Replications of 2,000 s, at least 30, until this precision is reached, after a warm-up of
    /// 100 s.
    Precision(&'static str),
    /// This number of replications, measured from the start: a mistake in a long run, which has to
    /// show.
    FromTheStart(u32),
}

/// One or more lines of the table.
#[derive(Clone, Copy, Debug)]
pub struct Case {
    /// The system.
    pub system: System,
    /// The kind of run.
    pub rule: Rule,
}

/// All cases.
pub const CASES: [Case; 13] = {
    use Rule::{Auto, FromTheStart, Precision, Replications};
    use System::{Backlog, Losses, Pool, Servers};
    const fn case(system: System, rule: Rule) -> Case {
        Case { system, rule }
    }
    [
        case(Servers, Replications(10)),
        case(Servers, Replications(20)),
        case(Losses, Replications(10)),
        case(Pool, Replications(10)),
        case(Servers, Auto(10)),
        case(Losses, Auto(10)),
        case(Pool, Auto(10)),
        case(Backlog, Auto(10)),
        case(Backlog, FromTheStart(10)),
        case(Servers, Precision("mean(wait) ±2%")),
        case(Servers, Precision("p95(wait) ±2%")),
        case(Losses, Precision("throughput(broad) ±0.7%")),
        case(Pool, Precision("mean(wait) ±1.5%")),
    ]
};

const SERVERS: Mmc = Mmc { arrivals: 2.4, services: 1.0, servers: 4 };
const LOSSES: exact::Pool = Pool { capacity: [6, 7], classes: [(1.5, [1, 1]), (1.0, [1, 2]), (0.5, [2, 1])], room: 0 };
const POOL: exact::Pool = Pool { capacity: [2, 3], classes: [(0.5, [1, 1]), (0.3, [1, 2]), (0.2, [2, 1])], room: 5 };

impl System {
    /// The quantities, and the truth.
    pub fn truths(self) -> Vec<(&'static str, f64)> {
        match self {
            System::Servers | System::Backlog => vec![
                ("mean(wait)", SERVERS.mean_wait()),
                ("p95(wait)", SERVERS.wait_quantile(0.95)),
                ("within_slo", SERVERS.wait_within(1.0)),
                ("queue_length", SERVERS.queue()),
                ("utilization", SERVERS.utilization()),
            ],
            System::Losses => of_pool(&LOSSES, &LOSSES.product_form()),
            System::Pool => {
                let long_run = POOL.chain();
                let claimed: f64 =
                    POOL.classes.iter().zip(long_run.lost).map(|((rate, _), lost)| rate * (1.0 - lost)).sum();
                let mut truths = of_pool(&POOL, &long_run);
                truths.extend([("mean(wait)", long_run.queue / claimed), ("queue_length", long_run.queue)]);
                truths
            }
        }
    }

    fn text(self) -> String {
        match self {
            System::Servers => servers(0),
            System::Backlog => servers(400),
            System::Losses => classes(&LOSSES, "patience = \"0s\""),
            System::Pool => classes(&POOL, ""),
        }
    }

    /// Its name in the table.
    pub fn name(self) -> &'static str {
        match self {
            System::Servers => "M/M/4",
            System::Backlog => "M/M/4 with a backlog",
            System::Losses => "two resources; loss",
            System::Pool => "two resources; first fit",
        }
    }
}

/// The quantities of all pools.
fn of_pool(pool: &exact::Pool, long_run: &LongRun) -> Vec<(&'static str, f64)> {
    let done = |class: usize| pool.classes[class].0 * (1.0 - long_run.lost[class]);
    vec![
        ("utilization(cpu)", long_run.utilization[0]),
        ("utilization(mem)", long_run.utilization[1]),
        ("throughput(small)", done(0)),
        ("throughput(wide)", done(1)),
        ("throughput(broad)", done(2)),
    ]
}

fn servers(backlog: usize) -> String {
    let Mmc { arrivals, servers, .. } = SERVERS;
    let job = "[[job]]\naction = \"job\"\nat = \"0s\"\n";
    format!(
        r#"
        horizon = "8000s"
        slo = {{ wait = "1s" }}
        claim = {{ delay = "none" }}
        [worker.server]
        capacity = {{ slot = {servers} }}
        [action.job]
        capacity = {{ slot = 1 }}
        arrival = {{ poisson = {{ rate = "{arrivals}/s" }} }}
        service = {{ exponential = {{ mean = "1s" }} }}
        {}"#,
        job.repeat(backlog)
    )
}

fn classes(pool: &exact::Pool, keys: &str) -> String {
    let [cpu, mem] = pool.capacity;
    // Jobs that leave at once need no limit.
    let limit = if pool.room > 0 { format!("queue = {{ limit = {} }}", pool.room) } else { String::new() };
    let head = format!(
        "horizon = \"3000s\"\nclaim = {{ delay = \"none\" }}\n{limit}\n[worker.box]\ncapacity = {{ cpu = {cpu}, mem = {mem} }}\n"
    );
    let class = |(name, (rate, [cpu, mem])): (&str, (f64, [u32; 2]))| {
        format!(
            "[action.{name}]\ncapacity = {{ cpu = {cpu}, mem = {mem} }}\narrival = {{ poisson = {{ rate = \"{rate}/s\" }} }}\n\
             service = {{ exponential = {{ mean = \"1s\" }} }}\n{keys}\n"
        )
    };
    let classes: Vec<String> = ["small", "wide", "broad"].into_iter().zip(pool.classes).map(class).collect();
    head + &classes.concat()
}

impl Rule {
    fn settings(self) -> Vec<String> {
        let (warmup, replications) = match self {
            Rule::Replications(replications) => ("100s", replications),
            Rule::Precision(_) => ("100s", 1),
            Rule::Auto(replications) => ("auto", replications),
            Rule::FromTheStart(replications) => ("0s", replications),
        };
        let mut settings = vec![format!("warmup={warmup}"), format!("replications={replications}")];
        if let Rule::Precision(_) = self {
            // Short runs, which need more than the first check.
            settings.push("horizon=2000s".to_owned());
        }
        settings
    }

    /// Runs a scenario as `claimsim run` does.
    fn run(self, mut scenario: Scenario) -> Results {
        find_warm_up(&mut scenario, &());
        match self {
            Rule::Replications(_) | Rule::Auto(_) | Rule::FromTheStart(_) => run(&scenario, &()),
            Rule::Precision(goal) => until_precise(&scenario, goal),
        }
    }

    /// Its name in the table.
    pub fn name(self) -> String {
        match self {
            Rule::Replications(replications) => format!("{replications} replications; warm-up 100s"),
            Rule::Precision(goal) => format!("precision {goal}; runs of 2000s; warm-up 100s"),
            Rule::Auto(replications) => format!("{replications} replications; warm-up auto"),
            Rule::FromTheStart(replications) => format!("{replications} replications; no warm-up"),
        }
    }
}

/// What `claimsim run --precision` does.
fn until_precise(scenario: &Scenario, goal: &str) -> Results {
    let goals = vec![goal.parse().expect("a precision")];
    let rule = StoppingRule::sequential(goals, MIN_REPLICATIONS, 1_000, &scenario.system).expect("the scenario has it");
    let mut outcomes = Vec::new();
    while let Some(until) = rule.next_count(&outcomes) {
        outcomes.extend(replicate(scenario, &Measurements::default(), outcomes.len() as u32..until, &()));
    }
    Results::of(outcomes)
}

impl Case {
    /// Whether intervals have to have their nominal coverage.
    pub fn has_to_cover(&self) -> bool {
        self.system != System::Backlog || !matches!(self.rule, Rule::FromTheStart(_))
    }

    /// For each quantity, the number of experiments with these seeds whose interval covers, with
    /// further keys set.
    pub fn covered(&self, seeds: Range<u64>, truths: &[(&str, f64)], settings: &[&str]) -> Vec<u64> {
        let rule = self.rule.settings();
        let settings = rule.iter().map(String::as_str).chain(settings.iter().copied());
        let overrides: Vec<Override> = settings.map(Override::set).collect();
        let loaded = scenario::load("coverage.toml", &self.system.text(), &overrides, &NoFiles);
        let scenario = loaded.expect("the scenario is right").scenario;
        let of_one = |seed| {
            let results = self.rule.run(Scenario { seed, ..scenario.clone() });
            truths.iter().map(|(quantity, truth)| u64::from(covers(&results, &scenario, quantity, *truth))).collect()
        };
        let sum = |mut sums: Vec<u64>, of_one: Vec<u64>| {
            sums.iter_mut().zip(of_one).for_each(|(sum, covers)| *sum += covers);
            sums
        };
        seeds.into_par_iter().map(of_one).reduce(|| vec![0; truths.len()], sum)
    }
}

fn covers(results: &Results, scenario: &Scenario, quantity: &str, truth: f64) -> bool {
    let quantity: Quantity = quantity.parse().expect("a quantity");
    let Ok(ResolvedQuantity::Metric(metric)) = quantity.resolve(&scenario.system) else {
        panic!("{quantity:?} is not a metric")
    };
    let interval = results.estimate(metric).and_then(|estimate| estimate.interval);
    let (low, high) = interval.expect("there are several replications");
    low <= truth && truth <= high
}

/// Prints all rows, or those whose rule contains one of the given words.
fn main() -> io::Result<()> {
    const EXPERIMENTS: u64 = 2_000;
    let word = std::env::args().nth(1).unwrap_or_default();
    let mut out = io::stdout().lock();
    writeln!(out, "system,rule,quantity,truth,experiments,covered,share,low,high")?;
    let numbered = CASES.iter().zip((0..).step_by(EXPERIMENTS as usize));
    for (case, first) in numbered.filter(|(case, _)| case.rule.name().contains(&word)) {
        let truths = case.system.truths();
        for ((quantity, truth), covered) in truths.iter().zip(case.covered(first..first + EXPERIMENTS, &truths, &[])) {
            let (share, (low, high)) = (covered as f64 / EXPERIMENTS as f64, BOUNDS);
            let bounds = if case.has_to_cover() { format!("{low},{high}") } else { ",".to_owned() };
            let (system, rule) = (case.system.name(), case.rule.name());
            writeln!(out, "{system},{rule},{quantity},{truth:.9},{EXPERIMENTS},{covered},{share},{bounds}")?;
        }
    }
    Ok(())
}
