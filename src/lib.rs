//! claimsim: a deterministic discrete-event simulator of capacity-limited job queues.
//!
//! Jobs of several actions compete for workers that offer units of named resources. Which waiting
//! job goes next is a *policy*, how a worker comes to claim it a *claim rule*; the default is the
//! job queue of Docker Trusted Registry / Mirantis Secure Registry. The rules are in
//! `docs/model.md`.
//!
//! The library is a house of floors; a module imports only from lower ones (see
//! `docs/architecture.md`):
//!
//! 1. [`model`] has the nouns, [`random`] keyed random streams and distributions.
//! 2. [`engine`] is the kernel; [`policy`], [`arrival`] and [`stats`] implement its traits.
//! 3. [`scenario`] makes a checked [`scenario::Scenario`] of a text, with the help of [`registry`]
//!    for the registry's documents; [`import`] makes such a text of those documents.
//! 4. [`experiment`] runs its replications, and [`report`] makes files of the results.
//! 5. [`cli`] is the command line, the only floor that touches files, terminal, clock and threads.
//!
//! # Example
//!
//! How long do jobs wait that come to one worker, which is busy four fifths of the time?
//!
//! ```
//! use claimsim::scenario::Scenario;
//! use claimsim::stats::{JobScope, Measure, Metric, Statistic};
//!
//! let text = r#"
//!     horizon = "10d"
//!     warmup = "1h"
//!     seed = 7
//!     replications = 10
//!     claim = { delay = "none" } # claimed as soon as the worker is free
//!
//!     [worker.scanner]
//!     capacity = { scan = 1 }
//!
//!     [action.scan]
//!     capacity = { scan = 1 }
//!     arrival = { poisson = { rate = "48/h" } }
//!     service = { exponential = { mean = "1m" } }
//! "#;
//! let scenario = Scenario::parse(text).expect("the scenario is right");
//! let results = claimsim::experiment::run(&scenario, &());
//!
//! let mean_wait = Metric {
//!     action: JobScope::All,
//!     resource: None,
//!     worker: None,
//!     measure: Measure::WaitS,
//!     statistic: Statistic::Mean,
//! };
//! let estimate = results.estimate(mean_wait).expect("waits are always measured");
//! let (mean, (low, high)) = (estimate.value.unwrap(), estimate.interval.unwrap());
//! // Theory: load / (1 - load) x mean service = 0.8 / 0.2 x 60 s. The interval covers it, nineteen times in twenty.
//! assert!((mean - 240.0).abs() < 15.0, "{mean}");
//! assert!(low < 240.0 && 240.0 < high, "{low} to {high}");
//! ```

//!
//! # A custom claim policy
//!
//! A policy that is an order of the waiting jobs ranks each of them when it falls due. What it may
//! look at is a [`engine::Candidate`]; what it can do beyond an order is in
//! [`engine::ClaimPolicy`].
//!
//! ```
//! # use claimsim::scenario::Scenario;
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
//! # let scenario = Scenario::parse(text).expect("the scenario is right");
//! use claimsim::engine::{Candidate, ClaimPolicy};
//! use std::cmp::Reverse;
//!
//! /// The newest job first.
//! #[derive(Debug)]
//! struct NewestFirst;
//!
//! impl ClaimPolicy for NewestFirst {
//!     type Rank = Reverse<claimsim::model::time::Time>;
//!
//!     fn rank(&self, candidate: &Candidate<'_>) -> Self::Rank {
//!         Reverse(candidate.job.scheduled_at)
//!     }
//! }
//!
//! let newest = claimsim::experiment::run_policy(&scenario, |_| NewestFirst, &());
//! # let oldest = claimsim::experiment::run(&scenario, &());
//! # use claimsim::stats::{Measure, JobScope, Statistic, Metric};
//! # let wait = |statistic| Metric { action: JobScope::All, resource: None, worker: None, measure: Measure::WaitS, statistic };
//! # let ratio = |statistic| newest.estimate(wait(statistic)).unwrap().value.unwrap() / oldest.estimate(wait(statistic)).unwrap().value.unwrap();
//! // The mean wait is that of the oldest first, but for jobs that still wait in the end; the longest waits are far longer.
//! # assert!((ratio(Statistic::Mean) - 1.0).abs() < 0.1 && ratio(Statistic::P99) > 1.5);
//! ```

pub use claimsim_arrival as arrival;
pub use claimsim_cli as cli;
pub use claimsim_engine as engine;
pub use claimsim_experiment as experiment;
pub use claimsim_import as import;
pub use claimsim_model as model;
pub use claimsim_policy as policy;
pub use claimsim_random as random;
pub use claimsim_registry as registry;
pub use claimsim_replication as replication;
pub use claimsim_report as report;
pub use claimsim_scenario as scenario;
pub use claimsim_stats as stats;
