//! What is sized: all settings loaded and priced, targets understood, levels and looks settled.

use super::super::brought::Brought;
use super::super::expressions::{complaint, grid, parse_all};
use super::super::files::overrides;
use super::super::order::Order;
use super::super::plan::{level_of, looks};
use super::super::verdict::Failure;
use crate::experiment::design::Grid;
use crate::experiment::feasibility;
use crate::experiment::sizing::{CostError, Costs, Design, Targets, UnsupportedTarget, WorstCaseOutage};
use crate::model::time::Span;
use crate::report::manifest::Options;
use crate::scenario::{self, Scenario};

/// For how long a worker is lost, unless it is said.
const LOST_FOR: Span = Span::secs(3600);

/// A search that can begin.
#[derive(Debug)]
pub(super) struct Prepared {
    /// The name of the scenario.
    pub(super) title: String,
    /// The keys that vary.
    pub(super) keys: Vec<String>,
    pub(super) settings: Vec<Design>,
    pub(super) targets: Targets,
    pub(super) loss: Option<WorstCaseOutage>,
    /// What costs are in.
    pub(super) cost_unit: String,
    /// The seed in force.
    pub(super) seed: u64,
    /// What came with the settings.
    pub(super) brought: Brought,
}

impl Prepared {
    /// Loads all settings that the options ask for.
    pub(super) fn new(order: &Order) -> Result<Prepared, Failure> {
        let options = &order.options;
        let grid = grid(options)?;
        let costs = costs(options, &grid)?;
        let conditions = parse_all("--meet", &options.meet)?;
        let mut brought = Brought::default();
        let settings = settings(order, &grid, &costs, &mut brought)?;
        let Scenario { name, seed, replications, .. } = &settings[0].scenario;
        let targets = Targets {
            conditions,
            level: level_of(options),
            looks: looks(options, *replications)?,
            supply_axes: supply(&grid),
        };
        let prepared = Prepared {
            title: name.clone(),
            keys: grid.keys().map(str::to_owned).collect(),
            targets,
            loss: options.lose.as_deref().map(loss).transpose()?,
            cost_unit: costs.unit().to_owned(),
            seed: *seed,
            settings,
            brought,
        };
        prepared.check()?;
        Ok(prepared)
    }

    /// Checks that all settings have what is asked for.
    fn check(&self) -> Result<(), Failure> {
        for Design { scenario, .. } in &self.settings {
            self.targets.resolve(scenario).map_err(|unfit| self.misfit(&unfit))?;
            let absent = self.loss.as_ref().filter(|loss| loss.worker(scenario).is_none());
            if let Some(loss) = absent {
                return Err(Failure::Input(format!(
                    "--lose {0}: the scenario has no worker of a group `{0}`; there are {1}",
                    loss.group,
                    workers(scenario)
                )));
            }
        }
        Ok(())
    }

    fn misfit(&self, unfit: &UnsupportedTarget) -> Failure {
        complaint("--meet", &self.targets.conditions[unfit.target].text, &unfit.error, "")
    }
}

/// All settings, loaded and priced; all have the seed of the first, unless one was asked for.
fn settings(order: &Order, grid: &Grid, costs: &Costs, brought: &mut Brought) -> Result<Vec<Design>, Failure> {
    let Options { set, policy, .. } = &order.options;
    let (mut seed, mut settings) = (order.seed, Vec::new());
    for point in grid.points() {
        let mut changes = overrides(set, policy.first().map(String::as_str));
        changes.extend(point.overrides("--vary"));
        let loaded = order.given.load(&changes)?;
        let cost = costs.of(&scenario::key_values(&order.given.text, &changes)).map_err(|error| priced(&error))?;
        let mut scenario = brought.take_in(loaded);
        scenario.seed = *seed.get_or_insert(scenario.seed);
        let is_likely_infeasible = is_likely_infeasible(&scenario);
        settings.push(Design { steps: grid.steps(point.number), point, cost, scenario, is_likely_infeasible });
    }
    Ok(settings)
}

/// Whether more work comes for ever than any policy could do.
fn is_likely_infeasible(scenario: &Scenario) -> bool {
    let outlook = feasibility::analyze(scenario);
    outlook.is_stationary() && outlook.load().is_some_and(|load| load >= 1.0)
}

fn priced(error: &CostError) -> Failure {
    Failure::Input(format!("--cost: {error}"))
}

fn costs(options: &Options, grid: &Grid) -> Result<Costs, Failure> {
    if options.cost.is_empty() {
        return Ok(Costs::of_keys(grid.keys()));
    }
    Costs::parse(&options.cost).map_err(|error| priced(&error))
}

/// By axis: whether it is one of workers, or of what they offer, and has more of it from step to step.
fn supply(grid: &Grid) -> Vec<bool> {
    grid.axes.iter().map(|axis| axis.keys.iter().all(|key| is_supply(key)) && rises(&axis.values)).collect()
}

/// Whether a key is how many workers there are, or what they offer.
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

/// `replica` or `replica:2h`.
fn loss(text: &str) -> Result<WorstCaseOutage, Failure> {
    let (group, lasts) = match text.split_once(':') {
        None => (text, Ok(LOST_FOR)),
        Some((group, lasts)) => (group, lasts.trim().parse::<Span>()),
    };
    let lasts = lasts.map_err(|error| Failure::Input(format!("--lose {text}: {error}")))?;
    if group.trim().is_empty() || lasts <= Span::ZERO {
        return Err(Failure::Input(format!(
            "--lose {text} names no group of workers, or no time; write it such as replica or replica:2h"
        )));
    }
    Ok(WorstCaseOutage { group: group.trim().to_owned(), duration: lasts })
}

/// The ids of a scenario's workers, as far as there is room.
fn workers(scenario: &Scenario) -> String {
    let ids: Vec<&str> = scenario.system.workers.iter().take(8).map(|worker| worker.id.as_str()).collect();
    ids.join(", ")
}
