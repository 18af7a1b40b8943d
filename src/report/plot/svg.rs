//! Shapes and text as SVG, small and without fixed colours.
//!
//! A shape names its colour by a class; the style sheet in [`super::theme`] gives the class a
//! colour for light and one for dark pages. Coordinates are whole pixels.

use std::cell::RefCell;
use std::fmt::{self, Write as _};

use super::axis::Axis;

/// Every function that draws.
pub(crate) type Painted = fmt::Result;

/// A place on the sheet in pixels.
pub(crate) type Pixel = (i32, i32);

/// A colour.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Color {
    /// A class of the style sheet, which follows the theme.
    Class(&'static str),
    /// The same in each theme, such as that of a heat map's cell.
    Fixed(u8, u8, u8),
}

/// The look of a shape.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Style {
    color: Color,
    opacity: f64,
    /// Of a line; a filled shape has none.
    width: Option<u32>,
    is_dashed: bool,
}

impl Color {
    /// A filled shape.
    pub(crate) fn filled(self) -> Style {
        Style { color: self, opacity: 1.0, width: None, is_dashed: false }
    }

    /// A line of this width.
    pub(crate) fn stroke_width(self, width: u32) -> Style {
        self.filled().stroke_width(width)
    }

    /// A filled shape that lets a part of what is behind it through; 1 is opaque.
    pub(crate) fn mix(self, opacity: f64) -> Style {
        Style { opacity, ..self.filled() }
    }
}

impl Style {
    pub(crate) fn stroke_width(self, width: u32) -> Style {
        Style { width: Some(width), ..self }
    }

    pub(crate) fn dashed(self) -> Style {
        Style { is_dashed: true, ..self }
    }

    /// The attributes of a shape with this look.
    fn attributes(self) -> String {
        let kind = match (self.width, self.is_dashed) {
            (None, _) => "f",
            (_, true) => "l d",
            (Some(_), false) => "l",
        };
        let mut text = match self.color {
            Color::Class(class) => format!(" class=\"{kind} {class}\""),
            Color::Fixed(red, green, blue) => format!(" class=\"{kind}\" color=\"#{red:02x}{green:02x}{blue:02x}\""),
        };
        if let Some(width) = self.width.filter(|width| *width != 1) {
            let _ = write!(text, " stroke-width=\"{width}\"");
        }
        if self.opacity < 1.0 {
            let _ = write!(text, " opacity=\"{}\"", self.opacity);
        }
        text
    }
}

impl From<Color> for Style {
    fn from(color: Color) -> Style {
        color.filled()
    }
}

/// The sheet that shapes are written to.
#[derive(Debug, Default)]
pub(crate) struct Canvas {
    body: RefCell<String>,
    description: RefCell<Vec<String>>,
}

/// A rectangle with two axes, on which shapes have coordinates in numbers of the axes.
#[derive(Clone, Debug)]
pub(crate) struct Plot<'a> {
    pub(crate) canvas: &'a Canvas,
    pub(crate) x: Axis,
    pub(crate) y: Axis,
    /// Left, upper, right and lower edge.
    pub(crate) edges: (i32, i32, i32, i32),
}

/// Where shapes are drawn.
pub(crate) trait Surface {
    /// Its coordinates.
    type Point: Copy;
    /// The pixel of a point.
    fn pixel(&self, at: Self::Point) -> Pixel;
    /// The sheet.
    fn canvas(&self) -> &Canvas;

