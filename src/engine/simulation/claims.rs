//! How waiting rows come to workers: offered to all under instant claiming, found by one under delayed claiming.

use super::{NewsOf, Parked, Rule, Simulation};
use crate::arrival::ArrivalProcess;
use crate::calendar::Class;
use crate::model::capacity::NeedId;
use crate::model::claim::ClaimBatch;
use crate::model::job::{Ending, Job};
use crate::model::worker::WorkerId;
use crate::observer::Observer;
use crate::placement::Placer;
use crate::policy::{ClaimPolicy, Look, Manner, On, Pick};

impl<P: ClaimPolicy, A: ArrivalProcess, O: Observer> Simulation<'_, P, A, O> {
    /// Offers the waiting jobs in policy order, each to a worker that fits (instant claiming).
    #[cold]
    pub(super) fn offer(&mut self) {
        self.offer_due = false;
        if !self.is_ranked() {
            return self.offer_by_choice();
        }
        while let Some(need) = self.waiting.first_of(|word| self.pool.mask()[word], |_| true) {
            let worker = self.place(need);
            let job = self.waiting.pop(need);
            self.claim(job, worker);
            self.pool.note_taken(worker, job.need);
        }
        self.turn_away();
    }

    /// [`Simulation::offer`] by a policy that chooses each time.
    fn offer_by_choice(&mut self) {
        while let Some(pick) = self.choose(None) {
            let worker = match &pick.on {
                On::Any => self.place(pick.need.into()),
                On::These(workers) => self.place_among(pick.need, workers),
            };
            self.claim_picked(&pick, worker);
        }
        if let Some(at) = self.policy.next_start(self.now)
            && at != self.next_offer
        {
            self.next_offer = at;
            self.calendar.schedule(at, Class::Claim, 0);
        }
        self.turn_away();
    }

    /// The job that goes next by a policy that chooses: to the worker that looks, or to any.
    fn choose(&mut self, worker: Option<WorkerId>) -> Option<Pick<P::Rank>> {
        let known = (self.system, &self.life);
        let look = Look::new(self.now, &self.waiting, worker, known, &self.pool, &self.capacities);
        self.policy.choose(&look)
    }

    /// A worker claims the job that a policy has picked.
    fn claim_picked(&mut self, pick: &Pick<P::Rank>, worker: WorkerId) {
        let job = self.waiting.remove(pick.need, pick.turn).expect("a policy picks a job that waits");
        assert!(self.pool.fits(worker.0 as usize, job.need.into()), "a policy picks a job that fits");
        self.note_gone(job.need.into());
        self.claim(job, worker);
        self.pool.note_taken(worker, job.need);
    }

    /// The worker, of those on which the policy lets it go, that gets a job with this need.
    fn place_among(&mut self, need: NeedId, workers: &[WorkerId]) -> WorkerId {
        let Rule::Instant(placer) = &mut self.rule else { unreachable!("only under instant claiming jobs are placed") };
        placer.choose_among(&self.pool, need.into(), workers)
    }

    /// Offers a job that has just fallen due, and which alone can have come to fit: whether a worker takes it.
    #[inline(always)]
    pub(super) fn start_at_once(&mut self, job: &Job) -> bool {
        let need = usize::from(job.need.0);
        let fits = self.pool.mask()[need / 64] >> (need % 64) & 1 == 1;
        if fits {
            let worker = self.place(need);
            self.start(*job, worker);
            self.pool.note_taken(worker, job.need);
        }
        fits
    }

    /// A worker on which a job with this need has ended takes the first job that fits, again and again until none does.
    #[inline(always)]
    pub(super) fn fill(&mut self, worker: WorkerId, ended: NeedId) {
        let mut untouched = true;
        while let Some(need) = self.first_freed(worker, ended) {
            let job = self.waiting.pop(need);
            self.claim(job, worker);
            if untouched && job.need == ended {
                // It has taken just what was given back: everything is as before, when nothing fitted.
                return;
            }
            untouched = false;
            self.pool.note_taken(worker, job.need);
        }
        self.pool.note_given_back(worker, ended);
    }

    /// The first waiting job with the need of a row that has just ended on a worker takes its place, if no other job could come
    /// first: what is free there stays as it is, and need not be given back and taken. Says whether one has.
    #[inline(always)]
    pub(super) fn succeed(&mut self, worker: WorkerId, ended: NeedId) -> bool {
        let need = usize::from(ended.0);
        let is_only = self.is_ranked() && self.waiting.is_only_of(need, |word| self.pool.touched(ended, word));
        if !is_only || self.has_outages || !self.is_settled() || !self.pool.fits_in_place(worker.0 as usize, need) {
            return false;
        }
        let job = self.waiting.pop(need);
        self.census.change(job.action, -1, 1);
        self.begin_run(job, worker);
        true
    }

    /// A worker looks for a job that fits, and claims (delayed claiming).
    #[inline(never)]
    pub(super) fn attempt(&mut self, worker: WorkerId) {
        if !self.is_ranked() {
            return self.attempt_by_choice(worker);
        }
        while self.pool.is_open(worker)
            && let Some(need) = self.first_for(worker)
        {
            let job = self.waiting.pop(need);
            self.note_gone(need);
            self.claim(job, worker);
            self.pool.note_taken(worker, job.need);
            if matches!(&self.rule, Rule::Delayed(race) if race.batch == ClaimBatch::One) {
                break;
            }
        }
        self.review(worker);
    }

    /// [`Simulation::attempt`] by a policy that chooses each time.
    fn attempt_by_choice(&mut self, worker: WorkerId) {
        let mut has_claimed = false;
        while self.pool.is_open(worker)
            && let Some(pick) = self.choose(Some(worker))
        {
            self.claim_picked(&pick, worker);
            has_claimed = true;
            if matches!(&self.rule, Rule::Delayed(race) if race.batch == ClaimBatch::One) {
                break;
            }
        }
        match &mut self.rule {
            Rule::Delayed(race) if !has_claimed && self.policy.manner() == Manner::Holding => {
                let (now, waiting) = (self.now, self.waiting.mask());
                if race.is_put_off(now, worker, &self.pool, waiting, &mut self.calendar) {
                    self.parked.workers.push(worker);
                }
            }
            _ => self.review(worker),
        }
    }

    /// Something has changed: all parked workers look again, at this instant.
    #[cold]
    pub(super) fn unpark(&mut self) {
        let Parked { mut workers, .. } = std::mem::take(&mut self.parked);
        workers.sort_unstable();
        for worker in workers {
            self.calendar.schedule(self.now, Class::Claim, worker.0 as usize);
        }
    }

    /// The need whose first waiting job a worker would claim now, when nothing fitted before a job with the need `ended` did.
    #[inline(always)]
    fn first_freed(&self, worker: WorkerId, ended: NeedId) -> Option<usize> {
        let touched = |word| self.pool.touched(ended, word);
        self.waiting.first_of(touched, |need| self.pool.fits(worker.0 as usize, need))
    }

    /// The need whose first waiting job a worker would claim now.
    fn first_for(&self, worker: WorkerId) -> Option<usize> {
        self.waiting.first_of(|_| u64::MAX, |need| self.pool.fits(worker.0 as usize, need))
    }

    /// The worker that gets a job with this need; there must be one with room.
    #[inline(always)]
    fn place(&mut self, need: usize) -> WorkerId {
        let Rule::Instant(placer) = &mut self.rule else { unreachable!("only under instant claiming jobs are placed") };
        WorkerId(placer.choose(&self.pool, need) as u32)
    }

    /// Whether no waiting job that fits on the worker comes before this one in policy order.
    fn is_first_for(&self, job: &Job, worker: WorkerId) -> bool {
        let next = self.first_for(worker).and_then(|need| self.waiting.head(need));
        next.is_none_or(|next| self.turn(job) < next)
    }

    #[inline(always)]
    fn claim(&mut self, job: Job, worker: WorkerId) {
        debug_assert!(
            !self.is_ranked() || self.is_first_for(&job, worker),
            "a better job in policy order fitted the same worker"
        );
        self.census.change(job.action, -1, 1);
        self.run(job, worker);
    }

    /// A row that did not wait starts; [`Pool::note_taken`] is due.
    #[inline(always)]
    pub(super) fn start(&mut self, job: Job, worker: WorkerId) {
        self.census.change(job.action, 0, 1);
        self.run(job, worker);
    }

    /// A worker runs a row from now on.
    #[inline(always)]
    fn run(&mut self, job: Job, worker: WorkerId) {
        self.change_room(worker, job.need, true);
        if !self.is_ranked() {
            self.tell_policy(&job, NewsOf::Starting(worker));
        }
        self.begin_run(job, worker);
    }

    /// [`Simulation::run`] where the worker's free capacity has been seen to.
    #[inline(always)]
    fn begin_run(&mut self, job: Job, worker: WorkerId) {
        self.observer.claimed(self.now, &job, worker);
        let (class, lasts) = match job.fate {
            Ending::DeadlineMissed => (Class::Deadline, self.life.runs_until_deadline(self.system, &job)),
            _ => (Class::Completion, job.service),
        };
        let slot = self.running.reserve();
        let happens = self.calendar.schedule(self.now + lasts, class, slot);
        self.running.fill(slot, job, worker, self.now, happens);
        if job.chain.is_some() {
            self.begin(slot);
        }
    }

    /// A job with this need starts (or else ends) on a worker.
    #[inline(always)]
    pub(super) fn change_room(&mut self, worker: WorkerId, need: NeedId, starts: bool) {
        if self.has_shelves {
            self.note_share(worker, false);
        }
        if starts {
            self.pool.take(worker, need);
        } else {
            self.pool.give_back(worker, need);
        }
        if self.has_shelves {
            self.note_share(worker, true);
        }
    }

    /// Tells a placement by share, if there is one, that the worker's free capacity is about to change or has changed.
    #[cold]
    pub(super) fn note_share(&mut self, worker: WorkerId, has_changed: bool) {
        if let Rule::Instant(Placer::ByShare { shelves, .. }) = &mut self.rule
            && self.pool.is_open(worker)
        {
            shelves.note(&self.pool, worker.0 as usize, has_changed);
        }
    }

    /// What fits on a worker may have changed; it may have to start an attempt (delayed claiming).
    #[inline]
    pub(super) fn review(&mut self, worker: WorkerId) {
        if let Rule::Delayed(race) = &mut self.rule {
            race.review(self.now, worker, &self.pool, self.waiting.mask(), &mut self.calendar);
        }
    }

    /// Tells the race when the last job with a need has gone.
    #[inline]
    pub(super) fn note_gone(&mut self, need: usize) {
        if let Rule::Delayed(race) = &mut self.rule
            && !self.waiting.has(need)
        {
            race.need_gone(self.now, need, self.waiting.mask());
        }
    }
}
