//! The queue over time by the reason for which its jobs wait, as a mean over the replications.

use crate::RunContext;
use crate::experiment::Results;
use crate::format;
use crate::plot::shares::{self, Part, SharesOverTime};
use crate::run::blame::phrase;
use crate::stats::{ReplicationStats, WAIT_PARTS};

/// Draws the chart; `None` if no job ever waited.
pub(super) fn draw(context: &RunContext, results: &Results) -> Option<Vec<u8>> {
    let replications = &results.replications;
    let series = &replications.first()?.series;
    let mean = |jobs: &dyn Fn(&ReplicationStats, usize) -> f64| -> Vec<f64> {
        let count = replications.len() as f64;
        let of = |bucket| replications.iter().map(|outcome| jobs(outcome, bucket)).sum::<f64>() / count;
        (0..series.queue_length.len()).map(of).collect()
    };
    let in_part = |outcome: &ReplicationStats, part: usize, bucket: usize| {
        outcome.reason_course.iter().find(|course| course.part == part).map_or(0.0, |course| course.jobs[bucket])
    };
    let parts = WAIT_PARTS.iter().enumerate().map(|(part, reason)| {
        let amounts = mean(&|outcome, bucket| {
            if *reason != "busy" {
                return in_part(outcome, part, bucket);
            }
            // What is left; series are rounded, so that may be a hair below nothing.
            let others: f64 = outcome.reason_course.iter().map(|course| course.jobs[bucket]).sum();
            let rest = outcome.series.queue_length[bucket] - others;
            if rest < 1e-6 { 0.0 } else { rest }
        });
        Part { name: phrase(reason).to_owned(), amounts }
    });
    let (title, system) = (context.title("why jobs wait"), &context.scenario.system);
    shares::draw(&SharesOverTime {
        title: &title,
        subtitle: &format!("Waiting jobs by reason, averages over {}", series.bucket),
        unit: "jobs",
        format: format::count,
        parts: parts.collect(),
        bucket: series.bucket,
        epoch: context.scenario.epoch,
        horizon: system.window.horizon,
    })
}
