//! The observer that follows one job and its chain through a replication.

use std::collections::{BTreeMap, BTreeSet};

use super::chain::Chain;
use super::lines::Lines;
use super::story::{Line, Place, Situation, Story, Wait, WaitEnd, What, WorkerChange, WorkersAlike};
use crate::engine::{Event, Observer, System, WaitReason};
use crate::model::action::ActionId;
use crate::model::capacity::{NeedId, ResourceId};
use crate::model::job::{Job, JobId};
use crate::model::time::Time;
use crate::model::worker::WorkerId;
use crate::stats::WAIT_PARTS;
use crate::worker_states::WorkerStates;

/// Follows a job.
#[derive(Debug)]
pub(crate) struct Narrator<'a> {
    system: &'a System,
    job: JobId,
    /// Whether the policy serves jobs by age, or chooses again each time.
    is_by_age: bool,
    states: WorkerStates<'a>,
    /// By need: why jobs wait now.
    reasons: Vec<WaitReason>,
    running: BTreeMap<JobId, Run>,
    target: Option<Target>,
    chain: Chain,
    lines: Lines,
    /// Why the policy holds the job back now, if it does.
    hold: Option<String>,
    /// What has to be looked up in the simulation after the event.
    pub(crate) open: OpenQuestions,
}

/// What only the simulation knows.
#[derive(Debug, Default)]
pub(crate) struct OpenQuestions {
    /// The job has fallen due: what is before it?
    pub(crate) is_due: bool,
    /// The job was claimed: why?
    pub(crate) is_claimed: bool,
    /// These jobs have fallen due since: are they before it?
    pub(crate) newcomers: Vec<JobId>,
}

impl OpenQuestions {
    fn are_there(&self) -> bool {
        self.is_due || self.is_claimed || !self.newcomers.is_empty()
    }
}

/// A job that runs.
#[derive(Clone, Copy, Debug)]
struct Run {
    worker: WorkerId,
    action: ActionId,
    need: NeedId,
}

/// The job, from when it falls due.
#[derive(Debug)]
struct Target {
    job: Job,
    attempt: u32,
    due_at: Time,
    /// While it waits: the reason, and since when.
    reason: WaitReason,
    reason_since: Time,
    /// The instant up to which the parts of its wait are added up.
    until: Time,
    parts: [i64; WAIT_PARTS.len()],
    busy: BTreeMap<ResourceId, i64>,
    /// How its wait has ended.
    end: Option<WaitEnd>,
    is_over: bool,
    /// The waiting jobs before it.
    before: BTreeSet<JobId>,
}

impl Target {
    fn waits(&self) -> bool {
        self.end.is_none()
    }

    /// Adds the time up to now to the current reason.
    fn add_up(&mut self, now: Time) {
        let part = (now - self.until).0;
        self.parts[self.reason.index()] += part;
        if let WaitReason::Busy(resource) = self.reason {
            *self.busy.entry(resource).or_insert(0) += part;
        }
        self.until = now;
    }
}

