//! The course of a comparison: look by look, more replications of every alternative until all is
//! decided or the last look is taken.

use std::collections::BTreeMap;

use rayon::prelude::*;

use super::criteria::{Alternative, ComparisonCriteria, UnresolvedQuantity, gate_sample};
use super::difference_test::{DifferenceTests, JudgedPair, TestResult, Verdict};
use super::row::{ComparisonRow, Gate, KeyedFigures, RowKey};
use crate::expression::{Bound, Condition};
use crate::growth::QueueGrowth;
use crate::quantities::ResolvedQuantities;
use crate::replication::{Progress, Replication};
use crate::results::Results;
use crate::stats::bound_test::{BoundSample, BoundStatus, Relation, SequentialBounds};
use crate::stats::interval::critical_value_95;
use crate::stats::paired::Paired;
use crate::stats::{CensoredValue, JobScope, ReplicationStats, student};
use crate::unserved::{UnservedJobs, is_of_served};

/// The result of a comparison.
#[derive(Clone, Debug)]
pub struct Comparison {
    /// Replications of each alternative.
    pub replications: u32,
    /// Looks that were taken.
    pub looks: usize,
    /// Each alternative's own results, in their order.
    pub results: Vec<Results>,
    /// Every figure of every alternative but the baseline, against the baseline's.
    pub rows: Vec<ComparisonRow>,
    /// Each gate of each alternative, alternative by alternative.
    pub gates: Vec<Gate>,
}

impl Comparison {
    /// The judged rows, alternative by alternative, in the order of the criteria.
    pub fn judged(&self) -> impl Iterator<Item = (&ComparisonRow, TestResult)> {
        let mut judged: Vec<_> = self.rows.iter().filter_map(|row| Some((row, row.test?))).collect();
        judged.sort_by_key(|(_, test)| test.number);
        judged.into_iter()
    }

    /// The status of all gates together. `None` without gates.
    pub fn gate_status(&self) -> Option<BoundStatus> {
        (!self.gates.is_empty()).then(|| BoundStatus::of_all(self.gates.iter().map(|gate| gate.status)))
    }

    /// Whether everything is decided that replications were added for.
    pub fn is_decided(&self, criteria: &ComparisonCriteria) -> bool {
        let judged =
            !criteria.awaits_judged || self.judged().all(|(_, test)| test.verdict != Verdict::NoDifferenceShown);
        let can_decide = |gate: &Gate| gate.growth.is_none() && gate.unserved == [None, None];
        judged && self.gates.iter().all(|gate| gate.decided_at.is_some() || !can_decide(gate))
    }
}

/// A comparison in progress.
#[derive(Debug)]
pub struct SequentialComparison<'a> {
    alternatives: &'a [Alternative],
    criteria: &'a ComparisonCriteria,
    /// By alternative: the judged quantities, then those of the gates.
    quantities: Vec<ResolvedQuantities>,
    /// By alternative.
    outcomes: Vec<Vec<ReplicationStats>>,
    looks: usize,
    tests: DifferenceTests,
    gates: SequentialBounds,
    /// By gate: the look that decided it, or the last one.
    deciding: Vec<Option<GateLook<'a>>>,
}

/// A gate of an alternative in the replications of one look.
#[derive(Clone, Copy, Debug)]
struct GateLook<'a> {
    alternative: usize,
    gate: &'a Condition,
    sample: BoundSample,
    /// Whether further replications do not see the jobs that matter, either.
    is_final: bool,
    unserved: [Option<UnservedJobs>; 2],
    growth: Option<QueueGrowth>,
}

