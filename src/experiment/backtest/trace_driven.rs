//! The trace-driven half of a backtest: observed jobs through the modelled workers and policy, and
//! simulated against observed waits of the same jobs.

use rayon::prelude::*;

use super::blocks::{BlockKind, Blocks};
use super::bootstrap::{
    BlockSum, DRAWS, FEW_DRAWS, MeanDifference, SortedWaits, mean_difference, quantile_differences, quantiles,
};
use super::local_time::LocalHours;
use super::replay::{Replay, seconds};
use super::verdict::{BacktestVerdict, LEVEL, Tolerance};
use crate::model::action::ActionId;
use crate::model::time::Time;
use crate::random::stream::{Purpose, Streams};
use crate::replication::{Progress, Replication};
use crate::stats::{JobScope, Statistic};

/// The statistics that are compared beside the mean.
const QUANTILES: [(Statistic, f64); 5] = [
    (Statistic::P50, 0.5),
    (Statistic::P90, 0.9),
    (Statistic::P95, 0.95),
    (Statistic::P99, 0.99),
    (Statistic::Max, 1.0),
];
/// Waits of this many simulated jobs are kept for quantiles, those of one replication at least.
const KEPT_WAITS: usize = 50_000;
/// Of more than this share of jobs that a simulation has not started when their waits stop
/// counting, the simulated waits are too small to be called right.
const MOST_CUT: f64 = 0.01;
/// The points of a QQ chart.
const QQ_POINTS: usize = 200;

/// Simulated against observed waits of the same jobs.
#[derive(Clone, Debug)]
pub struct TraceDriven {
    /// The number of replications; 1 if nothing in the replay is random.
    pub replications: u32,
    /// What was resampled.
    pub blocks: BlockKind,
    /// The number of blocks.
    pub block_count: usize,
    /// Of all jobs, then of each action that has any.
    pub scopes: Vec<WaitComparison>,
}

/// The waits of some jobs, in seconds.
#[derive(Clone, Debug)]
pub struct WaitComparison {
    /// Which jobs.
    pub jobs: JobScope,
    /// Their number.
    pub count: usize,
    /// The share of jobs that a replication has not started by then either, on average.
    pub cut: f64,
    /// Mean, quantiles and maximum.
    pub figures: Vec<WaitFigure>,
    /// Means by hour of the day, from 0, and by day of the week, from Monday; those with jobs.
    pub by_hour: Vec<(usize, WaitFigure)>,
    /// See `by_hour`.
    pub by_weekday: Vec<(usize, WaitFigure)>,
    /// The difference of means that does not matter, in seconds.
    pub tolerance: f64,
    /// The p-value of "the means are equal", before and after the correction for several actions.
    pub p: Option<f64>,
    /// See `p`.
    pub adjusted_p: Option<f64>,
    /// `None` for all jobs, where there are several actions.
    pub verdict: Option<BacktestVerdict>,
    /// Quantiles of observed and of simulated waits, from the least.
    pub quantile_pairs: Vec<(f64, f64)>,
}

/// A statistic of waits, in seconds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct WaitFigure {
    /// Which one.
    pub statistic: Statistic,
    /// The number of jobs.
    pub count: usize,
    /// Of the history.
    pub observed: f64,
    /// The mean over replications.
    pub simulated: f64,
    /// The 95 % interval of simulated - observed; `None` with too few blocks.
    pub difference: Option<(f64, f64)>,
}

impl WaitComparison {
    /// The mean.
    pub fn mean(&self) -> &WaitFigure {
        &self.figures[0]
    }
}

/// All replications, combined in their order.
struct Simulated {
    replications: u32,
    /// By job: the sum of its waits, in nanoseconds.
    sums: Vec<i128>,
    /// The waits of the first replications.
    kept: Vec<Vec<i64>>,
    /// By replication and scope: mean and quantiles.
    figures: Vec<Vec<[f64; 1 + QUANTILES.len()]>>,
    /// By scope: jobs whose waits were cut, in all replications.
    cut: Vec<usize>,
}

/// The jobs that are compared: all of them, or those of one action.
struct Scope {
    jobs: JobScope,
    /// Their numbers.
    members: Vec<usize>,
}

