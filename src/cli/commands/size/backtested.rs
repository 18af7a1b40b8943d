//! `size --backtest DIR`: what a backtest of the same scenario has shown, beside the answer.

use std::path::Path;

use serde::Deserialize;

use crate::args::ChangeArgs;
use crate::exit::CliError;
use crate::options::{Command, SizeOptions};
use crate::run_dir::manifest::{PATH, sha256};
use crate::run_dir::read_manifest;

/// The table of a backtest.
const TABLE: &str = "backtest.csv";

/// A row of the table.
#[derive(Deserialize)]
struct Row {
    action: String,
    kind: String,
    verdict: String,
}

/// The verdicts of a backtest and the digest of its manifest, in a sentence.
///
/// # Errors
/// If the folder is not that of a backtest of this scenario with these changes, or is damaged.
pub(super) fn verdicts(folder: &Path, scenario: &str, options: &SizeOptions) -> Result<String, CliError> {
    let shown = folder.display();
    let error = |why: String| CliError::Input(format!("--backtest {shown}: {why}"));
    let manifest = read_manifest(folder)?;
    let Command::Backtest(of) = &manifest.command else {
        let command = manifest.command.name();
        return Err(error(format!("it was left by `claimsim {command}`; name the folder of a `claimsim backtest`")));
    };
    if manifest.scenario.sha256 != sha256(scenario.as_bytes()) {
        return Err(error(
            "it is a backtest of another scenario: the text differs from the one here; repeat the backtest".to_owned(),
        ));
    }
    if of.changes != options.changes {
        return Err(error(format!(
            "it is a backtest of the scenario with other changes; give both commands the same --set and --policy (the \
             backtest has {})",
            if of.changes == ChangeArgs::default() { "none".to_owned() } else { of.changes.in_words() }
        )));
    }
    let read = |file: &str| {
        let path = folder.join(file);
        std::fs::read(&path).map_err(|reason| error(format!("cannot read {}: {reason}", path.display())))
    };
    let (table, bytes) = (read(TABLE)?, read(PATH)?);
    let is_intact = manifest.outputs.iter().any(|output| output.file == TABLE && output.sha256 == sha256(&table));
    if !is_intact {
        return Err(error(format!("{TABLE} is not what its manifest lists; repeat the backtest")));
    }
    let mut verdicts = Vec::new();
    for row in csv::Reader::from_reader(table.as_slice()).into_deserialize::<Row>() {
        let Row { action, kind, verdict } = row.map_err(|reason| error(format!("{TABLE}: {reason}")))?;
        match verdict.as_str() {
            "explains" | "does not" | "undecided" if kind == "trace-driven" => {
                verdicts.push(format!("{action}: {verdict}"));
            }
            "does not" | "not rejected" => verdicts.push(format!("forecast of the days: {verdict}")),
            _ => {}
        }
    }
    // The folder's name and not its path: a manifest names no place outside its folder.
    let name = folder.file_name().map_or_else(|| shown.to_string(), |name| name.to_string_lossy().into_owned());
    Ok(format!("Backtest {name} ({}; manifest {})", verdicts.join(", "), &sha256(&bytes)[..12]))
}
