//! An elasticity analysis: the table of the effect of every key on every quantity, its text for
//! terminals, and the JSON document.

use serde_json::{Value, json};

use crate::RunContext;
use crate::experiment::design::column_number;
use crate::experiment::elasticity::{Effect, Perturbation};
use crate::experiment::expression::Quantity;
use crate::experiment::sweep::DesignPoint;
use crate::format::{ValueFormat, measured, relative_change};
use crate::key_results::{KeyResults, counted, some_names};
use crate::sweep::{WITHOUT_INTERVALS, replications_and_seed};
use crate::table::{self, Column, TextTable, csv};

/// A finished elasticity analysis.
#[derive(Clone, Copy, Debug)]
pub struct ElasticityReport<'a> {
    /// The scenario's name.
    pub title: &'a str,
    /// The parameters that were varied.
    pub perturbations: &'a [Perturbation],
    /// The parameters that were not, and why.
    pub skipped: &'a [Skipped],
    /// The quantities that are shown.
    pub shown: &'a [Quantity],
    /// The scenarios that were simulated: the scenario itself, then the low and the high side of
    /// each parameter.
    pub trials: &'a [DesignPoint],
    /// The effects.
    pub effects: &'a [Effect],
}

/// A parameter that could not be varied in both directions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Skipped {
    /// The dotted path of its key.
    pub key: String,
    /// The reason.
    pub why: String,
}

impl<'a> ElasticityReport<'a> {
    /// The analysis as one JSON document, quantity by quantity, with the largest effect first. What
    /// could not be measured is `null`.
    pub(crate) fn document(&self) -> Value {
        let columns = self.columns();
        let of_quantity = |(shown, quantity): (usize, &Quantity)| {
            let ranked = self.ranked(shown);
            json!({
                "quantity": quantity.text,
                "unit": quantity.unit(),
                "base": ranked.first().and_then(|effect| effect.base).map(measured),
                "effects": ranked.iter().map(|effect| table::json(&columns, effect)).collect::<Vec<_>>(),
            })
        };
        let skipped = self.skipped.iter().map(|Skipped { key, why }| json!({ "key": key, "why": why }));
        json!({
            "scenario": self.title,
            "seed": self.trials[0].scenario.seed,
            "replications": self.trials[0].scenario.replications,
            "quantities": self.shown.iter().enumerate().map(of_quantity).collect::<Vec<_>>(),
            "left_out": skipped.collect::<Vec<_>>(),
        })
    }

    /// The analysis in a terminal: the heading line, the table of keys, the largest effect on the
    /// first quantity first, and notes.
    pub(crate) fn for_terminal(&self, place: &str) -> String {
        let (table, without) = self.table();
        let notes: String = self.remarks(&without).into_iter().flat_map(|line| [line, "\n".to_owned()]).collect();
        let table = table.terminal(|_| false);
        format!("{}\n{table}\n{notes}{}{place}\n", self.heading(), self.on_intervals())
    }

    pub(crate) fn found(&self) -> KeyResults {
        let (table, without) = self.table();
        let mut limits = vec!["Effects are those of small changes from the values of the scenario.".to_owned()];
        limits.extend((!self.skipped.is_empty()).then(|| {
            format!(
                "Not varied: {} ({}).",
                counted(self.skipped.len(), "key"),
                some_names(self.skipped.iter().map(|skipped| skipped.key.as_str()))
            )
        }));
        let on_intervals = self.on_intervals().trim_end();
        KeyResults {
            heading: self.heading(),
            answer: self.answer(),
            confidence: if on_intervals == WITHOUT_INTERVALS.trim_end() {
                on_intervals.to_owned()
            } else {
                format!("\u{b1} is half the width of a 95 % interval of each effect by itself. {on_intervals}")
                    .trim_end()
                    .to_owned()
            },
            limits,
            warnings: Vec::new(),
            tables: vec![table],
            reasons: Vec::new(),
            remarks: self.remarks(&without),
        }
    }

    /// The largest effects on the first quantity.
    fn answer(&self) -> String {
        let Some(quantity) = self.shown.first() else { return String::new() };
        let ranked = self.ranked(0).into_iter().filter(|effect| !effect.is_zero() && effect.effect.is_some());
        let mut words = ranked.map(|effect| {
            (format!("`{}`", self.perturbations[effect.perturbation].key), change_with_half_width(effect))
        });
        match (words.next(), words.next()) {
            (Some((key, change)), second) => {
                let second = second.map_or_else(String::new, |(key, change)| format!("; next is {key} with {change}"));
                format!("1 % more of {key} changes `{}` by {change}, the largest effect{second}.", quantity.text)
            }
            _ => format!("No key has an effect on `{}`.", quantity.text),
        }
    }

    /// The keys without an effect, and those that were left out.
    fn remarks(&self, without: &[&str]) -> Vec<String> {
        let none = (!without.is_empty()).then(|| format!("no effect: {}", without.join(", ")));
        let skipped = self.skipped.iter().map(|Skipped { key, why }| format!("left out: {key}: {why}"));
        none.into_iter().chain(skipped).collect()
    }