/// Simulates a replay and compares the jobs that fall due at `from` or later.
pub(super) fn compare(
    replay: &Replay,
    hours: &LocalHours,
    from: Time,
    tolerance: Tolerance,
    replications: u32,
    progress: &dyn Progress,
) -> TraceDriven {
    let scopes = scopes(replay, from);
    let simulated = simulate(replay, &scopes, replications, progress);
    let n = f64::from(simulated.replications);
    let difference = |job: usize| (simulated.sums[job] as f64 / n - replay.jobs[job].observed.0 as f64) / 1e9;
    let all = &scopes[0].members;
    let due: Vec<Time> = all.iter().map(|job| replay.jobs[*job].due).collect();
    let ends: Vec<Time> = all.iter().map(|job| replay.jobs[*job].end).collect();
    let days: Vec<i64> = due.iter().map(|at| hours.day(*at)).collect();
    let differences: Vec<f64> = all.iter().map(|job| difference(*job)).collect();
    let blocks = Blocks::new(&due, &ends, &days, &differences);
    // By job, for look-ups; jobs before `from` are in no block.
    let first = all.first().copied().unwrap_or(0);
    let context = Context { replay, hours, blocks: &blocks, first, simulated: &simulated, tolerance };
    let scopes = scopes.par_iter().enumerate().map(|(number, scope)| context.comparison(number, scope, &difference));
    TraceDriven {
        replications: simulated.replications,
        blocks: blocks.kind,
        block_count: blocks.count,
        scopes: scopes.collect(),
    }
}

/// All jobs from an instant on, then those of each action. Jobs are in order of due time.
fn scopes(replay: &Replay, from: Time) -> Vec<Scope> {
    let first = replay.first_from(from);
    let mut scopes = vec![Scope { jobs: JobScope::All, members: (first..replay.jobs.len()).collect() }];
    let mut by_action = vec![Vec::new(); replay.scenario.system.actions.len()];
    for job in first..replay.jobs.len() {
        by_action[usize::from(replay.jobs[job].action.0)].push(job);
    }
    let of_action =
        |(action, members): (usize, Vec<usize>)| Scope { jobs: JobScope::One(ActionId(action as u16)), members };
    scopes.extend(by_action.into_iter().enumerate().map(of_action).filter(|scope| !scope.members.is_empty()));
    scopes
}

/// Runs the replications in groups, so that the waits of few of them are in memory at a time.
fn simulate(replay: &Replay, scopes: &[Scope], replications: u32, progress: &dyn Progress) -> Simulated {
    let waits = |index: u32| {
        let mut observer = replay.observer();
        Replication::new(&replay.scenario, u64::from(index)).observe(progress, &mut observer);
        observer.waits(&replay.jobs)
    };
    let jobs = replay.jobs.len();
    let kept = (KEPT_WAITS / jobs.max(1)).clamp(1, 10);
    let mut all = Simulated {
        replications: 0,
        sums: vec![0; jobs],
        kept: Vec::new(),
        figures: Vec::new(),
        cut: vec![0; scopes.len()],
    };
    let group = rayon::current_num_threads().max(2) as u32;
    // The first two tell whether anything is random.
    let replications = replications.max(2);
    while all.replications < replications {
        let size = if all.replications == 0 { 2 } else { group };
        let to = all.replications.saturating_add(size).min(replications);
        let of_group: Vec<_> = (all.replications..to)
            .into_par_iter()
            .map(|index| {
                let waits = waits(index);
                let figures: Vec<_> = scopes.iter().map(|scope| figures(replay, scope, &waits)).collect();
                (waits, figures)
            })
            .collect();
        let is_fixed = all.replications == 0 && of_group.len() == 2 && of_group[0].0 == of_group[1].0;
        for (waits, figures) in of_group.into_iter().take(if is_fixed { 1 } else { usize::MAX }) {
            all.sums.iter_mut().zip(&waits).for_each(|(sum, wait)| *sum += i128::from(*wait));
            all.figures.push(figures.iter().map(|(figures, _)| *figures).collect());
            all.cut.iter_mut().zip(&figures).for_each(|(sum, (_, cut))| *sum += cut);
            if all.kept.len() < kept {
                all.kept.push(waits);
            }
            all.replications += 1;
        }
        if is_fixed {
            break;
        }
    }
    all
}

