//! The tables of a comparison: `comparison.csv`, `gates.csv`, and `summary.csv` and
//! `wait_times.csv` of all contenders; and the JSON document.

use serde_json::{Value, json};

use super::ComparisonReport;
use crate::experiment::comparison::{Comparison, ComparisonRow, Gate};
use crate::format::{ValueFormat, at_least, relative_change, with_ends};
use crate::run::blame::differences_json;
use crate::run::tables::{summary_lines, summary_of};
use crate::stats::bound_test::BoundStatus;
use crate::stats::{CensoredValue, JobScope};
use crate::table::{self, Column, Text, csv};
use crate::wait_curves::WaitCurves;

impl<'a> ComparisonReport<'a> {
    /// The columns of every figure of a contender against the baseline.
    pub(super) fn comparison_columns(self) -> Vec<Column<'a, &'a ComparisonRow>> {
        type Col<'a> = Column<'a, &'a ComparisonRow>;
        let contender = move |row: &&ComparisonRow| self.contenders[row.alternative].name.as_str();
        vec![
            Col::new("contender", contender).shown(move |row| Text::Name(contender(row).to_owned())).merged(),
            Col::new("against", move |_| self.baseline().name.as_str()).csv_only(),
            Col::new("action", |row| row.key.action.as_str()),
            Col::new("resource", |row| row.key.resource.as_str()),
            Col::new("measure", |row| row.key.measure),
            Col::new("statistic", |row| row.key.statistic.as_str()),
            Col::for_people("judged", |row| Text::Code(label(row))).left_aligned(),
            Col::new("baseline", |row| row.baseline)
                .shown(|row| Text::Plain(format(row).bounded(row.baseline, row.is_exact[0]))),
            Col::new("value", |row| row.value)
                .shown(|row| Text::Plain(format(row).bounded(row.value, row.is_exact[1]))),
            Col::new("difference", |row| known(row.difference)).shown(|row| Text::Plain(difference_with_interval(row))),
            Col::interval("ci", ["ci_low", "ci_high"], |row| row.interval),
            Col::new("relative", |row| row.relative).shown(|row| Text::Plain(relative_with_interval(row))),
            Col::interval("relative_ci", ["relative_low", "relative_high"], |row| row.relative_interval),
            Col::new("variance_ratio", |row| row.variance_ratio),
            Col::new("p_value", |row| row.p),
            Col::new("p_adjusted", |row| row.test.and_then(|judgement| judgement.p_adjusted)),
            Col::new("p_equivalent", |row| row.test.and_then(|judgement| judgement.p_equivalent)),
            Col::new("p_equivalent_adjusted", |row| row.test.and_then(|judgement| judgement.p_equivalent_adjusted)),
            Col::new("verdict", |row| row.test.map(|judgement| judgement.verdict.name()))
                .shown(|row| Text::Strong(row.test.map_or("", |judgement| judgement.verdict.name()).to_owned()))
                .left_aligned(),
            Col::new("decided_at", |row| row.test.and_then(|judgement| judgement.decided_at)),
            Col::new("replications", |row| row.replications),
            Col::new("missing", |row| row.missing),
            Col::new("window", |row| row.key.window.as_str()),
        ]
    }