impl<'a> SequentialComparison<'a> {
    /// Begins a comparison of alternatives; one of them is the baseline.
    ///
    /// # Errors
    /// If a quantity does not exist in one of the alternatives.
    pub fn new(
        alternatives: &'a [Alternative],
        criteria: &'a ComparisonCriteria,
    ) -> Result<SequentialComparison<'a>, UnresolvedQuantity> {
        let mut quantities: Vec<ResolvedQuantities> =
            alternatives.iter().map(|alternative| criteria.resolve(alternative)).collect::<Result<_, _>>()?;
        if alternatives.iter().any(|alternative| alternative.scenario.system.has_staffing()) {
            quantities = quantities.into_iter().map(ResolvedQuantities::with_staffing).collect();
        }
        let others = alternatives.len().saturating_sub(1);
        let gates = SequentialBounds::new(others * criteria.gates.len(), criteria.looks.share_of(criteria.level));
        Ok(SequentialComparison {
            alternatives,
            criteria,
            quantities,
            outcomes: vec![Vec::new(); alternatives.len()],
            looks: 0,
            tests: DifferenceTests::new(criteria, others),
            gates,
            deciding: Vec::new(),
        })
    }

    /// The number of replications that the next look adds, over all alternatives; `None` if none is
    /// needed or allowed.
    pub fn next_replications(&self) -> Option<u32> {
        let ComparisonCriteria { looks, awaits_judged, .. } = self.criteria;
        let is_decided = self.are_gates_decided() && (!awaits_judged || self.tests.is_decided());
        let more = looks.get(self.looks)? - self.replications();
        (self.looks == 0 || !is_decided).then(|| more.saturating_mul(self.alternatives.len() as u32))
    }

    /// Whether every gate has a status, or can have none.
    fn are_gates_decided(&self) -> bool {
        let is_final = |look: &Option<GateLook>| look.is_some_and(|look| look.is_final);
        let mut gates = self.deciding.iter().enumerate();
        gates.all(|(gate, look)| self.gates.decided_at(gate).is_some() || is_final(look))
    }

    fn replications(&self) -> u32 {
        self.outcomes.first().map_or(0, |outcomes| outcomes.len() as u32)
    }

    /// Runs the replications of the next look on rayon's current threads, and decides what they
    /// show.
    pub fn look(&mut self, progress: &dyn Progress) {
        let Some(replications) = self.criteria.looks.get(self.looks) else { return };
        self.simulate(replications, progress);
        self.looks += 1;
        let judged: Vec<_> = self.judged_pairs().into_iter().map(|(_, pair)| pair).collect();
        self.tests.look(replications, &judged, self.criteria.margin);
        let looks = self.gate_looks();
        self.gates.look(replications, &looks.iter().map(|look| look.sample).collect::<Vec<_>>());
        let is_new = |number: usize| self.gates.decided_at(number).is_none_or(|at| at == replications);
        self.deciding.resize(looks.len(), None);
        for (number, look) in looks.into_iter().enumerate().filter(|(number, _)| is_new(*number)) {
            self.deciding[number] = Some(look);
        }
    }

    /// Runs the replications up to that number, of all alternatives.
    fn simulate(&mut self, replications: u32, progress: &dyn Progress) {
        let numbers = self.replications()..replications;
        let numbered = |alternative| numbers.clone().map(move |index| (alternative, index));
        let all: Vec<(usize, u32)> = (0..self.alternatives.len()).flat_map(numbered).collect();
        let one = |(alternative, index): (usize, u32)| {
            let scenario = &self.alternatives[alternative].scenario;
            let measurements = self.quantities[alternative].measurements();
            let outcome = Replication::new(scenario, u64::from(index)).measure(measurements, progress);
            (alternative, outcome.without_series())
        };
        for (alternative, outcome) in all.into_par_iter().map(one).collect::<Vec<_>>() {
            self.outcomes[alternative].push(outcome);
        }
    }

    /// The numbers of all alternatives but the baseline.
    fn others(&self) -> impl Iterator<Item = usize> + use<> {
        let baseline = self.criteria.baseline;
        (0..self.alternatives.len()).filter(move |alternative| *alternative != baseline)
    }

    /// The values of a quantity by its number, the baseline's and an alternative's.
    fn values(&self, number: usize, alternative: usize) -> [Vec<Option<CensoredValue>>; 2] {
        [self.criteria.baseline, alternative].map(|of| self.quantities[of].values(number, &self.outcomes[of]))
    }

    /// All judged quantities, alternative by alternative.
    fn judged_pairs(&self) -> Vec<(usize, JudgedPair<'a>)> {
        let of = |alternative: usize| {
            let is_identical = self.is_identical(alternative);
            self.criteria.judged.iter().enumerate().map(move |(number, quantity)| {
                let [baseline, values] = self.values(number, alternative);
                let unserved = self.unserved(number, alternative);
                let is_blind = unserved.iter().flatten().any(UnservedJobs::loses_too_many);
                let leaves_too_many = unserved.map(|jobs| jobs.is_some_and(|jobs| jobs.leaves_too_many()));
                let paired = Paired::of(&baseline, &values);
                let hours = self.quantities[alternative].hours(number, &self.outcomes[alternative]).len();
                let parts = hours.max(1) as f64;
                (alternative, JudgedPair { quantity, paired, parts, is_blind, leaves_too_many, is_identical })
            })
        };
        self.others().flat_map(of).collect()
    }

    /// The sample of a gate on the worst hour. With a fixed bound every hour has to keep it;
    /// against a baseline the worst hours of both are compared, corrected for the number of hours.
    fn with_hours(&self, number: usize, alternative: usize, gate: &Condition, worst: BoundSample) -> BoundSample {
        let hours = self.quantities[alternative].hours(number, &self.outcomes[alternative]);
        let judged: Vec<_> = hours.iter().filter(|hour| hour.is_judged()).collect();
        match gate.bound {
            _ if judged.is_empty() => worst,
            Bound::Value(bound) => {
                let parts = judged.iter().map(|hour| BoundSample::of_value(&hour.values, gate.relation, bound));
                worst.with_parts(&parts.collect::<Vec<_>>())
            }
            Bound::Difference(_) | Bound::Relative(_) => worst.corrected(judged.len()),
        }
    }

    /// Whether an alternative has the baseline's figures of jobs in every replication.
    fn is_identical(&self, alternative: usize) -> bool {
        let figures = |of: usize| {
            let outcomes = self.outcomes[of].iter();
            outcomes.flat_map(|outcome| outcome.metrics.iter().filter(|figure| figure.metric.action != JobScope::None))
        };
        figures(self.criteria.baseline).eq(figures(alternative))
    }

    /// The jobs of baseline and alternative that a quantity does not see; those that leave
    /// unclaimed count where no gate bounds their share.
    fn unserved(&self, number: usize, alternative: usize) -> [Option<UnservedJobs>; 2] {
        [self.criteria.baseline, alternative].map(|of| {
            let (quantities, judged) = (&self.quantities[of], self.criteria.judged.len());
            let gates = self.criteria.gates.iter().zip(judged..).map(|(gate, number)| (gate, quantities.get(number)));
            UnservedJobs::unseen_by(quantities.get(number), &self.outcomes[of], gates)
        })
    }

    /// All gates, alternative by alternative.
    fn gate_looks(&self) -> Vec<GateLook<'a>> {
        let of = |alternative: usize| {
            let is_identical = self.is_identical(alternative);
            let scenario = &self.alternatives[alternative].scenario;
            let growth = QueueGrowth::without_end(scenario, &self.outcomes[alternative]);
            self.criteria.gates.iter().enumerate().map(move |(number, gate)| {
                let number = self.criteria.judged.len() + number;
                let [baseline, values] = self.values(number, alternative);
                let sample = self.with_hours(number, alternative, gate, gate_sample(gate, &baseline, &values));
                let unserved = self.unserved(number, alternative);
                let is_fixed = matches!(gate.bound, Bound::Value(_));
                // A fixed bound is not of the baseline.
                let unserved = if is_fixed { [None, unserved[1]] } else { unserved };
                let is_blind = unserved.iter().flatten().any(UnservedJobs::loses_too_many);
                let leaves_too_many = unserved[1].is_some_and(|jobs| jobs.leaves_too_many());
                let of_served = is_of_served(self.quantities[alternative].get(number));
                let growth = growth.filter(|_| is_fixed && of_served);
                let is_equal = is_identical && !is_fixed && sample.is_exact;
                let (sample, is_final) = if is_blind {
                    (sample.undecidable(), true)
                } else if leaves_too_many || growth.is_some() {
                    (sample.not_shown_kept(), self.gates.shows_kept(&sample))
                } else if is_equal && allows_equal(gate) {
                    (sample.surely_kept(), true)
                } else {
                    (sample, false)
                };
                GateLook { alternative, gate, sample, is_final, unserved, growth }
            })
        };
        self.others().flat_map(of).collect()
    }

    /// The result.
    pub fn finish(mut self) -> Comparison {
        let mut point = points(self.criteria.looks.share_of(self.criteria.level));
        let deciding = self.deciding.iter().flatten().enumerate();
        let gates = deciding.map(|(number, look)| self.gate(number, look)).collect();
        let judged = self.judged_rows(&mut point);
        let (replications, looks) = (self.replications(), self.looks);
        let mut results: Vec<Results> = std::mem::take(&mut self.outcomes).into_iter().map(Results::of).collect();
        for results in &mut results {
            widen(results, &mut point);
        }
        let mut rows = self.all_rows(&results, &mut point);
        for judged in judged {
            match rows.iter_mut().find(|row| row.alternative == judged.alternative && row.key == judged.key) {
                Some(row) => *row = judged,
                None => rows.push(judged),
            }
        }
        rows.sort_by_key(|row| row.alternative);
        Comparison { replications, looks, results, rows, gates }
    }

    fn gate(&self, number: usize, look: &GateLook) -> Gate {
        let GateLook { alternative, gate, sample, unserved, growth, .. } = *look;
        let status = self.gates.status(number);
        // Where the value does not see jobs that matter, an interval would show what is not shown.
        let agrees = |ends: &(f64, f64)| status != BoundStatus::Undecided || ends.0 <= 0.0 && 0.0 <= ends.1;
        Gate {
            alternative,
            condition: gate.clone(),
            baseline: sample.baseline,
            value: sample.value.mean,
            is_exact: sample.is_exact,
            bound: sample.bound,
            beyond: sample.excess.exact_mean(),
            interval: sample.excess_interval(self.gates.levels(gate.relation, &sample)).filter(agrees),
            p_kept: sample.p_kept,
            p_broken: sample.p_broken,
            status,
            decided_at: self.gates.decided_at(number),
            replications: sample.value.count,
            missing: sample.missing,
            unserved,
            growth,
        }
    }

    fn judged_rows(&self, point: &mut impl FnMut(u64) -> f64) -> Vec<ComparisonRow> {
        let baseline = self.criteria.baseline;
        let (resolved, system) = (&self.quantities[baseline], &self.alternatives[baseline].scenario.system);
        let row = |(number, (alternative, pair)): (usize, (usize, JudgedPair))| {
            let (quantity_number, quantity) = (number % self.criteria.judged.len(), pair.quantity);
            let key = RowKey::of_quantity(quantity, resolved.get(quantity_number), system);
            let row = ComparisonRow::new(alternative, key, quantity.unit(), &pair.paired, point);
            let [interval, relative_interval] = self.tests.intervals(number);
            ComparisonRow {
                test: Some(self.tests.result(number)),
                interval: interval.filter(|(low, high)| (high - low).is_finite()),
                relative_interval: relative_interval.map(|(low, high)| (low.max(-1.0), high)),
                unserved: self.unserved(quantity_number, alternative),
                ..row
            }
        };
        self.judged_pairs().into_iter().enumerate().map(row).collect()
    }

    fn all_rows(&self, results: &[Results], point: &mut impl FnMut(u64) -> f64) -> Vec<ComparisonRow> {
        let figures = |of: usize| KeyedFigures::of(&results[of], &self.alternatives[of].scenario.system);
        let baseline = figures(self.criteria.baseline);
        self.others().flat_map(|other| baseline.rows_of(other, &figures(other), point)).collect()
    }
}

/// Whether an alternative keeps a gate if it is equal to the baseline.
fn allows_equal(gate: &Condition) -> bool {
    match (gate.bound, gate.relation) {
        (Bound::Value(_), _) => false,
        (Bound::Difference(more) | Bound::Relative(more), Relation::AtMost) => more >= 0.0,
        (Bound::Difference(more) | Bound::Relative(more), Relation::AtLeast) => more <= 0.0,
    }
}

/// Points of Student's t distribution for intervals at a level; each is computed once.
fn points(level: f64) -> impl FnMut(u64) -> f64 {
    let mut known = BTreeMap::new();
    move |freedom| *known.entry(freedom).or_insert_with(|| student::critical_value(level / 2.0, freedom))
}

/// Makes the intervals of a summary valid at whatever look the replications end.
fn widen(results: &mut Results, point: &mut impl FnMut(u64) -> f64) {
    for estimate in results.summary.iter_mut().map(|row| &mut row.estimate) {
        if let (Some(value), Some((low, high))) = (estimate.value, estimate.interval) {
            let freedom = estimate.replications - 1;
            let half = (high - low) / 2.0 * (point(freedom) / critical_value_95(freedom));
            estimate.interval = Some((value - half, value + half));
        }
    }
}
