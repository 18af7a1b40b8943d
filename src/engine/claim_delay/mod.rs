//! Delayed claiming, as in the registry: a worker with room for a waiting job waits a random delay,
//! then looks again.
//!
//! [`PerWorker`] is the rule: one event for each attempt. Most attempts of a large idle pool find
//! nothing: 20,000 idle workers would make 20,000 events of one job. So in large systems workers
//! that the same needs fit on make one pool, and only those attempts of a pool that claim something
//! are events. The distribution of what is claimed when, and by which worker, stays the same;
//! `docs/proofs/claim-delay.md` has the proof. The three accelerations ([`uniform`], [`constant`]
//! and [`general`]) equal [`PerWorker`] and are not needed to understand it.

mod attempts;
mod constant;
mod general;
mod pools;
mod uniform;
mod uniform_law;

pub(crate) use attempts::{Attempts, Context};

use crate::calendar::EventClass;
use crate::model::time::Span;
use crate::random::dist::Distribution;
use crate::random::stream::{Purpose, Stream, Streams};
use crate::resources::bit_set::BitSet;
use crate::resources::pool::Pool;
use crate::system::{ClaimRule, System};
use constant::ConstantDelay;
use general::GeneralDelay;
use uniform::UniformDelay;

/// From this number of workers on, idle ones attempt in pools.
const POOLED_FROM: usize = 64;

/// The most workers that may fire at the same instant, on average. Each of them is an event.
const MOST_AT_ONCE: f64 = 64.0;

/// Whether workers may attempt in pools, which are made of the sets of needs that fit on them.
pub(crate) fn wants_sets(system: &System) -> bool {
    matches!(system.claim, ClaimRule::Delayed { .. }) && system.workers.len() >= POOLED_FROM
}

/// The attempts of a replication. Workers attempt in pools only if `may_pool`: where a worker whose
/// attempt ends while a job waits that fits always claims.
pub(crate) fn start(
    system: &System,
    pool: &Pool,
    delay: &Distribution,
    streams: &Streams,
    may_pool: bool,
) -> Box<dyn Attempts> {
    let workers = system.workers.len();
    let is_pooled = may_pool && workers >= POOLED_FROM;
    let stream = || streams.stream(Purpose::Race, "");
    match delay {
        Distribution::Uniform(delay) if delay.low() == 0.0 && delay.high() > 0.0 && is_pooled => {
            Box::new(UniformDelay::new(pool, workers, Span::from_secs_f64(delay.high()), stream()))
        }
        delay if is_pooled && delay.variance() == 0.0 => {
            Box::new(ConstantDelay::new(workers, Span::from_secs_f64(delay.mean())))
        }
        _ if is_pooled && workers as f64 * largest_atom(delay) < MOST_AT_ONCE => {
            Box::new(GeneralDelay::new(pool, workers, delay, stream()))
        }
        _ => Box::new(PerWorker {
            delay: delay.clone(),
            streams: system.workers.iter().map(|worker| streams.stream(Purpose::Delay, &worker.id)).collect(),
            pending: BitSet::new(workers),
        }),
    }
}

/// The rule, worker by worker: every attempt is drawn and is an event of its own.
#[derive(Debug)]
struct PerWorker {
    delay: Distribution,
    /// By worker: the source of its delays.
    streams: Vec<Stream>,
    /// Workers with an attempt under way.
    pending: BitSet,
}

impl PerWorker {
    /// A worker that has no attempt under way starts one; gives its delay.
    fn begin(&mut self, worker: usize) -> Span {
        self.pending.insert(worker);
        Span::from_secs_f64(self.delay.sample(&mut self.streams[worker]))
    }

    /// Whether a worker has no attempt under way and a job waits that fits on it.
    fn may_begin(&self, worker: usize, context: &Context<'_>) -> bool {
        !self.pending.contains(worker) && context.pool.fits_any(worker, context.waiting)
    }
}

impl Attempts for PerWorker {
    fn need_waits(&mut self, need: usize, context: &mut Context<'_>) {
        for worker in context.pool.workers_for(need) {
            if !self.pending.contains(worker) {
                context.calendar.schedule(context.now + self.begin(worker), EventClass::Claim, worker);
            }
        }
    }

    fn worker_changed(&mut self, worker: usize, context: &mut Context<'_>) {
        if self.may_begin(worker, context) {
            context.calendar.schedule(context.now + self.begin(worker), EventClass::Claim, worker);
        }
    }

    fn finish(&mut self, worker: usize) {
        self.pending.set(worker, false);
    }

    fn retry_stalls(&mut self, worker: usize, context: &mut Context<'_>) -> bool {
        if !self.may_begin(worker, context) {
            return false;
        }
        let delay = self.begin(worker);
        if delay > Span::ZERO {
            context.calendar.schedule(context.now + delay, EventClass::Claim, worker);
        }
        delay == Span::ZERO
    }
}

/// The largest probability of a single nanosecond, at the points where the distributions of the
/// catalogue may have one: at 0, at the mean, and at each value of a measurement.
fn largest_atom(delay: &Distribution) -> f64 {
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