impl<'a> Narrator<'a> {
    /// Follows a job of the chain that begins with the row `first`.
    pub(crate) fn new(system: &'a System, (job, first): (JobId, JobId), is_by_age: bool) -> Narrator<'a> {
        Narrator {
            system,
            job,
            is_by_age,
            states: WorkerStates::new(system),
            reasons: vec![WaitReason::ClaimDelay; system.needs.len()],
            running: BTreeMap::new(),
            target: None,
            chain: Chain::new(job, first),
            lines: Lines::default(),
            hold: None,
            open: OpenQuestions::default(),
        }
    }

    /// Whether nothing more can happen to the job, its retries and its children.
    pub(crate) fn is_over(&self) -> bool {
        self.chain.is_over() && self.target.as_ref().is_some_and(|target| target.is_over)
    }

    /// Whether the simulation has to be asked something.
    pub(crate) fn has_questions(&self) -> bool {
        self.open.are_there()
    }

    /// Whether the job waits.
    pub(crate) fn waits(&self) -> bool {
        self.target.as_ref().is_some_and(Target::waits)
    }

    /// What the job needs while it waits and is not known to be held back.
    pub(crate) fn may_be_held(&self) -> Option<NeedId> {
        let target = self.target.as_ref().filter(|target| target.waits())?;
        let is_known = target.reason == WaitReason::HeldByPolicy && target.due_at < target.until;
        (!is_known).then_some(target.job.need)
    }

    /// Why the policy holds the job back now, if it does.
    pub(crate) fn set_hold(&mut self, words: Option<String>) {
        self.hold = words;
    }

    /// The waiting jobs before the job.
    pub(crate) fn set_before(&mut self, before: BTreeSet<JobId>) {
        if let Some(target) = &mut self.target {
            target.before = before;
        }
    }

    /// A job has fallen due that is before the job.
    pub(crate) fn add_before(&mut self, now: Time, job: &Job) {
        let Some(target) = self.target.as_mut().filter(|target| target.waits()) else { return };
        target.before.insert(job.id);
        let what = What::Overtakes { job: job.id, action: job.action };
        if !self.shared(job.need).is_empty() {
            self.push(now, what);
        }
    }

    /// The state of everything that concerns the job; `waiting` are all waiting jobs.
    pub(crate) fn situation<'b>(&self, waiting: impl Iterator<Item = &'b Job>) -> Situation {
        let Some(target) = &self.target else { return Situation::default() };
        let mut situation = Situation::default();
        for job in waiting.filter(|job| job.id != self.job) {
            situation.waiting += 1;
            if target.before.contains(&job.id) {
                *situation.before.entry(job.action).or_insert(0) += 1;
            }
        }
        let mut alike = BTreeMap::new();
        for (worker, state) in self.states.all() {
            alike.entry((state, self.could_hold(worker))).or_insert_with(Vec::new).push(worker);
        }
        let together = |((state, could_hold), workers): ((&crate::worker_states::WorkerState, bool), _)| WorkersAlike {
            workers,
            state: state.clone(),
            could_hold,
        };
        situation.workers = alike.into_iter().map(together).collect();
        situation.workers.sort_by_key(|alike| alike.workers[0]);
        let needed = self.system.need(target.job.need).iter().filter(|(_, units)| *units > 0);
        for (resource, _) in needed {
            let mut held = BTreeMap::new();
            let is_there = |run: &&Run| self.could_hold(run.worker) && self.states.of(run.worker).down.is_none();
            for run in self.running.values().filter(is_there) {
                let units = self.system.need(run.need)[resource];
                if units > 0 {
                    *held.entry(run.action).or_insert(0) += units;
                }
            }
            situation.holders.insert(resource, held);
        }
        situation
    }

    /// Adds the state at the instant that was asked for.
    pub(crate) fn push_situation(&mut self, now: Time, situation: Situation) {
        self.push(now, What::At(situation));
    }

    /// Fills in the state in which the job fell due.
    pub(crate) fn set_first(&mut self, situation: Situation) {
        if let Some(Line { what: What::Due(first), .. }) = self.lines.first_mut() {
            *first = situation;
        }
    }

    /// Fills in why the job was claimed.
    pub(crate) fn set_why(&mut self, words: String) {
        if let Some(Line { what: What::Claimed { why, .. }, .. }) = self.lines.last_mut() {
            *why = words;
        }
    }

    /// Whether a worker could hold the job if it were idle and able to claim.
    fn could_hold(&self, worker: WorkerId) -> bool {
        self.target.as_ref().is_some_and(|target| {
            let need = self.system.need(target.job.need);
            self.states.of(worker).could_hold(need) && self.system.has_labels(worker, target.job.need)
        })
    }

    /// The resources that the job and a job of another need both need, and the units of the other.
    fn shared(&self, other: NeedId) -> Vec<(ResourceId, i64)> {
        let Some(target) = &self.target else { return Vec::new() };
        let mine = self.system.need(target.job.need);
        self.system.need(other).iter().filter(|(resource, units)| *units > 0 && mine[*resource] > 0).collect()
    }

    fn push(&mut self, now: Time, what: What) {
        let before = self.target.as_ref().map_or(0, |target| target.before.len());
        self.lines.push(Line { from: now, to: now, what, reason: None, hold: None }, before);
    }