/// Mean and quantiles of the waits of a scope in one replication, and the number that were cut.
fn figures(replay: &Replay, scope: &Scope, waits: &[i64]) -> ([f64; 1 + QUANTILES.len()], usize) {
    let mut sorted: Vec<i64> = scope.members.iter().map(|job| waits[*job]).collect();
    let is_cut = |job: &&usize| {
        let of = &replay.jobs[**job];
        waits[**job] >= of.cap.0 && of.observed < of.cap
    };
    let cut = scope.members.iter().filter(is_cut).count();
    sorted.sort_unstable();
    let mean = sorted.iter().map(|wait| i128::from(*wait)).sum::<i128>() as f64 / sorted.len().max(1) as f64 / 1e9;
    let mut figures = [mean; 1 + QUANTILES.len()];
    for (figure, (_, share)) in figures[1..].iter_mut().zip(QUANTILES) {
        *figure = seconds(quantile_of(&sorted, share));
    }
    (figures, cut)
}

/// The least value that at least this share of sorted values does not exceed.
fn quantile_of(sorted: &[i64], share: f64) -> i64 {
    let rank = (share * sorted.len() as f64).ceil() as usize;
    sorted.get(rank.max(1) - 1).or(sorted.last()).copied().unwrap_or(0)
}

/// What the comparison of a scope looks at.
struct Context<'a> {
    replay: &'a Replay,
    hours: &'a LocalHours,
    blocks: &'a Blocks,
    /// The first job that has a block.
    first: usize,
    simulated: &'a Simulated,
    tolerance: Tolerance,
}

