//! What all replications of one scenario came to.

use serde::{Deserialize, Serialize};

use crate::stats::Outcome;
use crate::stats::figure::{Measure, Subject};
use crate::stats::interval::Estimate;

/// The replications of one scenario under one policy, and what they say together.
#[derive(Clone, Debug, PartialEq)]
pub struct Results {
    /// One row a subject, in the order of [`Outcome::figures`].
    pub summary: Vec<SummaryRow>,
    /// The replications, in order.
    pub replications: Vec<Outcome>,
}

/// A figure over all replications.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct SummaryRow {
    /// What the number says.
    pub subject: Subject,
    /// Its value over the replications, with its interval.
    pub estimate: Estimate,
}

impl Results {
    /// Combines replications, in order; all of them have the same subjects.
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
}

/// A figure over replications. A backlog that was still there at some horizon has lasted longer than any mean of the others would say.
pub(super) fn estimate(subject: Subject, values: &[Option<f64>]) -> Estimate {
    if subject.measure == Measure::DrainS && values.contains(&None) {
        let drained = values.iter().flatten().count() as u64;
        return Estimate { value: None, interval: None, replications: drained };
    }
    Estimate::of(subject.statistic, values)
}
