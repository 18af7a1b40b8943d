//! What sizing leaves: a table of all settings that were simulated, their summaries, a chart of each target against the cost; and what it prints.

mod csv;
mod json;
mod text;

use serde_json::Value;

use super::plot::targets;
use super::{RunContext, OutputFile};
use crate::experiment::sizing::{Held, Setting, Sizing, Targets, Tried, Verdict};
use crate::model::time::Time;
use crate::format::ValueFormat;

/// A search for a setting with everything in it.
#[derive(Clone, Debug)]
pub struct SizingReport<'a> {
    /// The name of the scenario.
    pub title: &'a str,
    /// The keys that vary.
    pub keys: Vec<&'a str>,
    /// All settings.
    pub settings: &'a [Setting],
    /// What they had to keep.
    pub targets: &'a Targets,
    /// What came of it; with the loss of a worker, if there is one.
    pub sizing: &'a Sizing,
    /// The loss of a worker.
    pub lost: Option<LostWorker<'a>>,
    /// What costs are in, such as `/h`; may be empty.
    pub cost_unit: &'a str,
    /// The seed of all settings.
    pub seed: u64,
}

/// A worker that is lost at the worst instant.
#[derive(Clone, Debug)]
pub struct LostWorker<'a> {
    /// In words: of which group, when and for how long.
    pub words: String,
    /// When.
    pub at: Time,
    /// What came of the search without the loss.
    pub without: &'a Sizing,
    /// Whether no worse instant is known for the answer.
    pub is_worst: bool,
}

impl<'a> SizingReport<'a> {
    /// The setting that was tried.
    fn setting(&self, tried: &Tried) -> &'a Setting {
        &self.settings[tried.setting]
    }

    /// What a setting sets, in words: `worker.replica.count=3`.
    pub fn name(&self, tried: &Tried) -> String {
        let settings = &self.setting(tried).point.settings;
        let words: Vec<String> = settings.iter().map(|(key, value)| format!("{key}={value}")).collect();
        words.join(", ")
    }

    /// The cost of a setting: `3.5/h`.
    fn cost(&self, tried: &Tried) -> String {
        format!("{}{}", super::format::count(self.setting(tried).cost), self.cost_unit)
    }

    /// The searches, with what stands in the column `loss`.
    fn searches(&self) -> Vec<(&'a Sizing, String)> {
        let mut searches = Vec::new();
        if let Some(lost) = &self.lost {
            searches.push((lost.without, String::new()));
        }
        searches.push((self.sizing, self.lost.as_ref().map_or_else(String::new, |lost| lost.words.clone())));
        searches
    }

    /// A setting's own report.
    fn context(&self, tried: &'a Tried) -> RunContext<'a> {
        RunContext { replications: tried.results.replications.len() as u32, ..RunContext::of(&self.setting(tried).scenario) }
    }

    /// How the values of a target are written.
    fn format(&self, target: usize) -> ValueFormat {
        ValueFormat::of_quantity(&self.targets.conditions[target].quantity)
    }

    /// Whether a target is about a share of a whole.
    pub(super) fn is_share(&self, target: usize) -> bool {
        self.format(target) == ValueFormat::Share
    }

    /// Whether all settings are shown not to keep the targets.
    pub fn is_hopeless(&self) -> bool {
        self.sizing.left_out == 0 && self.sizing.tried.iter().all(|tried| tried.verdict == Verdict::NotMet)
    }
}

/// A value with its interval: `3m41s (3m30s to 3m52s)`.
fn with_interval(format: ValueFormat, held: &Held) -> String {
    match held.interval {
        Some((low, high)) => {
            format!("{} ({} to {})", format.value(held.value), format.value(Some(low)), format.value(Some(high)))
        }
        None => format.value(held.value),
    }
}

impl SizingReport<'_> {
    /// Everything that sizing leaves but its manifest and its inputs, in a fixed order.
    pub fn files(&self) -> Vec<OutputFile> {
        let file = |path: String, bytes: Vec<u8>| OutputFile { path, bytes };
        let mut files =
            vec![file("size.csv".to_owned(), csv::settings(self)), file("summary.csv".to_owned(), csv::summary(self))];
        let charts = (0..self.targets.conditions.len())
            .map(|target| file(format!("charts/target-{}.svg", target + 1), targets::draw(self, target)));
        files.extend(charts);
        files
    }

    /// The search in a terminal: `proof` are the commands that run the answer, `place` names the folder of the files.
    pub fn text(&self, proof: &[String], place: &str) -> String {
        text::text(self, proof, place)
    }

    /// What a search has found, in lines.
    pub fn answer(&self, sizing: &Sizing) -> Vec<String> {
        text::answer(self, sizing)
    }

    /// The search as one JSON document.
    pub fn json(&self) -> Value {
        json::document(self)
    }
}

/// What the chart of a target shows of a setting that was tried.
pub(super) struct Shown {
    /// What the setting costs.
    pub(super) cost: f64,
    /// The values of the keys that vary.
    pub(super) name: String,
    /// The target's value, and its interval.
    pub(super) value: f64,
    pub(super) interval: Option<(f64, f64)>,
    /// Whether the target is kept.
    pub(super) verdict: Verdict,
    /// Whether it is the answer.
    pub(super) is_answer: bool,
}

/// All settings that have a value of a target.
pub(super) fn shown(report: &SizingReport, target: usize) -> Vec<Shown> {
    let answer = report.sizing.answer;
    let of = |(place, tried): (usize, &Tried)| {
        let (setting, held) = (report.setting(tried), &tried.held[target]);
        let values: Vec<&str> = setting.point.settings.iter().map(|(_, value)| value.as_str()).collect();
        Some(Shown {
            cost: setting.cost,
            name: values.join(", "),
            value: held.value?,
            interval: held.interval,
            verdict: held.verdict,
            is_answer: answer == Some(place),
        })
    };
    report.sizing.tried.iter().enumerate().filter_map(of).collect()
}
