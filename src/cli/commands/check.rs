//! `claimsim check`: reports mistakes in scenario files and their feasibility, without running
//! anything.

use std::path::PathBuf;

use clap::Args;
use serde_json::{Value, json};

use crate::args::SetArgs;
use crate::exit::CliError;
use crate::experiment::feasibility;
use crate::inputs::{LoadedInputs, ScenarioSource, print_feasibility};
use crate::report;
use crate::scenario::LoadedScenario;
use crate::term::{print, print_json, print_report, warn_rendered};

/// Check scenario files: all mistakes at once, and whether the workers can keep up; nothing is run
///
/// For each valid scenario, the check computes how much work arrives and how much the workers can
/// do, and warns of everything that is certain to go wrong. Warnings do not change the exit code,
/// except with --strict.
///
/// Exit codes: 0 all scenarios can be run; 2 one cannot, or has a warning with --strict. A possible
/// deadlock counts as such a warning only if the parents that it takes are at most six standard
/// deviations above the mean number of running ones.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Check {
    /// The scenario files (TOML), or - for standard input
    #[arg(required = true)]
    scenarios: Vec<PathBuf>,

    #[command(flatten)]
    keys: SetArgs,

    /// Print only errors
    #[arg(long, short)]
    quiet: bool,

    /// Exit with code 2 if a scenario has a warning
    #[arg(long)]
    strict: bool,

    /// Print the analysis of valid scenarios as one JSON document on standard output, and nothing
    /// else there
    #[arg(long)]
    json: bool,
}

const EXAMPLES: &str = "\
Examples:
  claimsim check scenarios/*.toml
  claimsim check --strict scenarios/mmc.toml
  claimsim check scenarios/mmc.toml \\
    --set worker.server.count=3";

impl Check {
    pub(super) fn execute(self) -> Result<(), CliError> {
        let (mut invalid, mut warned, mut documents) = (0, 0, Vec::new());
        for path in &self.scenarios {
            let source = ScenarioSource::open(path);
            match source.and_then(|source| Ok((source.load(&self.keys.overrides())?, source))) {
                // A file that cannot be read is the whole message.
                Err(error @ CliError::Input(_)) if self.scenarios.len() == 1 => return Err(error),
                Err(error) => {
                    warn_rendered(&error.to_string());
                    invalid += 1;
                }
                Ok((loaded, source)) => {
                    let read = loaded.warnings.warnings();
                    let (document, found) = self.show(&source, loaded)?;
                    documents.extend(document);
                    warned += usize::from(self.strict && read + found > 0);
                }
            }
        }
        if self.json {
            print_json(&json!({ "scenarios": documents }))?;
        }
        match (invalid, self.scenarios.len()) {
            (0, 1) if warned > 0 => Err(CliError::Input("the scenario has warnings (--strict)".to_owned())),
            (0, all) if warned > 0 => {
                Err(CliError::Input(format!("{warned} of {all} scenarios have warnings (--strict)")))
            }
            (0, _) => Ok(()),
            (1, 1) => Err(CliError::Input("the scenario cannot be run".to_owned())),
            (invalid, all) => Err(CliError::Input(format!("{invalid} of {all} scenarios cannot be run"))),
        }
    }

    /// Prints the feasibility of a valid scenario, or returns it with `--json`; and the number of
    /// findings that count with `--strict`.
    fn show(&self, source: &ScenarioSource, loaded: LoadedScenario) -> Result<(Option<Value>, usize), CliError> {
        if self.quiet && !self.json && !self.strict {
            return Ok((None, 0));
        }
        let mut inputs = LoadedInputs::default();
        let scenario = inputs.extend(0, loaded);
        let outlook = feasibility::analyze(&scenario);
        let strict = outlook.findings.iter().filter(|finding| finding.is_strict()).count();
        if !self.quiet {
            inputs.print_warnings(usize::MAX);
            print_feasibility(&source.file, &scenario, &outlook);
        }
        if self.json {
            let mut document = report::feasibility::json(&scenario, &outlook);
            if let Some(notes) = document["notes"].as_array_mut() {
                notes.extend(inputs.notes.iter().map(|note| json!({ "title": note, "help": [] })));
            }
            return Ok((Some(document), strict));
        }
        if self.quiet {
            return Ok((None, strict));
        }
        print(&format!("{}: can be run\n", source.file))?;
        print(&report::feasibility::text(&scenario.system, &outlook))?;
        if scenario.load != 1.0 {
            let load = scenario.load;
            print(&format!("load = {load}: these are the figures with {load} times the arrivals that are written\n"))?;
        }
        for note in report::feasibility::notes(&scenario, &outlook) {
            print_report(&format!("{}; {}\n", note.title, note.help.join("; ")))?;
        }
        Ok((None, strict))
    }
}
