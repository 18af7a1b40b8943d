//! The kernel: a clock, a calendar of events, waiting jobs, workers, and the life of a job.
//!
//! It asks one thing which job goes next ([`ClaimPolicy`]), another when the next job comes ([`ArrivalProcess`]), and tells
//! a third what happened ([`Observer`]); it knows none of their implementations.

use claimsim_model as model;
use claimsim_random as random;

mod arrival;
mod availability;
mod bits;
pub mod calendar;
mod census;
mod draws;
mod lanes;
mod life;
mod observer;
mod placement;
mod policy;
mod pool;
pub mod queue;
mod race;
mod requests;
mod running;
mod share;
mod simulation;
mod special;
mod system;
mod vigil;

pub use arrival::{Arrival, ArrivalProcess, ArrivalStart, JobOverrides, MisfireRule, Overlap};
pub use availability::{Availability, Breakdowns, CapacityChange, Heartbeat, Outage, OutageKind};
pub use calendar::LAST_INSTANT;
pub use observer::{Attempt, Event, Execution, JobOrigin, Observer};
pub use policy::{Candidate, ClaimPolicy, Decision, PolicyKind, Rank, SchedulerEvent, SchedulingView, Target};
pub use queue::QueueKey;
pub use share::{Shares, share};
pub use simulation::Simulation;
pub use system::{
    ActionModel, Backoff, CancelRequest, ClaimRule, DeadlineResult, InitialRow, InitialState, JobFilter, Requeue,
    RuntimeEstimate, Spawns, System, Window,
};
