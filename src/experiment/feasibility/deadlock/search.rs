//! The search for a state in which parents hold everything that their children need.
//!
//! In such a state only parents run. Each of them waits for a child, which either fits on no worker
//! or runs as a parent in the same state. Which parents run on which worker is a packing. Workers
//! matter only by their capacity, and by the packings that leave room for none of the waiting
//! children.

use crate::model::capacity::CapacityMap;

use super::super::packing::slots;

/// Rows of one action with one need that start children.
#[derive(Clone, Debug)]
pub(super) struct ParentType {
    pub(super) need: CapacityMap,
    /// What a child needs.
    pub(super) child_need: CapacityMap,
    /// The types of its children, if these are parents themselves.
    pub(super) child_types: Vec<usize>,
    /// The maximum number of children of a row.
    pub(super) max_children: f64,
    /// The maximum number of rows at a time that other rows of the state have not started.
    pub(super) max_roots: f64,
}

/// Some workers, and how many rows of each type each of them runs.
pub(super) type Packed = (usize, u64, Vec<u64>);

/// A state in which nothing can go on.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Stuck {
    /// By packing: the kind of worker, the number of workers, and the number of rows by type.
    pub(super) packed: Vec<Packed>,
    /// By type: the rows that no other row of the state has started.
    pub(super) roots: Vec<f64>,
    /// The types whose children wait.
    pub(super) blocked: Vec<usize>,
}

impl Stuck {
    pub(super) fn root_count(&self) -> f64 {
        self.roots.iter().sum()
    }

    fn rows(&self) -> u64 {
        self.packed.iter().map(|(_, workers, rows)| workers * rows.iter().sum::<u64>()).sum()
    }
}

/// The result of a search.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct SearchResult {
    /// The state with the fewest roots that was found.
    pub(super) stuck: Option<Stuck>,
    /// Whether all states were examined.
    pub(super) is_complete: bool,
}

/// The maximum number of examined packings.
const MAX_PACKINGS: u32 = 10_000;

/// More types of parents are not combined with each other.
const MAX_TYPES: usize = 8;

/// More workers are not examined one by one.
const MAX_WORKERS: u64 = 64;

/// Searches for the stuck state with the fewest roots; `kinds` are capacities and numbers of
/// workers.
pub(super) fn search(kinds: &[(CapacityMap, u64)], types: &[ParentType]) -> SearchResult {
    let all: Vec<u64> = if types.len() <= MAX_TYPES {
        (1..1 << types.len()).collect()
    } else {
        (0..types.len().min(64)).map(|only| 1 << only).collect()
    };
    let mut search = Search { kinds, types, left: MAX_PACKINGS, best: None, is_complete: types.len() <= MAX_TYPES };
    for set in all {
        let members: Vec<usize> = (0..types.len().min(64)).filter(|one| set >> one & 1 == 1).collect();
        // A parent may wait for a child that runs as a parent.
        let joins: Vec<usize> = members
            .iter()
            .copied()
            .filter(|one| types[*one].child_types.iter().any(|child| members.contains(child)))
            .collect();
        for waits in 0..1_u64 << joins.len() {
            let blocked = members
                .iter()
                .copied()
                .filter(|one| joins.iter().position(|join| join == one).is_none_or(|place| waits >> place & 1 == 0));
            search.combine(&members, &blocked.collect::<Vec<_>>());
        }
    }
    SearchResult { stuck: search.best, is_complete: search.is_complete }
}

struct Search<'a> {
    kinds: &'a [(CapacityMap, u64)],
    types: &'a [ParentType],
    left: u32,
    best: Option<Stuck>,
    is_complete: bool,
}

