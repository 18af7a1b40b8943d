//! Delayed claiming, the registry's race: a worker with room for a waiting job waits a delay of its own, then looks again.
//!
//! Worker by worker that is one event an attempt, and most attempts of a large idle pool find nothing: 20,000 idle workers
//! would make 20,000 events of one job. So in large pools workers for which the same needs fit race as crowds, of which only the
//! firings that claim something are events. The law of what is claimed when, and by whom, stays the same; `docs/model.md` has
//! the argument.

mod cohorts;
mod crowd;
mod law;
mod lockstep;

use super::bits::Bits;
use super::calendar::{Calendar, Class, NOTHING};
use super::pool::Pool;
use super::system::System;
use crate::model::claim::ClaimBatch;
use crate::model::time::{Span, Time};
use crate::model::worker::WorkerId;
use crate::random::dist::Distribution;
use crate::random::stream::{Purpose, Stream, Streams};
use lockstep::Lockstep;

/// From so many workers on, idle ones race as crowds.
const CROWDED: usize = 64;

/// So many workers may fire at the same instant, on average. Each of them is an event.
const LIKELY: f64 = 64.0;

/// All attempts of a replication.
#[derive(Debug)]
pub(super) struct Race {
    pub(super) batch: ClaimBatch,
    racers: Racers,
}

#[derive(Debug)]
enum Racers {
    /// Every attempt is drawn and is an event of its own.
    Alone(Alone),
    /// Delays are uniform from 0, and attempts are drawn only as far as they matter.
    Uniform(Box<crowd::Crowds>),
    /// Delays are constant, and attempts that begin together are one.
    Lockstep(Lockstep),
    /// Attempts are drawn only as far as they matter, under any other delay.
    Cohorts(Box<cohorts::Crowds>),
}

/// Workers that race one by one.
#[derive(Debug)]
struct Alone {
    delay: Distribution,
    /// By worker.
    delays: Vec<Stream>,
    /// Workers with an attempt under way.
    pending: Bits,
}

impl Alone {
    /// A worker that has no attempt under way starts one; gives its delay.
    #[inline]
    fn begin(&mut self, worker: usize) -> Span {
        self.pending.set(worker, true);
        Span::from_secs_f64(self.delay.sample(&mut self.delays[worker]))
    }
}

impl Race {
    /// Workers race as crowds only where whoever fires while a job waits that fits does claim, which is what `may_crowd` says.
    pub(super) fn new(
        system: &System,
        pool: &Pool,
        (delay, batch): (&Distribution, ClaimBatch),
        streams: &Streams,
        may_crowd: bool,
    ) -> Race {
        let workers = system.workers.len();
        let is_crowd = may_crowd && workers >= CROWDED;
        let racers = match delay {
            Distribution::Uniform(delay) if delay.low() == 0.0 && delay.high() > 0.0 && is_crowd => {
                let longest = Span::from_secs_f64(delay.high());
                let stream = streams.stream(Purpose::Race, "");
                Racers::Uniform(Box::new(crowd::Crowds::new(pool, workers, longest, stream)))
            }
            delay if is_crowd && delay.variance() == 0.0 => {
                Racers::Lockstep(Lockstep::new(workers, Span::from_secs_f64(delay.mean())))
            }
            _ if is_crowd && workers as f64 * heaviest(delay) < LIKELY => {
                let (stream, horizon) = (streams.stream(Purpose::Race, ""), system.window.horizon);
                Racers::Cohorts(Box::new(cohorts::Crowds::new(pool, workers, delay, horizon, stream)))
            }
            _ => Racers::Alone(Alone {
                delay: delay.clone(),
                delays: system.workers.iter().map(|worker| streams.stream(Purpose::Delay, &worker.id)).collect(),
                pending: Bits::new(workers),
            }),
        };
        Race { batch, racers }
    }

    /// A first job with this need waits: every idle worker with room for it starts an attempt.
    pub(super) fn need_waits(&mut self, now: Time, need: usize, pool: &Pool, waiting: &[u64], calendar: &mut Calendar) {
        match &mut self.racers {
            Racers::Alone(racers) => {
                for worker in pool.with_room(need).iter() {
                    if !racers.pending.contains(worker) {
                        calendar.schedule(now + racers.begin(worker), Class::Claim, worker);
                    }
                }
            }
            Racers::Uniform(crowds) => crowds.heat(now, need, pool, waiting, calendar),
            Racers::Lockstep(cohorts) => cohorts.heat(now, need, pool, calendar),
            Racers::Cohorts(crowds) => crowds.heat(now, need, pool),
        }
    }

