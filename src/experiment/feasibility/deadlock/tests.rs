//! The search against all that can happen in small systems, step by step.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::search::{ParentType, search};
use crate::model::capacity::CapacityMap;

fn map(units: &[i64]) -> CapacityMap {
    CapacityMap(units.into())
}

/// A chain of actions: each starts up to `children[i]` jobs of the next, and the last starts none.
/// The first arrives from outside, up to `roots` jobs at a time.
#[derive(Clone, Debug)]
struct Chain {
    workers: Vec<Vec<i64>>,
    needs: Vec<Vec<i64>>,
    children: Vec<u32>,
    roots: usize,
}

/// A job that waits (on no worker) or runs, with the children that have not ended.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Node {
    action: usize,
    worker: Option<usize>,
    children: Vec<Node>,
}

impl Chain {
    fn free(&self, jobs: &[Node], free: &mut Vec<Vec<i64>>) {
        for job in jobs {
            if let Some(worker) = job.worker {
                free[worker].iter_mut().zip(&self.needs[job.action]).for_each(|(free, need)| *free -= need);
            }
            self.free(&job.children, free);
        }
    }

    /// All states after one step of one of these jobs.
    fn steps(&self, jobs: &[Node], free: &[Vec<i64>]) -> Vec<Vec<Node>> {
        let mut after = Vec::new();
        for (place, job) in jobs.iter().enumerate() {
            let mut replace = |with: Option<Node>| {
                let mut next = jobs.to_vec();
                next.splice(place..=place, with);
                next.sort();
                after.push(next);
            };
            match job.worker {
                None => {
                    let fits = |worker: &usize| free[*worker].iter().zip(&self.needs[job.action]).all(|(f, n)| f >= n);
                    for worker in (0..free.len()).filter(fits) {
                        for number in 0..=self.children.get(job.action).copied().unwrap_or(0) {
                            let child = Node { action: job.action + 1, worker: None, children: Vec::new() };
                            let children = vec![child; number as usize];
                            replace(Some(Node { worker: Some(worker), children, ..job.clone() }));
                        }
                    }
                }
                Some(_) if job.children.is_empty() => replace(None),
                Some(_) => {
                    for children in self.steps(&job.children, free) {
                        replace(Some(Node { children, ..job.clone() }));
                    }
                }
            }
        }
        after
    }

    /// The fewest running first jobs with which nothing can go on; `None` if something always can.
    fn fewest(&self) -> Option<usize> {
        let mut seen: BTreeSet<Vec<Node>> = BTreeSet::new();
        let mut open = vec![Vec::new()];
        let mut fewest: Option<usize> = None;
        while let Some(state) = open.pop() {
            if !seen.insert(state.clone()) {
                continue;
            }
            let mut free = self.workers.clone();
            self.free(&state, &mut free);
            let steps = self.steps(&state, &free);
            let running = state.iter().filter(|job| job.worker.is_some()).count();
            if steps.is_empty() && running > 0 {
                fewest = Some(fewest.map_or(running, |fewest| fewest.min(running)));
            }
            open.extend(steps);
            if state.len() < self.roots {
                let mut next = state;
                next.push(Node { action: 0, worker: None, children: Vec::new() });
                next.sort();
                open.push(next);
            }
        }
        fewest
    }

    fn searched(&self) -> Option<usize> {
        let mut kinds: Vec<(CapacityMap, u64)> = Vec::new();
        for worker in &self.workers {
            match kinds.iter_mut().find(|(capacity, _)| *capacity == map(worker)) {
                Some(kind) => kind.1 += 1,
                None => kinds.push((map(worker), 1)),
            }
        }
        // As the caller does: a child that fits nowhere, or needs nothing, is no reason to wait.
        let is_parent = |action: usize| {
            let child = &self.needs[action + 1];
            let fits = self.workers.iter().any(|worker| worker.iter().zip(child).all(|(w, c)| w >= c));
            fits && child.iter().any(|units| *units > 0) && self.needs[action].iter().any(|units| *units > 0)
        };
        let parents: Vec<usize> = (0..self.children.len()).filter(|action| is_parent(*action)).collect();
        let types: Vec<ParentType> = parents
            .iter()
            .map(|&action| ParentType {
                need: map(&self.needs[action]),
                child_need: map(&self.needs[action + 1]),
                child_types: parents.iter().position(|other| *other == action + 1).into_iter().collect(),
                max_children: f64::from(self.children[action]),
                max_roots: match action {
                    0 => self.roots as f64,
                    _ => 0.0,
                },
            })
            .collect();
        let found = search(&kinds, &types);
        assert!(found.is_complete);
        found.stuck.map(|stuck| stuck.root_count() as usize)
    }
}

