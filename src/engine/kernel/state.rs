//! The state of a replication in groups, one for each part of the kernel.

use slab::Slab;

use crate::arrival::{Arrival, ArrivalProcess};
use crate::calendar::EventClass;
use crate::claim_delay::Attempts;
use crate::faults::cancel_requests::CancelRequests;
use crate::faults::failure_detector::FailureDetector;
use crate::jobs::active_counts::ActiveCounts;
use crate::jobs::lifecycle::{Customer, Lifecycle};
use crate::jobs::running::Running;
use crate::jobs::sampling::{AttemptSample, JobSample};
use crate::model::action::ActionId;
use crate::model::capacity::{CapacityMap, NeedId};
use crate::model::claim::{ClaimBatch, DispatchTiming};
use crate::model::job::Job;
use crate::model::time::{Span, Time};
use crate::model::worker::WorkerId;
use crate::order::QueueKey;
use crate::queue::JobQueue;
use crate::random::stream::Stream;
use crate::resources::placement::Placer;
use crate::resources::pool::Pool;
use crate::staffing::autoscaler::ScalingHistory;
use crate::staffing::places::Places;
use crate::system::availability::OutageKind;
use crate::wait_reasons::WaitReasons;

/// Jobs that have not fallen due yet, and their sources.
#[derive(Debug)]
pub(super) struct Arrivals<A> {
    pub(super) sources: Vec<SourceState<A>>,
    pub(super) pending: Slab<Pending>,
    /// Firings that are made up for when a worker comes back.
    pub(super) missed: Vec<MissedFiring>,
}

impl<A> Arrivals<A> {
    /// The rows that exist and have not fallen due.
    pub(super) fn pending_rows(&self) -> impl Iterator<Item = &Job> {
        self.pending.iter().filter_map(|(_, pending)| match pending {
            Pending::Row { job, .. } => Some(job),
            _ => None,
        })
    }
}

/// A source with its next arrival, whose instant is in the calendar.
#[derive(Debug)]
pub(super) struct SourceState<A> {
    pub(super) process: A,
    pub(super) class: EventClass,
    /// Whether its jobs bring no values of their own, and none of them is ever missed or skipped.
    pub(super) is_plain: bool,
    pub(super) action: ActionId,
    pub(super) count: u64,
}

impl<A: ArrivalProcess> SourceState<A> {
    pub(super) fn new(process: A) -> SourceState<A> {
        let class = if process.is_cron() { EventClass::Cron } else { EventClass::Arrival };
        SourceState { class, is_plain: process.is_plain(), action: ActionId(0), count: 0, process }
    }
}

/// What an event of class arrival or cron brings, unless it is a source's next arrival.
#[derive(Clone, Copy, Debug)]
pub(super) enum Pending {
    /// A row that exists already falls due.
    Row { job: Job, drawn: AttemptSample },
    /// A customer's next job.
    Customer { customer: Customer, arrival: Arrival },
    /// A missed firing is made up for.
    Firing(MissedFiring),
    /// Nothing any more: the row was cancelled before it was due.
    Cancelled,
}

/// A cron's firing while no worker was alive.
#[derive(Clone, Copy, Debug)]
pub(super) struct MissedFiring {
    pub(super) source: usize,
    pub(super) action: ActionId,
    pub(super) at: Time,
    pub(super) sample: JobSample,
}

/// The jobs that have fallen due and wait to be claimed.
#[derive(Debug)]
pub(super) struct Queue<R> {
    pub(super) jobs: JobQueue<R>,
    /// The jobs whose patience is an event of the calendar, by its slot.
    pub(super) patience: Slab<(NeedId, QueueKey<R>)>,
    /// Rows that fell due at this instant and found the queue full.
    pub(super) newcomers: Vec<(NeedId, QueueKey<R>)>,
}

