//! Small arrival processes for the tests, so that the engine is tried against its own trait and nothing else.

use claimsim::engine::{Arrival, ArrivalProcess, Given, Overlap};
use claimsim::model::action::ActionId;
use claimsim::model::math;
use claimsim::model::time::{Span, Time};
use claimsim::random::stream::{Family, Purpose, Stream, Streams};

/// A source of jobs as a test describes it; `start` makes it a process.
#[derive(Clone, Debug)]
pub(crate) enum Source {
    /// Lasting for ever, with independent times between arrivals, of `sizes[random]` jobs each.
    Renewal { action: ActionId, name: String, between: Gap, sizes: Vec<u64> },
    /// Known arrivals.
    Listed(Vec<Arrival>),
    /// Customers who come, wait for their job and go away for a while.
    Closed { action: ActionId, name: String, population: u32, think: Gap },
    /// Known firings, in order of time.
    Cron { action: ActionId, at: Vec<Time>, overlap: Overlap, given: Given },
}

/// A random length of time.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Gap {
    /// Always the same.
    Constant(Span),
    /// Exponential.
    Exponential(Span),
    /// Exponential, then rounded up to whole multiples, so that many arrivals coincide.
    Coarse { mean: Span, step: Span },
}

impl Gap {
    fn sample(self, stream: &mut Stream) -> Span {
        let exponential = |mean: Span, stream: &mut Stream| mean.as_secs_f64() * -math::ln(stream.uniform_open());
        match self {
            Gap::Constant(span) => span,
            Gap::Exponential(mean) => Span::from_secs_f64(exponential(mean, stream)),
            Gap::Coarse { mean, step } => Span((exponential(mean, stream) / step.as_secs_f64()).ceil() as i64 * step.0),
        }
    }
}

impl Source {
    pub(crate) fn start(&self, streams: &Streams) -> Process {
        match self {
            Source::Renewal { action, name, between, sizes } => Process::Renewal {
                action: *action,
                at: Time::ZERO,
                between: *between,
                sizes: sizes.clone(),
                gaps: Box::new(streams.stream(Purpose::Arrival, name)),
                batches: Box::new(streams.stream(Purpose::Batch, name)),
            },
            Source::Listed(arrivals) => Process::Listed(arrivals.clone().into_iter()),
            Source::Closed { action, name, population, think } => Process::Closed {
                action: *action,
                population: *population,
                think: *think,
                customers: streams.family(Purpose::Customer, name),
            },
            Source::Cron { action, at, overlap, given } => {
                let arrivals: Vec<Arrival> =
                    at.iter().map(|&at| Arrival { given: *given, ..Arrival::single(at, *action) }).collect();
                Process::Cron { firings: arrivals.into_iter(), overlap: *overlap }
            }
        }
    }
}

/// A source under way.
pub(crate) enum Process {
    Renewal { action: ActionId, at: Time, between: Gap, sizes: Vec<u64>, gaps: Box<Stream>, batches: Box<Stream> },
    Listed(std::vec::IntoIter<Arrival>),
    Closed { action: ActionId, population: u32, think: Gap, customers: Family },
    Cron { firings: std::vec::IntoIter<Arrival>, overlap: Overlap },
}

impl ArrivalProcess for Process {
    fn next(&mut self) -> Option<Arrival> {
        match self {
            Process::Renewal { action, at, between, sizes, gaps, batches } => {
                *at += between.sample(gaps);
                let count = sizes[batches.below(sizes.len() as u64) as usize];
                Some(Arrival { count, ..Arrival::single(*at, *action) })
            }
            Process::Listed(arrivals) | Process::Cron { firings: arrivals, .. } => arrivals.next(),
            Process::Closed { .. } => None,
        }
    }

    fn is_cron(&self) -> bool {
        matches!(self, Process::Cron { .. })
    }

    fn overlap(&self) -> Overlap {
        if let Process::Cron { overlap, .. } = self { *overlap } else { Overlap::Enqueue }
    }

    fn population(&self) -> u32 {
        if let Process::Closed { population, .. } = self { *population } else { 0 }
    }

    fn cycle(&mut self, customer: u32, cycle: u32, from: Time) -> Option<Arrival> {
        let Process::Closed { action, think, customers, .. } = self else { return None };
        let away = think.sample(&mut customers.member(u64::from(customer), 2 * cycle));
        Some(Arrival::single(from + away, *action))
    }
}
