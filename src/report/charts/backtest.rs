//! Charts of a backtest: quantiles of simulated against observed waits, means by hour, the days
//! against their forecasts, and where they fall among the replications.

use crate::backtest::BacktestReport;
use crate::experiment::backtest::{DAY_MEASURES, DayForecast, ModelDriven, PREDICTED, WaitComparison};
use crate::format::{duration, short_count};
use crate::plot::axis::Axis;
use crate::plot::canvas::{
    self, BLUE, Canvas, GREY, HPos, INK, LEFT, PLOT_WIDTH, Painted, SERIES, Shape, Surface, TARGET, TITLES, WIDTH,
};
use crate::plot::wait_axis::WaitAxis;

const TOP: i32 = TITLES + 18;
const HEIGHT: i32 = 400;
/// Height of a panel, and of its heading with the space above it.
const PANEL: i32 = 150;
const HEADING: i32 = 34;
const LEGEND_LINE: i32 = 20;
/// The actions that are drawn at most.
const MOST_ACTIONS: usize = 6;
/// The bins of the histogram.
const BINS: usize = 10;

/// The actions to draw, those with the most jobs first; all jobs if there is only one action.
fn shown<'a>(report: &'a BacktestReport) -> Vec<&'a WaitComparison> {
    let scopes = &report.backtest.trace.scopes;
    let mut shown: Vec<&WaitComparison> = scopes[usize::from(scopes.len() > 1)..].iter().collect();
    shown.sort_by_key(|scope| std::cmp::Reverse(scope.count));
    shown.truncate(MOST_ACTIONS);
    shown
}

/// How many actions are not drawn.
fn left_out(report: &BacktestReport) -> String {
    let more = (report.backtest.trace.scopes.len() - 1).saturating_sub(MOST_ACTIONS);
    if more > 0 { format!("; {more} more actions: see backtest.csv") } else { String::new() }
}

fn title(report: &BacktestReport, what: &str) -> String {
    format!("{}: {what}", report.scenario.name)
}

/// Quantiles of waits: simulated against observed.
pub(super) fn quantiles(report: &BacktestReport) -> Vec<u8> {
    let scopes = shown(report);
    let values = || scopes.iter().flat_map(|scope| &scope.quantile_pairs).flat_map(|(a, b)| [*a, *b]);
    let longest = values().fold(1.0, f64::max);
    let shortest = values().filter(|wait| *wait > 0.0).fold(longest, f64::min);
    let waits = WaitAxis::new(shortest, longest);
    let subtitle = format!(
        "Each point is a quantile, 0.5 % to 99.5 %; on the diagonal, simulated waits are distributed as observed \
         ones{}",
        left_out(report)
    );
    let legend = TOP + HEIGHT + canvas::X_LABELS + 10;
    let height = legend + scopes.len().div_ceil(2) as i32 * LEGEND_LINE + 14;
    canvas::sheet(height, &title(report, "quantiles of waits, simulated against observed"), &subtitle, |canvas| {
        let axis = waits.axis();
        let mut vertical = axis.clone();
        // Labels of the shorter axis would touch.
        vertical.thin(18.0 / f64::from(HEIGHT));
        let x_name = format!("Observed wait (logarithmic from {} on)", waits.low);
        let plot = canvas::plot(canvas, (TOP, HEIGHT), (&axis, Some(&x_name)), (&vertical, "Simulated wait"))?;
        plot.draw(&Shape::path([(0.0, 0.0), (1.0, 1.0)], GREY.stroke_width(1)))?;
        for (number, scope) in scopes.iter().enumerate() {
            let color = SERIES[number % SERIES.len()];
            for (observed, simulated) in &scope.quantile_pairs {
                plot.draw(&Shape::circle((waits.place(*observed), waits.place(*simulated)), 2, color.filled()))?;
            }
            let (column, line) = (number as i32 % 2, number as i32 / 2);
            let at = (LEFT + column * PLOT_WIDTH / 2, legend + line * LEGEND_LINE);
            canvas.draw(&Shape::circle((at.0 + 6, at.1 + 7), 5, color.filled()))?;
            let words = canvas::fitted(&entry(report, scope), 13, PLOT_WIDTH / 2 - 30);
            canvas::text(canvas, &words, (at.0 + 20, at.1), canvas::regular(13), INK, HPos::Left)?;
        }
        Ok(())
    })
}

