//! Plain rows that have ended, put by until there are enough of them to be taken in at once.
//!
//! In a loop over many rows sums stay in registers and many divisions are under way at once; and what is the same for all of
//! them, such as that they were done, is counted once.

/// So many rows are taken in at once.
pub(super) const BATCH: usize = 32;

/// Rows by how long they waited and ran, in nanoseconds.
#[derive(Clone, Debug)]
pub(super) struct RowBuffer {
    waits: [u64; BATCH],
    services: [u64; BATCH],
    /// So many of them are there; less than [`BATCH`].
    len: usize,
}

impl Default for RowBuffer {
    fn default() -> RowBuffer {
        RowBuffer { waits: [0; BATCH], services: [0; BATCH], len: 0 }
    }
}

impl RowBuffer {
    /// Puts a row by; says whether the batch is full, and has to be taken.
    #[inline(always)]
    pub(super) fn put(&mut self, wait: u64, service: u64) -> bool {
        // Never beyond the end, which spares the check that it is not.
        let place = self.len % BATCH;
        (self.waits[place], self.services[place]) = (wait, service);
        self.len = place + 1;
        self.len == BATCH
    }

    /// Empties the batch; what was in it, waits and services.
    pub(super) fn take(&mut self) -> (&[u64], &[u64]) {
        let len = std::mem::take(&mut self.len);
        (&self.waits[..len], &self.services[..len])
    }
}
