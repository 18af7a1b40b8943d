//! How often a verdict of `claimsim size` or `claimsim compare` is wrong where jobs do not end: a
//! thousand searches and a thousand comparisons of each of several kinds of systems, overloaded,
//! starving, impatient and deadlocking ones among them; and on days whose worst hour is asked for.
//!
//! The truth is known. Of a search it is the value of the target in an independent simulator that
//! follows every job to its end, or it is computed by hand, or no wait ends at all. Comparisons are
//! of systems that are equal in law (other seeds), or all times of one are a tenth longer, which
//! makes its waits a tenth longer in law. `cargo run --release --example verdicts` prints the table
//! in `results/verdicts.csv`, or with an argument the rows of the systems whose names begin with
//! it; a test repeats a hundredth of it.

#[path = "verdicts/follow_up.rs"]
#[allow(clippy::duplicate_mod, reason = "the tests of theory use the simulator, too")]
pub mod follow_up;

use std::fmt::Write as _;
use std::io::{self, Write as _};
use std::ops::{Range, RangeInclusive};

use claimsim::internals::experiment::Progress;
use claimsim::internals::experiment::comparison::{
    Alternative, Comparison, ComparisonCriteria, SequentialComparison, Verdict,
};
use claimsim::internals::experiment::design::{Grid, GridPoint};
use claimsim::internals::experiment::sizing::{Design, Sizing, Targets, size};
use claimsim::internals::scenario::Scenario;
use claimsim::internals::stats::bound_test::BoundStatus;
use claimsim::internals::stats::interim_looks::InterimLooks;
use rayon::prelude::*;

use follow_up::{Class, Draws, Fate, Queue, quantile};

/// The level of every search and comparison.
pub const LEVEL: f64 = 0.05;

/// Replications at the first look and at the last.
const LOOKS: (u32, u32) = (5, 40);

/// The numbers of servers of a search.
const SERVERS: RangeInclusive<u32> = 1..=3;

/// Runs of the independent simulator for a true value.
const TRUTH_RUNS: u64 = 20_000;

/// How much longer the times of the slower contender are.
const SLOWER: f64 = 1.1;

/// Seconds of a service of a day.
const SERVICE: f64 = 60.0;

/// A kind of system, with a target that some numbers of servers keep.
#[derive(Clone, Debug)]
pub struct Kind {
    /// Its name in the table.
    pub name: &'static str,
    system: System,
    /// In seconds.
    horizon: f64,
    /// In seconds; `None` if jobs are followed for one more horizon.
    cooldown: Option<f64>,
    /// Servers of the systems that are compared.
    compared: u32,
    /// The target of a search.
    target: Target,
}

