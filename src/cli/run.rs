//! `claimsim run`: simulates a scenario, prints its summary, and leaves tables and charts.

use std::path::{Path, PathBuf};

use clap::Args;

use super::extend::{Earlier, Finished};
use super::files::{ScenarioFile, overrides, say_outlook, say_remarks};
use super::folder::Folder;
use super::manner::Manner;
use super::plan::plan;
use super::policy::PolicyParser;
use super::produce::{Order, Produced, apply, context, produce};
use super::verdict::{Failure, print, say};
use crate::experiment::feasibility;
use crate::experiment::{PrecisionStatus, Results, StoppingRule};
use crate::report::manifest::Options;
use crate::report::run::{RunReport, precision};
use crate::report::{Charset, RunContext};
use crate::scenario::LoadedScenario;

/// Simulate a scenario: prints a summary and leaves tables, charts and a manifest in a folder
#[derive(Debug, Args)]
pub(super) struct Run {
    /// The scenario file (TOML)
    #[arg(required_unless_present = "extend")]
    scenario: Option<PathBuf>,

    /// Go on with a finished run instead of a scenario: adds replications, up to --replications or a --precision, without running
    /// the old ones again, and leaves what one longer run would have left
    #[arg(long, value_name = "DIR", conflicts_with_all = ["scenario", "seed", "policy", "set", "jobs"])]
    extend: Option<PathBuf>,

    /// Where to leave the files; an earlier run there is replaced, anything else is left alone
    /// [default: results/NAME]
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,

    /// The seed of all random streams [default: the scenario's]
    #[arg(long)]
    seed: Option<u64>,

    /// How many replications; with --precision, how many before it is first seen whether more are needed
    /// [default: the scenario's; with --precision at least 30]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    replications: Option<u32>,

    /// Add replications until the 95 % interval of a quantity is as narrow as this, such as 'mean(wait) ±5%' or
    /// 'p95(wait, scan) ±10s'; may be given several times
    #[arg(long, value_name = "QUANTITY ±MARGIN")]
    precision: Vec<String>,

    /// The most replications that --precision may take [default: 1000]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    max_replications: Option<u32>,
    /// Intervals from batch means: cut one long run into so many batches (10 to 1000; 20 or 30 are usual). Needs one replication. Where
    /// batches are correlated there is no interval
    #[arg(long, value_name = "K", value_parser = clap::value_parser!(u32).range(10..=1000), conflicts_with_all = ["jobs", "precision", "extend"])]
    batches: Option<u32>,

    /// The claim policy, with parameters as in 'reserve-after(patience=10m)' [default: the scenario's]
    #[arg(long, value_parser = PolicyParser, hide_possible_values = true)]
    policy: Option<String>,

    /// Set a scenario key by its dotted path, over the file's value; may be given several times
    #[arg(long, value_name = "KEY=VALUE")]
    set: Vec<String>,

    /// Leave jobs.csv too: one row for each attempt of each job
    #[arg(long)]
    jobs: bool,

    #[command(flatten)]
    manner: Manner,
}

/// What is to be run, and whence it comes.
struct Given {
    text: String,
    loaded: LoadedScenario,
    options: Options,
    earlier: Option<Earlier>,
}

impl Run {
    pub(super) fn execute(self) -> Result<(), Failure> {
        let Given { text, loaded, options, earlier } = self.given()?;
        if !self.manner.quiet {
            say_remarks(&loaded);
        }
        let LoadedScenario { mut scenario, inputs, notes, .. } = loaded;
        let plan = plan(&options, &scenario)?;
        check_batches(&options, scenario.replications)?;
        let default = self.extend.clone().unwrap_or_else(|| PathBuf::from("results").join(&scenario.name));
        let target = self.out.clone().unwrap_or(default);
        if let Some(there) =
            earlier.as_ref().map(|earlier| &earlier.outcomes).filter(|there| plan.next_count(there).is_none())
        {
            return self.tell_enough(&plan.status(there), there.len());
        }
        if !self.manner.quiet {
            say_outlook(self.place(), &scenario, &feasibility::analyze(&scenario));
        }
        let folder = Folder::begin(&target)?;
        let (quiet, threads) = (self.manner.quiet, self.manner.threads);
        let order = Order {
            scenario: &mut scenario,
            text: &text,
            inputs: &inputs,
            notes: &notes,
            options,
            plan: &plan,
            earlier,
            threads,
            quiet,
        };
        let Produced { results, warm_up, remarks, .. } = produce(order, folder.path())?;
        folder.commit()?;
        for remark in remarks.iter().filter(|_| !self.manner.quiet) {
            say(&format!("warning: {remark}"));
        }
        self.tell(&context(&scenario, &results, warm_up.as_ref()), &results, &plan, &notes, &target)
    }

    /// Whence the scenario comes.
    fn place(&self) -> &Path {
        self.extend.as_ref().or(self.scenario.as_ref()).map_or(Path::new(""), PathBuf::as_path)
    }

    /// The scenario of a file, or that of a finished run.
    fn given(&self) -> Result<Given, Failure> {
        let options = self.options();
        if options.max_replications.is_some() && options.precision.is_empty() && self.extend.is_none() {
            return Err(Failure::Input(
                "--max-replications is the most that a --precision may take; write --replications for a fixed number"
                    .to_owned(),
            ));
        }
        if let Some(run) = &self.extend {
            let Finished { text, loaded, options, earlier } = Finished::read(run, &options)?;
            return Ok(Given { text, loaded, options, earlier: Some(earlier) });
        }
        let path = self.scenario.as_ref().expect("clap wants a scenario unless a run is extended");
        let file = ScenarioFile::read(path)?;
        let mut loaded = file.load_with(&overrides(&self.set, self.policy.as_deref()))?;
        apply(&options, self.seed, &mut loaded.scenario);
        Ok(Given { text: file.text, loaded, options, earlier: None })
    }

    fn options(&self) -> Options {
        Options {
            policy: self.policy.iter().cloned().collect(),
            replications: self.replications,
            precision: self.precision.clone(),
            max_replications: self.max_replications,
            batches: self.batches,
            set: self.set.clone(),
            jobs: self.jobs,
            ..Options::default()
        }
    }

    fn tell(
        &self,
        context: &RunContext,
        results: &Results,
        plan: &StoppingRule,
        notes: &[String],
        target: &Path,
    ) -> Result<(), Failure> {
        let reached = plan.status(&results.replications);
        if !self.manner.quiet && reached.iter().any(|reached| !reached.is_met) {
            say(&format!(
                "warning: {} replications do not reach the precision; --max-replications allows more",
                context.replications
            ));
        }
        if self.manner.json {
            let document = serde_json::to_string_pretty(&RunReport { context: *context, results, plan }.json(notes));
            return print(&(document.map_err(anyhow::Error::from)? + "\n"));
        }
        if self.manner.quiet {
            return Ok(());
        }
        let table = RunReport { context: *context, results, plan }.text(Charset::Utf8);
        let precision: String = precision::lines(&reached).into_iter().map(|line| line + "\n").collect();
        print(&format!("{table}{precision}Tables, charts and manifest are in {}\n", target.display()))
    }

    /// Says that a finished run needs no more replications.
    fn tell_enough(&self, reached: &[PrecisionStatus], there: usize) -> Result<(), Failure> {
        if self.manner.quiet || self.manner.json {
            return Ok(());
        }
        let precision: String = precision::lines(reached).into_iter().map(|line| line + "\n").collect();
        print(&format!("{precision}The {there} replications that there are say enough; nothing was added\n"))
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
