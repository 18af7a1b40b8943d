//! The waiting jobs, kept by need vector and in policy order, so that a claim compares only the
//! heads.
//!
//! Fast path: equals a search of one list of all waiting jobs, which costs 500 times more at
//! 100,000 waiting jobs. It finds the same jobs, because the earlier of two jobs with equal needs
//! always goes first. The heads of all needs lie side by side, as a claim among a hundred needs
//! looks at every one of them.

use std::collections::VecDeque;

use crate::model::capacity::NeedId;
use crate::model::job::Job;
use crate::order::{QueueKey, Rank};
use crate::resources::bit_set::ones_of;

/// The jobs that have fallen due and are not claimed.
#[derive(Debug)]
pub struct JobQueue<R> {
    queues: Vec<NeedQueue<R>>,
    /// By need: the key of its first job in policy order.
    heads: Vec<Option<QueueKey<R>>>,
    /// Bit `n`: does a job with need `n` wait?
    mask: Vec<u64>,
    len: u64,
}

impl<R: Rank> JobQueue<R> {
    /// An empty queue for this number of needs.
    pub fn new(needs: usize) -> JobQueue<R> {
        let queues = (0..needs).map(|_| NeedQueue { first: VecDeque::new(), more: VecDeque::new() }).collect();
        JobQueue { queues, heads: vec![None; needs], mask: vec![0; needs.div_ceil(64).max(1)], len: 0 }
    }

    /// The number of waiting jobs.
    #[inline]
    pub fn count(&self) -> u64 {
        self.len
    }

    /// Bit by bit, in words of 64: does a job with this need wait?
    #[inline]
    pub fn mask(&self) -> &[u64] {
        &self.mask
    }

    /// Whether a job with this need waits.
    #[inline]
    pub fn has(&self, need: usize) -> bool {
        self.heads[need].is_some()
    }

    /// The key of the first job with this need in policy order.
    pub fn head(&self, need: usize) -> Option<QueueKey<R>> {
        self.heads[need]
    }

    /// The need whose first job comes first in policy order, among the needs that are in a set (in
    /// words of 64) and fit.
    #[inline(always)]
    pub fn first_of(&self, set: impl Fn(usize) -> u64, fits: impl Fn(usize) -> bool) -> Option<usize> {
        let first = self.first_in(0, self.mask[0] & set(0), &fits, None);
        if self.mask.len() == 1 { first } else { self.first_in_others(set, fits, first) }
    }

    /// Whether jobs with this need wait and none with another need of a set (in words of 64).
    /// Always `false` for more than 64 needs.
    #[inline(always)]
    pub fn is_only_of(&self, need: usize, set: impl Fn(usize) -> u64) -> bool {
        self.mask.len() == 1 && self.mask[0] & set(0) == 1 << need
    }

    /// [`JobQueue::first_of`] for all words but the first.
    #[cold]
    fn first_in_others(
        &self,
        set: impl Fn(usize) -> u64,
        fits: impl Fn(usize) -> bool,
        first: Option<usize>,
    ) -> Option<usize> {
        let words = self.mask.iter().enumerate().skip(1).filter(|&(_, &waiting)| waiting != 0);
        words.fold(first, |best, (word, &waiting)| self.first_in(word, waiting & set(word), &fits, best))
    }

    /// [`JobQueue::first_of`] for 64 needs.
    #[inline(always)]
    fn first_in(&self, word: usize, set: u64, fits: &impl Fn(usize) -> bool, mut best: Option<usize>) -> Option<usize> {
        for need in ones_of(set).map(|bit| word * 64 + bit) {
            if best.is_none_or(|best| self.heads[need] < self.heads[best]) && fits(need) {
                best = Some(need);
            }
        }
        best
    }

    /// Lets a job with that rank wait; tells whether it is the only one with its need.
    #[inline(always)]
    pub fn push(&mut self, job: Job, rank: R) -> bool {
        let (need, key) = (usize::from(job.need.0), QueueKey::of(rank, &job));
        self.len += 1;
        let is_last = self.queues[need].insert(WaitingJob { rank, job });
        let head = &mut self.heads[need];
        let only = head.is_none();
        if only {
            self.mask[need / 64] |= 1 << (need % 64);
        }
        // The last of several is not the first.
        if only || !is_last && head.is_some_and(|head| key < head) {
            *head = Some(key);
        }
        only
    }

    /// Removes the first job with this need.
    #[inline(always)]
    pub fn pop(&mut self, need: usize) -> Job {
        let queue = &mut self.queues[need];
        let (job, head) = (queue.pop(), queue.head());
        self.has_left(need, head);
        job
    }

