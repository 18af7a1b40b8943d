//! The rows of `backtest.csv` and of `calibration.csv`.

use super::{BacktestReport, CalibrationPoint};
use crate::experiment::backtest::{BacktestVerdict, DAY_MEASURES, PREDICTED, WaitFigure};
use crate::model::week::DAYS;
use crate::stats::JobScope;
use crate::table::{Column, csv};

/// A figure of a backtest.
#[derive(Clone, Debug)]
pub(super) struct Row<'a> {
    pub(super) action: &'a str,
    pub(super) kind: &'static str,
    pub(super) measure: &'static str,
    pub(super) statistic: String,
    pub(super) observed: f64,
    pub(super) simulated: f64,
    pub(super) interval: Option<(f64, f64)>,
    pub(super) verdict: Option<&'static str>,
}

const TRACE: &str = "trace-driven";
const MODEL: &str = "model-driven";

/// The columns of `backtest.csv`.
pub(super) fn columns<'a>() -> Vec<Column<'a, Row<'a>>> {
    vec![
        Column::new("action", |row: &Row<'a>| row.action),
        Column::new("kind", |row: &Row<'a>| row.kind),
        Column::new("measure", |row: &Row<'a>| row.measure),
        Column::new("statistic", |row: &Row<'a>| Some(row.statistic.clone())),
        Column::new("observed", |row: &Row<'a>| row.observed),
        Column::new("simulated", |row: &Row<'a>| row.simulated),
        Column::interval("ci", ["ci_low", "ci_high"], |row: &Row<'a>| row.interval),
        Column::new("verdict", |row: &Row<'a>| row.verdict.map(str::to_owned)),
    ]
}

impl<'a> BacktestReport<'a> {
    /// `backtest.csv`.
    pub(crate) fn figures_csv(&self) -> Vec<u8> {
        csv(&columns(), self.rows())
    }

    /// `calibration.csv`.
    pub(crate) fn calibration_csv(&self) -> Vec<u8> {
        csv(&calibration_columns(self), self.calibration)
    }

    /// All figures: of the replay by action, then of the forecast by day.
    pub(super) fn rows(&self) -> Vec<Row<'a>> {
        let mut rows = Vec::new();
        for scope in &self.backtest.trace.scopes {
            let action = self.action(scope.jobs);
            let row = |figure: &WaitFigure, part: &str, verdict: Option<BacktestVerdict>| Row {
                action,
                kind: TRACE,
                measure: "wait_s",
                statistic: format!("{}{part}", figure.statistic.name()),
                observed: figure.observed,
                simulated: figure.simulated,
                interval: figure.difference,
                verdict: verdict.map(BacktestVerdict::name),
            };
            let verdict = |number: usize| scope.verdict.filter(|_| number == 0);
            rows.extend(scope.figures.iter().enumerate().map(|(number, figure)| row(figure, "", verdict(number))));
            let of_hour = |(hour, figure): &(usize, WaitFigure)| row(figure, &hour_name(*hour), None);
            rows.extend(scope.by_hour.iter().map(of_hour));
            let of_day = |(day, figure): &(usize, WaitFigure)| row(figure, &format!(" {}", DAYS[*day]), None);
            rows.extend(scope.by_weekday.iter().map(of_day));
        }
        let Some(model) = &self.backtest.model else { return rows };
        for day in &model.days {
            for (measure, forecast) in day.forecasts.iter().enumerate() {
                let (name, statistic) = [("wait_s", "mean"), ("wait_s", "p95"), ("queue_length", "max")][measure];
                debug_assert!(DAY_MEASURES.len() == 3, "each quantity of a day has a name here");
                rows.push(Row {
                    action: "all",
                    kind: MODEL,
                    measure: name,
                    statistic: format!("{statistic} {}", day.date),
                    observed: forecast.observed,
                    simulated: forecast.median,
                    interval: Some((forecast.low, forecast.high)),
                    verdict: Some(if forecast.is_inside() { "inside" } else { "outside" }),
                });
            }
        }
        rows.push(Row {
            action: "all",
            kind: MODEL,
            measure: "inside",
            statistic: "share".to_owned(),
            observed: model.inside,
            simulated: PREDICTED,
            interval: None,
            verdict: Some(if model.adjusted_p <= crate::experiment::backtest::LEVEL {
                BacktestVerdict::DoesNot.name()
            } else {
                "not rejected"
            }),
        });
        rows
    }
}

/// ` 09:00..10:00`.
fn hour_name(hour: usize) -> String {
    format!(" {hour:02}:00..{:02}:00", hour + 1)
}

/// The columns of `calibration.csv`: a row for each value, of all jobs together and the action that
/// differs most.
pub(super) fn calibration_columns<'a>(report: &BacktestReport<'a>) -> Vec<Column<'a, &'a CalibrationPoint>> {
    let report = *report;
    let mean = |point: &&'a CalibrationPoint| *point.backtest.trace.scopes[0].mean();
    vec![
        Column::new("settings", |point: &&'a CalibrationPoint| point.settings.as_str()),
        Column::new("observed", move |point: &&'a CalibrationPoint| mean(point).observed),
        Column::new("simulated", move |point: &&'a CalibrationPoint| mean(point).simulated),
        Column::interval("ci", ["ci_low", "ci_high"], move |point: &&'a CalibrationPoint| mean(point).difference),
        Column::new("p", |point: &&'a CalibrationPoint| least_p(point)),
        Column::new("rejected_action", move |point: &&'a CalibrationPoint| {
            let scopes = point.backtest.trace.scopes.iter();
            let mut rejected = scopes.filter(|scope| {
                scope.verdict == Some(BacktestVerdict::DoesNot) && matches!(scope.jobs, JobScope::One(_))
            });
            rejected.next().map(|scope| report.action(scope.jobs).to_owned())
        }),
        Column::new("verdict", |point: &&'a CalibrationPoint| point.backtest.verdict().name()),
    ]
}

/// The least p-value of an action, after correction.
pub(super) fn least_p(point: &CalibrationPoint) -> Option<f64> {
    point.backtest.trace.scopes.iter().filter_map(|scope| scope.adjusted_p).min_by(f64::total_cmp)
}