    /// Draws a shape.
    fn draw(&self, shape: &Shape<Self::Point>) -> Painted {
        let place = |at: &Self::Point| self.pixel(*at);
        let mut body = self.canvas().body.borrow_mut();
        match shape {
            Shape::Path(points, style) => {
                let pixels: Vec<Pixel> = points.iter().map(place).collect();
                if pixels.is_empty() {
                    return Ok(());
                }
                writeln!(body, "<path{} d=\"{}\"/>", style.attributes(), path(&pixels, style.width.is_none()))
            }
            Shape::Rectangle([from, to], style) => {
                let (from, to) = (place(from), place(to));
                let (left, top) = (from.0.min(to.0), from.1.min(to.1));
                let (width, height) = ((from.0 - to.0).abs(), (from.1 - to.1).abs());
                let style = style.attributes();
                writeln!(body, "<rect{style} x=\"{left}\" y=\"{top}\" width=\"{width}\" height=\"{height}\"/>")
            }
            Shape::Circle(at, radius, style) => {
                let (x, y) = place(at);
                writeln!(body, "<circle{} cx=\"{x}\" cy=\"{y}\" r=\"{radius}\"/>", style.attributes())
            }
            Shape::Marker(at, outline, style) => {
                let (x, y) = place(at);
                let pixels: Vec<Pixel> = outline.iter().map(|(dx, dy)| (x + dx, y + dy)).collect();
                writeln!(body, "<path{} d=\"{}\"/>", style.attributes(), path(&pixels, style.width.is_none()))
            }
            Shape::Cross(at, reach, style) => {
                let (x, y) = place(at);
                let (left, top, whole) = (x - reach, y - reach, 2 * reach);
                let style = style.attributes();
                writeln!(body, "<path{style} d=\"M{left} {top}l{whole} {whole}m0-{whole}l-{whole} {whole}\"/>")
            }
        }
    }
}

/// A shape with places on a surface.
#[derive(Clone, Debug)]
pub(crate) enum Shape<P> {
    /// A line through points; filled, the area that it encloses.
    Path(Vec<P>, Style),
    Rectangle([P; 2], Style),
    /// A circle with a radius in pixels.
    Circle(P, i32, Style),
    /// An outline in pixels around a place.
    Marker(P, Vec<Pixel>, Style),
    /// Two diagonals of this reach in pixels.
    Cross(P, i32, Style),
}

impl<P> Shape<P> {
    pub(crate) fn path(points: impl Into<Vec<P>>, style: impl Into<Style>) -> Shape<P> {
        Shape::Path(points.into(), style.into())
    }

    pub(crate) fn rectangle(corners: [P; 2], style: impl Into<Style>) -> Shape<P> {
        Shape::Rectangle(corners, style.into())
    }

    pub(crate) fn circle(at: P, radius: i32, style: impl Into<Style>) -> Shape<P> {
        Shape::Circle(at, radius, style.into())
    }

    pub(crate) fn marker(at: P, outline: impl Into<Vec<Pixel>>, style: impl Into<Style>) -> Shape<P> {
        Shape::Marker(at, outline.into(), style.into())
    }
}

impl Surface for Canvas {
    type Point = Pixel;

    fn pixel(&self, at: Pixel) -> Pixel {
        at
    }

    fn canvas(&self) -> &Canvas {
        self
    }
}

impl Surface for Plot<'_> {
    type Point = (f64, f64);

    fn pixel(&self, (x, y): (f64, f64)) -> Pixel {
        let (left, top, right, bottom) = self.edges;
        (self.x.pixel(x, (left, right)), self.y.pixel(y, (bottom, top)))
    }

    fn canvas(&self) -> &Canvas {
        self.canvas
    }
}

/// The side of a text at which its place is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum HPos {
    Left,
    Right,
    Center,
}

/// A font: its size in pixels, and whether it is bold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Font {
    pub(crate) size: i32,
    pub(crate) is_bold: bool,
}

impl Canvas {
    /// A sheet that nothing is drawn on.
    pub(crate) fn new() -> Canvas {
        Canvas::default()
    }

    /// Text with its baseline at a place.
    pub(crate) fn write_text(
        &self,
        words: &str,
        (x, y): Pixel,
        font: Font,
        color: Color,
        (side, is_upright): (HPos, bool),
    ) -> Painted {
        let mut classes = Vec::new();
        let mut style = String::new();
        match color {
            // Without a class, text is in ink.
            Color::Class("k") => {}
            Color::Class(class) => classes.push(class),
            Color::Fixed(red, green, blue) => style = format!(" color=\"#{red:02x}{green:02x}{blue:02x}\""),
        }
        classes.extend(font.is_bold.then_some("b"));
        classes.extend(match font.size {
            18.. => Some("h"),
            17 => Some("j"),
            11 => Some("x"),
            ..=10 => Some("y"),
            _ => None,
        });
        match side {
            HPos::Left => {}
            HPos::Center => classes.push("m"),
            HPos::Right => classes.push("n"),
        }
        if !classes.is_empty() {
            let _ = write!(style, " class=\"{}\"", classes.join(" "));
        }
        if is_upright {
            let _ = write!(style, " transform=\"rotate(270,{x},{y})\"");
        }
        writeln!(self.body.borrow_mut(), "<text{style} x=\"{x}\" y=\"{y}\">{}</text>", escape(words))
    }

