//! The claim delay of attempts under way: in whole nanoseconds, and as the share that is left of a
//! cohort at an instant.

use crate::model::math;
use crate::model::time::{Span, Time};
use crate::random::dist::Distribution;
use crate::random::stream::Stream;

/// While more than this share of a cohort is left, repeated draws until one is not past are faster
/// than inversion.
const OFTEN: f64 = 0.1;

/// Attempts that have the same law of firing: begun at one instant or, where the delay has no
/// memory, in one exponential phase.
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
    /// Probability and mean in nanoseconds of each phase, if all attempts under way are in one of a
    /// few exponential phases.
    phases: Vec<(f64, f64)>,
    /// The last instant at which an attempt may end.
    last: Time,
}

impl Delay {
    pub(super) fn new(law: &Distribution, last: Time) -> Delay {
        let phases = match law {
            Distribution::Exponential(it) => vec![(1.0, it.mean() * 1e9)],
            Distribution::Hyperexponential(it) => it.phases().map(|(p, mean)| (p, mean * 1e9)).collect(),
            _ => Vec::new(),
        };
        Delay { law: law.clone(), phases, last }
    }

    pub(super) fn last(&self) -> Time {
        self.last
    }

    pub(super) fn phases(&self) -> &[(f64, f64)] {
        &self.phases
    }

    pub(super) fn sample(&self, stream: &mut Stream) -> Span {
        Span::from_secs_f64(self.law.sample(stream))
    }

    /// The probability that an attempt of the cohort fires at this instant or later. A delay is
    /// rounded to the nearest nanosecond; within a phase it is rounded down, so that what is left
    /// of it has the same law again.
    #[inline]
    pub(super) fn left(&self, cohort: &Cohort, at: Time) -> f64 {
        let passed = (at - cohort.since).0 as f64;
        match cohort.mean {
            Some(mean) => math::exp(-passed / mean),
            None if passed <= 0.0 => 1.0,
            None => self.law.survival((passed - 0.5) * 1e-9),
        }
    }

    /// Draws when an attempt of the cohort fires that has not fired before `at`, when the share
    /// `left` was left of the cohort.
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

    /// The last instant from `from` on at which a falling function, with the value `value_there` at
    /// `from`, is not below `least`; `None` if it lies beyond the last of all. `step` is a guess at
    /// the distance. It uses false position in the Illinois variant, as the functions here are
    /// smooth but for jumps, and bisection where that is slow.
    pub(super) fn last_at_least(
        &self,
        least: f64,
        from: Time,
        value_there: f64,
        step: i64,
        mut value: impl FnMut(Time) -> f64,
    ) -> Option<Time> {
        let (mut low, mut at_low, mut step) = (from.0, value_there, step.max(1));
        let beyond = self.last.0 + 1;
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
        let (mut probes, mut side) = (0, None);
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
            if side.replace(below) == Some(below) {
                // Twice on the same side: the other end counts half.
                if below { at_low = least + (at_low - least) / 2.0 } else { at_high = least + (at_high - least) / 2.0 }
            }
        }
        Some(Time(low))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::dist::{Empirical, Lognormal, Pareto, Uniform};
    use crate::random::stream::{Purpose, Streams};

    fn delay(law: impl Into<Distribution>) -> Delay {
        Delay::new(&law.into(), Time(3_600_000_000_000))
    }

    /// Against a walk over all instants, for falling functions with jumps and flat stretches.
    #[test]
    fn the_last_instant_is_that_of_a_walk() {
        let mut stream = Streams::new(1, 0).stream(Purpose::Race, "walk");
        let delay = Delay { law: Uniform::new(0.0, 1.0).unwrap().into(), phases: Vec::new(), last: Time(299) };
        for _ in 0..2_000 {
            let mut values = vec![1.0];
            for _ in 0..300 {
                let factor = [1.0, 1.0, 0.999, stream.uniform()][stream.below(4) as usize];
                values.push(values.last().unwrap() * factor);
            }
            let (from, step) = (stream.below(50) as usize, stream.below(200) as i64);
            let least = values[from] * stream.uniform_open();
            let walked = (from..=300).rfind(|&at| values[at] >= least).filter(|&at| at < 300).map(|at| Time(at as i64));
            let value = |at: Time| values[at.0 as usize];
            assert_eq!(delay.last_at_least(least, Time(from as i64), values[from], step, value), walked);
        }
    }

    /// Firings of a cohort with a large or a small share left, against draws from the start that
    /// are not over by then.
    #[test]
    fn a_firing_has_the_law_of_the_delays_that_are_not_over() {
        let measured = Empirical::new((1..200).map(|k| f64::from(k * k) * 1e-4).collect()).unwrap();
        for delay in [
            delay(Lognormal::new(1.0, 1.0).unwrap()),
            delay(Pareto::new(1.5, 0.3, None).unwrap()),
            delay(Uniform::new(1.0, 4.0).unwrap()),
            delay(measured),
        ] {
            let cohort = Cohort { since: Time(500), start: 0, mean: None };
            for at in [Time(500), Time(700_000_500), Time(3_900_000_500)] {
                let mut stream = Streams::new(2, 0).stream(Purpose::Race, "firing");
                let left = delay.left(&cohort, at);
                // The probability of firing at the drawn instant or later is uniform, but for
                // jumps, which are spread out.
                let mut places: Vec<f64> = (0..4_000)
                    .map(|_| {
                        let firing = delay.firing(&cohort, at, left, &mut stream);
                        assert!(firing >= at);
                        let [here, after] = [firing, firing + Span(1)].map(|at| delay.left(&cohort, at));
                        (after + (here - after) * stream.uniform()) / left
                    })
                    .collect();
                places.sort_by(f64::total_cmp);
                let off = places.iter().enumerate().map(|(i, place)| (place - i as f64 / 4_000.0).abs());
                let lambda = off.fold(0.0, f64::max) * 4_000.0_f64.sqrt();
                assert!(lambda < 2.7, "{:?} from {at:?}: Kolmogorov-Smirnov {lambda}", delay.law);
            }
        }
    }
}
