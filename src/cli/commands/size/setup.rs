//! The designs that are sized: all loaded and priced, with targets parsed and interim looks
//! determined.

use crate::args::{GridArgs, expression_error, parse_all};
use crate::exit::CliError;
use crate::experiment::design::Grid;
use crate::experiment::feasibility;
use crate::experiment::sizing::{CostError, Costs, Design, Targets, UnsupportedTarget, WorstCaseOutage};
use crate::inputs::LoadedInputs;
use crate::model::time::Span;
use crate::options::SizeOptions;
use crate::scenario::{self, Scenario};
use crate::study::RunRequest;

/// The default duration of `--lose`.
const LOST_FOR: Span = Span::secs(3600);

/// A search that can begin.
#[derive(Debug)]
pub(super) struct Setup {
    /// The keys that vary.
    pub(super) keys: Vec<String>,
    pub(super) designs: Vec<Design>,
    pub(super) targets: Targets,
    pub(super) loss: Option<WorstCaseOutage>,
    pub(super) cost_unit: String,
    /// The seed in force.
    pub(super) seed: u64,
    pub(super) inputs: LoadedInputs,
}

impl Setup {
    /// Loads all designs.
    pub(super) fn load(request: &RunRequest<SizeOptions>) -> Result<Setup, CliError> {
        let options = &request.options;
        let grid = parse_grid(&options.grid)?;
        let costs = costs(options, &grid)?;
        let conditions = parse_all("--meet", &options.meet)?;
        let mut inputs = LoadedInputs::default();
        let designs = designs(request, &grid, &costs, &mut inputs)?;
        let Scenario { seed, replications, .. } = &designs[0].scenario;
        let setup = Setup {
            keys: grid.keys().map(str::to_owned).collect(),
            targets: Targets {
                conditions,
                level: options.test.level(),
                looks: options.test.looks(*replications)?,
                supply_axes: supply(&grid),
            },
            loss: options.lose.as_deref().map(loss).transpose()?,
            cost_unit: costs.unit().to_owned(),
            seed: *seed,
            designs,
            inputs,
        };
        setup.check()?;
        Ok(setup)
    }

    /// Checks that all designs have the quantities of the targets, and a worker to lose.
    fn check(&self) -> Result<(), CliError> {
        for Design { scenario, .. } in &self.designs {
            self.targets.resolve(scenario).map_err(|unfit| self.unsupported(&unfit))?;
            let absent = self.loss.as_ref().filter(|loss| loss.worker(scenario).is_none());
            if let Some(loss) = absent {
                return Err(CliError::Input(format!(
                    "--lose {0}: the scenario has no worker in group `{0}`; its workers are {1}",
                    loss.group,
                    workers(scenario)
                )));
            }
        }
        Ok(())
    }

    fn unsupported(&self, unfit: &UnsupportedTarget) -> CliError {
        expression_error("--meet", &self.targets.conditions[unfit.target].text, &unfit.error, "")
    }
}

fn parse_grid(grid: &GridArgs) -> Result<Grid, CliError> {
    if grid.vary.is_empty() && grid.zip.is_empty() {
        return Err(CliError::Input(
            "there is nothing to size; add --vary KEY=VALUES, such as --vary worker.replica.count=1..8".to_owned(),
        ));
    }
    grid.parse()
}

/// Loads and prices all designs. They have the seed of the first, unless the request has one.
fn designs(
    request: &RunRequest<SizeOptions>,
    grid: &Grid,
    costs: &Costs,
    inputs: &mut LoadedInputs,
) -> Result<Vec<Design>, CliError> {
    let (source, mut seed, mut designs) = (&request.sources[0], request.seed, Vec::new());
    for point in grid.points() {
        let mut changes = request.options.changes.overrides();
        changes.extend(point.overrides("--vary"));
        let loaded = source.load(&changes)?;
        let cost = costs.of(&scenario::key_values(&source.text, &changes)).map_err(|error| cost_error(&error))?;
        let mut scenario = inputs.extend(0, loaded);
        scenario.seed = *seed.get_or_insert(scenario.seed);
        let outlook = feasibility::analyze(&scenario);
        // Jobs arrive forever, and faster than any policy can serve them.
        let is_likely_infeasible = outlook.is_stationary() && outlook.load().is_some_and(|load| load >= 1.0);
        let (steps, overload) = (grid.steps(point.number), outlook.overload());
        designs.push(Design { point, steps, cost, scenario, overload, is_likely_infeasible });
    }
    Ok(designs)
}

fn cost_error(error: &CostError) -> CliError {
    CliError::Input(format!("--cost: {error}"))
}

fn costs(options: &SizeOptions, grid: &Grid) -> Result<Costs, CliError> {
    if options.cost.is_empty() {
        return Ok(Costs::of_keys(grid.keys()));
    }
    Costs::parse(&options.cost).map_err(|error| cost_error(&error))
}

/// For each axis: whether it adds workers, or units that workers offer, from step to step.
fn supply(grid: &Grid) -> Vec<bool> {
    grid.axes.iter().map(|axis| axis.keys.iter().all(|key| is_supply(key)) && rises(&axis.values)).collect()
}

/// Whether a key is the number of workers, or of the units that they offer.
fn is_supply(key: &str) -> bool {
    let parts: Vec<&str> = key.split('.').collect();
    matches!(parts.as_slice(), ["worker", _, "count"] | ["worker", _, "capacity", _])
}

/// Whether all values are whole numbers that rise from step to step.
fn rises(values: &[Vec<String>]) -> bool {
    let numbers: Option<Vec<Vec<i64>>> =
        values.iter().map(|step| step.iter().map(|value| value.parse().ok()).collect()).collect();
    let rises =
        |numbers: Vec<Vec<i64>>| numbers.windows(2).all(|pair| pair[0].iter().zip(&pair[1]).all(|(a, b)| a < b));
    numbers.is_some_and(rises)
}

/// Parses `replica` or `replica:2h`.
fn loss(text: &str) -> Result<WorstCaseOutage, CliError> {
    let (group, duration) = match text.split_once(':') {
        None => (text, Ok(LOST_FOR)),
        Some((group, duration)) => (group, duration.trim().parse::<Span>()),
    };
    let duration = duration.map_err(|error| CliError::Input(format!("--lose {text}: {error}")))?;
    if group.trim().is_empty() || duration <= Span::ZERO {
        return Err(CliError::Input(format!(
            "--lose {text} has no group of workers, or no duration; write GROUP or GROUP:DURATION, such as replica:2h"
        )));
    }
    Ok(WorstCaseOutage { group: group.trim().to_owned(), duration })
}

/// The ids of the first workers of a scenario.
fn workers(scenario: &Scenario) -> String {
    let ids: Vec<&str> = scenario.system.workers.iter().take(8).map(|worker| worker.id.as_str()).collect();
    ids.join(", ")
}
