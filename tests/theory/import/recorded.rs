//! The histories of simulated queues, as far as logs tell them.

use claimsim::internals::experiment::backtest::simulated_history;
use claimsim::internals::history::JobHistory;
use claimsim::internals::model::time::{Span, Time};
use claimsim::internals::scenario::Scenario;

/// What a history tells besides times and actions.
#[derive(Clone, Copy)]
pub(crate) struct Told {
    pub(crate) workers: bool,
    pub(crate) needs: bool,
    pub(crate) attempts: bool,
    /// The step to which all times are cut.
    pub(crate) resolution: Span,
}

/// Everything.
pub(crate) const ALL: Told = Told { workers: true, needs: true, attempts: true, resolution: Span(1) };

/// Runs a scenario, and records the history of each replication up to the horizon.
pub(crate) fn histories(text: &str, replications: usize, told: Told) -> Vec<JobHistory> {
    let scenario = Scenario::parse(text).unwrap_or_else(|error| panic!("{error}\n{text}"));
    histories_of(&scenario, replications, told)
}

/// The same for a loaded scenario.
pub(crate) fn histories_of(scenario: &Scenario, replications: usize, told: Told) -> Vec<JobHistory> {
    (0..replications as u64).map(|index| told.of(simulated_history(scenario, index))).collect()
}

impl Told {
    /// The history without the rest.
    fn of(self, mut history: JobHistory) -> JobHistory {
        let cut = |at: Time| Time(at.0.div_euclid(self.resolution.0) * self.resolution.0);
        for record in &mut history.records {
            record.created = cut(record.created);
            record.started = record.started.map(cut);
            record.finished = record.finished.map(cut);
            if !self.workers {
                record.worker = None;
            }
            if !self.needs {
                record.need = 0;
            }
            if !self.attempts {
                record.attempt = 1;
            }
        }
        // Records of one instant are in the order of their jobs.
        history.records.sort_by_key(|record| (record.created, record.line));
        if !self.needs {
            (history.resources, history.needs) = (Vec::new(), vec![Vec::new()]);
        }
        JobHistory { resolution: self.resolution, ..history }
    }
}
