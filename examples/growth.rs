//! How often a queue is reported to grow at the horizon: a thousand runs of each shipped scenario,
//! which is stable, and of M/M/c queues at several loads.
//!
//! `cargo run --release --example growth` prints the table in `results/growth.csv`; a test repeats
//! a hundredth of it.

use std::fs;
use std::io::{self, Write as _};
use std::ops::Range;
use std::path::Path;

use claimsim::RelativeFiles;
use claimsim::internals::experiment::growth::QueueGrowth;
use claimsim::internals::experiment::replicate;
use claimsim::internals::experiment::warmup::find_warm_up;
use claimsim::internals::scenario::{self, Scenario};
use claimsim::internals::stats::Measurements;
use rayon::prelude::*;

/// The largest share of runs of a stable system in which growth is reported.
pub const MOST_FALSE_ALARMS: f64 = 0.02;

/// Replications of a run.
pub const REPLICATIONS: u32 = 5;

/// A system.
#[derive(Clone, Debug)]
pub struct Case {
    /// The file of a shipped scenario, or the load of an M/M/2 queue.
    pub name: String,
    /// Whether its queue grows.
    pub grows: bool,
    scenario: Scenario,
}

/// An M/M/2 queue that starts empty; services take a minute.
fn queue(load: f64) -> Case {
    let text = format!(
        r#"
        horizon = "1d"
        claim = {{ delay = "none" }}
        [worker.server]
        count = 2
        capacity = {{ slot = 1 }}
        [action.job]
        capacity = {{ slot = 1 }}
        arrival = {{ poisson = {{ rate = "{}/h" }} }}
        service = {{ exponential = {{ mean = "1m" }} }}
        "#,
        120.0 * load
    );
    let scenario = Scenario::parse(&text).expect("the scenario is right");
    Case { name: format!("M/M/2 at a load of {load}"), grows: load > 1.0, scenario }
}

/// All shipped scenarios by name, then the queues.
pub fn cases() -> Vec<Case> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folder = root.ancestors().map(|folder| folder.join("scenarios")).find(|folder| folder.is_dir());
    let folder = folder.expect("the shipped scenarios are there");
    let files = fs::read_dir(&folder).expect("it is a folder").map(|file| file.expect("a file").path());
    let mut files: Vec<_> =
        files.filter(|path| path.extension().is_some_and(|extension| extension == "toml")).collect();
    files.sort();
    let shipped = files.into_iter().map(|path| {
        let text = fs::read_to_string(&path).expect("it is text");
        let name = path.file_stem().expect("it has a name").to_string_lossy().into_owned();
        let loaded = scenario::load(&name, &text, &[], &RelativeFiles::below(folder.clone()));
        Case { name, grows: false, scenario: loaded.expect("the scenario is right").scenario }
    });
    shipped.chain([0.7, 0.9, 1.1, 1.5].map(queue)).collect()
}

impl Case {
    /// The number of runs, out of those with these seeds, in which growth is reported.
    pub fn count(&self, seeds: Range<u64>) -> u64 {
        let one = |seed: u64| {
            let mut scenario = Scenario { seed, ..self.scenario.clone() };
            find_warm_up(&mut scenario, &());
            let outcomes = replicate(&scenario, &Measurements::default(), 0..REPLICATIONS, &());
            u64::from(QueueGrowth::of_scenario(&scenario, &outcomes).is_some())
        };
        seeds.into_par_iter().map(one).sum()
    }
}

fn main() -> io::Result<()> {
    const RUNS: u64 = 1_000;
    let mut out = io::stdout().lock();
    writeln!(out, "system,grows,replications,runs,reported,share")?;
    for case in cases() {
        let count = case.count(0..RUNS);
        let (grows, share) = (if case.grows { "yes" } else { "no" }, count as f64 / RUNS as f64);
        writeln!(out, "{},{grows},{REPLICATIONS},{RUNS},{count},{share}", case.name)?;
    }
    Ok(())
}
