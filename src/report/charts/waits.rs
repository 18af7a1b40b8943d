//! Distributions of waits: of a run by action; of a comparison by contender, for all jobs and for
//! each action, because a policy that helps one action may harm another.

use crate::comparison::ComparisonReport;
use crate::experiment::Results;
use crate::model::action::ActionId;
use crate::plot::curves::{self, Curve};
use crate::stats::JobScope;
use crate::wait_curves::WaitCurves;
use crate::{OutputFile, RunContext, file};

/// At most this number of actions has a chart of its own.
const MOST_ACTIONS: usize = 12;

/// The chart of a run.
pub(super) fn by_action(context: &RunContext, results: &Results) -> Vec<u8> {
    let title = context.title("distribution of waits by action");
    let averaged = match results.replications.len() {
        0 | 1 => String::new(),
        n => format!("; quantiles averaged over {n} replications"),
    };
    let subtitle = format!("Share of jobs that waited at most so long; marks at median and p95{averaged}");
    curves::draw(context.scenario.slo, &WaitCurves::new(context, results).all(), &title, &subtitle)
}

/// The charts of a comparison: one of all jobs, and one for each of the baseline's actions if there
/// are several.
pub(super) fn by_contender(report: &ComparisonReport) -> Vec<OutputFile> {
    let mut charts = vec![chart(report, "all", "charts/wait_distribution.svg".to_owned())];
    let actions = &report.baseline().scenario.system.actions;
    if actions.len() > 1 {
        for (index, action) in actions.iter().enumerate().take(MOST_ACTIONS) {
            let keep = |c: char| if c.is_ascii_alphanumeric() || "._-".contains(c) { c } else { '_' };
            let name: String = action.name.chars().map(keep).take(80).collect();
            charts.push(chart(report, &action.name, format!("charts/waits/{}-{name}.svg", index + 1)));
        }
    }
    charts
}

fn chart(report: &ComparisonReport, action: &str, path: String) -> OutputFile {
    let curves: Vec<Curve> = report.baseline_first().filter_map(|number| curve(report, number, action)).collect();
    let of = if action == "all" { "all jobs" } else { action };
    let title = format!("{}: distribution of waits by contender ({of})", report.title);
    let subtitle = format!(
        "Share of jobs that waited at most so long; marks at median and p95; averaged over {} replications",
        report.comparison.replications
    );
    let slo = report.baseline().scenario.slo;
    file(path, curves::draw(slo, &curves, &title, &subtitle))
}

/// The curve of a contender. The baseline's is black, like that of all jobs in the chart of a run.
fn curve(report: &ComparisonReport, number: usize, action: &str) -> Option<Curve> {
    let (context, results) = report.run(number);
    let curve = WaitCurves::new(&context, results).of(action_of_name(&context, action)?)?;
    let (name, is_baseline) = (&report.contenders[number].name, number == report.criteria.baseline);
    let name = if is_baseline { format!("{name} (baseline)") } else { name.clone() };
    Some(Curve { name, is_black: is_baseline, ..curve })
}

fn action_of_name(context: &RunContext, action: &str) -> Option<JobScope> {
    let found = context.scenario.system.actions.iter().position(|known| known.name == action);
    let one = found.map(|index| JobScope::One(ActionId(index as u16)));
    one.or((action == "all").then_some(JobScope::All))
}