    /// Removes a job from anywhere in the queue, if it still waits.
    pub fn remove(&mut self, need: NeedId, key: QueueKey<R>) -> Option<Job> {
        let need = usize::from(need.0);
        let queue = &mut self.queues[need];
        let (job, head) = (queue.remove(key)?, queue.head());
        self.has_left(need, head);
        Some(job)
    }

    #[inline(always)]
    fn has_left(&mut self, need: usize, head: Option<QueueKey<R>>) {
        self.len -= 1;
        if head.is_none() {
            self.mask[need / 64] &= !(1 << (need % 64));
        }
        self.heads[need] = head;
    }

    /// All waiting jobs.
    pub fn iter(&self) -> impl Iterator<Item = &Job> {
        self.queues.iter().flat_map(NeedQueue::iter).map(|entry| &entry.job)
    }

    /// The waiting jobs with this need, in policy order.
    pub fn of(&self, need: NeedId) -> impl Iterator<Item = &Job> {
        self.queues[usize::from(need)].iter().map(|entry| &entry.job)
    }

    /// The number of waiting jobs with this need.
    pub fn count_of(&self, need: usize) -> usize {
        self.queues[need].len()
    }

    /// The key of job number `index` with this need in policy order, from 0.
    pub fn nth(&self, need: usize, index: usize) -> Option<QueueKey<R>> {
        self.queues[need].nth(index).map(WaitingJob::key)
    }
}

/// The jobs of a block: few enough to shift quickly, enough that a block's own cost does not show.
const BLOCK: usize = 128;

/// Jobs of one need vector in policy order, in blocks: a queue of any length takes no more memory
/// than its jobs, and a job can join or leave in the middle.
#[derive(Debug)]
struct NeedQueue<R> {
    /// Empty only if there is no job at all.
    first: VecDeque<WaitingJob<R>>,
    /// None of them empty.
    more: VecDeque<VecDeque<WaitingJob<R>>>,
}

/// A waiting job; a rank of size zero takes no memory.
#[derive(Clone, Copy, Debug)]
struct WaitingJob<R> {
    rank: R,
    job: Job,
}

impl<R: Rank> WaitingJob<R> {
    #[inline(always)]
    fn key(&self) -> QueueKey<R> {
        QueueKey::of(self.rank, &self.job)
    }
}

impl<R: Rank> NeedQueue<R> {
    /// Inserts a job in its place; tells whether it is the last.
    #[inline(always)]
    fn insert(&mut self, entry: WaitingJob<R>) -> bool {
        let key = entry.key();
        if self.more.is_empty() && self.first.len() < BLOCK {
            let is_last = self.first.back().is_none_or(|last| last.key() < key);
            if is_last {
                self.first.push_back(entry);
                return true;
            }
        }
        let (place, is_last) = self.make_place(key);
        *place = entry;
        is_last
    }

    /// The place into which to write a job, and whether it is the last; a full block is split in
    /// two.
    #[cold]
    fn make_place(&mut self, key: QueueKey<R>) -> (&mut WaitingJob<R>, bool) {
        let last = self.more.back_mut().unwrap_or(&mut self.first);
        if let Some(&entry) = last.back()
            && entry.key() < key
        {
            if last.len() == BLOCK {
                self.more.push_back(VecDeque::with_capacity(BLOCK));
            }
            let last = self.more.back_mut().unwrap_or(&mut self.first);
            last.push_back(entry);
            let place = last.len() - 1;
            return (&mut last[place], true);
        }
        let mut index = self.block_of(key);
        if self.block(index).len() == BLOCK {
            let upper = self.block(index).split_off(BLOCK / 2);
            self.more.insert(index, upper);
            index = self.block_of(key);
        }
        let block = self.block(index);
        let place = block.partition_point(|other| other.key() < key);
        block.insert(place, block[0]);
        (&mut block[place], false)
    }

    #[inline(always)]
    fn head(&self) -> Option<QueueKey<R>> {
        self.first.front().map(WaitingJob::key)
    }

    #[inline(always)]
    fn pop(&mut self) -> Job {
        let job = self.first[0].job;
        self.first.pop_front();
        if self.first.is_empty() && !self.more.is_empty() {
            self.next_block();
        }
        job
    }

    /// The first block is empty.
    #[cold]
    fn next_block(&mut self) {
        self.first = self.more.pop_front().unwrap_or_default();
    }

    fn remove(&mut self, key: QueueKey<R>) -> Option<Job> {
        let index = self.block_of(key);
        let block = self.block(index);
        let place = block.binary_search_by_key(&key, WaitingJob::key).ok()?;
        let entry = block.remove(place);
        if block.is_empty() {
            match index.checked_sub(1) {
                Some(index) => drop(self.more.remove(index)),
                None => self.first = self.more.pop_front().unwrap_or_default(),
            }
        }
        entry.map(|entry| entry.job)
    }

