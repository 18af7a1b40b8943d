//! Which jobs a worker can run at the same time: all maximal packings of needs into a capacity.

use crate::model::capacity::CapacityMap;

/// The number of jobs of each need that run at once; no further job fits.
pub(super) type Packing = Vec<u32>;

/// The maximal packings of these needs, none of which may be empty, into a capacity; `None` if
/// there are more than `max`, or if it would take too long to find out.
pub(super) fn maximal(capacity: &CapacityMap, needs: &[&CapacityMap], max: usize) -> Option<Vec<Packing>> {
    if needs.len() > MAX_NEEDS {
        return None;
    }
    let mut search = Search { needs, max, steps: max.saturating_mul(STEPS), found: Vec::new() };
    search.extend(capacity, &mut Vec::new())?;
    Some(search.found)
}

/// The number of jobs of a need that fit into this free capacity.
pub(super) fn slots(free: &CapacityMap, need: &CapacityMap) -> i64 {
    let fit = |(free, need): (&i64, &i64)| (*need > 0).then(|| (free / need).max(0));
    free.0.iter().zip(&need.0).filter_map(fit).min().unwrap_or(i64::MAX)
}

/// The maximum number of needs; each is a level of the search.
const MAX_NEEDS: usize = 64;

/// The maximum number of steps of the search per packing.
const STEPS: usize = 16;

struct Search<'a> {
    needs: &'a [&'a CapacityMap],
    max: usize,
    steps: usize,
    found: Vec<Packing>,
}

impl Search<'_> {
    /// Tries all numbers of jobs of the next need; `None` if it has to give up.
    fn extend(&mut self, free: &CapacityMap, packing: &mut Packing) -> Option<()> {
        self.steps = self.steps.checked_sub(1)?;
        let Some(need) = self.needs.get(packing.len()) else {
            // A packing with room for another job is part of a larger one, which is found
            // elsewhere.
            if self.needs.iter().all(|need| slots(free, need) == 0) {
                self.found.push(packing.clone());
            }
            return (self.found.len() <= self.max).then_some(());
        };
        let is_last = packing.len() + 1 == self.needs.len();
        let max = u32::try_from(slots(free, need)).ok()?;
        for jobs in if is_last { max..=max } else { 0..=max } {
            let left = free.0.iter().zip(&need.0).map(|(free, need)| free - need * i64::from(jobs)).collect();
            packing.push(jobs);
            self.extend(&CapacityMap(left), packing)?;
            packing.pop();
        }
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn map(units: &[i64]) -> CapacityMap {
        CapacityMap(units.into())
    }

    fn found(capacity: &[i64], needs: &[&[i64]]) -> Vec<Packing> {
        let needs: Vec<CapacityMap> = needs.iter().map(|need| map(need)).collect();
        maximal(&map(capacity), &needs.iter().collect::<Vec<_>>(), 1_000).unwrap()
    }

    #[test]
    fn the_packings_of_a_worker_with_slots_and_memory() {
        // Four slots and 32 GiB: large scans take 2 slots and 12 GiB, small ones 1 and 2.
        assert_eq!(found(&[4, 32], &[&[2, 12], &[1, 2]]), [vec![0, 4], vec![1, 2], vec![2, 0]]);
        assert_eq!(found(&[2, 8], &[&[2, 12], &[1, 2]]), [vec![0, 2]]);
        assert_eq!(found(&[1, 1], &[&[1, 0], &[0, 1]]), [vec![1, 1]]);
    }

    #[test]
    fn the_search_gives_up_on_too_many_packings() {
        let needs: Vec<CapacityMap> = (1..=60).map(|units| map(&[units])).collect();
        assert_eq!(maximal(&map(&[60]), &needs.iter().collect::<Vec<_>>(), 1_000), None);
        let bytes = [map(&[1]), map(&[2])];
        assert_eq!(maximal(&map(&[1 << 50]), &bytes.iter().collect::<Vec<_>>(), 1_000), None);
    }

    proptest! {
        /// Against the definition: of all packings that fit, those to which no job can be added.
        #[test]
        fn maximal_packings_are_those_to_which_no_job_can_be_added(
            capacity in proptest::collection::vec(0..5_i64, 2),
            needs in proptest::collection::vec((0..4_i64, 0..4_i64).prop_filter("needs something", |n| *n != (0, 0)), 1..4),
        ) {
            let needs: Vec<CapacityMap> = needs.iter().map(|(a, b)| map(&[*a, *b])).collect();
            let fits = |packing: &Packing| (0..2).all(|r| {
                let taken: i64 = needs.iter().zip(packing).map(|(need, jobs)| need.0[r] * i64::from(*jobs)).sum();
                taken <= capacity[r]
            });
            let mut all: Vec<Packing> = vec![Vec::new()];
            for _ in &needs {
                all = all.iter().flat_map(|p| (0..=4).map(move |jobs| [&p[..], &[jobs]].concat())).collect();
            }
            let more = |packing: &Packing, at: usize| {
                let mut more = packing.clone();
                more[at] += 1;
                more
            };
            let is_maximal = |p: &&Packing| fits(p) && (0..needs.len()).all(|at| !fits(&more(p, at)));
            let expected: Vec<Packing> = all.iter().filter(is_maximal).cloned().collect();
            let found = maximal(&map(&capacity), &needs.iter().collect::<Vec<_>>(), 10_000).unwrap();
            prop_assert_eq!(found, expected);
        }
    }
}
