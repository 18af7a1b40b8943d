//! The designs that are sized: all loaded and priced, with targets parsed and interim looks
//! determined.

use crate::args::{GridArgs, expression_error, parse_all};
use crate::exit::CliError;
use crate::experiment::design::Grid;
use crate::experiment::feasibility;
use crate::experiment::sizing::{CostError, Costs, Design, Targets, UnsupportedTarget, WorstCaseOutage, price_groups};
use crate::inputs::LoadedInputs;
use crate::model::time::Span;
use crate::options::SizeOptions;
use crate::report::sizing::quoted;
use crate::scenario::{self, Scenario};
use crate::stats::Measure;
use crate::study::RunRequest;

/// The default duration of `--lose`.
const LOST_FOR: Span = Span::secs(3600);

/// A search for the cheapest design that can begin.
#[derive(Debug)]
pub(crate) struct SizeStudy {
    /// The keys that vary.
    pub(super) keys: Vec<String>,
    pub(super) designs: Vec<Design>,
    pub(super) targets: Targets,
    pub(super) loss: Option<WorstCaseOutage>,
    pub(super) cost_unit: String,
    pub(super) inputs: LoadedInputs,
    /// A `claimsim run` with the request's scenario, options and seed.
    pub(super) run_command: String,
    /// The same with the scenario's name, whatever the place of its file.
    pub(super) saved_command: String,
    /// What a backtest of the scenario has shown.
    pub(super) backtest: Option<String>,
}

impl SizeStudy {
    /// Loads all designs.
    pub(super) fn set_up(request: &RunRequest<SizeOptions>) -> Result<SizeStudy, CliError> {
        let options = &request.options;
        let grid = parse_grid(&options.grid)?;
        let costs = costs(options, &grid)?;
        let conditions = parse_all("--meet", &options.meet)?;
        let mut inputs = LoadedInputs::default();
        let mut designs = designs(request, &grid, &costs, &mut inputs)?;
        let measured_cost = price_groups(&mut designs, &costs, !options.cost.is_empty());
        let measured_cost = measured_cost.map_err(|error| cost_error(&error))?;
        let is_priced = designs.iter().any(|design| design.scenario.system.groups.iter().any(|it| it.price.is_some()));
        let cost_unit = match measured_cost {
            None if is_priced => "/h",
            None => costs.unit(),
            Some(Measure::WorkerHours) => " worker-hours",
            Some(_) => "",
        };
        let Scenario { seed, replications, .. } = &designs[0].scenario;
        inputs.seed = *seed;
        let backtest = options.backtest_verdicts.clone();
        inputs.notes.extend(backtest.clone());
        let file = format!("{}.toml", inputs.title());
        let saved_command = run_command(&file, Some(inputs.seed), request);
        let study = SizeStudy {
            keys: grid.keys().map(str::to_owned).collect(),
            targets: Targets {
                loss_window: None,
                conditions,
                level: options.test.level(),
                looks: options.test.looks(*replications)?,
                supply_axes: supply(&grid),
                measured_cost,
            },
            loss: loss(options)?,
            cost_unit: cost_unit.to_owned(),
            designs,
            inputs,
            run_command: run_command(&request.sources[0].file, request.seed, request),
            saved_command,
            backtest,
        };
        study.check()?;
        Ok(study)
    }

    /// Checks that all designs have the quantities of the targets, and a worker to lose.
    fn check(&self) -> Result<(), CliError> {
        for Design { scenario, .. } in &self.designs {
            self.targets.resolve(scenario).map_err(|unfit| self.unsupported(&unfit))?;
        }
        let has_worker =
            |loss: &&WorstCaseOutage| self.designs.iter().any(|design| !loss.workers(&design.scenario).is_empty());
        if let Some(loss) = self.loss.as_ref().filter(|loss| !has_worker(loss)) {
            return Err(CliError::Input(format!(
                "--lose {0}: the scenario has no worker in group `{0}`; its workers are {1}",
                loss.group,
                workers(&self.designs[0].scenario)
            )));
        }
        for (loss, design) in self.loss.iter().flat_map(|loss| self.designs.iter().map(move |design| (loss, design))) {
            let window = design.scenario.system.window;
            if loss.window > window.horizon - window.warmup {
                return Err(CliError::Input(format!(
                    "--lose {}: the jobs of {} from the loss on do not fall due within the run; write a shorter \
                     --lose-window, or a longer horizon",
                    loss.group, loss.window
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

/// Parses `replica`, `replica:2h`, `replica:2` or `replica:2:2h`.
fn loss(options: &SizeOptions) -> Result<Option<WorstCaseOutage>, CliError> {
    let Some(text) = options.lose.as_deref() else { return Ok(None) };
    let error = |reason: &str| {
        CliError::Input(format!(
            "--lose {text}: {reason}; write GROUP[:COUNT][:DURATION], such as replica, replica:2h or replica:2:30m"
        ))
    };
    let mut parts = text.split(':').map(str::trim);
    let group = parts.next().filter(|group| !group.is_empty()).ok_or_else(|| error("a group of workers is missing"))?;
    let mut rest: Vec<&str> = parts.collect();
    let count = match rest.first().map(|part| part.parse::<usize>()) {
        Some(Ok(0)) => return Err(error("no worker is lost")),
        Some(Ok(count)) => {
            rest.remove(0);
            count
        }
        _ => 1,
    };
    let duration = match rest.as_slice() {
        [] => LOST_FOR,
        [text] => positive(text).map_err(|reason| error(&reason))?,
        _ => return Err(error("there are too many parts")),
    };
    let window = match options.lose_window.as_deref() {
        None => Span(duration.0.saturating_mul(2)),
        Some(text) => positive(text).map_err(|reason| CliError::Input(format!("--lose-window {text}: {reason}")))?,
    };
    Ok(Some(WorstCaseOutage { group: group.to_owned(), count, duration, window }))
}

fn positive(text: &str) -> Result<Span, String> {
    match text.parse::<Span>() {
        Ok(duration) if duration > Span::ZERO => Ok(duration),
        Ok(_) => Err(format!("`{text}` is no time")),
        Err(error) => Err(error.to_string()),
    }
}

/// The ids of the first workers of a scenario.
fn workers(scenario: &Scenario) -> String {
    let ids: Vec<&str> = scenario.system.workers.iter().take(8).map(|worker| worker.id.as_str()).collect();
    ids.join(", ")
}

/// The words of a `claimsim run` of this file that all designs of a request share.
fn run_command(file: &str, seed: Option<u64>, request: &RunRequest<SizeOptions>) -> String {
    let changes = &request.options.changes;
    let mut words = vec!["claimsim run".to_owned(), quoted(file)];
    words.extend(changes.policy.iter().map(|policy| format!("--policy {}", quoted(policy))));
    words.extend(changes.set.iter().map(|set| format!("--set {}", quoted(set))));
    words.extend(seed.map(|seed| format!("--seed {seed}")));
    words.join(" ")
}
