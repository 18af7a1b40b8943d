//! The decisions of an autoscaler: metrics in, number of workers out.

use std::collections::VecDeque;

use crate::model::time::{Span, Time};
use crate::system::staffing::{Autoscaler, RateLimit, ScalingMetric, ScalingPace, ScalingRule, ScalingStep};

/// What an autoscaler remembers.
#[derive(Clone, Debug)]
pub(crate) struct ScalingHistory {
    /// Recommendations that may still count, oldest first.
    recommendations: VecDeque<(Time, u32)>,
    /// Changes of the number that may still count, oldest first: workers more, or fewer.
    changes: VecDeque<(Time, i64)>,
    last_change: Option<Time>,
}

impl ScalingHistory {
    /// At the start the number of workers counts as a recommendation.
    pub(crate) fn new(initial: u32) -> ScalingHistory {
        ScalingHistory { recommendations: [(Time::ZERO, initial)].into(), changes: VecDeque::new(), last_change: None }
    }

    /// The number of workers from now on; `read` gives the value of a metric for this number of
    /// workers, or `None` if there is none.
    pub(crate) fn decide(
        &mut self,
        autoscaler: &Autoscaler,
        now: Time,
        current: u32,
        read: impl FnMut(ScalingMetric, u32) -> Option<f64>,
    ) -> u32 {
        let wanted = match &autoscaler.rule {
            ScalingRule::Target { targets, tolerance, up, down } => {
                let recommended = recommend(targets, *tolerance, current, read);
                let stable = self.stabilise(now, recommended, current, up.window, down.window);
                self.limit_rate(now, stable, current, up, down)
            }
            ScalingRule::Steps { steps, cool_down } => {
                let is_cool = self.last_change.is_none_or(|last| now - last >= *cool_down);
                if is_cool { step(steps, current, read) } else { current }
            }
        };
        let number = wanted.clamp(autoscaler.min, autoscaler.max);
        if number != current {
            self.changes.push_back((now, i64::from(number) - i64::from(current)));
            self.last_change = Some(now);
        }
        number
    }

    /// The most cautious of the recommendations within the windows (`behavior` of the Kubernetes
    /// horizontal pod autoscaler).
    fn stabilise(&mut self, now: Time, recommended: u32, current: u32, up_window: Span, down_window: Span) -> u32 {
        let longest = up_window.max(down_window);
        while self.recommendations.front().is_some_and(|(at, _)| now - *at >= longest) {
            self.recommendations.pop_front();
        }
        let within = |window: Span| {
            let younger = self.recommendations.iter().filter(move |(at, _)| now - *at < window);
            younger.map(|(_, number)| *number)
        };
        let up = within(up_window).fold(recommended, u32::min);
        let down = within(down_window).fold(recommended, u32::max);
        self.recommendations.push_back((now, recommended));
        current.max(up).min(down)
    }

    /// The number, as far as the rate policies allow it.
    fn limit_rate(&mut self, now: Time, wanted: u32, current: u32, up: &ScalingPace, down: &ScalingPace) -> u32 {
        let periods = up.policies.iter().chain(&down.policies).map(|policy| policy.period);
        let longest = periods.max().unwrap_or(Span::ZERO);
        while self.changes.front().is_some_and(|(at, _)| now - *at >= longest) {
            self.changes.pop_front();
        }
        let at_beginning_of = |period: Span| {
            let younger = self.changes.iter().filter(|(at, _)| now - *at < period);
            (i64::from(current) - younger.map(|(_, change)| change).sum::<i64>()).max(0)
        };
        if wanted > current {
            let most = up.policies.iter().map(|policy| {
                let number = at_beginning_of(policy.period);
                match policy.change {
                    RateLimit::Workers(workers) => number + i64::from(workers),
                    RateLimit::Percent(percent) => {
                        (number as f64 * (100.0 + percent) / 100.0 * (1.0 - ROUNDING)).ceil() as i64
                    }
                }
            });
            let most = most.max().unwrap_or(i64::MAX).max(current.into());
            i64::from(wanted).min(most) as u32
        } else {
            let fewest = down.policies.iter().map(|policy| {
                let number = at_beginning_of(policy.period);
                match policy.change {
                    RateLimit::Workers(workers) => number - i64::from(workers),
                    RateLimit::Percent(percent) => {
                        (number as f64 * (100.0 - percent) / 100.0 * (1.0 + ROUNDING)).floor() as i64
                    }
                }
            });
            let fewest = fewest.min().unwrap_or(0).min(current.into());
            i64::from(wanted).max(fewest) as u32
        }
    }
}

/// Quotients that should be whole may be this much too large, as their numbers are binary.
const ROUNDING: f64 = 1e-9;

/// The largest recommendation of all metrics: ceil(current x metric / target).
fn recommend(
    targets: &[(ScalingMetric, f64)],
    tolerance: f64,
    current: u32,
    mut read: impl FnMut(ScalingMetric, u32) -> Option<f64>,
) -> u32 {
    // Without a worker, the formula is that of one.
    let counted = current.max(1);
    let recommendations = targets.iter().map(|(metric, target)| {
        // What cannot be seen is no reason to change the number.
        let Some(value) = read(*metric, counted) else { return current };
        if (value / target - 1.0).abs() <= tolerance + ROUNDING {
            return counted;
        }
        (f64::from(counted) * value / target * (1.0 - ROUNDING)).ceil().min(f64::from(u32::MAX)) as u32
    });
    recommendations.max().unwrap_or(current)
}

/// The number of workers after the first step that applies.
fn step(steps: &[ScalingStep], current: u32, mut read: impl FnMut(ScalingMetric, u32) -> Option<f64>) -> u32 {
    let applies = |step: &&ScalingStep| {
        let value = read(step.metric, current.max(1));
        value.is_some_and(|value| if step.change > 0 { value > step.bound } else { value < step.bound })
    };
    let change = steps.iter().find(applies).map_or(0, |step| step.change);
    (i64::from(current) + change).clamp(0, u32::MAX.into()) as u32
}