/// Ten threads of two workers, and parents and children that need one each.
#[test]
fn parents_that_fill_all_threads_are_stuck() {
    let parent = ParentType {
        need: map(&[1]),
        child_need: map(&[1]),
        child_types: Vec::new(),
        max_children: 1.0,
        max_roots: f64::INFINITY,
    };
    let found = search(&[(map(&[5]), 2)], std::slice::from_ref(&parent));
    let stuck = found.stuck.expect("ten parents hold ten threads");
    assert_eq!((stuck.packed, stuck.roots), (vec![(0, 2, vec![5])], vec![10.0]));
    // A larger child is stuck earlier; one on a resource of its own never is.
    let large = ParentType { child_need: map(&[3]), ..parent.clone() };
    assert_eq!(search(&[(map(&[5]), 2)], &[large]).stuck.unwrap().roots, [6.0]);
    let other = ParentType { need: map(&[1, 0]), child_need: map(&[0, 1]), ..parent.clone() };
    assert_eq!(search(&[(map(&[5, 1]), 2)], &[other]).stuck, None);
    let few = ParentType { max_roots: 9.0, ..parent };
    assert_eq!(search(&[(map(&[5]), 2)], &[few]).stuck, None, "nine customers never hold ten threads");
}

/// Two threads: a first job and the child of it that starts the grandchild fill both.
#[test]
fn one_job_of_three_levels_is_stuck_on_two_threads() {
    let chain = Chain { workers: vec![vec![2]], needs: vec![vec![1]; 3], children: vec![1, 1], roots: 3 };
    assert_eq!((chain.fewest(), chain.searched()), (Some(1), Some(1)));
    let three = Chain { workers: vec![vec![3]], ..chain };
    assert_eq!((three.fewest(), three.searched()), (Some(2), Some(2)));
}

/// Two actions that start children on each other's resource hold both of them only together.
#[test]
fn two_kinds_of_parents_can_block_each_others_children() {
    let parent = |need: &[i64], child: &[i64]| ParentType {
        need: map(need),
        child_need: map(child),
        child_types: Vec::new(),
        max_children: 1.0,
        max_roots: f64::INFINITY,
    };
    let types = [parent(&[1, 0], &[0, 1]), parent(&[0, 1], &[1, 0])];
    let found = search(&[(map(&[2, 3]), 1)], &types).stuck.unwrap();
    assert_eq!(found.packed, [(0, 1, vec![2, 3])]);
    assert_eq!(search(&[(map(&[2, 3]), 1)], &types[..1]).stuck, None);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn the_search_finds_what_can_happen(
        workers in proptest::collection::vec(proptest::collection::vec(0..4_i64, 2), 1..3),
        needs in proptest::collection::vec(proptest::collection::vec(0..3_i64, 2), 2..4),
        children in [1..3_u32, 1..2_u32],
        roots in 1..4_usize,
    ) {
        let children = children[..needs.len() - 1].to_vec();
        let chain = Chain { workers, needs, children, roots };
        // Who fits nowhere waits for ever, which is another mistake.
        let fits = |need: &Vec<i64>| chain.workers.iter().any(|worker| worker.iter().zip(need).all(|(w, n)| w >= n));
        prop_assume!(chain.needs.iter().all(fits));
        // Parents that hold nothing start any number of others.
        prop_assume!(chain.needs.iter().all(|need| need.iter().any(|units| *units > 0)));
        prop_assert_eq!(chain.searched(), chain.fewest(), "{:?}", chain);
    }
}
