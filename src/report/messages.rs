//! Sentences about warm-ups and batches, for tables, notes and warnings.

use crate::RunContext;
use crate::engine::Window;
use crate::experiment::growth::QueueGrowth;
use crate::experiment::unserved::UnservedJobs;
use crate::experiment::warmup::{EstimatedWarmUp, PILOTS};
use crate::experiment::{BatchMeansRun, Standstill, SummaryRow};
use crate::format::{ValueFormat, percent};
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
         (deadlock); the waits of all later jobs are lower bounds"
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

/// A warning for each action whose waits do not tell of all its jobs.
pub fn unserved_warnings(summary: &[SummaryRow], context: &RunContext) -> Vec<String> {
    let jobs = UnservedJobs::of_actions(summary);
    jobs.iter().map(|jobs| unserved(jobs, context.action(jobs.action), context.scenario.system.window)).collect()
}

fn unserved(jobs: &UnservedJobs, action: &str, window: Window) -> String {
    let UnservedJobs { arrived, unclaimed, open, lost, .. } = *jobs;
    let followed = match window.cooldown {
        Span::ZERO => "by the horizon".to_owned(),
        cooldown => format!("up to {} after the horizon", cooldown.rounded()),
    };
    let mut parts = Vec::new();
    if unclaimed > 0 {
        parts.push(format!(
            "{unclaimed} of {arrived} jobs of `{action}` were never claimed, {followed}: waits are lower bounds"
        ));
    } else if open > 0 {
        parts.push(format!("{open} jobs of `{action}` had not ended, {followed}: response times are lower bounds"));
    }
    if jobs.loses_too_many() {
        parts.push(format!(
            "`{action}` lost {} of its jobs before they were claimed: waits are those of the other jobs",
            percent(lost)
        ));
    }
    parts.join("; ")
}

/// The warnings about several scenarios: each kind once, with the first that has it in full and the
/// names of the others.
pub fn joint_warnings(scenarios: &[(String, Vec<String>, Option<QueueGrowth>)]) -> Vec<String> {
    let unserved = scenarios.iter().filter(|(_, unserved, _)| !unserved.is_empty());
    let unserved = unserved.map(|(name, unserved, _)| (name, unserved.join("; ")));
    let growth = scenarios.iter().filter_map(|(name, _, growth)| Some((name, growth_warning((*growth)?))));
    [unserved.collect(), growth.collect()].iter().filter_map(|warnings: &Vec<_>| first_in_full(warnings)).collect()
}

fn first_in_full(warnings: &[(&String, String)]) -> Option<String> {
    const MOST_NAMES: usize = 8;
    let (name, first) = warnings.first()?;
    let others: Vec<&str> = warnings.iter().skip(1).map(|(name, _)| name.as_str()).collect();
    let more = others.len().saturating_sub(MOST_NAMES);
    let listed = others[..others.len() - more].join(", ");
    Some(match (others.len(), more) {
        (0, _) => format!("{name}: {first}"),
        (_, 0) => format!("{name}: {first}. Similar: {listed}"),
        _ => format!("{name}: {first}. Similar: {listed} and {more} more"),
    })
}

/// Why a verdict is not given, in the jobs that it does not see.
pub fn why_undecided(jobs: &UnservedJobs, action: &str) -> String {
    let class = if action == "all" { String::new() } else { format!(" of `{action}`") };
    match *jobs {
        UnservedJobs { lost, .. } if jobs.loses_too_many() => {
            format!("{} of the jobs{class} were lost before they were claimed", percent(lost))
        }
        UnservedJobs { unclaimed, .. } if unclaimed > 0 => format!("{unclaimed} jobs{class} were never claimed"),
        UnservedJobs { open, .. } => format!("{open} jobs{class} never ended"),
    }
}

/// What the reader can do for a verdict: `; for a verdict on the others, bound `share(lost)` too`.
pub fn how_to_decide(jobs: &UnservedJobs, action: &str) -> String {
    let of = if action == "all" { String::new() } else { format!(", {action}") };
    let advice = format!("; for a verdict on the others, bound `share(lost{of})` too");
    if jobs.loses_too_many() { advice } else { String::new() }
}

/// A warning that a queue had not stopped growing.
pub fn growth_warning(growth: QueueGrowth) -> String {
    let (jobs, part) = (ValueFormat::Number, growth.part.rounded());
    format!(
        "the queue still grows at the horizon: {} jobs waited on average in the last {part}, and {} in the {part} before; \
         figures depend on the length of the run",
        jobs.value(Some(growth.after)),
        jobs.value(Some(growth.before))
    )
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
