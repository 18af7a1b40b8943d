//! The claimed jobs that have not ended, each in a slot whose number goes with its events.
//!
//! Nearly all of them are plain: one event is to come, and it ends them. Of the others there is more to be known
//! ([`Special`]), and they may end before an event of theirs is due; a slot is used again only when no event of it is to come.
//! The slot freed last is used first, while it is still in the processor's cache.

use std::collections::BTreeMap;
use std::num::NonZeroU32;

use super::observer::Execution;
use super::special::Special;
use crate::model::action::ActionId;
use crate::model::capacity::NeedId;
use crate::model::job::{Job, JobId, JobOutcome};
use crate::model::time::{Span, Time};
use crate::model::worker::WorkerId;

/// The claimed rows that have not ended, and processes that outlive theirs.
#[derive(Debug)]
pub(super) struct Running {
    slots: Vec<Slot>,
    /// Slots that hold nothing any more.
    free: Vec<u32>,
    /// By slot: what is to be known of rows that are not plain.
    specials: BTreeMap<u32, Special>,
    /// By worker: its slots; kept only where workers may go out.
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
    /// How many events of it are to come.
    events: u8,
}

/// What a slot holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    /// A row whose only event ends it.
    Plain,
    /// A row, or a process without one, with a [`Special`].
    Special,
    /// Nothing, though events may be to come.
    Over,
}

impl Running {
    /// Nothing runs; where workers may go out, `workers` is how many there are, and otherwise 0.
    pub(super) fn new(workers: usize) -> Running {
        Running {
            slots: Vec::new(),
            free: Vec::new(),
            specials: BTreeMap::new(),
            on_worker: vec![Vec::new(); workers],
            places: Vec::new(),
        }
    }

    /// A slot that holds nothing, to be filled at once.
    #[inline(always)]
    pub(super) fn reserve(&mut self) -> usize {
        self.free.pop().unwrap_or_else(|| self.append()) as usize
    }

    /// Keeps a row, of which an event was scheduled, if it ever happens.
    #[inline(always)]
    pub(super) fn fill(&mut self, slot: usize, job: Job, worker: WorkerId, claimed_at: Time, happens: bool) {
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
            planned_outcome: JobOutcome::Done,
        };
        self.slots.push(Slot { job, claimed_at: Time::ZERO, worker: WorkerId(0), phase: Phase::Over, events: 0 });
        self.slots.len() as u32 - 1
    }

    /// What a slot holds.
    #[inline(always)]
    pub(super) fn get(&self, slot: usize) -> (&Job, Execution) {
        let Slot { job, claimed_at, worker, phase, .. } = &self.slots[slot];
        let run = if *phase == Phase::Plain { Execution::since(*worker, *claimed_at) } else { self.special_run(slot) };
        (job, run)
    }

    #[cold]
    fn special_run(&self, slot: usize) -> Execution {
        self.specials[&(slot as u32)].run
    }

    /// Whether the next event of a slot ends its row.
    #[inline(always)]
    pub(super) fn is_plain(&self, slot: usize) -> bool {
        self.slots[slot].phase == Phase::Plain
    }

    /// A further event of a slot was scheduled, if it ever happens.
    pub(super) fn expect(&mut self, slot: usize, happens: bool) {
        self.slots[slot].events += u8::from(happens);
    }

    /// An event of a slot that is not plain is due: what is to be known of it; `None` if it holds nothing any more.
    pub(super) fn take_event(&mut self, slot: usize) -> Option<&mut Special> {
        self.slots[slot].events -= 1;
        if self.slots[slot].phase == Phase::Over {
            self.free_if_over(slot);
            return None;
        }
        self.specials.get_mut(&(slot as u32))
    }

    /// Whether a request to cancel the row in a slot is the first that asks it to stop.
    pub(super) fn can_be_asked(&self, slot: usize) -> bool {
        self.is_plain(slot) || self.specials[&(slot as u32)].can_be_asked()
    }

    /// What is to be known of a slot; from now on it is not plain.
    pub(super) fn special(&mut self, slot: usize) -> &mut Special {
        let kept = &mut self.slots[slot];
        debug_assert_ne!(kept.phase, Phase::Over);
        kept.phase = Phase::Special;
        let Slot { job, claimed_at, worker, .. } = *kept;
        self.specials.entry(slot as u32).or_insert_with(|| Special::new(&job, Execution::since(worker, claimed_at)))
    }

    /// A plain row has ended.
    #[inline(always)]
    pub(super) fn remove(&mut self, slot: usize) {
        if !self.on_worker.is_empty() {
            self.leave_worker(slot);
        }
        self.free.push(slot as u32);
        self.slots[slot].phase = Phase::Over;
    }

    /// A row that was not plain has ended, with its process.
    pub(super) fn remove_special(&mut self, slot: usize) {
        self.specials.remove(&(slot as u32));
        if !self.on_worker.is_empty() {
            self.leave_worker(slot);
        }
        self.slots[slot].phase = Phase::Over;
        self.free_if_over(slot);
    }

    /// A process outlives its row: its chain from now on is one of its own.
    pub(super) fn set_chain(&mut self, slot: usize, chain: Option<NonZeroU32>) {
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

    fn free_if_over(&mut self, slot: usize) {
        if self.slots[slot].events == 0 {
            self.free.push(slot as u32);
        }
    }

    /// The slots of a worker, by job number; only where workers may go out.
    pub(super) fn on(&self, worker: WorkerId) -> Vec<usize> {
        let mut slots: Vec<usize> = self.on_worker[worker.0 as usize].iter().map(|&slot| slot as usize).collect();
        slots.sort_unstable_by_key(|&slot| self.slots[slot].job.id);
        slots
    }

    /// The slots of all rows.
    pub(super) fn slots(&self) -> impl Iterator<Item = usize> {
        let has_row = |slot: &usize| match self.slots[*slot].phase {
            Phase::Plain => true,
            Phase::Special => !self.specials[&(*slot as u32)].is_zombie,
            Phase::Over => false,
        };
        (0..self.slots.len()).filter(has_row)
    }

    /// All rows, by slot.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&Job, Execution)> {
        self.slots().map(|slot| self.get(slot))
    }
}
