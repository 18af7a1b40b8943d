//! `claimsim report`: makes the page of a saved study from the files in its folder.

use std::fs;
use std::path::{Path, PathBuf};

use clap::Args;

use crate::exit::CliError;
use crate::inputs::ScenarioSource;
use crate::page;
use crate::report::job_log::PATH as JOBS;
use crate::report::{OutputFile, html, key_results};
use crate::run_dir::manifest::{self, Manifest};
use crate::run_dir::{RunDir, changed_outputs, read_manifest, write_new};
use crate::term::{print, warn};

/// Make report.html of a saved run, comparison, sweep, search or backtest
///
/// The page has the question, the answer with its confidence, the charts, the tables and the
/// commands that reproduce them; it is one file that needs no network. Studies write it themselves,
/// unless --no-report is given; this command makes it for folders without it, from the files there.
/// Nothing is simulated. It adds the page to the folder and to its manifest. Of folders of earlier
/// versions the page has the charts and tables, but no answer.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct ReportCommand {
    /// The folder that a study left
    #[arg(value_name = "DIR")]
    run: PathBuf,

    /// Write the page to this file, and leave the folder as it is; an existing file is never
    /// overwritten
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

const EXAMPLES: &str = "\
Examples:
  claimsim report results/registry-week
  claimsim report results/registry-week \\
    --out week.html";

impl ReportCommand {
    pub(super) fn execute(self) -> Result<(), CliError> {
        let ReportCommand { run, out } = self;
        let manifest = read_manifest(&run)?;
        let page = page_of(&run, &manifest)?;
        let place = if let Some(out) = out {
            write_new(&out, &String::from_utf8_lossy(&page.bytes))?;
            out
        } else {
            add(&run, manifest, &page)?;
            run.join(html::PATH)
        };
        print(&format!("The page is {}\n", place.display()))
    }
}

/// The page of a folder.
fn page_of(run: &Path, manifest: &Manifest) -> Result<OutputFile, CliError> {
    let refused = |reason: String| Err(CliError::Input(format!("{} {reason}", run.display())));
    let mut changed = changed_outputs(run, manifest);
    // It is made again.
    changed.retain(|file| file != html::PATH);
    if !changed.is_empty() {
        return refused(format!(
            "has been changed since it was made ({}), so a page of it would not show what was simulated; run the study \
             again",
            changed.join(", ")
        ));
    }
    let (mut files, mut unread) = (Vec::new(), Vec::new());
    for output in manifest.outputs.iter().filter(|output| output.file != html::PATH) {
        if output.file == JOBS {
            unread.push(output.file.clone());
            continue;
        }
        let is_shown = [".csv", ".json", ".svg"].iter().any(|end| output.file.ends_with(end));
        let path = run.join(&output.file);
        let bytes = if is_shown { fs::read(&path) } else { Ok(Vec::new()) };
        let bytes = bytes.map_err(CliError::io(format!("cannot read {}", path.display())))?;
        files.push(OutputFile { path: output.file.clone(), bytes });
    }
    if !files.iter().any(|file| file.path == key_results::PATH) {
        warn(&format!(
            "note: {} was made by claimsim {}, which left no {}: the page has its charts and tables, but no answer",
            run.display(),
            manifest.claimsim,
            key_results::PATH
        ));
    }
    let scenario = ScenarioSource::saved(run, &manifest.scenario, &[])?.text;
    Ok(page::of_files(manifest, &scenario, &files, &unread))
}

/// Adds the page to the folder: a copy of the folder with the page takes its place.
fn add(run: &Path, mut manifest: Manifest, page: &OutputFile) -> Result<(), CliError> {
    let dir = RunDir::begin(run)?;
    let others = manifest.files().filter(|file| *file != html::PATH);
    for file in others {
        dir.adopt(file)?;
    }
    dir.write(&page.path, &page.bytes)?;
    manifest.outputs.retain(|output| output.file != html::PATH);
    manifest.outputs.extend(manifest::outputs([page]));
    manifest.outputs.sort_by(|a, b| a.file.cmp(&b.file));
    dir.write(manifest::PATH, &manifest.to_bytes())?;
    dir.commit()
}
