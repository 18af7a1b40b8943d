//! What is sized: all settings loaded and priced, targets understood, levels and looks settled.

use super::super::expressions::{complaint, parse_all};
use super::super::files::{overrides, shown};
use super::super::plan::{level_of, looks};
use super::super::verdict::{Failure, say};
use super::produce::Order;
use crate::experiment::design::{Grid, Refused};
use crate::experiment::expression::Condition;
use crate::experiment::sizing::{CostError, Costs, Loss, Setting, Targets, Unfit};
use crate::model::time::Span;
use crate::report::manifest::Options;
use crate::scenario::{Input, Loaded, Scenario, settings};
use crate::stats::looks::Looks;

/// For how long a worker is lost, unless it is said.
const LOST_FOR: Span = Span::secs(3600);

/// A search that can begin.
#[derive(Debug)]
pub(super) struct Prepared {
    /// The name of the scenario.
    pub(super) title: String,
    /// The keys that vary.
    pub(super) keys: Vec<String>,
    pub(super) settings: Vec<Setting>,
    pub(super) targets: Targets,
    pub(super) loss: Option<Loss>,
    /// What costs are in.
    pub(super) cost_unit: String,
    /// The seed in force.
    pub(super) seed: u64,
    /// The files that settings name, each once.
    pub(super) inputs: Vec<Input>,
    /// What is probably not meant.
    remarks: Vec<String>,
    /// What of files was left out.
    pub(super) notes: Vec<String>,
}

impl Prepared {
    /// Loads all settings that the options ask for.
    pub(super) fn new(order: &Order) -> Result<Prepared, Failure> {
        let options = &order.options;
        let grid = Grid::parse(&options.vary, &options.zip).map_err(|refused| refuse(&refused))?;
        let costs = costs(options, &grid)?;
        let mut prepared = Prepared {
            title: String::new(),
            keys: grid.keys().map(str::to_owned).collect(),
            settings: Vec::new(),
            targets: targets(options, &grid)?,
            loss: None,
            cost_unit: costs.unit().to_owned(),
            seed: 0,
            inputs: Vec::new(),
            remarks: Vec::new(),
            notes: Vec::new(),
        };
        for point in grid.points() {
            let mut changes = overrides(&options.set, options.policy.first().map(String::as_str));
            changes.extend(point.overrides("--vary"));
            let loaded = order.given.load(&changes)?;
            let cost = costs.of(&settings(&order.given.text, &changes)).map_err(|error| priced(&error))?;
            let scenario = prepared.take_in(loaded, order.seed);
            prepared.settings.push(Setting { steps: grid.steps(point.number), point, cost, scenario });
        }
        prepared.finish(options)
    }

    /// Keeps what came with a setting's scenario; says what is to be simulated.
    fn take_in(&mut self, loaded: Loaded, seed: Option<u64>) -> Scenario {
        let Loaded { mut scenario, warnings, notes, inputs } = loaded;
        if self.settings.is_empty() {
            self.title.clone_from(&scenario.name);
            self.seed = seed.unwrap_or(scenario.seed);
        }
        scenario.seed = self.seed;
        for input in inputs {
            if !self.inputs.contains(&input) {
                self.inputs.push(input);
            }
        }
        // Settings of one scenario have the same remarks and notes.
        let remark = (!warnings.is_empty()).then(|| shown(&warnings));
        self.remarks.extend(remark.filter(|remark| !self.remarks.contains(remark)));
        for note in notes {
            if !self.notes.contains(&note) {
                self.notes.push(note);
            }
        }
        scenario
    }

    /// Settles what depends on the scenario: looks, the loss, and whether the targets can be asked for.
    fn finish(mut self, options: &Options) -> Result<Prepared, Failure> {
        let first = &self.settings[0].scenario;
        self.targets.looks = looks(options, first.replications)?;
        self.loss = options.lose.as_deref().map(loss).transpose()?;
        for Setting { scenario, .. } in &self.settings {
            self.targets.asked(scenario).map_err(|unfit| self.misfit(&unfit))?;
            let absent = self.loss.as_ref().filter(|loss| loss.worker(scenario).is_none());
            if let Some(loss) = absent {
                return Err(Failure::Input(format!(
                    "--lose {0}: the scenario has no worker of a group `{0}`; there are {1}",
                    loss.group,
                    workers(scenario)
                )));
            }
        }
        Ok(self)
    }

    fn misfit(&self, unfit: &Unfit) -> Failure {
        complaint("--meet", &self.targets.conditions[unfit.target].text, &unfit.fault, "")
    }

    /// Says on standard error what is probably not meant.
    pub(super) fn say_remarks(&self) {
        for remark in &self.remarks {
            say(remark);
        }
        for note in &self.notes {
            say(&format!("note: {note}"));
        }
    }
}

fn refuse(refused: &Refused) -> Failure {
    complaint(refused.option, &refused.text, &refused.fault, "")
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

fn targets(options: &Options, grid: &Grid) -> Result<Targets, Failure> {
    let conditions: Vec<Condition> = parse_all("--meet", &options.meet)?;
    let supply = grid.axes.iter().map(|axis| axis.keys.iter().all(|key| is_supply(key)) && rises(&axis.values));
    Ok(Targets { conditions, level: level_of(options), looks: Looks::doubling(1, 1), supply: supply.collect() })
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
fn loss(text: &str) -> Result<Loss, Failure> {
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
    Ok(Loss { group: group.trim().to_owned(), lasts })
}

/// The ids of a scenario's workers, as far as there is room.
fn workers(scenario: &Scenario) -> String {
    let ids: Vec<&str> = scenario.system.workers.iter().take(8).map(|worker| worker.id.as_str()).collect();
    ids.join(", ")
}
