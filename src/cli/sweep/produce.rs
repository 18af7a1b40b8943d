//! Producing a sweep: simulates what is not done yet and fills a folder with everything that it leaves, manifest last.

use std::collections::BTreeMap;
use std::path::Path;

use super::super::manner::pool;
use super::super::order::Order;
use super::super::produce::{write, write_inputs};
use super::super::progress::Bar;
use super::super::verdict::{Failure, say};
use super::nudges::Nudges;
use super::points::Points;
use super::questions::{Questions, grid, step};
use crate::experiment::design::Grid;
use crate::experiment::elasticity::{Effect, Perturbation, effects};
use crate::experiment::sweep::{self, DesignPoint, PointResult};
use crate::experiment::warmup::{find_warm_up, pilot_count};
use crate::report::elasticity::{ElasticityReport, Skipped};
use crate::report::manifest::{self, Input, Manifest};
use crate::report::messages::warm_up_warning;
use crate::report::sweep::SweepReport;
use crate::scenario::{Diagnostics, LoadedScenario, Scenario, WarmUpRule};

/// A sweep that can begin.
pub(super) struct Prepared {
    pub(super) points: Points,
    questions: Questions,
    plan: StoppingRule,
}

/// What the points are.
enum StoppingRule {
    /// Those of a grid.
    Grid(Grid),
    /// The scenario itself, and the two sides of each nudge.
    Nudges(Vec<Perturbation>, Vec<Skipped>),
}

/// What a sweep has come to.
pub(super) struct Produced {
    measured: Vec<PointResult>,
    /// Empty for a grid.
    effects: Vec<Effect>,
    pub(super) manifest: Manifest,
}

impl Prepared {
    /// Loads all points and understands what is asked about them.
    pub(super) fn new(order: &Order) -> Result<Prepared, Failure> {
        let Order { options, given, seed, .. } = order;
        let mut points = Points::default();
        let (scenarios, plan) = if options.elasticity {
            nudges(order, &mut points)?
        } else {
            let grid = grid(options, *seed)?;
            (points.add_grid(&grid.points(), given, options, *seed)?, StoppingRule::Grid(grid))
        };
        let questions = Questions::of(options, scenarios.iter().map(|scenario| &scenario.system))?;
        points.ask(scenarios, &questions)?;
        Ok(Prepared { points, questions, plan })
    }

    /// The manifest but for its outputs: everything that decides what comes out.
    pub(super) fn draft(&self, order: &Order) -> Manifest {
        let inputs = self.points.brought.inputs.iter().enumerate();
        Manifest {
            claimsim: env!("CARGO_PKG_VERSION").to_owned(),
            command: "sweep".to_owned(),
            scenario: Input::scenario(&self.points.title, order.given.text.as_bytes()),
            inputs: inputs.map(|(number, input)| Input::numbered(number + 1, &input.name, &input.bytes)).collect(),
            notes: self.points.brought.notes.clone(),
            others: Vec::new(),
            seed: self.points.seed,
            options: order.options.clone(),
            outputs: Vec::new(),
        }
    }

    /// Whether what was kept of a point is of as many quantities as are shown.
    pub(super) fn fits(&self, measured: &PointResult) -> bool {
        measured.responses.len() == self.questions.shown.len()
    }

    /// Simulates all points but those that are done; what a point comes to goes to `keep` at once.
    pub(super) fn simulate(
        &mut self,
        order: &Order,
        mut done: BTreeMap<usize, PointResult>,
        keep: &(dyn Fn(usize, &PointResult) + Sync),
    ) -> Result<Vec<PointResult>, Failure> {
        let pool = pool(order.threads)?;
        let quiet = order.quiet;
        if let StoppingRule::Nudges(..) = self.plan {
            let trials = &mut self.points.trials;
            pool.install(|| settle_all(trials, quiet));
        }
        let trials = &self.points.trials;
        let open = trials.iter().enumerate().filter(|(point, _)| !done.contains_key(point));
        let work = |trial: &DesignPoint| trial.scenario.replications.saturating_add(pilot_count(&trial.scenario));
        let replications = open.fold(0, |sum: u32, (_, trial)| sum.saturating_add(work(trial)));
        let done = (0..trials.len()).map(|point| done.remove(&point)).collect();
        let bar = Bar::new(replications, quiet);
        let measured = pool.install(|| sweep::run(trials, done, keep, &bar));
        drop(bar);
        let too_short =
            measured.iter().filter(|measured| measured.warm_up.is_some_and(|found| found.is_too_short)).count();
        if too_short > 0 && !quiet {
            say(&format!(
                "warning: at {too_short} of {} points the run is too short to tell from when on it is steady, and only its second half is \
                 measured; try a longer horizon, or a fixed warm-up",
                trials.len()
            ));
        }
        Ok(measured)
    }

