//! The lanes of a timeline: one for each slot of a worker, and some for what is of no worker.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::io;

use super::trace::{Lane, Quoted, TraceWriter};
use crate::engine::System;
use crate::model::worker::WorkerId;

/// The process of the queue: its counters, crons and jobs that are of no worker.
pub(super) const QUEUE: u32 = 1;

/// A lane of the queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum QueueLane {
    Crons,
    Scaling,
    LeftUnclaimed,
    StillWaiting,
}

impl QueueLane {
    const ALL: [(QueueLane, &'static str); 4] = [
        (QueueLane::Crons, "crons"),
        (QueueLane::Scaling, "scaling"),
        (QueueLane::LeftUnclaimed, "left unclaimed"),
        (QueueLane::StillWaiting, "still waiting"),
    ];
}

/// All lanes. A lane is named when it is used first.
///
/// The numbers of threads differ from each other and from those of processes, because viewers take
/// them for numbers of an operating system.
#[derive(Debug)]
pub(super) struct Lanes {
    queue: [Option<u32>; QueueLane::ALL.len()],
    workers: Vec<WorkerLanes>,
    next: u32,
}

#[derive(Clone, Debug, Default)]
struct WorkerLanes {
    /// By slot: its thread, once it is named.
    slots: Vec<Option<u32>>,
    free: BinaryHeap<Reverse<u32>>,
    /// The thread of its outages and other changes.
    changes: Option<u32>,
    is_named: bool,
}

/// The process of a worker.
fn process(worker: WorkerId) -> u32 {
    worker.0 + QUEUE + 1
}

impl Lanes {
    pub(super) fn new(system: &System) -> Lanes {
        let workers = system.workers.len();
        let queue = [None; QueueLane::ALL.len()];
        Lanes { queue, workers: vec![WorkerLanes::default(); workers], next: workers as u32 + QUEUE + 1 }
    }

    /// Takes the first free slot of a worker.
    pub(super) fn take(&mut self, worker: WorkerId) -> u32 {
        let lanes = &mut self.workers[worker.0 as usize];
        lanes.free.pop().map_or_else(
            || {
                lanes.slots.push(None);
                lanes.slots.len() as u32 - 1
            },
            |Reverse(slot)| slot,
        )
    }

    /// Gives a slot of a worker back.
    pub(super) fn give_back(&mut self, worker: WorkerId, slot: u32) {
        self.workers[worker.0 as usize].free.push(Reverse(slot));
    }

    /// The lane of a slot.
    pub(super) fn slot<W: io::Write>(
        &mut self,
        worker: WorkerId,
        slot: u32,
        system: &System,
        trace: &mut TraceWriter<W>,
    ) -> Lane {
        self.name_worker(worker, system, trace);
        let thread = &mut self.workers[worker.0 as usize].slots[slot as usize];
        let name = || format!("slot {}", slot + 1);
        named(thread, &mut self.next, (process(worker), slot + 1), name, trace)
    }

    /// The lane of a worker's outages and other changes.
    pub(super) fn changes<W: io::Write>(
        &mut self,
        worker: WorkerId,
        system: &System,
        trace: &mut TraceWriter<W>,
    ) -> Lane {
        self.name_worker(worker, system, trace);
        let thread = &mut self.workers[worker.0 as usize].changes;
        named(thread, &mut self.next, (process(worker), 0), || "changes".to_owned(), trace)
    }

    fn name_worker<W: io::Write>(&mut self, worker: WorkerId, system: &System, trace: &mut TraceWriter<W>) {
        let lanes = &mut self.workers[worker.0 as usize];
        if !std::mem::replace(&mut lanes.is_named, true) {
            name_process(process(worker), &system.worker(worker).id, trace);
        }
    }

    /// A lane of the queue.
    pub(super) fn queue<W: io::Write>(&mut self, lane: QueueLane, trace: &mut TraceWriter<W>) -> Lane {
        let index = QueueLane::ALL.iter().position(|(of, _)| *of == lane).unwrap_or(0);
        let name = || QueueLane::ALL[index].1.to_owned();
        named(&mut self.queue[index], &mut self.next, (QUEUE, index as u32), name, trace)
    }
}

/// Names a process, and sorts processes by their numbers.
pub(super) fn name_process<W: io::Write>(process: u32, name: &str, trace: &mut TraceWriter<W>) {
    trace.event(b'M', process).word("name", "process_name").args().text("name", &Quoted::new(name)).end();
    trace.event(b'M', process).word("name", "process_sort_index").args().number("sort_index", process.into()).end();
}

/// The lane of a thread, which gets a number and a name if it has none yet.
fn named<W: io::Write>(
    thread: &mut Option<u32>,
    next: &mut u32,
    (process, place): (u32, u32),
    name: impl FnOnce() -> String,
    trace: &mut TraceWriter<W>,
) -> Lane {
    if let Some(thread) = *thread {
        return Lane { process, thread };
    }
    let number = *next;
    *next += 1;
    *thread = Some(number);
    let event = trace.event(b'M', process).number("tid", number.into()).word("name", "thread_name").args();
    event.text("name", &Quoted::new(&name())).end();
    let event = trace.event(b'M', process).number("tid", number.into()).word("name", "thread_sort_index").args();
    event.number("sort_index", place.into()).end();
    Lane { process, thread: number }
}
