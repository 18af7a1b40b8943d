//! What the kernel needs of a simulation of claim attempts, whichever way it is done.

use std::fmt::Debug;

use crate::calendar::{Calendar, NO_EVENT};
use crate::model::time::Time;
use crate::resources::bit_set::BitSet;
use crate::resources::pool::Pool;

/// The state of the kernel when attempts may begin.
#[derive(Debug)]
pub(crate) struct Context<'a> {
    pub(crate) now: Time,
    pub(crate) pool: &'a Pool,
    /// The needs with which jobs wait, in words of 64.
    pub(crate) waiting: &'a [u64],
    pub(crate) calendar: &'a mut Calendar,
}

/// The claim attempts of all workers.
///
/// An attempt is either an event of the calendar, of class claim and with the worker's number, or
/// it belongs to a pool of workers, which has a key of its own beside the calendar.
pub(crate) trait Attempts: Debug {
    /// A first job with this need waits: every idle worker with room for it starts an attempt.
    fn need_waits(&mut self, need: usize, context: &mut Context<'_>);

    /// No job with this need waits any more.
    fn need_gone(&mut self, _now: Time, _need: usize, _waiting: &[u64]) {}

    /// What fits on a worker, or whether it attempts to claim, may have changed: it starts an
    /// attempt if it has none under way and something waits for it.
    fn worker_changed(&mut self, worker: usize, context: &mut Context<'_>);

    /// The calendar's event of a worker's attempt is due, which is no longer under way.
    fn finish(&mut self, worker: usize);

    /// The key of the next attempt of a pool, or [`NO_EVENT`].
    fn next_of_pools(&self) -> u128 {
        NO_EVENT
    }

    /// The attempt of a pool with that key is due: its worker; `None` if it finds nothing.
    fn fire(&mut self, _key: u128, _now: Time, _pool: &Pool, _waiting: &[u64]) -> Option<usize> {
        unreachable!("without pools no attempt belongs to one")
    }

    /// A worker has found no job that the policy lets it claim. If one fits nevertheless, it starts
    /// another attempt; tells whether the worker must stall until something changes, as its delay
    /// is zero.
    fn retry_stalls(&mut self, _worker: usize, _context: &mut Context<'_>) -> bool {
        unreachable!("under reserving policies every attempt is an event")
    }
}

/// The workers with room for a need, of a pool that keeps sets.
pub(super) fn room_for(pool: &Pool, need: usize) -> &BitSet {
    pool.with_room(need).expect("sets are kept where workers attempt in pools")
}
