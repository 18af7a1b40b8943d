//! A backtest in a terminal and as a page.

use std::fmt::Write as _;

use super::{BacktestReport, tables};
use crate::experiment::backtest::{
    BacktestVerdict, Cause, Explanation, LEVEL, ModelDriven, PREDICTED, WaitComparison, WaitFigure,
};
use crate::format::{self, ValueFormat, duration, percent};
use crate::stats::{JobScope, Statistic};
use crate::table::{Column, Text, escaped, markdown, terminal};

/// The days outside their intervals that are named at most.
const DAYS_NAMED: usize = 5;

impl<'a> BacktestReport<'a> {
    /// The heading, the table of actions, the forecast, explanations and the answer; `place` says
    /// where the files are.
    pub(crate) fn for_terminal(&self, place: &str) -> String {
        let mut lines = vec![self.heading()];
        lines.extend(self.warnings().into_iter().map(|warning| format!("warning: {warning}")));
        lines.push(terminal(&self.columns(), self.scopes()));
        lines.extend(self.remarks());
        lines.extend(self.calibration_lines());
        lines.push(self.answer());
        lines.push(place.to_owned());
        lines.join("\n") + "\n"
    }

    /// The page.
    pub(crate) fn markdown(&self) -> String {
        let mut page = format!("## {}\n\n**{}**\n\n", escaped(&self.heading()), escaped(&self.answer()));
        for warning in self.warnings() {
            let _ = writeln!(page, "> Warning: {}\n", escaped(&warning));
        }
        page += &markdown(&self.columns(), self.scopes());
        for line in self.remarks().into_iter().chain(self.calibration_lines()) {
            let _ = writeln!(page, "\n{}", escaped(&line));
        }
        page
    }

