//! How rows are created and fall due: initial rows, sources, customers, and firings without a live
//! worker.

use claimsim::internals::engine::{
    Arrival, ArrivalProcess, Attempt, ClaimRule, InitialState, JobOverrides, MisfireRule, Overlap,
};
use claimsim::internals::model::action::ActionId;
use claimsim::internals::model::job::{JobId, JobOutcome};
use claimsim::internals::model::time::{Span, Time};

use super::super::draws::Drawn;
use super::row::{Process, Row, State};
use super::{Class, Customer, Kind, Naive, What};

/// A firing of a cron while no worker was alive, to be made up for later.
#[derive(Clone, Copy)]
pub(super) struct MissedFiring {
    source: usize,
    action: ActionId,
    overrides: JobOverrides,
    nominal: Time,
    ordinal: u64,
    drawn: Drawn,
}

/// The first row of a chain before it is created.
#[derive(Clone, Copy)]
pub(super) struct Newcomer {
    pub(super) action: ActionId,
    pub(super) overrides: JobOverrides,
    pub(super) scheduled_at: Time,
    pub(super) ordinal: u64,
    pub(super) drawn: Drawn,
    pub(super) customer: Option<Customer>,
    pub(super) parent: Option<usize>,
}

impl<A: ArrivalProcess> Naive<'_, A> {
    /// Numbers the initial rows, schedules those that wait and starts those that run.
    pub(super) fn enter_initial_rows(&mut self) {
        for (row, initial) in self.system.initial.iter().enumerate() {
            let overrides = JobOverrides {
                need: Some(initial.need),
                deadline: initial.deadline,
                stop_timeout: initial.stop_timeout,
                retries: initial.retries_left,
                ..JobOverrides::default()
            };
            let (action, scheduled_at) = (initial.action, initial.scheduled_at);
            let (ordinal, mut drawn) = self.draws.exogenous(action, &JobOverrides::default());
            if initial.state != InitialState::Waiting {
                drawn.children = 0;
            }
            if matches!(initial.state, InitialState::CancelRequested(_)) {
                drawn.cancel = Some(Span::ZERO);
            }
            self.create(Newcomer { action, overrides, scheduled_at, ordinal, drawn, customer: None, parent: None });
            if initial.state == InitialState::Waiting {
                self.schedule(scheduled_at.max(Time::ZERO), Class::Arrival, What::FallDue(row));
            }
        }
        for (row, initial) in self.system.initial.iter().enumerate() {
            if let Some(worker) = initial.state.worker() {
                self.tell_due(row);
                self.expect_cancel(row);
                self.claim(row, worker.0 as usize);
            }
        }
    }

    pub(super) fn start_sources(&mut self) {
        for source in 0..self.sources.len() {
            self.schedule_next_of(source);
            for number in 0..self.sources[source].population() {
                self.schedule_cycle(Customer { source, number, cycle: 0 });
            }
        }
    }

    fn schedule_next_of(&mut self, source: usize) {
        if let Some(arrival) = self.sources[source].next() {
            let class = if self.sources[source].is_cron() { Class::Cron } else { Class::Arrival };
            self.schedule(arrival.at, class, What::Arrive { source, customer: None, arrival });
        }
    }

    pub(super) fn schedule_cycle(&mut self, who: Customer) {
        if let Some(arrival) = self.sources[who.source].cycle(who.number, who.cycle, self.now) {
            let what = What::Arrive { source: who.source, customer: Some(who), arrival };
            self.schedule(arrival.at, Class::Arrival, what);
        }
    }

    pub(super) fn arrive(&mut self, source: usize, customer: Option<Customer>, arrival: Arrival) -> Result<(), String> {
        let mut overrides = JobOverrides::default();
        if customer.is_none() {
            overrides = self.sources[source].overrides().copied().unwrap_or_default();
            self.schedule_next_of(source);
        }
        let Arrival { action, .. } = arrival;
        for _ in 0..arrival.count {
            let (ordinal, drawn) = match customer {
                None => self.draws.exogenous(action, &overrides),
                Some(who) => self.draws.closed(action, who.number, who.cycle),
            };
            if self.sources[source].is_cron() && !self.is_anybody_there() {
                self.miss(MissedFiring { source, action, overrides, nominal: self.now, ordinal, drawn });
            } else if self.is_to_be_skipped(source, action) {
                self.tell(Kind::Skipped { action });
            } else {
                let scheduled_at = self.now;
                let newcomer = Newcomer { action, overrides, scheduled_at, ordinal, drawn, customer, parent: None };
                let row = self.create(newcomer);
                self.fall_due(row);
                self.after_event()?;
            }
        }
        Ok(())
    }

    /// A cron fires only if some worker is alive, or if there are no workers at all.
    fn is_anybody_there(&self) -> bool {
        self.alive() > 0 || !(0..self.workers.len()).any(|worker| self.has_worker(worker))
    }

    pub(super) fn make_up_for_missed(&mut self) {
        if self.is_anybody_there() {
            for firing in std::mem::take(&mut self.missed) {
                self.schedule(self.now, Class::Cron, What::MakeUp(firing));
            }
        }
    }

    fn miss(&mut self, firing: MissedFiring) {
        match self.sources[firing.source].missed() {
            MisfireRule::Skip => self.tell(Kind::Skipped { action: firing.action }),
            MisfireRule::All => self.missed.push(firing),
            MisfireRule::Once => {
                if let Some(earlier) = self.missed.iter().position(|earlier| earlier.source == firing.source) {
                    self.missed.remove(earlier);
                    self.tell(Kind::Skipped { action: firing.action });
                }
                self.missed.push(firing);
            }
        }
    }

    pub(super) fn make_up(&mut self, firing: MissedFiring) {
        let MissedFiring { source, action, overrides, nominal, ordinal, drawn } = firing;
        if self.is_to_be_skipped(source, action) {
            return self.tell(Kind::Skipped { action });
        }
        let scheduled_at = nominal;
        let row =
            self.create(Newcomer { action, overrides, scheduled_at, ordinal, drawn, customer: None, parent: None });
        self.fall_due(row);
    }

    fn is_to_be_skipped(&self, source: usize, action: ActionId) -> bool {
        let mut of_action = self.rows.iter().filter(|row| row.action == action);
        match self.sources[source].overlap() {
            Overlap::Enqueue => false,
            Overlap::SkipIfWaiting => of_action.any(Row::is_waiting),
            Overlap::SkipIfActive => of_action.any(|row| row.is_waiting() || row.is_running()),
        }
    }

    /// Creates the first row of a chain and returns its number.
    pub(super) fn create(&mut self, newcomer: Newcomer) -> usize {
        let Newcomer { action, overrides, scheduled_at, ordinal, drawn, customer, parent } = newcomer;
        let (model, number) = (self.system.action(action), self.rows.len());
        let retries_left = overrides.retries.unwrap_or(model.retries);
        self.add(Row {
            action,
            need: overrides.need.unwrap_or(model.need),
            scheduled_at,
            overrides,
            drawn,
            attempt: Attempt { number: 1, first: JobId(number as u64), since: scheduled_at, retries_left },
            ordinal,
            customer,
            parent,
            state: State::NotDue,
            place: None,
            process: Process::None,
            is_cancel_requested: false,
        })
    }

    pub(super) fn add(&mut self, row: Row) -> usize {
        let number = self.rows.len();
        let overrides = row.overrides;
        self.rows.push(row);
        self.tell(Kind::Created { job: JobId(number as u64), row: self.seen(number), overrides });
        number
    }

    pub(super) fn fall_due(&mut self, row: usize) {
        let full = self.system.queue_limit.is_some_and(|limit| self.waiting().len() as u64 >= limit);
        self.tell_due(row);
        self.rows[row].state = State::Waiting { due: self.now, events_before: self.events.len() };
        self.expect_cancel(row);
        if full && matches!(self.system.claim, ClaimRule::Delayed { .. }) {
            self.leave(row, JobOutcome::Rejected);
            // No worker has seen it.
            self.heeded = self.events.len();
        } else if let Some(patience) = self.rows[row].drawn.patience {
            self.schedule(self.now + patience, Class::Abandonment, What::Abandon(row));
        }
    }
}
