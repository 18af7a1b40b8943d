//! The observer that writes the timeline of a replication while it runs.
//!
//! Memory grows with the jobs that are there at one instant, not with those that have ended.

use std::collections::BTreeMap;
use std::io;

use super::counters::Counters;
use super::lanes::{Lanes, QUEUE, QueueLane, name_process};
use super::trace::{EventText, Lane, Quoted, TraceWriter};
use crate::engine::{Attempt, Event, JobOrigin, Observer, WaitReason};
use crate::experiment::worker_states::WorkerStates;
use crate::model::action::ActionId;
use crate::model::job::{Job, JobId, JobOutcome};
use crate::model::time::{Span, Time};
use crate::model::worker::WorkerId;
use crate::scenario::Scenario;
use crate::stats::{ReasonIntegrals, ReasonTimes, WAIT_PARTS};

/// The number of still waiting jobs that get a slice of their own.
const MOST_WAITING: usize = 1_000;

/// Colours of chrome://tracing that have no other meaning, far apart from each other.
const COLORS: [&str; 12] = [
    "rail_response",
    "thread_state_iowait",
    "thread_state_running",
    "rail_animation",
    "olive",
    "background_memory_dump",
    "thread_state_uninterruptible",
    "rail_load",
    "startup",
    "thread_state_runnable",
    "detailed_memory_dump",
    "thread_state_unknown",
];

/// What a timeline shows.
#[derive(Clone, Copy, Debug)]
pub struct TimelineSubject<'a> {
    /// What is simulated.
    pub scenario: &'a Scenario,
    /// The number of the replication, from 0.
    pub replication: u32,
    /// The first instant that is shown.
    pub from: Time,
    /// The last one, at which the replication must end.
    pub to: Time,
}

/// Observes a replication up to the end of a window and writes its timeline.
#[derive(Debug)]
pub struct TimelineObserver<'a, W: io::Write> {
    subject: TimelineSubject<'a>,
    trace: TraceWriter<W>,
    /// By action.
    names: Vec<Quoted>,
    states: WorkerStates<'a>,
    reasons: ReasonIntegrals,
    lanes: Lanes,
    counters: Counters,
    /// Whether the window has begun.
    is_open: bool,
    /// The jobs that wait.
    waiting: BTreeMap<JobId, Waiting>,
    /// The jobs that run.
    running: BTreeMap<JobId, Slice>,
    /// By retry or child that has not been claimed: where its arrow begins.
    arrows: BTreeMap<JobId, Arrow>,
    /// The last end of an attempt: its chain, and where an arrow to its retry begins.
    last_end: Option<(JobId, Option<Arrow>)>,
}

/// A job that waits.
#[derive(Clone, Copy, Debug)]
struct Waiting {
    action: ActionId,
    attempt: u32,
    first: JobId,
    scheduled_at: Time,
    due_at: Time,
    /// How long jobs with its need had waited for each reason when it fell due.
    reasons: ReasonTimes,
}

/// The parts of a wait.
type Blame = [Span; WAIT_PARTS.len()];

/// A job that runs.
#[derive(Clone, Copy, Debug)]
struct Slice {
    job: Waiting,
    worker: WorkerId,
    slot: u32,
    claimed_at: Time,
    blame: Blame,
}

/// The beginning of an arrow.
#[derive(Clone, Copy, Debug)]
struct Arrow {
    kind: &'static str,
    lane: Lane,
    at: Time,
    source: JobId,
}

