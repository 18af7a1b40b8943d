//! `claimsim diff`: simulates two finished runs again, side by side, and says where they part.

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::{Path, PathBuf};

use clap::Args;

use super::copies::{Copies, changes};
use super::folder::read_manifest;
use super::manner::pool;
use super::progress::Bar;
use super::verdict::{Failure, print, say};
use crate::experiment::diff;
use crate::report::diff::{DiffReport, SettingDifference};
use crate::report::manifest::Manifest;
use crate::scenario::{Scenario, key_values};

/// Compare two finished runs, and name the first claim, or whatever it is, at which they part
///
/// Simulates both again, from their manifests and copies of inputs, and compares what happens instant by instant. At the first difference it stops and
/// says when it is, and of what kind: inputs (jobs, workers, crons, faults), a decision (the same inputs, but another claim: which job each
/// policy took and why, what else waited, and what was free) or an outcome (the same claims, but a job ends otherwise). Says too in which
/// options and keys of the scenario the runs differ. Jobs are the same if they arrive as the same, also where their numbers differ.
///
/// Exit code 0 if the runs are the same up to the horizon of the shorter one, 1 if they part.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Diff {
    /// The folder that `claimsim run` left, called A in what is printed
    run: PathBuf,

    /// The folder of the other run, called B
    other: PathBuf,

    /// Compare this replication only, from 0 [default: all that both runs have; the first that parts is shown]
    #[arg(long, value_name = "N")]
    replication: Option<u32>,

    /// How many replications are compared at once; the result is the same [default: the number of cores]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    threads: Option<u16>,

    /// Print nothing but errors: the exit code says it all
    #[arg(long, short, conflicts_with = "json")]
    quiet: bool,

    /// Print one JSON document, and nothing else, on standard output
    #[arg(long)]
    json: bool,
}

const EXAMPLES: &str = "Examples:
  claimsim run scenarios/image-scan.toml --out results/one
  claimsim run scenarios/image-scan.toml --policy shortest-first --out results/other
  claimsim diff results/one results/other
  claimsim diff results/one results/other --replication 3 --json";

/// A run as its folder has it.
struct Run {
    manifest: Manifest,
    text: String,
    scenario: Scenario,
}

impl Run {
    fn read(folder: &Path) -> Result<Run, Failure> {
        let manifest = read_manifest(folder)?;
        if manifest.command != "run" {
            let (folder, command) = (folder.display(), &manifest.command);
            let why = format!("{folder} was left by `claimsim {command}`; diff compares what `claimsim run` has left");
            return Err(Failure::Input(why));
        }
        let copies = Copies::of_run(folder, &manifest)?;
        let scenario = copies.load_run(&manifest)?.scenario;
        Ok(Run { manifest, text: copies.scenario, scenario })
    }
}

impl Diff {
    pub(super) fn execute(self) -> Result<(), Failure> {
        let runs = [Run::read(&self.run)?, Run::read(&self.other)?];
        let pair = runs.each_ref().map(|run| &run.scenario);
        let replications = self.replications(pair)?;
        if !self.quiet {
            self.say_versions(&runs);
        }
        let pool = pool(self.threads)?;
        let bar = Bar::new(replications.len() as u32, self.quiet);
        let diff = pool.install(|| diff::diff(pair, replications, &bar));
        drop(bar);
        let names = [&self.run, &self.other].map(|folder| folder.display().to_string());
        let report = DiffReport {
            runs: names.each_ref().map(String::as_str),
            epoch: runs[0].scenario.epoch,
            settings: &differing(&runs),
            diff: &diff,
        };
        if self.json {
            print(&(serde_json::to_string_pretty(&report.json()).map_err(anyhow::Error::from)? + "\n"))?;
        } else if !self.quiet {
            print(&report.text())?;
        }
        if diff.first.is_none() { Ok(()) } else { Err(Failure::Differs) }
    }

    /// Those that are asked for, which both must have.
    fn replications(&self, pair: [&Scenario; 2]) -> Result<Range<u32>, Failure> {
        let both = pair[0].replications.min(pair[1].replications);
        match self.replication {
            None => Ok(0..both),
            Some(replication) if replication < both => Ok(replication..replication + 1),
            Some(replication) => Err(Failure::Input(format!(
                "--replication: there is no replication {replication} in both runs; they have {both}, counted from 0"
            ))),
        }
    }

    fn say_versions(&self, runs: &[Run; 2]) {
        let version = env!("CARGO_PKG_VERSION");
        for (folder, run) in [&self.run, &self.other].into_iter().zip(runs) {
            let made_by = &run.manifest.claimsim;
            if made_by != version {
                let folder = folder.display();
                say(&format!(
                    "note: {folder} was made by claimsim {made_by}; what is compared is what {version} makes of it"
                ));
            }
        }
    }
}

/// Keys of which is said elsewhere what they come to, with all options applied; and what every claim rule is unless it says otherwise.
fn is_said_elsewhere((key, value): &(String, String)) -> bool {
    let is_policy = key == "claim.policy" || key.starts_with("claim.policy.");
    is_policy || ["name", "seed", "replications"].contains(&key.as_str()) || key == "claim" && value == "registry"
}

/// What a run was made from, name by name: options, keys of the scenario, and files.
fn made_from(Run { manifest, text, scenario }: &Run) -> Vec<(String, String)> {
    let whole = [
        ("claimsim", manifest.claimsim.clone()),
        ("scenario", scenario.name.clone()),
        ("policy", scenario.policy_label.clone()),
        ("seed", scenario.seed.to_string()),
        ("replications", scenario.replications.to_string()),
    ];
    let keys = key_values(text, &changes(manifest)).into_iter().filter(|setting| !is_said_elsewhere(setting));
    let digest = |digest: &str| digest.chars().take(12).collect();
    let files = manifest.inputs.iter().map(|input| (format!("file {}", input.name), digest(&input.sha256)));
    whole.map(|(name, value)| (name.to_owned(), value)).into_iter().chain(keys).chain(files).collect()
}

/// What two runs were made from and is not the same.
fn differing(runs: &[Run; 2]) -> Vec<SettingDifference> {
    let sides = runs.each_ref().map(made_from);
    let values = sides.each_ref().map(|side| side.iter().cloned().collect::<BTreeMap<String, String>>());
    let names = sides[0].iter().chain(sides[1].iter().filter(|(name, _)| !values[0].contains_key(name)));
    let both = names.map(|(name, _)| SettingDifference {
        name: name.clone(),
        values: values.each_ref().map(|values| values.get(name).cloned()),
    });
    both.filter(|setting| setting.values[0] != setting.values[1]).collect()
}
