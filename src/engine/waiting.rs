//! The waiting jobs, kept by need vector and in policy order, so that a claim compares only the heads.
//!
//! Looking through one list of waiting jobs, the plain reading of the rule, costs 500 times more at 100,000 waiting jobs
//! and picks the very same ones: of two jobs with equal needs the earlier in order always goes first.
//! A job that leaves from the middle (its patience is over) stays as a gravestone until it comes to the head.

use std::collections::VecDeque;

use super::policy::ClaimPolicy;
use crate::model::capacity::NeedId;
use crate::model::job::{Ending, Job};

/// The due jobs that nobody has claimed.
#[derive(Debug)]
pub(super) struct Waiting {
    queues: Vec<Queue>,
    /// Bit `n`: does a job with need `n` wait?
    mask: Vec<u64>,
    len: u64,
}

/// Jobs of one need vector, the first in policy order at the head; the head is never a gravestone.
#[derive(Debug, Default)]
struct Queue {
    jobs: VecDeque<Job>,
    gravestones: usize,
}

impl Waiting {
    pub(super) fn new(needs: usize) -> Waiting {
        Waiting { queues: (0..needs).map(|_| Queue::default()).collect(), mask: vec![0; needs.div_ceil(64)], len: 0 }
    }

    /// How many wait.
    #[inline]
    pub(super) fn len(&self) -> u64 {
        self.len
    }

    /// Bit by bit, in words of 64: does a job with this need wait?
    #[inline]
    pub(super) fn mask(&self) -> &[u64] {
        &self.mask
    }

    /// The first job, in policy order, of those with this need.
    #[inline]
    pub(super) fn head(&self, need: usize) -> Option<&Job> {
        self.queues[need].jobs.front()
    }

    /// Lets a job wait. Says whether it is the only one with its need.
    #[inline]
    pub(super) fn push<P: ClaimPolicy>(&mut self, policy: &P, job: Job) -> bool {
        let need = usize::from(job.need.0);
        let jobs = &mut self.queues[need].jobs;
        self.len += 1;
        let order = policy.order(&job);
        match jobs.back() {
            None => {
                jobs.push_back(job);
                self.mask[need / 64] |= 1 << (need % 64);
                return true;
            }
            Some(last) if policy.order(last) < order => jobs.push_back(job),
            Some(_) => jobs.insert(jobs.partition_point(|other| policy.order(other) < order), job),
        }
        false
    }

    /// Takes the first job with this need away.
    #[inline]
    pub(super) fn pop(&mut self, need: usize) -> Job {
        let queue = &mut self.queues[need];
        let job = queue.jobs.pop_front().expect("only a need with a waiting job is popped");
        self.len -= 1;
        queue.bury();
        if queue.jobs.is_empty() {
            self.mask[need / 64] &= !(1 << (need % 64));
        }
        job
    }

    /// Takes a job out of the middle, if it still waits.
    pub(super) fn remove<P: ClaimPolicy>(&mut self, policy: &P, need: NeedId, order: P::Order) -> Option<Job> {
        let need = usize::from(need.0);
        let queue = &mut self.queues[need];
        let place = queue.jobs.binary_search_by_key(&order, |job| policy.order(job)).ok()?;
        let job = queue.jobs[place];
        if job.fate == GRAVESTONE {
            return None;
        }
        queue.jobs[place].fate = GRAVESTONE;
        queue.gravestones += 1;
        self.len -= 1;
        queue.bury();
        if queue.jobs.is_empty() {
            self.mask[need / 64] &= !(1 << (need % 64));
        }
        Some(job)
    }

    /// All that wait.
    pub(super) fn iter(&self) -> impl Iterator<Item = &Job> {
        self.queues.iter().flat_map(|queue| &queue.jobs).filter(|job| job.fate != GRAVESTONE)
    }
}

/// The fate of a job that has left from the middle of its queue; no job that waits has it.
const GRAVESTONE: Ending = Ending::Abandoned;

impl Queue {
    /// Clears gravestones from the head, and all of them once they are the most.
    #[inline]
    fn bury(&mut self) {
        if self.gravestones == 0 {
            return;
        }
        while self.jobs.front().is_some_and(|job| job.fate == GRAVESTONE) {
            self.jobs.pop_front();
            self.gravestones -= 1;
        }
        if self.gravestones > 64 + self.jobs.len() / 2 {
            self.jobs.retain(|job| job.fate != GRAVESTONE);
            self.gravestones = 0;
        }
    }
}
