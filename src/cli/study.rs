//! The pipeline that `run`, `compare`, `sweep` and `size` share: load the inputs, simulate, write
//! files and manifest, show the results; and the same again for `reproduce`.

use std::fs;
use std::path::{Path, PathBuf};

use crate::args::{ExecArgs, OutputForm, StudyArgs, TableFormat};
use crate::chart_args::ChartArgs;
use crate::exit::{CliError, ExitStatus};
use crate::inputs::{LoadedInputs, ScenarioSource};
use crate::limits;
use crate::model::time_zone;
use crate::options::Command;
use crate::page;
use crate::report::html;
use crate::report::parquet::in_parquet;
use crate::report::{OutputFile, Report};
use crate::run_dir::RunDir;
use crate::run_dir::manifest::{self, Input, Manifest, Other, Output};
use crate::scenario::Scenario;
use crate::term::{print_json, print_report, warn};

/// The version of claimsim that manifests name.
pub(crate) const VERSION: &str = env!("CARGO_PKG_VERSION");

/// What a study is asked to do.
pub(crate) struct RunRequest<O> {
    /// Its scenarios. The saved run of `--baseline` is the last of them.
    pub(crate) sources: Vec<ScenarioSource>,
    pub(crate) options: O,
    /// The seed, if the command line or the manifest gives one.
    pub(crate) seed: Option<u64>,
}

/// A study that is set up and can be simulated.
pub(crate) trait Study: Sized + Send {
    /// What the command line asks for.
    type Options: Clone;
    /// What the simulation yields.
    type Results: Send;
    /// The study in a manifest.
    const COMMAND: fn(Self::Options) -> Command;
    /// The number of warnings of the inputs that are printed.
    const MAX_WARNINGS: usize = usize::MAX;

    /// Loads the scenarios and resolves the quantities. All errors of the input are found here.
    fn load(request: &RunRequest<Self::Options>) -> Result<Self, CliError>;

    /// What came with the scenarios.
    fn inputs(&self) -> &LoadedInputs;

    /// Prints on standard error what the user should know before anything is simulated, besides
    /// the warnings of the inputs.
    fn print_warnings(&self);

    /// What [`Study::print_warnings`] and [`Study::simulate`] print, in lines, for pages.
    fn warnings(&self, results: &Self::Results) -> Vec<String>;

    /// Which replications are in memory at the same time at least: of this scenario, this number,
    /// with the series of resources or without.
    fn at_once(&self) -> Option<(&Scenario, u32, bool)>;

    /// The most replications that can run at the same time.
    fn tasks(&self) -> u32 {
        u32::MAX
    }

    /// Simulates. Progress and warnings go to standard error unless `quiet`.
    fn simulate(&mut self, dir: &RunDir, quiet: bool) -> Result<Self::Results, CliError>;

    /// The notes of the manifest.
    fn notes(&self, _: &Self::Results) -> Vec<String> {
        self.inputs().notes.clone()
    }

    /// Takes up what an interrupted command has left, and keeps finished parts from now on.
    /// `draft` is the manifest without outputs.
    fn resume(&mut self, _target: &Path, _draft: &Manifest, _quiet: bool) {}

    /// The folder is complete.
    fn committed(&self) {}

    /// The files, tables and texts.
    fn report<'a>(&'a self, results: &'a Self::Results) -> Box<dyn Report + 'a>;

    /// A file that the simulation has written itself.
    fn written(&self, _: &Self::Results) -> Option<Output> {
        None
    }

    /// The exit code; if it is not 0, with the reasons.
    fn status(&self, _: &Self::Results) -> (ExitStatus, Vec<String>) {
        (ExitStatus::Done, Vec::new())
    }
}

/// Runs a study from its inputs to its results on the terminal.
pub(crate) fn conduct<S: Study>(
    study: &mut S,
    request: &RunRequest<S::Options>,
    args: &StudyArgs,
    target: &Path,
) -> Result<ExitStatus, CliError> {
    OutputForm::of_args(args).check()?;
    if !args.exec.quiet {
        study.inputs().print_warnings(S::MAX_WARNINGS);
        study.print_warnings();
    }
    let dir = RunDir::begin(target)?;
    study.resume(dir.target(), &draft(study, request), args.exec.quiet);
    let (results, _) = execute(study, request, (args.exec, OutputForm::of_args(args)), &dir)?;
    dir.commit()?;
    study.committed();
    show(study, &results, args, target)
}

/// The folder of a study: `--out`, or one under `results` that is named after the scenario.
pub(crate) fn target(study: &impl Study, args: &StudyArgs, suffix: &str) -> PathBuf {
    args.out.clone().unwrap_or_else(|| Path::new("results").join(format!("{}{suffix}", study.inputs().title())))
}

