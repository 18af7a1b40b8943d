//! The search for the cheapest design that meets the targets.

use super::target::{Design, TargetLook, TargetTest, Targets, UnsupportedTarget};
use crate::quantities::ResolvedQuantities;
use crate::replicate::replicate;
use crate::replication::Progress;
use crate::results::Results;
use crate::stats::bound_test::{BoundStatus, SequentialBounds};
use crate::stats::paired::Paired;
use crate::stats::sample::Sample;
use crate::stats::{CensoredValue, Measure, ReplicationStats};
use crate::warmup::{find_warm_up, pilot_count};

/// The maximum number of designs cheaper than the answer that are simulated only to check that they
/// fail too.
const MAX_CHECKED: usize = 64;

/// A design is shown to cost more than another at this level.
const COST_LEVEL: f64 = 0.05;

/// The result of a search.
#[derive(Clone, Debug)]
pub struct Sizing {
    /// Every design that was simulated, by increasing cost.
    pub evaluated: Vec<EvaluatedDesign>,
    /// Index of the answer: the cheapest design that is shown to keep all targets.
    pub answer: Option<usize>,
    /// Designs cheaper than the answer (or any, without an answer) that were not simulated because
    /// a design that dominates them fails.
    pub skipped: usize,
    /// Indices of two evaluated designs that contradict each other: the first is shown to keep
    /// targets that the second is shown to break, although the second dominates it.
    pub anomaly: Option<(usize, usize)>,
    /// Where costs are measured: designs that keep the targets, too, and are not shown to cost more
    /// than the answer.
    pub as_cheap: Vec<usize>,
    /// Among the evaluated designs, the costliest that is cheaper than the answer, or the costliest
    /// of all without an answer.
    pub next_cheaper: Option<usize>,
}

/// A design that was simulated.
#[derive(Clone, Debug)]
pub struct EvaluatedDesign {
    /// Its index among all designs.
    pub design: usize,
    /// Its cost: by its settings, or the mean of the measured costs of its replications.
    pub cost: f64,
    /// All targets, in their order.
    pub tests: Vec<TargetTest>,
    /// The status of all targets together.
    pub status: BoundStatus,
    /// The results of its replications, without their series.
    pub results: Results,
}

/// Searches the cheapest design that meets the targets, on rayon's current threads.
///
/// # Errors
/// If the designs cannot be tested against one of the targets.
pub fn size(designs: &[Design], targets: &Targets, progress: &DesignProgress<'_>) -> Result<Sizing, UnsupportedTarget> {
    let quantities = designs.iter().map(|design| targets.resolve(&design.scenario)).collect::<Result<_, _>>()?;
    let mut by_cost: Vec<usize> = (0..designs.len()).collect();
    by_cost.sort_by(|one, other| designs[*one].cost.total_cmp(&designs[*other].cost));
    let known = |design: &Design| if design.is_likely_infeasible { Known::Presumed } else { Known::Nothing };
    let known = designs.iter().map(known).collect();
    let mut search = Search { designs, targets, quantities, known, by_cost, progress };
    if targets.measured_cost.is_some() {
        (0..designs.len()).for_each(|design| _ = search.evaluate(design));
    } else {
        search.guess();
        search.check();
    }
    Ok(search.finish())
}

/// The measured cost of each replication.
fn costs(results: &Results, measure: Measure) -> Vec<Option<CensoredValue>> {
    let value = |outcome: &ReplicationStats| {
        outcome.metrics.iter().find(|metric| metric.metric.measure == measure).and_then(|metric| metric.value)
    };
    results.replications.iter().map(value).collect()
}

/// Makes the progress of a number of replications of the design with a number.
pub type DesignProgress<'a> = dyn Fn(usize, u32) -> Box<dyn Progress> + 'a;

/// What the search knows about a design.
#[derive(Clone, Debug)]
enum Known {
    Nothing,
    /// It was not simulated, as it has little chance to keep the targets.
    Presumed,
    Evaluated(Box<EvaluatedDesign>),
}

impl Known {
    fn is_kept(&self) -> bool {
        matches!(self, Known::Evaluated(design) if design.status == BoundStatus::Kept)
    }
}

struct Search<'a> {
    designs: &'a [Design],
    targets: &'a Targets,
    /// By design.
    quantities: Vec<ResolvedQuantities>,
    known: Vec<Known>,
    /// All designs by increasing cost; of equal cost, in the order of the grid.
    by_cost: Vec<usize>,
    progress: &'a DesignProgress<'a>,
}