#[derive(Clone, Debug)]
enum System {
    /// Servers of one slot; the first class goes first.
    Servers(&'static [Class]),
    /// Workers of four threads; each parent holds one while its child needs another. Parents per
    /// second.
    Parents(f64),
    /// A day of servers of one slot, with three jobs at once at the beginning of each of these
    /// hours and two at that of all others. The worst hour is judged.
    Day(Range<u32>),
}

/// A bound on p95 of the wait of the last class.
#[derive(Clone, Copy, Debug)]
enum Target {
    /// The true value of this number of servers. Fewer break it, more keep it.
    TrueValue(u32),
    /// A bound on the mean instead: the true value of one server in an hour with three jobs. They
    /// wait for nothing, for one service and for two.
    MeanOfThree,
    /// The same, and its true share of lost jobs.
    TrueValueAndLost(u32),
    /// A number of seconds; up to this number of servers break it.
    Seconds(f64, u32),
}

const fn class(arrivals: f64) -> Class {
    Class { arrivals, service: 1.0, patience: f64::INFINITY }
}

const IMPATIENT: System = System::Servers(&[Class { patience: 1.0, ..class(2.0) }]);

/// All kinds.
pub const KINDS: [Kind; 11] = [
    Kind {
        name: "overloaded",
        system: System::Servers(&[class(3.0)]),
        horizon: 60.0,
        cooldown: None,
        compared: 2,
        target: Target::TrueValue(2),
    },
    Kind {
        name: "overloaded; not followed",
        system: System::Servers(&[class(3.0)]),
        horizon: 60.0,
        cooldown: Some(0.0),
        compared: 2,
        target: Target::TrueValue(2),
    },
    Kind {
        name: "load of 1",
        system: System::Servers(&[class(2.0)]),
        horizon: 90.0,
        cooldown: None,
        compared: 2,
        target: Target::TrueValue(2),
    },
    Kind {
        name: "load of 0.9; followed for 3 s",
        system: System::Servers(&[class(1.8)]),
        horizon: 100.0,
        cooldown: Some(3.0),
        compared: 2,
        target: Target::TrueValue(2),
    },
    Kind {
        name: "starving",
        system: System::Servers(&[class(1.1), class(0.3)]),
        horizon: 100.0,
        cooldown: None,
        compared: 1,
        target: Target::TrueValue(2),
    },
    Kind {
        name: "priorities",
        system: System::Servers(&[class(1.0), class(0.6)]),
        horizon: 100.0,
        cooldown: None,
        compared: 2,
        target: Target::TrueValue(2),
    },
    Kind {
        name: "impatient; lost jobs bounded",
        system: IMPATIENT,
        horizon: 60.0,
        cooldown: None,
        compared: 2,
        target: Target::TrueValueAndLost(2),
    },
    Kind {
        name: "impatient",
        system: IMPATIENT,
        horizon: 60.0,
        cooldown: None,
        compared: 2,
        // Nobody waits that long: it leaves. So all numbers lose too many jobs for a verdict.
        target: Target::Seconds(1.5, *SERVERS.end()),
    },
    Kind {
        name: "deadlocking",
        system: System::Parents(0.7),
        horizon: 100.0,
        cooldown: None,
        compared: 1,
        target: Target::Seconds(20.0, 1),
    },
    Kind {
        name: "days of equal hours",
        system: System::Day(0..24),
        horizon: 86_400.0,
        cooldown: None,
        compared: 1,
        target: Target::MeanOfThree,
    },
    Kind {
        name: "days with one bad hour",
        system: System::Day(9..10),
        horizon: 86_400.0,
        cooldown: None,
        compared: 1,
        target: Target::MeanOfThree,
    },
];

/// A verdict that is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// A search reports a number of servers as met that breaks a target, or is exactly at it.
    Met,
    /// A search reports a number of servers as not met that keeps all targets, or is exactly there.
    NotMet,
    /// Equal systems are judged better or worse.
    Different,
    /// A gate fails that equal systems are exactly at.
    Fails,
    /// A gate passes that equal systems are exactly at.
    Passes,
    /// Systems are judged equivalent that differ by the margin.
    Equivalent,
    /// A gate fails that the slower system is exactly at.
    SlowerFails,
    /// A gate passes that the slower system is exactly at.
    SlowerPasses,
}

/// All events: of a search, of a comparison of equal systems, of one with a slower system.
pub const EVENTS: [Event; 8] = [
    Event::Met,
    Event::NotMet,
    Event::Different,
    Event::Fails,
    Event::Passes,
    Event::Equivalent,
    Event::SlowerFails,
    Event::SlowerPasses,
];

/// The count of an event, and of trials that remained undecided, by event.
pub type Counts = [[u64; 2]; EVENTS.len()];

impl Event {
    /// The command, what it is asked, and the verdict that would be wrong.
    pub fn words(self, kind: &Kind) -> [String; 3] {
        let of = |statistic: &str| kind.of_waits(statistic);
        let slower = format!("times x {SLOWER}");
        let (command, asked, error) = match self {
            Event::Met => ("size", kind.target_in_words(), "met"),
            Event::NotMet => ("size", kind.target_in_words(), "not met"),
            Event::Different => ("compare", format!("mean and {}; other seed", of("p95")), "better or worse"),
            Event::Fails => ("compare", format!("{} <= +0%; other seed", of("p95")), "fail"),
            Event::Passes => ("compare", format!("{} <= +0%; other seed", of("p95")), "pass"),
            Event::Equivalent => ("compare", format!("{} ±10%; {slower}", of("p95")), "equivalent"),
            Event::SlowerFails => ("compare", format!("{} <= +10%; {slower}", of("mean")), "fail"),
            Event::SlowerPasses => ("compare", format!("{} <= +10%; {slower}", of("mean")), "pass"),
        };
        [command.to_owned(), asked, error.to_owned()]
    }
}