impl<'a, W: io::Write> TimelineObserver<'a, W> {
    /// Begins the timeline of a replication.
    pub fn new(subject: TimelineSubject<'a>, out: W) -> TimelineObserver<'a, W> {
        let TimelineSubject { scenario, replication, from, to } = subject;
        let system = &scenario.system;
        let states = WorkerStates::new(system);
        let about = [
            ("scenario", scenario.name.clone()),
            ("policy", scenario.policy_label.clone()),
            ("seed", scenario.seed.to_string()),
            ("replication", replication.to_string()),
            ("start", scenario.local(Time::ZERO)),
            ("from", scenario.local(from)),
            ("to", scenario.local(to)),
        ];
        let about = about.map(|(key, value)| (key, Quoted::new(&value)));
        let mut trace = TraceWriter::new(out, &about);
        name_process(QUEUE, "queue", &mut trace);
        let mut timeline = TimelineObserver {
            subject,
            trace,
            names: system.actions.iter().map(|action| Quoted::new(&action.name)).collect(),
            lanes: Lanes::new(system),
            counters: Counters::new(system, states.free()),
            states,
            reasons: ReasonIntegrals::new(system.needs.len()),
            is_open: false,
            waiting: BTreeMap::new(),
            running: BTreeMap::new(),
            arrows: BTreeMap::new(),
            last_end: None,
        };
        timeline.open_from(Time::ZERO);
        timeline
    }

    /// Ends the timeline: what runs and what waits is marked as unfinished. Returns the output.
    ///
    /// # Errors
    /// If the output could not be written to at any time.
    pub fn finish(mut self) -> io::Result<W> {
        let to = self.subject.to;
        self.open_from(to);
        self.counters.advance(Time::NEVER, Some(&mut self.trace));
        for (_, slice) in std::mem::take(&mut self.running) {
            let lane = self.slot(slice);
            self.trace.at(b'E', lane, to).args().word("outcome", "running").flag("unfinished").end();
        }
        self.write_waiting(to);
        self.trace.finish()
    }

    /// Begins the window, if `now` is not before it and it has not begun: shows what runs already.
    fn open_from(&mut self, now: Time) {
        let from = self.subject.from;
        if self.is_open || now < from {
            return;
        }
        self.is_open = true;
        self.counters.write_all(from, &mut self.trace);
        for (job, slice) in self.running.clone() {
            self.begin_slice(job, slice, from);
        }
        // An arrow begins at a slice, so only from what still runs.
        let running = &self.running;
        self.arrows.retain(|_, arrow| running.contains_key(&arrow.source));
        self.arrows.values_mut().for_each(|arrow| arrow.at = arrow.at.max(from));
        self.last_end = None;
    }

    fn slot(&mut self, slice: Slice) -> Lane {
        self.lanes.slot(slice.worker, slice.slot, &self.subject.scenario.system, &mut self.trace)
    }

    /// A job falls due.
    fn due(&mut self, now: Time, job: &Job, attempt: Attempt) {
        let Attempt { number, first, .. } = attempt;
        let (reasons, scheduled_at) = (self.reasons.up_to(job.need, now), job.scheduled_at);
        let waiting = Waiting { action: job.action, attempt: number, first, scheduled_at, due_at: now, reasons };
        self.waiting.insert(job.id, waiting);
        self.counters.change_waiting(job.action, 1);
    }

    /// A worker claims a job.
    fn claimed(&mut self, now: Time, job: &Job, worker: WorkerId) {
        self.counters.change_waiting(job.action, -1);
        let waiting = self.waiting.remove(&job.id).expect("a job falls due before it is claimed");
        let blame = self.blame(now, job, waiting);
        let slice = Slice { job: waiting, worker, slot: self.lanes.take(worker), claimed_at: now, blame };
        self.running.insert(job.id, slice);
        if !self.is_open {
            return;
        }
        let lane = self.begin_slice(job.id, slice, now);
        if let Some(Arrow { kind, lane: from, at, .. }) = self.arrows.remove(&job.id) {
            let start = self.trace.at(b's', from, at).word("name", kind).word("cat", kind);
            start.number("id", job.id.0).end();
            let end = self.trace.at(b'f', lane, now).word("name", kind).word("cat", kind);
            end.number("id", job.id.0).word("bp", "e").end();
        }
    }

    /// Why a job has waited up to now.
    fn blame(&self, now: Time, job: &Job, waiting: Waiting) -> Blame {
        let mut blame = [Span::ZERO; WAIT_PARTS.len()];
        let times = self.reasons.up_to(job.need, now).into_iter().zip(waiting.reasons);
        blame.iter_mut().zip(times).for_each(|(part, (now, then))| *part = Span(now - then));
        // Before it fell due, no worker was there to fire its cron; or the run had not started.
        let is_initial = job.id.0 < self.subject.scenario.system.initial.len() as u64;
        let part = if is_initial { WaitReason::COUNT } else { WaitReason::NoWorker.index() };
        blame[part] = blame[part] + (waiting.due_at - waiting.scheduled_at);
        blame
    }

    fn begin_slice(&mut self, job: JobId, slice: Slice, at: Time) -> Lane {
        let lane = self.slot(slice);
        let Slice { job: waiting, claimed_at, blame, .. } = slice;
        let action = usize::from(waiting.action.0);
        let event = self.trace.at(b'B', lane, at).text("name", &self.names[action]).word("cat", "job");
        let event = event.word("cname", COLORS[action % COLORS.len()]).args();
        let event = about_job(event, job, waiting, &self.names);
        event
            .seconds("claimed_at_s", claimed_at - Time::ZERO)
            .seconds("wait_s", claimed_at - waiting.scheduled_at)
            .parts("blame", WAIT_PARTS.into_iter().zip(blame).filter(|(_, part)| *part != Span::ZERO))
            .end();
        lane
    }

    /// A running job ends.
    fn ended(&mut self, now: Time, job: &Job, outcome: JobOutcome) {
        let slice = self.running.remove(&job.id).expect("a job is claimed before it ends");
        if self.is_open {
            let lane = self.slot(slice);
            self.trace.at(b'E', lane, now).args().word("outcome", outcome.name()).end();
            // The arrow begins in the last nanosecond, within the slice.
            let (kind, at, source) = ("retry", now + Span(-1), job.id);
            let began = slice.claimed_at.max(self.subject.from);
            self.last_end = Some((slice.job.first, (began < now).then_some(Arrow { kind, lane, at, source })));
        }
        self.lanes.give_back(slice.worker, slice.slot);
    }

    /// A job leaves unclaimed.
    fn left(&mut self, now: Time, job: &Job, outcome: JobOutcome) {
        self.counters.change_waiting(job.action, -1);
        self.arrows.remove(&job.id);
        let Some(waiting) = self.waiting.remove(&job.id).filter(|_| self.is_open) else { return };
        let action = &self.subject.scenario.system.action(job.action).name;
        let name = Quoted::new(&format!("{action}: {}", outcome.name()));
        let lane = self.lanes.queue(QueueLane::LeftUnclaimed, &mut self.trace);
        let event = about_job(instant(&mut self.trace, lane, now, &name).args(), job.id, waiting, &self.names);
        event.seconds("wait_s", now - waiting.scheduled_at).word("outcome", outcome.name()).end();
    }

    /// A row is created.
    fn created(&mut self, now: Time, job: &Job, attempt: Attempt, origin: JobOrigin) {
        let arrow = match origin {
            JobOrigin::Retry => {
                self.last_end.take().filter(|(first, _)| *first == attempt.first).and_then(|(_, arrow)| arrow)
            }
            JobOrigin::Child(parent) => {
                let slice = self.running.get(&parent).copied();
                slice.map(|slice| Arrow { kind: "child", lane: self.slot(slice), at: now, source: parent })
            }
            JobOrigin::Source(source) => {
                if self.is_open && self.subject.scenario.sources[source as usize].is_cron() {
                    let lane = self.lanes.queue(QueueLane::Crons, &mut self.trace);
                    let name = &self.names[usize::from(job.action.0)];
                    instant(&mut self.trace, lane, now, name).args().number("job", job.id.0).end();
                }
                None
            }
            JobOrigin::Initial => None,
        };
        self.arrows.extend(arrow.map(|arrow| (job.id, arrow)));
    }

    /// A worker goes down, comes back or changes in another way.
    fn worker_changed(&mut self, now: Time, worker: WorkerId, event: &Event<'_>) {
        let name = match *event {
            Event::WorkerDown { kind, .. } => format!("down: {}", kind.name()),
            Event::WorkerUp { .. } => "up".to_owned(),
            Event::CapacityChanged { .. } => "new capacity".to_owned(),
            Event::WorkerDeclaredDead { .. } => "declared dead".to_owned(),
            Event::WorkerOrdered { .. } => "ordered".to_owned(),
            Event::WorkerReady { .. } => "ready".to_owned(),
            Event::WorkerDraining { .. } => "drains".to_owned(),
            Event::WorkerGone { .. } => "gone".to_owned(),
            Event::ZombieEnded { job, stopped: true, .. } => format!("stops the process of job {}", job.id.0),
            Event::ZombieEnded { job, .. } => format!("the process of job {} ends unseen", job.id.0),
            _ => return,
        };
        let system = &self.subject.scenario.system;
        let lane = self.lanes.changes(worker, system, &mut self.trace);
        let mut event = instant(&mut self.trace, lane, now, &Quoted::new(&name)).args();
        for (resource, units) in system.resources.iter().zip(&self.states.of(worker).capacity) {
            event = event.units(&Quoted::new(resource), *units);
        }
        event.end();
    }

    /// The slices of the jobs that still wait at the end, and the number of those that get none.
    fn write_waiting(&mut self, to: Time) {
        let mut waiting: Vec<(JobId, Waiting)> = std::mem::take(&mut self.waiting).into_iter().collect();
        waiting.sort_by_key(|(job, waiting)| (waiting.scheduled_at, *job));
        let lane = |timeline: &mut Self| timeline.lanes.queue(QueueLane::StillWaiting, &mut timeline.trace);
        if waiting.len() > MOST_WAITING {
            let lane = lane(self);
            let name = Quoted::new(&format!("{} more jobs still wait", waiting.len() - MOST_WAITING));
            instant(&mut self.trace, lane, to, &name).end();
            waiting.truncate(MOST_WAITING);
        }
        for (job, waiting) in waiting {
            let (lane, from) = (lane(self), waiting.scheduled_at.max(self.subject.from).min(to));
            let action = usize::from(waiting.action.0);
            for (phase, at) in [(b'b', from), (b'e', to)] {
                let event = self.trace.at(phase, lane, at).text("name", &self.names[action]);
                let event = event.word("cat", "still waiting").number("id", job.0).args();
                if phase == b'b' {
                    about_job(event, job, waiting, &self.names).end();
                } else {
                    event.seconds("wait_s", to - waiting.scheduled_at).flag("unfinished").end();
                }
            }
        }
    }
}

/// Begins an instant of a lane.
fn instant<'t, W: io::Write>(trace: &'t mut TraceWriter<W>, lane: Lane, at: Time, name: &Quoted) -> EventText<'t> {
    trace.at(b'i', lane, at).word("s", "t").text("name", name)
}

