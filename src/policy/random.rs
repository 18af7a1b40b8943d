//! `random`: at each decision, any of the waiting jobs that fit with equal probability (service in
//! random order).
//!
//! ```text
//! free: scan 1                 waiting: A{scan 2}  B{scan 1}  C{scan 1}
//! A does not fit; B and C go next with probability 1/2 each, whichever is older
//! ```
//!
//! A need draws by itself, so jobs with other needs, that come and go without delaying anyone, do
//! not change what it draws. Each need is a clock that strikes after an exponential time with its
//! number of waiting jobs as rate, and the first clock to strike gives one of its jobs. By the
//! memorylessness of exponential times, this is a fresh choice with equal probability, also if the
//! other clocks run on. Clocks begin again at each instant.
//!
//! A decision counts the waiting jobs of each need that fits: with few needs, its cost hardly grows
//! with the number of jobs.

use crate::engine::{Candidate, ClaimPolicy, Decision, PolicyKind, SchedulingView, System, Target};
use claimsim_model::capacity::{CapacityMap, NeedId};
use claimsim_model::math;
use claimsim_model::time::Time;
use claimsim_model::worker::LabelSet;
use claimsim_random::keyed_bits::KeyedBits;
use claimsim_random::stream::{Purpose, Streams};

/// Service in random order.
#[derive(Clone, Debug)]
pub struct Random {
    /// By need.
    clocks: Vec<Clock>,
    /// The instant of the last decision, and when the clock struck for it.
    now: Time,
    struck: f64,
}

/// When jobs of one need have their turn.
#[derive(Clone, Debug)]
struct Clock {
    bits: KeyedBits,
    /// The instant at which the rest was drawn.
    at: Time,
    draws: u64,
    /// The number of jobs for which it runs; 0 after it has struck.
    count: usize,
    strikes: f64,
}

impl Random {
    /// Uses streams of its own, so jobs and placements are the same as under any other policy.
    pub fn new(system: &System, streams: &Streams) -> Random {
        let clock = |(index, need): (usize, &CapacityMap)| {
            let labels = system.runs_on(NeedId(index as u16));
            let name = name(need, labels, &system.resources);
            let bits = KeyedBits::keyed_by(streams.stream(Purpose::Policy, &name));
            Clock { bits, at: Time::NEVER, draws: 0, count: 0, strikes: 0.0 }
        };
        Random { clocks: system.needs.iter().enumerate().map(clock).collect(), now: Time::NEVER, struck: 0.0 }
    }
}

/// A need as text, which does not depend on what else the system has; labels are there by their
/// numbers.
fn name(need: &CapacityMap, labels: LabelSet, resources: &[String]) -> String {
    let units = resources.iter().zip(&need.0).filter(|(_, units)| **units > 0);
    let mut named: Vec<String> = units.map(|(name, units)| format!("{name}={units}")).collect();
    named.sort_unstable();
    named.extend((labels != LabelSet::default()).then(|| format!("labels {:x}", labels.0)));
    named.join(",")
}

impl Clock {
    /// Runs for this number of jobs, from `since` on if it has to start again; tells when it
    /// strikes.
    fn run(&mut self, now: Time, since: f64, count: usize) -> f64 {
        if self.at != now {
            (self.at, self.draws, self.count) = (now, 0, 0);
        }
        if self.count != count || self.strikes <= since {
            let bits = self.of_instant().at(2 * self.draws);
            let uniform = ((bits >> 11) as f64 + 0.5) * (1.0 / 9_007_199_254_740_992.0);
            self.strikes = since - math::ln(uniform) / count as f64;
            (self.count, self.draws) = (count, self.draws + 1);
        }
        self.strikes
    }

    fn of_instant(&self) -> KeyedBits {
        KeyedBits::new(self.bits.at(self.at.0 as u64))
    }

    /// It has struck: one of its jobs goes.
    fn strike(&mut self) -> usize {
        self.of_instant().below(2 * self.draws - 1, std::mem::take(&mut self.count))
    }
}

impl ClaimPolicy for Random {
    type Rank = i128;

    fn rank(&self, _: &Candidate<'_>) -> i128 {
        0
    }

    fn kind(&self) -> PolicyKind {
        PolicyKind::Selecting
    }

    fn choose(&mut self, view: &SchedulingView<'_, i128>) -> Option<Decision<i128>> {
        if self.now != view.now {
            (self.now, self.struck) = (view.now, 0.0);
        }
        let (now, since, clocks) = (self.now, self.struck, &mut self.clocks);
        let strikes = view.needs().map(|need| {
            let count = view.waiting.count_of(usize::from(need));
            (clocks[usize::from(need)].run(now, since, count), need)
        });
        let (struck, need) = strikes.min_by(|(one, _), (other, _)| one.total_cmp(other))?;
        self.struck = struck;
        let key = view.waiting.nth(need.into(), self.clocks[usize::from(need)].strike())?;
        Some(Decision { need, key, target: Target::Any })
    }

    fn explain(&self, _: &SchedulingView<'_, i128>, _: &Candidate<'_>) -> String {
        "drawn by lot from those that fit".to_owned()
    }
}
