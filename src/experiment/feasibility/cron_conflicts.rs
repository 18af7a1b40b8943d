//! Crons that conflict: firings at the same instant whose jobs cannot run together, and jobs that
//! outlast the gap to the next firing.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::cron_firings::{self, Cron, Meeting};
use super::finding::Finding;
use super::offered_load::OfferedLoad;
use crate::engine::{Overlap, System};
use crate::model::capacity::CapacityMap;
use crate::scenario::Scenario;

/// The maximum number of reported collisions and of tried sets of crons, the most frequent first.
const MAX_COLLISIONS: usize = 3;
const MAX_SETS: usize = 500;

/// The findings about the crons of a scenario.
pub(super) fn findings(scenario: &Scenario, load: &mut OfferedLoad) -> Vec<Finding> {
    let crons = cron_firings::crons(scenario);
    let horizon = scenario.system.window.horizon;
    let mut offered: BTreeMap<CapacityMap, usize> = BTreeMap::new();
    for capacity in largest_capacities(&scenario.system) {
        *offered.entry(capacity).or_default() += 1;
    }
    let mut findings: Vec<Finding> = cron_firings::meetings(&crons, scenario.epoch, horizon)
        .iter()
        .take(MAX_SETS)
        .filter_map(|meeting| collision(&scenario.system, &offered, &crons, meeting))
        .take(MAX_COLLISIONS)
        .collect();
    for cron in crons.iter().filter(|cron| cron.overlap == Overlap::Enqueue) {
        let held_s = load.attempt(cron.action, cron.overrides).mean;
        let gap = cron_firings::shortest_gap(cron.schedule, scenario.epoch, horizon);
        if let Some(gap) = gap.filter(|gap| held_s > gap.as_secs_f64()) {
            findings.push(Finding::CronOverrun { cron: cron.action, gap, held_s });
        }
    }
    findings
}

/// By worker, the most that it ever offers of each resource: jobs that do not fit then never do.
fn largest_capacities(system: &System) -> Vec<CapacityMap> {
    let mut largest: Vec<CapacityMap> = system.workers.iter().map(|worker| worker.capacity.clone()).collect();
    for change in &system.availability.capacity_changes {
        let before = &mut largest[change.worker.0 as usize];
        *before = CapacityMap(before.0.iter().zip(&change.capacity.0).map(|(a, b)| *a.max(b)).collect());
    }
    largest
}

/// A meeting of crons whose jobs cannot all run at once on the workers, whose number is given by
/// capacity. Jobs that no worker can run, that need nothing, or that take no time do not count.
fn collision(
    system: &System,
    offered: &BTreeMap<CapacityMap, usize>,
    crons: &[Cron],
    meeting: &Meeting,
) -> Option<Finding> {
    let need = |cron: &Cron| system.need(cron.overrides.need.unwrap_or(system.action(cron.action).need));
    let counts = |cron: &usize| {
        let need = need(&crons[*cron]);
        let takes_time = system.action(crons[*cron].action).service.mean() > 0.0;
        takes_time && need.0.iter().any(|units| *units > 0) && offered.keys().any(|capacity| capacity.fits(need))
    };
    let counted: Vec<usize> = meeting.crons.iter().copied().filter(counts).collect();
    let mut needs: Vec<&CapacityMap> = counted.iter().map(|cron| need(&crons[*cron])).collect();
    needs.sort_by_key(|need| Reverse(need.0.iter().sum::<i64>()));
    // More workers of one capacity than jobs are never needed.
    let kind = |(capacity, workers): (&CapacityMap, &usize)| vec![capacity.clone(); *workers.min(&needs.len())];
    let mut free: Vec<CapacityMap> = offered.iter().flat_map(kind).collect();
    let mut steps = MAX_STEPS;
    if needs.len() < 2 || fit(&needs, &mut free, &mut steps) != Some(false) {
        return None;
    }
    let crons = counted.iter().map(|cron| crons[*cron].action).collect();
    Some(Finding::CronCollision { crons, first: meeting.first, times: meeting.times })
}

/// Steps of the search for a placement of the jobs, after which they are assumed to fit.
const MAX_STEPS: u32 = 10_000;