impl Search<'_> {
    /// Rows of these types run, and the children of the blocked types fit on no worker.
    fn combine(&mut self, members: &[usize], blocked: &[usize]) {
        let is_free = |one: &usize| self.types[*one].max_roots == f64::INFINITY && blocked.contains(one);
        if members.iter().all(is_free) {
            // Each worker may run any number of each type: the fewest rows on each are best.
            let fewest: Option<Vec<Packed>> = (0..self.kinds.len())
                .map(|kind| {
                    let rows = self.fewest(kind, members, blocked)?;
                    Some((kind, self.kinds[kind].1, rows))
                })
                .collect();
            if let Some(packed) = fewest {
                self.judge(packed, blocked);
            }
            return;
        }
        if blocked.is_empty() || self.kinds.iter().map(|kind| kind.1).sum::<u64>() > MAX_WORKERS {
            self.is_complete &= blocked.is_empty();
            return;
        }
        let packings: Option<Vec<Vec<Vec<u64>>>> =
            (0..self.kinds.len()).map(|kind| self.packings(kind, members, blocked)).collect();
        match packings {
            Some(packings) => self.place(&packings, 0, 0, &mut Vec::new(), blocked),
            None => self.is_complete = false,
        }
    }

    /// The packing of a worker with the fewest rows that leaves no room for the blocked children.
    fn fewest(&mut self, kind: usize, members: &[usize], blocked: &[usize]) -> Option<Vec<u64>> {
        if let [only] = *members {
            let mut rows = vec![0; self.types.len()];
            rows[only] = fill(&self.kinds[kind].0, &self.types[only])?;
            return Some(rows);
        }
        let Some(all) = self.packings(kind, members, blocked) else {
            self.is_complete = false;
            return None;
        };
        all.into_iter().min_by_key(|rows| rows.iter().sum::<u64>())
    }

    /// The packings of a worker that leave no room for the blocked children; `None` if there are
    /// too many to look at.
    fn packings(&mut self, kind: usize, members: &[usize], blocked: &[usize]) -> Option<Vec<Vec<u64>>> {
        let mut found = Vec::new();
        let capacity = self.kinds[kind].0.clone();
        self.pack(&capacity, members, blocked, &mut vec![0; self.types.len()], &mut found)?;
        Some(found)
    }

    fn pack(
        &mut self,
        free: &CapacityMap,
        members: &[usize],
        blocked: &[usize],
        rows: &mut Vec<u64>,
        found: &mut Vec<Vec<u64>>,
    ) -> Option<()> {
        let Some((&one, rest)) = members.split_first() else {
            self.left = self.left.checked_sub(1)?;
            if blocked.iter().all(|parent| !free.fits(&self.types[*parent].child_need)) {
                found.push(rows.clone());
            }
            return Some(());
        };
        let types = self.types;
        for count in 0..=slots(free, &types[one].need) {
            let left = free.0.iter().zip(&types[one].need.0).map(|(free, need)| free - need * count).collect();
            rows[one] = count as u64;
            self.pack(&CapacityMap(left), rest, blocked, rows, found)?;
        }
        rows[one] = 0;
        Some(())
    }

    /// Tries all packings of all workers, from this kind and packing on.
    fn place(
        &mut self,
        packings: &[Vec<Vec<u64>>],
        kind: usize,
        first: usize,
        placed: &mut Vec<Packed>,
        blocked: &[usize],
    ) {
        let Some(of_kind) = packings.get(kind) else {
            return self.judge(placed.clone(), blocked);
        };
        let used: u64 = placed.iter().filter(|packed| packed.0 == kind).map(|packed| packed.1).sum();
        let open = self.kinds[kind].1 - used;
        if open == 0 {
            return self.place(packings, kind + 1, 0, placed, blocked);
        }
        for (number, rows) in of_kind.iter().enumerate().skip(first) {
            for workers in 1..=open {
                let Some(left) = self.left.checked_sub(1) else {
                    self.is_complete = false;
                    return;
                };
                self.left = left;
                placed.push((kind, workers, rows.clone()));
                self.place(packings, kind, number + 1, placed, blocked);
                placed.pop();
            }
        }
    }

    /// Keeps a state if it can come about and has fewer roots than the best.
    fn judge(&mut self, packed: Vec<Packed>, blocked: &[usize]) {
        let rows = |one: usize| packed.iter().map(|(_, workers, rows)| (workers * rows[one]) as f64).sum::<f64>();
        let rows: Vec<f64> = (0..self.types.len()).map(rows).collect();
        if rows.iter().all(|rows| *rows == 0.0) {
            return;
        }
        // Who waits for a running child has one of its own.
        let has_children = |one: usize| {
            let children: f64 = self.types[one].child_types.iter().map(|child| rows[*child]).sum();
            blocked.contains(&one) || rows[one] <= children
        };
        let started = |one: usize| {
            let parents = self.types.iter().zip(&rows).filter(|(parent, _)| parent.child_types.contains(&one));
            parents.map(|(parent, rows)| if *rows > 0.0 { rows * parent.max_children } else { 0.0 }).sum::<f64>()
        };
        let roots: Vec<f64> = (0..rows.len()).map(|one| (rows[one] - started(one)).max(0.0)).collect();
        let is_possible = (0..rows.len()).all(|one| has_children(one) && roots[one] <= self.types[one].max_roots);
        let blocked = blocked.iter().copied().filter(|one| rows[*one] > 0.0).collect();
        let stuck = Stuck { packed, roots, blocked };
        let key = |stuck: &Stuck| (stuck.root_count(), stuck.rows() as f64);
        if is_possible && self.best.as_ref().is_none_or(|best| key(&stuck) < key(best)) {
            self.best = Some(stuck);
        }
    }
}

/// The number of rows of one type that leave no room on a worker for a child.
fn fill(capacity: &CapacityMap, parent: &ParentType) -> Option<u64> {
    let needed = capacity.0.iter().zip(&parent.need.0).zip(&parent.child_need.0).filter(|(_, child)| **child > 0);
    let rows = needed.filter_map(|((capacity, need), child)| match (capacity - child, *need) {
        (room, _) if room < 0 => Some(0),
        (_, 0) => None,
        (room, need) => Some(room / need + 1),
    });
    let rows = rows.min()?;
    (rows == 0 || rows <= slots(capacity, &parent.need)).then_some(rows as u64)
}
