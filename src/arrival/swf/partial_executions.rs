//! Partial executions: a job that was checkpointed or swapped out may have several lines.
//!
//! The format requires the whole job on a line of its own, next to the lines of its parts; counting
//! both would count it twice. If there is no such line, the parts are merged.

use std::collections::{BTreeMap, BTreeSet};

use super::line::Line;

/// The lines of a log, so that each is a whole job.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct PartialExecutions {
    /// A line for each job, in file order.
    pub(super) jobs: Vec<Line>,
    /// The number of skipped parts of jobs that have a line of their own.
    pub(super) left_out: u64,
    /// The number of further parts that were added to the first part of a job without its own line.
    pub(super) added: u64,
}

impl PartialExecutions {
    /// Skips parts of jobs with a line of their own, and merges the parts of all other jobs.
    pub(super) fn join(lines: Vec<Line>) -> PartialExecutions {
        if lines.iter().all(|line| line.part_of().is_none()) {
            return PartialExecutions { jobs: lines, ..PartialExecutions::default() };
        }
        let whole: BTreeSet<i64> =
            lines.iter().filter(|line| line.part_of().is_none()).filter_map(|line| line.number).collect();
        let (mut joined, mut first) = (PartialExecutions::default(), BTreeMap::new());
        for line in lines {
            match line.part_of() {
                Some(number) if whole.contains(&number) => joined.left_out += 1,
                Some(number) => {
                    let index = *first.entry(number).or_insert(joined.jobs.len());
                    joined.part(index, line);
                }
                None => joined.jobs.push(line),
            }
        }
        joined
    }

    /// Adds a part, possibly the first one, to the job with this index.
    fn part(&mut self, index: usize, line: Line) {
        let Some(job) = self.jobs.get_mut(index) else { return self.jobs.push(line) };
        job.run = match (job.run, line.run) {
            (Some(sum), Some(run)) => Some(sum + run),
            (sum, run) => sum.or(run),
        };
        self.added += 1;
    }
}