    /// No job with this need waits any more.
    #[inline]
    pub(super) fn need_gone(&mut self, now: Time, need: usize, waiting: &[u64]) {
        match &mut self.racers {
            Racers::Alone(_) | Racers::Lockstep(_) => {}
            Racers::Uniform(crowds) => crowds.cool(now, need, waiting),
            Racers::Cohorts(crowds) => crowds.cool(now, need, waiting),
        }
    }

    /// What fits on a worker may have changed; it starts an attempt if it has none under way and something waits for it.
    #[inline]
    pub(super) fn review(
        &mut self,
        now: Time,
        worker: WorkerId,
        pool: &Pool,
        waiting: &[u64],
        calendar: &mut Calendar,
    ) {
        let worker = worker.0 as usize;
        match &mut self.racers {
            Racers::Alone(racers) => {
                if !racers.pending.contains(worker) && meet(pool.fitting(worker), waiting) {
                    calendar.schedule(now + racers.begin(worker), Class::Claim, worker);
                }
            }
            Racers::Uniform(crowds) => crowds.review(now, worker, pool, waiting, calendar),
            Racers::Lockstep(cohorts) => cohorts.review(now, worker, pool, waiting, calendar),
            Racers::Cohorts(crowds) => crowds.review(now, worker, pool, waiting),
        }
    }

    /// A worker that races alone has found nothing it may claim. If something fits all the same, it starts another attempt; says whether
    /// that has to be put off until something changes, as its delay is none.
    pub(super) fn is_put_off(
        &mut self,
        now: Time,
        worker: WorkerId,
        pool: &Pool,
        waiting: &[u64],
        calendar: &mut Calendar,
    ) -> bool {
        let worker = worker.0 as usize;
        let Racers::Alone(racers) = &mut self.racers else {
            unreachable!("under policies that hold jobs back workers race alone")
        };
        if racers.pending.contains(worker) || !meet(pool.fitting(worker), waiting) {
            return false;
        }
        let delay = racers.begin(worker);
        if delay > Span::ZERO {
            calendar.schedule(now + delay, Class::Claim, worker);
        }
        delay == Span::ZERO
    }

    /// The key of the next attempt of a crowd, or [`NOTHING`].
    #[inline]
    pub(super) fn next_of_crowds(&self) -> u128 {
        match &self.racers {
            Racers::Alone(_) => NOTHING,
            Racers::Uniform(crowds) => crowds.next(),
            Racers::Lockstep(cohorts) => cohorts.next(),
            Racers::Cohorts(crowds) => crowds.next(),
        }
    }

    /// The crowd's attempt with that key is due: the worker whose it is; `None` if it finds nothing.
    pub(super) fn fire_crowd(&mut self, key: u128, now: Time, pool: &Pool, waiting: &[u64]) -> Option<WorkerId> {
        let worker = match &mut self.racers {
            Racers::Alone(_) => unreachable!("workers that race alone have no crowds"),
            Racers::Uniform(crowds) => Some(crowds.fire(key, now)),
            Racers::Lockstep(cohorts) => cohorts.fire(pool, waiting),
            Racers::Cohorts(crowds) => Some(crowds.fire(now)),
        };
        worker.map(|worker| WorkerId(worker as u32))
    }

    /// A worker's own attempt is due, and with that no longer under way.
    #[inline]
    pub(super) fn fire(&mut self, worker: usize) {
        match &mut self.racers {
            Racers::Alone(racers) => racers.pending.set(worker, false),
            Racers::Uniform(crowds) => crowds.fire_alone(worker),
            Racers::Lockstep(cohorts) => cohorts.fire_alone(worker),
            Racers::Cohorts(_) => unreachable!("crowds under any delay keep all attempts themselves"),
        }
    }
}

/// The largest probability of a single nanosecond, where the distributions of the catalogue may have it: at 0, at the mean,
/// and at each value of a measurement.
fn heaviest(delay: &Distribution) -> f64 {
    let at = |seconds: f64| {
        let [from, to] = [-0.5e-9, 0.5e-9].map(|half| delay.survival(seconds + half));
        from - to
    };
    let measured = match delay {
        Distribution::Empirical(it) => it.sorted(),
        _ => &[],
    };
    measured.iter().chain(&[0.0, delay.mean()]).map(|&seconds| at(seconds)).fold(0.0, f64::max)
}

/// Whether two sets of needs have one in common.
#[inline]
fn meet(a: &[u64], b: &[u64]) -> bool {
    a.iter().zip(b).any(|(a, b)| a & b != 0)
}