/// Simulates, and fills the folder: the files, copies of the inputs, and the manifest last.
fn execute<S: Study>(
    study: &mut S,
    request: &RunRequest<S::Options>,
    (exec, form): (ExecArgs, OutputForm),
    dir: &RunDir,
) -> Result<(S::Results, Manifest), CliError> {
    if let Some((scenario, number, with_series)) = study.at_once() {
        limits::refuse_large(scenario, number, with_series)?;
    }
    let results = exec.pool(study.tasks())?.install(|| study.simulate(dir, exec.quiet))?;
    let (files, mut written) = (all_files(study, &results), study.written(&results));
    let mut files = form.charts.apply(files)?;
    if form.tables == TableFormat::Parquet {
        if let Some(Output { file, .. }) = written.take() {
            let failed = || CliError::io(format!("cannot convert {file}"));
            let path = dir.path()?.join(&file);
            let bytes = fs::read(&path).map_err(failed())?;
            fs::remove_file(&path).map_err(failed())?;
            files.push(OutputFile { path: file.clone(), bytes });
        }
        files = files.into_iter().map(in_parquet).collect::<Result<_, _>>().map_err(CliError::Failed)?;
    }
    let mut manifest = Manifest { notes: study.notes(&results), charts: form.charts, ..draft(study, request) };
    if form.has_page {
        let unread: Vec<String> = written.iter().map(|output| output.file.clone()).collect();
        files.push(page::of_files(&manifest, &request.sources[0].text, &files, &unread));
    }
    for file in &files {
        dir.write(&file.path, &file.bytes)?;
    }
    manifest.outputs = manifest::outputs(&files);
    manifest.outputs.extend(written);
    manifest.outputs.sort_by(|a, b| a.file.cmp(&b.file));
    for (copy, bytes) in copies(study, request).into_iter().flatten() {
        dir.write(&copy.file, bytes)?;
    }
    dir.write(manifest::PATH, &manifest.to_bytes())?;
    Ok((results, manifest))
}

/// The tables, the charts, and what the study found.
fn all_files<S: Study>(study: &S, results: &S::Results) -> Vec<OutputFile> {
    let (report, inputs) = (study.report(results), study.inputs());
    let (mut files, mut found) = (report.files(), report.key_results());
    let more = inputs.warning_lines.len().saturating_sub(S::MAX_WARNINGS);
    let of_inputs = inputs.warning_lines.iter().take(S::MAX_WARNINGS).cloned();
    let more = (more > 0).then(|| format!("{more} more points have warnings like these"));
    found.warn_first(of_inputs.chain(more).chain(study.warnings(results)));
    files.push(found.file());
    files
}

/// The manifest without outputs: everything that decides what the study leaves.
fn draft<S: Study>(study: &S, request: &RunRequest<S::Options>) -> Manifest {
    let mut scenarios = Vec::new();
    for (copies, source) in copies(study, request).into_iter().zip(&request.sources) {
        let mut entries = copies.into_iter().map(|(entry, _)| entry);
        let scenario = entries.next().expect("the first copy is that of the scenario");
        scenarios.push(Other { scenario, inputs: entries.collect(), run: source.run.clone() });
    }
    let others = scenarios.split_off(1);
    let Other { scenario, inputs, .. } = scenarios.remove(0);
    Manifest {
        claimsim: VERSION.to_owned(),
        time_zone_database: study.inputs().has_time_zones.then(|| time_zone::DATABASE.to_owned()),
        command: S::COMMAND(request.options.clone()),
        scenario,
        inputs,
        notes: study.inputs().notes.clone(),
        others,
        seed: study.inputs().seed,
        charts: ChartArgs::default(),
        outputs: Vec::new(),
    }
}

/// The files to copy for each source: its scenario first, then the files that this names.
fn copies<'a, S: Study>(study: &'a S, request: &'a RunRequest<S::Options>) -> Vec<Vec<(Input, &'a [u8])>> {
    let sources = request.sources.iter().zip(&study.inputs().sources).enumerate();
    let copies = sources.map(|(number, (source, (name, files)))| {
        let scenario = (Input::scenario(number, name, &source.text), source.text.as_bytes());
        let file = |(at, file): (usize, &'a crate::scenario::InputFile)| {
            (Input::numbered(number, at + 1, &file.name, &file.bytes), file.bytes.as_slice())
        };
        std::iter::once(scenario).chain(files.iter().enumerate().map(file)).collect()
    });
    copies.collect()
}

/// Where the files of a study are.
fn whereabouts(args: &StudyArgs, target: &Path) -> String {
    if OutputForm::of_args(args).has_page {
        let page = target.join(html::PATH);
        format!("Read on in {}; tables, charts and manifest are beside it", page.display())
    } else {
        format!("Tables, charts and manifest are in {}", target.display())
    }
}

/// Prints the results. The exit code does not depend on whether and how they are printed.
fn show<S: Study>(study: &S, results: &S::Results, args: &StudyArgs, target: &Path) -> Result<ExitStatus, CliError> {
    let printed = if args.json {
        let mut document = study.report(results).json();
        if let Some(document) = document.as_object_mut() {
            document.entry("notes").or_insert_with(|| study.notes(results).into());
        }
        print_json(&document)
    } else if args.exec.quiet {
        Ok(())
    } else {
        print_report(&study.report(results).text(&whereabouts(args, target)))
    };
    let (status, reasons) = study.status(results);
    if status == ExitStatus::Done {
        return printed.map(|()| status);
    }
    if args.exec.quiet {
        for reason in &reasons {
            warn(reason);
        }
    }
    Ok(status)
}

/// Repeats a saved study in a temporary folder, and returns the manifest that it leaves there.
pub(crate) fn rerun<S: Study>(
    run: &Path,
    manifest: &Manifest,
    options: &S::Options,
    exec: ExecArgs,
) -> Result<Manifest, CliError> {
    let sources = ScenarioSource::all_saved(run, manifest)?;
    let request = RunRequest { sources, options: options.clone(), seed: Some(manifest.seed) };
    let mut study = S::load(&request)?;
    let form = manifest.form();
    form.check()?;
    Ok(execute(&mut study, &request, (exec, form), &RunDir::scratch())?.1)
}