/// The name of an action with its verdict.
fn entry(report: &BacktestReport, scope: &WaitComparison) -> String {
    let verdict = scope.verdict.map_or_else(String::new, |verdict| format!(" ({})", verdict.name()));
    let jobs = if scope.count == 1 { "job" } else { "jobs" };
    format!("{}{verdict}, {} {jobs}", report.action(scope.jobs), scope.count)
}

/// Mean waits by hour of the day, a panel for each action.
pub(super) fn by_hour(report: &BacktestReport) -> Vec<u8> {
    let scopes = shown(report);
    let bottom = TITLES + scopes.len() as i32 * (HEADING + PANEL) + canvas::X_LABELS;
    let subtitle = format!(
        "Black: observed; blue: simulated, with 95 % intervals of the difference to the observed mean{}",
        left_out(report)
    );
    canvas::sheet(bottom + 14, &title(report, "mean waits by hour of the day"), &subtitle, |canvas| {
        let hours = (0..=24).step_by(3).map(|hour| (f64::from(hour), format!("{hour:02}:00"))).collect();
        let hours = Axis { low: 0.0, high: 24.0, ticks: hours };
        let name = format!("Hour of the day ({}) in which jobs fall due", report.time_zone());
        for (number, scope) in scopes.iter().enumerate() {
            let top = TITLES + HEADING + number as i32 * (HEADING + PANEL);
            let x_name = (number + 1 == scopes.len()).then_some(name.as_str());
            canvas::heading(canvas, &canvas::fitted(&entry(report, scope), 13, 480), (LEFT, top - 19))?;
            draw_hours(canvas, scope, top, (&hours, x_name))?;
        }
        Ok(())
    })
}

fn draw_hours(canvas: &Canvas, scope: &WaitComparison, top: i32, (hours, name): (&Axis, Option<&str>)) -> Painted {
    let ends = scope.by_hour.iter().flat_map(|(_, figure)| {
        let high = figure.difference.map_or(0.0, |(_, high)| figure.observed + high);
        [figure.observed, figure.simulated, high]
    });
    let most = ends.fold(0.0, f64::max).max(1.0);
    let waits = Axis::from_zero(most, duration);
    let plot = canvas::plot(canvas, (top, PANEL), (hours, name), (&waits, ""))?;
    let area = &plot;
    for (hour, figure) in &scope.by_hour {
        let middle = *hour as f64 + 0.5;
        if let Some((low, high)) = figure.difference {
            let (low, high) = ((figure.observed + low).max(0.0), figure.observed + high);
            area.draw(&Shape::rectangle([(middle - 0.3, low), (middle + 0.3, high)], BLUE.mix(0.2)))?;
        }
        let level = |value: f64, reach: f64| vec![(middle - reach, value), (middle + reach, value)];
        let [observed, simulated] = [figure.observed, figure.simulated].map(duration);
        canvas.mark(&format!("{hour:02}:00: observed {observed}, simulated {simulated}"), || {
            area.draw(&Shape::path(level(figure.simulated, 0.3), BLUE.stroke_width(3)))?;
            area.draw(&Shape::path(level(figure.observed, 0.48), INK.stroke_width(2)))
        })?;
    }
    Ok(())
}

