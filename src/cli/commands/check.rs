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
use crate::report::Charset;
use crate::scenario::LoadedScenario;
use crate::term::{print, print_json, warn_rendered};

/// Check scenario files: all mistakes at once, and whether the workers can keep up; nothing is run
///
/// For each valid scenario, the check computes how much work arrives and how much the workers can
/// do, and warns of everything that is certain to go wrong. Warnings do not change the exit code.
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

    /// Print the analysis of valid scenarios as one JSON document on standard output, and nothing
    /// else there
    #[arg(long)]
    json: bool,
}

const EXAMPLES: &str = "\
Examples:
  claimsim check scenarios/*.toml
  claimsim check scenarios/mmc.toml \\
    --set worker.server.count=3";

impl Check {
    pub(super) fn execute(self) -> Result<(), CliError> {
        let (mut invalid, mut documents) = (0, Vec::new());
        for path in &self.scenarios {
            let source = ScenarioSource::open(path);
            match source.and_then(|source| Ok((source.load(&self.keys.overrides())?, source))) {
                // A file that cannot be read is the whole message.
                Err(error @ CliError::Input(_)) if self.scenarios.len() == 1 => return Err(error),
                Err(error) => {
                    warn_rendered(&error.to_string());
                    invalid += 1;
                }
                Ok((loaded, source)) => documents.extend(self.show(&source, loaded)?),
            }
        }
        if self.json {
            print_json(&json!({ "scenarios": documents }))?;
        }
        match (invalid, self.scenarios.len()) {
            (0, _) => Ok(()),
            (1, 1) => Err(CliError::Input("the scenario cannot be run".to_owned())),
            (invalid, all) => Err(CliError::Input(format!("{invalid} of {all} scenarios cannot be run"))),
        }
    }

    /// Prints the feasibility of a valid scenario, or returns it with `--json`.
    fn show(&self, source: &ScenarioSource, loaded: LoadedScenario) -> Result<Option<Value>, CliError> {
        if self.quiet && !self.json {
            return Ok(None);
        }
        let mut inputs = LoadedInputs::default();
        let scenario = inputs.extend(0, loaded);
        let outlook = feasibility::analyze(&scenario);
        if !self.quiet {
            inputs.print_warnings(usize::MAX);
            print_feasibility(&source.file, &scenario, &outlook);
        }
        if self.json {
            let mut document = report::feasibility::json(&scenario, &outlook);
            if let Some(notes) = document["notes"].as_array_mut() {
                notes.extend(inputs.notes.iter().map(|note| json!({ "title": note, "help": [] })));
            }
            return Ok(Some(document));
        }
        print(&format!("{}: can be run\n", source.file))?;
        print(&report::feasibility::text(&scenario.system, &outlook, Charset::Utf8))?;
        for note in report::feasibility::notes(&scenario, &outlook) {
            print(&format!("{}; {}\n", note.title, note.help.join("; ")))?;
        }
        Ok(None)
    }
}
