//! Known arrivals: single jobs and the rows of a trace file.

use std::sync::Arc;

use crate::engine::{Arrival, ArrivalProcess};

/// A walk through a list that all replications share.
#[derive(Debug)]
pub struct Listed {
    arrivals: Arc<[Arrival]>,
    next: usize,
}

impl Listed {
    /// Begins at the head of the list, which must be in order of time.
    pub fn new(arrivals: Arc<[Arrival]>) -> Listed {
        debug_assert!(arrivals.is_sorted_by_key(|arrival| arrival.at), "a listed source is in order of time");
        Listed { arrivals, next: 0 }
    }
}

impl ArrivalProcess for Listed {
    #[inline]
    fn next(&mut self) -> Option<Arrival> {
        let arrival = *self.arrivals.get(self.next)?;
        self.next += 1;
        Some(arrival)
    }
}