    /// All jobs, where there are several actions, then each action.
    pub(super) fn scopes(&self) -> &'a [WaitComparison] {
        let scopes = &self.backtest.trace.scopes;
        &scopes[usize::from(scopes.len() == 2)..]
    }

    pub(super) fn heading(&self) -> String {
        let replications = self.backtest.trace.replications;
        let runs = match replications {
            1 => "nothing in the replay is random".to_owned(),
            _ => format!("{replications} replications"),
        };
        let [from, until] = [self.history.from(), self.history.until].map(|at| {
            let at = self.history.epoch.calendar_of(at);
            at.map_or_else(String::new, |at| self.time_zone().rfc3339(at).chars().take(16).collect())
        });
        format!(
            "{}: backtest with {}, {} jobs from {from} to {until} ({}), {}, {runs}, seed {}",
            self.scenario.name,
            self.file,
            format::count(self.history.records.len() as f64),
            self.time_zone(),
            self.scenario.policy_label,
            self.scenario.seed
        )
    }

    /// The table of the replay.
    pub(super) fn columns(&self) -> Vec<Column<'a, &'a WaitComparison>> {
        let report = *self;
        vec![
            Column::for_people("action", move |scope: &&'a WaitComparison| {
                Text::Name(report.action(scope.jobs).to_owned())
            })
            .left_aligned(),
            Column::for_people("jobs", |scope: &&'a WaitComparison| Text::Plain(scope.count.to_string())),
            Column::for_people("mean wait, obs. / sim.", move |scope: &&'a WaitComparison| {
                Text::Plain(pair(scope.mean()))
            }),
            Column::for_people("difference (95 %)", |scope: &&'a WaitComparison| {
                let mean = scope.mean();
                let difference = mean.simulated - mean.observed;
                Text::Plain(match mean.difference {
                    Some((low, high)) => {
                        let end = |value| ValueFormat::Duration.difference(Some(value));
                        format!("{} to {}", end(low), end(high))
                    }
                    None => ValueFormat::Duration.difference(Some(difference)),
                })
            }),
            Column::for_people("verdict", |scope: &&'a WaitComparison| match scope.verdict {
                Some(verdict) => Text::Strong(verdict.name().to_owned()),
                None => Text::Plain(String::new()),
            })
            .left_aligned(),
        ]
    }

    /// How to read the table, the forecast, and why something is not explained.
    pub(super) fn remarks(&self) -> Vec<String> {
        let tolerances: Vec<String> = self
            .backtest
            .trace
            .scopes
            .iter()
            .filter(|scope| scope.verdict.is_some() && matches!(scope.jobs, JobScope::One(_)))
            .map(|scope| format!("{} {}", self.action(scope.jobs), duration(scope.tolerance)))
            .collect();
        let shown = tolerances.len().min(4);
        let more = if tolerances.len() > shown { ", ..." } else { "" };
        let mut lines = vec![format!(
            "Replay: the observed jobs through the modelled workers; intervals from {}; tolerated: {}{more}.",
            self.blocks(),
            tolerances[..shown].join(", ")
        )];
        let scopes = self.scopes().iter().take(5);
        let p95 = scopes.filter_map(|scope| {
            let figure = scope.figures.iter().find(|figure| figure.statistic == Statistic::P95)?;
            Some(format!("{} {}", self.action(scope.jobs), pair(figure)))
        });
        lines.push(format!("p95 wait, observed / simulated: {}.", p95.collect::<Vec<_>>().join(", ")));
        match &self.backtest.model {
            Some(model) => lines.extend(forecast(model)),
            None => lines
                .push("Forecast: none, because the scenario has no arrivals of its own (only listed jobs).".to_owned()),
        }
        for explanation in &self.backtest.explanations {
            lines.extend(self.explanation(explanation));
        }
        lines
    }

    /// Which hours and jobs differ, and the likely causes.
    fn explanation(&self, explanation: &Explanation) -> Vec<String> {
        let action = self.action(explanation.jobs);
        let direction = if explanation.is_too_long { "too long" } else { "too short" };
        let hour = |(hour, share): &(usize, f64)| format!("{hour:02}:00 ({})", whole_percent(*share));
        let hours: Vec<String> = explanation.hours.iter().map(hour).collect();
        let hours = if hours.is_empty() { String::new() } else { format!(", most at {}", hours.join(", ")) };
        let job = |(line, observed, simulated): &(u32, f64, f64)| {
            format!("row {line}: {} observed, {} simulated", duration(*observed), duration(*simulated))
        };
        let jobs: Vec<String> = explanation.examples.iter().map(job).collect();
        let mut lines = vec![format!("{action}: simulated waits are {direction}{hours}; {}.", jobs.join("; "))];
        let causes = explanation.causes.iter().enumerate();
        lines.extend(causes.map(|(number, cause)| format!("  {}. {}.", number + 1, cause_in_words(cause))));
        lines
    }

    /// The values that are not rejected, and those that are.
    pub(super) fn calibration_lines(&self) -> Vec<String> {
        if self.calibration.is_empty() {
            return Vec::new();
        }
        let is_kept = |point: &&super::CalibrationPoint| point.backtest.verdict() != BacktestVerdict::DoesNot;
        let name = |point: &super::CalibrationPoint| {
            let p = tables::least_p(point).map_or_else(|| "-".to_owned(), |p| format::digits(p, 3));
            let mean = point.backtest.trace.scopes[0].mean();
            let difference = ValueFormat::Duration.difference(Some(mean.simulated - mean.observed));
            format!(
                "  {}: {} (simulated - observed {difference}, p = {p})",
                point.settings,
                point.backtest.verdict().name()
            )
        };
        let kept = self.calibration.iter().filter(is_kept).count();
        let mut lines = vec![match kept {
            0 => format!("Calibration: all {} settings are rejected.", self.calibration.len()),
            _ => format!(
                "Calibration: {kept} of {} settings are not rejected; the scenario is left as it is.",
                self.calibration.len()
            ),
        }];
        lines.extend(self.calibration.iter().map(name));
        lines
    }

    /// The answer, in a sentence.
    pub fn answer(&self) -> String {
        let of = |verdict: BacktestVerdict| -> Vec<&str> {
            let scopes = self.backtest.trace.scopes.iter().skip(1);
            scopes.filter(|scope| scope.verdict == Some(verdict)).map(|scope| self.action(scope.jobs)).collect()
        };
        let list = |names: Vec<&str>| match names.len() {
            0..=6 => names.join(", "),
            n => format!("{} and {} more", names[..5].join(", "), n - 5),
        };
        let mut parts = Vec::new();
        for (verdict, words) in [
            (BacktestVerdict::DoesNot, "The model does not explain the waits of"),
            (BacktestVerdict::Explains, "The model explains the waits of"),
            (BacktestVerdict::Undecided, "It is undecided whether the model explains the waits of"),
        ] {
            let names = of(verdict);
            if !names.is_empty() {
                parts.push(format!("{words} {}.", list(names)));
            }
        }
        if self.backtest.model.as_ref().is_some_and(|model| model.adjusted_p <= LEVEL) {
            parts.push("Its forecasts of the days are rejected.".to_owned());
        }
        if let Some(until) = self.trained_until {
            parts.push(format!("Fitted up to {until}, compared with what came after."));
        }
        parts.join(" ")
    }
}

