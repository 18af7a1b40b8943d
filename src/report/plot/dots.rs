//! A quantity over a key with words, such as policies: a line a word, with a dot and an interval.

use plotters::prelude::*;
use plotters::style::text_anchor::HPos;

use super::axis::Axis;
use super::canvas::{self, BLUE, Canvas, GRID, INK, Painted, TITLES, WIDTH};
use super::lines::extent;
use super::scale::Scale;
use super::sweep::{Values, name};
use crate::experiment::design;
use crate::format::ValueFormat;
use crate::sweep::text::cell;
use crate::table::Charset;
use crate::stats::interval::IntervalEstimate;

const NAMES: i32 = 20;
const LEFT: i32 = 280;
const RIGHT: i32 = 680;
const FIGURES: i32 = 704;
const TOP: i32 = TITLES + 36;
const LINE: i32 = 24;
/// Most lines; what is beyond is counted below.
const MOST_LINES: usize = 60;

pub(super) fn draw(values: &Values, axis: &design::Axis) -> Vec<u8> {
    let (means, most) = extent(&values.estimates);
    let scale = Scale::of(values.quantity, &means, most);
    let lines = axis.values.len().min(MOST_LINES);
    let height = lines as i32 * LINE;
    let left_out = axis.values.len() - lines;
    let subtitle = format!("Dot: mean of replications, line: 95 % interval{}; {}", scale.remark, values.work);
    let sheet = TOP + height + canvas::X_LABELS + if left_out > 0 { 34 } else { 14 };
    canvas::sheet(sheet, &values.title, &subtitle, |canvas| {
        canvas::heading(canvas, &canvas::fitted(&axis.name(), 14, WIDTH - 2 * NAMES), (NAMES, TOP - 24))?;
        draw_scale(canvas, &scale.axis, &scale.name, (LEFT, RIGHT), (TOP, TOP + height))?;
        for (step, estimate) in values.estimates.iter().enumerate().take(lines) {
            let top = TOP + step as i32 * LINE + 4;
            let words = canvas::fitted(&name(axis, step), 13, LEFT - NAMES - 10);
            canvas::text(canvas, &words, (NAMES, top), &canvas::regular(13), INK, HPos::Left)?;
            draw_dot(canvas, &scale, *estimate, top + 7)?;
            let figure = cell(ValueFormat::of_quantity(values.quantity), *estimate, Charset::Ascii);
            canvas::text(canvas, &figure, (FIGURES, top), &canvas::regular(13), INK, HPos::Left)?;
        }
        if left_out > 0 {
            let more = format!("{left_out} more: see sweep.csv");
            canvas::remark(canvas, &more, (NAMES, TOP + height + canvas::X_LABELS + 10), HPos::Left)?;
        }
        Ok(())
    })
}

/// Grid lines of a horizontal scale with their labels below, and its name.
pub(super) fn draw_scale(
    canvas: &Canvas,
    axis: &Axis,
    name: &str,
    (left, right): (i32, i32),
    (top, bottom): (i32, i32),
) -> Painted {
    let mut free_from = i32::MIN;
    for (at, words) in &axis.ticks {
        let x = pixel(axis, *at, (left, right));
        let color = if *at == 0.0 { INK } else { GRID };
        canvas.draw(&PathElement::new(vec![(x, top), (x, bottom)], color.stroke_width(1)))?;
        let half = words.chars().count() as i32 * 4;
        if x - half >= free_from {
            canvas::text(canvas, words, (x, bottom + 6), &canvas::regular(13), INK, HPos::Center)?;
            free_from = x + half + 8;
        }
    }
    let name = canvas::fitted(name, 13, WIDTH - 2 * NAMES);
    canvas::text(canvas, &name, (i32::midpoint(left, right), bottom + 26), &canvas::regular(13), INK, HPos::Center)
}

/// Where a number of the axis lies between two edges.
pub(super) fn pixel(axis: &Axis, at: f64, (left, right): (i32, i32)) -> i32 {
    let part = (at.clamp(axis.low, axis.high) - axis.low) / (axis.high - axis.low);
    left + (part * f64::from(right - left)).round() as i32
}

fn draw_dot(canvas: &Canvas, scale: &Scale, estimate: IntervalEstimate, middle: i32) -> Painted {
    let x = |value: f64| pixel(&scale.axis, scale.place(value), (LEFT, RIGHT));
    if let Some((low, high)) = estimate.interval {
        let (low, high) = (x(low), x(high));
        canvas.draw(&PathElement::new(vec![(low, middle), (high, middle)], BLUE.stroke_width(2)))?;
        for end in [low, high] {
            canvas.draw(&PathElement::new(vec![(end, middle - 5), (end, middle + 5)], BLUE.stroke_width(2)))?;
        }
    }
    match estimate.value {
        Some(value) => canvas.draw(&Circle::new((x(value), middle), 4, BLUE.filled())),
        None => Ok(()),
    }
}
