//! The points of a sweep: each is the scenario with some keys set, and all are loaded before
//! anything runs.

use super::perturbations::Perturbations;
use crate::args::expression_error;
use crate::exit::CliError;
use crate::experiment::design::{Grid, GridPoint};
use crate::experiment::expression::Quantity;
use crate::experiment::sweep::DesignPoint;
use crate::inputs::LoadedInputs;
use crate::options::SweepOptions;
use crate::scenario::{Diagnostics, LoadedScenario, Scenario};
use crate::study::RunRequest;
use crate::term::render;

/// All points, with what came with their scenarios.
#[derive(Default)]
pub(super) struct Points {
    pub(super) trials: Vec<DesignPoint>,
    pub(super) inputs: LoadedInputs,
}

impl Points {
    /// Loads the points of a grid. The first point that the scenario refuses ends the sweep.
    pub(super) fn add_grid(
        &mut self,
        grid: &Grid,
        request: &RunRequest<SweepOptions>,
    ) -> Result<Vec<Scenario>, CliError> {
        let points = grid.points();
        let mut scenarios = Vec::with_capacity(points.len());
        for point in &points {
            let mut all = request.options.changes.overrides();
            all.extend(point.overrides("--vary"));
            let loaded = request.sources[0].try_load(&all).map_err(|report| refused(&report, point, points.len()))?;
            let sets = |key: &str| point.settings.iter().any(|(known, _)| known == key);
            // A varied key goes before an option for all points.
            let replications = request.options.replications.filter(|_| !sets("replications"));
            scenarios.push(self.extend(loaded, request.seed.filter(|_| !sets("seed")), replications));
        }
        Ok(scenarios)
    }

    /// Loads the scenario itself and both sides of each perturbation.
    pub(super) fn add_perturbations(
        &mut self,
        request: &RunRequest<SweepOptions>,
    ) -> Result<(Vec<Scenario>, Perturbations), CliError> {
        let base = request.sources[0].load(&request.options.changes.overrides())?;
        let mut perturbations = Perturbations::of(&request.sources[0], &base, &request.options)?;
        // Both sides of a parameter have the warnings of the scenario itself, with other numbers.
        let sides = std::mem::take(&mut perturbations.sides).into_iter();
        let sides = sides.map(|side| LoadedScenario { warnings: Diagnostics::default(), ..side });
        let all = std::iter::once(base).chain(sides);
        let scenarios = all.map(|loaded| self.extend(loaded, request.seed, request.options.replications)).collect();
        Ok((scenarios, perturbations))
    }

    /// Keeps what came with a scenario, and applies the options for all points.
    fn extend(&mut self, loaded: LoadedScenario, seed: Option<u64>, replications: Option<u32>) -> Scenario {
        let is_first = self.inputs.sources.is_empty();
        let mut scenario = self.inputs.extend(0, loaded);
        scenario.seed = seed.unwrap_or(scenario.seed);
        scenario.replications = replications.unwrap_or(scenario.replications);
        if is_first {
            self.inputs.seed = scenario.seed;
        }
        scenario
    }

    /// Resolves the quantities to show in all scenarios.
    pub(super) fn resolve(&mut self, scenarios: Vec<Scenario>, responses: &[Quantity]) -> Result<(), CliError> {
        for scenario in scenarios {
            let trial = DesignPoint::new(scenario, responses);
            self.trials.push(
                trial.map_err(|(number, fault)| expression_error("--show", &responses[number].text, &fault, ""))?,
            );
        }
        Ok(())
    }
}

/// The error about a point that the scenario refuses.
fn refused(report: &Diagnostics, point: &GridPoint, number: usize) -> CliError {
    CliError::Diagnostics(format!(
        "{}\nThis is point {} of {number}, {}. Nothing was run.",
        render(report),
        point.number + 1,
        point.name()
    ))
}
