//! The linear program: the arriving work as a share of what any policy could do.
//!
//! Workers of a type spend shares of their time in packings (which jobs run at the same time). The
//! load is the smallest rho such that shares of rho of each type's time do all work: work of need k
//! = sum of time in packings × jobs of need k in them. Above 1 no policy can keep up; below 1 some
//! policy can (Tassiulas and Ephremides, 1992; for packings of jobs into servers Maguluri, Srikant
//! and Ying, 2012), though not every one.
//!
//! The solver gets the dual: prices of a second of work of each need, and of a second of a worker
//! of each type, such that no packing earns more than its worker costs, and all workers together
//! cost 1. The price of all work is the load. Needs with a price, and types with a cost, are the
//! bottleneck. Any such prices prove by themselves that the load is not lower.

use microlp::{ComparisonOp, OptimizationDirection, Problem, Variable};

use super::packing::{self, Packing};
use super::worker_types::WorkerType;
use crate::model::capacity::CapacityMap;

/// Work of one need.
#[derive(Clone, Copy, Debug)]
pub(super) struct Demand<'a> {
    /// What a job takes: not nothing, and not more than some worker offers.
    pub(super) need: &'a CapacityMap,
    /// The mean number of running jobs, if all work is done as it arrives.
    pub(super) work: f64,
}

/// The load of all work on all workers, and what limits it.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Solution {
    /// The smallest share of the workers' time in which the work could be done.
    pub(super) load: f64,
    /// By demand: the price of one running job, as a share of all workers' time; 0 where there is
    /// room to spare.
    pub(super) prices: Vec<f64>,
    /// By type: the value of one worker, as a share of all; 0 where there is room to spare.
    pub(super) values: Vec<f64>,
    /// Whether the load is exact. It is a lower bound where there are too many packings.
    pub(super) is_exact: bool,
}

/// The maximum number of packings of all types, and, in the bound for more packings, of pairs of a
/// need and a type.
const MAX_PACKINGS: usize = 2_000;
const MAX_PAIRS: usize = 2_000;

/// The load of this work on these workers; `None` without work.
pub(super) fn solve(demands: &[Demand], pool: &[WorkerType]) -> Option<Solution> {
    let best = single(demands, pool)?;
    let solved = match packings(demands, pool) {
        Some(packings) => Prices::new(demands, pool, best.load).exact(&packings).solve(true),
        None if demands.len() * pool.len() <= MAX_PAIRS => Prices::new(demands, pool, best.load).bounds().solve(false),
        None => None,
    };
    // Where the solver gives up, or would take too long, the largest load of one resource or one
    // need remains as a bound.
    Some(solved.filter(|solution| solution.load >= best.load * (1.0 - 1e-6)).unwrap_or(best))
}

/// The maximal packings of each type; `None` if there are too many.
fn packings(demands: &[Demand], pool: &[WorkerType]) -> Option<Vec<Vec<Packing>>> {
    let needs: Vec<&CapacityMap> = demands.iter().map(|demand| demand.need).collect();
    let mut left = MAX_PACKINGS;
    let of_kind = |kind: &WorkerType| {
        let found = packing::maximal(&kind.capacity, &needs, left)?;
        left -= found.len();
        Some(found)
    };
    pool.iter().map(of_kind).collect()
}