/// An observed and a simulated wait.
fn pair(figure: &WaitFigure) -> String {
    duration(figure.observed) + " / " + &duration(figure.simulated)
}

/// A share without digits after the point.
fn whole_percent(share: f64) -> String {
    format!("{:.0} %", 100.0 * share)
}

/// What the forecast shows.
fn forecast(model: &ModelDriven) -> Vec<String> {
    let days = model.days.len();
    let word = if days == 1 { "day" } else { "days" };
    let verdict = if model.adjusted_p <= LEVEL { "the model is rejected" } else { "not rejected" };
    let mut lines = vec![format!(
        "Forecast: of {days} {word}, {} of the mean waits, p95 waits and longest queues are inside their {} \
         intervals; {verdict} (p = {}).",
        whole_percent(model.inside),
        whole_percent(PREDICTED),
        format::digits(model.adjusted_p, 3),
    )];
    let outside = model.days.iter().filter(|day| !day.forecasts[0].is_inside());
    let named: Vec<String> = outside
        .clone()
        .take(DAYS_NAMED)
        .map(|day| {
            let mean = day.forecasts[0];
            let (observed, low, high) = (duration(mean.observed), duration(mean.low), duration(mean.high));
            format!("{} {observed} (not {low} to {high})", day.date)
        })
        .collect();
    if !named.is_empty() {
        let more = outside.count() - named.len();
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        lines.push(format!("Mean waits outside: {}{more}.", named.join(", ")));
    }
    lines
}

/// A likely cause, in words.
pub(super) fn cause_in_words(cause: &Cause) -> String {
    match cause {
        Cause::MoreCapacity { resource, in_use, offered } => format!(
            "more capacity than assumed: {in_use} units of {resource} were in use at once, and the scenario offers \
             {offered}"
        ),
        Cause::LessCapacity { resource, in_use, offered } => format!(
            "less capacity than assumed: at most {in_use} units of {resource} were ever in use, and the scenario \
             offers {offered}"
        ),
        Cause::HiddenWork { share } => format!(
            "hidden work, workers that were out, or a policy that holds units back: in {} of the waiting time enough units were free in sum",
            percent(*share)
        ),
        Cause::ClaimOrder { observed, simulated } => format!(
            "another claim order: {} of the jobs were overtaken by later ones of the same need, and {} in the \
             simulation",
            percent(*observed),
            percent(*simulated)
        ),
        Cause::ClaimDelay { observed, simulated } => format!(
            "another claim delay: jobs that found free units and an empty queue waited {} on average, and {} in the simulation",
            duration(*observed),
            duration(*simulated)
        ),
        Cause::Unknown => "the history has no trace of a cause".to_owned(),
    }
}