/// Each day against its predictive interval, a panel for each quantity.
pub(super) fn days(report: &BacktestReport, model: &ModelDriven) -> Vec<u8> {
    let bottom = TITLES + DAY_MEASURES.len() as i32 * (HEADING + PANEL) + canvas::X_LABELS;
    let subtitle = format!(
        "Bar: interval of {:.0} % of the replications, line: median; dot: observed, red if outside",
        100.0 * PREDICTED
    );
    canvas::sheet(bottom + 14, &title(report, "days of the history against their forecasts"), &subtitle, |canvas| {
        let days = day_axis(&model.days);
        for (number, measure) in DAY_MEASURES.iter().enumerate() {
            let top = TITLES + HEADING + number as i32 * (HEADING + PANEL);
            let name = (number + 1 == DAY_MEASURES.len()).then_some("Day");
            let unit = if number == 2 { " (jobs)" } else { "" };
            canvas::heading(canvas, &format!("{measure}{unit}"), (LEFT, top - 19))?;
            let most = model.days.iter().map(|day| day.forecasts[number]);
            let most = most.map(|it| it.high.max(it.observed)).fold(1.0, f64::max);
            let axis = Axis::from_zero(most, if number == 2 { short_count } else { duration });
            let plot = canvas::plot(canvas, (top, PANEL), (&days, name), (&axis, ""))?;
            let area = &plot;
            for (day, forecast) in model.days.iter().map(|day| day.forecasts[number]).enumerate() {
                let middle = day as f64 + 0.5;
                let bar = [(middle - 0.3, forecast.low), (middle + 0.3, forecast.high)];
                area.draw(&Shape::rectangle(bar, BLUE.mix(0.25)))?;
                let median = vec![(middle - 0.3, forecast.median), (middle + 0.3, forecast.median)];
                area.draw(&Shape::path(median, BLUE.stroke_width(2)))?;
                let color = if forecast.is_inside() { INK } else { TARGET };
                let format = if number == 2 { short_count } else { duration };
                let [observed, low, high] = [forecast.observed, forecast.low, forecast.high].map(format);
                let date = model.days[day].date.format("%a %d %b");
                canvas.mark(&format!("{date}: observed {observed}, forecast {low} to {high}"), || {
                    area.draw(&Shape::circle((middle, forecast.observed), 4, color.filled()))
                })?;
            }
        }
        Ok(())
    })
}

/// Dates, as many as have room.
fn day_axis(days: &[DayForecast]) -> Axis {
    let step = days.len().div_ceil(7).max(1);
    let tick = |(number, day): (usize, &DayForecast)| (number as f64 + 0.5, day.date.format("%a %d %b").to_string());
    let ticks = days.iter().enumerate().step_by(step).map(tick).collect();
    Axis { low: 0.0, high: days.len().max(1) as f64, ticks }
}

/// The histogram of probability integral transforms: the share of replications below the observed
/// value of each day.
pub(super) fn pit(report: &BacktestReport, model: &ModelDriven) -> Vec<u8> {
    let mut counts = [[0_u32; DAY_MEASURES.len()]; BINS];
    for day in &model.days {
        for (measure, forecast) in day.forecasts.iter().enumerate() {
            let bin = ((forecast.pit * BINS as f64) as usize).min(BINS - 1);
            counts[bin][measure] += 1;
        }
    }
    let expected = model.days.len() as f64 / BINS as f64;
    let most = counts.iter().flatten().copied().max().unwrap_or(0).max(1);
    let subtitle = format!(
        "Share of replications below the observed value, of {} days; days like those of the model fill all bins to \
         the line",
        model.days.len()
    );
    let legend = TOP + 300 + canvas::X_LABELS + 8;
    canvas::sheet(legend + 34, &title(report, "where the days fall among the replications"), &subtitle, |canvas| {
        if model.days.is_empty() {
            return canvas::remark(canvas, "There is no day.", (WIDTH / 2, TOP + 150), HPos::Center);
        }
        let ticks = (0..=BINS).map(|bin| (bin as f64, format!("{} %", bin * 100 / BINS))).collect();
        let shares = Axis { low: 0.0, high: BINS as f64, ticks };
        let days = Axis::from_zero(f64::from(most).max(expected), short_count);
        let plot = canvas::plot(
            canvas,
            (TOP, 300),
            (&shares, Some("Share of replications below the observed value")),
            (&days, "Days"),
        )?;
        let area = &plot;
        for (bin, of_bin) in counts.iter().enumerate() {
            for (measure, count) in of_bin.iter().enumerate() {
                let left = bin as f64 + 0.1 + measure as f64 * 0.27;
                let bar = [(left, 0.0), (left + 0.25, f64::from(*count))];
                area.draw(&Shape::rectangle(bar, SERIES[measure].filled()))?;
            }
        }
        area.draw(&Shape::path([(0.0, expected), (BINS as f64, expected)], INK.stroke_width(1)))?;
        for (measure, name) in DAY_MEASURES.iter().enumerate() {
            let at = (LEFT + measure as i32 * 200, legend);
            canvas.draw(&Shape::rectangle([(at.0, at.1 + 2), (at.0 + 12, at.1 + 14)], SERIES[measure].filled()))?;
            canvas::text(canvas, name, (at.0 + 20, at.1), canvas::regular(13), INK, HPos::Left)?;
        }
        Ok(())
    })
}
