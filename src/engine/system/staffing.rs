//! Groups of workers: how many workers a group has in the course of a run, how long they take to
//! start, and what they cost.
//!
//! A group has *places*, one for each of its worker ids. A place has a worker, or none. The rules
//! are in section 13 of `docs/model.md`.

use std::ops::Range;

use crate::model::capacity::ResourceId;
use crate::model::time::{Span, Time};
use crate::random::dist::Distribution;

/// A group of workers.
#[derive(Clone, Debug, PartialEq)]
pub struct WorkerGroup {
    /// Its name in the scenario.
    pub name: String,
    /// The worker ids of its places.
    pub places: Range<u32>,
    /// The number of workers at the start, in the first places.
    pub initial: u32,
    /// Seconds from being back after an outage to being ready; none if `None`.
    pub startup: Option<Distribution>,
    /// Seconds from being ordered to being ready; none if `None`.
    pub order_startup: Option<Distribution>,
    /// What sets the number of its workers.
    pub staffing: Staffing,
    /// What happens to a busy worker that has to go.
    pub leaving: Leaving,
    /// What its workers cost; nothing if `None`.
    pub price: Option<Price>,
}

impl WorkerGroup {
    /// A group that has a worker in each of its places for the whole run.
    pub fn fixed(name: &str, places: Range<u32>) -> WorkerGroup {
        WorkerGroup {
            name: name.to_owned(),
            initial: places.end - places.start,
            places,
            startup: None,
            order_startup: None,
            staffing: Staffing::Fixed,
            leaving: Leaving::Drain,
            price: None,
        }
    }

    /// Whether the number of its workers may change.
    pub fn changes(&self) -> bool {
        self.staffing != Staffing::Fixed
    }

    /// Whether an autoscaler sets the number of its workers.
    pub fn is_autoscaled(&self) -> bool {
        matches!(self.staffing, Staffing::Schedule(_) | Staffing::Autoscaler(_))
    }
}

/// What sets the number of workers of a group.
#[derive(Clone, Debug, PartialEq)]
pub enum Staffing {
    /// Nothing: it never changes.
    Fixed,
    /// Shifts, which make these changes.
    Shifts(Vec<StaffingChange>),
    /// The schedule of an autoscaler, which makes these changes.
    Schedule(Vec<StaffingChange>),
    /// An autoscaler that looks at a metric.
    Autoscaler(Autoscaler),
}

/// From an instant on a group has this number of workers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StaffingChange {
    /// When; changes are in this order, at most one for each instant.
    pub at: Time,
    /// The number of workers from then on.
    pub count: u32,
}

/// What happens to a busy worker that has to go.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Leaving {
    /// It claims nothing more, and goes when its jobs have ended.
    #[default]
    Drain,
    /// Its rows become `worker_shutdown`, and it is gone at once.
    Kill,
}

/// What a worker of a group costs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Price {
    /// For each hour.
    pub per_hour: f64,
    /// Each started unit of this counts as a whole; exact time counts if `None`.
    pub billing: Option<Span>,
}

/// A rule that looks at a metric again and again, and sets the number of workers.
#[derive(Clone, Debug, PartialEq)]
pub struct Autoscaler {
    /// The fewest workers.
    pub min: u32,
    /// The most workers.
    pub max: u32,
    /// It looks at the positive multiples of this.
    pub period: Span,
    /// How it decides.
    pub rule: ScalingRule,
}

/// How an autoscaler decides.
#[derive(Clone, Debug, PartialEq)]
pub enum ScalingRule {
    /// It keeps metrics at their targets, as the Kubernetes horizontal pod autoscaler does.
    Target {
        /// The metrics with their targets; the one that asks for the most workers counts.
        targets: Vec<(ScalingMetric, f64)>,
        /// No change while metric / target differs from 1 by at most this.
        tolerance: f64,
        /// How fast it may add workers.
        up: ScalingPace,
        /// How fast it may remove workers.
        down: ScalingPace,
    },
    /// The first step that applies changes the number.
    Steps {
        /// The steps.
        steps: Vec<ScalingStep>,
        /// No change while less than this has passed since the last one.
        cool_down: Span,
    },
}

/// How fast an autoscaler may change the number of workers in one direction.
#[derive(Clone, Debug, PartialEq)]
pub struct ScalingPace {
    /// The most cautious recommendation that is younger than this counts.
    pub window: Span,
    /// What may change within a period; the policy that allows the most counts.
    pub policies: Vec<RatePolicy>,
}

/// The largest change within a period.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RatePolicy {
    /// How much.
    pub change: RateLimit,
    /// Within this time.
    pub period: Span,
}

/// A bound on the change of the number of workers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum RateLimit {
    /// This number of workers.
    Workers(u32),
    /// This percentage of the number at the beginning of the period.
    Percent(f64),
}

/// A step of an autoscaler.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ScalingStep {
    /// What it looks at.
    pub metric: ScalingMetric,
    /// It applies if the metric is above this (or below, if it removes workers).
    pub bound: f64,
    /// The number of workers that it adds, or removes if negative.
    pub change: i64,
}

/// What an autoscaler looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ScalingMetric {
    /// The group's waiting jobs.
    Waiting,
    /// The group's waiting jobs by current worker.
    WaitingPerWorker,
    /// The longest time since `scheduledAt` of the group's waiting jobs, in seconds.
    OldestWait,
    /// The estimated service times of the group's waiting jobs by current worker, in seconds.
    Backlog,
    /// The share of a resource of current workers that is in use.
    Utilization(ResourceId),
}
