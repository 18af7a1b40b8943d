//! `blame.csv`: why jobs waited, by action and reason; and the same in a sentence for each action.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::RunContext;
use crate::experiment::blame::{BlameDifference, BlameRow, BlameStatistic};
use crate::format::{self, ValueFormat, measured};
use crate::stats::JobScope;
use crate::table::{Column, csv};

/// The file in a run's folder.
pub(crate) const PATH: &str = "blame.csv";

/// The most actions with a sentence of their own.
const MOST_SENTENCES: usize = 10;

/// Smaller shares are not worth a place in a sentence.
const LEAST_SHARE: f64 = 0.005;

/// The bytes of the file.
pub(crate) fn write(context: &RunContext, rows: &[BlameRow]) -> Vec<u8> {
    type Col<'a> = Column<'a, &'a BlameRow>;
    let columns: [Col; 8] = [
        Col::new("policy", |_| context.scenario.policy_label.as_str()),
        Col::new("action", |row| context.action(row.action)),
        Col::new("reason", |row| row.reason),
        Col::new("holder", |row| row.holder.map_or("", |holder| context.action(JobScope::One(holder)))),
        Col::new("statistic", |row| row.statistic.name()),
        Col::new("value", |row| row.estimate.value),
        Col::interval("ci", ["ci_low", "ci_high"], |row| row.estimate.interval),
        Col::new("replications", |row| row.estimate.replications),
    ];
    csv(&columns, rows)
}

/// A reason in a sentence.
pub(crate) fn phrase(reason: &str) -> &str {
    match reason {
        "no-worker" => "no worker",
        "quorum" => "no quorum",
        "held-by-policy" => "held by policy",
        "claim-delay" => "claim delay",
        "before-start" => "before the start",
        other => other,
    }
}

/// A sentence for each action whose jobs waited, those with the longest mean waits if there are
/// many: `scan waits: 97 % busy, 3 % claim delay`.
pub(crate) fn sentences(context: &RunContext, rows: &[BlameRow]) -> Vec<String> {
    let mut actions: BTreeMap<JobScope, (f64, Vec<&BlameRow>)> = BTreeMap::new();
    for row in rows.iter().filter(|row| row.action != JobScope::All) {
        let of = actions.entry(row.action).or_default();
        match (row.statistic, row.holder) {
            (BlameStatistic::MeanWait, None) => of.0 += row.estimate.value.unwrap_or(0.0),
            (BlameStatistic::Share, _) => of.1.push(row),
            _ => {}
        }
    }
    let mut waited: Vec<(JobScope, f64, Vec<&BlameRow>)> =
        actions.into_iter().map(|(action, (mean, shares))| (action, mean, shares)).filter(|of| of.1 > 0.0).collect();
    let left_out = waited.len().saturating_sub(MOST_SENTENCES);
    if left_out > 0 {
        waited.sort_by(|a, b| b.1.total_cmp(&a.1));
        waited.truncate(MOST_SENTENCES);
    }
    let sentence = |(action, _, shares): &(JobScope, f64, Vec<&BlameRow>)| {
        format!("{} waits: {}", context.action(*action), parts(context, shares))
    };
    let mut sentences: Vec<String> = waited.iter().map(sentence).collect();
    if left_out > 0 {
        let actions = if left_out == 1 { "action" } else { "actions" };
        sentences.push(format!("{left_out} {actions} with shorter waits: see {PATH}"));
    }
    sentences
}

/// The reasons by falling share, each busy one with the actions that hold the units.
fn parts(context: &RunContext, shares: &[&BlameRow]) -> String {
    let large = |row: &&&BlameRow| row.estimate.value.is_some_and(|share| share >= LEAST_SHARE);
    let by_share = |rows: &mut Vec<&BlameRow>| {
        rows.sort_by(|a, b| b.estimate.value.unwrap_or(0.0).total_cmp(&a.estimate.value.unwrap_or(0.0)));
    };
    let percent = |row: &BlameRow| format::percent(row.estimate.value.unwrap_or(0.0));
    let mut reasons: Vec<&BlameRow> = shares.iter().filter(|row| row.holder.is_none()).filter(large).copied().collect();
    by_share(&mut reasons);
    let mut holders: Vec<&BlameRow> = shares.iter().filter(|row| row.holder.is_some()).filter(large).copied().collect();
    by_share(&mut holders);
    let holders: Vec<String> = holders
        .iter()
        .filter_map(|row| Some(format!("{} {}", percent(row), context.action(JobScope::One(row.holder?)))))
        .collect();
    let text = |row: &&BlameRow| {
        let held = if row.reason == "busy" && !holders.is_empty() {
            format!(" ({})", holders.join(", "))
        } else {
            String::new()
        };
        format!("{} {}{held}", percent(row), phrase(row.reason))
    };
    reasons.iter().map(text).collect::<Vec<_>>().join(", ")
}

/// What the difference of two mean waits consists of: `six against four: mean wait of all jobs
/// -3m30s: busy -3m42s, claim delay +12.0 s`; `None` if nothing differs.
pub(crate) fn difference_sentence(between: &str, differences: &[BlameDifference]) -> Option<String> {
    let (whole, parts) = differences.split_first()?;
    let mut parts: Vec<&BlameDifference> = parts.iter().collect();
    let size = |of: &BlameDifference| of.estimate.value.unwrap_or(0.0).abs();
    parts.sort_by(|a, b| size(b).total_cmp(&size(a)));
    let text = |of: &BlameDifference| ValueFormat::Duration.difference(of.estimate.value);
    let named: Vec<String> =
        parts.iter().map(|part| format!("{} {}", phrase(part.reason.unwrap_or_default()), text(part))).collect();
    (!named.is_empty()).then(|| format!("{between}: mean wait of all jobs {}: {}", text(whole), named.join(", ")))
}

/// The same for programs: seconds by reason, with intervals.
pub(crate) fn differences_json(differences: &[BlameDifference]) -> Value {
    let mut document = Map::new();
    for BlameDifference { reason, estimate } in differences {
        let ci = estimate.interval.map(|(low, high)| [measured(low), measured(high)]);
        let of = json!({ "mean_wait_s": estimate.value.map(measured), "ci": ci });
        document.insert(reason.unwrap_or("all").to_owned(), of);
    }
    Value::Object(document)
}
