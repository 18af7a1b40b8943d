//! `claimsim size`: the cheapest setting that meets targets, with the runs that prove it.

mod prepare;
mod produce;

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
use crate::report::sizing::SizingReport;
use prepare::Prepared;
use produce::produce;

/// Find the cheapest setting that meets targets: how many workers, of which kind, for a wait of at most so much
///
/// Settings are simulated on the same jobs, each until it is shown to meet all targets or not, or --max-replications is reached; whatever is cheaper than the answer is
/// simulated as well. The chance that any setting is called met that is not is at most --level.
///
/// Exit codes: 0 a setting meets the targets; 1 none in the range does, or a write failed; 2 wrong usage or input; 3 none is shown to, but some are undecided.
#[derive(Debug, Args)]
#[command(after_long_help = EXAMPLES)]
pub(super) struct Size {
    /// The scenario file (TOML)
    scenario: PathBuf,

    /// A key and the values among which to look: KEY=1..8, KEY=1,2,4, KEY=LO..HI:STEP, KEY=LO..HI:xFACTOR; several are combined
    #[arg(long, value_name = "KEY=VALUES", required_unless_present = "zip")]
    vary: Vec<String>,

    /// A key that walks together with the other --zip keys, value by value
    #[arg(long, value_name = "KEY=VALUES")]
    zip: Vec<String>,

    /// A target, such as 'p95(wait, scan) < 5m', 'share(wait < 1m) >= 99%', 'utilization(scan) < 85%' or 'drain < 6h'; all have to be met.
    /// `claimsim list measures` has the words
    #[arg(long, value_name = "CONDITION", required = true)]
    meet: Vec<String>,

    /// What something costs: worker.GROUP=1.0/h for each worker, worker.GROUP.capacity.RESOURCE=0.2/h for each unit on each worker, KEY=PRICE for
    /// any other number
    /// [default: each worker or unit whose number varies costs 1]
    #[arg(long, value_name = "KEY=PRICE")]
    cost: Vec<String>,

    /// Meet the targets also when a worker of this group dies at the worst instant of the run and is out for so long [default duration: 1h]
    #[arg(long, value_name = "GROUP[:DURATION]")]
    lose: Option<String>,

    /// The chance, at most, that any setting is called met that is not
    /// [default: 0.05]
    #[arg(long, value_name = "SHARE", value_parser = super::plan::level)]
    level: Option<String>,

    /// How many replications before the first look at a setting [default: the scenario's, at least 10]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    replications: Option<u32>,

    /// The most replications of a setting; looks are taken at the first number, twice, four times it, and so on
    /// [default: 640]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    max_replications: Option<u32>,

    /// The seed of all random streams, for all settings [default: the scenario's]
    #[arg(long)]
    seed: Option<u64>,

    /// The claim policy, with parameters as in 'reserve-after(patience=10m)' [default: the scenario's]
    #[arg(long, value_parser = PolicyParser, hide_possible_values = true)]
    policy: Option<String>,

    /// Set a scenario key by its dotted path, for all settings; may be given several times
    #[arg(long, value_name = "KEY=VALUE")]
    set: Vec<String>,

    /// Where to leave the files; an earlier run there is replaced, anything else is left alone
    /// [default: results/NAME-size]
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,

    #[command(flatten)]
    manner: Manner,
}

const EXAMPLES: &str = "Examples:
  claimsim size scenarios/registry-week.toml --vary worker.replica.count=1..8 --meet 'p95(wait, scan_check_single) < 5m'
  claimsim size scenarios/registry-week.toml --vary worker.replica.count=1..8 --meet 'p95(wait) < 5m' --lose replica:2h
  claimsim size scenarios/backlog-drain.toml --vary worker.replica.count=2..12 --meet 'drain < 6h' --cost worker.replica=1.0/h
  claimsim size scenarios/mixed-pool.toml --vary worker.small.count=1..8 --vary worker.big.count=0..4 --cost worker.small=1/h \\
    --cost worker.big=3.5/h --meet 'p95(wait) < 2m' --meet 'share(wait < 1m) >= 90%'";

