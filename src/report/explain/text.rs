//! Stories for terminals: a line for each event, with local times.

use std::collections::BTreeMap;

use super::ExplainReport;
use crate::engine::{System, WaitReason};
use crate::experiment::explain::{
    AttemptStory, ChildStory, EventKind, Line, Place, Situation, Story, WaitEnd, What, WorkerChange, WorkersAlike,
};
use crate::experiment::worker_states::Stage;
use crate::format::{duration, percent};
use crate::model::action::ActionId;
use crate::model::capacity::ResourceId;
use crate::model::time::{Span, Time};
use crate::model::worker::WorkerId;
use crate::stats::WAIT_PARTS;

/// The number of workers of a kind that are named, of kinds of workers, and of children.
const MOST_NAMES: usize = 3;
const MOST_KINDS: usize = 12;
const MOST_CHILDREN: usize = 10;

impl ExplainReport<'_> {
    /// All stories, one after the other.
    pub fn text(&self) -> String {
        let stories = self.explanation.stories.iter().map(|story| self.story(story));
        stories.collect::<Vec<String>>().join("\n")
    }

    fn system(&self) -> &System {
        &self.scenario.system
    }

    fn action(&self, action: ActionId) -> &str {
        &self.system().action(action).name
    }

    fn worker(&self, worker: WorkerId) -> &str {
        &self.system().worker(worker).id
    }

    /// The local time to the millisecond.
    fn clock(&self, at: Time) -> String {
        let calendar = self.scenario.epoch.calendar_of(at);
        let local = calendar.map(|calendar| self.scenario.time_zone.local(calendar));
        local.map_or_else(|| "-".to_owned(), |local| local.format("%Y-%m-%d %H:%M:%S%.3f").to_string())
    }

    fn story(&self, story: &Story) -> String {
        let Story { job, action, attempt, first, parent, need, .. } = story;
        let of_chain = match attempt {
            1 => String::new(),
            attempt => format!(", attempt {attempt} of the chain of job {}", first.0),
        };
        let of_parent = parent.map_or_else(String::new, |parent| format!(", child of job {}", parent.0));
        let title = format!(
            "Job {} ({}), replication {}{of_chain}{of_parent}",
            job.0,
            self.action(*action),
            self.explanation.replication
        );
        let units = self.units(self.system().need(*need).iter().filter(|(_, units)| *units > 0));
        let zone = self.scenario.time_zone.name();
        let policy = &self.scenario.policy_label;
        let mut text =
            format!("{title}\nneeds {units}; policy {policy}; times in {zone}, and since the job fell due\n\n");
        for line in &story.lines {
            text += &self.line(story, line);
        }
        text += "\n";
        text += &self.wait(story);
        text += &self.chain(story);
        text
    }

    /// The lines of an event: when it happens, what it is, and the reason from then on.
    fn line(&self, story: &Story, line: &Line) -> String {
        let since = |at: Time| {
            let since = at - story.scheduled_at;
            format!("+{}", duration(since.as_secs_f64()))
        };
        let time = format!(" {}  {:>8}  ", self.clock(line.from), since(line.from));
        let (mut what, details) = self.event(&line.what);
        if let What::Several { .. } = line.what {
            what = format!("until {}: {what}", since(line.to));
        }
        let hold = line.hold.as_ref().map_or_else(String::new, |hold| format!(": {hold}"));
        let reason = line.reason.map_or_else(String::new, |reason| format!(" [{}{hold}]", self.reason(reason)));
        let indent = " ".repeat(time.len());
        let details = details.iter().map(|detail| format!("{indent}  {detail}\n"));
        format!("{time}{what}{reason}\n{}", details.collect::<Vec<String>>().concat())
    }

    /// What happens, in words, and further lines about it.
    pub(super) fn event(&self, what: &What) -> (String, Vec<String>) {
        let words = match what {
            What::Due(situation) => return ("the job falls due".to_owned(), self.situation(situation)),
            What::At(situation) => return ("the state at this instant:".to_owned(), self.situation(situation)),
            What::StillWaits(situation) => {
                return ("the run ends, and the job still waits".to_owned(), self.situation(situation));
            }
            What::Ended { job, action, worker, outcome, units } => format!(
                "job {} ({}) ends on {} as {} and gives back {}",
                job.0,
                self.action(*action),
                self.worker(*worker),
                outcome.name(),
                self.units(units.iter().copied())
            ),
            What::Started { job, action, worker, units, place } => {
                let place = match place {
                    Place::Before if self.explanation.has_order => ", which is before it,",
                    Place::Before => ", which is older,",
                    Place::After if self.explanation.has_order => ", which is after it,",
                    Place::After => ", which is younger,",
                    Place::AtOnce => " falls due and",
                };
                let units = self.units(units.iter().copied());
                format!(
                    "job {} ({}){place} starts on {} and takes {units}",
                    job.0,
                    self.action(*action),
                    self.worker(*worker)
                )
            }
            What::Left { job, action, outcome } => {
                format!(
                    "job {} ({}), which was before it, leaves unclaimed: {}",
                    job.0,
                    self.action(*action),
                    outcome.name()
                )
            }
            What::Overtakes { job, action } => {
                format!("job {} ({}) falls due and is before it in the order", job.0, self.action(*action))
            }
            What::Worker { worker, change } => format!("{} {}", self.worker(*worker), change_in_words(*change)),
            What::Scaled { group, from, to } => {
                format!("the autoscaler of {} goes from {from} to {to} workers", self.system().groups[*group].name)
            }
            What::Reason => "another reason".to_owned(),
            What::Several { counts, before } => {
                let noun = if self.explanation.has_order { "before it" } else { "older than it" };
                format!("{}; then {before} jobs are {noun}", self.counts(counts))
            }
            What::Claimed { worker, why, delay } => {
                let delay = delay.map_or_else(String::new, |delay| {
                    format!(", {} after a worker had room for it (claim delay)", duration(delay.as_secs_f64()))
                });
                format!("{} claims the job{delay}: {why}", self.worker(*worker))
            }
            What::Leaves(outcome) => format!("the job leaves unclaimed: {}", outcome.name()),
            What::CancelRequested => "someone asks to cancel the job".to_owned(),
            What::Ends(outcome) => format!("the job ends: {}", outcome.name()),
            What::StillRuns => "the run ends, and the job still runs".to_owned(),
        };
        (words, Vec::new())
    }

    fn counts(&self, counts: &BTreeMap<EventKind, u64>) -> String {
        let word = |(kind, count): (&EventKind, &u64)| match kind {
            EventKind::Ended(action) => format!("{count} {} end", self.action(*action)),
            EventKind::Started(action, place) => {
                let place = match place {
                    Place::Before => "",
                    Place::After if self.explanation.has_order => " after it",
                    Place::After => " younger than it",
                    Place::AtOnce => " just due",
                };
                format!("{count} {}{place} start", self.action(*action))
            }
            EventKind::Left(action) => format!("{count} {} before it leave", self.action(*action)),
            EventKind::Overtakes(action) => format!("{count} {} fall due before it", self.action(*action)),
            EventKind::Worker(change) => format!("{count} times a worker {}", change_in_words(*change)),
            EventKind::Scaled => format!("{count} changes by an autoscaler"),
            EventKind::Reason => format!("{count} other changes of the reason"),
        };
        counts.iter().map(word).collect::<Vec<String>>().join(", ")
    }

    fn reason(&self, reason: WaitReason) -> String {
        match reason {
            WaitReason::Busy(resource) => format!("busy: {}", self.resource(resource)),
            reason => reason.name().to_owned(),
        }
    }

    fn resource(&self, resource: ResourceId) -> &str {
        &self.system().resources[usize::from(resource.0)]
    }

    fn units(&self, units: impl Iterator<Item = (ResourceId, i64)>) -> String {
        let units: Vec<String> =
            units.map(|(resource, units)| format!("{} {units}", self.resource(resource))).collect();
        if units.is_empty() { "nothing".to_owned() } else { units.join(", ") }
    }

    fn situation(&self, situation: &Situation) -> Vec<String> {
        let by_action = |counts: Vec<(ActionId, i64)>| {
            let counts = counts.iter().map(|(action, count)| format!("{} {count}", self.action(*action)));
            counts.collect::<Vec<String>>().join(", ")
        };
        let before: usize = situation.before.values().sum();
        let noun = if self.explanation.has_order { "before it" } else { "older" };
        let of = if before == 0 {
            String::new()
        } else {
            let counts = situation.before.iter().map(|(action, count)| (*action, *count as i64)).collect();
            format!(" ({})", by_action(counts))
        };
        let mut lines = vec![format!("{noun}: {before} of {} other waiting jobs{of}", situation.waiting)];
        lines.extend(situation.workers.iter().take(MOST_KINDS).map(|alike| self.workers(alike)));
        let more: usize = situation.workers.iter().skip(MOST_KINDS).map(|alike| alike.workers.len()).sum();
        if more > 0 {
            lines.push(format!("and {more} more workers in other states"));
        }
        for (resource, holders) in situation.holders.iter().filter(|(_, holders)| !holders.is_empty()) {
            let holders = by_action(holders.iter().map(|(action, units)| (*action, *units)).collect());
            lines.push(format!("{} in use there by {holders}", self.resource(*resource)));
        }
        lines
    }

    fn workers(&self, alike: &WorkersAlike) -> String {
        let WorkersAlike { workers, state, could_hold } = alike;
        let named: Vec<&str> = workers.iter().take(MOST_NAMES).map(|worker| self.worker(*worker)).collect();
        let more = workers.len().saturating_sub(MOST_NAMES);
        let more = if more == 0 { String::new() } else { format!(" and {more} more") };
        let mut words = match (state.stage, state.down) {
            (Stage::Empty, _) => "no worker".to_owned(),
            (_, Some(kind)) => format!("down ({})", kind.name()),
            (Stage::Starting, None) => "starting".to_owned(),
            (stage, None) => {
                let offered = state.free().zip(&state.capacity).enumerate().filter(|(_, (_, of))| **of > 0);
                let free = |(resource, (free, of)): (usize, (i64, &i64))| {
                    format!("{} {free} of {of} free", self.resource(ResourceId(resource as u16)))
                };
                let free: Vec<String> = offered.map(free).collect();
                let free = if free.is_empty() { "offers no units".to_owned() } else { free.join(", ") };
                if stage == Stage::Draining { format!("draining, {free}") } else { free }
            }
        };
        if !could_hold {
            words += "; never holds such a job";
        }
        format!("{}{more}: {words}", named.join(", "))
    }

    /// The wait and its parts.
    fn wait(&self, story: &Story) -> String {
        let (wait, length) = (&story.wait, story.wait.length());
        let begin = match wait.end {
            WaitEnd::Claimed(_) => format!("Waited {}", length_in_words(length)),
            WaitEnd::Left(outcome) => format!("Left after {} ({})", length_in_words(length), outcome.name()),
            WaitEnd::Open => format!("Waited at least {}, up to the end of the run", length_in_words(length)),
        };
        let part = |(name, nanos): (&str, i64)| {
            let share = percent(nanos as f64 / length.0 as f64);
            let mut resources =
                wait.busy.iter().filter(|(_, nanos)| **nanos > 0).map(|(resource, _)| self.resource(*resource));
            let of = if name == "busy" { resources.by_ref().collect::<Vec<&str>>().join(", ") } else { String::new() };
            let of = if of.is_empty() { of } else { format!(" ({of})") };
            format!("{name}{of} {} ({share})", length_in_words(Span(nanos)))
        };
        let parts = WAIT_PARTS.iter().copied().zip(wait.parts).filter(|(_, nanos)| *nanos != 0);
        let parts: Vec<String> = parts.map(part).collect();
        if parts.is_empty() { format!("{begin}\n") } else { format!("{begin}: {}\n", parts.join(", ")) }
    }

    /// The attempts, the children and their sum.
    fn chain(&self, story: &Story) -> String {
        let attempts = story.attempts.iter().map(|attempt| self.attempt(attempt));
        let children = story.children.iter().take(MOST_CHILDREN).map(|child| self.child(story, child));
        let more = story.children.len().saturating_sub(MOST_CHILDREN);
        let more = (more > 0).then(|| format!("and {more} more children"));
        let chain = story.chain;
        let mut parts = vec![("wait", chain.wait), ("service", chain.service)];
        parts.extend(
            [("backoff", chain.backoff), ("children", chain.children)].into_iter().filter(|(_, part)| part.0 > 0),
        );
        let parts: Vec<String> =
            parts.iter().map(|(name, part)| format!("{name} {}", length_in_words(*part))).collect();
        let end = if chain.is_over { "" } else { " at least, up to the end of the run" };
        let response = format!("Response {}{end}: {}\n", length_in_words(chain.length()), parts.join(", "));
        let lines: Vec<String> = attempts.chain(children).chain(more).chain([response]).collect();
        lines.join("\n")
    }

    fn attempt(&self, attempt: &AttemptStory) -> String {
        let AttemptStory { job, attempt: number, scheduled_at, claimed, ended, .. } = *attempt;
        let begin = format!("Attempt {number} (job {})", job.0);
        match (claimed, ended) {
            (Some((at, worker)), Some((end, outcome))) => format!(
                "{begin}: waited {}, ran {} on {}: {}",
                length_in_words(at - scheduled_at),
                length_in_words(end - at),
                self.worker(worker),
                outcome.name()
            ),
            (Some((at, worker)), None) => format!(
                "{begin}: waited {}, runs on {} since {}",
                length_in_words(at - scheduled_at),
                self.worker(worker),
                self.clock(at)
            ),
            (None, Some((end, outcome))) => {
                format!("{begin}: left after {}: {}", length_in_words(end - scheduled_at), outcome.name())
            }
            (None, None) => format!("{begin}: waits since {}", self.clock(scheduled_at)),
        }
    }

    fn child(&self, story: &Story, child: &ChildStory) -> String {
        let since = |at: Time| format!("+{}", duration((at - story.scheduled_at).as_secs_f64()));
        let claimed = child.claimed_at.map_or_else(String::new, |at| format!(", claimed at {}", since(at)));
        let attempts = if child.attempts > 1 { format!(", {} attempts", child.attempts) } else { String::new() };
        let end = child.ended.map_or_else(
            || ", has not ended".to_owned(),
            |(at, outcome)| format!(", ended at {}: {}", since(at), outcome.name()),
        );
        format!(
            "Child job {} ({}): due at {}{claimed}{attempts}{end}",
            child.job.0,
            self.action(child.action),
            since(child.due_at)
        )
    }
}

fn length_in_words(span: Span) -> String {
    duration(span.as_secs_f64())
}

fn change_in_words(change: WorkerChange) -> String {
    match change {
        WorkerChange::Down(kind) => format!("goes down ({})", kind.name()),
        WorkerChange::DeclaredDead => "is declared dead".to_owned(),
        WorkerChange::Up => "is back".to_owned(),
        WorkerChange::NewCapacity => "changes its capacity".to_owned(),
        WorkerChange::Ordered => "begins to start".to_owned(),
        WorkerChange::Ready => "is ready".to_owned(),
        WorkerChange::Drains => "claims nothing more".to_owned(),
        WorkerChange::Gone => "is gone".to_owned(),
    }
}
