//! The waits of all contenders in one picture: of all jobs, and of each action, for a policy that helps one may hurt another.

use super::wait_curve::{self, Curve};
use super::wait_distribution;
use crate::comparison::ComparisonReport;
use crate::{RunContext, OutputFile};
use crate::stats::JobScope;

/// Most actions that have a picture of their own.
const MOST_ACTIONS: usize = 12;

/// One picture over all jobs, and one for each of the baseline's actions, if there are several.
pub(crate) fn charts(report: &ComparisonReport) -> Vec<OutputFile> {
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
    let of = if action == "all" { "all jobs".to_owned() } else { action.to_owned() };
    let title = format!("{}: distribution of waits by contender ({of})", report.title);
    let subtitle = format!(
        "Share of the claimed jobs that waited at most so long; marks at median and p95; averaged over {} replications",
        report.comparison.replications
    );
    let slo = report.baseline().scenario.slo;
    OutputFile { path, bytes: wait_distribution::sheet(slo, &curves, &title, &subtitle) }
}

/// The curve of one contender; the baseline's is that of all jobs in other charts: black.
fn curve(report: &ComparisonReport, number: usize, action: &str) -> Option<Curve> {
    let (context, results) = report.context(number);
    let curve = wait_curve::curve(&context, results, of_name(&context, action)?)?;
    let (name, is_baseline) = (&report.contenders[number].name, number == report.questions.baseline);
    let name = if is_baseline { format!("{name} (baseline)") } else { name.clone() };
    Some(Curve { name, is_black: is_baseline, ..curve })
}

fn of_name(context: &RunContext, action: &str) -> Option<JobScope> {
    let found = context.system.actions.iter().position(|known| known.name == action);
    let one = found.map(|index| JobScope::One(crate::model::action::ActionId(index as u16)));
    one.or((action == "all").then_some(JobScope::All))
}
