//! A tornado chart: the effect of 1 % more of each parameter on a quantity, as bars with intervals,
//! the longest on top.

use crate::elasticity::{ElasticityReport, change_with_half_width};
use crate::experiment::elasticity::{Effect, Perturbation};
use crate::format::{self, ValueFormat};
use crate::plot::axis::Axis;
use crate::plot::canvas::{self, BLUE, Canvas, HPos, INK, MARGIN, Painted, SERIES, Shape, Surface, TITLES, WIDTH};
use crate::plot::row_scale::{draw_scale, pixel};
use crate::sweep::replications_and_seed;

const LEFT: i32 = 460;
const RIGHT: i32 = 710;
const FIGURES: i32 = 724;
const TOP: i32 = TITLES + 10;
const ROW: i32 = 24;
/// Half the height of a bar.
const HALF: i32 = 7;
/// At most this number of bars is drawn; a line below them counts the others.
const MOST_BARS: usize = 40;

pub(super) fn draw(report: &ElasticityReport, shown: usize) -> Vec<u8> {
    let (without, all): (Vec<&Effect>, Vec<&Effect>) =
        report.ranked(shown).into_iter().partition(|effect| effect.is_zero());
    let effects = &all[..all.len().min(MOST_BARS)];
    let below = not_drawn(all.len() - effects.len(), without.len());
    let axis = axis(effects);
    let quantity = &report.shown[shown];
    let base = ValueFormat::of_quantity(quantity).value(effects.first().and_then(|effect| effect.base));
    let height = (effects.len() as i32 * ROW).max(60);
    let sheet = TOP + height + canvas::X_LABELS + if below.is_empty() { 14 } else { 34 };
    let title = format!("{}: elasticity of {}", report.title, quantity.text);
    let subtitle = format!(
        "Bar: change for 1 % more of a key, line: 95 % interval; now {base}; {}",
        replications_and_seed(report.trials)
    );
    canvas::sheet(sheet, &title, &subtitle, |canvas| {
        if effects.is_empty() {
            return canvas::remark(canvas, "No parameter has an effect.", (WIDTH / 2, TOP + 20), HPos::Center);
        }
        let name = format!("Change of {} for 1 % more of the key", quantity.text);
        draw_scale(canvas, &axis, &name, (LEFT, RIGHT), (TOP, TOP + height))?;
        for (row, effect) in effects.iter().enumerate() {
            let perturbation = &report.perturbations[effect.perturbation];
            let (key, change) = (&perturbation.key, format::ascii(&change_with_half_width(effect)));
            canvas.describe(format!("{key}: {change}."));
            canvas.mark(&format!("{key} = {}: {change}", perturbation.short_value()), || {
                draw_bar(canvas, &axis, perturbation, effect, TOP + row as i32 * ROW + ROW / 2)
            })?;
        }
        canvas::remark(canvas, &below, (MARGIN, TOP + height + canvas::X_LABELS + 10), HPos::Left)
    })
}

/// A line with the numbers of keys that are not drawn.
fn not_drawn(more: usize, without: usize) -> String {
    let keys = |count: usize| if count == 1 { "1 key has".to_owned() } else { format!("{count} keys have") };
    let parts = [
        (more > 0).then(|| format!("{} smaller effects", keys(more))),
        (without > 0).then(|| format!("{} no effect at all", keys(without))),
    ];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    if parts.is_empty() { String::new() } else { format!("{}: see elasticity.csv", parts.join(", ")) }
}

/// A scale for all bars, and for intervals up to three times the longest bar.
fn axis(effects: &[&Effect]) -> Axis {
    let bars = || effects.iter().filter_map(|effect| effect.effect);
    let most = 3.0 * bars().map(f64::abs).fold(0.0, f64::max);
    let ends = effects.iter().filter_map(|effect| effect.interval).flat_map(|(low, high)| [low, high]);
    let all = || bars().chain(ends.clone()).map(|value| value.clamp(-most, most));
    let (low, high) = (all().fold(0.0, f64::min), all().fold(0.0, f64::max));
    Axis::around_zero(low, high, |at| format!("{}{} %", if at > 0.0 { "+" } else { "" }, format::exact(at)))
}

fn draw_bar(canvas: &Canvas, axis: &Axis, perturbation: &Perturbation, effect: &Effect, middle: i32) -> Painted {
    let font = canvas::regular(13);
    let words =
        canvas::fitted(&format!("{} = {}", perturbation.key, perturbation.short_value()), 13, LEFT - MARGIN - 10);
    canvas::text(canvas, &words, (MARGIN, middle - HALF), font, INK, HPos::Left)?;
    canvas::text(
        canvas,
        &format::ascii(&change_with_half_width(effect)),
        (FIGURES, middle - HALF),
        font,
        INK,
        HPos::Left,
    )?;
    let x = |value: f64| pixel(axis, value, (LEFT, RIGHT));
    let Some(value) = effect.effect else { return Ok(()) };
    let color = if value > 0.0 { SERIES[1] } else { BLUE };
    // An effect that may be 0 is pale.
    let is_shown = effect.interval.is_none_or(|(low, high)| low > 0.0 || high < 0.0);
    let (left, right) = (x(value.min(0.0)), x(value.max(0.0)));
    let fill = color.mix(if is_shown { 0.85 } else { 0.3 });
    canvas.draw(&Shape::rectangle([(left, middle - HALF), (right, middle + HALF)], fill))?;
    let Some((low, high)) = effect.interval else { return Ok(()) };
    let (low, high) = (x(low), x(high));
    canvas.draw(&Shape::path([(low, middle), (high, middle)], INK.stroke_width(1)))?;
    for end in [low, high] {
        canvas.draw(&Shape::path([(end, middle - 4), (end, middle + 4)], INK.stroke_width(1)))?;
    }
    Ok(())
}