    /// The reason of all jobs with a need changes.
    fn reason(&mut self, now: Time, need: NeedId, reason: WaitReason) {
        self.reasons[usize::from(need)] = reason;
        let Some(target) = self.target.as_mut() else { return };
        if !target.waits() || target.job.need != need {
            return;
        }
        target.add_up(now);
        if reason == target.reason && target.due_at < now {
            return;
        }
        (target.reason, target.reason_since) = (reason, now);
        let before = target.before.len();
        let hold = self.hold.take().filter(|_| reason == WaitReason::HeldByPolicy);
        self.lines.set_reason(now, (reason, hold), before);
    }

    /// The job falls due.
    fn due(&mut self, now: Time, job: &Job, attempt: u32) {
        let mut parts = [0; WAIT_PARTS.len()];
        // Before it fell due, no worker was there to fire its cron; or the run had not started.
        let is_initial = job.id.0 < self.system.initial.len() as u64;
        let part = if is_initial { WaitReason::COUNT } else { WaitReason::NoWorker.index() };
        parts[part] += (now - job.scheduled_at).0;
        self.target = Some(Target {
            job: *job,
            attempt,
            due_at: now,
            reason: self.reasons[usize::from(job.need)],
            reason_since: now,
            until: now,
            parts,
            busy: BTreeMap::new(),
            end: None,
            is_over: false,
            before: BTreeSet::new(),
        });
        self.push(now, What::Due(Situation::default()));
        self.open.is_due = true;
    }

    /// Time has moved on since the job fell due: the reason of that instant is final.
    fn settle(&mut self, now: Time) {
        if let Some(target) = self.target.as_ref().filter(|target| target.waits() && target.due_at < now)
            && let Some(line) = self.lines.first_mut().filter(|line| line.reason.is_none())
        {
            line.reason = Some(target.reason);
            line.hold = self.hold.take().filter(|_| target.reason == WaitReason::HeldByPolicy);
        }
    }

    /// An event of another job while the job waits.
    fn other(&mut self, now: Time, event: &Event<'_>) {
        match *event {
            Event::Due { job, .. } => {
                let target = self.target.as_ref().map(|target| (target.job.scheduled_at, target.job.id));
                if !self.is_by_age {
                    self.open.newcomers.push(job.id);
                } else if target.is_some_and(|target| (job.scheduled_at, job.id) < target) {
                    self.add_before(now, job);
                }
            }
            Event::Claimed { job, worker } => {
                let was_before = self.target.as_mut().is_some_and(|target| target.before.remove(&job.id));
                let place = match was_before {
                    true => Place::Before,
                    false if self.open.newcomers.contains(&job.id) || job.scheduled_at == now => Place::AtOnce,
                    false => Place::After,
                };
                let units = self.shared(job.need);
                if self.could_hold(worker) && !units.is_empty() {
                    self.push(now, What::Started { job: job.id, action: job.action, worker, units, place });
                }
            }
            Event::Ended { job, run, outcome, .. } => {
                let (worker, units) = (run.worker, self.shared(job.need));
                if self.could_hold(worker) && !units.is_empty() {
                    self.push(now, What::Ended { job: job.id, action: job.action, worker, outcome, units });
                }
            }
            Event::Left { job, outcome, .. }
                if self.target.as_mut().is_some_and(|target| target.before.remove(&job.id)) =>
            {
                self.push(now, What::Left { job: job.id, action: job.action, outcome });
            }
            Event::GroupScaled { group, from, to } => {
                let places = self.system.groups[group].places.clone();
                if places.map(WorkerId).any(|worker| self.could_hold(worker)) {
                    self.push(now, What::Scaled { group, from, to });
                }
            }
            _ => {}
        }
    }

