//! Small arrival processes for the tests, so that the engine is tested against its own trait only.

use claimsim::internals::engine::{Arrival, ArrivalProcess, JobOverrides, MisfireRule, Overlap};
use claimsim::internals::model::action::ActionId;
use claimsim::internals::model::math;
use claimsim::internals::model::time::{Span, Time};
use claimsim::internals::random::stream::{Purpose, Stream, StreamFamily, Streams};

/// A source of jobs as a test describes it; `start` makes it a process.
#[derive(Clone, Debug)]
pub(crate) enum Source {
    /// Endless arrivals with independent gaps, of `sizes[random]` jobs each.
    Renewal { action: ActionId, name: String, between: Gap, sizes: Vec<u64> },
    /// Known arrivals with the attributes of their jobs.
    Listed(Vec<(Arrival, JobOverrides)>),
    /// Customers who arrive, wait for their job and go away to think.
    Closed { action: ActionId, name: String, population: u32, think: Gap },
    /// Known firings, in order of time.
    Cron { action: ActionId, at: Vec<Time>, overlap: Overlap, missed: MisfireRule, overrides: JobOverrides },
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
            Source::Listed(arrivals) => Process::listed(arrivals.clone(), None),
            Source::Closed { action, name, population, think } => Process::Closed {
                action: *action,
                population: *population,
                think: *think,
                customers: streams.family(Purpose::Customer, name),
            },
            Source::Cron { action, at, overlap, missed, overrides } => {
                let firings = at.iter().map(|&at| (Arrival::single(at, *action), *overrides));
                Process::listed(firings.collect(), Some((*overlap, *missed)))
            }
        }
    }
}

/// A source under way.
pub(crate) enum Process {
    Renewal {
        action: ActionId,
        at: Time,
        between: Gap,
        sizes: Vec<u64>,
        gaps: Box<Stream>,
        batches: Box<Stream>,
    },
    /// A cron's firings, if there are rules for them.
    Listed {
        arrivals: std::vec::IntoIter<(Arrival, JobOverrides)>,
        overrides: Option<JobOverrides>,
        cron: Option<(Overlap, MisfireRule)>,
    },
    Closed {
        action: ActionId,
        population: u32,
        think: Gap,
        customers: StreamFamily,
    },
}

impl Process {
    fn listed(arrivals: Vec<(Arrival, JobOverrides)>, cron: Option<(Overlap, MisfireRule)>) -> Process {
        Process::Listed { arrivals: arrivals.into_iter(), overrides: None, cron }
    }
}

impl ArrivalProcess for Process {
    fn next(&mut self) -> Option<Arrival> {
        match self {
            Process::Renewal { action, at, between, sizes, gaps, batches } => {
                *at += between.sample(gaps);
                let count = sizes[batches.below(sizes.len() as u64) as usize];
                Some(Arrival { count, ..Arrival::single(*at, *action) })
            }
            Process::Listed { arrivals, overrides, .. } => {
                let (arrival, brought) = arrivals.next()?;
                *overrides = Some(brought);
                Some(arrival)
            }
            Process::Closed { .. } => None,
        }
    }

    fn overrides(&self) -> Option<&JobOverrides> {
        if let Process::Listed { overrides, .. } = self { overrides.as_ref() } else { None }
    }

    fn is_cron(&self) -> bool {
        matches!(self, Process::Listed { cron: Some(_), .. })
    }

    fn overlap(&self) -> Overlap {
        if let Process::Listed { cron: Some((overlap, _)), .. } = self { *overlap } else { Overlap::Enqueue }
    }

    fn missed(&self) -> MisfireRule {
        if let Process::Listed { cron: Some((_, missed)), .. } = self { *missed } else { MisfireRule::Skip }
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
