//! The pool against plain subtraction, with sets and without.

use proptest::prelude::*;

use super::*;
use crate::model::claim::DispatchTiming;
use crate::model::time::Time;
use crate::model::worker::Worker;
use crate::system::Window;
use crate::system::availability::Availability;

fn map(units: &[i64]) -> CapacityMap {
    CapacityMap(units.into())
}

fn system(workers: &[Vec<i64>], needs: &[Vec<i64>]) -> System {
    System {
        resources: workers[0].iter().enumerate().map(|(index, _)| index.to_string()).collect(),
        workers: workers.iter().map(|units| Worker::new(String::new(), map(units))).collect(),
        actions: Vec::new(),
        needs: needs.iter().map(|units| map(units)).collect(),
        groups: Vec::new(),
        runs_on: Vec::new(),
        claim: ClaimRule::Instant { placement: Placement::First, pass: DispatchTiming::Instant },
        queue_limit: None,
        availability: Availability::default(),
        cancels: Vec::new(),
        window: Window::new(Time::ZERO, Time::ZERO),
        initial: Vec::new(),
    }
}

type Maps = Vec<Vec<i64>>;

/// Workers, needs (more than a word of 64 of them), and which need starts or ends where.
fn pools() -> impl Strategy<Value = (Maps, Maps, Vec<(usize, usize)>)> {
    (1_usize..7, 1_usize..5, 1_usize..100).prop_flat_map(|(resources, workers, needs)| {
        let maps = |most: i64, count| {
            prop::collection::vec(prop::collection::vec(prop_oneof![Just(0), 0..=most], resources), count)
        };
        (maps(9, workers), maps(5, needs), prop::collection::vec((0..workers, 0..needs), 0..60))
    })
}

proptest! {
    /// Against plain subtraction, map by map.
    #[test]
    fn agrees_with_plain_maps((workers, needs, changes) in pools()) {
        let system = system(&workers, &needs);
        // One keeps sets; the other does so up to 64 needs.
        let mut pools = [true, false].map(|wants_sets| Pool::new(&system, wants_sets));
        let (mut free, mut running, mut is_open) = (workers.clone(), Vec::new(), vec![true; workers.len()]);
        for (index, (worker, need)) in changes.into_iter().enumerate() {
            let id = WorkerId(worker as u32);
            if is_open[worker] && map(&free[worker]).fits(&system.needs[need]) {
                free[worker].iter_mut().zip(&needs[need]).for_each(|(free, units)| *free -= units);
                for pool in &mut pools {
                    pool.take(id, NeedId(need as u16));
                    pool.note_taken(id, NeedId(need as u16));
                }
                running.push((worker, need));
            } else if !running.is_empty() && index % 4 > 0 {
                let (worker, need) = running.swap_remove(index % running.len());
                free[worker].iter_mut().zip(&needs[need]).for_each(|(free, units)| *free += units);
                for pool in &mut pools {
                    pool.give_back(WorkerId(worker as u32), NeedId(need as u16));
                    if is_open[worker] {
                        pool.note_given_back(WorkerId(worker as u32), NeedId(need as u16));
                    }
                }
            } else {
                is_open[worker] = !is_open[worker];
                for pool in &mut pools {
                    pool.set_open(id, is_open[worker]);
                }
            }
            if index % 2 == 0 {
                pools.iter_mut().for_each(Pool::tighten);
            }
            for need in 0..needs.len() {
                let fits = |worker: &usize| is_open[*worker] && map(&free[*worker]).fits(&system.needs[need]);
                let fitting: Vec<usize> = (0..workers.len()).filter(fits).collect();
                for pool in &pools {
                    prop_assert_eq!(pool.workers_for(need).collect::<Vec<_>>(), fitting.clone());
                    prop_assert_eq!(pool.find_room(need).iter().collect::<Vec<_>>(), fitting.clone());
                    prop_assert_eq!(pool.has_room(need), !fitting.is_empty());
                    for worker in 0..workers.len() {
                        prop_assert_eq!(pool.fits_open(worker, need), fitting.contains(&worker));
                    }
                }
            }
            let every_third: Vec<u64> = vec![0x9249_2492_4924_9249; needs.len().div_ceil(64)];
            let asked = ones(&every_third).take_while(|need| *need < needs.len());
            let asked: Vec<u64> = asked.fold(vec![0; every_third.len()], |mut words, need| {
                words[need / 64] |= 1 << (need % 64);
                words
            });
            for place in (0..workers.len()).map(Some).chain([None]) {
                let [kept, asked_for] = &pools;
                let fitting: Vec<usize> = kept.fitting_of(&asked, place).collect();
                prop_assert_eq!(asked_for.fitting_of(&asked, place).collect::<Vec<_>>(), fitting.clone());
                for pool in place.iter().flat_map(|_| &pools) {
                    prop_assert_eq!(pool.fits_any(place.unwrap_or(0), &asked), !fitting.is_empty());
                }
            }
            prop_assert_eq!(pools[0].free(worker).collect::<Vec<_>>(), free[worker].clone());
        }
    }
}
