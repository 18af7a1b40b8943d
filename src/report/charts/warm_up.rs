//! The estimated warm-up: the mean number of jobs in the system over time, the part that is left
//! out, and the level after it.

use crate::experiment::warmup::{EstimatedWarmUp, PILOTS};
use crate::model::time::{Span, Time};
use crate::plot::axis::Axis;
use crate::plot::calendar;
use crate::plot::canvas::{
    self, BLUE, GREY, HPos, LEFT, PLOT_WIDTH, Painted, Plot, Shape, Surface, TARGET, TITLES, X_LABELS,
};
use crate::{RunContext, format, messages};

/// Height of the plot.
const HEIGHT: i32 = 300;
/// Room above the plot for the remark.
const REMARK: i32 = 24;

/// Draws the chart.
pub(super) fn draw(context: &RunContext, warm_up: &EstimatedWarmUp) -> Vec<u8> {
    let title = context.title("jobs in the system");
    let subtitle = format!("Mean of {PILOTS} replications; grey: {}", messages::warm_up_summary(warm_up));
    let most = warm_up.trajectory.in_system.iter().copied().fold(1.0, f64::max);
    let (levels, top) = (Axis::from_zero(most, format::short_count), TITLES + REMARK);
    let (time, time_name) = calendar::axis(context.scenario.epoch, context.scenario.system.window.horizon);
    let remark = format!("red: mean after the warm-up, {}", format::count(warm_up.level()));
    canvas::sheet(top + HEIGHT + X_LABELS + 14, &title, &subtitle, |canvas| {
        canvas::remark(canvas, &remark, (LEFT + PLOT_WIDTH, top - 19), HPos::Right)?;
        let plot = canvas::plot(canvas, (top, HEIGHT), (&time, Some(&time_name)), (&levels, "jobs"))?;
        lines(&plot, warm_up, (&time, &levels))
    })
}

fn lines(plot: &Plot, warm_up: &EstimatedWarmUp, (time, levels): (&Axis, &Axis)) -> Painted {
    let (end, level) = (warm_up.length.as_secs_f64(), warm_up.level());
    let area = &plot;
    area.draw(&Shape::rectangle([(0.0, levels.low), (end, levels.high)], GREY.mix(0.13)))?;
    area.draw(&Shape::path([(end, level), (time.high, level)], TARGET.stroke_width(2)))?;
    area.draw(&Shape::path(points(warm_up), BLUE.stroke_width(1)))
}

/// The number of jobs over time, each part at its middle.
fn points(warm_up: &EstimatedWarmUp) -> Vec<(f64, f64)> {
    let Span(part) = warm_up.trajectory.part;
    let middle = |number: usize| Time(part.saturating_mul(number as i64).saturating_add(part / 2)).as_secs_f64();
    warm_up.trajectory.in_system.iter().enumerate().map(|(number, &jobs)| (middle(number), jobs)).collect()
}