impl Context<'_> {
    fn block(&self, job: usize) -> u32 {
        self.blocks.of[job - self.first]
    }

    fn comparison(&self, number: usize, scope: &Scope, difference: &impl Fn(usize) -> f64) -> WaitComparison {
        let (replay, n) = (self.replay, f64::from(self.simulated.replications));
        let observed = |job: &usize| replay.jobs[*job].observed.as_secs_f64();
        let streams = Streams::new(replay.scenario.seed, 0);
        let mut stream = streams.family(Purpose::Bootstrap, "waits").member(number as u64, 0);
        let mut means = |members: &mut dyn Iterator<Item = usize>, draws: usize| {
            let mut sums: Vec<BlockSum> = vec![(0.0, 0.0); self.blocks.count];
            let (mut of_history, mut count) = (0.0, 0_usize);
            for job in members {
                let sum = &mut sums[self.block(job) as usize];
                (sum.0, sum.1) = (sum.0 + difference(job), sum.1 + 1.0);
                of_history += observed(&job);
                count += 1;
            }
            let found = mean_difference(&sums, draws, &mut stream)?;
            let observed = of_history / count as f64;
            let figure = WaitFigure {
                statistic: Statistic::Mean,
                count,
                observed,
                simulated: observed + found.mean,
                difference: found.interval,
            };
            Some((figure, found))
        };
        let (mean, found) = means(&mut scope.members.iter().copied(), DRAWS).expect("a scope has jobs");
        let mut parts = |of: &dyn Fn(usize) -> usize, size: usize| -> Vec<(usize, WaitFigure)> {
            let part = |part: usize| {
                let mut members = scope.members.iter().copied().filter(|job| of(*job) == part);
                Some((part, means(&mut members, FEW_DRAWS)?.0))
            };
            (0..size).filter_map(part).collect()
        };
        let by_hour = parts(&|job| self.hours.hour(replay.jobs[job].due), 24);
        let by_weekday = parts(&|job| self.hours.weekday(replay.jobs[job].due), 7);
        let tolerance = self.tolerance.seconds(mean.observed);
        let mut figures = vec![mean];
        let (quantiles, quantile_pairs) = self.quantiles(number, scope);
        figures.extend(quantiles);
        WaitComparison {
            jobs: scope.jobs,
            count: scope.members.len(),
            cut: self.simulated.cut[number] as f64 / n / scope.members.len() as f64,
            figures,
            by_hour,
            by_weekday,
            tolerance,
            p: self.p(number, mean.observed, &found),
            adjusted_p: None,
            verdict: None,
            quantile_pairs,
        }
    }

    /// The p-value of equal means.
    ///
    /// If the model is right, the history's mean is one more draw beside those of the replications,
    /// as all of them have the same arrivals and service times. So its rank among them gives an
    /// exact p-value (Barnard, 1963; Besag and Clifford, 1991). The bootstrap over blocks alone
    /// would reject too often where blocks are few. The larger of the two p-values counts.
    fn p(&self, number: usize, observed: f64, found: &MeanDifference) -> Option<f64> {
        let simulated: Vec<f64> = self.simulated.figures.iter().map(|scopes| scopes[number][0]).collect();
        if simulated.len() == 1 {
            return found.p;
        }
        // A mean of whole nanoseconds and one of differences may differ in the last digits.
        let close = 1e-9 * (1.0 + observed.abs());
        let not_above = simulated.iter().filter(|mean| **mean <= observed + close).count();
        let not_below = simulated.iter().filter(|mean| **mean >= observed - close).count();
        let rank = (2 * (1 + not_above.min(not_below))) as f64 / (simulated.len() + 1) as f64;
        found.p.map(|p| p.max(rank.min(1.0)))
    }

    /// The figures of quantiles, and the points of a QQ chart.
    fn quantiles(&self, number: usize, scope: &Scope) -> (Vec<WaitFigure>, Vec<(f64, f64)>) {
        let with_block = |wait: i64, job: usize| (seconds(wait), self.block(job));
        let sorted = |mut waits: SortedWaits| {
            waits.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
            waits
        };
        let observed = scope.members.iter().map(|job| with_block(self.replay.jobs[*job].observed.0, *job)).collect();
        let observed = sorted(observed);
        let pooled =
            self.simulated.kept.iter().flat_map(|waits| scope.members.iter().map(|job| with_block(waits[*job], *job)));
        let pooled = sorted(pooled.collect());
        let shares = QUANTILES.map(|(_, share)| share);
        let streams = Streams::new(self.replay.scenario.seed, 0);
        let mut stream = streams.family(Purpose::Bootstrap, "quantiles").member(number as u64, 0);
        let intervals = quantile_differences(&observed, &pooled, self.blocks.count, &shares, &mut stream);
        let values = quantiles(&observed, |_| 1, &shares).unwrap_or_default();
        let n = f64::from(self.simulated.replications);
        let figure = |(at, (statistic, _)): (usize, (Statistic, f64))| WaitFigure {
            statistic,
            count: scope.members.len(),
            observed: values[at],
            simulated: self.simulated.figures.iter().map(|scopes| scopes[number][1 + at]).sum::<f64>() / n,
            // The interval of a maximum by resampling would not contain larger ones.
            difference: intervals[at].filter(|_| statistic != Statistic::Max),
        };
        let points: Vec<f64> = (1..QQ_POINTS).map(|point| point as f64 / QQ_POINTS as f64).collect();
        let sides = [&observed, &pooled].map(|waits| quantiles(waits, |_| 1, &points).unwrap_or_default());
        let [of_history, of_model] = sides;
        (QUANTILES.into_iter().enumerate().map(figure).collect(), of_history.into_iter().zip(of_model).collect())
    }
}

impl WaitComparison {
    /// The verdict, from the p-value after correction.
    pub(super) fn judge(&mut self, adjusted_p: Option<f64>) {
        self.adjusted_p = adjusted_p;
        let verdict = match (self.mean().difference, adjusted_p) {
            (Some((low, high)), _) if -self.tolerance <= low && high <= self.tolerance && self.cut <= MOST_CUT => {
                BacktestVerdict::Explains
            }
            (_, Some(p)) if p <= LEVEL => BacktestVerdict::DoesNot,
            _ => BacktestVerdict::Undecided,
        };
        self.verdict = Some(verdict);
    }
}