    /// The columns of the gates. `beyond` is value minus bound.
    pub(super) fn gate_columns(self) -> Vec<Column<'a, &'a Gate>> {
        type Col<'a> = Column<'a, &'a Gate>;
        let contender = move |gate: &&Gate| self.contenders[gate.alternative].name.as_str();
        vec![
            Col::new("contender", contender).shown(move |gate| Text::Name(contender(gate).to_owned())),
            Col::new("gate", |gate| gate.condition.text.as_str())
                .shown(|gate| Text::Code(gate.condition.text.clone()))
                .left_aligned(),
            Col::new("baseline", |gate| gate.baseline)
                .shown(|gate| Text::Plain(gate_format(gate).value(gate.baseline))),
            Col::new("value", |gate| gate.value).shown(|gate| Text::Plain(gate_value(gate))),
            Col::new("bound", |gate| gate.bound).shown(|gate| Text::Plain(gate_format(gate).value(gate.bound))),
            Col::new("beyond", |gate| gate.beyond)
                .shown(|gate| Text::Plain(gate_format(gate).difference_with_interval(gate.beyond, gate.interval)))
                .titled("value - bound")
                .without_markdown(),
            Col::interval("ci", ["ci_low", "ci_high"], |gate| gate.interval),
            Col::new("p_kept", |gate| gate.p_kept),
            Col::new("p_broken", |gate| gate.p_broken),
            Col::new("outcome", |gate| gate.status.gate_word())
                .shown(|gate| {
                    let outcome = gate.status.gate_word().to_owned();
                    if gate.status == BoundStatus::Kept { Text::Plain(outcome) } else { Text::Strong(outcome) }
                })
                .left_aligned(),
            Col::new("decided_at", |gate| gate.decided_at),
            Col::new("replications", |gate| gate.replications),
            Col::new("missing", |gate| gate.missing),
        ]
    }

    /// `comparison.csv`.
    pub(crate) fn comparison_csv(self) -> Vec<u8> {
        csv(&self.comparison_columns(), &self.comparison.rows)
    }

    /// `gates.csv`.
    pub(crate) fn gates_csv(self) -> Vec<u8> {
        csv(&self.gate_columns(), &self.comparison.gates)
    }

    /// `summary.csv`: each contender's summary, with the contender's name first.
    pub(crate) fn summary_csv(self) -> Vec<u8> {
        let lines = self.contenders.iter().enumerate().flat_map(|(number, contender)| {
            let (context, results) = self.run(number);
            summary_lines(vec![contender.name.as_str().into()], context, &results.summary)
        });
        summary_of(&["contender".to_owned()], lines)
    }

    /// `wait_times.csv`: the curves of the charts: each contender's quantiles of waits, averaged
    /// over its replications.
    pub(crate) fn wait_times_csv(self) -> Vec<u8> {
        type Col<'a> = Column<'a, (&'a str, &'a str, f64, f64)>;
        let columns = [
            Col::new("contender", |row| row.0),
            Col::new("action", |row| row.1),
            Col::new("p", |row| row.3),
            Col::new("wait_s", |row| row.2),
        ];
        let mut rows = Vec::new();
        for (number, contender) in self.contenders.iter().enumerate() {
            let (context, results) = self.run(number);
            let curves = WaitCurves::new(&context, results);
            for action in std::iter::once(JobScope::All).chain(context.actions()) {
                let points = curves.of(action).map_or_else(Vec::new, |curve| curve.points);
                let row = |(wait, p)| (contender.name.as_str(), context.action(action), wait, p);
                rows.extend(points.into_iter().map(row));
            }
        }
        csv(&columns, rows)
    }

    /// The comparison as one JSON document; its rows have the names of the CSV files.
    pub(crate) fn document(&self) -> Value {
        let Comparison { replications, looks, rows, gates, .. } = self.comparison;
        let contenders = self.contenders.iter().map(|contender| {
            json!({
                "name": contender.name,
                "scenario": contender.scenario.name,
                "policy": contender.scenario.policy_label,
                "seed": contender.scenario.seed,
            })
        });
        let (of_rows, of_gates) = (self.comparison_columns(), self.gate_columns());
        let blame = self.blame_differences();
        let blame = blame.map(|(number, of)| (self.contenders[number].name.clone(), differences_json(&of)));
        json!({
            "scenario": self.title,
            "against": self.baseline().name,
            "contenders": contenders.collect::<Vec<_>>(),
            "seed": self.seed,
            "level": self.criteria.level,
            "replications": replications,
            "looks": looks,
            "decided": self.comparison.is_decided(self.criteria),
            "comparison": rows.iter().map(|row| table::json(&of_rows, &row)).collect::<Vec<_>>(),
            "gates": gates.iter().map(|gate| table::json(&of_gates, &gate)).collect::<Vec<_>>(),
            "outcome": self.comparison.gate_status().map(BoundStatus::gate_word),
            "blame": Value::Object(blame.collect()),
            "warnings": self.warnings(),
        })
    }
}

