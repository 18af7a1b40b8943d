//! claimsim: a deterministic discrete-event simulator of capacity-limited job queues.
//!
//! Jobs of several actions compete for workers that offer units of named resources. A *policy*
//! decides which waiting job goes next; a *claim rule* decides how a worker comes to claim it. The
//! default is the job queue of Docker Trusted Registry / Mirantis Secure Registry. The rules are in
//! `docs/model.md`.
//!
//! This crate is the front door for programs that embed the simulator. The simulator itself is a
//! workspace of crates, one for each floor; `docs/architecture.md` describes them.
//!
//! # A first number
//!
//! One worker is busy four fifths of the time. How long do its jobs wait?
//!
//! ```
//! use claimsim::{Experiment, Measure, Scenario};
//!
//! let scenario = Scenario::parse(
//!     r#"
//!     horizon = "10d"
//!     warmup = "1h"
//!     claim = { delay = "none" } # claimed as soon as the worker is free
//!
//!     [worker.scanner]
//!     capacity = { scan = 1 }
//!
//!     [action.scan]
//!     capacity = { scan = 1 }
//!     arrival = { poisson = { rate = "48/h" } }
//!     service = { exponential = { mean = "1m" } }
//! "#,
//! )?;
//! let results = Experiment::new(&scenario).seed(7).replications(10).run();
//! let mean_wait = results.mean(Measure::WaitS).expect("jobs have been claimed");
//! // Theory: load / (1 - load) x mean service = 0.8 / 0.2 x 60 s.
//! assert!((mean_wait - 240.0).abs() < 15.0, "{mean_wait} s");
//! # Ok::<(), claimsim::Diagnostics>(())
//! ```
//!
//! [`Scenario::open`] reads a file with the files it names. A [`Metric`] names one number, such as
//! the 95 % quantile of the waits of one action; [`Results::estimate`] gives its value and its 95 %
//! confidence interval.
//!
//! ```
//! # use claimsim::{Experiment, Scenario};
//! use claimsim::{JobScope, Measure, Metric, Statistic};
//! # let scenario = Scenario::parse(r#"
//! #     horizon = "10d"
//! #     warmup = "1h"
//! #     replications = 10
//! #     claim = { delay = "none" }
//! #     worker.scanner.capacity = { scan = 1 }
//! #     [action.scan]
//! #     capacity = { scan = 1 }
//! #     arrival = { poisson = { rate = "48/h" } }
//! #     service = { exponential = { mean = "1m" } }
//! # "#)?;
//!
//! let p95 = Metric {
//!     action: JobScope::All,
//!     resource: None,
//!     worker: None,
//!     measure: Measure::WaitS,
//!     statistic: Statistic::P95,
//! };
//! let estimate = Experiment::new(&scenario).run().estimate(p95).expect("waits are always measured");
//! let (low, high) = estimate.interval.expect("ten replications give an interval");
//! // Theory: ln(20 x 0.8) / (1 - 0.8) x 60 s. The interval covers it 19 times in 20.
//! assert!(low < 831.8 && 831.8 < high, "{low} s to {high} s");
//! # Ok::<(), claimsim::Diagnostics>(())
//! ```
//!
//! # A custom claim policy
//!
//! A policy that orders the waiting jobs ranks each of them when it falls due. A [`Candidate`] is
//! what it may look at; [`ClaimPolicy`] describes what a policy can do beyond an order.
//!
//! ```
//! # use claimsim::{JobScope, Measure, Metric, Scenario, Statistic};
//! # let text = r#"
//! #     horizon = "10d"
//! #     replications = 5
//! #     claim = { delay = "none" }
//! #     worker.scanner.capacity = { scan = 1 }
//! #     [action.scan]
//! #     capacity = { scan = 1 }
//! #     arrival = { poisson = { rate = "48/h" } }
//! #     service = { exponential = { mean = "1m" } }
//! # "#;
//! # let scenario = Scenario::parse(text).expect("the scenario is valid");
//! use claimsim::{Candidate, ClaimPolicy, Time};
//! use std::cmp::Reverse;
//!
//! /// The newest job first.
//! #[derive(Debug)]
//! struct NewestFirst;
//!
//! impl ClaimPolicy for NewestFirst {
//!     type Rank = Reverse<Time>;
//!
//!     fn rank(&self, candidate: &Candidate<'_>) -> Self::Rank {
//!         Reverse(candidate.job.scheduled_at)
//!     }
//! }
//!
//! let newest = claimsim::run_policy(&scenario, |_| NewestFirst, &());
//! # let oldest = claimsim::run(&scenario, &());
//! # let wait = |statistic| Metric { action: JobScope::All, resource: None, worker: None, measure: Measure::WaitS, statistic };
//! # let ratio = |statistic| newest.estimate(wait(statistic)).unwrap().value.unwrap() / oldest.estimate(wait(statistic)).unwrap().value.unwrap();
//! // The mean wait is that of the oldest first; the longest waits are far longer.
//! # assert!((ratio(Statistic::Mean) - 1.0).abs() < 0.1 && ratio(Statistic::P99) > 1.5);
//! ```

pub use claimsim_engine::{
    ActionModel, Attempt, Candidate, ClaimPolicy, Decision, Event, Execution, JobOrigin, Observer, PolicyKind,
    QueueKey, Rank, SchedulerEvent, SchedulingView, System, Target,
};
pub use claimsim_experiment::{Experiment, Progress, Results, SummaryRow, run, run_observed, run_policy};
pub use claimsim_model::action::ActionId;
pub use claimsim_model::capacity::{CapacityMap, NeedId, ResourceId};
pub use claimsim_model::job::{Job, JobId, JobOutcome};
pub use claimsim_model::time::{Span, Time};
pub use claimsim_model::worker::WorkerId;
pub use claimsim_policy::Policy;
pub use claimsim_random::stream::Streams;
pub use claimsim_scenario::{Diagnostics, Files, LoadedScenario, NoFiles, Override, RelativeFiles, Scenario, load};
pub use claimsim_stats::interval::IntervalEstimate;
pub use claimsim_stats::{Direction, JobScope, Measure, Metric, ReplicationStats, Statistic};

/// The crates behind the front door, for the tests and benchmarks of this repository. Their items
/// change without notice.
#[doc(hidden)]
pub mod internals {
    pub use claimsim_arrival as arrival;
    pub use claimsim_cli as cli;
    pub use claimsim_engine as engine;
    pub use claimsim_experiment as experiment;
    pub use claimsim_history as history;
    pub use claimsim_import as import;
    pub use claimsim_model as model;
    pub use claimsim_policy as policy;
    pub use claimsim_random as random;
    pub use claimsim_registry as registry;
    pub use claimsim_replication as replication;
    pub use claimsim_report as report;
    pub use claimsim_scenario as scenario;
    pub use claimsim_stats as stats;
}