    /// The keys with an effect, and the names of those without.
    fn table(&self) -> (TextTable, Vec<&'a str>) {
        let titles = self.shown.iter().map(|quantity| quantity.text.as_str());
        let header: Vec<&str> = ["1 % more of", "value"].into_iter().chain(titles).collect();
        let values = self.shown.iter().enumerate().map(|(shown, quantity)| {
            let base = self.effects.iter().find(|effect| effect.response == shown).and_then(|effect| effect.base);
            ValueFormat::of_quantity(quantity).value(base)
        });
        let mut rows: Vec<Vec<String>> = vec![["(now)".to_owned(), String::new()].into_iter().chain(values).collect()];
        let mut without: Vec<&'a str> = Vec::new();
        for first in self.ranked(0) {
            let perturbation = &self.perturbations[first.perturbation];
            let effects: Vec<&Effect> =
                self.effects.iter().filter(|effect| effect.perturbation == first.perturbation).collect();
            if effects.iter().all(|effect| effect.is_zero()) {
                without.push(&perturbation.key);
                continue;
            }
            let cells = effects.into_iter().map(change_with_half_width);
            rows.push([perturbation.key.clone(), perturbation.short_value()].into_iter().chain(cells).collect());
        }
        (TextTable::new("Effects of 1 % more", header, rows), without)
    }

    /// The columns of the effects. `effect` is the change of the quantity in percent for 1 % more
    /// of the key.
    fn columns(self) -> Vec<Column<'a, &'a Effect>> {
        type Col<'a> = Column<'a, &'a Effect>;
        let perturbation = move |effect: &&Effect| &self.perturbations[effect.perturbation];
        let quantity = move |effect: &&Effect| &self.shown[effect.response];
        let target = move |effect: &&Effect| self.trials[0].quantity(effect.response);
        let context = RunContext::of(&self.trials[0].scenario);
        vec![
            Col::new("key", move |effect| perturbation(effect).key.as_str()),
            Col::new("value", move |effect| perturbation(effect).value.as_str()),
            Col::new("value_number", move |effect| number(perturbation(effect), "_number")).csv_only(),
            Col::new("value_s", move |effect| number(perturbation(effect), "_s")).csv_only(),
            Col::new("value_per_s", move |effect| number(perturbation(effect), "_per_s")).csv_only(),
            Col::new("low", move |effect| perturbation(effect).low.as_str()),
            Col::new("high", move |effect| perturbation(effect).high.as_str()),
            Col::new("action", move |effect| context.action(target(effect).action())).csv_only(),
            Col::new("resource", move |effect| context.resource(target(effect).resource())).csv_only(),
            Col::new("measure", move |effect| quantity(effect).measure.name()).csv_only(),
            Col::new("statistic", move |effect| quantity(effect).statistic()).csv_only(),
            Col::new("base", |effect| effect.base).csv_only(),
            Col::new("effect", |effect| effect.effect),
            Col::interval("ci", ["ci_low", "ci_high"], |effect| effect.interval),
            Col::new("replications", |effect| effect.replications),
        ]
    }

    /// `elasticity.csv`: a row per key and quantity.
    pub(crate) fn csv(self) -> Vec<u8> {
        csv(&self.columns(), self.effects)
    }

    /// The effects on one of the shown quantities, the largest first.
    pub(crate) fn ranked(&self, shown: usize) -> Vec<&'a Effect> {
        let mut effects: Vec<&Effect> = self.effects.iter().filter(|effect| effect.response == shown).collect();
        let size = |effect: &Effect| effect.effect.map_or(-1.0, f64::abs);
        effects.sort_by(|a, b| size(b).total_cmp(&size(a)));
        effects
    }

    /// A line with the number of keys, the replications and the seed.
    fn heading(&self) -> String {
        let (count, keys) = (self.perturbations.len(), if self.perturbations.len() == 1 { "key" } else { "keys" });
        format!("{}: effect of 1 % more of {count} {keys}, {}", self.title, replications_and_seed(self.trials))
    }

    /// Why some effects have no interval.
    fn on_intervals(&self) -> &'static str {
        let is_open = |effect: &Effect| effect.effect.is_some() && effect.interval.is_none();
        if self.effects.iter().all(|effect| effect.replications < 2) {
            WITHOUT_INTERVALS
        } else if self.effects.iter().any(is_open) {
            "An effect without an interval may be 0: the replications do not exclude it; more --replications may.\n"
        } else {
            ""
        }
    }
}

/// The value of a parameter, if it is of the kind whose columns end like this.
fn number(perturbation: &Perturbation, suffix: &str) -> Option<f64> {
    column_number(&perturbation.value).filter(|(own, _)| *own == suffix).map(|(_, number)| number)
}

/// The change of a quantity, with half the width of its interval.
pub(crate) fn change_with_half_width(effect: &Effect) -> String {
    let Some(value) = effect.effect else { return "-".to_owned() };
    let change = relative_change(value / 100.0);
    match effect.interval {
        Some((low, high)) => {
            let half = relative_change((high - low) / 200.0);
            format!("{change} \u{b1} {}", half.trim_start_matches('+'))
        }
        None => change,
    }
}