impl Search<'_> {
    /// Designs cheaper than the best so far, by increasing cost.
    fn cheaper(&self) -> &[usize] {
        let best = self.by_cost.iter().position(|design| self.known[*design].is_kept());
        &self.by_cost[..best.unwrap_or(self.by_cost.len())]
    }

    /// Finds the answer, if more workers help.
    fn guess(&mut self) {
        loop {
            let is_open = |design: &usize| matches!(self.known[*design], Known::Nothing);
            let open: Vec<usize> = self.cheaper().iter().copied().filter(is_open).collect();
            let Some(&cheapest) = open.first() else { return };
            // In the middle, where each result saves half of the rest; without a reliable order,
            // from the cheapest on.
            let is_ordered = self.targets.favour_supply() && self.targets.supply_axes.contains(&true);
            let next = if is_ordered { open[open.len() / 2] } else { cheapest };
            let status = self.evaluate(next);
            if status != BoundStatus::Kept && is_ordered {
                self.presume_dominated(next);
            }
        }
    }

    /// Presumes that the designs dominated by one that fails the targets fail them, too.
    fn presume_dominated(&mut self, failed: usize) {
        let failed = &self.designs[failed];
        for (known, design) in self.known.iter_mut().zip(self.designs) {
            if matches!(known, Known::Nothing) && failed.dominates(design, &self.targets.supply_axes) {
                *known = Known::Presumed;
            }
        }
    }

    /// Simulates the presumed designs that are cheaper than the answer, the costliest first. One
    /// that meets the targets is the new answer.
    fn check(&mut self) {
        for _ in 0..MAX_CHECKED {
            let mut costliest_first = self.cheaper().iter().rev();
            let presumed = costliest_first.find(|design| matches!(self.known[**design], Known::Presumed));
            let Some(&next) = presumed else { return };
            self.evaluate(next);
        }
    }

    /// Simulates a design, look by look, until the status of its targets is decided.
    fn evaluate(&mut self, number: usize) -> BoundStatus {
        let Targets { conditions, level, looks, .. } = self.targets;
        let mut scenario = self.designs[number].scenario.clone();
        let bar = (self.progress)(number, pilot_count(&scenario));
        find_warm_up(&mut scenario, &*bar);
        let quantities = &self.quantities[number];
        let mut bounds = SequentialBounds::new(conditions.len(), looks.share_of(*level) / self.designs.len() as f64);
        let mut outcomes: Vec<ReplicationStats> = Vec::new();
        // By target: the look that decided it, or the last one.
        let mut deciding: Vec<TargetLook> = Vec::new();
        for until in (0..looks.count()).filter_map(|look| looks.get(look)) {
            let numbers = outcomes.len() as u32..until;
            let progress = (self.progress)(number, until - numbers.start);
            let more = replicate(&scenario, quantities.measurements(), numbers, &*progress);
            outcomes.extend(more.into_iter().map(ReplicationStats::without_series));
            let looks = self.targets.look(&scenario, quantities, &outcomes, &bounds);
            deciding.resize(looks.len(), looks[0].clone());
            for (target, look) in looks.iter().enumerate().filter(|(target, _)| bounds.decided_at(*target).is_none()) {
                deciding[target] = look.clone();
            }
            bounds.look(until, &looks.iter().map(|look| look.sample).collect::<Vec<_>>());
            if bounds.overall() != BoundStatus::Undecided || looks.iter().any(|look| look.is_final) {
                break;
            }
        }
        let tests =
            deciding.iter().enumerate().map(|(target, look)| self.targets.test(target, look, &bounds)).collect();
        let (status, results) = (bounds.overall(), Results::of(outcomes));
        let mean = |measure| Sample::of(costs(&results, measure).iter().flatten().map(|cost| cost.lower)).mean;
        let cost = self.targets.measured_cost.and_then(mean).unwrap_or(self.designs[number].cost);
        let evaluated = EvaluatedDesign { design: number, cost, tests, status, results };
        self.known[number] = Known::Evaluated(Box::new(evaluated));
        status
    }

    fn finish(mut self) -> Sizing {
        let is_skipped = |design: &&usize| !matches!(self.known[**design], Known::Evaluated(_));
        let skipped = self.cheaper().iter().filter(is_skipped).count();
        let take = |design: &usize| match std::mem::replace(&mut self.known[*design], Known::Nothing) {
            Known::Evaluated(design) => Some(*design),
            _ => None,
        };
        let mut evaluated: Vec<EvaluatedDesign> = self.by_cost.iter().filter_map(take).collect();
        evaluated.sort_by(|one, other| one.cost.total_cmp(&other.cost));
        let answer = evaluated.iter().position(|design| design.status == BoundStatus::Kept);
        let anomaly = anomaly(self.designs, &evaluated, self.targets);
        let most = answer.map_or(f64::INFINITY, |answer| evaluated[answer].cost);
        let next_cheaper = evaluated.iter().rposition(|design| design.cost < most);
        let as_cheap = match (answer, self.targets.measured_cost) {
            (Some(answer), Some(measure)) => as_cheap(&evaluated, answer, measure),
            _ => Vec::new(),
        };
        Sizing { evaluated, answer, skipped, anomaly, as_cheap, next_cheaper }
    }
}

/// The other designs that keep the targets whose costs, replication by replication, are not shown
/// to be above those of the answer.
fn as_cheap(evaluated: &[EvaluatedDesign], answer: usize, measure: Measure) -> Vec<usize> {
    let of_answer = costs(&evaluated[answer].results, measure);
    let is_as_cheap = |design: &&EvaluatedDesign| {
        let difference = Paired::of(&of_answer, &costs(&design.results, measure)).difference();
        !difference.p_greater().is_some_and(|p| p <= COST_LEVEL)
    };
    let kept =
        evaluated.iter().enumerate().filter(|(place, found)| *place != answer && found.status == BoundStatus::Kept);
    kept.filter(|(_, design)| is_as_cheap(design)).map(|(place, _)| place).collect()
}

/// A design that keeps what another breaks that dominates it.
fn anomaly(designs: &[Design], evaluated: &[EvaluatedDesign], targets: &Targets) -> Option<(usize, usize)> {
    if !targets.favour_supply() {
        return None;
    }
    let with = |status| evaluated.iter().enumerate().filter(move |(_, found)| found.status == status);
    let pairs = with(BoundStatus::Kept).flat_map(|kept| with(BoundStatus::Broken).map(move |broken| (kept, broken)));
    let design = |found: &EvaluatedDesign| &designs[found.design];
    let contradicts = |(kept, broken): (&EvaluatedDesign, &EvaluatedDesign)| {
        design(broken).dominates(design(kept), &targets.supply_axes)
    };
    let mut contradictions = pairs.filter(|((_, kept), (_, broken))| contradicts((kept, broken)));
    contradictions.next().map(|((kept, _), (broken, _))| (kept, broken))
}
