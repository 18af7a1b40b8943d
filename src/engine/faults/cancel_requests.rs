//! Requests to cancel single rows, by instant. A request is withdrawn when its row ends before it.

use std::collections::BTreeMap;

use crate::model::capacity::NeedId;
use crate::model::job::JobId;
use crate::model::time::Time;

/// The requests to come. Only the next of them is an event of the calendar, so that withdrawn ones
/// leave nothing behind.
#[derive(Debug)]
pub(crate) struct CancelRequests<K> {
    requests: BTreeMap<(Time, JobId), Location<K>>,
    /// The earliest instant for which the calendar has an event; it may have later ones.
    armed: Time,
}

/// Where a row is that someone will ask to cancel.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Location<K> {
    /// It waits, with this key.
    Waiting(NeedId, K),
    /// It runs, in this slot.
    Running(usize),
}

impl<K> CancelRequests<K> {
    pub(crate) fn new() -> CancelRequests<K> {
        CancelRequests { requests: BTreeMap::new(), armed: Time::NEVER }
    }

    /// A request comes to a row at that instant; the row is here now.
    pub(crate) fn set(&mut self, at: Time, job: JobId, location: Location<K>) {
        self.requests.insert((at, job), location);
    }

    /// A row has ended: the request does not come.
    pub(crate) fn withdraw(&mut self, at: Time, job: JobId) {
        self.requests.remove(&(at, job));
    }

    /// Takes a request that comes at that instant, if any.
    pub(crate) fn take(&mut self, now: Time) -> Option<Location<K>> {
        let next = self.requests.first_entry().filter(|next| next.key().0 == now)?;
        Some(next.remove())
    }

    /// An event of the calendar is due.
    pub(crate) fn fire(&mut self, now: Time) {
        if now == self.armed {
            self.armed = Time::NEVER;
        }
    }

    /// The next request time that is not in the calendar yet; the caller must schedule it.
    pub(crate) fn arm(&mut self) -> Option<Time> {
        let (next, _) = *self.requests.first_key_value()?.0;
        (next < self.armed).then(|| {
            self.armed = next;
            next
        })
    }
}
