//! A run's answer: how long jobs wait, how sure that is, and what it does not see.

use std::fmt::Write as _;

use super::blame::sentences;
use super::text::{Figures, tables};
use super::{RunReport, by_hour, precision};
use crate::experiment::blame;
use crate::format::{self, ValueFormat};
use crate::key_results::{KeyResults, counted};
use crate::model::time::{Span, Time};
use crate::stats::Measure::{Jobs, WaitS, WithinSlo};
use crate::stats::Statistic::{Mean, P95, Unfinished};
use crate::stats::{DayClass, HourMetric, JobScope};

impl RunReport<'_> {
    pub(crate) fn found(&self) -> KeyResults {
        let figures = Figures::of(self.results);
        let precision = precision::lines(&self.plan.status(&self.results.replications));
        KeyResults {
            heading: self.heading(),
            answer: self.answer(&figures),
            confidence: self.confidence(&figures),
            limits: self.limits(&figures),
            warnings: self.warnings(),
            tables: tables(&self.context, &figures),
            reasons: sentences(&self.context, &blame::rows(&self.results.replications)),
            remarks: precision.lines().map(str::to_owned).collect(),
        }
    }

    fn answer(&self, figures: &Figures) -> String {
        let context = &self.context;
        let mean = |action| figures.row(action, None, WaitS, Mean).and_then(|row| row.estimate.value);
        if mean(JobScope::All).is_none() {
            return "No job waited in the measured time, so there are no waits to report.".to_owned();
        }
        let shown = |action| figures.with_interval(action, None, WaitS, format::duration);
        let mut answer = format!(
            "A job waits {} on average; the 95th percentile of the waits is {}.",
            shown(JobScope::All),
            figures.cell(JobScope::All, WaitS, P95, format::duration)
        );
        if let Some(slo) = context.scenario.slo {
            let share = figures.cell(JobScope::All, WithinSlo, Mean, format::percent);
            let _ = write!(answer, " The share of waits within {slo} is {share}.");
        }
        let actions: Vec<JobScope> = context.actions().filter(|action| mean(*action).is_some()).collect();
        let longest = actions.iter().copied().reduce(
            |longest, action| {
                if mean(action) > mean(longest) { action } else { longest }
            },
        );
        if let Some(longest) = longest.filter(|_| actions.len() > 1) {
            let _ = write!(answer, " `{}` waits longest, {} on average.", context.action(longest), shown(longest));
        }
        answer
    }

    fn confidence(&self, figures: &Figures) -> String {
        let replications = self.context.replications;
        let mean = figures.row(JobScope::All, None, WaitS, Mean);
        let has_interval = mean.is_some_and(|row| row.estimate.interval.is_some());
        match (replications, has_interval) {
            (1, true) => "\u{b1} is half the width of a 95 % interval, from batch means of one long run.".to_owned(),
            (1, false) => {
                "One replication has no interval: another seed may give other figures. --replications 10 has one."
                    .to_owned()
            }
            (_, true) => format!("\u{b1} is half the width of a 95 % interval, over {replications} replications."),
            (_, false) => format!("{replications} replications; the mean wait has no interval."),
        }
    }

    /// The hour with the longest waits, which the figures of all hours hide.
    fn worst_hour(&self) -> Option<String> {
        let rows = by_hour::rows(&self.results.replications)?;
        let of_days = rows.iter().filter(|row| {
            let HourMetric { action, measure, statistic, days, .. } = row.metric;
            (action, measure, statistic) == (JobScope::All, WaitS, P95) && days != DayClass::All
        });
        let waits = of_days.filter_map(|row| Some((row, row.estimate.value?)));
        let (row, value) = waits.reduce(|worst, other| if other.1 > worst.1 { other } else { worst })?;
        Some(format!(
            "All hours count together. The hour of the day with the longest waits is {} {:02}:00, with a 95th percentile of \
             {}.",
            row.metric.days.name(),
            row.metric.hour,
            ValueFormat::Duration.bounded(Some(value), row.estimate.is_exact())
        ))
    }

    /// The jobs and hours that the answer leaves out.
    fn limits(&self, figures: &Figures) -> Vec<String> {
        let window = self.context.scenario.system.window;
        let until = (window.horizon - Time::ZERO).rounded();
        let from = match window.warmup - Time::ZERO {
            Span::ZERO => String::new(),
            warmup => format!("after the warm-up of {} and ", warmup.rounded()),
        };
        let mut limits = vec![format!("Counted are the jobs that fall due {from}before the horizon of {until}.")];
        limits.extend(self.worst_hour());
        let unfinished = figures.row(JobScope::All, None, Jobs, Unfinished).and_then(|row| row.estimate.value);
        if let Some(number) = unfinished.filter(|number| *number > 0.0) {
            limits.push(format!(
                "At the horizon {} jobs had not ended (mean over {}).",
                format::count(number),
                counted(self.context.replications as usize, "replication")
            ));
        }
        limits.extend(self.warnings());
        limits
    }
}
