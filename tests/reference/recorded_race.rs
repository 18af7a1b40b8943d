//! A race that another simulator ran: its claims, and whether the rules of the race allow them.
//!
//! The engine draws the race of many idle workers by its order statistics and not worker by worker,
//! so the naive simulator cannot repeat its draws. A single run still shows whether every claim was
//! allowed and whether no worker missed a job for longer than the longest delay. `race.rs` checks
//! the distribution of the claims.

use claimsim::internals::engine::{ClaimRule, InitialState, System};
use claimsim::internals::model::claim::ClaimBatch;
use claimsim::internals::model::job::JobId;
use claimsim::internals::model::time::{Span, Time};
use claimsim::internals::model::worker::WorkerId;

use super::event::{Event, Kind};

/// The successful attempts of a run, in order, and the delays they may have had.
pub(crate) struct RecordedRace {
    claims: Vec<(Time, WorkerId)>,
    next: usize,
    shortest: Span,
    longest: Span,
    workers: Vec<Watched>,
}

/// A worker's attempts, as far as the events show them.
#[derive(Clone, Copy, Default)]
struct Watched {
    /// Since when some job has fitted it without a break, counted from its last claim.
    able_since: Option<Time>,
    /// The end of its previous attempt.
    last_claim: Option<Time>,
}

impl RecordedRace {
    /// Reads the claims of a trajectory. With `all`, claims of one worker at one instant are one
    /// attempt.
    pub(crate) fn new(system: &System, trajectory: &[Event], (shortest, longest): (Span, Span)) -> RecordedRace {
        let all = matches!(system.claim, ClaimRule::Delayed { batch: ClaimBatch::All, .. });
        let runs_already =
            |job: JobId| system.initial.get(job.0 as usize).is_some_and(|row| row.state != InitialState::Waiting);
        let mut claims = Vec::new();
        let mut previous = None;
        for event in trajectory {
            if let Kind::Claimed { worker, job } = event.kind {
                let claim = (event.time, worker);
                if !(runs_already(job) || all && previous == Some(claim)) {
                    claims.push(claim);
                }
                previous = Some(claim);
            } else if !matches!(event.kind, Kind::Created { .. }) {
                // The children that a claim creates belong to it.
                previous = None;
            }
        }
        RecordedRace { claims, next: 0, shortest, longest, workers: vec![Watched::default(); system.workers.len()] }
    }

    /// The next claim.
    pub(super) fn next(&self) -> Option<(Time, WorkerId)> {
        self.claims.get(self.next).copied()
    }

    /// Marks the next claim as happening now.
    pub(super) fn claim(&mut self, now: Time) -> Result<(), String> {
        let (time, worker) = self.claims[self.next];
        self.next += 1;
        if time != now {
            return Err(format!("worker {} claimed at {}, which is not in order of time", worker.0, time.0));
        }
        let watched = &mut self.workers[worker.0 as usize];
        if let Some(last) = watched.last_claim
            && now - last < self.shortest
        {
            return Err(format!("worker {} claimed at {} and at {}, sooner than any delay", worker.0, last.0, now.0));
        }
        *watched = Watched { able_since: None, last_claim: Some(now) };
        Ok(())
    }

    /// Notes which workers could claim now. It is an error if one of them could for longer than the
    /// longest delay.
    pub(super) fn watch(&mut self, now: Time, able: impl Fn(usize) -> bool) -> Result<(), String> {
        for (worker, watched) in self.workers.iter_mut().enumerate() {
            match watched.able_since {
                Some(since) if now - since > self.longest => {
                    return Err(format!(
                        "worker {worker} could have claimed since {}, but has not by {}",
                        since.0, now.0
                    ));
                }
                _ if !able(worker) => watched.able_since = None,
                None => watched.able_since = Some(now),
                Some(_) => {}
            }
        }
        Ok(())
    }
}

mod tests {
    use super::*;
    use crate::event::first_difference;
    use crate::{engine, naive, race};

    const LIMITS: (Span, Span) = (Span::ZERO, Span::secs(3));

    #[test]
    fn a_right_race_passes() {
        let scenario = race::small(1);
        let events = engine(&scenario);
        let race = naive(&scenario)
            .run_recorded(RecordedRace::new(&scenario.system, &events, LIMITS))
            .expect("an allowed race");
        assert_eq!(first_difference(&race, &events), None);
    }

    #[test]
    fn a_worker_that_lets_a_job_pass_for_too_long_is_found() {
        let scenario = race::small(1);
        let race = RecordedRace::new(&scenario.system, &engine(&scenario), (Span::ZERO, Span::secs(1)));
        let complaint = naive(&scenario).run_recorded(race).expect_err("some worker took more than a second");
        assert!(complaint.contains("could have claimed"), "{complaint}");
    }

    #[test]
    fn a_worker_that_claims_twice_too_soon_is_found() {
        let scenario = race::small(1);
        let race = RecordedRace::new(&scenario.system, &engine(&scenario), (Span::secs(2), Span::secs(3)));
        let complaint = naive(&scenario).run_recorded(race).expect_err("some worker took less than two seconds");
        assert!(complaint.contains("sooner than any delay"), "{complaint}");
    }

    #[test]
    fn a_worker_that_claims_what_does_not_fit_is_found() {
        let scenario = race::small(1);
        let mut race = RecordedRace::new(&scenario.system, &engine(&scenario), LIMITS);
        race.claims.iter_mut().for_each(|claim| claim.1 = WorkerId(0));
        let complaint = naive(&scenario).run_recorded(race).expect_err("one worker cannot do it all");
        assert!(complaint.contains("but nothing fitted it"), "{complaint}");
    }
}