    /// The sweep for those who report on it; `None` if it is of elasticities.
    pub(super) fn swept<'a>(&'a self, produced: &'a Produced) -> Option<SweepReport<'a>> {
        self.swept_of(&produced.measured)
    }

    fn swept_of<'a>(&'a self, measured: &'a [PointResult]) -> Option<SweepReport<'a>> {
        let StoppingRule::Grid(grid) = &self.plan else { return None };
        let Points { title, trials, .. } = &self.points;
        Some(SweepReport { title, grid, shown: &self.questions.shown, trials, measured })
    }

    /// The elasticities for those who report on them; empty for a grid.
    pub(super) fn elasticity<'a>(&'a self, produced: &'a Produced) -> ElasticityReport<'a> {
        self.elasticity_of(&produced.effects)
    }

    fn elasticity_of<'a>(&'a self, effects: &'a [Effect]) -> ElasticityReport<'a> {
        let (nudges, left_out): (&[Perturbation], &[Skipped]) = match &self.plan {
            StoppingRule::Nudges(nudges, left_out) => (nudges, left_out),
            StoppingRule::Grid(_) => (&[], &[]),
        };
        let Points { title, trials, .. } = &self.points;
        ElasticityReport { title, nudges, left_out, shown: &self.questions.shown, trials, effects }
    }
}

/// The scenario itself, and both sides of all its parameters.
fn nudges(order: &Order, points: &mut Points) -> Result<(Vec<Scenario>, StoppingRule), Failure> {
    let Order { options, given, seed, .. } = order;
    let step = step(options)?;
    let base = given.load(&Points::common(options))?;
    let Nudges { list, left_out, loaded, .. } = Nudges::of(given, &base, options, &step)?;
    // Both sides of a parameter have the warnings of the scenario itself, with other numbers.
    let sides = loaded.into_iter().map(|side| LoadedScenario { warnings: Diagnostics::default(), ..side });
    let all = std::iter::once(base).chain(sides);
    let scenarios = all.map(|loaded| points.take_in(loaded, options, *seed)).collect();
    Ok((scenarios, StoppingRule::Nudges(list, left_out)))
}

/// Finds the warm-up of the first scenario, if that is left to be found, for all: the same jobs are measured on both sides of a parameter.
fn settle_all(trials: &mut [DesignPoint], quiet: bool) {
    let Some(base) = trials.first_mut().map(|trial| &mut trial.scenario) else { return };
    let bar = Bar::new(pilot_count(base), quiet);
    let found = find_warm_up(base, &bar);
    drop(bar);
    let Some(found) = found else { return };
    let warmup = base.system.window.warmup;
    let warning = warm_up_warning(&found, base.system.window.horizon).filter(|_| !quiet);
    for DesignPoint { scenario, .. } in trials {
        scenario.system.window.warmup = warmup;
        scenario.warm_up = WarmUpRule::Fixed;
    }
    if let Some(warning) = warning {
        say(&format!("warning: {warning}"));
    }
}

/// Fills `folder` with what the sweep has come to.
pub(super) fn produce(
    order: &Order,
    prepared: &Prepared,
    measured: Vec<PointResult>,
    folder: &Path,
) -> Result<Produced, Failure> {
    let effects = match &prepared.plan {
        StoppingRule::Nudges(nudges, _) => effects(nudges, &measured),
        StoppingRule::Grid(_) => Vec::new(),
    };
    let outputs = match prepared.swept_of(&measured) {
        Some(swept) => swept.files(),
        None => prepared.elasticity_of(&effects).files(),
    };
    for file in &outputs {
        write(folder, &file.path, &file.bytes)?;
    }
    let manifest = Manifest { outputs: manifest::outputs(&outputs), ..prepared.draft(order) };
    write_inputs(&prepared.points.title, &order.given.text, &prepared.points.brought.inputs, folder)?;
    write(folder, manifest::PATH, &manifest.to_bytes())?;
    Ok(Produced { measured, effects, manifest })
}
