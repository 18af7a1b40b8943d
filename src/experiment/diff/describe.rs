//! Describes the events that only one of two runs has.

use super::decision::DecisionContext;
use super::divergence::{CreatedJob, FirstDifference, JobEnd, LaterClaim};
use super::event::{CreatedRow, LogEntry, RowOrigin, SharedEvent};
use super::paired_run::PairedRun;
use super::shared_ids::named;
use crate::engine::System;
use crate::model::job::{Job, JobId};
use crate::model::time::Time;
use crate::scenario::Scenario;

/// Two runs at the instant at which they diverge, and the log indices of the events that only that
/// run has.
#[derive(Debug)]
pub(super) struct DivergenceSearch<'a> {
    pub(super) pair: [&'a Scenario; 2],
    pub(super) both: PairedRun<'a>,
    pub(super) at: Time,
    pub(super) only: [Vec<usize>; 2],
}

impl DivergenceSearch<'_> {
    fn entry(&self, side: usize, index: usize) -> LogEntry {
        self.both.sides[side].observer().recorder().log[index]
    }

    /// A matching event that only that run has, with its log index.
    fn find(&self, side: usize, matches: impl Fn(&SharedEvent) -> bool) -> Option<(usize, LogEntry)> {
        let entries = self.only[side].iter().map(|&index| (index, self.entry(side, index)));
        entries.into_iter().find(|(_, entry)| matches(&self.both.shared(side, entry.event)))
    }

    /// The first event that only one run has, and that run.
    fn leader(&self) -> Option<(usize, LogEntry)> {
        let firsts = (0..2).filter_map(|side| Some((side, self.entry(side, *self.only[side].first()?))));
        firsts.min_by_key(|(side, entry)| (entry.event.rank(), *side))
    }

    /// By run, the job whose claim the policy has to explain.
    pub(super) fn explained(&self) -> [Option<JobId>; 2] {
        [0, 1].map(|side| self.claim(side).and_then(|(_, entry)| entry.job).map(|job| job.id))
    }

    fn claim(&self, side: usize) -> Option<(usize, LogEntry)> {
        self.find(side, |event| matches!(event, SharedEvent::Claimed { .. }))
    }

    /// The first difference.
    pub(super) fn difference(mut self) -> FirstDifference {
        let Some((side, entry)) = self.leader() else { return FirstDifference::Event([None, None]) };
        match entry.event {
            SharedEvent::Created(row) => self.jobs(side, entry, row),
            SharedEvent::Claimed { .. } if !self.runs_from_the_start(side, entry) => self.claims(),
            event if event.ended_job().is_some() => self.ends(side, entry),
            _ => self.events(side, entry),
        }
    }

    /// Whether a row runs from the start, as the scenario states, without having been claimed.
    fn runs_from_the_start(&self, side: usize, entry: LogEntry) -> bool {
        let row = entry.job.and_then(|job| self.system(side).initial.get(job.id.0 as usize));
        row.is_some_and(|row| row.state.worker().is_some())
    }

    fn system(&self, side: usize) -> &System {
        &self.pair[side].system
    }

    /// The event of one run, and the matching event of the other, now or later.
    fn both_sides<T>(
        &mut self,
        (side, entry): (usize, LogEntry),
        matches: impl Fn(&SharedEvent) -> bool,
        describe: impl Fn(&Self, usize, Time, LogEntry) -> T,
    ) -> [Option<T>; 2] {
        let this = describe(self, side, self.at, entry);
        let other = 1 - side;
        let that = match self.find(other, &matches) {
            Some((_, entry)) => Some(describe(self, other, self.at, entry)),
            None => self.both.seek(other, matches).map(|(at, entry)| describe(self, other, at, entry)),
        };
        if side == 0 { [Some(this), that] } else { [that, Some(this)] }
    }

    fn jobs(&mut self, side: usize, entry: LogEntry, row: CreatedRow) -> FirstDifference {
        let SharedEvent::Created(shared) = self.both.shared(side, entry.event) else { return self.events(side, entry) };
        let matches = |event: &SharedEvent| matches!(event, SharedEvent::Created(other) if other.action == row.action && other.origin == shared.origin);
        FirstDifference::Job(Box::new(
            self.both_sides((side, entry), matches, DivergenceSearch::job_made).map(Option::flatten),
        ))
    }

    fn job_made(&self, side: usize, at: Time, entry: LogEntry) -> Option<CreatedJob> {
        let (SharedEvent::Created(row), Some(job)) = (entry.event, entry.job) else { return None };
        let system = self.system(side);
        let action = &system.action(job.action).name;
        Some(CreatedJob {
            job: job.id,
            origin: match row.origin {
                RowOrigin::Start => "there at the start".to_owned(),
                RowOrigin::Outside => format!("arrival {} of {action}", self.ordinal(side, &job)),
                RowOrigin::Retry(first) => format!("retry of job {}", first.0),
                RowOrigin::Child(parent) => format!("child of job {}", parent.0),
            },
            action: action.clone(),
            at,
            scheduled_at: job.scheduled_at,
            needs: named(system, system.need(job.need)),
            service: job.service,
            outcome: job.planned_outcome.name(),
            priority: row.priority,
            estimate: row.estimate,
            deadline: row.deadline,
            stop_timeout: row.stop_timeout,
            retries: row.retries,
        })
    }

    /// The number of a job among the arrivals of its action, from 1.
    fn ordinal(&self, side: usize, job: &Job) -> u64 {
        let recorder = self.both.sides[side].observer().recorder();
        let is_later = |entry: &&LogEntry| match (entry.event, entry.job) {
            (SharedEvent::Created(CreatedRow { origin: RowOrigin::Outside, .. }), Some(other)) => {
                other.action == job.action && other.id > job.id
            }
            _ => false,
        };
        recorder.arrived[usize::from(job.action.0)] - recorder.log.iter().filter(is_later).count() as u64
    }

    fn claims(&mut self) -> FirstDifference {
        let claims = [0, 1].map(|side| self.claim(side));
        let job = |side: usize| claims[side].and_then(|(_, entry)| entry.job).map(|job| job.id);
        let others = [0, 1].map(|side| job(1 - side).map(|other| self.both.number_in(side, other)));
        let mut decisions = [0, 1].map(|side| {
            let other_worker = claims[1 - side].and_then(|(_, entry)| match entry.event {
                SharedEvent::Claimed { worker, .. } => Some(worker),
                _ => None,
            });
            let index = claims[side].map(|(index, _)| index);
            let (scenario, at) = (self.pair[side], self.at);
            DecisionContext { scenario, side: &self.both.sides[side], at, index, other: others[side], other_worker }
                .decision()
        });
        for side in [0, 1] {
            if others[side] != job(side) {
                decisions[side].later = others[side].map(|job| self.later(side, job));
            }
        }
        FirstDifference::Claim(Box::new(decisions))
    }

    /// What happens in a run later to a job with that number in it.
    fn later(&mut self, side: usize, job: JobId) -> LaterClaim {
        let shared = match self.both.shared(side, SharedEvent::Due { job }) {
            SharedEvent::Due { job } => job,
            _ => job,
        };
        let is_over = |event: &SharedEvent| {
            matches!(event, SharedEvent::Claimed { job, .. } if *job == shared) || event.ended_job() == Some(shared)
        };
        // The claim may come at this very instant.
        let now = self.find(side, is_over).map(|(_, entry)| (self.at, entry));
        let found = now.or_else(|| self.both.seek(side, is_over));
        let claimed = found.and_then(|(at, entry)| match entry.event {
            SharedEvent::Claimed { worker, .. } => Some((at, self.worker_name(side, worker)?)),
            _ => None,
        });
        LaterClaim { job, claimed }
    }

    fn worker_name(&self, side: usize, worker: u32) -> Option<String> {
        let worker = self.both.sides[side].observer().recorder().ids().worker(worker)?;
        Some(self.system(side).worker(worker).id.clone())
    }

    fn ends(&mut self, side: usize, entry: LogEntry) -> FirstDifference {
        let job = self.both.shared(side, entry.event).ended_job();
        let ends = self.both_sides((side, entry), |event| event.ended_job() == job, DivergenceSearch::end);
        let of = |side: usize| ends[side].clone().flatten();
        let [one, other] = [of(0), of(1)];
        let missing = |side: usize, seen: &Option<JobEnd>| {
            let seen = seen.clone()?;
            let job = self.both.number_in(side, seen.job);
            Some(JobEnd { job, ended: None, is_retried: false, ..seen })
        };
        let both = [one.clone().or_else(|| missing(0, &other)), other.or_else(|| missing(1, &one))];
        match both {
            [Some(one), Some(other)] => FirstDifference::End(Box::new([one, other])),
            _ => FirstDifference::Event([None, None]),
        }
    }

    fn end(&self, side: usize, at: Time, entry: LogEntry) -> Option<JobEnd> {
        let job = entry.job?;
        let (how, worker, is_retried) = match entry.event {
            SharedEvent::Ended { outcome, worker, is_last, .. } => (outcome.name(), Some(worker), !is_last),
            SharedEvent::Left { outcome, .. } => (outcome.name(), None, false),
            SharedEvent::ZombieEnded { stopped: true, .. } => ("worker_resurrection", None, false),
            _ => ("ended unseen", None, false),
        };
        Some(JobEnd {
            job: job.id,
            action: self.system(side).action(job.action).name.clone(),
            worker: worker.and_then(|worker| self.worker_name(side, worker)),
            ended: Some((at, how)),
            is_retried,
        })
    }

    fn events(&self, side: usize, entry: LogEntry) -> FirstDifference {
        let this = self.event(side, entry);
        let about = |event: &SharedEvent| std::mem::discriminant(event) == std::mem::discriminant(&entry.event);
        let that = self.find(1 - side, about).map(|(_, other)| self.event(1 - side, other));
        FirstDifference::Event(if side == 0 { [Some(this), that] } else { [that, Some(this)] })
    }

    fn event(&self, side: usize, entry: LogEntry) -> String {
        let worker = |worker: u32| self.worker_name(side, worker).unwrap_or_default();
        let job = entry.job.map_or_else(String::new, |job| {
            format!("job {} ({})", job.id.0, self.system(side).action(job.action).name)
        });
        match entry.event {
            SharedEvent::WorkerDown { worker: of, kind } => format!("{} goes out: {}", worker(of), kind.name()),
            SharedEvent::WorkerDeclaredDead { worker: of } => format!("{} is declared dead", worker(of)),
            SharedEvent::WorkerUp { worker: of } => format!("{} is back", worker(of)),
            SharedEvent::WorkerStage { worker: of, stage } => format!("{} {stage}", worker(of)),
            SharedEvent::CapacityChanged { worker: of, .. } => format!("the capacity of {} changes", worker(of)),
            SharedEvent::CancelRequested { .. } => format!("{job} is asked to cancel"),
            SharedEvent::FiringSkipped { action } => {
                let ids = self.both.sides[side].observer().recorder().ids();
                let action = ids.actions.iter().position(|other| *other == action);
                let name = action.map_or("", |action| &self.system(side).actions[action].name);
                format!("a firing of the cron of {name} makes no job")
            }
            SharedEvent::Claimed { worker: of, .. } => format!("{job} runs on {} from the start", worker(of)),
            _ => format!("{job} falls due"),
        }
    }
}