/// How and when waiting jobs come to workers.
#[derive(Debug)]
pub(super) struct Dispatch {
    pub(super) claiming: Claiming,
    /// When waiting jobs are dispatched under instant claiming; `None` under delayed claiming.
    pub(super) timing: Option<DispatchTiming>,
    /// Whether waiting jobs are dispatched once nothing else but claims happens at this instant.
    pub(super) is_due: bool,
    /// Whether each change of what is free on a worker is followed: by a
    /// [`FreeCapacityIndex`](crate::resources::placement::FreeCapacityIndex), or by the reasons of
    /// waits.
    pub(super) follows_free: bool,
    /// When a reserving policy dispatches next although nothing else happens, as scheduled last.
    pub(super) next: Time,
    pub(super) stalled: StalledWorkers,
}

/// How workers claim: jobs are placed, or workers attempt to claim.
#[derive(Debug)]
pub(super) enum Claiming {
    Instant(Placer),
    Delayed { attempts: Box<dyn Attempts>, batch: ClaimBatch },
}

/// Workers without a claim delay that have found nothing they may claim: they look again when
/// something changes.
#[derive(Debug, Default)]
pub(super) struct StalledWorkers {
    pub(super) workers: Vec<WorkerId>,
    /// Whether something has changed since they looked.
    pub(super) is_woken: bool,
}

impl StalledWorkers {
    /// Something has changed.
    pub(super) fn wake(&mut self) {
        self.is_woken = !self.workers.is_empty();
    }
}

/// All rows that exist, apart from their place in the queue.
#[derive(Debug)]
pub(super) struct Jobs<R> {
    /// The number of rows created so far, and so the number of the next.
    pub(super) created: u64,
    pub(super) lifecycle: Lifecycle,
    pub(super) running: Running,
    pub(super) counts: ActiveCounts,
    pub(super) joins: Slab<Join>,
    /// Requests to cancel single rows.
    pub(super) cancel_requests: CancelRequests<QueueKey<R>>,
}

/// A parent that waits for its children, or has waited.
#[derive(Clone, Copy, Debug)]
pub(super) struct Join {
    /// Its slot; `None` if it has ended before them.
    pub(super) parent: Option<usize>,
    /// The number of children whose chains are under way.
    pub(super) open: u32,
}

/// The workers: what is free, and which of them are up.
#[derive(Debug)]
pub(super) struct Workers<'a> {
    pub(super) pool: Pool,
    /// By worker: the capacity that it offers while it is up.
    pub(super) capacities: Vec<&'a CapacityMap>,
    pub(super) detector: FailureDetector,
    pub(super) places: Places,
    /// By group: what its autoscaler remembers, if it has one.
    pub(super) scaling: Vec<Option<ScalingHistory>>,
    /// By group: the needs of which some worker of the group can run a job; only where there is an
    /// autoscaler.
    pub(super) needs_of: Vec<Vec<NeedId>>,
    /// Whether a worker that runs a row may be closed to claims: it is down, or it drains.
    pub(super) may_close: bool,
    /// Whether workers differ in speed from the usual one.
    pub(super) has_speeds: bool,
    pub(super) changes: Slab<WorkerChange>,
    pub(super) breakdowns: Vec<Stream>,
}

/// Why jobs wait.
#[derive(Debug, Default)]
pub(super) struct Waits {
    /// Bit `n % 64`: if a job with need `n` comes to wait, is the reason reported last out of date?
    pub(super) unknown: u64,
    /// `None` if no reason ever changes.
    pub(super) reasons: Option<Box<WaitReasons>>,
}

/// A change of a worker, at a known instant.
#[derive(Clone, Copy, Debug)]
pub(super) enum WorkerChange {
    /// It goes down, for this long or for good.
    Down { worker: WorkerId, lasts: Option<Span>, kind: OutageKind },
    /// It breaks down, by this entry of the system's breakdowns.
    Breakdown(usize),
    /// One of its outages ends; if that was a breakdown, the time to the next one begins.
    Up { worker: WorkerId, breakdown: Option<usize> },
    /// Its capacity changes, by this entry of the system's changes.
    Capacity(usize),
    /// The number of workers of a group changes, by this entry of its shifts or its schedule.
    Staff { group: usize, entry: usize },
    /// It has started, unless its place has changed since.
    Started { worker: WorkerId, change: u32 },
}
