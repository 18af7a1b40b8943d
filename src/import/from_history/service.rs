//! Run times of a class of jobs.

use super::estimates::{CandidateFigures, Interval, ServiceFigures};
use crate::fit::{self, Fit, FitOptions, FittedLaw, Sample, ServiceChart};
use crate::history::{JobHistory, Outcome, Record};
use crate::model::time::Span;
use crate::stats::interval::IntervalEstimate;
use crate::toml_text::{self, number, seconds};

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
    pub(super) fn estimate(mut self, step: Span, empirical: bool) -> Option<ServiceFigures> {
        let errors = IntervalEstimate::mean(&self.failed).value;
        if self.ended.is_empty() {
            self.ended = std::mem::take(&mut self.failed);
        }
        // Times that are not rounded have the step of a nanosecond.
        let resolution = if step > Span(1_000_000) { step.as_secs_f64() } else { 0.0 };
        let sample = Sample::new(self.ended, self.censored, resolution);
        let fit = fit::fit(&sample, FitOptions { empirical })?;
        let values = sample.values();
        let quantile = |share: f64| {
            values.get(((share * values.len() as f64) as usize).min(values.len().saturating_sub(1))).copied()
        };
        Some(ServiceFigures {
            runs: fit.ended,
            censored: fit.censored,
            mean_s: fit.mean.1.map_or(Interval::alone(fit.mean.0), |ends| Interval::of(fit.mean.0, ends)),
            cv: fit.cv,
            family: fit.law.family().name().to_owned(),
            law: law(&fit.law),
            parameters: parameters(&fit),
            reason: fit.reason,
            candidates: fit
                .candidates
                .iter()
                .map(|candidate| CandidateFigures {
                    family: candidate.law.family().name(),
                    aic: candidate.aic,
                    anderson_darling: candidate.anderson_darling,
                    p: candidate.p,
                    kolmogorov: candidate.kolmogorov,
                })
                .collect(),
            quantiles_s: SHARES.iter().filter_map(|share| Some((*share, quantile(*share)?))).collect(),
            mean_of_errors_s: errors,
            dependence: Vec::new(),
            chart: ServiceChart::new(&sample, &fit.law),
        })
    }
}

/// The parameters with their intervals.
fn parameters(fit: &Fit) -> Vec<(&'static str, Interval)> {
    let with_interval = |((name, value), ends): ((&'static str, f64), Option<(f64, f64)>)| {
        (name, ends.map_or(Interval::alone(value), |ends| Interval::of(value, ends)))
    };
    let intervals = fit.intervals.iter().copied().chain(std::iter::repeat(None));
    fit.law.parameters().into_iter().zip(intervals).map(with_interval).collect()
}

/// A distribution as the scenario states it.
fn law(law: &FittedLaw) -> String {
    let time = |value: f64| toml_text::string(&seconds(value));
    match law {
        FittedLaw::Constant(value) => time(*value),
        FittedLaw::Exponential { mean } => format!("{{ exponential = {{ mean = {} }} }}", time(*mean)),
        FittedLaw::Lognormal { mean, cv } => {
            format!("{{ lognormal = {{ mean = {}, cv = {} }} }}", time(*mean), number(*cv))
        }
        FittedLaw::Gamma { shape, mean } => {
            format!("{{ gamma = {{ shape = {}, mean = {} }} }}", number(*shape), time(*mean))
        }
        FittedLaw::Weibull { shape, mean } => {
            format!("{{ weibull = {{ shape = {}, mean = {} }} }}", number(*shape), time(*mean))
        }
        FittedLaw::Hyperexponential { p, means } => {
            let phase = |p: f64, mean: f64| format!("{{ p = {p}, mean = {} }}", time(mean));
            // Both probabilities are written with the same digits, so that they add up to 1.
            let p = ((p * 1e4).round() / 1e4).clamp(1e-4, 1.0 - 1e-4);
            format!(
                "{{ hyperexponential = {{ phases = [{}, {}] }} }}",
                phase(p, means[0]),
                phase(((1.0 - p) * 1e4).round() / 1e4, means[1])
            )
        }
        FittedLaw::Pareto { shape, low, high } => {
            let high = high.map_or_else(String::new, |high| format!(", high = {}", time(high)));
            format!("{{ pareto = {{ shape = {}, low = {}{high} }} }}", number(*shape), time(*low))
        }
        FittedLaw::Empirical(values) => {
            let texts: Vec<String> = values.iter().map(|value| time(*value)).collect();
            match texts.first() {
                Some(first) if texts.iter().any(|text| text != first) => {
                    format!("{{ empirical = {{ values = [{}] }} }}", texts.join(", "))
                }
                Some(first) => first.clone(),
                None => time(0.0),
            }
        }
    }
}