impl Kind {
    /// The action whose waits are judged.
    fn action(&self) -> &'static str {
        if matches!(self.system, System::Parents(_)) { "parent" } else { "last" }
    }

    /// The number of trials in the table. Days with 24 hours to judge take a hundred times as long.
    pub fn trials(&self) -> u64 {
        if matches!(self.system, System::Day(_)) { 100 } else { 1_000 }
    }

    /// A statistic of the waits that are judged.
    fn of_waits(&self, statistic: &str) -> String {
        let window = if matches!(self.system, System::Day(_)) { ", worst 1h" } else { "" };
        format!("{statistic}(wait, {}{window})", self.action())
    }

    /// All times are `factor` times as long; of a day, all services.
    fn scenario(&self, servers: u32, factor: f64, seed: u64) -> Scenario {
        let milliseconds = |seconds: f64| format!("\"{:.0}ms\"", seconds * factor * 1_000.0);
        let poisson = |rate: f64| {
            format!("{{ renewal = {{ between = {{ exponential = {{ mean = {} }} }} }} }}", milliseconds(1.0 / rate))
        };
        let exponential = |mean: f64| format!("{{ exponential = {{ mean = {} }} }}", milliseconds(mean));
        let cooldown = match self.cooldown {
            None => "\"auto\"".to_owned(),
            Some(0.0) => "\"none\"".to_owned(),
            Some(seconds) => milliseconds(seconds),
        };
        let mut text = format!(
            "horizon = {}\nseed = {seed}\ncooldown = {cooldown}\n\
             claim = {{ delay = \"none\", policy = \"priority\" }}\n\
             [worker.server]\ncount = {servers}\ncapacity = {{ slot = {} }}\n",
            if matches!(self.system, System::Day(_)) { "\"1d\"".to_owned() } else { milliseconds(self.horizon) },
            if matches!(self.system, System::Parents(_)) { 4 } else { 1 }
        );
        match &self.system {
            System::Servers(classes) => {
                for (name, (class, priority)) in ["last", "first"].iter().zip(classes.iter().rev().zip(0..)) {
                    let _ = write!(
                        text,
                        "[action.{name}]\ncapacity = {{ slot = 1 }}\npriority = {priority}\n\
                         arrival = {}\nservice = {}\n",
                        poisson(class.arrivals),
                        exponential(class.service)
                    );
                    if class.patience.is_finite() {
                        let _ = writeln!(text, "patience = {}", milliseconds(class.patience));
                    }
                }
            }
            System::Parents(rate) => {
                let _ = write!(
                    text,
                    "[action.parent]\ncapacity = {{ slot = 1 }}\nspawns = {{ action = \"child\", count = 1 }}\n\
                     arrival = {}\nservice = {}\n[action.child]\ncapacity = {{ slot = 1 }}\nservice = {}\n",
                    poisson(*rate),
                    exponential(1.0),
                    exponential(2.0)
                );
            }
            System::Day(bad) => {
                let _ = write!(text, "[action.last]\ncapacity = {{ slot = 1 }}\nservice = {}\n", exponential(SERVICE));
                for hour in 0..24 {
                    let jobs = if bad.contains(&hour) { 3 } else { 2 };
                    text += &format!("[[job]]\naction = \"last\"\nat = \"{hour}h\"\n").repeat(jobs);
                }
            }
        }
        Scenario::parse(&text).expect("the scenario is right")
    }

    /// The mean p95 of the wait of the last class, and the mean share of its jobs that are lost.
    fn truth(&self, servers: u32) -> (f64, f64) {
        let System::Servers(classes) = &self.system else { unreachable!("no wait of it ends") };
        let queue = Queue { servers: servers as usize, classes: classes.to_vec() };
        let one = |number: u64| {
            let fates = queue.follow(&mut Draws(number << 32), self.horizon, f64::INFINITY);
            let fates = fates.last().expect("a class");
            let waits: Vec<f64> = fates
                .iter()
                .filter_map(|fate| if let Fate::Claimed(wait) = fate { Some(*wait) } else { None })
                .collect();
            let lost = 1.0 - waits.len() as f64 / fates.len() as f64;
            (quantile(&waits, 0.95).expect("some job is claimed"), lost)
        };
        // In the order of their numbers, so that the sum is the same on every machine.
        let runs: Vec<(f64, f64)> = (0..TRUTH_RUNS).into_par_iter().map(one).collect();
        let mean = |of: fn(&(f64, f64)) -> f64| runs.iter().map(of).sum::<f64>() / TRUTH_RUNS as f64;
        (mean(|run| run.0), mean(|run| run.1))
    }

    /// The conditions of a search.
    fn conditions(&self) -> Vec<String> {
        let action = self.action();
        let below = |seconds: f64| format!("{} < {:.0}us", self.of_waits("p95"), seconds * 1e6);
        match self.target {
            Target::MeanOfThree => vec![format!("{} < {SERVICE}s", self.of_waits("mean"))],
            Target::TrueValue(servers) => vec![below(self.truth(servers).0)],
            Target::TrueValueAndLost(servers) => {
                let (wait, lost) = self.truth(servers);
                vec![below(wait), format!("share(lost, {action}) < {:.4}%", lost * 100.0)]
            }
            Target::Seconds(seconds, _) => vec![below(seconds)],
        }
    }

    fn target_in_words(&self) -> String {
        let action = self.action();
        match self.target {
            Target::MeanOfThree => format!("{} < true value of one server", self.of_waits("mean")),
            Target::TrueValue(servers) => format!("p95(wait, {action}) < true value of {servers} servers"),
            Target::TrueValueAndLost(servers) => {
                format!("p95(wait, {action}) and share(lost, {action}) < true values of {servers} servers")
            }
            Target::Seconds(seconds, _) => format!("p95(wait, {action}) < {seconds} s"),
        }
    }

    /// Whether a number of servers does not keep the target with room to spare, and whether it does
    /// not break it.
    fn errors(&self, servers: u32) -> [bool; 2] {
        match self.target {
            Target::TrueValue(own) | Target::TrueValueAndLost(own) => [servers <= own, servers >= own],
            // Two servers need a sixth of it.
            Target::MeanOfThree => [servers <= 1, servers >= 1],
            Target::Seconds(_, most) if most == *SERVERS.end() => [true, true],
            Target::Seconds(_, most) => [servers <= most, servers > most],
        }
    }

    /// Whether a search should find an answer.
    pub fn is_answered(&self) -> bool {
        (*SERVERS.start()..=*SERVERS.end()).any(|servers| !self.errors(servers)[0]) && self.cooldown.is_none()
    }

    /// The counts of trials with these numbers.
    pub fn count(&self, trials: Range<u64>) -> Counts {
        let conditions = self.conditions();
        let one = |number: u64| {
            let search = self.search(&conditions, number);
            let equal = self.compare(number, 1.0);
            let slower = self.compare(number, SLOWER);
            [search, equal, slower].concat()
        };
        let mut counts = Counts::default();
        for trial in trials.into_par_iter().map(one).collect::<Vec<_>>() {
            for (count, [error, undecided]) in counts.iter_mut().zip(trial) {
                count[0] += u64::from(error);
                count[1] += u64::from(undecided);
            }
        }
        counts
    }

    /// Whether a search errs, and whether it has no answer: with "met", then with "not met".
    fn search(&self, conditions: &[String], seed: u64) -> Vec<[bool; 2]> {
        let vary = format!("worker.server.count={}..{}", SERVERS.start(), SERVERS.end());
        let grid = Grid::parse(&[vary], &[]).expect("a range");
        let design = |point: GridPoint| {
            let servers: u32 = point.settings[0].1.parse().expect("a number");
            Design {
                steps: grid.steps(point.number),
                point,
                cost: f64::from(servers),
                scenario: self.scenario(servers, 1.0, seed),
                overload: None,
                is_likely_infeasible: false,
            }
        };
        let designs: Vec<Design> = grid.points().into_iter().map(design).collect();
        let targets = Targets {
            loss_window: None,
            conditions: conditions.iter().map(|text| text.parse().expect("a condition")).collect(),
            level: LEVEL,
            looks: InterimLooks::doubling(LOOKS.0, LOOKS.1),
            supply_axes: vec![true],
            measured_cost: None,
        };
        let silent = |_: usize, _: u32| -> Box<dyn Progress> { Box::new(()) };
        let Sizing { evaluated, answer, .. } = size(&designs, &targets, &silent).expect("the targets are right");
        let has = |status: BoundStatus, error: usize| {
            let with = evaluated.iter().filter(|design| design.status == status);
            with.map(|design| designs[design.design].cost as u32).any(|servers| self.errors(servers)[error])
        };
        vec![[has(BoundStatus::Kept, 0), answer.is_none()], [has(BoundStatus::Broken, 1), answer.is_none()]]
    }

    /// Whether a comparison with other seeds errs, and whether it is undecided: with its verdicts,
    /// then with a gate that fails and one that passes.
    fn compare(&self, number: u64, factor: f64) -> Vec<[bool; 2]> {
        let alternative = |name: &str, factor: f64, seed: u64| Alternative {
            name: name.to_owned(),
            scenario: self.scenario(self.compared, factor, seed),
        };
        let alternatives = [alternative("baseline", 1.0, 2 * number), alternative("contender", factor, 2 * number + 1)];
        let is_equal = factor == 1.0;
        let judged =
            if is_equal { vec![self.of_waits("mean"), self.of_waits("p95")] } else { vec![self.of_waits("p95")] };
        let gate = if is_equal { self.of_waits("p95") + " <= +0%" } else { self.of_waits("mean") + " <= +10%" };
        let mut gates = vec![gate];
        if matches!(self.target, Target::TrueValueAndLost(_)) {
            // Always kept; it makes verdicts on the waits of the others possible.
            gates.push(format!("share(lost, {}) <= 100%", self.action()));
        }
        let criteria = ComparisonCriteria {
            baseline: 0,
            judged: judged.iter().map(|text| text.parse().expect("a quantity")).collect(),
            margin: (!is_equal).then(|| "±10%".parse().expect("a margin")),
            gates: gates.iter().map(|text| text.parse().expect("a condition")).collect(),
            level: LEVEL,
            looks: InterimLooks::doubling(LOOKS.0, LOOKS.1),
            awaits_judged: true,
        };
        let mut comparison = SequentialComparison::new(&alternatives, &criteria).expect("both have the quantities");
        while comparison.next_replications().is_some() {
            comparison.look(&());
        }
        let comparison = comparison.finish();
        let verdicts: Vec<Verdict> = comparison.judged().map(|(_, test)| test.verdict).collect();
        let errors: &[Verdict] = if is_equal { &[Verdict::Better, Verdict::Worse] } else { &[Verdict::Equivalent] };
        let is_open = |verdict: &Verdict| matches!(verdict, Verdict::Undecided | Verdict::NoDifferenceShown);
        let judged = [verdicts.iter().any(|verdict| errors.contains(verdict)), verdicts.iter().all(is_open)];
        let gate = |status: BoundStatus| [gate_is(&comparison, status), gate_is(&comparison, BoundStatus::Undecided)];
        vec![judged, gate(BoundStatus::Broken), gate(BoundStatus::Kept)]
    }
}

fn gate_is(comparison: &Comparison, status: BoundStatus) -> bool {
    comparison.gate_status() == Some(status)
}

fn main() -> io::Result<()> {
    let mut out = io::stdout().lock();
    writeln!(out, "system,command,asked,error,trials,errors,undecided,level")?;
    let wanted = std::env::args().nth(1).unwrap_or_default();
    for kind in KINDS.into_iter().filter(|kind| kind.name.starts_with(&wanted)) {
        for (event, [errors, undecided]) in EVENTS.iter().zip(kind.count(0..kind.trials())) {
            let [command, asked, error] = event.words(&kind);
            writeln!(
                out,
                "{},{command},\"{asked}\",{error},{},{errors},{undecided},{LEVEL}",
                kind.name,
                kind.trials()
            )?;
        }
    }
    Ok(())
}
