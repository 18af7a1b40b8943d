//! Rates by hour of the day, one class of days beside the other: observed ones with their
//! intervals, and the fitted course.

use super::axis::Axis;
use super::canvas::{self, BLUE, Canvas, HPos, INK, LEFT, Painted, Shape, Surface, TITLES};
use crate::format;

const HEIGHT: i32 = 300;
const TOP: i32 = TITLES + 12;
const LEGEND: i32 = TOP + HEIGHT + canvas::X_LABELS + 14;
const HOURS: usize = 24;
const BARS: f64 = 0.45;

/// An hour of a class of days.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Hour {
    pub(crate) fitted: f64,
    /// The observed rate, and its interval.
    pub(crate) observed: Option<(f64, Option<(f64, f64)>)>,
}

/// The classes of days with their 24 hours.
pub(crate) fn draw(title: &str, subtitle: &str, classes: &[(&str, Vec<Hour>)], x_name: &str) -> Vec<u8> {
    canvas::sheet(LEGEND + 28, title, subtitle, |canvas| {
        let hours = || classes.iter().flat_map(|(_, hours)| hours);
        let fitted = hours().map(|hour| hour.fitted).fold(0.0, f64::max);
        let observed = hours().filter_map(|hour| Some(hour.observed?.0)).fold(fitted, f64::max);
        // Intervals of few hours reach far; they are cut off.
        let ends = hours().filter_map(|hour| Some(hour.observed?.1?.1)).fold(observed, f64::max);
        let y = Axis::from_zero(ends.min(1.6 * observed).max(1e-9), |rate| format::digits(rate, 3));
        let plot = canvas::plot(canvas, (TOP, HEIGHT), (&axis(classes), Some(x_name)), (&y, "Arrivals per hour"))?;
        let area = &plot;
        for (class, (_, hours)) in classes.iter().enumerate() {
            let left = |hour: usize| (class * HOURS + hour) as f64;
            for (hour, of) in hours.iter().enumerate() {
                let Some((rate, interval)) = of.observed else { continue };
                let middle = left(hour) + 0.5;
                if let Some((low, high)) = interval {
                    let bar = vec![(middle, low.min(y.high)), (middle, high.min(y.high))];
                    area.draw(&Shape::path(bar, INK.mix(BARS).stroke_width(1)))?;
                }
                area.draw(&Shape::circle((middle, rate), 3, INK.filled()))?;
            }
            let level = |(hour, of): (usize, &Hour)| [(left(hour), of.fitted), (left(hour + 1), of.fitted)];
            let course: Vec<(f64, f64)> = hours.iter().enumerate().flat_map(level).collect();
            area.draw(&Shape::path(course, BLUE.stroke_width(2)))?;
        }
        legend(canvas)
    })
}

/// The hours of all classes; each class begins with its name.
fn axis(classes: &[(&str, Vec<Hour>)]) -> Axis {
    let every = match classes.len() {
        1 => 3,
        2 => 6,
        _ => HOURS,
    };
    let tick = |hour: usize| {
        let name = classes[hour / HOURS].0;
        let time = format!("{}:00", hour % HOURS);
        (hour as f64, if hour.is_multiple_of(HOURS) && classes.len() > 1 { format!("{name} {time}") } else { time })
    };
    let high = (classes.len().max(1) * HOURS) as f64;
    Axis { low: 0.0, high, ticks: (0..classes.len() * HOURS).step_by(every).map(tick).collect() }
}

fn legend(canvas: &Canvas) -> Painted {
    let font = canvas::regular(13);
    canvas.draw(&Shape::path([(LEFT, LEGEND + 6), (LEFT + 26, LEGEND + 6)], BLUE.stroke_width(2)))?;
    canvas::text(canvas, "fitted", (LEFT + 36, LEGEND), font, INK, HPos::Left)?;
    let left = LEFT + 130;
    canvas.draw(&Shape::path([(left, LEGEND - 1), (left, LEGEND + 13)], INK.mix(BARS).stroke_width(1)))?;
    canvas.draw(&Shape::circle((left, LEGEND + 6), 3, INK.filled()))?;
    canvas::text(canvas, "observed, with its 95 % interval", (left + 14, LEGEND), font, INK, HPos::Left)
}
