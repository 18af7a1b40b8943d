//! Run times of a class of jobs.

use super::estimates::{Interval, ServiceFigures};
use crate::job_history::{JobHistory, Outcome, Record};
use crate::model::time::Span;
use crate::quantile_sketch::quantile_means;
use crate::stats::interval::{IntervalEstimate, critical_value_95};
use crate::toml_text::{self, seconds};

/// The most values of an empirical distribution.
const MOST_VALUES: usize = 100;
/// The quantiles that are reported.
const SHARES: [f64; 7] = [0.05, 0.25, 0.5, 0.75, 0.95, 0.99, 1.0];

/// The run times of a class: of attempts that ended by themselves, and lower bounds of others.
#[derive(Clone, Debug, Default)]
pub(super) struct Runs {
    pub(super) ended: Vec<f64>,
    pub(super) censored: Vec<f64>,
    failed: Vec<f64>,
}

impl Runs {
    pub(super) fn add(&mut self, record: &Record, history: &JobHistory) {
        let Some(started) = record.started else { return };
        let ran = (record.finished.unwrap_or(history.until) - started).as_secs_f64().max(0.0);
        match record.outcome {
            Outcome::Done => self.ended.push(ran),
            Outcome::Error => self.failed.push(ran),
            Outcome::Running | Outcome::DeadlineMissed | Outcome::Cancelled | Outcome::WorkerLost => {
                self.censored.push(ran);
            }
            Outcome::Waiting | Outcome::Abandoned | Outcome::Rejected => {}
        }
    }

    /// The estimate; `None` without any run.
    pub(super) fn estimate(mut self, _step: Span, _empirical: bool) -> Option<ServiceFigures> {
        let errors = IntervalEstimate::mean(&self.failed).value;
        if self.ended.is_empty() {
            self.ended = std::mem::take(&mut self.failed);
        }
        self.ended.sort_unstable_by(f64::total_cmp);
        if self.ended.is_empty() {
            let bound = self.censored.iter().copied().fold(0.0, f64::max);
            return (!self.censored.is_empty()).then(|| figures(&[bound], self.censored.len(), errors));
        }
        Some(figures(&self.ended, self.censored.len(), errors))
    }
}

fn figures(values: &[f64], censored: usize, errors: Option<f64>) -> ServiceFigures {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let squares = values.iter().map(|value| (value - mean) * (value - mean)).sum::<f64>() / (n - 1.0).max(1.0);
    let half = (values.len() > 1).then(|| critical_value_95(values.len() as u64 - 1) * (squares / n).sqrt());
    let sketch = quantile_means(values, values.len().min(MOST_VALUES));
    let texts: Vec<String> = sketch.iter().map(|value| toml_text::string(&seconds(*value))).collect();
    let is_constant = texts.iter().all(|text| *text == texts[0]);
    let law =
        if is_constant { texts[0].clone() } else { format!("{{ empirical = {{ values = [{}] }} }}", texts.join(", ")) };
    let quantile = |share: f64| values[((share * n) as usize).min(values.len() - 1)];
    ServiceFigures {
        runs: values.len(),
        censored,
        mean_s: half.map_or(Interval::alone(mean), |half| Interval::of(mean, (mean - half, mean + half))),
        cv: if mean > 0.0 { squares.sqrt() / mean } else { 0.0 },
        family: if is_constant { "constant" } else { "empirical" }.to_owned(),
        law,
        reason: "the runs themselves, in equal parts".to_owned(),
        quantiles_s: SHARES.iter().map(|share| (*share, quantile(*share))).collect(),
        mean_of_errors_s: errors,
    }
}
