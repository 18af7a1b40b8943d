//! What an import estimated: the distribution of service times and the arrivals of each action,
//! beside the records.

use crate::import::{ActionEstimate, ArrivalFigures, ClassHour, HistoryEstimates, Interval, ServiceFigures};
use crate::plot::day_hours::{self, Hour};
use crate::plot::fit::{self, FitCurves};
use crate::{OutputFile, file, format};

/// At most this number of actions has charts.
const MOST_ACTIONS: usize = 40;

/// Fewer arrivals show no course.
const LEAST_ARRIVALS: usize = 10;

/// The charts of an import, action by action: `N-ACTION-service.svg` and `N-ACTION-arrivals.svg`.
pub fn import_charts(title: &str, estimates: &HistoryEstimates) -> Vec<OutputFile> {
    let mut charts = Vec::new();
    for (index, action) in estimates.actions.iter().enumerate().take(MOST_ACTIONS) {
        let keep = |c: char| if c.is_ascii_alphanumeric() || "._-".contains(c) { c } else { '_' };
        let name: String = action.name.chars().map(keep).take(80).collect();
        let path = |kind: &str| format!("{}-{name}-{kind}.svg", index + 1);
        if let Some(figures) = &action.service {
            charts.push(file(path("service"), service(title, action, figures)));
        }
        if let Some(figures) =
            action.arrivals.as_ref().filter(|figures| figures.batches >= LEAST_ARRIVALS && !figures.hours.is_empty())
        {
            charts.push(file(path("arrivals"), arrivals(title, action, figures)));
        }
    }
    charts
}

fn service(title: &str, action: &ActionEstimate, figures: &ServiceFigures) -> Vec<u8> {
    let lost =
        if figures.censored > 0 { format!(", {} lost or still running", figures.censored) } else { String::new() };
    let mean = between(figures.mean_s, format::duration);
    let cv = if figures.cv.is_finite() { format::digits(figures.cv, 3) } else { "infinite".to_owned() };
    let curves = FitCurves {
        observed: &figures.chart.observed,
        band: figures.chart.band,
        fitted: &figures.chart.fitted,
        observed_name: &format!(
            "{}{lost}, with {} 95 % band",
            counted(figures.runs, "run"),
            if figures.runs == 1 { "its" } else { "their" }
        ),
        fitted_name: &format!("{}: mean {mean}, cv {cv}", figures.family),
        x_name: "Service time",
    };
    let subtitle = format!("Share of runs that took at most this long; {}", figures.reason);
    let title = format!("{title}: service times of {}", action.name);
    fit::draw(&title, &subtitle, &curves)
}

fn arrivals(title: &str, action: &ActionEstimate, figures: &ArrivalFigures) -> Vec<u8> {
    let hour = |hour: &ClassHour| Hour {
        fitted: hour.fitted_per_h,
        observed: hour.observed_per_h.map(|rate| (rate.value, rate.low.zip(rate.high))),
    };
    let classes = figures.by_day_class();
    let classes: Vec<(&str, Vec<Hour>)> =
        classes.iter().map(|class| (class.days, class.hours.iter().map(hour).collect())).collect();
    let jobs = if figures.batches < figures.jobs {
        format!("{} jobs in {} batches", figures.jobs, figures.batches)
    } else {
        format!("{} jobs", figures.jobs)
    };
    let rate = between(per_hour(figures.rate_per_s), |rate| format::digits(rate, 4));
    let subtitle = format!("{jobs}; {rate} per hour on average; days: {}", figures.day_classes);
    let title = format!("{title}: arrivals of {}", action.name);
    day_hours::draw(&title, &subtitle, &classes, "Hour of the day, in the time zone of the scenario")
}

/// A rate per second as a rate per hour.
fn per_hour(rate: Interval) -> Interval {
    let scaled = |rate: f64| rate * 3_600.0;
    Interval { value: scaled(rate.value), low: rate.low.map(scaled), high: rate.high.map(scaled) }
}

fn counted(count: usize, word: &str) -> String {
    if count == 1 { format!("1 {word}") } else { format!("{count} {word}s") }
}

/// A value and its interval, in ASCII.
fn between(interval: Interval, text: impl Fn(f64) -> String) -> String {
    match interval.low.zip(interval.high) {
        Some((low, high)) => format!("{} ({} to {})", text(interval.value), text(low), text(high)),
        None => text(interval.value),
    }
}
