//! `claimsim sweep`: a scenario at every point of a grid of its keys, or a little to both sides of each of its parameters.

mod nudges;
mod points;
mod produce;
mod questions;
mod store;

use std::path::{Path, PathBuf};

use clap::Args;

use super::copies::Copies;
use super::files::ScenarioFile;
use super::folder::Folder;
use super::given::Given;
use super::manner::Manner;
use super::order::Order;
use super::policy::PolicyParser;
use super::verdict::{Failure, print, say};
use crate::report::manifest::{Manifest, Options};
use produce::{Prepared, Produced, produce};
use store::Store;

/// Run a scenario for every combination of values of some of its keys: one table, and charts
///
/// All points see the same jobs, as far as they ask for the same (common random numbers): differences between them are differences
/// of the systems. Finished points are kept until the sweep is complete; if it is interrupted, the same command goes on where it stopped.
///
/// With --elasticity every parameter that the scenario sets is moved by 1 % to both sides instead, counts by one. The effect on a
/// measure is given in percent for 1 % more of the parameter. 1 means in proportion: twice the service time, twice the measure. 0 means
/// that it does not matter. -3 means that 1 % more makes it 3 % less; near saturation waits have effects of 10 and more.
#[derive(Debug, Args)]
#[command(after_long_help = EXAMPLES)]
pub(super) struct Sweep {
    /// The scenario file (TOML)
    scenario: PathBuf,

    /// A scenario key and its values; several make a grid. Values are listed (2,4,8), or a range: LO..HI (whole numbers), LO..HI:STEP,
    /// LO..HI:xFACTOR, LO..HI:linN (N values, evenly) or LO..HI:logN (each the same number of times the last); numbers have units as in
    /// scenarios. KEY+KEY=VALUES gives several keys the same value
    #[arg(long, value_name = "KEY=VALUES", allow_hyphen_values = true)]
    vary: Vec<String>,

    /// A key that walks together with those of the other --zip: first values with first, second with second, and so on
    #[arg(long, value_name = "KEY=VALUES", allow_hyphen_values = true)]
    zip: Vec<String>,

    /// Move every parameter of the scenario to both sides instead, and say what 1 % more of it does
    #[arg(long, conflicts_with_all = ["vary", "zip"])]
    elasticity: bool,

    /// By how much --elasticity moves parameters, but for counts, which go by one
    /// [default: 1%]
    #[arg(long, value_name = "PERCENT", requires = "elasticity")]
    step: Option<String>,

    /// What is printed and drawn, such as 'p95(wait, scan)', 'share(wait < 1m)' or 'utilization(scan)'; may be given several times
    /// [default: mean(wait), p95(wait) and the utilization of resources]
    #[arg(long, value_name = "QUANTITY")]
    show: Vec<String>,

    /// Where to leave the files; an earlier run there is replaced, anything else is left alone
    /// [default: results/NAME-sweep, or results/NAME-elasticity]
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,

    /// The seed of all random streams, at all points [default: the scenario's]
    #[arg(long)]
    seed: Option<u64>,

    /// How many replications of each point [default: the scenario's]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    replications: Option<u32>,

    /// The claim policy, with parameters as in 'reserve-after(patience=10m)' [default: the scenario's]
    #[arg(long, value_parser = PolicyParser, hide_possible_values = true)]
    policy: Option<String>,

    /// Set a scenario key by its dotted path, at all points; may be given several times
    #[arg(long, value_name = "KEY=VALUE")]
    set: Vec<String>,

    #[command(flatten)]
    manner: Manner,
}

const EXAMPLES: &str = "Examples:
  claimsim sweep scenarios/push-burst.toml --vary worker.replica.count=4..8
  claimsim sweep scenarios/mixed-pool.toml --vary worker.small.count=2..8:x2 --vary worker.large.count=1..3 --show 'p95(wait, scan_large)'
  claimsim sweep scenarios/whole-workers.toml --vary claim.policy=first-fit,strict-fifo,easy-backfill --show 'p95(wait, rebuild)'
  claimsim sweep scenarios/mmc.toml --elasticity";

impl Sweep {
    pub(super) fn execute(self) -> Result<(), Failure> {
        if self.vary.is_empty() && self.zip.is_empty() && !self.elasticity {
            return Err(Failure::Input(
                "there is nothing to sweep over; add --vary KEY=VALUES, such as --vary worker.replica.count=1..8, or --elasticity"
                    .to_owned(),
            ));
        }
        let file = ScenarioFile::read(&self.scenario)?;
        let given = Given::read(file);
        let order = Order {
            given: &given,
            options: self.options(),
            seed: self.seed,
            threads: self.manner.threads,
            quiet: self.manner.quiet,
        };
        let mut prepared = Prepared::new(&order)?;
        if !self.manner.quiet {
            prepared.points.say_remarks();
        }
        let target = self.target(&prepared);
        // Whether it can stand there is seen before anything runs, and once more at the end.
        drop(Folder::begin(&target)?);
        let store = Store::beside(&target, &prepared.draft(&order));
        let mut done = store.done(prepared.points.trials.len());
        done.retain(|_, measured| prepared.fits(measured));
        if !done.is_empty() && !self.manner.quiet {
            say(&format!("goes on: {} of {} points were done", done.len(), prepared.points.trials.len()));
        }
        let measured = prepared.simulate(&order, done, &|point, measured| store.keep(point, measured))?;
        let folder = Folder::begin(&target)?;
        let produced = produce(&order, &prepared, measured, folder.path())?;
        folder.commit()?;
        store.clear();
        self.tell(&prepared, &produced, &target)
    }

    fn options(&self) -> Options {
        Options {
            vary: self.vary.clone(),
            zip: self.zip.clone(),
            elasticity: self.elasticity,
            step: self.step.clone(),
            show: self.show.clone(),
            policy: self.policy.iter().cloned().collect(),
            replications: self.replications,
            set: self.set.clone(),
            ..Options::default()
        }
    }

    fn target(&self, prepared: &Prepared) -> PathBuf {
        let kind = if self.elasticity { "elasticity" } else { "sweep" };
        let usual = || PathBuf::from("results").join(format!("{}-{kind}", prepared.points.title));
        self.out.clone().unwrap_or_else(usual)
    }

    fn tell(&self, prepared: &Prepared, produced: &Produced, target: &Path) -> Result<(), Failure> {
        let (document, table) = if let Some(swept) = prepared.swept(produced) {
            (swept.json(), swept.text())
        } else {
            let elasticity = prepared.elasticity(produced);
            (elasticity.json(), elasticity.text())
        };
        if self.manner.json {
            print(&(serde_json::to_string_pretty(&document).map_err(anyhow::Error::from)? + "\n"))
        } else if self.manner.quiet {
            Ok(())
        } else {
            print(&format!("{table}Table, charts and manifest are in {}\n", target.display()))
        }
    }
}

/// Makes a sweep again from its folder, in another one; gives the manifest that it leaves there.
pub(super) fn again(
    run: &Path,
    manifest: &Manifest,
    into: &Path,
    threads: Option<u16>,
    quiet: bool,
) -> Result<Manifest, Failure> {
    let copies = Copies::of_run(run, manifest)?;
    let given = Given::copied(&manifest.scenario.name, copies, None);
    let order = Order { given: &given, options: manifest.options.clone(), seed: Some(manifest.seed), threads, quiet };
    let mut prepared = Prepared::new(&order)?;
    let measured = prepared.simulate(&order, std::collections::BTreeMap::new(), &|_, _| {})?;
    Ok(produce(&order, &prepared, measured, into)?.manifest)
}
