//! What `sweep --elasticity` leaves: a table of effects, and a tornado chart of each quantity that is shown; and what it prints.

mod csv;
mod json;
pub(crate) mod text;

use serde_json::Value;

use super::plot::tornado;
use super::sweep::{chart_paths, work};
use super::{RunContext, OutputFile};
use crate::experiment::elasticity::{Effect, Nudge};
use crate::experiment::expression::Quantity;
use crate::experiment::sweep::Trial;

/// All effects with everything that they are of.
#[derive(Clone, Copy, Debug)]
pub struct ElasticityReport<'a> {
    /// The scenario's name.
    pub title: &'a str,
    /// Which parameters were moved.
    pub nudges: &'a [Nudge],
    /// Which were not, and why.
    pub left_out: &'a [Skipped],
    /// What is shown.
    pub shown: &'a [Quantity],
    /// What was simulated: the scenario itself, then each nudge's low and high side.
    pub trials: &'a [Trial],
    /// What came of it.
    pub effects: &'a [Effect],
}

/// A parameter that could not be moved to both sides.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Skipped {
    /// The dotted path of its key.
    pub key: String,
    /// Why it could not.
    pub why: String,
}

impl<'a> ElasticityReport<'a> {
    /// The scenario itself.
    fn context(&self) -> RunContext<'a> {
        RunContext::of(&self.trials[0].scenario)
    }

    /// The effects on one of the shown quantities, the largest first.
    pub(super) fn ranked(&self, shown: usize) -> Vec<&'a Effect> {
        let mut effects: Vec<&Effect> = self.effects.iter().filter(|effect| effect.shown == shown).collect();
        let size = |effect: &Effect| effect.effect.map_or(-1.0, f64::abs);
        effects.sort_by(|a, b| size(b).total_cmp(&size(a)));
        effects
    }

    /// In a line: how many keys were moved, and by how much work.
    fn heading(&self) -> String {
        let (count, keys) = (self.nudges.len(), if self.nudges.len() == 1 { "key" } else { "keys" });
        format!("{}: what 1 % more of {count} {keys} does, {}", self.title, work(self.trials))
    }
}

impl ElasticityReport<'_> {
    /// Everything but the manifest and the inputs, in a fixed order.
    pub fn files(&self) -> Vec<OutputFile> {
        let table = OutputFile { path: "elasticity.csv".to_owned(), bytes: csv::effects(self) };
        let charts = chart_paths(self.shown).into_iter().enumerate();
        let charts = charts.map(|(shown, path)| OutputFile { path, bytes: tornado::draw(self, shown) });
        std::iter::once(table).chain(charts).collect()
    }

    /// The analysis in a terminal.
    pub fn text(&self) -> String {
        text::text(self)
    }

    /// The analysis as one JSON document.
    pub fn json(&self) -> Value {
        json::document(self)
    }
}
