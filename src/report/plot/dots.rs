//! A quantity over a key with words, such as policies: one row per word, with a dot and an
//! interval.

use super::canvas::{self, BLUE, Canvas, HPos, INK, MARGIN, PAPER, Painted, Shape, Surface, TITLES, WIDTH};
use super::row_scale::{draw_scale, pixel};
use super::scale::Scale;
use super::values::{Values, step_name};
use crate::experiment::design;
use crate::format::{ValueFormat, ascii};
use crate::stats::interval::IntervalEstimate;

const LEFT: i32 = 280;
const RIGHT: i32 = 680;
const FIGURES: i32 = 704;
const TOP: i32 = TITLES + 36;
const ROW: i32 = 24;
/// At most this number of rows is drawn; a line below them counts the others.
const MOST_ROWS: usize = 60;

pub(crate) fn draw(values: &Values, axis: &design::Axis) -> Vec<u8> {
    let format = ValueFormat::of_quantity(values.quantity);
    let (means, most) = values.extent();
    let scale = Scale::of(values.quantity, &means, most);
    let rows = axis.values.len().min(MOST_ROWS);
    let height = rows as i32 * ROW;
    let more = axis.values.len() - rows;
    let open = if values.has_bounds() { ", hollow with an arrow: at least" } else { "" };
    let work = values.remark("ring");
    let subtitle = format!("Dot: mean of replications, line: 95 % interval{open}{}; {work}", scale.remark);
    let sheet = TOP + height + canvas::X_LABELS + if more > 0 { 34 } else { 14 };
    canvas::sheet(sheet, &values.title, &subtitle, |canvas| {
        canvas::heading(canvas, &canvas::fitted(&axis.name(), 14, WIDTH - 2 * MARGIN), (MARGIN, TOP - 24))?;
        draw_scale(canvas, &scale.axis, &scale.name, (LEFT, RIGHT), (TOP, TOP + height))?;
        for (step, estimate) in values.estimates.iter().enumerate().take(rows) {
            let top = TOP + step as i32 * ROW + 4;
            let words = canvas::fitted(&step_name(axis, step), 13, LEFT - MARGIN - 10);
            canvas::text(canvas, &words, (MARGIN, top), canvas::regular(13), INK, HPos::Left)?;
            let figure = ascii(&format.value_with_half_width(*estimate));
            canvas.mark(&format!("{}: {figure}", step_name(axis, step)), || {
                draw_dot(canvas, &scale, *estimate, top + 7)
            })?;
            canvas.describe(format!("{}: {figure}.", step_name(axis, step)));
            if let Some(value) = estimate.value.filter(|_| values.overloaded[step]) {
                let at = (pixel(&scale.axis, scale.place(value), (LEFT, RIGHT)), top + 7);
                canvas.draw(&Shape::circle(at, 8, BLUE.stroke_width(2)))?;
            }
            canvas::text(canvas, &figure, (FIGURES, top), canvas::regular(13), INK, HPos::Left)?;
        }
        if more > 0 {
            let more = format!("{more} more: see sweep.csv");
            canvas::remark(canvas, &more, (MARGIN, TOP + height + canvas::X_LABELS + 10), HPos::Left)?;
        }
        Ok(())
    })
}

fn draw_dot(canvas: &Canvas, scale: &Scale, estimate: IntervalEstimate, middle: i32) -> Painted {
    let x = |value: f64| pixel(&scale.axis, scale.place(value), (LEFT, RIGHT));
    if let Some((low, high)) = estimate.interval {
        let (low, high) = (x(low), x(high));
        canvas.draw(&Shape::path([(low, middle), (high, middle)], BLUE.stroke_width(2)))?;
        for end in [low, high] {
            canvas.draw(&Shape::path([(end, middle - 5), (end, middle + 5)], BLUE.stroke_width(2)))?;
        }
    }
    let Some(value) = estimate.value else { return Ok(()) };
    let at = x(value);
    if estimate.is_exact() {
        return canvas.draw(&Shape::circle((at, middle), 4, BLUE.filled()));
    }
    canvas.draw(&Shape::path([(at, middle), (at + 18, middle)], BLUE.stroke_width(2)))?;
    let head = vec![(at + 24, middle), (at + 16, middle - 4), (at + 16, middle + 4)];
    canvas.draw(&Shape::path(head, BLUE.filled()))?;
    canvas.draw(&Shape::circle((at, middle), 4, PAPER.filled()))?;
    canvas.draw(&Shape::circle((at, middle), 4, BLUE.stroke_width(2)))
}
