//! The story of single jobs: what they waited for, event by event.
//!
//! A replication is simulated twice. The first pass finds the jobs and the end of the run; the
//! second one steps through the events and asks the simulation what only it knows: what is before
//! the job, and why the policy chose it.

mod chain;
mod lines;
pub(crate) mod narrator;
mod selection;
mod story;

use std::collections::BTreeSet;

use rayon::prelude::*;

use crate::engine::{Candidate, ClaimPolicy, PolicyKind, QueueKey};
use crate::model::action::ActionId;
use crate::model::job::{Job, JobId};
use crate::model::time::Time;
use crate::policy::Policy;
use crate::replicate::replicate_observed;
use crate::replication::Progress;
use crate::scenario::Scenario;
use crate::stats::Measurements;
use crate::watched_run::{self, WatchedRun, Watcher};
use narrator::{Narrator, OpenQuestions};
use selection::{Found, Selector};

pub use selection::Wanted;
pub use story::{
    AttemptStory, ChainSplit, ChildStory, EventKind, Line, Place, Situation, Story, Wait, WaitEnd, What, WorkerChange,
    WorkersAlike,
};

/// The stories of the jobs that were asked for.
#[derive(Clone, Debug, PartialEq)]
pub struct Explanation {
    /// The number of the replication, from 0.
    pub replication: u32,
    /// The end of the run, as far as jobs were followed.
    pub until: Time,
    /// Whether the policy has an order in which it serves jobs, so that "before" means more than
    /// "older".
    pub has_order: bool,
    /// The stories, the longest wait first.
    pub stories: Vec<Story>,
}

/// Why there is no story.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotExplained {
    /// No job with that number fell due by the horizon; this many jobs were created by then.
    NoSuchJob(u64),
    /// The job does not wait at the instant that was asked for: it waits from the one to the other.
    NotWaiting(Time, Time),
    /// No job of that class fell due by the horizon.
    NoJobs(Option<ActionId>),
    /// No job of that class waits at the instant that was asked for.
    NoneWaiting(Option<ActionId>),
}

/// Explains jobs of a replication, counted from 0: those that were asked for, and of these only the
/// ones that wait at the instant `at`, if one is given. It must not lie beyond the horizon.
///
/// # Errors
/// If there is no such job.
pub fn explain(
    scenario: &Scenario,
    replication: u32,
    wanted: Wanted,
    at: Option<Time>,
    progress: &dyn Progress,
) -> Result<Explanation, NotExplained> {
    let selector = Selector::new(wanted, at, scenario.system.window.horizon);
    let numbers = replication..replication + 1;
    let (_, mut selectors) = replicate_observed(scenario, &Measurements::default(), numbers, progress, vec![selector]);
    let Some(mut selector) = selectors.pop() else { return Err(NotExplained::NoSuchJob(0)) };
    let found = selector.found();
    if found.is_empty() {
        return Err(match (wanted, selector.seen) {
            (Wanted::Job(_), None) => NotExplained::NoSuchJob(selector.rows),
            (Wanted::Job(_), Some((since, until))) => NotExplained::NotWaiting(since, until),
            (Wanted::Longest { action, .. }, _) if at.is_none() => NotExplained::NoJobs(action),
            (Wanted::Longest { action, .. }, _) => NotExplained::NoneWaiting(action),
        });
    }
    let until = selector.until();
    let tell = |found: &Found| tell(scenario, replication, (found.job.0, found.first), at, until);
    let stories = found.par_iter().filter_map(tell).collect();
    let policy = scenario.policy.start(&scenario.system, &crate::random::stream::Streams::new(scenario.seed, 0));
    Ok(Explanation { replication, until, has_order: policy.kind() == PolicyKind::PriorityOrder, stories })
}

