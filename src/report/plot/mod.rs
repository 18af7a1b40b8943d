//! Drawing: the sheet, axes and scales, and kinds of charts that take plain series.
//!
//! A chart is a pure function of its series: no font is measured, no clock is read, coordinates are
//! whole pixels, and the logarithms come from [`crate::model::math`], so the same series give the
//! same bytes on every platform.

pub(crate) mod axis;
pub(crate) mod band;
pub(crate) mod calendar;
pub(crate) mod canvas;
pub(crate) mod curves;
pub(crate) mod day_hours;
pub(crate) mod dots;
pub(crate) mod fit;
pub(crate) mod heat_map;
pub(crate) mod lines;
pub(crate) mod panels;
pub(crate) mod ratio_axis;
pub(crate) mod row_scale;
pub(crate) mod scale;
pub(crate) mod values;
pub(crate) mod wait_axis;