    /// The block in which a job with that key is, or belongs: 0 for the first.
    fn block_of(&self, key: QueueKey<R>) -> usize {
        self.more.partition_point(|block| block.front().is_some_and(|entry| entry.key() <= key))
    }

    fn block(&mut self, index: usize) -> &mut VecDeque<WaitingJob<R>> {
        match index.checked_sub(1) {
            Some(index) => &mut self.more[index],
            None => &mut self.first,
        }
    }

    fn iter(&self) -> impl Iterator<Item = &WaitingJob<R>> {
        self.first.iter().chain(self.more.iter().flatten())
    }

    fn len(&self) -> usize {
        self.first.len() + self.more.iter().map(VecDeque::len).sum::<usize>()
    }

    fn nth(&self, mut index: usize) -> Option<&WaitingJob<R>> {
        for block in std::iter::once(&self.first).chain(&self.more) {
            match block.get(index) {
                None => index -= block.len(),
                found => return found,
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;
    use crate::model::action::ActionId;
    use crate::model::job::{JobId, JobOutcome};
    use crate::model::time::{Span, Time};

    /// Shortest first, so that jobs join and leave everywhere in their queues.
    fn key(job: &Job) -> QueueKey<Span> {
        QueueKey::of(job.service, job)
    }

    fn job(number: u64, service: i64, need: u16) -> Job {
        let (id, service, need) = (JobId(number), Span(service), NeedId(need));
        Job {
            id,
            scheduled_at: Time::ZERO,
            service,
            chain: None,
            action: ActionId(0),
            need,
            number: 0,
            planned_outcome: JobOutcome::Done,
        }
    }

    /// A change of the queue. Most are pushes, so that queues outgrow their blocks.
    #[derive(Clone, Copy, Debug)]
    enum Step {
        Push { service: i64, need: u16 },
        Claim { largest: u16 },
        Remove { which: usize },
    }

    fn step() -> impl Strategy<Value = Step> {
        prop_oneof![
            4 => (0_i64..50, 0_u16..100).prop_map(|(service, need)| Step::Push { service, need }),
            4 => (0_i64..1_000_000, 0_u16..2).prop_map(|(service, need)| Step::Push { service, need }),
            2 => (0_u16..100).prop_map(|largest| Step::Claim { largest }),
            1 => any::<usize>().prop_map(|which| Step::Remove { which }),
        ]
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(40))]

        /// Agrees with one ordered map of all jobs, searched from the first.
        #[test]
        fn agrees_with_one_list_searched_from_the_first(steps in prop::collection::vec(step(), 0..3_000)) {
            let (mut waiting, mut list) = (JobQueue::new(100), BTreeMap::new());
            for (number, step) in (0..).zip(steps) {
                match step {
                    Step::Push { service, need } => {
                        let job = job(number, service, need);
                        let only = list.values().all(|other: &Job| other.need != job.need);
                        prop_assert_eq!(waiting.push(job, job.service), only);
                        list.insert(key(&job), job);
                    }
                    Step::Claim { largest } => {
                        let first = list.values().find(|job| job.need.0 <= largest).copied();
                        let need = waiting.first_of(|_| u64::MAX, |need| need <= usize::from(largest));
                        prop_assert_eq!(need.map(|need| waiting.pop(need)), first);
                        first.map(|job| list.remove(&key(&job)));
                    }
                    Step::Remove { which } => {
                        let Some((&order, &job)) = list.iter().nth(which % list.len().max(1)) else { continue };
                        prop_assert_eq!(waiting.remove(job.need, order), Some(job));
                        prop_assert_eq!(waiting.remove(job.need, order), None, "it is gone");
                        list.remove(&order);
                    }
                }
                prop_assert_eq!(waiting.count(), list.len() as u64);
            }
            let mut left: Vec<Job> = waiting.iter().copied().collect();
            left.sort_by_key(key);
            prop_assert_eq!(left, list.into_values().collect::<Vec<_>>());
        }
    }

    #[test]
    fn a_long_queue_takes_no_more_memory_than_its_jobs() {
        let mut waiting = JobQueue::new(1);
        for number in 0..100_000 {
            waiting.push(job(number, 0, 0), ());
        }
        // A block's own 32 bytes, and the list of blocks, whose capacity may be twice its length.
        let blocks = &waiting.queues[0].more;
        let bytes: usize = blocks.iter().map(|block| block.capacity() * size_of::<WaitingJob<()>>()).sum();
        let all = bytes + blocks.capacity() * size_of::<VecDeque<WaitingJob<()>>>();
        assert!(all < 48 * 100_000, "{all} bytes for 100,000 jobs");
    }
}
