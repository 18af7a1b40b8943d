//! The history of a job queue: which jobs it got, when each of them started and ended, and where it
//! ran.
//!
//! A [`JobHistory`] is what `import` estimates a scenario from, and what `backtest` compares a
//! scenario with. Logs of many systems are read into it: [`HistoryReader`] finds the columns of a
//! file ([`Mapping`]), checks each row, and keeps what is wrong with rows that cannot be used
//! ([`Problem`]). `docs/histories.md` has the rules.

use claimsim_model as model;

mod binding;
mod builder;
mod clock;
mod detect;
mod dialect;
mod duration;
mod error;
mod format;
mod formats;
mod json;
mod mapping;
mod names;
mod propose;
mod reader;
mod record;
mod row;
mod row_reader;
mod stamp;
mod status;
mod table;
mod value_rows;

#[cfg(test)]
mod file_tests;

pub use error::HistoryError;
pub use format::{CATALOGUE, Format};
pub use mapping::{Field, Mapping};
pub use reader::{FileReading, HistoryReader, ReadOptions, Reading, read};
pub use record::{JobHistory, Need, Outcome, Problem, ProblemKind, Record};
