//! Partial executions: a job that was checkpointed or swapped out may have several lines.
//!
//! The format wants the whole job on a line of its own, beside the lines of its parts; whoever counts both counts it twice. Where
//! there is no such line, the parts are put together.

use std::collections::{BTreeMap, BTreeSet};

use super::line::Line;

/// The lines of a log, so that each is a whole job.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct PartialExecutions {
    /// A line for each job, in file order.
    pub(super) jobs: Vec<Line>,
    /// PartialExecutions of jobs that have a line as a whole, which are left out.
    pub(super) left_out: u64,
    /// Further parts of jobs that have none, which are added to the first.
    pub(super) added: u64,
}

impl PartialExecutions {
    /// Leaves out what another line says as well, and puts together what no line says.
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

    /// Adds a part to the job of that index, which it may be the first part of.
    fn part(&mut self, index: usize, line: Line) {
        let Some(job) = self.jobs.get_mut(index) else { return self.jobs.push(line) };
        job.run = match (job.run, line.run) {
            (Some(sum), Some(run)) => Some(sum + run),
            (sum, run) => sum.or(run),
        };
        self.added += 1;
    }
}
