//! `max-weight`: the packing of a worker that helps the longest queues most decides which job goes
//! next.
//!
//! ```text
//! free: scan 3        waiting: 4 of class A{scan 1}, 5 of class B{scan 3}
//! three of A weigh 3 x 4 = 12, one of B weighs 5: the oldest of A goes
//! ```
//!
//! A class is an action with a need; its weight is the number of its waiting jobs. A packing is a
//! set of waiting jobs that fits into the free capacity; the best one has the greatest sum of
//! weights (Maguluri, Srikant and Ying, "Stochastic models of load balancing and scheduling in
//! cloud computing clusters", INFOCOM 2012, in its form without preemption). Of equal packings, the
//! one with more jobs of the class whose oldest job is older wins. The oldest job of the first
//! class in it goes next, to that worker, and weights are computed again. Where jobs are placed,
//! workers are packed by index, and the placement is not consulted. Finding the best packing is a
//! knapsack problem: the search is exact up to [`MAX_STEPS`] steps, and then keeps the best packing
//! found so far.

use super::class_queues::ClassQueues;
use crate::engine::QueueKey;
use crate::engine::{Candidate, ClaimPolicy, Decision, PolicyKind, SchedulerEvent, SchedulingView, System, Target};
use crate::model::capacity::NeedId;
use crate::model::time::Time;

/// The most steps of a search: enough for all packings of a handful of classes, not of a hundred.
pub const MAX_STEPS: u32 = 10_000;

/// Serves the longest queues by packings.
#[derive(Clone, Debug, Default)]
pub struct MaxWeight {
    waiting: ClassQueues,
}

impl MaxWeight {
    /// Starts with an empty queue.
    pub fn new(_: &System) -> MaxWeight {
        MaxWeight::default()
    }
}

/// Equal jobs to pack.
#[derive(Clone, Debug)]
struct Item<'a> {
    turn: QueueKey<i128>,
    need: NeedId,
    units: &'a [i64],
    count: u64,
}

/// A search for the best packing.
#[derive(Debug)]
struct Search<'a> {
    items: Vec<Item<'a>>,
    steps: u32,
    /// The weight of the best packing, and the item that comes first in it.
    best: Option<(u128, usize)>,
}

impl Search<'_> {
    /// The number of jobs of an item that fit.
    fn most(&self, item: usize, free: &[i64]) -> u64 {
        let Item { units, count, .. } = self.items[item];
        let fit = free.iter().zip(units).filter(|(_, need)| **need > 0).map(|(&free, need)| free.max(0) / need);
        fit.min().map_or(count, |fit| count.min(fit as u64))
    }

    /// An upper bound of the weight of the items from one on: each has all free capacity for
    /// itself.
    fn bound(&self, from: usize, free: &[i64]) -> u128 {
        let weight = |item| u128::from(self.most(item, free)) * u128::from(self.items[item].count);
        (from..self.items.len()).map(weight).sum()
    }

    /// Tries all packings that extend a given part, with the most jobs of the first item first.
    fn extend(&mut self, item: usize, free: &[i64], weight: u128, first: Option<usize>) {
        if let Some(first) = first
            && self.best.is_none_or(|(best, _)| weight > best)
        {
            self.best = Some((weight, first));
        }
        if item == self.items.len() {
            return;
        }
        let (units, most) = (self.items[item].units, self.most(item, free));
        // What takes nothing takes nothing away from others.
        let least = if units.iter().all(|&units| units == 0) { most } else { 0 };
        for count in (least..=most).rev() {
            if self.steps == MAX_STEPS {
                return;
            }
            self.steps += 1;
            let left: Vec<i64> = free.iter().zip(units).map(|(free, need)| free - need * count as i64).collect();
            let weight = weight + u128::from(count) * u128::from(self.items[item].count);
            let first = first.or((count > 0).then_some(item));
            if self.best.is_none_or(|(best, _)| weight + self.bound(item + 1, &left) > best) {
                self.extend(item + 1, &left, weight, first);
            }
        }
    }
}

impl ClaimPolicy for MaxWeight {
    type Rank = i128;

    fn rank(&self, _: &Candidate<'_>) -> i128 {
        0
    }

    fn kind(&self) -> PolicyKind {
        PolicyKind::Selecting
    }

    fn choose(&mut self, view: &SchedulingView<'_, i128>) -> Option<Decision<i128>> {
        let worker = view.needs().filter_map(|need| view.with_room(need).next()).min()?;
        let fitting = self.waiting.iter().filter(|((_, need), ..)| view.fits_on(*need, worker));
        let item = |((_, need), turn, count): (_, _, usize)| {
            let units = &view.system().need(need).0;
            Item { turn, need, units, count: count as u64 }
        };
        let mut items: Vec<Item<'_>> = fitting.map(item).collect();
        items.sort_unstable_by_key(|item| item.turn);
        let mut search = Search { items, steps: 0, best: None };
        let free: Vec<i64> = view.free(worker).collect();
        search.extend(0, &free, 0, None);
        let (_, first) = search.best?;
        let Item { turn, need, .. } = search.items[first];
        Some(Decision { need, key: turn, target: Target::These(vec![worker]) })
    }

    fn on_event(&mut self, _: Time, event: &SchedulerEvent<'_>) {
        self.waiting.on_event(event);
    }

    fn explain(&self, _: &SchedulingView<'_, i128>, job: &Candidate<'_>) -> String {
        let class = (job.job.action, job.job.need);
        let count = self.waiting.iter().find(|(other, ..)| *other == class).map_or(0, |(.., count)| count);
        let name = &job.action().name;
        format!(
            "the oldest of {name}, of which {count} wait, and which is in the packing that helps the longest queues most"
        )
    }
}
