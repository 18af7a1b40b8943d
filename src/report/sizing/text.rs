//! A search as a person reads it in a terminal: all settings that were simulated, then the answer and what stands against it.

use comfy_table::CellAlignment;

use super::{Study, with_interval};
use crate::experiment::sizing::{EvaluatedDesign, Sizing};
use crate::number::percent;
use crate::stats::bound_test::BoundStatus;
use crate::stats::{JobScope, Measure, Metric, Statistic};
use crate::table::{Charset, empty};

/// Jobs that had not ended at the horizon are worth a remark from this share on.
const MANY_UNFINISHED: f64 = 0.01;

/// The heading, the table, the answer, the runs that prove it, and `place` (where the files are).
pub fn text(study: &Study, proof: &[String], place: &str) -> String {
    let mut lines = vec![heading(study)];
    if let Some(lost) = &study.lost {
        lines.push("Without a loss:".to_owned());
        lines.push(table(study, lost.without));
        lines.extend(answer(study, lost.without));
        lines.push(format!("\nWith a loss, when it hurts most: {}", lost.words));
    }
    lines.push(table(study, study.sizing));
    lines.extend(answer(study, study.sizing));
    lines.extend(remarks(study));
    if !proof.is_empty() {
        lines.push("To see these runs whole:".to_owned());
        lines.extend(proof.iter().map(|command| format!("  {command}")));
    }
    lines.push(place.to_owned());
    lines.join("\n") + "\n"
}

fn heading(study: &Study) -> String {
    format!(
        "{}: the cheapest of {} settings of {}, seed {}",
        study.title,
        study.settings.len(),
        study.keys.join(", "),
        study.seed
    )
}

fn table(study: &Study, sizing: &Sizing) -> String {
    let conditions = study.targets.conditions.iter().map(|condition| condition.text.as_str());
    let mut header = study.keys.clone();
    header.push("cost");
    header.extend(conditions);
    header.extend(["replications", "verdict"]);
    let mut table = empty(&header, Charset::Utf8);
    for (place, tried) in sizing.evaluated.iter().enumerate() {
        let setting = study.setting(tried);
        let mut cells: Vec<String> = setting.point.settings.iter().map(|(_, value)| value.clone()).collect();
        cells.push(study.cost(tried));
        cells.extend(tried.tests.iter().enumerate().map(|(target, held)| with_interval(study.form(target), held)));
        cells.push(tried.results.replications.len().to_string());
        let mark = if sizing.answer == Some(place) { " (answer)" } else { "" };
        cells.push(format!("{}{mark}", tried.status.target_word()));
        table.add_row(cells);
    }
    if let Some(column) = table.column_mut(header.len() - 1) {
        column.set_cell_alignment(CellAlignment::Left);
    }
    table.trim_fmt()
}

/// What a search has come to, in lines.
pub fn answer(study: &Study, sizing: &Sizing) -> Vec<String> {
    let mut lines = Vec::new();
    match sizing.answer {
        Some(place) => lines.push(said(study, &sizing.evaluated[place])),
        None if sizing.evaluated.iter().any(|tried| tried.status == BoundStatus::Undecided) => lines.push(
            "No setting in the range is shown to meet the targets; some are undecided, and --max-replications allows more."
                .to_owned(),
        ),
        None => lines.push("No setting in the range meets the targets.".to_owned()),
    }
    if let Some(place) = sizing.next_cheaper() {
        lines.push(said(study, &sizing.evaluated[place]));
    } else if sizing.answer.is_some() && sizing.skipped == 0 {
        lines.push("There is no cheaper setting in the range.".to_owned());
    }
    lines
}

/// A setting in a line: `worker.replica.count=3, cost 3: met (p95(wait) 3m41s, 95 % CI 3m30s to 3m52s; 40 replications)`.
fn said(study: &Study, tried: &EvaluatedDesign) -> String {
    let targets = study.targets.conditions.iter().zip(&tried.tests).enumerate().map(|(target, (condition, held))| {
        let form = study.form(target);
        let interval = held.interval.map_or_else(String::new, |(low, high)| {
            format!(", 95 % CI {} to {}", form.value(Some(low)), form.value(Some(high)))
        });
        let lasting = if held.missing > 0 && condition.quantity.measure == Measure::DrainS {
            format!(", not gone at the horizon in {} runs", held.missing)
        } else {
            String::new()
        };
        format!("{} {}{interval}{lasting}", condition.quantity.text, form.value(held.value))
    });
    let targets: Vec<String> = targets.collect();
    format!(
        "{}, cost {}: {} ({}; {} replications)",
        study.name(tried),
        study.cost(tried),
        tried.status.target_word(),
        targets.join("; "),
        tried.results.replications.len()
    )
}

/// How sure it is, and what is to be known besides.
fn remarks(study: &Study) -> Vec<String> {
    let level = percent(study.targets.level);
    let mut lines = vec![format!(
        "The chance that any of the {} settings is called met that is not: {level} at most.",
        study.settings.len()
    )];
    if let Some((met, not_met)) = study.sizing.anomaly {
        let name = |place: usize| study.name(&study.sizing.evaluated[place]);
        lines.push(format!("More is not better here: {} is met, and {} is not.", name(met), name(not_met)));
    }
    if study.sizing.skipped > 0 {
        lines.push(format!(
            "{} cheaper settings were not simulated, as one with no less of anything is not met.",
            study.sizing.skipped
        ));
    }
    if let Some(lost) = study.lost.as_ref().filter(|lost| !lost.is_worst) {
        lines.push(format!("For the answer another instant may be worse than {}.", lost.words));
    }
    lines.extend(unfinished(study));
    lines
}

/// A remark on jobs that had not ended: they have no part in waits and responses.
fn unfinished(study: &Study) -> Option<String> {
    let tried = &study.sizing.evaluated[study.sizing.answer?];
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
