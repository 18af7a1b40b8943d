//! The CSV files of sizing: `size.csv`, a row a setting and target, and `summary.csv`, every figure of every setting.

use serde::Serialize;

use super::Study;
use crate::csv::{Cell, SUMMARY, file, summary_lines};
use crate::experiment::sizing::EvaluatedDesign;

#[derive(Serialize)]
struct Line<'a> {
    loss: &'a str,
    cost: Cell,
    target: &'a str,
    value: Cell,
    ci_low: Cell,
    ci_high: Cell,
    bound: Cell,
    p_kept: Cell,
    p_broken: Cell,
    verdict: &'a str,
    setting: &'a str,
    is_answer: bool,
    replications: u64,
    missing: u64,
}

const COLUMNS: [&str; 14] = [
    "loss",
    "cost",
    "target",
    "value",
    "ci_low",
    "ci_high",
    "bound",
    "p_kept",
    "p_broken",
    "verdict",
    "setting",
    "is_answer",
    "replications",
    "missing",
];

/// `size.csv`: first the keys that vary, each in a column of its own. `verdict` is that on the target, `setting` that on all of them.
pub(super) fn settings(study: &Study) -> Vec<u8> {
    let searches = study.searches();
    let lines = searches.iter().flat_map(|(sizing, loss)| {
        sizing.evaluated.iter().enumerate().flat_map(move |(place, tried)| {
            let conditions = study.targets.conditions.iter().zip(&tried.tests);
            conditions.map(move |(condition, held)| {
                let line = Line {
                    loss,
                    cost: Cell(Some(study.setting(tried).cost)),
                    target: &condition.text,
                    value: Cell(held.value),
                    ci_low: Cell(held.interval.map(|(low, _)| low)),
                    ci_high: Cell(held.interval.map(|(_, high)| high)),
                    bound: Cell(Some(held.bound)),
                    p_kept: Cell(held.p_kept),
                    p_broken: Cell(held.p_broken),
                    verdict: held.status.target_word(),
                    setting: tried.status.target_word(),
                    is_answer: sizing.answer == Some(place),
                    replications: held.replications,
                    missing: held.missing,
                };
                (values(study, tried), line)
            })
        })
    });
    file(&header(study, &COLUMNS), lines)
}

/// `summary.csv`: the summary of a run for each setting, with its values before it.
pub(super) fn summary(study: &Study) -> Vec<u8> {
    let searches = study.searches();
    let lines = searches.iter().flat_map(|(sizing, loss)| {
        sizing.evaluated.iter().flat_map(move |tried| {
            let context = study.context(tried);
            summary_lines(&context, &tried.results.summary).map(move |line| (values(study, tried), loss, line))
        })
    });
    let columns: Vec<&str> = std::iter::once("loss").chain(SUMMARY).collect();
    file(&header(study, &columns), lines)
}

fn header<'a>(study: &'a Study, columns: &[&'a str]) -> Vec<&'a str> {
    study.keys.iter().copied().chain(columns.iter().copied()).collect()
}

/// The values of the keys that vary.
fn values<'a>(study: &Study<'a>, tried: &EvaluatedDesign) -> Vec<&'a str> {
    study.setting(tried).point.settings.iter().map(|(_, value)| value.as_str()).collect()
}
