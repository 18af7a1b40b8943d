//! The engine: a clock, a calendar of events, waiting jobs, workers, and the life of a job.
//!
//! A [`Simulation`] is one replication. Three verbs drive it: [`peek`](Simulation::peek) tells when
//! the next event happens, [`step`](Simulation::step) lets it happen, and
//! [`run_until`](Simulation::run_until) lets all events up to an instant happen. Every event takes
//! the same way through the kernel:
//!
//! ```text
//!   ArrivalProcess            ClaimPolicy: which job goes next?
//!        |                            |
//!        v                            v
//!   +----------+  falls due   +--------------+   claimed   +-----------+
//!   | arrivals | -----------> | waiting jobs | ----------> |  running  |
//!   +----------+              |    (queue)   |  dispatch   |  (workers)|
//!        ^                    +--------------+             +-----------+
//!        |                        |  abandoned, cancelled,      |
//!        |                        v  rejected                   v
//!        +------------------- endings <-------------------------+
//!           retries, children,    |          completed, stopped, worker dead
//!           closed customers      v
//!                        Observer: what happened?
//!
//!   calendar: all future events, in the order (time, class, sequence)
//! ```
//!
//! The kernel asks a [`ClaimPolicy`] which job goes next and an [`ArrivalProcess`] when the next
//! job comes, and reports each [`Event`] to an [`Observer`]. It knows none of their
//! implementations.
//!
//! To read the engine, start with `kernel/mod.rs`, then `kernel/{arrivals, dispatch, endings}.rs`,
//! `queue.rs`, `resources/pool.rs` and `policy.rs`. `claim_delay/` and `faults/` are not needed to
//! understand a run. A comment "Fast path: equals ..." names the plain rule that an optimisation
//! stands for; `benches/README.md` has the measurements.

use claimsim_model as model;
use claimsim_random as random;

mod arrival;
pub mod calendar;
mod claim_delay;
mod faults;
mod jobs;
mod kernel;
mod observer;
mod order;
mod policy;
pub mod queue;
mod resources;
mod staffing;
mod system;
mod wait_reasons;

pub use arrival::{Arrival, ArrivalProcess, ArrivalStart, JobOverrides, MisfireRule, Overlap};
pub use calendar::LAST_INSTANT;
pub use kernel::Simulation;
pub use model::wait_reason::WaitReason;
pub use observer::{Attempt, Event, Execution, JobOrigin, Observer};
pub use order::{QueueKey, Rank};
pub use policy::{Candidate, ClaimPolicy, Decision, EstimatedTime, PolicyKind, SchedulerEvent, SchedulingView, Target};
pub use resources::share::{Shares, share};
pub use system::availability::{Availability, Breakdowns, CapacityChange, Heartbeat, Outage, OutageKind};
pub use system::backoff::{Backoff, BackoffGrowth};
pub use system::staffing::{
    Autoscaler, Leaving, Price, RateLimit, RatePolicy, ScalingMetric, ScalingPace, ScalingRule, ScalingStep, Staffing,
    StaffingChange, WorkerGroup,
};
pub use system::{
    ActionModel, CancelRequest, ClaimRule, DeadlineResult, InitialRow, InitialState, JobFilter, Requeue,
    RuntimeEstimate, Spawns, System, Window,
};
