//! A horizontal scale under rows of marks, such as dots and bars.

use super::axis::Axis;
use super::canvas::{self, Canvas, GRID, HPos, INK, MARGIN, Painted, Shape, Surface, WIDTH};

/// Grid lines of a horizontal scale with their labels below, and its name.
pub(crate) fn draw_scale(
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
        canvas.draw(&Shape::path([(x, top), (x, bottom)], color.stroke_width(1)))?;
        let half = words.chars().count() as i32 * 4;
        if x - half >= free_from {
            canvas::text(canvas, words, (x, bottom + 6), canvas::regular(13), INK, HPos::Center)?;
            free_from = x + half + 8;
        }
    }
    let name = canvas::fitted(name, 13, WIDTH - 2 * MARGIN);
    canvas::text(canvas, &name, (i32::midpoint(left, right), bottom + 26), canvas::regular(13), INK, HPos::Center)
}

/// The pixel of a number of the axis between two edges.
pub(crate) fn pixel(axis: &Axis, at: f64, (left, right): (i32, i32)) -> i32 {
    let part = (at.clamp(axis.low, axis.high) - axis.low) / (axis.high - axis.low);
    left + (part * f64::from(right - left)).round() as i32
}
