//! Parts of a whole over time: areas on each other, with their names at the right, as near as
//! possible to where they end.

use super::axis::Axis;
use super::canvas::{self, Canvas, Color, GREY, HPos, PAPER, Painted, Plot, SERIES, Shape, Surface, TITLES, WIDTH};
use super::{calendar, hover, names};
use crate::format;
use crate::model::time::{Epoch, Span, Time};

const TOP: i32 = TITLES + 12;
const HEIGHT: i32 = 340;
/// Right edge of the plot; the names are behind it.
const RIGHT: i32 = WIDTH - 200;
/// Parts with a colour and a name; smaller ones are one part.
const MOST_PARTS: usize = 8;
/// At most this number of buckets is drawn; of more, groups are added.
const MOST_BUCKETS: usize = 240;

/// A part of the whole.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Part {
    pub(crate) name: String,
    /// Its amount, bucket by bucket, at least 0.
    pub(crate) amounts: Vec<f64>,
}

/// A chart of parts over time.
pub(crate) struct SharesOverTime<'a> {
    pub(crate) title: &'a str,
    /// What is divided, such as `Waiting jobs by the reason why they wait`.
    pub(crate) subtitle: &'a str,
    /// The name of the vertical axis, and how an amount is written.
    pub(crate) unit: &'a str,
    pub(crate) format: fn(f64) -> String,
    /// From the bottom to the top; all have as many amounts.
    pub(crate) parts: Vec<Part>,
    /// The length of a bucket; the last one may be shorter.
    pub(crate) bucket: Span,
    pub(crate) epoch: Epoch,
    pub(crate) horizon: Time,
}

/// Draws the parts; `None` if there is nothing to divide.
pub(crate) fn draw(chart: &SharesOverTime) -> Option<Vec<u8>> {
    let count = chart.parts.iter().map(|part| part.amounts.len()).min()?;
    let (parts, bucket) = condensed(chart, count);
    let totals: Vec<f64> =
        (0..parts[0].amounts.len()).map(|at| parts.iter().map(|part| part.amounts[at]).sum()).collect();
    let (whole, most) = (totals.iter().sum::<f64>(), totals.iter().copied().fold(0.0, f64::max));
    if !(whole.is_finite() && whole > 0.0) {
        return None;
    }
    let (time, time_name) = calendar::axis(chart.epoch, chart.horizon);
    let amounts = Axis::from_zero(most, chart.format);
    let sheet = canvas::sheet(TOP + HEIGHT + canvas::X_LABELS + 14, chart.title, chart.subtitle, |canvas| {
        let plot = canvas::plot_to(canvas, RIGHT, (TOP, HEIGHT), (&time, Some(&time_name)), (&amounts, chart.unit))?;
        hover::open_plot(canvas, plot.edges)?;
        let mut below = vec![0.0; totals.len()];
        let mut ends = Vec::new();
        for (place, part) in parts.iter().enumerate() {
            let above: Vec<f64> = below.iter().zip(&part.amounts).map(|(low, amount)| low + amount).collect();
            let points = pointed(chart, &plot, (part, &totals), bucket);
            hover::open_series(canvas, &part.name, points, place == 0)?;
            draw_area(&plot, chart.horizon, bucket, (&below, &above), color(&parts, place))?;
            canvas.close()?;
            let share = part.amounts.iter().sum::<f64>() / whole;
            canvas.describe(format!("{}: {} of the whole.", part.name, format::percent(share)));
            ends.push((format!("{} {}", format::percent(share), part.name), below, above.clone()));
            below = above;
        }
        canvas.close()?;
        draw_names(canvas, &plot, &parts, &ends)
    });
    Some(sheet)
}

/// The colour of a part. A small gap separates neighbours, also in grey print.
fn color(parts: &[Part], place: usize) -> Color {
    if parts[place].name == OTHERS { Color::Class("s6") } else { COLORS[place % COLORS.len()] }
}

/// Neighbours differ in brightness, too.
const COLORS: [Color; 8] =
    [SERIES[0], SERIES[5], SERIES[2], SERIES[3], SERIES[4], SERIES[1], Color::Class("o"), Color::Class("t")];

/// The name of the smaller parts together.
const OTHERS: &str = "others";

/// The parts without empty ones, the smallest of many together, and groups of buckets as means.
fn condensed(chart: &SharesOverTime, count: usize) -> (Vec<Part>, Span) {
    let group = count.div_ceil(MOST_BUCKETS).max(1);
    let mean = |amounts: &[f64]| -> Vec<f64> {
        amounts[..count].chunks(group).map(|of| of.iter().sum::<f64>() / of.len() as f64).collect()
    };
    let all = chart.parts.iter().map(|part| Part { name: part.name.clone(), amounts: mean(&part.amounts) });
    let mut parts: Vec<Part> = all.filter(|part| part.amounts.iter().any(|amount| *amount > 0.0)).collect();
    if parts.len() > MOST_PARTS {
        let sum = |part: &Part| part.amounts.iter().sum::<f64>();
        let mut sizes: Vec<f64> = parts.iter().map(sum).collect();
        sizes.sort_by(|a, b| b.total_cmp(a));
        let least = sizes[MOST_PARTS - 2];
        let (kept, small): (Vec<Part>, Vec<Part>) = parts.into_iter().partition(|part| sum(part) >= least);
        parts = kept;
        let buckets = small.first().map_or(0, |part| part.amounts.len());
        let amounts = (0..buckets).map(|at| small.iter().map(|part| part.amounts[at]).sum()).collect();
        parts.push(Part { name: OTHERS.to_owned(), amounts });
    }
    if parts.is_empty() {
        parts.push(Part { name: String::new(), amounts: vec![0.0] });
    }
    (parts, Span(chart.bucket.0.saturating_mul(group as i64).max(1)))
}

