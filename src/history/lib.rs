//! The history of a job queue: which jobs it got, when each of them started and ended, and where it
//! ran.
//!
//! A [`JobHistory`] is what `import` estimates a scenario from, and what `backtest` compares a
//! scenario with. Logs of many systems are read into it.

use claimsim_model as model;

mod record;

pub use record::{JobHistory, Need, Outcome, Problem, Record};
