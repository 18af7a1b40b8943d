//! The sheet that charts are drawn on: its width, margins, fonts, titles, axes and text that fits.
//!
//! The reader's font sets the text of an SVG, and its width is unknown here. So every text leaves
//! room for a wide font (0.62 of the size per letter, more if bold), and names that would not fit
//! are shortened.

use super::axis::Axis;
pub(crate) use super::svg::{Canvas, Color, Font, HPos, Painted, Plot, Shape, Style, Surface};
use super::svg::{Pixel, escape};
use super::theme::{self, Theme};
pub(crate) use super::theme::{AXIS, BLUE, GREY, GRID, INK, PALE, PAPER, SERIES, TARGET};

/// Width of every chart in pixels.
pub(crate) const WIDTH: i32 = 900;
/// Free space at the edges of the sheet.
pub(crate) const MARGIN: i32 = 20;
/// Left edge of the plots, right of the labels of the vertical axis.
pub(crate) const LEFT: i32 = 92;
/// Free space right of the plots.
const RIGHT: i32 = 52;
/// Width of the plots.
pub(crate) const PLOT_WIDTH: i32 = WIDTH - LEFT - RIGHT;
/// Height of titles above the first plot.
pub(crate) const TITLES: i32 = 66;
/// Height of the labels and the name of a horizontal axis.
pub(crate) const X_LABELS: i32 = 50;
/// At most this number of sentences is in a text alternative.
const MOST_SENTENCES: usize = 16;

/// Draws a sheet of the given height with a title and a subtitle, which begin its text alternative.
pub(crate) fn sheet(height: i32, title: &str, subtitle: &str, paint: impl FnOnce(&Canvas) -> Painted) -> Vec<u8> {
    let canvas = Canvas::new();
    let painted = heading_of_sheet(&canvas, title, subtitle).and_then(|()| paint(&canvas));
    painted.expect("writing into memory does not fail");
    let (body, sentences) = canvas.finish();
    let more = sentences.len().saturating_sub(MOST_SENTENCES);
    let mut description = format!("{subtitle}.");
    for sentence in sentences.iter().take(MOST_SENTENCES) {
        description = description + " " + sentence;
    }
    if more > 0 {
        description = format!("{description} And {more} more.");
    }
    let (title, description, id) = (escape(title), escape(&description), id(title, subtitle));
    let svg = format!(
        "<svg class=\"cs\" width=\"{WIDTH}\" height=\"{height}\" viewBox=\"0 0 {WIDTH} {height}\" role=\"img\" \
         aria-labelledby=\"{id}-t {id}-d\" xmlns=\"http://www.w3.org/2000/svg\">\n<title id=\"{id}-t\">{title}</title>\n\
         <desc id=\"{id}-d\">{description}</desc>\n{}{body}</svg>\n",
        theme::style(Theme::Auto)
    );
    svg.into_bytes()
}

/// An id for this chart among those of a page: a hash (FNV-1a) of its texts.
fn id(title: &str, subtitle: &str) -> String {
    let step = |hash: u32, byte: u8| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193);
    let hash = title.bytes().chain([0]).chain(subtitle.bytes()).fold(0x811c_9dc5, step);
    format!("c{hash:08x}")
}

fn heading_of_sheet(canvas: &Canvas, title: &str, subtitle: &str) -> Painted {
    let width = WIDTH - 2 * MARGIN;
    let (title, size) = fitted_title(title, width);
    text(canvas, &title, (MARGIN, 16), Font { size, is_bold: true }, INK, HPos::Left)?;
    match two_lines(subtitle, 13, width) {
        (one, None) => text(canvas, &one, (MARGIN, 45), regular(13), GREY, HPos::Left),
        (one, Some(other)) => {
            text(canvas, &one, (MARGIN, 39), regular(13), GREY, HPos::Left)?;
            text(canvas, &fitted(&other, 13, width), (MARGIN, 54), regular(13), GREY, HPos::Left)
        }
    }
}

/// Words in one line, or broken into two where the first is full.
fn two_lines(words: &str, size: i32, width: i32) -> (String, Option<String>) {
    let room = (width * 100 / (size * 62)).max(3) as usize;
    if words.chars().count() <= room {
        return (words.to_owned(), None);
    }
    let start: usize = words.chars().take(room + 1).map(char::len_utf8).sum();
    match words[..start].rfind(' ') {
        Some(space) if space > 0 => (words[..space].to_owned(), Some(words[space + 1..].to_owned())),
        _ => (fitted(words, size, width), None),
    }
}

/// A title that fits, and its size. The scenario's name, before the first colon, is shortened
/// first, so that the measure behind it stays.
fn fitted_title(title: &str, width: i32) -> (String, i32) {
    let room = |size: i32| (width * 100 / (size * 68)).max(3) as usize;
    let count = title.chars().count();
    if let Some(size) = [19, 17].into_iter().find(|size| count <= room(*size)) {
        return (title.to_owned(), size);
    }
    let (name, rest) = title.split_once(": ").unwrap_or(("", title));
    let short = room(17).saturating_sub(rest.chars().count() + 2);
    if name.is_empty() || short < 8 {
        let rest = if name.is_empty() { title } else { rest };
        return (fitted(rest, 18, width), 17);
    }
    (format!("{}: {rest}", shortened(name, short)), 17)
}

/// An empty plot with grid and axes between the sheet's margins, at this top and with this height.
pub(crate) fn plot<'a>(
    canvas: &'a Canvas,
    heights: (i32, i32),
    x: (&Axis, Option<&str>),
    y: (&Axis, &str),
) -> Result<Plot<'a>, std::fmt::Error> {
    plot_to(canvas, LEFT + PLOT_WIDTH, heights, x, y)
}

