//! The claimed jobs that have not ended, each in a slot whose number goes with its events.
//!
//! Nearly all of them are plain: one event is to come, and it ends them. The others have more state
//! ([`ActiveJob`]), and may end before an event of theirs is due; a slot is reused only when no
//! event of it is to come. The slot freed last is reused first, while it is still in the
//! processor's cache.

use std::collections::BTreeMap;
use std::num::NonZeroU32;

use crate::jobs::active_job::ActiveJob;
use crate::model::action::ActionId;
use crate::model::capacity::NeedId;
use crate::model::job::{Job, JobId, JobOutcome};
use crate::model::time::{Span, Time};
use crate::model::worker::WorkerId;
use crate::observer::Execution;

/// The claimed rows that have not ended, and processes that outlive theirs.
#[derive(Debug)]
pub(crate) struct Running {
    slots: Vec<Slot>,
    /// Vacant slots.
    free: Vec<u32>,
    /// By slot: the state of rows that are not plain.
    active: BTreeMap<u32, ActiveJob>,
    /// By worker: its slots; kept only where workers may go down or leave.
    on_worker: Vec<Vec<u32>>,
    /// By slot: its place among those of its worker.
    places: Vec<u32>,
}

#[derive(Clone, Copy, Debug)]
struct Slot {
    job: Job,
    claimed_at: Time,
    worker: WorkerId,
    phase: Phase,
    /// The number of its events that are to come.
    events: u8,
}

/// What a slot holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    /// A row whose only event ends it.
    Plain,
    /// A row, or a process without one, with an [`ActiveJob`].
    Active,
    /// Nothing, though events may be to come.
    Vacant,
}

impl Running {
    /// Nothing runs. `workers` is the number of workers where they may go down or leave, and
    /// otherwise 0.
    pub(crate) fn new(workers: usize) -> Running {
        Running {
            slots: Vec::new(),
            free: Vec::new(),
            active: BTreeMap::new(),
            on_worker: vec![Vec::new(); workers],
            places: Vec::new(),
        }
    }

    /// A vacant slot, to be filled at once.
    #[inline(always)]
    pub(crate) fn reserve(&mut self) -> usize {
        self.free.pop().unwrap_or_else(|| self.append()) as usize
    }

    /// Keeps a row, for which an event was scheduled; `happens` tells whether before the horizon.
    #[inline(always)]
    pub(crate) fn fill(&mut self, slot: usize, job: Job, worker: WorkerId, claimed_at: Time, happens: bool) {
        self.slots[slot] = Slot { job, claimed_at, worker, phase: Phase::Plain, events: u8::from(happens) };
        if !self.on_worker.is_empty() {
            self.join_worker(slot);
        }
    }

    fn join_worker(&mut self, slot: usize) {
        let slots = &mut self.on_worker[self.slots[slot].worker.0 as usize];
        self.places.resize(self.slots.len(), 0);
        self.places[slot] = slots.len() as u32;
        slots.push(slot as u32);
    }

    /// Adds a slot, to be filled at once.
    #[cold]
    fn append(&mut self) -> u32 {
        let job = Job {
            id: JobId(0),
            scheduled_at: Time::ZERO,
            service: Span::ZERO,
            chain: None,
            action: ActionId(0),
            need: NeedId(0),
            number: 0,
            planned_outcome: JobOutcome::Done,
        };
        self.slots.push(Slot { job, claimed_at: Time::ZERO, worker: WorkerId(0), phase: Phase::Vacant, events: 0 });
        self.slots.len() as u32 - 1
    }

    /// What a slot holds.
    #[inline(always)]
    pub(crate) fn get(&self, slot: usize) -> (&Job, Execution) {
        let Slot { job, claimed_at, worker, phase, .. } = &self.slots[slot];
        let run = if *phase == Phase::Plain { Execution::since(*worker, *claimed_at) } else { self.active_run(slot) };
        (job, run)
    }

    #[cold]
    fn active_run(&self, slot: usize) -> Execution {
        self.active[&(slot as u32)].run
    }

