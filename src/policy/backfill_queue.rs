//! The waiting jobs of one need, for backfilling: finds the first job whose estimate is short
//! enough without a search through all of them.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::engine::{EstimatedTime, QueueKey};
use crate::model::time::Span;

/// The order in which jobs that may go before the head are considered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum BackfillOrder {
    /// The oldest job first.
    #[default]
    Arrival,
    /// The job with the shortest estimate first.
    Shortest,
}

impl BackfillOrder {
    /// The word in scenarios.
    pub fn name(self) -> &'static str {
        match self {
            BackfillOrder::Arrival => "arrival",
            BackfillOrder::Shortest => "shortest",
        }
    }
}

choice!(BackfillOrder);

/// A waiting job.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct BackfillCandidate {
    /// Its position in the order of candidates.
    pub(super) key: (Span, QueueKey<i128>),
    /// Its key in the queue.
    pub(super) turn: QueueKey<i128>,
    /// Its estimated service time.
    pub(super) estimate: EstimatedTime,
}

/// The most jobs in a block.
const BLOCK: usize = 128;

/// Waiting jobs in the order in which they are candidates.
#[derive(Debug)]
pub(super) struct BackfillQueue {
    order: BackfillOrder,
    /// No block is empty.
    blocks: Vec<Block>,
}

/// Jobs that are next to each other in order.
#[derive(Debug)]
struct Block {
    entries: Vec<BackfillCandidate>,
    /// The least estimate at the usual speed.
    least: Span,
}

impl Block {
    fn of(entries: Vec<BackfillCandidate>) -> Block {
        let least = entries.iter().map(|entry| entry.estimate.at_usual_speed).min().unwrap_or(Span::ZERO);
        Block { entries, least }
    }
}

impl BackfillQueue {
    /// Starts empty.
    pub(super) fn new(order: BackfillOrder) -> BackfillQueue {
        BackfillQueue { order, blocks: Vec::new() }
    }

    fn entry(&self, (turn, estimate): (QueueKey<i128>, EstimatedTime)) -> BackfillCandidate {
        let first = match self.order {
            BackfillOrder::Arrival => Span::ZERO,
            BackfillOrder::Shortest => estimate.at_usual_speed,
        };
        BackfillCandidate { key: (first, turn), turn, estimate }
    }

    /// Adds a waiting job.
    pub(super) fn insert(&mut self, job: (QueueKey<i128>, EstimatedTime)) {
        let entry = self.entry(job);
        let index = self.block_of(&entry).min(self.blocks.len().saturating_sub(1));
        let Some(block) = self.blocks.get_mut(index) else {
            return self.blocks.push(Block::of(vec![entry]));
        };
        let place = block.entries.partition_point(|other| other.key < entry.key);
        block.entries.insert(place, entry);
        block.least = block.least.min(entry.estimate.at_usual_speed);
        if block.entries.len() > BLOCK {
            let upper = block.entries.split_off(BLOCK / 2);
            *block = Block::of(std::mem::take(&mut block.entries));
            self.blocks.insert(index + 1, Block::of(upper));
        }
    }

    /// Removes a job, if it waits.
    pub(super) fn remove(&mut self, job: (QueueKey<i128>, EstimatedTime)) {
        let entry = self.entry(job);
        let index = self.block_of(&entry);
        let Some(block) = self.blocks.get_mut(index) else { return };
        if let Ok(place) = block.entries.binary_search_by_key(&entry.key, |other| other.key) {
            self.take(index, place);
        }
    }

    fn take(&mut self, index: usize, place: usize) {
        let block = &mut self.blocks[index];
        let entry = block.entries.remove(place);
        if block.entries.is_empty() {
            self.blocks.remove(index);
        } else if entry.estimate.at_usual_speed == block.least {
            *block = Block::of(std::mem::take(&mut block.entries));
        }
    }

    /// The block in which an entry is or belongs: the first whose last entry does not come before
    /// it.
    fn block_of(&self, entry: &BackfillCandidate) -> usize {
        self.blocks.partition_point(|block| block.entries.last().is_some_and(|last| last.key < entry.key))
    }

    /// The first job.
    pub(super) fn first(&self) -> Option<BackfillCandidate> {
        self.blocks.first()?.entries.first().copied()
    }

    /// The first job whose estimate on a worker of this speed is at most `most`.
    pub(super) fn first_within(&self, most: Span, speed: f64) -> Option<BackfillCandidate> {
        // On a faster worker only some estimates shrink, on a slower one none does.
        let may_fit = |block: &&Block| block.least.at_speed(speed.max(1.0)) <= most;
        let fits = |entry: &&BackfillCandidate| entry.estimate.at_speed(speed) <= most;
        self.blocks.iter().filter(may_fit).find_map(|block| block.entries.iter().find(fits)).copied()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::model::job::JobId;
    use crate::model::time::Time;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(60))]

        /// Compares with a list that is searched from the start.
        #[test]
        fn agrees_with_a_list(
            is_shortest: bool,
            steps in prop::collection::vec((0_i64..400, 0_i64..30, any::<bool>(), 0_u8..4), 0..1500),
            speed in prop_oneof![Just(1.0), 0.3..3.0],
        ) {
            let order = if is_shortest { BackfillOrder::Shortest } else { BackfillOrder::Arrival };
            let (mut candidates, mut list) = (BackfillQueue::new(order), Vec::<BackfillCandidate>::new());
            for (number, (at, estimate, does_scale, what)) in (0..).zip(steps) {
                let turn = QueueKey { rank: 0, scheduled_at: Time(at), id: JobId(number) };
                let most = Span(estimate);
                let job = (turn, EstimatedTime { at_usual_speed: most, does_scale });
                match what {
                    0 if !list.is_empty() => {
                        let gone = list.remove(at as usize % list.len());
                        candidates.remove((gone.turn, gone.estimate));
                    }
                    1 => candidates.remove(job),
                    _ => {
                        candidates.insert(job);
                        list.push(candidates.entry(job));
                    }
                }
                list.sort_by_key(|entry| entry.key);
                prop_assert_eq!(candidates.first(), list.first().copied());
                let within = list.iter().find(|entry| entry.estimate.at_speed(speed) <= most).copied();
                prop_assert_eq!(candidates.first_within(most, speed), within);
            }
        }
    }
}
