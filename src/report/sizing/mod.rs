//! A sizing's report: the tables of all settings that were simulated, and its text for terminals.

mod key_results;
mod tables;
mod text;

pub use text::quoted;

use crate::RunContext;
use crate::experiment::sizing::{Design, EvaluatedDesign, Sizing, Targets};
use crate::format::{self, ValueFormat};
use crate::model::time::Time;
use crate::stats::bound_test::BoundStatus;

/// A finished search for the cheapest setting that meets the targets.
#[derive(Clone, Debug)]
pub struct SizingReport<'a> {
    /// The name of the scenario.
    pub title: &'a str,
    /// The keys that vary.
    pub keys: Vec<&'a str>,
    /// All settings.
    pub settings: &'a [Design],
    /// The targets.
    pub targets: &'a Targets,
    /// The result of the search, with the loss of a worker if there is one.
    pub sizing: &'a Sizing,
    /// The loss of a worker.
    pub lost: Option<LostWorker<'a>>,
    /// The unit of costs, such as `/h`; may be empty.
    pub cost_unit: &'a str,
    /// The seed of all settings.
    pub seed: u64,
    /// The words of a `claimsim run` that all settings share.
    pub run_command: &'a str,
    /// The same with the scenario's name, whatever the place of its file.
    pub saved_command: &'a str,
    /// What a backtest of the scenario has shown, if one is named.
    pub backtest: Option<&'a str>,
}

/// A worker that is lost at the worst instant.
#[derive(Clone, Debug)]
pub struct LostWorker<'a> {
    /// The group, the instant and the duration, in words.
    pub words: String,
    /// The instant.
    pub at: Time,
    /// The result of the search without the loss.
    pub without: &'a Sizing,
    /// Whether no worse instant is known for the answer.
    pub is_worst: bool,
}

impl<'a> SizingReport<'a> {
    /// The setting that was simulated.
    pub(crate) fn setting(&self, evaluated: &EvaluatedDesign) -> &'a Design {
        &self.settings[evaluated.design]
    }

    /// The values of the keys that vary.
    pub(crate) fn values(&self, evaluated: &EvaluatedDesign) -> Vec<&'a str> {
        self.setting(evaluated).point.settings.iter().map(|(_, value)| value.as_str()).collect()
    }

    /// The keys and values of a setting: `worker.replica.count=3`.
    pub fn name(&self, evaluated: &EvaluatedDesign) -> String {
        self.setting(evaluated).point.name()
    }

    /// The cost of a setting: `3.5/h`.
    fn cost(&self, evaluated: &EvaluatedDesign) -> String {
        format!("{}{}", format::count(evaluated.cost), self.cost_unit)
    }

    /// The searches, each with the text of the column `loss`.
    fn searches(&self) -> Vec<(&'a Sizing, &str)> {
        let lost = self.lost.as_ref();
        let without = lost.map(|lost| (lost.without, ""));
        without.into_iter().chain([(self.sizing, lost.map_or("", |lost| &lost.words))]).collect()
    }

    /// The names and settings of a setting's run.
    fn context(&self, evaluated: &'a EvaluatedDesign) -> RunContext<'a> {
        let replications = evaluated.results.replications.len() as u32;
        RunContext { replications, ..RunContext::of(&self.setting(evaluated).scenario) }
    }

    /// The format of the values of a target.
    pub(crate) fn format(&self, target: usize) -> ValueFormat {
        ValueFormat::of_quantity(&self.targets.conditions[target].quantity)
    }

    /// Whether every setting is shown to miss the targets.
    pub fn is_infeasible(&self) -> bool {
        self.sizing.skipped == 0
            && self.sizing.evaluated.iter().all(|evaluated| evaluated.status == BoundStatus::Broken)
    }
}
