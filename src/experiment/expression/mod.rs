//! Expressions about what is measured, as the command line writes them: `p95(wait, scan)`,
//! `mean(wait) <= +5%`, `±10s`.
//!
//! A [`Quantity`] is one number of a replication, a [`Condition`] a bound that it has to keep, a
//! [`Margin`] a difference that does not matter, a [`PrecisionGoal`] how well it has to be known.
//! They name actions and resources by words; [`Quantity::resolve`] finds these in a scenario.
//!
//! ```text
//! quantity   MEASURE | MEASURE(NAME) | STATISTIC(MEASURE) | STATISTIC(MEASURE, NAME) | share(MEASURE < DURATION, NAME)
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

pub use error::ExpressionError;
pub use quantity::{Aggregate, Bound, Condition, Margin, NameKind, PrecisionGoal, Quantity, SubjectName};
pub use resolve::ResolvedQuantity;

#[cfg(test)]
mod tests;