/// The same with its right edge elsewhere.
pub(crate) fn plot_to<'a>(
    canvas: &'a Canvas,
    right: i32,
    (top, height): (i32, i32),
    (x, x_name): (&Axis, Option<&str>),
    (y, y_name): (&Axis, &str),
) -> Result<Plot<'a>, std::fmt::Error> {
    let bottom = top + height;
    let plot = Plot { canvas, x: x.clone(), y: y.clone(), edges: (LEFT, top, right, bottom) };
    for (at, words) in &y.ticks {
        let pixel = y.pixel(*at, (bottom, top));
        canvas.draw(&Shape::path([(LEFT, pixel), (right, pixel)], GRID.stroke_width(1)))?;
        canvas.draw(&Shape::path([(LEFT - 5, pixel), (LEFT, pixel)], AXIS.stroke_width(1)))?;
        let words = fitted(words, 13, LEFT - 30);
        canvas.write_text(&words, (LEFT - 10, pixel + 5), regular(13), INK, (HPos::Right, false))?;
    }
    for (at, words) in &x.ticks {
        let pixel = x.pixel(*at, (LEFT, right));
        canvas.draw(&Shape::path([(pixel, top), (pixel, bottom)], GRID.stroke_width(1)))?;
        if x_name.is_some() {
            canvas.draw(&Shape::path([(pixel, bottom), (pixel, bottom + 5)], AXIS.stroke_width(1)))?;
            // Labels of the last tick stay on the sheet.
            let half = words.chars().count() as i32 * 4;
            let middle = pixel.min(WIDTH - 2 - half);
            canvas.write_text(words, (middle, bottom + 20), regular(13), INK, (HPos::Center, false))?;
        }
    }
    canvas.draw(&Shape::path([(LEFT, top), (LEFT, bottom), (right, bottom)], AXIS.stroke_width(1)))?;
    if let Some(name) = x_name {
        let name = fitted(name, 13, WIDTH - 2 * MARGIN);
        text(canvas, &name, (i32::midpoint(LEFT, right), bottom + 32), regular(13), INK, HPos::Center)?;
    }
    if !y_name.is_empty() {
        // Left of the longest label.
        let at = (20, i32::midpoint(top, bottom));
        canvas.write_text(&fitted(y_name, 13, height + 40), at, regular(13), INK, (HPos::Center, true))?;
    }
    Ok(plot)
}

/// Draws an arrow to larger values, from a value of which only a lower bound is known.
pub(crate) fn draw_arrow(plot: &Plot, at: (f64, f64), color: Color) -> Painted {
    plot.draw(&Shape::marker(at, [(0, -4), (0, -18)], color.stroke_width(2)))?;
    plot.draw(&Shape::marker(at, [(0, -24), (4, -16), (-4, -16)], color.filled()))
}

/// Draws a mean of which only a lower bound is known: a hollow mark with an arrow.
pub(crate) fn draw_bound(plot: &Plot, at: (f64, f64), color: Color) -> Painted {
    draw_arrow(plot, at, color)?;
    plot.draw(&Shape::circle(at, 4, PAPER.filled()))?;
    plot.draw(&Shape::circle(at, 4, color.stroke_width(2)))
}

/// A font of this size in pixels.
pub(crate) fn regular(size: i32) -> Font {
    Font { size, is_bold: false }
}

/// Text with its upper edge at `at`.
pub(crate) fn text(canvas: &Canvas, words: &str, (x, y): Pixel, font: Font, color: Color, side: HPos) -> Painted {
    canvas.write_text(words, (x, y + font.size * 19 / 25), font, color, (side, false))
}

/// A name above a plot.
pub(crate) fn heading(canvas: &Canvas, words: &str, at: (i32, i32)) -> Painted {
    text(canvas, words, at, Font { size: 13, is_bold: true }, INK, HPos::Left)
}

/// A remark in the sheet's small type.
pub(crate) fn remark(canvas: &Canvas, words: &str, at: (i32, i32), side: HPos) -> Painted {
    text(canvas, words, at, regular(13), GREY, side)
}

/// `words` if they surely fit into `width` pixels; otherwise their beginning and end, where names
/// differ most.
pub(crate) fn fitted(words: &str, size: i32, width: i32) -> String {
    shortened(words, (width * 100 / (size * 62)).max(3) as usize)
}

/// `words`, or their beginning and end, with at most this number of letters.
fn shortened(words: &str, most: usize) -> String {
    let count = words.chars().count();
    if count <= most {
        return words.to_owned();
    }
    let tail = (most - 2) / 3;
    words.chars().take(most - 2 - tail).chain("..".chars()).chain(words.chars().skip(count - tail)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_subtitles_have_two_lines() {
        assert_eq!(two_lines("one two three", 10, 62), ("one two".to_owned(), Some("three".to_owned())));
        assert_eq!(two_lines("one two", 10, 62), ("one two".to_owned(), None));
        assert_eq!(two_lines("\u{e9}\u{4e2d}".repeat(9).as_str(), 10, 62).1, None);
    }

    #[test]
    fn long_titles_lose_the_name_of_the_scenario_before_the_measure() {
        let measure = "p95(wait, onlinegc_metadata_estimate) against the cost";
        let (title, _) = fitted_title(&format!("{}: {measure}", "a-scenario-".repeat(9)), WIDTH - 2 * MARGIN);
        assert!(title.ends_with(measure) && title.starts_with("a-s") && title.contains(".."), "{title}");
        let short = format!("registry-week: {measure}");
        assert_eq!(fitted_title(&short, WIDTH - 2 * MARGIN).0, short);
    }
}