    /// Whether the next event of a slot ends its row.
    #[inline(always)]
    pub(crate) fn is_plain(&self, slot: usize) -> bool {
        self.slots[slot].phase == Phase::Plain
    }

    /// A further event of a slot was scheduled; `happens` tells whether before the horizon.
    pub(crate) fn expect(&mut self, slot: usize, happens: bool) {
        self.slots[slot].events += u8::from(happens);
    }

    /// An event of a slot that is not plain is due: the state of its row; `None` if the slot is
    /// vacant.
    pub(crate) fn take_event(&mut self, slot: usize) -> Option<&mut ActiveJob> {
        self.slots[slot].events -= 1;
        if self.slots[slot].phase == Phase::Vacant {
            self.free_if_done(slot);
            return None;
        }
        self.active.get_mut(&(slot as u32))
    }

    /// Whether a request to cancel the row in a slot is the first that asks it to stop.
    pub(crate) fn can_be_asked(&self, slot: usize) -> bool {
        self.is_plain(slot) || self.active[&(slot as u32)].can_be_asked()
    }

    /// The state of a row that is not plain, or that is not plain from now on.
    pub(crate) fn active(&mut self, slot: usize) -> &mut ActiveJob {
        let kept = &mut self.slots[slot];
        debug_assert_ne!(kept.phase, Phase::Vacant);
        kept.phase = Phase::Active;
        let Slot { job, claimed_at, worker, .. } = *kept;
        self.active.entry(slot as u32).or_insert_with(|| ActiveJob::new(&job, Execution::since(worker, claimed_at)))
    }

    /// A plain row has ended.
    #[inline(always)]
    pub(crate) fn remove(&mut self, slot: usize) {
        if !self.on_worker.is_empty() {
            self.leave_worker(slot);
        }
        self.free.push(slot as u32);
        self.slots[slot].phase = Phase::Vacant;
    }

    /// A row that was not plain has ended, with its process.
    pub(crate) fn remove_active(&mut self, slot: usize) {
        self.active.remove(&(slot as u32));
        if !self.on_worker.is_empty() {
            self.leave_worker(slot);
        }
        self.slots[slot].phase = Phase::Vacant;
        self.free_if_done(slot);
    }

    /// A process outlives its row: its chain from now on is one of its own.
    pub(crate) fn set_chain(&mut self, slot: usize, chain: Option<NonZeroU32>) {
        self.slots[slot].job.chain = chain;
    }

    fn leave_worker(&mut self, slot: usize) {
        let slots = &mut self.on_worker[self.slots[slot].worker.0 as usize];
        let place = self.places[slot];
        slots.swap_remove(place as usize);
        if let Some(&moved) = slots.get(place as usize) {
            self.places[moved as usize] = place;
        }
    }

    fn free_if_done(&mut self, slot: usize) {
        if self.slots[slot].events == 0 {
            self.free.push(slot as u32);
        }
    }

    /// Whether a worker runs no row; only where workers may go down or leave.
    pub(crate) fn is_idle(&self, worker: WorkerId) -> bool {
        !self.on_worker[worker.0 as usize].iter().any(|&slot| self.has_row(slot as usize))
    }

    /// The slots of a worker, by job number; only where workers may go down or leave.
    pub(crate) fn on(&self, worker: WorkerId) -> Vec<usize> {
        let mut slots: Vec<usize> = self.on_worker[worker.0 as usize].iter().map(|&slot| slot as usize).collect();
        slots.sort_unstable_by_key(|&slot| self.slots[slot].job.id);
        slots
    }

    /// The slots of all rows.
    pub(crate) fn slots(&self) -> impl Iterator<Item = usize> {
        (0..self.slots.len()).filter(|&slot| self.has_row(slot))
    }

    fn has_row(&self, slot: usize) -> bool {
        match self.slots[slot].phase {
            Phase::Plain => true,
            Phase::Active => !self.active[&(slot as u32)].is_zombie,
            Phase::Vacant => false,
        }
    }

    /// All rows, by slot.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&Job, Execution)> {
        self.slots().map(|slot| self.get(slot))
    }
}
