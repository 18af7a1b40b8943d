//! The tables of sizing: `size.csv`, a row per setting and target, and `summary.csv`, every figure
//! of every setting; and the JSON document.

use std::borrow::Cow;

use serde_json::{Map, Value, json};

use super::SizingReport;
use crate::experiment::expression::Condition;
use crate::experiment::sizing::{EvaluatedDesign, Sizing, TargetTest};
use crate::key_columns::KeyColumns;
use crate::run::tables::{summary_lines, summary_of};
use crate::table::{self, Column, csv};

/// A target of a setting that was simulated.
struct TargetRow<'a> {
    loss: &'a str,
    evaluated: &'a EvaluatedDesign,
    condition: &'a Condition,
    test: &'a TargetTest,
    is_answer: bool,
}

impl SizingReport<'_> {
    /// The keys that vary come first. `verdict` is the verdict on the target, `setting` the verdict
    /// on all targets.
    fn columns<'a>(&'a self, keys: &'a [String], cells: &'a KeyColumns<'a>) -> Vec<Column<'a, TargetRow<'a>>> {
        type Col<'a> = Column<'a, TargetRow<'a>>;
        let cell = move |row: &TargetRow, index: usize| cells.cells(&self.values(row.evaluated))[index].to_string();
        let keys = keys.iter().enumerate();
        let mut columns: Vec<Col<'a>> =
            keys.map(|(index, key)| Col::new(key, move |row| cell(row, index)).csv_only()).collect();
        columns.extend([
            Col::new("loss", |row| row.loss).csv_only(),
            Col::new("cost", |row| row.evaluated.cost).csv_only(),
            Col::new("workers", |row| self.setting(row.evaluated).scenario.system.workers.len()).csv_only(),
            Col::new("overload", |row| self.setting(row.evaluated).overload).csv_only(),
            Col::new("target", |row| row.condition.text.as_str()),
            Col::new("value", |row| row.test.value),
            Col::interval("ci", ["ci_low", "ci_high"], |row| row.test.interval),
            Col::new("bound", |row| row.test.bound),
            Col::new("p_kept", |row| row.test.p_kept),
            Col::new("p_broken", |row| row.test.p_broken),
            Col::new("verdict", |row| row.test.status.target_word()),
            Col::new("setting", |row| row.evaluated.status.target_word()).csv_only(),
            Col::new("is_answer", |row| row.is_answer).csv_only(),
            Col::new("replications", |row| row.test.replications).csv_only(),
            Col::new("missing", |row| row.test.missing),
            Col::new("hour", |row| row.test.hour.map(|hour| hour.to_string())),
            Col::new("whole_run", |row| row.test.whole_run),
            Col::new("lower_bound", |row| !row.test.is_exact),
            Col::new("unclaimed", |row| row.test.unserved.map(|jobs| jobs.unclaimed)),
            Col::new("reason", move |row| self.why(row.evaluated, row.test)),
        ]);
        columns
    }

    /// The columns of the keys.
    fn key_columns(&self) -> KeyColumns<'_> {
        let searches = self.searches().into_iter();
        let values: Vec<Vec<&str>> =
            searches.flat_map(|(sizing, _)| &sizing.evaluated).map(|evaluated| self.values(evaluated)).collect();
        KeyColumns::new(&self.keys, &values)
    }

    fn rows<'a>(
        &'a self,
        loss: &'a str,
        evaluated: &'a EvaluatedDesign,
        is_answer: bool,
    ) -> impl Iterator<Item = TargetRow<'a>> {
        let targets = self.targets.conditions.iter().zip(&evaluated.tests);
        targets.map(move |(condition, test)| TargetRow { loss, evaluated, condition, test, is_answer })
    }

    /// `size.csv`.
    pub(crate) fn settings_csv(&self) -> Vec<u8> {
        let columns = self.key_columns();
        let names = columns.names();
        let rows = self.searches().into_iter().flat_map(|(sizing, loss)| {
            let evaluated = sizing.evaluated.iter().enumerate();
            evaluated.flat_map(move |(place, evaluated)| self.rows(loss, evaluated, sizing.answer == Some(place)))
        });
        csv(&self.columns(&names, &columns), rows)
    }

    /// `summary.csv`: each setting's summary, with the setting's values first.
    pub(crate) fn summary_csv(&self) -> Vec<u8> {
        let columns = &self.key_columns();
        let names: Vec<String> = columns.names().into_iter().chain(["loss".to_owned()]).collect();
        let lines = self.searches().into_iter().flat_map(|(sizing, loss)| {
            sizing.evaluated.iter().flat_map(move |evaluated| {
                let cells = columns.cells(&self.values(evaluated)).into_iter();
                let before = cells.chain([Cow::Borrowed(loss)]).collect();
                summary_lines(before, self.context(evaluated), &evaluated.results.summary)
            })
        });
        summary_of(&names, lines)
    }

    /// The search as one JSON document; numbers that could not be computed are `null`.
    pub(crate) fn document(&self) -> Value {
        let lost = self.lost.as_ref().map(|lost| {
            json!({
                "words": lost.words,
                "at_s": lost.at.as_secs_f64(),
                "is_worst": lost.is_worst,
                "without": self.search(lost.without),
            })
        });
        let mut document = json!({
            "scenario": self.title,
            "seed": self.seed,
            "level": self.targets.level,
            "keys": self.keys,
            "settings": self.settings.len(),
            "targets": self.targets.conditions.iter().map(|condition| &condition.text).collect::<Vec<_>>(),
            "cost_unit": self.cost_unit,
            "loss": lost,
        });
        if let (Some(verdicts), Value::Object(document)) = (self.backtest, &mut document) {
            document.insert("backtest".to_owned(), verdicts.into());
        }
        if let (Value::Object(document), Value::Object(search)) = (&mut document, self.search(self.sizing)) {
            document.extend(search);
        }
        document
    }

    fn search(&self, sizing: &Sizing) -> Value {
        let evaluated: Vec<Value> = sizing.evaluated.iter().map(|evaluated| self.simulated(evaluated)).collect();
        json!({
            "answer": sizing.answer.map(|place| &evaluated[place]),
            "next_cheaper": sizing.next_cheaper.map(|place| &evaluated[place]),
            "as_cheap": sizing.as_cheap.iter().map(|place| &evaluated[*place]).collect::<Vec<_>>(),
            "left_out": sizing.skipped,
            "tried": evaluated,
            "warnings": self.warnings(sizing),
        })
    }

    fn simulated(&self, evaluated: &EvaluatedDesign) -> Value {
        let keys = self.key_columns();
        let (setting, names) = (self.setting(evaluated), keys.names());
        let columns = self.columns(&names, &keys);
        let settings = setting.point.settings.iter();
        json!({
            "set": settings.map(|(key, value)| (key.clone(), json!(value))).collect::<Map<String, Value>>(),
            "cost": evaluated.cost,
            "workers": setting.scenario.system.workers.len(),
            "overload": setting.overload,
            "verdict": evaluated.status.target_word(),
            "replications": evaluated.results.replications.len(),
            "targets": self.rows("", evaluated, false).map(|row| target(&columns, &row)).collect::<Vec<_>>(),
        })
    }
}

/// A target of a setting, with the names of the hours that are not judged.
fn target<'a>(columns: &[Column<'a, TargetRow<'a>>], row: &TargetRow<'a>) -> Value {
    let mut target = table::json(columns, row);
    if !row.test.unjudged.is_empty() {
        target["unjudged"] = row.test.unjudged.iter().map(ToString::to_string).collect();
    }
    target
}
