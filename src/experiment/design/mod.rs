//! Designs of experiments: which keys of a scenario take which values, and the points that come of it.
//!
//! An [`Axis`] is what `--vary` says, a [`Grid`] several of them:
//!
//! ```text
//! axis    KEY=VALUES | KEY+KEY=VALUES (the same value for each key)
//! values  VALUE,VALUE,…  each a value as --set takes it, or a range
//! range   LO..HI          whole numbers, one by one
//!         LO..HI:STEP     in even steps, as far as they go
//!         LO..HI:xFACTOR  each so many times the last, as far as they go
//!         LO..HI:linN     N values from end to end, evenly
//!         LO..HI:logN     N values from end to end, each the same number of times the last
//! ```
//!
//! Ends may have units (`5s..20s:5s`, `10/h..40/h:x2`); values come out as one would write them, without digits of binary fractions.

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

/// The most values of an axis, and the most points of a grid.
pub const MOST_POINTS: usize = 100_000;
