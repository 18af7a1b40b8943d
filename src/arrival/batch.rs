//! Batches: the number of jobs in one arrival.

use crate::random::dist::Distribution;
use crate::random::stream::{Purpose, Stream, Streams};

/// The sizes of the batches of an action, from a stream of their own, so they do not change the
/// times of arrivals.
#[derive(Debug)]
pub(super) struct Batches(Option<(Distribution, Stream)>);

impl Batches {
    /// Batches of `size`; single jobs if `None`.
    pub(super) fn new(size: Option<Distribution>, name: &str, streams: &Streams) -> Batches {
        Batches(size.map(|size| (size, streams.stream(Purpose::Batch, name))))
    }

    /// The size of the next batch: the drawn number rounded to the nearest whole one (a half
    /// upwards), 0 included.
    #[inline(always)]
    pub(super) fn next(&mut self) -> u64 {
        self.0.as_mut().map_or(1, |(size, stream)| size.sample(stream).round() as u64)
    }
}
