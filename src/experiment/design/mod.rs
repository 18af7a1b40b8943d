//! Designs of experiments: the keys of a scenario that vary, their values, and the resulting
//! points.
//!
//! An [`Axis`] is one `--vary`, a [`Grid`] several of them:
//!
//! ```text
//! axis    KEY=VALUES | KEY+KEY=VALUES (the same value for each key)
//! values  VALUE,VALUE,…  each a value as --set takes it, or a range
//! range   LO..HI          whole numbers, one by one
//!         LO..HI:STEP     in even steps, up to HI
//!         LO..HI:xFACTOR  each the last times FACTOR, up to HI
//!         LO..HI:linN     N values from end to end, evenly
//!         LO..HI:logN     N values from end to end, each the same number of times the last
//! ```
//!
//! Ends may have units (`5s..20s:5s`, `10/h..40/h:x2`). Values come out as a person would write
//! them, without the digits of binary fractions.

mod amount;
mod axis;
mod decimal;
mod grid;
mod range;
mod split;

pub(super) use amount::Amount;
pub use axis::Axis;
pub(super) use decimal::Decimal;
pub use grid::{Grid, GridPoint, InvalidGridOption};
pub use split::parts;

/// The end of the name of a column for a value of a key, and the number in that column: seconds,
/// a rate per second, or a plain number; `None` if the value is not a number.
pub fn column_number(value: &str) -> Option<(&'static str, f64)> {
    let unquoted = ['"', '\''].iter().find_map(|quote| value.strip_prefix(*quote)?.strip_suffix(*quote));
    let (suffix, number) = Amount::read(unquoted.unwrap_or(value))?.for_column();
    number.is_finite().then_some((suffix, number))
}

/// The maximum number of values of an axis, and of points of a grid.
pub const MAX_POINTS: usize = 100_000;