/// The story of one job of the chain that begins with the row `first`.
fn tell(
    scenario: &Scenario,
    replication: u32,
    (job, first): (JobId, JobId),
    mut at: Option<Time>,
    until: Time,
) -> Option<Story> {
    let streams = crate::random::stream::Streams::new(scenario.seed, u64::from(replication));
    let kind = scenario.policy.start(&scenario.system, &streams).kind();
    let is_by_age = kind != PolicyKind::PriorityOrder || scenario.policy == Policy::FirstFit;
    let narrator = Narrator::new(&scenario.system, (job, first), is_by_age);
    let mut run = watched_run::start(scenario, replication, Watcher::Narrator(Box::new(narrator)), Some(job));
    let mut is_past_horizon = false;
    loop {
        if run.observer().narrator().has_questions() {
            answer(&mut run, job, is_by_age);
        }
        if run.observer().narrator().is_over() {
            break;
        }
        let next = run.peek();
        if let Some(instant) = at.filter(|at| next.is_none_or(|next| next > *at)) {
            at = None;
            if run.observer().narrator().waits() {
                let situation = run.observer().narrator().situation(run.view(None).waiting.iter());
                run.observer_mut().narrator_mut().push_situation(instant, situation);
            }
        }
        match next {
            None if !is_past_horizon => {
                is_past_horizon = true;
                run.pass_horizon();
            }
            Some(next) if next <= until => {
                if kind == PolicyKind::Reserving && next > run.now() {
                    ask_for_hold(&mut run, job);
                }
                run.step();
            }
            _ => break,
        }
    }
    let waiting: Vec<Job> = run.view(None).waiting.iter().copied().collect();
    match run.into_observer() {
        Watcher::Narrator(narrator) => narrator.finish(until, &waiting),
        Watcher::Recorder(_) => None,
    }
}

/// Asks the policy why it holds the job back, if it fits: before time moves on.
fn ask_for_hold(run: &mut WatchedRun<'_>, job: JobId) {
    let Some(need) = run.observer().narrator().may_be_held() else { return };
    let view = run.view(None);
    if !view.fits(need) {
        return;
    }
    let words = view.find(job).and_then(|candidate| run.policy().explain_hold(&view, &candidate));
    run.observer_mut().narrator_mut().set_hold(words);
}

/// What the simulation says to the questions of the narrator.
struct Answers {
    before: Option<BTreeSet<JobId>>,
    overtaking: Vec<Job>,
    why: Option<String>,
}

/// Answers what the narrator asks about the event that has just happened.
fn answer(run: &mut WatchedRun<'_>, job: JobId, is_by_age: bool) {
    let questions = std::mem::take(&mut run.observer_mut().narrator_mut().open);
    let answers = answers(run, &questions, job, is_by_age);
    let now = run.now();
    if let Some(before) = answers.before {
        run.observer_mut().narrator_mut().set_before(before);
        let situation = run.observer().narrator().situation(run.view(None).waiting.iter());
        run.observer_mut().narrator_mut().set_first(situation);
    }
    let narrator = run.observer_mut().narrator_mut();
    answers.overtaking.iter().for_each(|job| narrator.add_before(now, job));
    if let Some(why) = answers.why {
        narrator.set_why(why);
    }
}

fn answers(run: &WatchedRun<'_>, questions: &OpenQuestions, job: JobId, is_by_age: bool) -> Answers {
    let (policy, view) = (run.policy(), run.view(None));
    let key = |candidate: &Candidate<'_>| {
        let rank = if is_by_age { 0 } else { policy.rank(candidate) };
        QueueKey::of(rank, candidate.job)
    };
    let target = run.active_rows().find(|candidate| candidate.job.id == job);
    let own = target.as_ref().map(key);
    let is_before = |candidate: &Candidate<'_>| own.is_some_and(|own| candidate.job.id != job && key(candidate) < own);
    let before = questions.is_due.then(|| {
        let waiting: BTreeSet<JobId> = view.waiting.iter().map(|job| job.id).collect();
        let candidates = run.active_rows().filter(|candidate| waiting.contains(&candidate.job.id));
        candidates.filter(is_before).map(|candidate| candidate.job.id).collect()
    });
    let found = questions.newcomers.iter().filter_map(|newcomer| view.find(*newcomer));
    let overtaking = found.filter(is_before).map(|candidate| *candidate.job).collect();
    let why = questions.is_claimed.then(|| match (&policy.answer, &target) {
        (Some(answer), _) => answer.clone(),
        (None, Some(target)) if policy.kind() == PolicyKind::PriorityOrder => policy.explain(&view, target),
        _ => "it has just fallen due, and no other waiting job fits".to_owned(),
    });
    Answers { before, overtaking, why }
}
