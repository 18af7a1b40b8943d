//! How long the next attempt of a chain waits after a failed one.

use crate::model::math;
use crate::model::time::Span;
use crate::random::stream::Stream;

/// From the end of a failed attempt to the `scheduledAt` of the next: what `growth` says, but at
/// most `cap`. The last part of it, a share of `jitter`, is random.
#[derive(Clone, Debug, PartialEq)]
pub struct Backoff {
    /// How it depends on the number of the attempt.
    pub growth: BackoffGrowth,
    /// The longest; none if `None`.
    pub cap: Option<Span>,
    /// A backoff of b lasts between (1 - jitter) b and b, uniformly: 0 for none, 1 for full jitter.
    pub jitter: f64,
}

/// How a backoff depends on the number of the attempt before it.
#[derive(Clone, Debug, PartialEq)]
pub enum BackoffGrowth {
    /// `first` after the first attempt, and `factor` times as long after each further one.
    Geometric {
        /// After the first attempt.
        first: Span,
        /// 1 for a constant backoff.
        factor: f64,
    },
    /// The first after the first attempt, and so on; the last after all further ones. Not empty.
    Listed(Box<[Span]>),
    /// `unit` times the number of earlier failures (0 after the first attempt) to the power
    /// `power`, and `offset`.
    Polynomial {
        /// The exponent, at least 0.
        power: f64,
        /// The unit.
        unit: Span,
        /// Added to each.
        offset: Span,
    },
}

impl Backoff {
    /// Always this long.
    pub fn constant(span: Span) -> Backoff {
        Backoff::growing(span, 1.0)
    }

    /// This long after the first attempt, and `factor` times as long after each further one.
    pub fn growing(first: Span, factor: f64) -> Backoff {
        Backoff { growth: BackoffGrowth::Geometric { first, factor }, cap: None, jitter: 0.0 }
    }

    /// The longest backoff after the first attempt.
    pub fn first(&self) -> Span {
        let first = match &self.growth {
            BackoffGrowth::Geometric { first, .. } => *first,
            BackoffGrowth::Listed(spans) => spans[0],
            BackoffGrowth::Polynomial { power, unit, offset } if *power == 0.0 => Span(unit.0.saturating_add(offset.0)),
            BackoffGrowth::Polynomial { offset, .. } => *offset,
        };
        self.cap.map_or(first, |cap| first.min(cap))
    }

    /// The backoff after attempt number `attempt`, from 1. Draws nothing from the stream if there
    /// is no jitter.
    pub(crate) fn after(&self, attempt: u32, stream: &mut Stream) -> Span {
        let cap = self.cap.unwrap_or(Span(i64::MAX));
        let seconds = match self.growth {
            BackoffGrowth::Geometric { first, factor } if factor != 1.0 => {
                let (mut seconds, cap) = (first.as_secs_f64(), cap.as_secs_f64());
                for _ in 1..attempt {
                    if seconds >= cap {
                        break;
                    }
                    seconds *= factor;
                }
                seconds
            }
            BackoffGrowth::Polynomial { power, unit, offset } => {
                unit.as_secs_f64() * math::pow(f64::from(attempt - 1), power) + offset.as_secs_f64()
            }
            BackoffGrowth::Geometric { first: given, .. } => return self.with_jitter(given.min(cap), stream),
            BackoffGrowth::Listed(ref spans) => {
                let given = spans[(attempt as usize - 1).min(spans.len() - 1)];
                return self.with_jitter(given.min(cap), stream);
            }
        };
        let seconds = seconds.min(cap.as_secs_f64());
        Span::from_secs_f64(if self.jitter > 0.0 { seconds * self.rest(stream) } else { seconds })
    }

    /// A backoff that is known to the nanosecond.
    fn with_jitter(&self, span: Span, stream: &mut Stream) -> Span {
        if self.jitter > 0.0 { Span::from_secs_f64(span.as_secs_f64() * self.rest(stream)) } else { span }
    }

    /// The share of a backoff that jitter leaves.
    fn rest(&self, stream: &mut Stream) -> f64 {
        1.0 - self.jitter * stream.uniform()
    }
}
