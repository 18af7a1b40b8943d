//! Sentences about warm-ups and batches, for tables, notes and warnings.

use crate::experiment::warmup::{EstimatedWarmUp, PILOTS};
use crate::experiment::{BatchMeansRun, Standstill};
use crate::model::time::{Span, Time};

/// The usual length of a run, in warm-ups (Banks, Carson, Nelson and Nicol, "Discrete-event system
/// simulation").
const RUN_PER_WARM_UP: i64 = 10;

/// The length of a warm-up that was estimated, and the method.
pub fn warm_up_summary(warm_up: &EstimatedWarmUp) -> String {
    let length = warm_up.length.rounded();
    if warm_up.is_too_short {
        return format!("warm-up {length}, half of the run: the run is too short for MSER-5");
    }
    format!("warm-up {length}, by MSER-5 over {PILOTS} replications")
}

/// A warning of replications in which nothing was claimed any more, because parents held all that
/// their children needed; `None` if there are none.
pub fn standstill_warning(found: &[Standstill], replications: usize) -> Option<String> {
    let first = found.iter().min_by_key(|standstill| standstill.since)?;
    let since = (first.since - Time::ZERO).rounded();
    let where_found = match (found.len(), replications) {
        (1, 1) => String::new(),
        (number, all) => format!(" in {number} of {all} replications, first in replication {}", first.replication),
    };
    Some(format!(
        "nothing was claimed after {since}{where_found}: only parents run, which hold what their children need \
         (deadlock); waits are those of the jobs before"
    ))
}

/// A warning if the run is too short to estimate its warm-up.
pub fn warm_up_warning(warm_up: &EstimatedWarmUp, horizon: Time) -> Option<String> {
    let longer = Span((horizon.0 / 2).saturating_mul(RUN_PER_WARM_UP)).rounded();
    warm_up.is_too_short.then(|| {
        format!(
            "the run is too short to estimate when it becomes steady: the mean number of jobs in the system over {PILOTS} \
             replications has not settled by the middle of the run, so only the second half is measured. Try a horizon of \
             {longer}, or a fixed warm-up. If the number does not settle then either, jobs arrive faster than they are \
             served, or in cycles, and there is no steady state"
        )
    })
}

/// The number of figures of a run in batches that have no interval, why, and what helps; `None` if
/// all have one.
pub fn missing_intervals(run: &BatchMeansRun, batches: u32) -> Option<String> {
    let BatchMeansRun { figures, correlated, empty, .. } = *run;
    let mut parts = Vec::new();
    if correlated > 0 {
        parts.push(format!(
            "{correlated} of {figures} figures have no interval because their {batches} batches are correlated (von \
             Neumann's test at 5 %)"
        ));
    }
    if empty > 0 {
        parts.push(format!(
            "{empty} of {figures} figures have no interval because some of their {batches} batches have no data"
        ));
    }
    (!parts.is_empty()).then(|| parts.join("; ") + "; fewer and longer batches help, or several replications")
}
