//! `claimsim run`: simulates a scenario, prints its summary, and leaves tables and charts.

use std::path::PathBuf;

use clap::Args;

use super::files::{ScenarioFile, overrides, say_remarks};
use super::folder::Folder;
use super::policy::PolicyParser;
use super::produce::{Order, Produced, apply, produce};
use super::progress::Bar;
use super::verdict::{Failure, print, say};
use crate::experiment::warmup::pilots;
use crate::report::manifest::Options;
use crate::report::{Context, json, table};
use crate::scenario::Loaded;

/// Simulate a scenario: prints a summary and leaves tables, charts and a manifest in a folder
#[derive(Debug, Args)]
pub(super) struct Run {
    /// The scenario file (TOML)
    scenario: PathBuf,

    /// Where to leave the files; an earlier run there is replaced, anything else is left alone
    /// [default: results/NAME]
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,

    /// The seed of all random streams [default: the scenario's]
    #[arg(long)]
    seed: Option<u64>,

    /// How many replications [default: the scenario's]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    replications: Option<u32>,

    /// Intervals from batch means: cut one long run into so many batches (10 to 1000; 20 or 30 are usual). Needs one replication. Where
    /// batches are correlated there is no interval
    #[arg(long, value_name = "K", value_parser = clap::value_parser!(u32).range(10..=1000), conflicts_with = "jobs")]
    batches: Option<u32>,

    /// The claim policy, with parameters as in 'reserve-after(patience=10m)' [default: the scenario's]
    #[arg(long, value_parser = PolicyParser, hide_possible_values = true)]
    policy: Option<String>,

    /// Set a scenario key by its dotted path, over the file's value; may be given several times
    #[arg(long, value_name = "KEY=VALUE")]
    set: Vec<String>,

    /// How many replications run at once; the results are the same [default: the number of cores]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    threads: Option<u16>,

    /// Leave jobs.csv too: one row for each attempt of each job
    #[arg(long)]
    jobs: bool,

    /// Print nothing but errors
    #[arg(long, short)]
    quiet: bool,

    /// Print the summary as a JSON document, and nothing else, on standard output
    #[arg(long)]
    json: bool,
}

impl Run {
    pub(super) fn execute(self) -> Result<(), Failure> {
        let file = ScenarioFile::read(&self.scenario)?;
        let loaded = file.load_with(&overrides(&self.set, self.policy.as_deref()))?;
        if !self.quiet {
            say_remarks(&loaded);
        }
        let Loaded { mut scenario, inputs, notes, .. } = loaded;
        let options = self.options();
        apply(&options, self.seed, &mut scenario);
        check_batches(&options, scenario.replications)?;

        let target = self.out.clone().unwrap_or_else(|| PathBuf::from("results").join(&scenario.name));
        let folder = Folder::begin(&target)?;
        let bar = Bar::new(scenario.replications + pilots(&scenario), self.quiet);
        let mut order = Order {
            scenario: &mut scenario,
            text: &file.text,
            inputs: &inputs,
            notes: &notes,
            options,
            threads: self.threads.map(usize::from),
        };
        let Produced { results, warm_up, remarks, .. } = produce(&mut order, folder.path(), &bar)?;
        drop(bar);
        folder.commit()?;

        for remark in remarks.iter().filter(|_| !self.quiet) {
            say(&format!("warning: {remark}"));
        }
        let context = Context { warm_up: warm_up.as_ref(), ..Context::of(&scenario) };
        if self.json {
            let document = serde_json::to_string_pretty(&json::summary(&context, &results, &notes));
            print(&(document.map_err(anyhow::Error::from)? + "\n"))
        } else if self.quiet {
            Ok(())
        } else {
            let table = table::summary(&context, &results, table::Charset::Utf8);
            print(&format!("{table}Tables, charts and manifest are in {}\n", target.display()))
        }
    }

    fn options(&self) -> Options {
        Options {
            policy: self.policy.iter().cloned().collect(),
            replications: self.replications,
            batches: self.batches,
            set: self.set.clone(),
            jobs: self.jobs,
            ..Options::default()
        }
    }
}

/// Batches take the place of replications.
fn check_batches(options: &Options, replications: u32) -> Result<(), Failure> {
    match options.batches {
        Some(batches) if replications > 1 => Err(Failure::Input(format!(
            "--batches {batches}: batches are those of one long run, and there are {replications} replications; say --replications 1, or leave \
             --batches out: {replications} replications make intervals by themselves"
        ))),
        _ => Ok(()),
    }
}
