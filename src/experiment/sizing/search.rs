//! The search for the cheapest setting that keeps the targets.

use super::target_test::Levels;
use super::dominance::is_within;
use super::{TargetTest, Design, Targets, UnsupportedTarget, TargetStatus};
use crate::warmup::{pilot_count, find_warm_up};
use crate::{ResolvedQuantities, Progress, Results, replicate};
use crate::stats::Outcome;

/// The most settings cheaper than the answer that are simulated only to see that they do not keep the targets either.
const MOST_CHECKED: usize = 64;

/// What a search has come to.
#[derive(Clone, Debug)]
pub struct Sizing {
    /// Every setting that was simulated, from the cheapest to the dearest.
    pub evaluated: Vec<EvaluatedDesign>,
    /// Which of them is the answer: the cheapest that is shown to keep all targets.
    pub answer: Option<usize>,
    /// Settings cheaper than the answer (or any, without one) that were left out, as some setting with no less of anything does not keep the targets.
    pub skipped: usize,
    /// Two settings, by their places in `tried`, of which the first has no more of anything, and is shown to keep targets that the second is shown to break.
    pub anomaly: Option<(usize, usize)>,
}

/// A setting that was simulated.
#[derive(Clone, Debug)]
pub struct EvaluatedDesign {
    /// Its place among all settings.
    pub setting: usize,
    /// All targets, in their order.
    pub held: Vec<TargetTest>,
    /// What they come to.
    pub verdict: TargetStatus,
    /// What its replications came to, without their series.
    pub results: Results,
}

impl Sizing {
    /// The dearest setting that is cheaper than the answer (or than nothing, without one), among those that were simulated.
    pub fn next_cheaper(&self) -> Option<usize> {
        self.answer.unwrap_or(self.evaluated.len()).checked_sub(1)
    }
}

/// Looks for the cheapest of some settings that keeps the targets, on rayon's current threads.
///
/// # Errors
/// If a target is none that the settings can be held against.
pub fn size(
    settings: &[Design],
    targets: &Targets,
    progress: &dyn Fn(u32) -> Box<dyn Progress>,
) -> Result<Sizing, UnsupportedTarget> {
    let asked = settings.iter().map(|setting| targets.resolve(&setting.scenario)).collect::<Result<Vec<_>, _>>()?;
    let mut search = Search::new(settings, targets, asked, progress);
    search.guess();
    search.check();
    Ok(search.finish())
}

/// What is known of a setting.
#[derive(Clone, Debug)]
enum Known {
    Nothing,
    /// It was not simulated, as it can hardly keep the targets.
    Presumed,
    EvaluatedDesign(Box<EvaluatedDesign>),
}

struct Search<'a> {
    settings: &'a [Design],
    targets: &'a Targets,
    /// By setting.
    asked: Vec<ResolvedQuantities>,
    known: Vec<Known>,
    /// All settings from the cheapest to the dearest; of equal cost, in the order of the grid.
    by_cost: Vec<usize>,
    progress: &'a dyn Fn(u32) -> Box<dyn Progress>,
}

