//! A sampler that draws durations in blocks, ahead of their use: no event waits for a logarithm or
//! a division, and several of them are under way at the same time.
//!
//! The stream must have no other use, because its numbers are drawn earlier.

use super::dist::Distribution;
use super::stream::Stream;
use crate::model::time::Span;

/// The number of durations drawn at a time.
const BLOCK: usize = 32;

/// Durations drawn from one stream, in order.
#[derive(Clone, Debug)]
pub struct BufferedSampler {
    law: Law,
    stream: Stream,
    spans: [Span; BLOCK],
    /// The index of the next one.
    next: usize,
}

/// The law of the durations.
#[derive(Clone, Debug)]
enum Law {
    /// Seconds.
    Seconds(Distribution),
    /// Exponential: a standard variate divided by a rate per second, so sweeps over rates are
    /// paired.
    Rate(f64),
}

impl BufferedSampler {
    /// Samples seconds from a distribution.
    pub fn seconds(seconds: Distribution, stream: Stream) -> BufferedSampler {
        BufferedSampler::new(Law::Seconds(seconds), stream)
    }

    /// Samples the times between events of a Poisson process with this rate per second; infinite at
    /// rate 0.
    pub fn at_rate(per_second: f64, stream: Stream) -> BufferedSampler {
        BufferedSampler::new(Law::Rate(per_second), stream)
    }

    fn new(law: Law, stream: Stream) -> BufferedSampler {
        BufferedSampler { law, stream, spans: [Span::ZERO; BLOCK], next: BLOCK }
    }

    /// The next duration.
    #[inline(always)]
    pub fn draw(&mut self) -> Span {
        if self.next >= BLOCK {
            self.refill();
        }
        let span = self.spans[self.next % BLOCK];
        self.next += 1;
        span
    }

    #[cold]
    fn refill(&mut self) {
        let BufferedSampler { law, stream, spans, next } = self;
        match law {
            Law::Seconds(law) => fill(spans, || law.sample(stream)),
            Law::Rate(rate) => fill(spans, || stream.exponential() / *rate),
        }
        *next = 0;
    }
}

#[inline(always)]
fn fill(spans: &mut [Span], mut seconds: impl FnMut() -> f64) {
    for span in spans {
        *span = Span::from_secs_f64(seconds());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dist::{Exponential, Uniform};
    use crate::stream::{Purpose, Streams};

    #[test]
    fn buffered_durations_equal_those_drawn_one_by_one() {
        let stream = || Streams::new(1, 2).stream(Purpose::Service, "ahead");
        for law in [Distribution::from(Exponential::new(3.0).unwrap()), Uniform::new(1.0, 2.0).unwrap().into()] {
            let (mut ahead, mut later) = (BufferedSampler::seconds(law.clone(), stream()), stream());
            for _ in 0..=3 * BLOCK {
                assert_eq!(ahead.draw(), Span::from_secs_f64(law.sample(&mut later)));
            }
        }
        let (mut ahead, mut later) = (BufferedSampler::at_rate(0.5, stream()), stream());
        for _ in 0..=3 * BLOCK {
            assert_eq!(ahead.draw(), Span::from_secs_f64(later.exponential() / 0.5));
        }
        assert_eq!(BufferedSampler::at_rate(0.0, stream()).draw(), Span(i64::MAX), "no event occurs");
    }
}