/// The begin and the end of a bucket in seconds.
fn seconds(bucket: Span, horizon: Time, number: usize) -> (f64, f64) {
    let at = |number: usize| Time(bucket.0.saturating_mul(number as i64)).min(horizon).as_secs_f64();
    (at(number), at(number + 1))
}

/// The area between two levels, in steps.
fn draw_area(plot: &Plot, horizon: Time, bucket: Span, (below, above): (&[f64], &[f64]), color: Color) -> Painted {
    let steps = |levels: &[f64]| -> Vec<(f64, f64)> {
        let step = |(number, level): (usize, &f64)| {
            let (begin, end) = seconds(bucket, horizon, number);
            [(begin, *level), (end, *level)]
        };
        levels.iter().enumerate().flat_map(step).collect()
    };
    let (high, mut low) = (steps(above), steps(below));
    low.reverse();
    plot.draw(&Shape::path([high.clone(), low].concat(), color))?;
    plot.draw(&Shape::path(high, PAPER.stroke_width(1)))
}

/// Amounts and shares for a pointer.
fn pointed<'a>(
    chart: &'a SharesOverTime,
    plot: &'a Plot,
    (part, totals): (&'a Part, &'a [f64]),
    bucket: Span,
) -> impl Iterator<Item = (i32, String, String)> + 'a {
    part.amounts.iter().zip(totals).enumerate().map(move |(number, (amount, total))| {
        let (begin, end) = seconds(bucket, chart.horizon, number);
        let words = calendar::words(chart.epoch, Time(bucket.0.saturating_mul(number as i64)), bucket);
        let share = if *total > 0.0 { format!(" ({})", format::percent(amount / total)) } else { String::new() };
        (plot.pixel((f64::midpoint(begin, end), 0.0)).0, words, format!("{}{share}", (chart.format)(*amount)))
    })
}

/// A name with its share for each part, joined to the part where it is thickest near the end.
fn draw_names(canvas: &Canvas, plot: &Plot, parts: &[Part], ends: &[(String, Vec<f64>, Vec<f64>)]) -> Painted {
    let names: Vec<names::Name> = ends
        .iter()
        .enumerate()
        .map(|(place, (words, below, above))| {
            let last = below.len() - 1;
            let middle = f64::midpoint(below[last], above[last]);
            names::Name { words, at: plot.pixel((plot.x.high, middle)), color: color(parts, place) }
        })
        .collect();
    names::draw(plot, &names)?;
    canvas::text(canvas, "share of the whole", (RIGHT + 22, TOP - 22), canvas::regular(13), GREY, HPos::Left)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plot::canvas::LEFT;

    fn chart(parts: Vec<Part>) -> SharesOverTime<'static> {
        SharesOverTime {
            title: "t",
            subtitle: "s",
            unit: "jobs",
            format: format::count,
            parts,
            bucket: Span::secs(3_600),
            epoch: Epoch("2026-02-16T00:00:00Z".parse().unwrap()),
            horizon: Time::ZERO + Span::secs(4 * 3_600),
        }
    }

    fn part(name: &str, amounts: &[f64]) -> Part {
        Part { name: name.to_owned(), amounts: amounts.to_vec() }
    }

    #[test]
    fn parts_lie_on_each_other_and_state_their_shares() {
        let parts = vec![
            part("busy", &[3.0, 1.0, 0.0, 2.0]),
            part("no-worker", &[1.0, 1.0, 0.0, 0.0]),
            part("never", &[0.0; 4]),
        ];
        let svg = String::from_utf8(draw(&chart(parts)).unwrap()).unwrap();
        // Six of eight, and two of eight.
        assert!(svg.contains(">75.0 % busy</text>") && svg.contains(">25.0 % no-worker</text>"), "{svg}");
        assert!(svg.contains("data-y=\"3 (75.0 %)|1 (50.0 %)|0|2 (100.0 %)\""), "{svg}");
        assert!(svg.contains("data-t=\"Mon Feb 16 00:00|Mon Feb 16 01:00|"), "{svg}");
        assert!(!svg.contains("never"), "an empty part has no name");
        // The first hour has four jobs, the top of the axis: the upper edge of the plot.
        assert_eq!(Axis::from_zero(4.0, format::count).high, 4.0);
        assert!(svg.contains(&format!("d=\"M{LEFT} {TOP}h")), "{svg}");
    }

    #[test]
    fn many_parts_are_a_few_and_others_with_the_same_total() {
        let parts: Vec<Part> = (1..=20).map(|n| part(&format!("p{n}"), &[f64::from(n), 0.5])).collect();
        let whole: f64 = parts.iter().flat_map(|part| &part.amounts).sum();
        let (kept, _) = condensed(&chart(parts), 2);
        assert_eq!((kept.len(), kept[7].name.as_str(), kept[6].name.as_str()), (8, OTHERS, "p20"));
        assert!((kept.iter().flat_map(|part| &part.amounts).sum::<f64>() - whole).abs() < 1e-9);
    }

    #[test]
    fn nothing_to_divide_is_no_chart() {
        assert!(draw(&chart(Vec::new())).is_none());
        assert!(draw(&chart(vec![part("a", &[])])).is_none());
        assert!(draw(&chart(vec![part("a", &[0.0; 4])])).is_none());
        assert!(draw(&chart(vec![part("a", &[f64::NAN; 4])])).is_none());
    }
}
