//! The blocks of a history that are resampled: busy periods, or days where the system is never
//! empty.
//!
//! Waits of neighbouring jobs are alike, so jobs cannot be resampled one by one. Nothing reaches
//! from one busy period into the next (Kleijnen, Cheng and Bettonvil, "Validation of trace-driven
//! simulation models: bootstrap tests", Management Science 47(11), 2001, resample whole subruns).
//! Where there are few busy periods, the blocks are days, and as many days together as it takes
//! until neighbouring blocks are no longer correlated.

use crate::model::time::Time;
use crate::stats::von_neumann;

/// The fewest busy periods that are resampled.
const FEWEST_PERIODS: usize = 30;
/// The most blocks; more busy periods are joined.
const MOST_BLOCKS: usize = 1_000;
/// Days are not joined to fewer blocks than this.
const FEWEST_JOINED: usize = 10;

/// What a block is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BlockKind {
    /// A time during which the system is never empty, or several of them.
    BusyPeriods,
    /// This number of days.
    Days(usize),
}

/// The blocks of jobs.
#[derive(Clone, Debug)]
pub(super) struct Blocks {
    pub(super) kind: BlockKind,
    /// By job, in order of due time: its block.
    pub(super) of: Vec<u32>,
    pub(super) count: usize,
}

impl Blocks {
    /// The blocks of jobs that fall due and leave the system at these instants; `day` is the local
    /// day of each, and `differences` what is resampled.
    pub(super) fn new(due: &[Time], ends: &[Time], day: &[i64], differences: &[f64]) -> Blocks {
        let periods = busy_periods(due, ends);
        let count = periods.last().map_or(0, |last| *last as usize + 1);
        if count >= FEWEST_PERIODS {
            let joined = count.div_ceil(MOST_BLOCKS) as u32;
            let of: Vec<u32> = periods.iter().map(|period| period / joined).collect();
            return Blocks { kind: BlockKind::BusyPeriods, count: count.div_ceil(joined as usize), of };
        }
        let first = day.first().copied().unwrap_or(0);
        let mut length = 1;
        loop {
            let of: Vec<u32> = day.iter().map(|day| ((day - first) / length) as u32).collect();
            let count = of.last().map_or(0, |last| *last as usize + 1);
            if count / 2 < FEWEST_JOINED || !are_correlated(&of, count, differences) {
                return Blocks { kind: BlockKind::Days(length as usize), of, count };
            }
            length *= 2;
        }
    }
}

/// The busy period of each job, from 0: a new one begins with a job that falls due when all earlier
/// ones have left.
fn busy_periods(due: &[Time], ends: &[Time]) -> Vec<u32> {
    let (mut until, mut period) = (Time(i64::MIN), 0);
    let mut number = |(due, end): (&Time, &Time)| {
        if *due >= until && until != Time(i64::MIN) {
            period += 1;
        }
        until = until.max(*end);
        period
    };
    due.iter().zip(ends).map(&mut number).collect()
}

/// Whether the mean differences of neighbouring blocks are positively correlated.
fn are_correlated(of: &[u32], count: usize, differences: &[f64]) -> bool {
    let mut sums = vec![(0.0, 0.0); count];
    for (block, difference) in of.iter().zip(differences) {
        sums[*block as usize].0 += difference;
        sums[*block as usize].1 += 1.0;
    }
    let means: Vec<f64> = sums.into_iter().filter(|(_, n)| *n > 0.0).map(|(sum, n)| sum / n).collect();
    means.len() >= von_neumann::FEWEST && von_neumann::is_correlated(&means)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_busy_period_ends_when_all_have_left() {
        let times = |list: &[i64]| list.iter().map(|at| Time(*at)).collect::<Vec<_>>();
        let due = times(&[0, 2, 5, 5, 9, 20]);
        let ends = times(&[4, 5, 8, 7, 10, 30]);
        assert_eq!(busy_periods(&due, &ends), [0, 0, 1, 1, 2, 3]);
    }

    #[test]
    fn days_that_are_alike_are_joined() {
        let due: Vec<Time> = (0..400).map(Time).collect();
        let ends = vec![Time(1_000); 400];
        let day: Vec<i64> = (0..400).map(|job| job / 4).collect();
        // Differences that change slowly, over the 100 days.
        let slow: Vec<f64> = day.iter().map(|day| (day / 25 % 2) as f64).collect();
        assert_eq!(Blocks::new(&due, &ends, &day, &slow).kind, BlockKind::Days(8));
        let quick: Vec<f64> = day.iter().map(|day| (day % 2) as f64).collect();
        assert_eq!(Blocks::new(&due, &ends, &day, &quick).kind, BlockKind::Days(1));
    }
}
