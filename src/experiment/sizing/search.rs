//! The search for the cheapest setting that keeps the targets.

use super::held::Levels;
use super::order::is_within;
use super::{Held, Setting, Targets, Unfit, Verdict};
use crate::stats::ReplicationStats;
use crate::warmup::{pilots, settle};
use crate::{Asked, Progress, Results, replicate};

/// The most settings cheaper than the answer that are simulated only to see that they do not keep the targets either.
const MOST_CHECKED: usize = 64;

/// What a search has come to.
#[derive(Clone, Debug)]
pub struct Sizing {
    /// Every setting that was simulated, from the cheapest to the dearest.
    pub tried: Vec<Tried>,
    /// Which of them is the answer: the cheapest that is shown to keep all targets.
    pub answer: Option<usize>,
    /// Settings cheaper than the answer (or any, without one) that were left out, as some setting with no less of anything does not keep the targets.
    pub left_out: usize,
    /// Two settings, by their places in `tried`, of which the first has no more of anything, and is shown to keep targets that the second is shown to break.
    pub anomaly: Option<(usize, usize)>,
}

/// A setting that was simulated.
#[derive(Clone, Debug)]
pub struct Tried {
    /// Its place among all settings.
    pub setting: usize,
    /// All targets, in their order.
    pub held: Vec<Held>,
    /// What they come to.
    pub verdict: Verdict,
    /// What its replications came to, without their series.
    pub results: Results,
}

impl Sizing {
    /// The dearest setting that is cheaper than the answer (or than nothing, without one), among those that were simulated.
    pub fn next_cheaper(&self) -> Option<usize> {
        self.answer.unwrap_or(self.tried.len()).checked_sub(1)
    }
}

/// InterimLooks for the cheapest of some settings that keeps the targets, on rayon's current threads.
///
/// # Errors
/// If a target is none that the settings can be held against.
pub fn size(
    settings: &[Setting],
    targets: &Targets,
    progress: &dyn Fn(u32) -> Box<dyn Progress>,
) -> Result<Sizing, Unfit> {
    let asked = settings.iter().map(|setting| targets.asked(&setting.scenario)).collect::<Result<Vec<_>, _>>()?;
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
    Tried(Box<Tried>),
}

struct Search<'a> {
    settings: &'a [Setting],
    targets: &'a Targets,
    /// By setting.
    asked: Vec<Asked>,
    known: Vec<Known>,
    /// All settings from the cheapest to the dearest; of equal cost, in the order of the grid.
    by_cost: Vec<usize>,
    progress: &'a dyn Fn(u32) -> Box<dyn Progress>,
}

impl<'a> Search<'a> {
    fn new(
        settings: &'a [Setting],
        targets: &'a Targets,
        asked: Vec<Asked>,
        progress: &'a dyn Fn(u32) -> Box<dyn Progress>,
    ) -> Search<'a> {
        let mut by_cost: Vec<usize> = (0..settings.len()).collect();
        by_cost.sort_by(|one, other| settings[*one].cost.total_cmp(&settings[*other].cost));
        let known = |setting: &Setting| if setting.is_hopeless { Known::Presumed } else { Known::Nothing };
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
            let is_ordered = self.targets.favour_supply() && self.targets.supply.contains(&true);
            let next = if is_ordered { open[open.len() / 2] } else { cheapest };
            let verdict = self.attempt(next);
            if verdict != Verdict::Met && is_ordered {
                self.presume_within(next);
            }
        }
    }

    /// What has no more of anything than a setting that does not keep the targets will not keep them either.
    fn presume_within(&mut self, failed: usize) {
        let is_within =
            |setting: usize| is_within(&self.settings[setting], &self.settings[failed], &self.targets.supply);
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
    fn attempt(&mut self, number: usize) -> Verdict {
        let mut scenario = self.settings[number].scenario.clone();
        let bar = (self.progress)(pilots(&scenario));
        settle(&mut scenario, &*bar);
        let shares = self.asked[number].shares();
        let mut outcomes: Vec<ReplicationStats> = Vec::new();
        let mut held: Vec<Held> = Vec::new();
        for look in 0..self.targets.looks.count() {
            let Some(until) = self.targets.looks.get(look) else { break };
            let numbers = outcomes.len() as u32..until;
            let progress = (self.progress)(until - numbers.start);
            outcomes.extend(
                replicate(&scenario, shares, numbers, &*progress).into_iter().map(ReplicationStats::without_series),
            );
            let now = self.held(number, &outcomes);
            // What is shown once stays shown.
            held = if held.is_empty() { now } else { held.into_iter().zip(now).map(stays).collect() };
            if Verdict::of_all(held.iter().map(|held| held.verdict)) != Verdict::Undecided {
                break;
            }
        }
        let verdict = Verdict::of_all(held.iter().map(|held| held.verdict));
        let tried = Tried { setting: number, held, verdict, results: Results::of(outcomes) };
        self.known[number] = Known::Tried(Box::new(tried));
        verdict
    }

    fn held(&self, number: usize, outcomes: &[ReplicationStats]) -> Vec<Held> {
        let Targets { conditions, level, looks, .. } = self.targets;
        let look = looks.share_of(*level);
        let kept = look / self.settings.len() as f64;
        let levels = Levels { kept, broken: kept / conditions.len().max(1) as f64, interval: looks.share_of(0.05) };
        let held = |(target, condition)| Held::of(condition, &self.asked[number].values(target, outcomes), levels);
        conditions.iter().enumerate().map(held).collect()
    }

    fn finish(self) -> Sizing {
        let mut known = self.known;
        let answered = self.by_cost.iter().position(|setting| is_met(&known[*setting])).unwrap_or(self.by_cost.len());
        let left_out =
            self.by_cost[..answered].iter().filter(|setting| !matches!(known[**setting], Known::Tried(_))).count();
        let take = |setting: &usize| match std::mem::replace(&mut known[*setting], Known::Nothing) {
            Known::Tried(tried) => Some(*tried),
            _ => None,
        };
        let tried: Vec<Tried> = self.by_cost.iter().filter_map(take).collect();
        let answer = tried.iter().position(|tried| tried.verdict == Verdict::Met);
        let anomaly = anomaly(self.settings, &tried, self.targets);
        Sizing { tried, answer, left_out, anomaly }
    }
}

fn is_met(known: &Known) -> bool {
    matches!(known, Known::Tried(tried) if tried.verdict == Verdict::Met)
}

/// The later look, with what an earlier one has shown.
fn stays((earlier, later): (Held, Held)) -> Held {
    let verdict = if earlier.verdict == Verdict::Undecided { later.verdict } else { earlier.verdict };
    Held { verdict, ..later }
}

/// A setting that keeps what one with more of something breaks.
fn anomaly(settings: &[Setting], tried: &[Tried], targets: &Targets) -> Option<(usize, usize)> {
    if !targets.favour_supply() {
        return None;
    }
    let with = |verdict: Verdict| {
        tried
            .iter()
            .enumerate()
            .filter(move |(_, tried)| tried.verdict == verdict)
            .map(|(place, tried)| (place, tried.setting))
    };
    let mut pairs = with(Verdict::Met).flat_map(|met| with(Verdict::NotMet).map(move |not_met| (met, not_met)));
    pairs
        .find(|((_, met), (_, not_met))| is_within(&settings[*met], &settings[*not_met], &targets.supply))
        .map(|((met, _), (not_met, _))| (met, not_met))
}
