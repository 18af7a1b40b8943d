//! A group: members of a pool that have been treated alike, and the law of the state of each of
//! them.
//!
//! The weight of a cohort is that of having begun with it, whatever has happened since; the pool
//! keeps the share that is left of each cohort.

use crate::random::stream::Stream;

/// Members with one law. A group without members is vacant.
#[derive(Debug, Default)]
pub(super) struct Group {
    pub(super) members: Vec<u32>,
    pub(super) idle: f64,
    /// By cohort. The sum of all weights, each times the share that is left of its cohort, plus
    /// `idle` is 1.
    pub(super) weights: Vec<f64>,
}

/// The state of a member.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    Idle,
    /// Its attempt is of that cohort.
    Of(usize),
}

impl Group {
    pub(super) fn weight(&self, state: State, left: &[f64]) -> f64 {
        match state {
            State::Idle => self.idle,
            State::Of(cohort) => self.weights[cohort] * left[cohort],
        }
    }

    /// The weight of all states.
    pub(super) fn total(&self, left: &[f64]) -> f64 {
        self.idle + self.pending(left)
    }

    #[inline]
    pub(super) fn pending(&self, left: &[f64]) -> f64 {
        self.weights.iter().zip(left).map(|(weight, left)| weight * left).sum()
    }

    pub(super) fn normalize(&mut self, left: &[f64]) {
        let total = self.total(left);
        if total > 0.0 {
            self.idle /= total;
            self.weights.iter_mut().for_each(|weight| *weight /= total);
        } else {
            // Only rounding makes all weights vanish.
            self.weights.fill(0.0);
            self.idle = 1.0;
        }
    }
}

/// Draws a place with a probability proportional to the product of its two factors.
pub(super) fn drawn(weights: &[f64], factors: &[f64], stream: &mut Stream) -> usize {
    let products = || weights.iter().zip(factors).map(|(weight, factor)| weight * factor);
    let mut rest = stream.uniform() * products().sum::<f64>();
    let mut last = 0;
    for (place, product) in products().enumerate().filter(|(_, product)| *product > 0.0) {
        if rest < product {
            return place;
        }
        (rest, last) = (rest - product, place);
    }
    last
}