/// Adds what is known of a job when it falls due.
fn about_job<'t>(event: EventText<'t>, job: JobId, waiting: Waiting, names: &[Quoted]) -> EventText<'t> {
    let mut event = event.number("job", job.0).text("action", &names[usize::from(waiting.action.0)]);
    event = event.number("attempt", waiting.attempt.into());
    if waiting.attempt > 1 {
        event = event.number("retry_from", waiting.first.0);
    }
    event.seconds("scheduled_at_s", waiting.scheduled_at - Time::ZERO)
}

impl<W: io::Write> Observer for TimelineObserver<'_, W> {
    fn on(&mut self, now: Time, event: &Event<'_>) {
        self.counters.advance(now, Some(&mut self.trace).filter(|_| self.is_open));
        self.open_from(now);
        self.reasons.observe(now, event);
        let changed = self.states.on(event);
        if changed.is_some() {
            self.counters.set_free(self.states.free());
        }
        match *event {
            Event::Created { job, attempt, origin, .. } => self.created(now, job, attempt, origin),
            Event::Due { job, attempt } => self.due(now, job, attempt),
            Event::Claimed { job, worker } => self.claimed(now, job, worker),
            Event::Ended { job, outcome, .. } => self.ended(now, job, outcome),
            Event::Left { job, outcome, .. } => self.left(now, job, outcome),
            _ if !self.is_open => {}
            Event::CancelRequested { job, .. } => {
                if let Some(slice) = self.running.get(&job.id).copied() {
                    let lane = self.slot(slice);
                    instant(&mut self.trace, lane, now, &Quoted::new("asked to cancel")).end();
                }
            }
            Event::FiringSkipped { action } => {
                let lane = self.lanes.queue(QueueLane::Crons, &mut self.trace);
                let name = format!("{}: no job", self.subject.scenario.system.action(action).name);
                instant(&mut self.trace, lane, now, &Quoted::new(&name)).end();
            }
            Event::GroupScaled { group, from, to } => {
                let lane = self.lanes.queue(QueueLane::Scaling, &mut self.trace);
                let name = format!("{}: {from} to {to} workers", self.subject.scenario.system.groups[group].name);
                instant(&mut self.trace, lane, now, &Quoted::new(&name)).end();
            }
            Event::WorkerDeclaredDead { worker } | Event::ZombieEnded { worker, .. } => {
                self.worker_changed(now, worker, event);
            }
            _ => {
                if let Some(worker) = changed {
                    self.worker_changed(now, worker, event);
                }
            }
        }
    }
}
