//! Rates by hour of the week: observed ones with their intervals, and the fitted course.

use plotters::prelude::*;
use plotters::style::text_anchor::HPos;

use super::axis::Axis;
use super::canvas::{self, BLUE, Canvas, INK, LEFT, Painted, TITLES};
use crate::format;

const HEIGHT: i32 = 300;
const TOP: i32 = TITLES + 12;
const LEGEND: i32 = TOP + HEIGHT + canvas::X_LABELS + 14;
const DAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];

/// An hour of the week.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct WeekHour {
    /// From Monday 00:00 on, from 0 to 167.
    pub(crate) hour: usize,
    /// The fitted rate per hour.
    pub(crate) fitted: f64,
    /// The observed rate, and its interval.
    pub(crate) observed: Option<(f64, Option<(f64, f64)>)>,
}

/// Hours in rising order; without those that are missing.
pub(crate) fn draw(title: &str, subtitle: &str, hours: &[WeekHour], x_name: &str) -> Vec<u8> {
    canvas::sheet(LEGEND + 28, title, subtitle, |canvas| {
        let fitted = hours.iter().map(|hour| hour.fitted).fold(0.0, f64::max);
        let observed = hours.iter().filter_map(|hour| Some(hour.observed?.0)).fold(fitted, f64::max);
        // Intervals of hours that were seen once reach far; they are cut off.
        let ends = hours.iter().filter_map(|hour| Some(hour.observed?.1?.1)).fold(observed, f64::max);
        let y = Axis::from_zero(ends.min(2.0 * observed).max(1e-9), |rate| format::digits(rate, 3));
        let days = DAYS.iter().enumerate().map(|(day, name)| (day as f64 * 24.0, format!("{name} 0:00")));
        let x = Axis { low: 0.0, high: 168.0, ticks: days.chain([(168.0, String::new())]).collect() };
        let plot = canvas::plot(canvas, (TOP, HEIGHT), (&x, Some(x_name)), (&y, "Arrivals per hour"))?;
        let area = plot.plotting_area();
        for hour in hours {
            let Some((rate, interval)) = hour.observed else { continue };
            let middle = hour.hour as f64 + 0.5;
            if let Some((low, high)) = interval {
                let bar = vec![(middle, low), (middle, high.min(y.high))];
                area.draw(&PathElement::new(bar, INK.mix(0.35).stroke_width(1)))?;
            }
            area.draw(&Circle::new((middle, rate), 2, INK.filled()))?;
        }
        for run in hours.chunk_by(|a, b| a.hour + 1 == b.hour) {
            let level = |hour: &WeekHour| [(hour.hour as f64, hour.fitted), (hour.hour as f64 + 1.0, hour.fitted)];
            area.draw(&PathElement::new(run.iter().flat_map(level).collect::<Vec<_>>(), BLUE.stroke_width(2)))?;
        }
        legend(canvas)
    })
}

fn legend(canvas: &Canvas) -> Painted {
    let font = canvas::regular(13);
    canvas.draw(&PathElement::new(vec![(LEFT, LEGEND + 6), (LEFT + 26, LEGEND + 6)], BLUE.stroke_width(2)))?;
    canvas::text(canvas, "fitted", (LEFT + 36, LEGEND), &font, INK, HPos::Left)?;
    let left = LEFT + 130;
    canvas.draw(&PathElement::new(vec![(left, LEGEND - 1), (left, LEGEND + 13)], INK.mix(0.35).stroke_width(1)))?;
    canvas.draw(&Circle::new((left, LEGEND + 6), 2, INK.filled()))?;
    canvas::text(canvas, "observed, with its 95 % interval", (left + 14, LEGEND), &font, INK, HPos::Left)
}
