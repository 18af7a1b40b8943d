//! The CSV files of sizing: `size.csv`, a row a setting and target, and `summary.csv`, every figure of every setting.

use serde::Serialize;

use super::SizingReport;
use crate::experiment::sizing::Tried;
use crate::run::tables::{Cell, SUMMARY, file, summary_lines};

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
pub(super) fn settings(report: &SizingReport) -> Vec<u8> {
    let searches = report.searches();
    let lines = searches.iter().flat_map(|(sizing, loss)| {
        sizing.tried.iter().enumerate().flat_map(move |(place, tried)| {
            let conditions = report.targets.conditions.iter().zip(&tried.held);
            conditions.map(move |(condition, held)| {
                let line = Line {
                    loss,
                    cost: Cell(Some(report.setting(tried).cost)),
                    target: &condition.text,
                    value: Cell(held.value),
                    ci_low: Cell(held.interval.map(|(low, _)| low)),
                    ci_high: Cell(held.interval.map(|(_, high)| high)),
                    bound: Cell(Some(held.bound)),
                    p_kept: Cell(held.p_kept),
                    p_broken: Cell(held.p_broken),
                    verdict: held.verdict.name(),
                    setting: tried.verdict.name(),
                    is_answer: sizing.answer == Some(place),
                    replications: held.replications,
                    missing: held.missing,
                };
                (values(report, tried), line)
            })
        })
    });
    file(&header(report, &COLUMNS), lines)
}

/// `summary.csv`: the summary of a run for each setting, with its values before it.
pub(super) fn summary(report: &SizingReport) -> Vec<u8> {
    let searches = report.searches();
    let lines = searches.iter().flat_map(|(sizing, loss)| {
        sizing.tried.iter().flat_map(move |tried| {
            let context = report.context(tried);
            summary_lines(&context, &tried.results.summary).map(move |line| (values(report, tried), loss, line))
        })
    });
    let columns: Vec<&str> = std::iter::once("loss").chain(SUMMARY).collect();
    file(&header(report, &columns), lines)
}

fn header<'a>(report: &'a SizingReport, columns: &[&'a str]) -> Vec<&'a str> {
    report.keys.iter().copied().chain(columns.iter().copied()).collect()
}

/// The values of the keys that vary.
fn values<'a>(report: &SizingReport<'a>, tried: &Tried) -> Vec<&'a str> {
    report.setting(tried).point.settings.iter().map(|(_, value)| value.as_str()).collect()
}