impl Size {
    pub(super) fn execute(self) -> Result<(), Failure> {
        let given = Given::read(ScenarioFile::read(&self.scenario)?);
        let order = Order {
            given: &given,
            options: self.options(),
            seed: self.seed,
            threads: self.manner.threads,
            quiet: self.manner.quiet,
        };
        let prepared = Prepared::new(&order)?;
        if !self.manner.quiet {
            prepared.brought.say(usize::MAX);
        }
        let target =
            self.out.clone().unwrap_or_else(|| PathBuf::from("results").join(format!("{}-size", prepared.title)));
        let folder = Folder::begin(&target)?;
        let (found, _) = produce(&order, &prepared, folder.path())?;
        folder.commit()?;
        self.tell(&found.study(&prepared), &target)
    }

    fn options(&self) -> Options {
        Options {
            policy: self.policy.iter().cloned().collect(),
            vary: self.vary.clone(),
            zip: self.zip.clone(),
            meet: self.meet.clone(),
            cost: self.cost.clone(),
            lose: self.lose.clone(),
            level: self.level.clone(),
            replications: self.replications,
            max_replications: self.max_replications,
            set: self.set.clone(),
            ..Options::default()
        }
    }

    /// Prints what has come of it; whether there is an answer decides the exit code, also where nobody reads what is printed.
    fn tell(&self, study: &SizingReport, target: &Path) -> Result<(), Failure> {
        let printed = self.print(study, target);
        if study.sizing.answer.is_some() {
            return printed;
        }
        if self.manner.quiet {
            for line in study.answer(study.sizing) {
                say(&line);
            }
        }
        Err(Failure::Gate { broken: study.is_infeasible() })
    }

    fn print(&self, study: &SizingReport, target: &Path) -> Result<(), Failure> {
        if self.manner.json {
            let document = serde_json::to_string_pretty(&study.json());
            return print(&(document.map_err(anyhow::Error::from)? + "\n"));
        }
        if self.manner.quiet {
            return Ok(());
        }
        let place = format!("Tables, charts and manifest are in {}", target.display());
        print(&study.text(&self.proof(study), &place))
    }

    /// The commands that run the answer and the next cheaper setting whole, with all their tables and charts.
    fn proof(&self, study: &SizingReport) -> Vec<String> {
        if study.lost.is_some() {
            return Vec::new();
        }
        let sizing = study.sizing;
        let places = sizing.answer.into_iter().chain(sizing.next_cheaper());
        let command = |place: usize| {
            let tried = &sizing.evaluated[place];
            let mut words = vec!["claimsim run".to_owned(), quoted(&self.scenario.display().to_string())];
            words.extend(self.policy.iter().map(|policy| format!("--policy {}", quoted(policy))));
            words.extend(self.set.iter().map(|set| format!("--set {}", quoted(set))));
            let settings = &study.settings[tried.design].point.settings;
            words.extend(settings.iter().map(|(key, value)| format!("--set {}", quoted(&format!("{key}={value}")))));
            words.extend(self.seed.map(|seed| format!("--seed {seed}")));
            words.push(format!("--replications {}", tried.results.replications.len()));
            words.join(" ")
        };
        places.map(command).collect()
    }
}

/// A word as a shell takes it.
fn quoted(word: &str) -> String {
    let is_plain = word.chars().all(|c| c.is_ascii_alphanumeric() || "_-./=:,+".contains(c));
    if is_plain { word.to_owned() } else { format!("'{}'", word.replace('\'', r"'\''")) }
}

/// Makes a search again from its folder, in another one; gives the manifest that it leaves there.
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
    Ok(produce(&order, &Prepared::new(&order)?, into)?.1)
}
