//! `claimsim diff`: simulates two saved runs again, side by side, and shows where they diverge.

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::{Path, PathBuf};

use clap::Args;

use crate::args::ExecArgs;
use crate::exit::{CliError, ExitStatus};
use crate::experiment::diff;
use crate::inputs::ScenarioSource;
use crate::options::{Command, RunOptions};
use crate::report::diff::{DiffReport, SettingDifference};
use crate::run_dir::manifest::Manifest;
use crate::run_dir::read_manifest;
use crate::scenario::{Scenario, key_values};
use crate::study::VERSION;
use crate::term::{Bar, print, print_json, warn};

/// Compare two saved runs and show the first event at which they diverge
///
/// Simulates both runs again, from their manifests and copies of inputs, and compares their events
/// instant by instant. It stops at the first difference and shows its time and kind: inputs (jobs,
/// workers, crons, faults), a decision (the same inputs but another claim: the job that each policy
/// chose and why, the other waiting jobs, and the free capacity), or an outcome (the same claims,
/// but a job ends differently). It also lists the options and scenario keys in which the runs
/// differ. Jobs are matched by their arrival, even if their numbers differ.
///
/// Exit code 0 if the runs agree up to the horizon of the shorter one, 1 if they diverge.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Diff {
    /// The folder of the first run, called A in the output
    run: PathBuf,

    /// The folder of the second run, called B
    other: PathBuf,

    /// Compare only this replication, counted from 0 [default: all that both runs have; the first
    /// divergence is shown]
    #[arg(long, value_name = "N")]
    replication: Option<u32>,

    /// Print the result as one JSON document on standard output, and nothing else there
    #[arg(long, conflicts_with = "quiet")]
    json: bool,

    #[command(flatten)]
    exec: ExecArgs,
}

const EXAMPLES: &str = "\
Examples:
  claimsim run scenarios/image-scan.toml \\
    --out results/one
  claimsim run scenarios/image-scan.toml \\
    --policy shortest-first --out results/two
  claimsim diff results/one results/two
  claimsim diff results/one results/two \\
    --replication 1 --json";

/// A saved run.
struct SavedRun {
    manifest: Manifest,
    options: RunOptions,
    text: String,
    scenario: Scenario,
}

impl SavedRun {
    fn read(folder: &Path) -> Result<SavedRun, CliError> {
        let manifest = read_manifest(folder)?;
        let Command::Run(options) = manifest.command.clone() else {
            let (folder, command) = (folder.display(), manifest.command.name());
            let why = format!("{folder} was left by `claimsim {command}`; diff compares folders of `claimsim run`");
            return Err(CliError::Input(why));
        };
        let source = ScenarioSource::saved(folder, &manifest.scenario, &manifest.inputs)?;
        let mut scenario = source.load(&options.changes.overrides())?.scenario;
        scenario.seed = manifest.seed;
        scenario.replications = options.replications.unwrap_or(scenario.replications);
        Ok(SavedRun { manifest, options, text: source.text, scenario })
    }
}

impl Diff {
    pub(super) fn execute(self) -> Result<ExitStatus, CliError> {
        let runs = [SavedRun::read(&self.run)?, SavedRun::read(&self.other)?];
        let pair = runs.each_ref().map(|run| &run.scenario);
        let replications = self.replications(pair)?;
        if !self.exec.quiet {
            self.warn_of_versions(&runs);
        }
        let bar = Bar::new(replications.len() as u32, self.exec.quiet);
        let diff = self.exec.pool(replications.len() as u32)?.install(|| diff::diff(pair, replications, &bar));
        drop(bar);
        let names = [&self.run, &self.other].map(|folder| folder.display().to_string());
        let report = DiffReport {
            runs: names.each_ref().map(String::as_str),
            epoch: runs[0].scenario.epoch,
            settings: &differing(&runs),
            diff: &diff,
        };
        if self.json {
            print_json(&report.json())?;
        } else if !self.exec.quiet {
            print(&report.text())?;
        }
        Ok(if diff.first.is_none() { ExitStatus::Done } else { ExitStatus::Failed })
    }

    /// The replications to compare. Both runs must have them.
    fn replications(&self, pair: [&Scenario; 2]) -> Result<Range<u32>, CliError> {
        let both = pair[0].replications.min(pair[1].replications);
        match self.replication {
            None => Ok(0..both),
            Some(replication) if replication < both => Ok(replication..replication + 1),
            Some(replication) => Err(CliError::Input(format!(
                "--replication: there is no replication {replication} in both runs; the last is {}",
                both - 1
            ))),
        }
    }

    fn warn_of_versions(&self, runs: &[SavedRun; 2]) {
        for (folder, run) in [&self.run, &self.other].into_iter().zip(runs) {
            let made_by = &run.manifest.claimsim;
            if made_by != VERSION {
                let folder = folder.display();
                warn(&format!(
                    "note: {folder} was made by claimsim {made_by}; its simulation by {VERSION} is compared"
                ));
            }
        }
    }
}

/// Whether a key is listed elsewhere, with all options applied; or is the default of the claim
/// rule.
fn is_listed_elsewhere((key, value): &(String, String)) -> bool {
    let is_policy = key == "claim.policy" || key.starts_with("claim.policy.");
    is_policy || ["name", "seed", "replications"].contains(&key.as_str()) || key == "claim" && value == "registry"
}

/// What a run was made from, by name: options, keys of the scenario, and files.
fn ingredients(SavedRun { manifest, options, text, scenario }: &SavedRun) -> Vec<(String, String)> {
    let whole = [
        ("claimsim", manifest.claimsim.clone()),
        ("scenario", scenario.name.clone()),
        ("policy", scenario.policy_label.clone()),
        ("seed", scenario.seed.to_string()),
        ("replications", scenario.replications.to_string()),
    ];
    let keys =
        key_values(text, &options.changes.overrides()).into_iter().filter(|setting| !is_listed_elsewhere(setting));
    let digest = |digest: &str| digest.chars().take(12).collect();
    let files = manifest.inputs.iter().map(|input| (format!("file {}", input.name), digest(&input.sha256)));
    whole.map(|(name, value)| (name.to_owned(), value)).into_iter().chain(keys).chain(files).collect()
}

/// The ingredients in which two runs differ.
fn differing(runs: &[SavedRun; 2]) -> Vec<SettingDifference> {
    let sides = runs.each_ref().map(ingredients);
    let values = sides.each_ref().map(|side| side.iter().cloned().collect::<BTreeMap<String, String>>());
    let names = sides[0].iter().chain(sides[1].iter().filter(|(name, _)| !values[0].contains_key(name)));
    let both = names.map(|(name, _)| SettingDifference {
        name: name.clone(),
        values: values.each_ref().map(|values| values.get(name).cloned()),
    });
    both.filter(|setting| setting.values[0] != setting.values[1]).collect()
}
