//! The catalogue of charts: which study leaves which chart, and where.
//!
//! A chart is a file of its own, which turns a report into plain series and draws them with the
//! tools of [`crate::plot`].

mod backtest;
mod by_hour;
mod differences;
mod elasticity;
mod gantt;
mod import;
mod over_time;
mod png;
mod style;
mod sweep;
mod targets;
mod wait_reasons;
mod waits;
mod warm_up;
mod week;
mod workers;

pub use import::import_charts;
pub use png::CAN_DRAW_PNG;
pub use style::ChartStyle;

use std::collections::BTreeSet;

use crate::backtest::BacktestReport;
use crate::comparison::ComparisonReport;
use crate::elasticity::ElasticityReport;
use crate::experiment::expression::Quantity;
use crate::run::{self, RunReport};
use crate::sizing::SizingReport;
use crate::sweep::SweepReport;
use crate::{OutputFile, file};

pub(crate) fn of_run(RunReport { context, results, gantt, .. }: &RunReport) -> Vec<OutputFile> {
    let mut charts = vec![
        file("charts/wait_distribution.svg", waits::by_action(context, results)),
        file("charts/utilization.svg", over_time::utilization(context, results)),
        file("charts/queue_length.svg", over_time::queue_length(context, results)),
    ];
    let reasons = wait_reasons::draw(context, results);
    charts.extend(reasons.map(|drawn| file("charts/wait_reasons.svg", drawn)));
    let hours = run::by_hour::rows(&results.replications);
    let by_hour = hours.and_then(|rows| by_hour::draw(context, &rows));
    charts.extend(by_hour.map(|drawn| file("charts/by_hour.svg", drawn)));
    charts.extend(week::waiting(context, results).map(|drawn| file("charts/waiting_by_weekday.svg", drawn)));
    charts.extend(week::crons(context, results).map(|drawn| file("charts/crons.svg", drawn)));
    charts.extend(workers::draw(context, results).map(|drawn| file("charts/workers.svg", drawn)));
    charts.extend(gantt.map(|period| file("charts/gantt.svg", gantt::draw(context, period))));
    charts.extend(context.warm_up.map(|found| file("charts/warmup.svg", warm_up::draw(context, found))));
    charts
}

pub(crate) fn of_comparison(report: &ComparisonReport) -> Vec<OutputFile> {
    let mut charts = vec![file("charts/differences.svg", differences::draw(report))];
    charts.extend(waits::by_contender(report));
    charts
}

/// A chart of each quantity that is shown, unless the keys are more than a chart can show.
pub(crate) fn of_sweep(report: &SweepReport) -> Vec<OutputFile> {
    let paths = quantity_paths(report.shown).into_iter().enumerate();
    paths.filter_map(|(shown, path)| Some(file(path, sweep::draw(report, shown)?))).collect()
}

/// A chart of each quantity that is shown.
pub(crate) fn of_elasticity(report: &ElasticityReport) -> Vec<OutputFile> {
    let paths = quantity_paths(report.shown).into_iter().enumerate();
    paths.map(|(shown, path)| file(path, elasticity::draw(report, shown))).collect()
}

/// All targets in one chart.
pub(crate) fn of_sizing(report: &SizingReport) -> Vec<OutputFile> {
    vec![file("charts/targets.svg", targets::draw(report))]
}

/// Quantiles and hours of the replay; days and their ranks of the forecast, if there is one.
pub(crate) fn of_backtest(report: &BacktestReport) -> Vec<OutputFile> {
    let mut charts = vec![
        file("charts/quantiles.svg", backtest::quantiles(report)),
        file("charts/by_hour.svg", backtest::by_hour(report)),
    ];
    if let Some(model) = &report.backtest.model {
        charts.push(file("charts/days.svg", backtest::days(report, model)));
        charts.push(file("charts/pit.svg", backtest::pit(report, model)));
    }
    charts
}

/// The path of each quantity's chart: `charts/p95_wait_scan.svg` for `p95(wait, scan)`.
fn quantity_paths(shown: &[Quantity]) -> Vec<String> {
    let mut taken = BTreeSet::new();
    let path = |quantity: &Quantity| {
        let keep = |c: char| if c.is_ascii_alphanumeric() || "-.".contains(c) { c } else { ' ' };
        let words: String = quantity.text.replace("<=", " within ").replace('<', " below ").chars().map(keep).collect();
        let words: Vec<&str> = words.split_whitespace().collect();
        let name: String = words.join("_").chars().take(80).collect();
        let numbered = (2..).map(|number| format!("{name}-{number}"));
        let free = std::iter::once(name.clone()).chain(numbered).find(|name| taken.insert(name.clone()));
        format!("charts/{}.svg", free.unwrap_or(name))
    };
    shown.iter().map(path).collect()
}
