//! The law of one crowd member's next firing, given all that has been seen, under delays uniform on [0, d).
//!
//! The members are independent and alike: each is idle with weight `idle`, or fires at an instant whose density is a falling
//! step function. An attempt started at `t` adds the step `[t, t + d)`, so the steps end in the order in which they began,
//! and keeping the law up to date costs a few additions per start. Weights need not sum to 1; only their ratios count, which is
//! how "nobody has fired since" is taken into account: that weight is dropped.

use std::collections::VecDeque;

use crate::model::math;
use crate::model::time::{Span, Time};
use crate::random::stream::Stream;

/// The common law of a crowd's members, as of an instant.
#[derive(Debug)]
pub(super) struct Law {
    /// The longest delay, in nanoseconds.
    longest: f64,
    /// As of this instant: nothing of the density lies before it.
    at: Time,
    /// The weight of having no attempt under way.
    idle: f64,
    /// The weight of that and of all firings to come; kept up to date by subtraction, and summed anew now and then.
    total: f64,
    /// What `total` was when it was last summed.
    summed: f64,
    /// Attempts under way by the end of their step: weights summed up to and with this one.
    steps: VecDeque<Step>,
    /// The summed weight of the steps that have ended.
    ended: f64,
}

#[derive(Clone, Copy, Debug)]
struct Step {
    end: Time,
    /// The weight of all steps up to this one; the weight of a step is spread evenly over its whole length.
    up_to: f64,
}

impl Law {
    /// Everybody is idle.
    pub(super) fn idle(longest: Span) -> Law {
        let mut law = Law {
            longest: longest.0 as f64,
            at: Time::ZERO,
            idle: 0.0,
            total: 0.0,
            summed: 0.0,
            steps: VecDeque::new(),
            ended: 0.0,
        };
        law.reset();
        law
    }

    /// Everybody is idle, exactly, whatever rounding has gathered before.
    fn reset(&mut self) {
        self.steps.clear();
        (self.idle, self.total, self.summed, self.ended) = (1.0, 1.0, 1.0, 0.0);
    }

    /// Everybody starts an attempt at `now`.
    pub(super) fn start_afresh(&mut self, now: Time) {
        self.reset();
        self.at = now;
        self.start_idle();
    }

    /// Whoever is idle starts an attempt at the law's instant.
    pub(super) fn start_idle(&mut self) {
        if self.idle > 0.0 {
            if self.ended > 1e3 * self.total {
                self.sum_anew();
            }
            let up_to = self.total_steps() + self.idle;
            self.steps.push_back(Step { end: self.at + Span(self.longest as i64), up_to });
            self.idle = 0.0;
        }
    }

    /// Time passes unseen: who fires finds nothing and is idle from then on.
    pub(super) fn pass_unseen(&mut self, now: Time) {
        self.idle += self.pass(now);
        if self.steps.is_empty() {
            self.reset();
        }
    }

    /// Time passes and nobody fires: what lay there is dropped from the law.
    pub(super) fn pass_quiet(&mut self, now: Time) {
        self.total -= self.pass(now);
        if self.total < 0.5 * self.summed {
            self.sum_anew();
        }
    }

    /// Moves the law's instant; gives the weight of firing on the way.
    fn pass(&mut self, now: Time) -> f64 {
        let mut fired = 0.0;
        while let Some(step) = self.steps.front().copied().filter(|step| step.end <= now) {
            fired += self.rate() * (step.end - self.at).0 as f64;
            (self.at, self.ended) = (step.end, step.up_to);
            self.steps.pop_front();
        }
        fired += self.rate() * (now - self.at).0 as f64;
        self.at = now;
        fired
    }

    /// The density at the law's instant, where it is highest.
    fn rate(&self) -> f64 {
        (self.total_steps() - self.ended) / self.longest
    }

    fn total_steps(&self) -> f64 {
        self.steps.back().map_or(self.ended, |step| step.up_to)
    }

    /// The weight of all firings to come.
    fn pending(&self) -> f64 {
        (self.total - self.idle).max(0.0)
    }

    /// Sums the total from its parts and keeps the weights near 1, so that sums neither lose digits nor run out of range.
    fn sum_anew(&mut self) {
        let ended = std::mem::take(&mut self.ended);
        let (mut before, mut pending) = (0.0, 0.0);
        for step in &mut self.steps {
            step.up_to -= ended;
            pending += (step.up_to - before) * ((step.end - self.at).0 as f64 / self.longest);
            before = step.up_to;
        }
        let scale = if before + self.idle > 0.0 { 1.0 / (before + self.idle) } else { 1.0 };
        self.steps.iter_mut().for_each(|step| step.up_to *= scale);
        self.idle *= scale;
        self.total = self.idle + pending * scale;
        self.summed = self.total;
    }

    /// The instant by which so much of the weight has fired.
    fn instant_of(&self, mut weight: f64) -> Time {
        let (mut from, mut ended, all) = (self.at, self.ended, self.total_steps());
        for step in &self.steps {
            let rate = (all - ended) / self.longest;
            let here = rate * (step.end - from).0 as f64;
            if weight < here {
                return from + Span((weight / rate + 0.5) as i64);
            }
            weight -= here;
            (from, ended) = (step.end, step.up_to);
        }
        from
    }

    /// When the first of `members` fires, nobody being idle: the least of so many independent draws by inversion.
    pub(super) fn first_of(&self, members: usize, stream: &mut Stream) -> Time {
        let log_of_uniform = -stream.exponential();
        self.instant_of(self.pending() * -math::exp_m1(log_of_uniform / members as f64))
    }

    /// What one member is found to be at: firing at this instant, or idle.
    pub(super) fn reveal(&self, stream: &mut Stream) -> Option<Time> {
        let pending = self.pending();
        let drawn = stream.uniform() * self.total;
        (drawn < pending).then(|| self.instant_of(drawn))
    }

    /// A newcomer starts an attempt at the law's instant, when nobody of the crowd is idle. Draws its firing; `None` if it
    /// joins: then nothing is known of it but that it obeys this law, the draw being forgotten.
    ///
    /// Its own law is uniform on the next `d`; the crowd's density g falls from its highest value g0. Joining with probability
    /// g(u)/g0 at a draw of u makes those that join obey g, and those that do not obey the rest: rejection sampling, of which
    /// both halves are used.
    pub(super) fn join(&self, stream: &mut Stream) -> Option<Time> {
        let firing = self.at + Span((stream.uniform() * self.longest) as i64);
        let ended = self.steps.partition_point(|step| step.end <= firing);
        let gone = if ended == 0 { self.ended } else { self.steps[ended - 1].up_to };
        let (there, here) = (self.total_steps() - gone, self.total_steps() - self.ended);
        (stream.uniform() * here >= there).then_some(firing)
    }
}
