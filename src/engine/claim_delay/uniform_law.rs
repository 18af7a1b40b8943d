//! The distribution of a pool member's next firing, given all observations, under delays uniform on
//! [0, d).
//!
//! The members are independent and alike: each is idle with weight `idle`, or fires at an instant
//! whose density is a falling step function. An attempt started at `t` adds the step `[t, t + d)`,
//! so the steps end in the order in which they began, and updating the law costs a few additions
//! per start. Weights need not sum to 1: only their ratios count. The observation that no member
//! has fired since therefore just drops the weight of having fired.

use std::collections::VecDeque;

use crate::model::math;
use crate::model::time::{Span, Time};
use crate::random::stream::Stream;

/// The common law of a pool's members, as of an instant.
#[derive(Debug)]
pub(super) struct UniformLaw {
    /// The longest delay, in nanoseconds.
    longest: f64,
    /// As of this instant: nothing of the density lies before it.
    at: Time,
    /// The weight of having no attempt under way.
    idle: f64,
    /// The weight of that and of all firings to come; updated by subtraction, and summed again from
    /// time to time.
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
    /// The weight of all steps up to this one; the weight of a step is spread evenly over its whole
    /// length.
    up_to: f64,
}

impl UniformLaw {
    /// All members are idle.
    pub(super) fn idle(longest: Span) -> UniformLaw {
        let mut law = UniformLaw {
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

    /// All members are idle, without the rounding errors of before.
    fn reset(&mut self) {
        self.steps.clear();
        (self.idle, self.total, self.summed, self.ended) = (1.0, 1.0, 1.0, 0.0);
    }

    /// All members start an attempt at `now`.
    pub(super) fn start_afresh(&mut self, now: Time) {
        self.reset();
        self.at = now;
        self.start_idle();
    }

    /// Idle members start an attempt at the law's instant.
    pub(super) fn start_idle(&mut self) {
        if self.idle > 0.0 {
            if self.ended > 1e3 * self.total {
                self.sum_again();
            }
            let up_to = self.total_steps() + self.idle;
            self.steps.push_back(Step { end: self.at + Span(self.longest as i64), up_to });
            self.idle = 0.0;
        }
    }

    /// Time passes unseen: a member that fires finds nothing and is idle from then on.
    pub(super) fn pass_unseen(&mut self, now: Time) {
        self.idle += self.pass(now);
        if self.steps.is_empty() {
            self.reset();
        }
    }

    /// Time passes and no member fires: the weight of firing in it is dropped from the law.
    pub(super) fn pass_quiet(&mut self, now: Time) {
        self.total -= self.pass(now);
        if self.total < 0.5 * self.summed {
            self.sum_again();
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

    /// Sums the total from its parts and keeps the weights near 1, so that sums neither lose digits
    /// nor run out of range.
    fn sum_again(&mut self) {
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

    /// The instant by which this much of the weight has fired.
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

    /// When the first of `members` fires, if none is idle: the least of that number of independent
    /// draws, by inversion.
    pub(super) fn first_of(&self, members: usize, stream: &mut Stream) -> Time {
        let log_of_uniform = -stream.exponential();
        self.instant_of(self.pending() * -math::exp_m1(log_of_uniform / members as f64))
    }

    /// Draws the state of one member: it fires at this instant, or is idle (`None`).
    pub(super) fn reveal(&self, stream: &mut Stream) -> Option<Time> {
        let pending = self.pending();
        let drawn = stream.uniform() * self.total;
        (drawn < pending).then(|| self.instant_of(drawn))
    }

    /// A newcomer starts an attempt at the law's instant, when no member of the pool is idle. Draws
    /// its firing; `None` if it joins the pool: then the draw is forgotten, and only this law is
    /// known of it.
    ///
    /// Its own law is uniform on the next `d`; the pool's density g falls from its highest value
    /// g0. A newcomer that joins with probability g(u)/g0 at a draw of u obeys g if it joins, and
    /// the rest if it does not: rejection sampling, both halves of which are used.
    pub(super) fn join(&self, stream: &mut Stream) -> Option<Time> {
        let firing = self.at + Span((stream.uniform() * self.longest) as i64);
        let ended = self.steps.partition_point(|step| step.end <= firing);
        let gone = if ended == 0 { self.ended } else { self.steps[ended - 1].up_to };
        let (there, here) = (self.total_steps() - gone, self.total_steps() - self.ended);
        (stream.uniform() * here >= there).then_some(firing)
    }
}