/// The largest load of one resource by all demands, or of one demand alone on the workers where it
/// fits: each is a bound.
pub(super) fn single(demands: &[Demand], pool: &[WorkerType]) -> Option<Solution> {
    let resources = pool.first()?.capacity.0.len();
    let of_resource = |resource: usize| {
        let units: f64 = pool.iter().map(|kind| kind.workers * kind.capacity.0[resource] as f64).sum();
        let price = |demand: &Demand| if units > 0.0 { demand.need.0[resource] as f64 / units } else { 0.0 };
        let value = |kind: &WorkerType| if units > 0.0 { kind.capacity.0[resource] as f64 / units } else { 0.0 };
        (demands.iter().map(price).collect(), pool.iter().map(value).collect())
    };
    let of_demand = |at: usize| {
        let slots = |kind: &WorkerType| packing::slots(&kind.capacity, demands[at].need) as f64;
        let all: f64 = pool.iter().map(|kind| kind.workers * slots(kind)).sum();
        let price = |other: usize| if other == at && all > 0.0 { 1.0 / all } else { 0.0 };
        let value = |kind: &WorkerType| if all > 0.0 { slots(kind) / all } else { 0.0 };
        ((0..demands.len()).map(price).collect(), pool.iter().map(value).collect())
    };
    let worth = |prices: &Vec<f64>| demands.iter().zip(prices).map(|(demand, price)| demand.work * price).sum();
    let solution = |(prices, values): (Vec<f64>, Vec<f64>)| {
        let load: f64 = worth(&prices);
        Solution { load, prices, values, is_exact: false }
    };
    // Of the single demands only the busiest can be the largest load.
    let alone = |at: &usize| {
        let slots: f64 =
            pool.iter().map(|kind| kind.workers * packing::slots(&kind.capacity, demands[*at].need) as f64).sum();
        demands[*at].work / slots
    };
    let busiest = (0..demands.len()).max_by(|a, b| alone(a).total_cmp(&alone(b)));
    let candidates = (0..resources).map(of_resource).chain(busiest.map(of_demand)).map(solution);
    candidates.max_by(|a, b| a.load.total_cmp(&b.load)).filter(|best| best.load > 0.0)
}

/// The dual program under construction.
struct Prices<'a> {
    demands: &'a [Demand<'a>],
    pool: &'a [WorkerType],
    problem: Problem,
    of_demand: Vec<Variable>,
    of_kind: Vec<Variable>,
    /// Work is divided by it, so that the optimum is about 1 at any load.
    scale: f64,
    all_workers: f64,
}

impl<'a> Prices<'a> {
    fn new(demands: &'a [Demand<'a>], pool: &'a [WorkerType], scale: f64) -> Prices<'a> {
        let mut problem = Problem::new(OptimizationDirection::Maximize);
        let all_workers: f64 = pool.iter().map(|kind| kind.workers).sum();
        let mut variable = |worth: f64| problem.add_var(worth, (0.0, f64::INFINITY));
        let of_demand = demands.iter().map(|demand| variable(demand.work / all_workers / scale)).collect();
        let of_kind: Vec<Variable> = pool.iter().map(|_| variable(0.0)).collect();
        let cost = of_kind.iter().zip(pool).map(|(kind, WorkerType { workers, .. })| (*kind, workers / all_workers));
        problem.add_constraint(cost.collect::<Vec<_>>(), ComparisonOp::Le, 1.0);
        Prices { demands, pool, problem, of_demand, of_kind, scale, all_workers }
    }

    /// No packing earns more than its worker costs.
    fn exact(mut self, packings: &[Vec<Packing>]) -> Self {
        for (kind, packings) in self.of_kind.iter().zip(packings) {
            for packing in packings {
                let earns = self.of_demand.iter().zip(packing).filter(|(_, jobs)| **jobs > 0);
                let mut row: Vec<_> = earns.map(|(price, jobs)| (*price, f64::from(*jobs))).collect();
                row.push((*kind, -1.0));
                self.problem.add_constraint(row, ComparisonOp::Le, 0.0);
            }
        }
        self
    }

