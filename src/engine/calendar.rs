//! The calendar of coming events, in the total order `(time, class, sequence)`.
//!
//! An event is one 16-byte key in a 4-ary heap: its time, its class, the order in which it was scheduled, and the slot that
//! says of what. The top is not removed when it is taken but left as a hole, which the next push fills: a completion that
//! frees a worker usually starts the next job, and an arrival always schedules its successor, so one sift does for two.
//! The next arrival of each source is kept in a heap of its own, beside the other events.

use crate::model::time::Time;

/// What happens first at one instant; the order of the variants is the rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub(super) enum Class {
    /// Before everything, so that freed capacity is seen at the same instant and a job may end exactly at its deadline.
    Completion = 0,
    /// An attempt that runs into its deadline.
    Deadline = 3,
    /// Before arrivals: the row of a firing is older than one that arrives at the instant of the firing.
    Cron = 4,
    /// An arrival, and a retry or a future `scheduledAt` that falls due.
    Arrival = 5,
    /// Sees all that has happened at the instant.
    Claim = 6,
    /// Patience is over only when the instant's claims have been made.
    Abandonment = 7,
}

impl Class {
    fn of(key: u128) -> Class {
        match (key >> CLASS_SHIFT) & 0xF {
            0 => Class::Completion,
            3 => Class::Deadline,
            4 => Class::Cron,
            5 => Class::Arrival,
            6 => Class::Claim,
            _ => Class::Abandonment,
        }
    }
}

/// An event as it is taken from the calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Event {
    pub(super) time: Time,
    pub(super) class: Class,
    pub(super) subject: Subject,
}

/// Of what an event is one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Subject {
    /// The next arrival of a source.
    Source(usize),
    /// Whatever the event's class keeps in this slot.
    Slot(usize),
}

const SLOT_BITS: u32 = 30;
const SEQUENCE_BITS: u32 = 32;
const CLASS_SHIFT: u32 = SLOT_BITS + SEQUENCE_BITS;
const TIME_SHIFT: u32 = CLASS_SHIFT + 4;
const SLOT_MASK: u128 = (1 << SLOT_BITS) - 1;

/// The latest instant that a key can hold: 146 years from the start.
pub const LAST_INSTANT: Time = Time((1 << 62) - 1);

/// No event.
pub(super) const NOTHING: u128 = u128::MAX;

/// A key that comes after every event of its class at its instant.
#[inline]
pub(super) fn end_of(time: Time, class: Class) -> u128 {
    (time.0 as u128) << TIME_SHIFT | (class as u128) << CLASS_SHIFT | ((1 << CLASS_SHIFT) - 1)
}

/// The coming events of a replication.
#[derive(Debug)]
pub(super) struct Calendar {
    events: Heap,
    sources: Heap,
    sequence: u64,
    horizon: Time,
}

impl Calendar {
    /// An empty calendar; what is scheduled after `horizon` never happens and takes no room.
    pub(super) fn new(horizon: Time) -> Calendar {
        Calendar { events: Heap::default(), sources: Heap::default(), sequence: 0, horizon: horizon.min(LAST_INSTANT) }
    }

    /// The key of a new event, for keeping it outside the heaps; `None` if it never happens.
    #[inline]
    pub(super) fn key(&mut self, time: Time, class: Class, slot: usize) -> Option<u128> {
        debug_assert!(time >= Time::ZERO && slot < 1 << SLOT_BITS);
        if time > self.horizon {
            return None;
        }
        if self.sequence >> SEQUENCE_BITS != 0 {
            self.renumber();
        }
        let key = (time.0 as u128) << TIME_SHIFT
            | (class as u128) << CLASS_SHIFT
            | u128::from(self.sequence) << SLOT_BITS
            | slot as u128;
        self.sequence += 1;
        Some(key)
    }

    /// Schedules an event; `slot` is handed back with it.
    #[inline]
    pub(super) fn schedule(&mut self, time: Time, class: Class, slot: usize) {
        if let Some(key) = self.key(time, class, slot) {
            self.events.push(key);
        }
    }

    /// Schedules the next arrival of a source.
    #[inline]
    pub(super) fn schedule_source(&mut self, time: Time, class: Class, source: usize) {
        if let Some(key) = self.key(time, class, source) {
            self.sources.push(key);
        }
    }

    /// The key of the next event, or [`NOTHING`].
    #[inline]
    pub(super) fn peek(&self) -> u128 {
        self.events.top().min(self.sources.top())
    }

    /// The instant of a key.
    #[inline]
    pub(super) fn time_of(key: u128) -> Time {
        Time((key >> TIME_SHIFT) as i64)
    }

    /// Takes the next event, whose key [`Calendar::peek`] has just given.
    #[inline]
    pub(super) fn take(&mut self, key: u128) -> Event {
        debug_assert!(key == self.peek() && key != NOTHING);
        let slot = (key & SLOT_MASK) as usize;
        let subject = if self.sources.top() == key {
            self.sources.take();
            Subject::Source(slot)
        } else {
            self.events.take();
            Subject::Slot(slot)
        };
        Event { time: Calendar::time_of(key), class: Class::of(key), subject }
    }

    /// Gives all events new, small sequence numbers in the same order: once in four thousand million events.
    #[cold]
    fn renumber(&mut self) {
        let mut keys: Vec<(u128, bool)> = Vec::new();
        keys.extend(self.events.drain().map(|key| (key, false)));
        keys.extend(self.sources.drain().map(|key| (key, true)));
        keys.sort_unstable();
        for (sequence, (key, of_source)) in keys.iter().enumerate() {
            let key = key >> CLASS_SHIFT << CLASS_SHIFT | (sequence as u128) << SLOT_BITS | key & SLOT_MASK;
            if *of_source { self.sources.push(key) } else { self.events.push(key) }
        }
        self.sequence = keys.len() as u64;
    }
}