/// Whether jobs with these needs can all run at once on workers with this free capacity; `None` if
/// that takes too long to find out.
fn fit(needs: &[&CapacityMap], free: &mut Vec<CapacityMap>, steps: &mut u32) -> Option<bool> {
    let Some((need, rest)) = needs.split_first() else { return Some(true) };
    let mut tried: Vec<CapacityMap> = Vec::new();
    for worker in 0..free.len() {
        // One worker stands for all with the same free capacity.
        if !free[worker].fits(need) || tried.contains(&free[worker]) {
            continue;
        }
        *steps = steps.checked_sub(1)?;
        let before = free[worker].clone();
        free[worker] = CapacityMap(before.0.iter().zip(&need.0).map(|(free, need)| free - need).collect());
        let fits = fit(rest, free, steps);
        free[worker] = before.clone();
        if fits != Some(false) {
            return fits;
        }
        tried.push(before);
    }
    Some(false)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn map(units: &[i64]) -> CapacityMap {
        CapacityMap(units.into())
    }

    fn fits(needs: &[&[i64]], offered: &[&[i64]]) -> bool {
        let needs: Vec<CapacityMap> = needs.iter().map(|need| map(need)).collect();
        let mut offered = offered.iter().map(|units| map(units)).collect();
        fit(&needs.iter().collect::<Vec<_>>(), &mut offered, &mut 10_000).unwrap()
    }

    #[test]
    fn a_worker_counts_with_the_most_it_ever_offers() {
        use crate::engine::CapacityChange;
        use crate::model::time::Time;
        use crate::model::worker::WorkerId;
        let scenario = Scenario::parse(
            "horizon = \"1h\"\n[worker.w]\ncapacity = { a = 2, b = 1 }\n[action.x]\ncapacity = { a = 1 }\n\
             service = \"1s\"\narrival = { poisson = { rate = \"1/h\" } }\n",
        );
        let mut system = scenario.expect("it is valid").system;
        let change = CapacityChange { worker: WorkerId(0), at: Time::ZERO, capacity: map(&[1, 3]) };
        system.availability.capacity_changes.push(change);
        assert_eq!(largest_capacities(&system), [map(&[2, 3])]);
    }

    #[test]
    fn jobs_fit_if_any_placement_is_found() {
        assert!(fits(&[&[1], &[1]], &[&[2]]) && fits(&[&[1], &[1]], &[&[1], &[1]]) && !fits(&[&[1], &[1]], &[&[1]]));
        assert!(fits(&[&[1, 0], &[0, 1]], &[&[1, 1]]));
        // If the small job took the first free worker, the large one would not fit.
        assert!(fits(&[&[1], &[2]], &[&[2], &[1]]));
        assert!(!fits(&[&[2], &[2], &[2]], &[&[3], &[3]]), "there are enough units, but not on one worker");
    }

    proptest! {
        /// Against all placements of up to four jobs on up to three workers.
        #[test]
        fn trying_every_worker_for_every_job_gives_the_same(
            needs in proptest::collection::vec((0..4_i64, 0..4_i64), 0..5),
            workers in proptest::collection::vec((0..5_i64, 0..5_i64), 1..4),
        ) {
            let ways = workers.len().pow(needs.len() as u32);
            let is_good = |way: usize| {
                let mut free = workers.clone();
                for (at, need) in needs.iter().enumerate() {
                    let worker = &mut free[way / workers.len().pow(at as u32) % workers.len()];
                    *worker = (worker.0 - need.0, worker.1 - need.1);
                }
                free.iter().all(|free| free.0 >= 0 && free.1 >= 0)
            };
            let (needs, offered): (Vec<[i64; 2]>, Vec<[i64; 2]>) =
                (needs.iter().map(|n| [n.0, n.1]).collect(), workers.iter().map(|w| [w.0, w.1]).collect());
            let found = fits(
                &needs.iter().map(|n| &n[..]).collect::<Vec<_>>(),
                &offered.iter().map(|w| &w[..]).collect::<Vec<_>>(),
            );
            prop_assert_eq!(found, (0..ways).any(is_good));
        }
    }
}