    /// Opens a group; the text has its attributes, which are escaped.
    pub(crate) fn open(&self, class: &str, attributes: &[(&str, &str)]) -> Painted {
        let mut body = self.body.borrow_mut();
        write!(body, "<g class=\"{class}\"")?;
        for (name, value) in attributes {
            write!(body, " {name}=\"{}\"", escape(value))?;
        }
        writeln!(body, ">")
    }

    /// Closes the group that was opened last.
    pub(crate) fn close(&self) -> Painted {
        writeln!(self.body.borrow_mut(), "</g>")
    }

    /// A mark with the words that a pointer on it shows.
    pub(crate) fn mark(&self, words: &str, paint: impl FnOnce() -> Painted) -> Painted {
        self.open("mark", &[])?;
        writeln!(self.body.borrow_mut(), "<title>{}</title>", escape(words))?;
        paint()?;
        self.close()
    }

    /// Adds a sentence to the text alternative.
    pub(crate) fn describe(&self, sentence: impl Into<String>) {
        self.description.borrow_mut().push(sentence.into());
    }

    /// What was drawn, and the sentences.
    pub(crate) fn finish(self) -> (String, Vec<String>) {
        (self.body.into_inner(), self.description.into_inner())
    }
}

/// The data of a path: relative steps, without points on a straight horizontal or vertical line.
fn path(pixels: &[Pixel], is_closed: bool) -> String {
    let Some((&first, rest)) = pixels.split_first() else { return String::new() };
    let mut text = format!("M{} {}", first.0, first.1);
    let (mut at, mut pending): (Pixel, Pixel) = (first, (0, 0));
    let flush = |text: &mut String, (dx, dy): Pixel| {
        let _ = match (dx, dy) {
            (0, 0) => Ok(()),
            (dx, 0) => write!(text, "h{dx}"),
            (0, dy) => write!(text, "v{dy}"),
            (dx, dy) if dy < 0 => write!(text, "l{dx}{dy}"),
            (dx, dy) => write!(text, "l{dx} {dy}"),
        };
    };
    for &next in rest {
        let step: Pixel = (next.0 - at.0, next.1 - at.1);
        // Goes on in the same direction.
        let is_same = (step.0 == 0 && pending.0 == 0 && step.1.signum() == pending.1.signum())
            || (step.1 == 0 && pending.1 == 0 && step.0.signum() == pending.0.signum());
        if is_same {
            pending = (pending.0 + step.0, pending.1 + step.1);
        } else {
            flush(&mut text, pending);
            pending = step;
        }
        at = next;
    }
    flush(&mut text, pending);
    if is_closed {
        text.push('z');
    }
    text
}

/// Text for XML: without characters that XML excludes, and with entities.
pub(crate) fn escape(words: &str) -> String {
    let mut text = String::with_capacity(words.len());
    for letter in words.chars() {
        match letter {
            '&' => text.push_str("&amp;"),
            '<' => text.push_str("&lt;"),
            '>' => text.push_str("&gt;"),
            '"' => text.push_str("&quot;"),
            '\n' => text.push('\n'),
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => text.push('?'),
            c => text.push(c),
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters_that_xml_excludes_are_replaced() {
        assert_eq!(escape("a\t<\u{1}\u{ffff}\u{e9}\"&"), "a?&lt;??\u{e9}&quot;&amp;");
    }

    #[test]
    fn paths_are_relative_steps_without_needless_points() {
        let points = [(5, 10), (7, 10), (9, 10), (9, 4), (9, 3), (12, 1), (13, 2), (13, 2)];
        assert_eq!(path(&points, false), "M5 10h4v-7l3-2l1 1");
        assert_eq!(path(&[(0, 0), (4, 0), (4, 4)], true), "M0 0h4v4z");
        // A line that goes back is not shortened.
        assert_eq!(path(&[(0, 0), (4, 0), (1, 0)], false), "M0 0h4h-3");
    }
}
