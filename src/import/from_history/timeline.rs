//! The events of a history in the order of time: jobs fall due, start, end and leave the queue.

use crate::history::{JobHistory, Outcome};
use crate::model::time::Time;

/// What happens to a record. Of the same instant, what frees capacity comes before what takes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    /// It ends, and has run for some time.
    Ended,
    /// It leaves the queue without a start.
    Left,
    /// It falls due.
    Due,
    /// It starts.
    Started,
    /// It ends at the instant at which it started.
    EndedAtOnce,
}

/// An event: when, what, and which record.
pub(super) type Event = (Time, Kind, u32);

/// All events of a history.
pub(super) fn events(history: &JobHistory) -> Vec<Event> {
    let mut events: Vec<Event> = Vec::with_capacity(history.records.len() * 3);
    for (index, record) in history.records.iter().enumerate() {
        let index = index as u32;
        if record.outcome == Outcome::Rejected {
            continue;
        }
        events.push((record.created, Kind::Due, index));
        match (record.started, record.finished) {
            (Some(started), finished) => {
                events.push((started, Kind::Started, index));
                if let Some(finished) = finished {
                    let kind = if finished > started { Kind::Ended } else { Kind::EndedAtOnce };
                    events.push((finished, kind, index));
                }
            }
            (None, Some(finished)) => {
                let kind = if finished > record.created { Kind::Left } else { Kind::EndedAtOnce };
                events.push((finished, kind, index));
            }
            (None, None) => {}
        }
    }
    events.sort_unstable();
    events
}
