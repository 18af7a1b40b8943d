//! A group: members of a crowd that have been treated alike, and the law of what each of them is at.
//!
//! The weight of a cohort is that of having begun with it, whatever has become of it since; how much is left of each cohort is
//! the crowd's to know.

use crate::random::stream::Stream;

/// Members with one law. One without members is vacant.
#[derive(Debug, Default)]
pub(super) struct Group {
    pub(super) members: Vec<u32>,
    pub(super) idle: f64,
    /// By cohort; their sum, each times what is left of its cohort, and `idle` make 1.
    pub(super) weights: Vec<f64>,
}

/// What a member is found to be at.
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

    /// The weight of all that may still be.
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
            // Only rounding leaves nothing of a law.
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
