//! Producing a comparison: simulates look by look and fills a folder with everything that it leaves, manifest last.

use std::path::Path;

use super::super::files::shown;
use super::super::given::Given;
use super::super::manner::pool;
use super::super::produce::write;
use super::super::progress::Bar;
use super::super::verdict::{Failure, say};
use super::contenders::Contenders;
use super::questions::{misfit, questions};
use crate::experiment::comparison::{Alternative, Comparison, ComparisonCriteria, SequentialComparison};
use crate::experiment::feasibility;
use crate::experiment::warmup;
use crate::report::comparison::ComparisonReport;
use crate::report::manifest::{self, Input, Manifest, Options, Other};
use crate::report::feasibility::{Notice, warnings};
use crate::report::messages::{warm_up_summary, warm_up_warning};
use crate::scenario::{self, Diagnostics};

/// What a comparison is made from.
pub(super) struct Order<'a> {
    /// The scenarios; a saved run is the last of them.
    pub(super) given: &'a [Given],
    /// What the command line asked for.
    pub(super) options: Options,
    /// Of all contenders, if it was asked for.
    pub(super) seed: Option<u64>,
    /// How many replications run at once; as many as there are cores if `None`.
    pub(super) threads: Option<u16>,
    /// Whether there is no progress bar.
    pub(super) quiet: bool,
}

/// A comparison that can begin.
pub(super) struct Prepared {
    pub(super) contenders: Contenders,
    questions: ComparisonCriteria,
}

impl Order<'_> {
    /// Loads the contenders and understands what is asked about them.
    pub(super) fn prepare(&self) -> Result<Prepared, Failure> {
        let contenders = Contenders::load(self.given, &self.options, self.seed)?;
        let baseline = &contenders.list[contenders.baseline];
        let questions = questions(&self.options, contenders.baseline, baseline.scenario.replications)?;
        let prepared = Prepared { contenders, questions };
        prepared.comparing()?;
        Ok(prepared)
    }
}

impl Prepared {
    /// Says on standard error what is probably not meant.
    pub(super) fn say_remarks(&self) {
        for remark in &self.contenders.remarks {
            say(remark);
        }
        for note in &self.contenders.notes {
            say(&format!("note: {note}"));
        }
        self.say_outlooks();
    }

    /// Says what a look at the contenders warns of, each thing once, with all whom it concerns.
    fn say_outlooks(&self) {
        let mut said: Vec<(Notice, Vec<&str>)> = Vec::new();
        for Alternative { name, scenario } in &self.contenders.list {
            for remark in warnings(scenario, &feasibility::analyze(scenario)) {
                match said.iter_mut().find(|(other, _)| *other == remark) {
                    Some((_, names)) => names.push(name),
                    None => said.push((remark, vec![name])),
                }
            }
        }
        for (Notice { title, help }, names) in said {
            say(&shown(&Diagnostics::file_warnings(&names.join(", "), [(title, help)])));
        }
    }

    fn comparing(&self) -> Result<SequentialComparison<'_>, Failure> {
        SequentialComparison::new(&self.contenders.list, &self.questions).map_err(|wrong| misfit(&wrong))
    }

    /// The comparison for those who report on it.
    pub(super) fn sides<'a>(&'a self, comparison: &'a Comparison) -> ComparisonReport<'a> {
        let Contenders { title, list, seed, .. } = &self.contenders;
        ComparisonReport { title, contenders: list, questions: &self.questions, comparison, seed: *seed }
    }
}

/// Simulates and fills `folder`; gives the comparison and the manifest, which stands there too.
pub(super) fn produce(
    order: &Order,
    prepared: &mut Prepared,
    folder: &Path,
) -> Result<(Comparison, Manifest), Failure> {
    let pool = pool(order.threads)?;
    let comparison = {
        let quiet = order.quiet;
        pool.install(|| {
            find_warm_up(&mut prepared.contenders, quiet);
            simulate(prepared, quiet)
        })?
    };
    let outputs = prepared.sides(&comparison).files();
    for file in &outputs {
        write(folder, &file.path, &file.bytes)?;
    }
    let (scenario, inputs, others) = write_given(order.given, &prepared.contenders, folder)?;
    let manifest = Manifest {
        claimsim: env!("CARGO_PKG_VERSION").to_owned(),
        command: "compare".to_owned(),
        scenario,
        inputs,
        notes: prepared.contenders.notes.clone(),
        others,
        seed: prepared.contenders.seed,
        options: order.options.clone(),
        outputs: manifest::outputs(&outputs),
    };
    write(folder, manifest::PATH, &manifest.to_bytes())?;
    Ok((comparison, manifest))
}

/// Finds the warm-ups that are left to be found, notes them, and says which run is too short.
fn find_warm_up(contenders: &mut Contenders, quiet: bool) {
    let pilots = contenders.list.iter().map(|contender| warmup::pilot_count(&contender.scenario)).sum();
    let bar = Bar::new(pilots, quiet);
    let scenarios = contenders.list.iter_mut().map(|contender| &mut contender.scenario).collect();
    let found = warmup::find_common_warm_up(scenarios, &bar);
    drop(bar);
    for (contender, found) in contenders.list.iter().zip(found) {
        let Some(found) = found else { continue };
        contenders.notes.push(format!("{}: {}", contender.name, warm_up_summary(&found)));
        let warning = warm_up_warning(&found, contender.scenario.system.window.horizon);
        if let Some(warning) = warning.filter(|_| !quiet) {
            say(&format!("warning: {}: {warning}", contender.name));
        }
    }
}

fn simulate(prepared: &Prepared, quiet: bool) -> Result<Comparison, Failure> {
    let mut comparing = prepared.comparing()?;
    while let Some(replications) = comparing.next_replications() {
        let bar = Bar::new(replications, quiet);
        comparing.look(&bar);
    }
    Ok(comparing.finish())
}

/// Copies the scenarios and the files that they name; gives their entries in the manifest.
fn write_given(
    given: &[Given],
    contenders: &Contenders,
    folder: &Path,
) -> Result<(Input, Vec<Input>, Vec<Other>), Failure> {
    let mut entries = Vec::new();
    for (number, (given, (name, inputs))) in given.iter().zip(&contenders.origins).enumerate() {
        let place = |entry: Input| if number == 0 { entry } else { entry.of_other(number) };
        let scenario = place(Input::scenario(name, given.text.as_bytes()));
        write(folder, &scenario.file, given.text.as_bytes())?;
        let copy = |(number, input): (usize, &scenario::InputFile)| {
            let entry = place(Input::numbered(number + 1, &input.name, &input.bytes));
            write(folder, &entry.file, &input.bytes)?;
            Ok(entry)
        };
        let inputs = inputs.iter().enumerate().map(copy).collect::<Result<Vec<_>, Failure>>()?;
        entries.push(Other { scenario, inputs, run: given.run.clone() });
    }
    let others = entries.split_off(1);
    let first = entries.remove(0);
    Ok((first.scenario, first.inputs, others))
}
