//! The results of all replications of one scenario.

use serde::{Deserialize, Serialize};

use crate::model::action::ActionId;
use crate::stats::Outcome;
use crate::stats::figure::{Measure, OfAction, Statistic, Subject};
use crate::stats::interval::Estimate;

/// The replications of one scenario under one policy, and their summary.
#[derive(Clone, Debug, PartialEq)]
pub struct Results {
    /// One row per subject, in the order of [`Outcome::figures`].
    pub summary: Vec<SummaryRow>,
    /// The replications, in order.
    pub replications: Vec<Outcome>,
}

/// A figure over all replications.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct SummaryRow {
    /// What the figure is of.
    pub subject: Subject,
    /// Its value over the replications, with its interval.
    pub estimate: Estimate,
}

impl Results {
    /// Summarises replications, in order; all of them have the same subjects.
    pub fn of(replications: Vec<Outcome>) -> Results {
        let subjects = replications.first().map_or(&[][..], |first| &first.figures);
        let row = |(index, subject): (usize, Subject)| {
            let values: Vec<_> = replications.iter().map(|outcome| outcome.figures[index].value).collect();
            SummaryRow { subject, estimate: estimate(subject, &values) }
        };
        let summary = subjects.iter().map(|figure| figure.subject).enumerate().map(row).collect();
        Results { summary, replications }
    }

    /// The estimate of a subject, if it was measured.
    pub fn estimate(&self, subject: Subject) -> Option<Estimate> {
        self.summary.iter().find(|row| row.subject == subject).map(|row| row.estimate)
    }

    /// The mean of a measure over all jobs; `None` if there was nothing to measure.
    pub fn mean(&self, measure: Measure) -> Option<f64> {
        self.mean_of(OfAction::All, measure)
    }

    /// The mean of a measure over the jobs of one action; `None` if there was nothing to measure.
    pub fn mean_for(&self, action: ActionId, measure: Measure) -> Option<f64> {
        self.mean_of(OfAction::One(action), measure)
    }

    fn mean_of(&self, action: OfAction, measure: Measure) -> Option<f64> {
        let subject = Subject { action, resource: None, worker: None, measure, statistic: Statistic::Mean };
        self.estimate(subject)?.value
    }
}

/// A figure over replications. A backlog that is still there at some horizon lasts longer than any
/// mean of the others would suggest, so it has no estimate.
pub(super) fn estimate(subject: Subject, values: &[Option<f64>]) -> Estimate {
    if subject.measure == Measure::DrainS && values.contains(&None) {
        let drained = values.iter().flatten().count() as u64;
        return Estimate { value: None, interval: None, replications: drained };
    }
    Estimate::of(subject.statistic, values)
}
