//! Static feasibility analysis of a scenario: how much work arrives, how much the workers can do,
//! and what will certainly go wrong.
//!
//! Nothing is simulated; all findings follow from means and from the calendar alone.
//! `docs/planning.md` has the formulas.

mod analyze;
mod attempt_duration;
mod backlog;
mod cron_conflicts;
mod cron_firings;
mod deadlock;
mod finding;
mod load_problem;
mod lp;
mod offered_load;
mod packing;
mod worker_types;

pub use analyze::{Feasibility, analyze};
pub use finding::{Bottleneck, Excess, Finding, StuckWorkers};
pub use load_problem::{DelayedLoad, SystemLoad};
pub use offered_load::OfferedWork;
pub use worker_types::{ResourceLoad, WorkerType};
