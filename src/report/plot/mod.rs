//! Drawing: the sheet, axes and scales, and kinds of charts that take plain series.
//!
//! A chart is a pure function of its series: no font is measured, no clock is read, coordinates are
//! whole pixels, and the logarithms come from [`crate::model::math`], so the same series give the
//! same bytes on every platform.
//!
//! # What is in a chart
//!
//! A chart is one SVG element, which a page can show as it is. Several charts in one page do not
//! disturb each other:
//!
//! - `<svg class="cs" width height viewBox role="img" aria-labelledby="ID-t ID-d">`. `ID` is a
//!   hash of title and subtitle, so it is another one in each chart. There are no other ids.
//! - `<title id="ID-t">` has the full title, `<desc id="ID-d">` the text alternative: subtitle and
//!   key figures, as sentences.
//! - `<style>` is the same in all charts ([`theme`]), and each of its rules names the class `cs`.
//!   Elements have colours as classes: `k` ink, `e` explanations, `a` axes, `g` grid, `p` paper,
//!   `t` targets, `o` pale lines, `s0` to `s5` series. Colours follow `prefers-color-scheme`; a
//!   page with a switch of its own overrides `.cs .k{color:…}` and so on. The background is
//!   transparent.
//! - `<g class="plot" data-box="LEFT TOP RIGHT BOTTOM">` has the edges of a plot in units of the
//!   view box, and in it the series.
//! - `<g class="series" data-name data-x data-t data-y>` has the points of a series, from left to
//!   right: `data-x` their abscissas in units of the view box, with spaces between them, `data-t`
//!   the words of their places and `data-y` of their values, with `|` between them. A series
//!   without `data-x` and `data-t` has those of the last series before it that has them. A pointer
//!   in the box of a plot shows name, place and value of the nearest abscissa of each series in
//!   it. Charts over time have at most 240 such points, of longer series the highest of each
//!   group.
//! - `<g class="mark"><title>WORDS</title>…</g>` is a mark of its own, such as a dot with its
//!   interval or a bar; browsers show the words.

pub(crate) mod axis;
pub(crate) mod band;
pub(crate) mod calendar;
pub(crate) mod canvas;
pub(crate) mod curves;
pub(crate) mod day_hours;
pub(crate) mod dots;
pub(crate) mod fit;
pub(crate) mod heat_map;
pub(crate) mod hover;
pub(crate) mod lines;
pub(crate) mod names;
pub(crate) mod panels;
pub(crate) mod ratio_axis;
pub(crate) mod row_scale;
pub(crate) mod scale;
#[cfg_attr(not(test), expect(dead_code, reason = "to be connected with the reasons of waits"))]
pub(crate) mod shares;
pub(crate) mod svg;
pub(crate) mod theme;
pub(crate) mod values;
pub(crate) mod wait_axis;