    /// The same for a superset of all packings, so that the load is a lower bound: the jobs fit
    /// resource by resource (as if a job could be cut in pieces), each need occurs at most as often
    /// as it fits alone, and at most one job needs more than half of a worker's units of a
    /// resource.
    fn bounds(mut self) -> Self {
        for (kind, worker) in self.of_kind.iter().zip(self.pool) {
            let mut costs = vec![(*kind, -1.0)];
            let mut earns: Vec<Vec<(Variable, f64)>> = self.of_demand.iter().map(|price| vec![(*price, 1.0)]).collect();
            let fits: Vec<i64> =
                self.demands.iter().map(|demand| packing::slots(&worker.capacity, demand.need)).collect();
            for (resource, &units) in worker.capacity.0.iter().enumerate().filter(|(_, units)| **units > 0) {
                let part = |at: usize| self.demands[at].need.0[resource] as f64 / units as f64;
                let (whole, alone) = (costing(&mut self.problem, &mut costs), costing(&mut self.problem, &mut costs));
                for at in (0..earns.len()).filter(|at| fits[*at] > 0) {
                    if part(at) > 0.0 {
                        earns[at].push((whole, -part(at)));
                    }
                    if part(at) > 0.5 {
                        earns[at].push((alone, -1.0));
                    }
                }
            }
            for (row, &fits) in earns.iter_mut().zip(&fits).filter(|(_, fits)| **fits > 0) {
                let share = costing(&mut self.problem, &mut costs);
                row.push((share, -1.0 / fits as f64));
            }
            for row in earns.into_iter().zip(&fits).filter(|(_, fits)| **fits > 0).map(|(row, _)| row) {
                self.problem.add_constraint(row, ComparisonOp::Le, 0.0);
            }
            self.problem.add_constraint(costs, ComparisonOp::Le, 0.0);
        }
        self
    }

    fn solve(self, is_exact: bool) -> Option<Solution> {
        let solved = self.problem.solve().ok()?.into_solution().ok()?;
        // By one worker, not by the average of all.
        let value = |variable: &Variable| solved.var_value(*variable).max(0.0) / self.all_workers;
        Some(Solution {
            load: solved.objective() * self.scale,
            prices: self.of_demand.iter().map(value).collect(),
            values: self.of_kind.iter().map(value).collect(),
            is_exact,
        })
    }
}

