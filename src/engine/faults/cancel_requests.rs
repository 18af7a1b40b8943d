//! Requests to cancel single rows, by instant. A request is withdrawn when its row ends before it.

use std::collections::BTreeMap;

use crate::model::capacity::NeedId;
use crate::model::time::Time;

/// The requests to come. Only the next of them is an event of the calendar, so that withdrawn ones
/// leave nothing behind.
#[derive(Debug)]
pub(crate) struct CancelRequests<K> {
    requests: BTreeMap<RequestKey, Location<K>>,
    /// The number of requests so far.
    made: u64,
    /// The earliest instant for which the calendar has an event; it may have later ones.
    armed: Time,
}

/// Names a request, in the order in which requests come: by instant, and then as they were made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct RequestKey {
    at: Time,
    number: u64,
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
        CancelRequests { requests: BTreeMap::new(), made: 0, armed: Time::NEVER }
    }

    /// A request will come to a row at that instant; the row is here now.
    pub(crate) fn make(&mut self, at: Time, location: Location<K>) -> RequestKey {
        self.made += 1;
        let key = RequestKey { at, number: self.made };
        self.requests.insert(key, location);
        key
    }

    /// The row of a request is somewhere else now.
    pub(crate) fn redirect(&mut self, key: RequestKey, location: Location<K>) {
        self.requests.insert(key, location);
    }

    /// A row has ended: the request does not come.
    pub(crate) fn withdraw(&mut self, key: RequestKey) {
        self.requests.remove(&key);
    }

    /// An event of the calendar is due.
    pub(crate) fn fire(&mut self, now: Time) {
        if now == self.armed {
            self.armed = Time::NEVER;
        }
    }

    /// Takes the next request that comes now, if there is one.
    pub(crate) fn take(&mut self, now: Time) -> Option<Location<K>> {
        let next = self.requests.first_entry().filter(|next| next.key().at == now)?;
        Some(next.remove())
    }

    /// The next request time that is not in the calendar yet; the caller must schedule it.
    pub(crate) fn arm(&mut self) -> Option<Time> {
        let next = self.requests.first_key_value()?.0.at;
        (next < self.armed).then(|| {
            self.armed = next;
            next
        })
    }
}
