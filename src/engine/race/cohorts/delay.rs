//! The claim delay as attempts under way see it: in whole nanoseconds, and as what is left of a cohort at an instant.

use crate::model::math;
use crate::model::time::{Span, Time};
use crate::random::dist::Distribution;
use crate::random::stream::Stream;

/// While more than this share of a cohort is left, drawing until a draw is not past is faster than inversion.
const OFTEN: f64 = 0.1;

/// Attempts that have the same law of firing: begun at one instant or, where the delay has no memory, in one exponential phase.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cohort {
    pub(super) since: Time,
    /// The number of the start with which it began.
    pub(super) start: u64,
    /// The mean of the phase in nanoseconds, if the delay is made of phases.
    pub(super) mean: Option<f64>,
}

/// The distribution of the delay.
#[derive(Debug)]
pub(super) struct Delay {
    law: Distribution,
    /// Probability and mean in nanoseconds of each phase, if all attempts under way are in one of a few exponential phases.
    phases: Vec<(f64, f64)>,
    horizon: Time,
}

impl Delay {
    pub(super) fn new(law: &Distribution, horizon: Time) -> Delay {
        let phases = match law {
            Distribution::Exponential(it) => vec![(1.0, it.mean() * 1e9)],
            Distribution::Hyperexponential(it) => it.phases().map(|(p, mean)| (p, mean * 1e9)).collect(),
            _ => Vec::new(),
        };
        Delay { law: law.clone(), phases, horizon }
    }

    pub(super) fn horizon(&self) -> Time {
        self.horizon
    }

    pub(super) fn phases(&self) -> &[(f64, f64)] {
        &self.phases
    }

    pub(super) fn sample(&self, stream: &mut Stream) -> Span {
        Span::from_secs_f64(self.law.sample(stream))
    }

    /// The probability that an attempt of the cohort fires at this instant or later. A delay is rounded to the nearest
    /// nanosecond; within a phase it is rounded down, so that what is left of it has the same law again.
    #[inline]
    pub(super) fn left(&self, cohort: &Cohort, at: Time) -> f64 {
        let passed = (at - cohort.since).0 as f64;
        match cohort.mean {
            Some(mean) => math::exp(-passed / mean),
            None if passed <= 0.0 => 1.0,
            None => self.law.survival((passed - 0.5) * 1e-9),
        }
    }

    /// Draws when an attempt of the cohort fires that has not done so before `at`, when `left` of the cohort was left.
    pub(super) fn firing(&self, cohort: &Cohort, at: Time, left: f64, stream: &mut Stream) -> Time {
        if let Some(mean) = cohort.mean {
            return at + Span((mean * stream.exponential()) as i64);
        }
        if left > OFTEN {
            loop {
                let firing = cohort.since + self.sample(stream);
                if firing >= at {
                    return firing;
                }
            }
        }
        // By inversion; the logarithm of a tail is nearly a straight line.
        let least = math::ln(left) + math::ln(stream.uniform_open());
        let step = (self.law.mean() * 1e8).min(1e15) as i64;
        let value = |at| math::ln(self.left(cohort, at));
        self.last_at_least(least, at, math::ln(left), step, value).unwrap_or(Time::NEVER)
    }

    /// The last instant from `from` on at which a falling function, which is `value_there` at `from`, is not below `least`;
    /// `None` if it lies beyond the horizon. `step` is a guess at how far it is. False position in the Illinois variant, as the
    /// functions here are smooth but for jumps; with bisection where that is slow.
    pub(super) fn last_at_least(
        &self,
        least: f64,
        from: Time,
        value_there: f64,
        step: i64,
        mut value: impl FnMut(Time) -> f64,
    ) -> Option<Time> {
        let (mut low, mut at_low, mut step) = (from.0, value_there, step.max(1));
        let beyond = self.horizon.0 + 1;
        let (mut high, mut at_high) = loop {
            let probe = from.0.saturating_add(step).min(beyond);
            let there = value(Time(probe));
            if there < least {
                break (probe, there);
            }
            if probe >= beyond {
                return None;
            }
            (low, at_low, step) = (probe, there, step.saturating_mul(4));
        };
        let (mut probes, mut last) = (0, None);
        while high - low > 1 {
            probes += 1;
            let share = (at_low - least) / (at_low - at_high);
            let share = if share.is_finite() && at_high.is_finite() && probes % 4 != 0 { share } else { 0.5 };
            let probe = (low + (share * (high - low) as f64) as i64).clamp(low + 1, high - 1);
            let there = value(Time(probe));
            let below = there < least;
            if below {
                (high, at_high) = (probe, there);
            } else {
                (low, at_low) = (probe, there);
            }
            if last.replace(below) == Some(below) {
                // Twice on the same side: the other end counts half.
                if below { at_low = least + (at_low - least) / 2.0 } else { at_high = least + (at_high - least) / 2.0 }
            }
        }
        Some(Time(low))
    }
}