/// A further price that is part of the cost of a worker of the type.
fn costing(problem: &mut Problem, costs: &mut Vec<(Variable, f64)>) -> Variable {
    let variable = problem.add_var(0.0, (0.0, f64::INFINITY));
    costs.push((variable, 1.0));
    variable
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn map(units: &[i64]) -> CapacityMap {
        CapacityMap(units.into())
    }

    fn kind(units: &[i64], workers: f64) -> WorkerType {
        WorkerType { capacity: map(units), workers }
    }

    /// The load of work given as (need, work).
    fn load(demands: &[(&[i64], f64)], pool: &[WorkerType]) -> Solution {
        let needs: Vec<CapacityMap> = demands.iter().map(|(need, _)| map(need)).collect();
        let demands: Vec<Demand> =
            needs.iter().zip(demands).map(|(need, (_, work))| Demand { need, work: *work }).collect();
        let solution = solve(&demands, pool).unwrap();
        check(&solution, &demands, pool);
        solution
    }

    /// Prices are a proof by themselves: no packing earns more than its worker costs, all workers
    /// cost 1, the work is worth the load.
    fn check(solution: &Solution, demands: &[Demand], pool: &[WorkerType]) {
        let worth: f64 = demands.iter().zip(&solution.prices).map(|(demand, price)| demand.work * price).sum();
        assert!((worth - solution.load).abs() < 1e-6 * solution.load.max(1.0), "{solution:?}");
        let cost: f64 = pool.iter().zip(&solution.values).map(|(kind, value)| kind.workers * value).sum();
        assert!(cost < 1.0 + 1e-6, "{solution:?}");
        let needs: Vec<&CapacityMap> = demands.iter().map(|demand| demand.need).collect();
        for (kind, value) in pool.iter().zip(&solution.values) {
            for packing in packing::maximal(&kind.capacity, &needs, 100_000).unwrap() {
                let earns: f64 =
                    packing.iter().zip(&solution.prices).map(|(jobs, price)| f64::from(*jobs) * price).sum();
                assert!(earns < value + 1e-6, "{packing:?} of {kind:?} earns {earns}: {solution:?}");
            }
        }
    }

    #[test]
    fn one_resource_is_work_over_units() {
        let found = load(&[(&[1], 3.0)], &[kind(&[2], 2.0)]);
        assert!((found.load - 0.75).abs() < 1e-9 && found.is_exact);
        assert!((found.prices[0] - 0.25).abs() < 1e-9, "a job at a time takes a quarter of four slots");
    }

    /// Whole workers: jobs that need a whole worker take 2 of 3, and small ones 7 slots of the 4 of
    /// the last: 2 + 7/4 of 3.
    #[test]
    fn jobs_that_need_whole_workers_leave_the_rest_of_the_workers() {
        let found = load(&[(&[4], 2.0), (&[1], 7.0)], &[kind(&[4], 3.0)]);
        assert!((found.load - (2.0 + 7.0 / 4.0) / 3.0).abs() < 1e-9);
    }

    /// Jobs of 2 units on workers of 3 waste a unit each, unless small jobs fill it.
    #[test]
    fn waste_counts_where_nothing_fills_it() {
        let alone = load(&[(&[2], 0.9)], &[kind(&[3], 1.0)]);
        assert!((alone.load - 0.9).abs() < 1e-9, "the resource alone would give 60 %");
        let filled = load(&[(&[2], 0.9), (&[1], 0.9)], &[kind(&[3], 1.0)]);
        assert!((filled.load - 0.9).abs() < 1e-9);
        let more = load(&[(&[2], 0.9), (&[1], 1.2)], &[kind(&[3], 1.0)]);
        assert!((more.load - 1.0).abs() < 1e-9, "0.9 pairs of the two, and 0.3 small ones three at a time");
    }

    /// Large jobs fit only on large workers, two at a time; small ones go wherever there is room.
    /// Slots are at 65 % and memory at 47 %, but with 4.4 large ones at a time the two large
    /// workers are at 110 %.
    #[test]
    fn jobs_that_fit_on_few_workers_may_be_too_many_while_no_resource_is_full() {
        let pool = [kind(&[2, 8], 4.0), kind(&[4, 32], 2.0)];
        let few = load(&[(&[1, 2], 4.0), (&[2, 12], 3.0)], &pool);
        assert!((few.load - 0.75).abs() < 1e-9, "the small ones take the small workers: {few:?}");
        let many = load(&[(&[1, 2], 1.0), (&[2, 12], 4.4)], &pool);
        assert!((many.load - 1.1).abs() < 1e-9);
        assert!(many.values[0] < 1e-9 && many.values[1] > 0.1 && many.prices[0] < 1e-9, "{many:?}");
    }

    #[test]
    fn two_resources_on_a_worker_are_two_queues() {
        let found = load(&[(&[1, 0], 1.5), (&[0, 1], 3.21)], &[kind(&[1, 1], 3.0)]);
        assert!((found.load - 1.07).abs() < 1e-9);
        assert!(found.prices[0] < 1e-9 && (found.prices[1] - 1.0 / 3.0).abs() < 1e-9, "{found:?}");
    }

    /// 64 needs on workers of 64 have too many packings. Jobs of more than half a worker cannot
    /// share one, which the bound takes into account.
    #[test]
    fn too_many_packings_leave_a_bound() {
        let needs: Vec<CapacityMap> = (1..=64).map(|units| map(&[units])).collect();
        let work = |need: &CapacityMap| if need.0[0] == 33 { 1.5 } else { 0.01 };
        let demands: Vec<Demand> = needs.iter().map(|need| Demand { need, work: work(need) }).collect();
        let found = solve(&demands, &[kind(&[64], 2.0)]).unwrap();
        let large: f64 = needs.iter().filter(|need| need.0[0] > 32).map(work).sum();
        assert!(!found.is_exact && found.load >= large / 2.0 - 1e-9, "{} of {large} on 2", found.load);
        assert!(found.load < 1.0, "{found:?}");
    }

    #[test]
    fn loads_of_any_size_are_solved() {
        for size in [1e-9, 1e-3, 1e6] {
            let found = load(&[(&[1], size), (&[2], size)], &[kind(&[3], 1.0), kind(&[2], 20_000.0)]);
            let expected = 3.0 * size / 40_003.0;
            assert!(
                found.load >= expected * (1.0 - 1e-6) && found.load < expected * 1.001,
                "{} of {expected}",
                found.load
            );
        }
    }

    /// The smallest rho by search: with one type of worker and two needs, work (a, b) is done in
    /// the share rho of W workers if and only if (a, b) / (rho W) lies below the segment between
    /// two packings, or below one of them.
    fn by_segments(packings: &[Packing], work: [f64; 2], workers: f64) -> f64 {
        let reaches = |rho: f64| {
            let target = work.map(|work| work / (rho * workers));
            packings.iter().any(|p| {
                packings.iter().any(|q| {
                    (0..=2_000).any(|step| {
                        let share = f64::from(step) / 2_000.0;
                        (0..2).all(|k| share * f64::from(p[k]) + (1.0 - share) * f64::from(q[k]) >= target[k] - 1e-12)
                    })
                })
            })
        };
        let (mut low, mut high) = (1e-6_f64, 1e3_f64);
        for _ in 0..60 {
            let middle = (low * high).sqrt();
            if reaches(middle) { high = middle } else { low = middle }
        }
        high
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(40))]

        #[test]
        fn the_load_is_that_of_the_best_mixture_of_two_packings(
            capacity in (2..6_i64, 2..6_i64),
            needs in [(0..3_i64, 0..3_i64), (0..3_i64, 0..3_i64)],
            work in [0.1..2.0_f64, 0.1..2.0_f64],
        ) {
            prop_assume!(needs.iter().all(|need| *need != (0, 0)) && needs[0] != needs[1]);
            let maps = needs.map(|(a, b)| map(&[a, b]));
            let pool = [kind(&[capacity.0, capacity.1], 1.5)];
            let demands = [Demand { need: &maps[0], work: work[0] }, Demand { need: &maps[1], work: work[1] }];
            let found = solve(&demands, &pool).unwrap();
            check(&found, &demands, &pool);
            let packings = packing::maximal(&pool[0].capacity, &[&maps[0], &maps[1]], 1_000).unwrap();
            let tried = by_segments(&packings, work, 1.5);
            prop_assert!(found.load <= tried * (1.0 + 1e-6) && found.load >= tried * 0.995, "{} or {}", found.load, tried);
        }

        /// Several types: the exact load is at least the bound for too many packings.
        #[test]
        fn the_bound_never_exceeds_the_load(
            pool in proptest::collection::vec(((1..5_i64, 1..5_i64), 0.5..4.0_f64), 1..4),
            needs in proptest::collection::vec(((0..4_i64, 0..4_i64), 0.1..3.0_f64), 1..4),
        ) {
            let pool: Vec<WorkerType> = pool.iter().map(|((a, b), workers)| kind(&[*a, *b], *workers)).collect();
            let maps: Vec<(CapacityMap, f64)> = needs.iter().map(|((a, b), work)| (map(&[*a, *b]), *work)).collect();
            let fits = |need: &CapacityMap| pool.iter().any(|kind| (1..1_000).contains(&packing::slots(&kind.capacity, need)));
            let demands: Vec<Demand> =
                maps.iter().filter(|(need, _)| fits(need)).map(|(need, work)| Demand { need, work: *work }).collect();
            prop_assume!(!demands.is_empty());
            let exact = solve(&demands, &pool).unwrap();
            check(&exact, &demands, &pool);
            let best = single(&demands, &pool).unwrap();
            let bound = Prices::new(&demands, &pool, best.load).bounds().solve(false).unwrap();
            check(&bound, &demands, &pool);
            prop_assert!(exact.is_exact && bound.load <= exact.load * (1.0 + 1e-6), "{} above {}", bound.load, exact.load);
            prop_assert!(bound.load >= best.load * (1.0 - 1e-6), "{} below {}", bound.load, best.load);
        }
    }
}
