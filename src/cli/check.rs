//! `claimsim check`: says what is wrong with scenario files, and what work comes to which workers, without running anything.

use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::{Value, json};

use super::files::{ScenarioFile, say_outlook, say_remarks};
use super::verdict::{Failure, print, say};
use crate::experiment::feasibility;
use crate::report;
use crate::report::Charset;
use crate::scenario::LoadedScenario;

/// Check scenario files: all complaints at once, and the load of what they describe; nothing is run
///
/// A scenario that can be run is looked at: how much work comes, what the workers can do, whether they can keep up, and
/// what else will go wrong for sure. Warnings do not change the exit code.
#[derive(Debug, Args)]
pub(super) struct Check {
    /// The scenario files (TOML)
    #[arg(required = true)]
    scenarios: Vec<PathBuf>,

    /// Set a scenario key by its dotted path, over the file's value; may be given several times
    #[arg(long, value_name = "KEY=VALUE")]
    set: Vec<String>,

    /// Print nothing but errors
    #[arg(long, short)]
    quiet: bool,

    /// Print what is seen of scenarios that can be run as a JSON document, and nothing else, on standard output
    #[arg(long)]
    json: bool,
}

impl Check {
    pub(super) fn execute(self) -> Result<(), Failure> {
        let (mut wrong, mut seen) = (0, Vec::new());
        for path in &self.scenarios {
            match ScenarioFile::read(path).and_then(|file| file.load(&self.set)) {
                Err(failure) => {
                    say(&failure.to_string());
                    wrong += 1;
                }
                Ok(loaded) => seen.extend(self.tell(path, &loaded)?),
            }
        }
        if self.json {
            let document = serde_json::to_string_pretty(&json!({ "scenarios": seen }));
            print(&(document.map_err(anyhow::Error::from)? + "\n"))?;
        }
        match (wrong, self.scenarios.len()) {
            (0, _) => Ok(()),
            (1, 1) => Err(Failure::Input("the scenario cannot be run".to_owned())),
            (wrong, all) => Err(Failure::Input(format!("{wrong} of {all} scenarios cannot be run"))),
        }
    }

    /// Tells what is seen of a scenario that can be run; as a document, if that is asked for.
    fn tell(&self, path: &Path, loaded: &LoadedScenario) -> Result<Option<Value>, Failure> {
        if self.quiet && !self.json {
            return Ok(None);
        }
        let scenario = &loaded.scenario;
        let outlook = feasibility::analyze(scenario);
        if !self.quiet {
            say_remarks(loaded);
            say_outlook(path, scenario, &outlook);
        }
        if self.json {
            return Ok(Some(report::feasibility::json(scenario, &outlook)));
        }
        print(&format!("{}: can be run\n", path.display()))?;
        print(&report::feasibility::text(&scenario.system, &outlook, Charset::Utf8))?;
        for note in report::feasibility::notes(scenario, &outlook) {
            print(&format!("{}; {}\n", note.title, note.help.join("; ")))?;
        }
        Ok(None)
    }
}
