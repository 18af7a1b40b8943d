//! What an import estimated: the distribution of service times and the arrivals of each action,
//! beside the records.

use crate::import::{ActionEstimate, ArrivalFigures, HistoryEstimates, HourFigures, Interval, ServiceFigures};
use crate::plot::fit::{self, FitCurves};
use crate::plot::week::{self, WeekHour};
use crate::{OutputFile, file, format};

/// At most this number of actions has charts.
const MOST_ACTIONS: usize = 40;

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
        if let Some(figures) = action.arrivals.as_ref().filter(|figures| !figures.hours.is_empty()) {
            charts.push(file(path("arrivals"), arrivals(title, action, figures)));
        }
    }
    charts
}

fn service(title: &str, action: &ActionEstimate, figures: &ServiceFigures) -> Vec<u8> {
    let lost =
        if figures.censored > 0 { format!(", {} lost or still running", figures.censored) } else { String::new() };
    let mean = between(figures.mean_s, format::duration);
    let curves = FitCurves {
        observed: &figures.chart.observed,
        band: figures.chart.band,
        fitted: &figures.chart.fitted,
        observed_name: &format!("{} runs{lost}, with their 95 % band", figures.runs),
        fitted_name: &format!("{}: mean {mean}, cv {}", figures.family, format::digits(figures.cv, 3)),
        x_name: "Service time",
    };
    let subtitle = format!("Share of runs that took at most this long; {}", figures.reason);
    let title = format!("{title}: service times of {}", action.name);
    fit::draw(&title, &subtitle, &curves)
}

fn arrivals(title: &str, action: &ActionEstimate, figures: &ArrivalFigures) -> Vec<u8> {
    let hour = |hour: &HourFigures| WeekHour {
        hour: hour.weekday * 24 + hour.hour,
        fitted: hour.fitted_per_h,
        observed: hour.observed_per_h.map(|rate| (rate.value, rate.low.zip(rate.high))),
    };
    let mut hours: Vec<WeekHour> = figures.hours.iter().map(hour).collect();
    hours.sort_by_key(|hour| hour.hour);
    let jobs = if figures.batches < figures.jobs {
        format!("{} jobs in {} batches", figures.jobs, figures.batches)
    } else {
        format!("{} jobs", figures.jobs)
    };
    let rate = between(per_hour(figures.rate_per_s), |rate| format::digits(rate, 4));
    let subtitle = format!("{jobs}; {rate} per hour on average; days: {}", figures.day_classes);
    let title = format!("{title}: arrivals of {}", action.name);
    week::draw(&title, &subtitle, &hours, "Hour of the week, in the time zone of the scenario")
}

/// A rate per second as a rate per hour.
fn per_hour(rate: Interval) -> Interval {
    let scaled = |rate: f64| rate * 3_600.0;
    Interval { value: scaled(rate.value), low: rate.low.map(scaled), high: rate.high.map(scaled) }
}

/// A value and its interval, in ASCII.
fn between(interval: Interval, text: impl Fn(f64) -> String) -> String {
    match interval.low.zip(interval.high) {
        Some((low, high)) => format!("{} ({} to {})", text(interval.value), text(low), text(high)),
        None => text(interval.value),
    }
}