/// A 4-ary min-heap of keys whose top may be a hole.
#[derive(Debug, Default)]
struct Heap {
    keys: Vec<u128>,
    hole: bool,
}

impl Heap {
    #[inline]
    fn top(&self) -> u128 {
        if self.hole {
            self.keys.iter().skip(1).take(4).copied().min().unwrap_or(NOTHING)
        } else {
            self.keys.first().copied().unwrap_or(NOTHING)
        }
    }

    #[inline]
    fn take(&mut self) {
        self.settle();
        self.hole = true;
    }

    #[inline]
    fn push(&mut self, key: u128) {
        if self.hole {
            self.hole = false;
            self.sift_down(key);
        } else {
            self.keys.push(key);
            self.sift_up(key);
        }
    }

    /// Closes the hole with the last key.
    #[inline]
    fn settle(&mut self) {
        if self.hole {
            self.hole = false;
            let last = self.keys.pop().expect("a hole has a place");
            if !self.keys.is_empty() {
                self.sift_down(last);
            }
        }
    }

    fn drain(&mut self) -> std::vec::Drain<'_, u128> {
        self.settle();
        self.keys.drain(..)
    }

    #[inline]
    fn sift_up(&mut self, key: u128) {
        let keys = &mut self.keys[..];
        let mut place = keys.len() - 1;
        while place > 0 {
            let parent = (place - 1) / 4;
            if keys[parent] <= key {
                break;
            }
            keys[place] = keys[parent];
            place = parent;
        }
        keys[place] = key;
    }

    /// Puts `key` at the top, whose old key is forgotten, and lets it sink.
    #[inline]
    fn sift_down(&mut self, key: u128) {
        let keys = &mut self.keys[..];
        let mut place = 0;
        loop {
            let first = 4 * place + 1;
            let least = if let Some(children) = keys.get(first..first + 4) {
                let left = usize::from(children[1] < children[0]);
                let right = 2 + usize::from(children[3] < children[2]);
                first + if children[right] < children[left] { right } else { left }
            } else {
                match (first..keys.len()).min_by_key(|&child| keys[child]) {
                    Some(least) => least,
                    None => break,
                }
            };
            if keys[least] >= key {
                break;
            }
            keys[place] = keys[least];
            place = least;
        }
        keys[place] = key;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::stream::{Purpose, Streams};

    fn drain(calendar: &mut Calendar) -> Vec<(i64, Class, Subject)> {
        std::iter::from_fn(|| {
            let key = calendar.peek();
            (key != NOTHING).then(|| calendar.take(key)).map(|event| (event.time.0, event.class, event.subject))
        })
        .collect()
    }

    #[test]
    fn events_come_by_time_then_class_then_order_of_scheduling() {
        let mut calendar = Calendar::new(Time(100));
        calendar.schedule(Time(5), Class::Claim, 1);
        calendar.schedule(Time(5), Class::Arrival, 2);
        calendar.schedule_source(Time(5), Class::Arrival, 3);
        calendar.schedule(Time(5), Class::Arrival, 4);
        calendar.schedule(Time(5), Class::Completion, 5);
        calendar.schedule(Time(4), Class::Abandonment, 6);
        calendar.schedule(Time(101), Class::Completion, 7);
        calendar.schedule(Time(100), Class::Completion, 8);
        let got: Vec<_> = drain(&mut calendar).into_iter().map(|(_, _, subject)| subject).collect();
        let slots = [6, 5, 2].map(Subject::Slot).into_iter();
        let want: Vec<_> =
            slots.chain([Subject::Source(3), Subject::Slot(4), Subject::Slot(1), Subject::Slot(8)]).collect();
        assert_eq!(got, want, "and nothing that lies after the horizon");
    }

    /// Against a sorted list, over random mixtures of taking and scheduling, with a renumbering in the middle.
    #[test]
    fn agrees_with_a_sorted_list() {
        let mut random = Streams::new(1, 0).stream(Purpose::Arrival, "calendar");
        for round in 0..200 {
            let mut calendar = Calendar::new(LAST_INSTANT);
            if round % 2 == 1 {
                calendar.sequence = (1 << SEQUENCE_BITS) - 50;
            }
            let (mut list, mut order, mut now) = (Vec::<(i64, Class, u64, usize)>::new(), 0, 0);
            for _ in 0..400 {
                let key = calendar.peek();
                if random.below(5) < 2 && key != NOTHING {
                    let event = calendar.take(key);
                    let next = list.iter().min().copied().expect("the list holds the same events");
                    assert_eq!((event.time.0, event.class, event.subject), (next.0, next.1, Subject::Slot(next.3)));
                    list.retain(|other| *other != next);
                    now = next.0;
                } else {
                    let time = now + random.below(8) as i64;
                    let class = [Class::Completion, Class::Arrival, Class::Claim][random.below(3) as usize];
                    calendar.schedule(Time(time), class, order as usize);
                    list.push((time, class, order, order as usize));
                    order += 1;
                }
            }
            list.sort_unstable();
            let rest: Vec<_> = list.iter().map(|&(time, class, _, slot)| (time, class, Subject::Slot(slot))).collect();
            assert_eq!(drain(&mut calendar), rest);
        }
    }
}
