//! Values for a pointer: what a page reads to show the value beneath it.
//!
//! The convention is in the documentation of [`super`].

use super::svg::{Canvas, Painted};

/// Opens the group of a plot with its left, upper, right and lower edge.
pub(crate) fn open_plot(canvas: &Canvas, (left, top, right, bottom): (i32, i32, i32, i32)) -> Painted {
    canvas.open("plot", &[("data-box", &format!("{left} {top} {right} {bottom}"))])
}

/// Opens the group of a series with its points: the pixel, the words of its place, and its value.
/// Without places, those of the last series with some hold.
pub(crate) fn open_series(
    canvas: &Canvas,
    name: &str,
    points: impl Iterator<Item = (i32, String, String)>,
    has_places: bool,
) -> Painted {
    let (mut pixels, mut places, mut values) = (Vec::new(), Vec::new(), Vec::new());
    for (pixel, place, value) in points {
        pixels.push(pixel.to_string());
        places.push(one(&place));
        values.push(one(&value));
    }
    let (pixels, places, values) = (pixels.join(" "), places.join("|"), values.join("|"));
    let mut attributes = vec![("data-name", name)];
    if has_places {
        attributes.extend([("data-x", pixels.as_str()), ("data-t", places.as_str())]);
    }
    attributes.push(("data-y", values.as_str()));
    canvas.open("series", &attributes)
}

/// Words without the sign that separates words.
fn one(words: &str) -> String {
    words.replace('|', "\u{a6}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_series_has_as_many_values_as_places() {
        let canvas = Canvas::new();
        let points = [(5, "Mon | Tue".to_owned(), "1 s".to_owned()), (9, "<Wed>".to_owned(), "2 s".to_owned())];
        open_series(&canvas, "all \"jobs\"", points.into_iter(), true).unwrap();
        let expected = "<g class=\"series\" data-name=\"all &quot;jobs&quot;\" data-x=\"5 9\" \
                        data-t=\"Mon \u{a6} Tue|&lt;Wed&gt;\" data-y=\"1 s|2 s\">\n";
        assert_eq!(canvas.finish().0, expected);
    }
}
