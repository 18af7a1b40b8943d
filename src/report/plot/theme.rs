//! Colours, and the style sheet of charts: light, dark, or as the page that shows them.

use super::svg::Color;

/// Text and axes.
pub(crate) const INK: Color = Color::Class("k");
/// Explanations.
pub(crate) const GREY: Color = Color::Class("e");
/// Axes and ticks.
pub(crate) const AXIS: Color = Color::Class("a");
/// Grid lines, and cells without a value.
pub(crate) const GRID: Color = Color::Class("g");
/// What is behind a chart.
pub(crate) const PAPER: Color = Color::Class("p");
/// The main colour, from the palette of [`SERIES`].
pub(crate) const BLUE: Color = SERIES[0];
/// Targets and limits.
pub(crate) const TARGET: Color = Color::Class("t");
/// A broad line behind another.
pub(crate) const PALE: Color = Color::Class("o");

/// Colours that people with any kind of colour vision can distinguish (Okabe and Ito, "Color
/// Universal Design", 2008). Black, which is for totals, and yellow, which is too faint on white,
/// are not among them.
pub(crate) const SERIES: [Color; 6] = [
    Color::Class("s0"),
    Color::Class("s1"),
    Color::Class("s2"),
    Color::Class("s3"),
    Color::Class("s4"),
    Color::Class("s5"),
];

/// A class, and its colour on light and on dark pages.
const COLORS: [(&str, &str, &str); 14] = [
    ("k", "#282828", "#e4e4e4"),
    ("e", "#696969", "#a8a8a8"),
    ("a", "#828282", "#8a8a8a"),
    ("g", "#e4e4e4", "#3a3f45"),
    ("p", "#ffffff", "#15181c"),
    ("t", "#96003c", "#ff7fa8"),
    ("o", "#969696", "#7a7a7a"),
    ("s0", "#0072b2", "#4aa8e0"),
    ("s1", "#d55e00", "#f08030"),
    ("s2", "#009e73", "#1fc898"),
    ("s3", "#cc79a7", "#dd92bb"),
    ("s4", "#56b4e9", "#a3dbff"),
    ("s5", "#e69f00", "#f5b92e"),
    ("s6", "#8a8a8a", "#9a9a9a"),
];

/// Rules that do not depend on the theme. A page may show many charts, so all of them name the
/// class of the chart.
const RULES: &str = ".cs text{font:13px sans-serif;fill:currentColor}.cs .b{font-weight:bold}\
                     .cs .h{font-size:19px}.cs .j{font-size:17px}.cs .x{font-size:11px}\
                     .cs .y{font-size:10px}.cs .m{text-anchor:middle}.cs .n{text-anchor:end}.cs .f{fill:currentColor}.cs .l{fill:none;stroke:currentColor}.cs .d{stroke-dasharray:6 5}";

/// The colours of charts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Theme {
    /// Those that suit the page or the program that shows the chart, without a background.
    #[default]
    Auto,
    /// Dark on white.
    Light,
    /// Light on black.
    Dark,
}

/// The style element of a chart.
pub(crate) fn style(theme: Theme) -> String {
    let colors = |is_dark: bool| -> String {
        let rule = |(class, light, dark): &(&str, &str, &str)| {
            format!(".cs .{class}{{color:{}}}", if is_dark { dark } else { light })
        };
        let ink = if is_dark { COLORS[0].2 } else { COLORS[0].1 };
        format!(".cs{{color:{ink}}}{}", COLORS.iter().map(rule).collect::<String>())
    };
    let colors = match theme {
        Theme::Light => colors(false),
        Theme::Dark => colors(true),
        Theme::Auto => format!("{}\n@media (prefers-color-scheme:dark){{{}}}", colors(false), colors(true)),
    };
    format!("<style>\n{RULES}\n{colors}\n</style>\n")
}

/// The background of a chart; none if the page shows through.
pub(crate) fn paper(theme: Theme) -> &'static str {
    match theme {
        Theme::Auto => "",
        Theme::Light | Theme::Dark => "<rect class=\"f p\" width=\"100%\" height=\"100%\"/>\n",
    }
}