    /// An event of the job itself.
    fn own(&mut self, now: Time, event: &Event<'_>) {
        match *event {
            Event::Due { job, attempt } => self.due(now, job, attempt.number),
            Event::Claimed { worker, .. } => {
                let Some(target) = &mut self.target else { return };
                target.add_up(now);
                target.end = Some(WaitEnd::Claimed(worker));
                let has_waited = target.reason == WaitReason::ClaimDelay && target.due_at < now;
                let delay = has_waited.then_some(now - target.reason_since);
                target.before.clear();
                self.push(now, What::Claimed { worker, why: String::new(), delay });
                self.open.is_claimed = true;
            }
            Event::Left { outcome, .. } => {
                let Some(target) = &mut self.target else { return };
                target.add_up(now);
                (target.end, target.is_over) = (Some(WaitEnd::Left(outcome)), true);
                self.push(now, What::Leaves(outcome));
            }
            Event::CancelRequested { .. } => self.push(now, What::CancelRequested),
            Event::Ended { outcome, .. } => {
                if let Some(target) = &mut self.target {
                    target.is_over = true;
                }
                self.push(now, What::Ends(outcome));
            }
            _ => {}
        }
    }

    /// A worker changes: it matters if it could hold the job before or after, or if it runs it.
    fn worker(&mut self, now: Time, worker: WorkerId, event: &Event<'_>, could_hold: bool) {
        let change = match *event {
            Event::WorkerDown { kind, .. } => WorkerChange::Down(kind),
            Event::WorkerDeclaredDead { .. } => WorkerChange::DeclaredDead,
            Event::WorkerUp { .. } => WorkerChange::Up,
            Event::CapacityChanged { .. } => WorkerChange::NewCapacity,
            Event::WorkerOrdered { .. } => WorkerChange::Ordered,
            Event::WorkerReady { .. } => WorkerChange::Ready,
            Event::WorkerDraining { .. } => WorkerChange::Drains,
            Event::WorkerGone { .. } => WorkerChange::Gone,
            _ => return,
        };
        let matters = match self.target.as_ref().and_then(|target| target.end.filter(|_| !target.is_over)) {
            Some(WaitEnd::Claimed(own)) => own == worker,
            Some(_) => false,
            None => self.waits() && (could_hold || self.could_hold(worker)),
        };
        if matters {
            self.push(now, What::Worker { worker, change });
        }
    }

    /// The story, at the end of the run.
    pub(crate) fn finish(mut self, until: Time, waiting: &[Job]) -> Option<Story> {
        self.settle(Time::NEVER);
        if self.waits() {
            let situation = self.situation(waiting.iter());
            self.push(until, What::StillWaits(situation));
        } else if self.target.as_ref().is_some_and(|target| !target.is_over) {
            self.push(until, What::StillRuns);
        }
        let mut target = self.target?;
        if target.waits() {
            target.add_up(until);
        }
        let Target { job, attempt, parts, busy, .. } = target;
        Some(Story {
            job: job.id,
            action: job.action,
            need: job.need,
            attempt,
            first: self.chain.first(),
            parent: self.chain.parent(),
            scheduled_at: job.scheduled_at,
            lines: self.lines.finish(),
            wait: Wait { until: target.until, end: target.end.unwrap_or(WaitEnd::Open), parts, busy },
            chain: self.chain.split(until),
            attempts: self.chain.attempts,
            children: self.chain.children.into_values().collect(),
        })
    }
}

impl Observer for Narrator<'_> {
    fn on(&mut self, now: Time, event: &Event<'_>) {
        if let Event::WaitReason { need, reason, .. } = *event {
            return self.reason(now, need, reason);
        }
        self.settle(now);
        self.chain.on(now, event);
        match *event {
            Event::Claimed { job, worker } => {
                _ = self.running.insert(job.id, Run { worker, action: job.action, need: job.need });
            }
            Event::Ended { job, .. } => _ = self.running.remove(&job.id),
            _ => {}
        }
        let changing = match *event {
            Event::CapacityChanged { worker, .. } => self.could_hold(worker),
            _ => false,
        };
        let changed = self.states.on(event);
        match event.job() {
            Some(job) if job.id == self.job => self.own(now, event),
            _ if self.waits() => self.other(now, event),
            _ => {}
        }
        let worker = match *event {
            Event::WorkerDeclaredDead { worker } => Some(worker),
            _ => changed,
        };
        if let Some(worker) = worker {
            self.worker(now, worker, event, changing);
        }
    }
}