/// The quantity of a row as expressions write it: `p95(wait, scan, mon-fri)`.
pub(crate) fn label(row: &ComparisonRow) -> String {
    let measure = row.key.measure;
    let measure = measure.strip_suffix("_per_s").or_else(|| measure.strip_suffix("_s")).unwrap_or(measure);
    let of = match (row.key.action.as_str(), row.key.resource.as_str()) {
        ("" | "all", "") => None,
        ("" | "all", resource) => Some(resource),
        (action, _) => Some(action),
    };
    let window = Some(row.key.window.as_str()).filter(|window| !window.is_empty());
    let arguments: Vec<&str> = of.into_iter().chain(window).collect();
    let (word, first) = match row.key.statistic.strip_prefix("share ") {
        Some(limit) => ("share", format!("{measure} {limit}")),
        None if has_one_statistic(row) && arguments.is_empty() => return measure.to_owned(),
        None if has_one_statistic(row) => return format!("{measure}({})", arguments.join(", ")),
        None => (row.key.statistic.as_str(), measure.to_owned()),
    };
    let all: Vec<&str> = std::iter::once(first.as_str()).chain(arguments).collect();
    format!("{word}({})", all.join(", "))
}

/// Whether the measure has only one statistic, which then needs no name.
fn has_one_statistic(row: &ComparisonRow) -> bool {
    let of_jobs = ["wait_s", "response_s", "service_s", "slowdown", "jobs", "unfinished_age_s"];
    !of_jobs.contains(&row.key.measure)
}

/// The format of a row's values.
pub(crate) fn format(row: &ComparisonRow) -> ValueFormat {
    ValueFormat::of(row.key.measure, &row.key.statistic, row.unit)
}

/// The format of a gate's values.
pub(super) fn gate_format(gate: &Gate) -> ValueFormat {
    ValueFormat::of_quantity(&gate.condition.quantity)
}

/// A value that is known; nothing else goes into a file.
fn known(value: Option<CensoredValue>) -> Option<f64> {
    value.filter(|value| value.is_exact()).map(|value| value.lower)
}

/// A value, or the bound of it that is known: `≥ +3.2 s`, `≤ -1m20s`.
fn bounded(value: Option<CensoredValue>, text: impl Fn(f64) -> String) -> String {
    match value {
        Some(value) if value.is_exact() => text(value.lower),
        Some(value) if value.lower.is_finite() => at_least(&text(value.lower)),
        Some(value) if value.upper.is_finite() => format!("\u{2264} {}", text(value.upper)),
        _ => "-".to_owned(),
    }
}

/// The value of a gate, or a lower bound of it.
pub(super) fn gate_value(gate: &Gate) -> String {
    gate_format(gate).bounded(gate.value, gate.is_exact)
}

/// A row's difference.
pub(crate) fn difference(row: &ComparisonRow) -> String {
    bounded(row.difference, |value| format(row).difference(Some(value)))
}

/// A row's difference with its interval.
pub(super) fn difference_with_interval(row: &ComparisonRow) -> String {
    with_ends(difference(row), row.interval, |end| format(row).difference(Some(end)))
}

/// A row's relative difference with its interval.
pub(super) fn relative_with_interval(row: &ComparisonRow) -> String {
    let Some(relative) = row.relative else {
        // Of bounds, each relative to the baseline, if that is known.
        let baseline = row.baseline.filter(|baseline| *baseline > 0.0 && row.is_exact[0]);
        let bounds = row.difference.zip(baseline).map(|(difference, baseline)| CensoredValue {
            lower: difference.lower / baseline,
            upper: difference.upper / baseline,
        });
        return bounded(bounds, relative_change);
    };
    with_ends(relative_change(relative), row.relative_interval, relative_change)
}