impl<'a> Search<'a> {
    fn new(
        settings: &'a [Design],
        targets: &'a Targets,
        asked: Vec<ResolvedQuantities>,
        progress: &'a dyn Fn(u32) -> Box<dyn Progress>,
    ) -> Search<'a> {
        let mut by_cost: Vec<usize> = (0..settings.len()).collect();
        by_cost.sort_by(|one, other| settings[*one].cost.total_cmp(&settings[*other].cost));
        let known = |setting: &Design| if setting.is_likely_infeasible { Known::Presumed } else { Known::Nothing };
        let known = settings.iter().map(known).collect();
        Search { settings, targets, asked, known, by_cost, progress }
    }

    /// Settings cheaper than the best so far, from the cheapest on.
    fn cheaper(&self) -> Vec<usize> {
        let best = self.by_cost.iter().position(|setting| is_met(&self.known[*setting]));
        self.by_cost[..best.unwrap_or(self.by_cost.len())].to_vec()
    }

    /// Finds the answer, if more workers help.
    fn guess(&mut self) {
        loop {
            let open: Vec<usize> =
                self.cheaper().into_iter().filter(|setting| matches!(self.known[*setting], Known::Nothing)).collect();
            let Some(&cheapest) = open.first() else { return };
            // In the middle, where each outcome spares half of the rest; without an order that can be relied on, from the cheapest on.
            let is_ordered = self.targets.favour_supply() && self.targets.supply_axes.contains(&true);
            let next = if is_ordered { open[open.len() / 2] } else { cheapest };
            let verdict = self.attempt(next);
            if verdict != TargetStatus::Met && is_ordered {
                self.presume_within(next);
            }
        }
    }

    /// What has no more of anything than a setting that does not keep the targets will not keep them either.
    fn presume_within(&mut self, failed: usize) {
        let is_within =
            |setting: usize| is_within(&self.settings[setting], &self.settings[failed], &self.targets.supply_axes);
        for setting in 0..self.settings.len() {
            if matches!(self.known[setting], Known::Nothing) && is_within(setting) {
                self.known[setting] = Known::Presumed;
            }
        }
    }

    /// Simulates what was only presumed, the dearest first, as far as it is cheaper than the answer. One that keeps the targets is the new answer.
    fn check(&mut self) {
        for _ in 0..MOST_CHECKED {
            let cheaper = self.cheaper();
            let presumed = cheaper.iter().rev().find(|setting| matches!(self.known[**setting], Known::Presumed));
            let Some(&next) = presumed else { return };
            self.attempt(next);
        }
    }

    /// Simulates a setting, look by look, until it is known whether it keeps the targets.
    fn attempt(&mut self, number: usize) -> TargetStatus {
        let mut scenario = self.settings[number].scenario.clone();
        let bar = (self.progress)(pilot_count(&scenario));
        find_warm_up(&mut scenario, &*bar);
        let shares = self.asked[number].shares();
        let mut outcomes: Vec<Outcome> = Vec::new();
        let mut held: Vec<TargetTest> = Vec::new();
        for look in 0..self.targets.looks.count() {
            let Some(until) = self.targets.looks.get(look) else { break };
            let numbers = outcomes.len() as u32..until;
            let progress = (self.progress)(until - numbers.start);
            outcomes.extend(replicate(&scenario, shares, numbers, &*progress).into_iter().map(Outcome::without_series));
            let now = self.held(number, &outcomes);
            // What is shown once stays shown.
            held = if held.is_empty() { now } else { held.into_iter().zip(now).map(stays).collect() };
            if TargetStatus::of_all(held.iter().map(|held| held.status)) != TargetStatus::Undecided {
                break;
            }
        }
        let verdict = TargetStatus::of_all(held.iter().map(|held| held.status));
        let tried = EvaluatedDesign { setting: number, held, verdict, results: Results::of(outcomes) };
        self.known[number] = Known::EvaluatedDesign(Box::new(tried));
        verdict
    }

    fn held(&self, number: usize, outcomes: &[Outcome]) -> Vec<TargetTest> {
        let Targets { conditions, level, looks, .. } = self.targets;
        let look = looks.share_of(*level);
        let kept = look / self.settings.len() as f64;
        let levels = Levels { kept, broken: kept / conditions.len().max(1) as f64, interval: looks.share_of(0.05) };
        let held = |(target, condition)| TargetTest::of(condition, &self.asked[number].values(target, outcomes), levels);
        conditions.iter().enumerate().map(held).collect()
    }

    fn finish(self) -> Sizing {
        let mut known = self.known;
        let answered = self.by_cost.iter().position(|setting| is_met(&known[*setting])).unwrap_or(self.by_cost.len());
        let skipped =
            self.by_cost[..answered].iter().filter(|setting| !matches!(known[**setting], Known::EvaluatedDesign(_))).count();
        let take = |setting: &usize| match std::mem::replace(&mut known[*setting], Known::Nothing) {
            Known::EvaluatedDesign(tried) => Some(*tried),
            _ => None,
        };
        let tried: Vec<EvaluatedDesign> = self.by_cost.iter().filter_map(take).collect();
        let answer = tried.iter().position(|tried| tried.status == TargetStatus::Met);
        let anomaly = anomaly(self.settings, &tried, self.targets);
        Sizing { tried, answer, skipped, anomaly }
    }
}

fn is_met(known: &Known) -> bool {
    matches!(known, Known::EvaluatedDesign(tried) if tried.status == TargetStatus::Met)
}

/// The later look, with what an earlier one has shown.
fn stays((earlier, later): (TargetTest, TargetTest)) -> TargetTest {
    let verdict = if earlier.verdict == TargetStatus::Undecided { later.verdict } else { earlier.verdict };
    TargetTest { verdict, ..later }
}

/// A setting that keeps what one with more of something breaks.
fn anomaly(settings: &[Design], tried: &[EvaluatedDesign], targets: &Targets) -> Option<(usize, usize)> {
    if !targets.favour_supply() {
        return None;
    }
    let with = |verdict: TargetStatus| {
        tried
            .iter()
            .enumerate()
            .filter(move |(_, tried)| tried.status == verdict)
            .map(|(place, tried)| (place, tried.design))
    };
    let mut pairs = with(TargetStatus::Met).flat_map(|met| with(TargetStatus::NotMet).map(move |not_met| (met, not_met)));
    pairs
        .find(|((_, met), (_, not_met))| is_within(&settings[*met], &settings[*not_met], &targets.supply_axes))
        .map(|((met, _), (not_met, _))| (met, not_met))
}
