//! Expressions about what is measured, as the command line writes them: `p95(wait, scan)`,
//! `mean(wait) <= +5%`, `±10s`.
//!
//! A [`Quantity`] is one number of a replication, a [`Condition`] a bound that it has to keep, a
//! [`Margin`] a difference that does not matter, a [`PrecisionGoal`] how well it has to be known.
//! They name actions and resources by words; [`Quantity::resolve`] finds these in a scenario.
//!
//! ```text
//! quantity   MEASURE | MEASURE(NAME, WINDOW) | STATISTIC(MEASURE, NAME, WINDOW)
//!            | share(MEASURE < DURATION, NAME, WINDOW) | share(lost, NAME, WINDOW)
//!            (NAME and WINDOW may be left out)
//! window     09:00..11:00 | mon-fri | mon-fri 08:00..18:00 | sat | worst 1h
//! condition  quantity <= BOUND | quantity >= BOUND
//! bound      5m, 0.8, 80%: the quantity itself    +5%, +10s, -0.02: its difference to the baseline
//! margin     ±5%, ±10s (also +-5%, or without a sign)
//! precision  quantity ±5%, quantity ±10s
//! ```

mod error;
mod lexer;
mod parse;
mod quantity;
mod resolve;
mod window;

pub use error::ExpressionError;
pub use quantity::{
    Aggregate, Bound, Condition, Margin, NameKind, PrecisionGoal, Quantity, QuantityWindow, SubjectName,
};
pub use resolve::ResolvedQuantity;

#[cfg(test)]
mod tests;
