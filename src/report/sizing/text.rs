//! A search as a person reads it in a terminal: all settings that were simulated, then the answer and what stands against it.

use comfy_table::CellAlignment;

use super::{SizingReport, with_interval};
use crate::experiment::sizing::{Sizing, Tried, Verdict};
use crate::format::percent;
use crate::table::{Charset, empty};
use crate::stats::{Measure, JobScope, Statistic, Metric};

/// Jobs that had not ended at the horizon are worth a remark from this share on.
const MANY_UNFINISHED: f64 = 0.01;

/// The heading, the table, the answer, the runs that prove it, and `place` (where the files are).
pub(super) fn text(report: &SizingReport, proof: &[String], place: &str) -> String {
    let mut lines = vec![heading(report)];
    if let Some(lost) = &report.lost {
        lines.push("Without a loss:".to_owned());
        lines.push(table(report, lost.without));
        lines.extend(answer(report, lost.without));
        lines.push(format!("\nWith a loss, when it hurts most: {}", lost.words));
    }
    lines.push(table(report, report.sizing));
    lines.extend(answer(report, report.sizing));
    lines.extend(remarks(report));
    if !proof.is_empty() {
        lines.push("To see these runs whole:".to_owned());
        lines.extend(proof.iter().map(|command| format!("  {command}")));
    }
    lines.push(place.to_owned());
    lines.join("\n") + "\n"
}

fn heading(report: &SizingReport) -> String {
    format!(
        "{}: the cheapest of {} settings of {}, seed {}",
        report.title,
        report.settings.len(),
        report.keys.join(", "),
        report.seed
    )
}

fn table(report: &SizingReport, sizing: &Sizing) -> String {
    let conditions = report.targets.conditions.iter().map(|condition| condition.text.as_str());
    let mut header = report.keys.clone();
    header.push("cost");
    header.extend(conditions);
    header.extend(["replications", "verdict"]);
    let mut table = empty(&header, Charset::Utf8);
    for (place, tried) in sizing.tried.iter().enumerate() {
        let setting = report.setting(tried);
        let mut cells: Vec<String> = setting.point.settings.iter().map(|(_, value)| value.clone()).collect();
        cells.push(report.cost(tried));
        cells.extend(tried.held.iter().enumerate().map(|(target, held)| with_interval(report.format(target), held)));
        cells.push(tried.results.replications.len().to_string());
        let mark = if sizing.answer == Some(place) { " (answer)" } else { "" };
        cells.push(format!("{}{mark}", tried.verdict.name()));
        table.add_row(cells);
    }
    if let Some(column) = table.column_mut(header.len() - 1) {
        column.set_cell_alignment(CellAlignment::Left);
    }
    table.trim_fmt()
}

/// What a search has come to, in lines.
pub(super) fn answer(report: &SizingReport, sizing: &Sizing) -> Vec<String> {
    let mut lines = Vec::new();
    match sizing.answer {
        Some(place) => lines.push(said(report, &sizing.tried[place])),
        None if sizing.tried.iter().any(|tried| tried.verdict == Verdict::Undecided) => lines.push(
            "No setting in the range is shown to meet the targets; some are undecided, and --max-replications allows more."
                .to_owned(),
        ),
        None => lines.push("No setting in the range meets the targets.".to_owned()),
    }
    if let Some(place) = sizing.next_cheaper() {
        lines.push(said(report, &sizing.tried[place]));
    } else if sizing.answer.is_some() && sizing.left_out == 0 {
        lines.push("There is no cheaper setting in the range.".to_owned());
    }
    lines
}

/// A setting in a line: `worker.replica.count=3, cost 3: met (p95(wait) 3m41s, 95 % CI 3m30s to 3m52s; 40 replications)`.
fn said(report: &SizingReport, tried: &Tried) -> String {
    let targets = report.targets.conditions.iter().zip(&tried.held).enumerate().map(|(target, (condition, held))| {
        let format = report.format(target);
        let interval = held.interval.map_or_else(String::new, |(low, high)| {
            format!(", 95 % CI {} to {}", format.value(Some(low)), format.value(Some(high)))
        });
        let lasting = if held.missing > 0 && condition.quantity.measure == Measure::DrainS {
            format!(", not gone at the horizon in {} runs", held.missing)
        } else {
            String::new()
        };
        format!("{} {}{interval}{lasting}", condition.quantity.text, format.value(held.value))
    });
    let targets: Vec<String> = targets.collect();
    format!(
        "{}, cost {}: {} ({}; {} replications)",
        report.name(tried),
        report.cost(tried),
        tried.verdict.name(),
        targets.join("; "),
        tried.results.replications.len()
    )
}

/// How sure it is, and what is to be known besides.
fn remarks(report: &SizingReport) -> Vec<String> {
    let level = percent(report.targets.level);
    let mut lines = vec![format!(
        "The chance that any of the {} settings is called met that is not: {level} at most.",
        report.settings.len()
    )];
    if let Some((met, not_met)) = report.sizing.anomaly {
        let name = |place: usize| report.name(&report.sizing.tried[place]);
        lines.push(format!("More is not better here: {} is met, and {} is not.", name(met), name(not_met)));
    }
    if report.sizing.left_out > 0 {
        lines.push(format!(
            "{} cheaper settings were not simulated, as one with no less of anything is not met.",
            report.sizing.left_out
        ));
    }
    if let Some(lost) = report.lost.as_ref().filter(|lost| !lost.is_worst) {
        lines.push(format!("For the answer another instant may be worse than {}.", lost.words));
    }
    lines.extend(unfinished(report));
    lines
}

/// A remark on jobs that had not ended: they have no part in waits and responses.
fn unfinished(report: &SizingReport) -> Option<String> {
    let tried = &report.sizing.tried[report.sizing.answer?];
    let count = |statistic| {
        let measure = Measure::Jobs;
        tried
            .results
            .estimate(Metric { action: JobScope::All, resource: None, worker: None, measure, statistic })?
            .value
    };
    let share = count(Statistic::Unfinished)? / count(Statistic::Arrived)?;
    (share >= MANY_UNFINISHED).then(|| {
        format!(
            "At the horizon {} of the answer's jobs had not ended, which have no part in responses, nor, if they had not begun, in waits.",
            percent(share)
        )
    })
}
