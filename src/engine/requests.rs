//! Requests to cancel single rows, by when they come; a request is withdrawn when its row has ended without it.

use std::collections::BTreeMap;

use crate::model::capacity::NeedId;
use crate::model::job::JobId;
use crate::model::time::Time;

/// The requests to come. Only the next of them is an event of the calendar, so that withdrawn ones leave nothing behind.
#[derive(Debug)]
pub(super) struct Requests<K> {
    coming: BTreeMap<(Time, JobId), Target<K>>,
    /// For when the calendar has an event; it may have further, later ones.
    armed: Time,
}

/// Where a row is that somebody will ask to cancel.
#[derive(Clone, Copy, Debug)]
pub(super) enum Target<K> {
    /// It waits, in this place.
    Waiting(NeedId, K),
    /// It runs, in this slot.
    Running(usize),
}

impl<K> Requests<K> {
    pub(super) fn new() -> Requests<K> {
        Requests { coming: BTreeMap::new(), armed: Time::NEVER }
    }

    /// A row will be asked at that instant, wherever it is then; it is here now.
    pub(super) fn set(&mut self, at: Time, job: JobId, target: Target<K>) {
        self.coming.insert((at, job), target);
    }

    /// A row has ended, and will not be asked.
    pub(super) fn withdraw(&mut self, at: Time, job: JobId) {
        self.coming.remove(&(at, job));
    }

    /// Takes a request that comes at that instant, if there is one.
    pub(super) fn take(&mut self, now: Time) -> Option<Target<K>> {
        let next = self.coming.first_entry().filter(|next| next.key().0 == now)?;
        Some(next.remove())
    }

    /// An event of the calendar is due.
    pub(super) fn fire(&mut self, now: Time) {
        if now == self.armed {
            self.armed = Time::NEVER;
        }
    }

    /// The instant for which the calendar lacks an event, if there is one; it is to be scheduled.
    pub(super) fn arm(&mut self) -> Option<Time> {
        let (next, _) = *self.coming.first_key_value()?.0;
        (next < self.armed).then(|| {
            self.armed = next;
            next
        })
    }
}
