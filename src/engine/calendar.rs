//! The calendar of future events, in the total order `(time, class, sequence)`.
//!
//! An event is one 16-byte key in a 4-ary heap: its time, its class, the order in which it was
//! scheduled, and the slot of its subject. Taking the top leaves a hole, which the next push fills:
//! a completion that frees a worker usually starts the next job, and an arrival always schedules
//! its successor, so one sift does for two. The next arrivals of all sources are in a heap of their
//! own, beside the other events.

use crate::model::time::Time;

/// The classes of events. At one instant, events happen in the order of the variants: this is the
/// tie rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum EventClass {
    /// First, so that freed capacity is available at the same instant and a job may end exactly at
    /// its deadline.
    Completion = 0,
    /// A worker goes down, comes back or changes its capacity; a job that ends just then has ended.
    WorkerChange = 1,
    /// Living workers look for dead ones; a worker that returns in time is not declared dead.
    Sweep = 2,
    /// An attempt runs into its deadline, or into its stop timeout.
    Deadline = 3,
    /// Someone asks to cancel a job.
    Cancel = 4,
    /// Before arrivals: the row of a firing is older than one that arrives at the instant of the
    /// firing.
    Cron = 5,
    /// An arrival, and a retry or a future `scheduledAt` that falls due.
    Arrival = 6,
    /// Claims see everything that has happened at the instant.
    Claim = 7,
    /// Patience is over only when the instant's claims have been made.
    Abandonment = 8,
    /// An autoscaler looks at the queue when everything else of the instant has happened.
    Scaling = 9,
}

/// The classes by their numbers; the rest is unused.
const CLASSES: [EventClass; 16] = {
    let mut classes = [EventClass::Scaling; 16];
    let all = [
        EventClass::Completion,
        EventClass::WorkerChange,
        EventClass::Sweep,
        EventClass::Deadline,
        EventClass::Cancel,
        EventClass::Cron,
        EventClass::Arrival,
        EventClass::Claim,
        EventClass::Abandonment,
    ];
    let mut index = 0;
    while index < all.len() {
        classes[all[index] as usize] = all[index];
        index += 1;
    }
    classes
};

/// An event as it is taken from the calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CalendarEvent {
    /// The next arrival of a source.
    Source(usize),
    /// The event of this class for this slot.
    Slot(EventClass, usize),
}

const SLOT_BITS: u32 = 30;
const SEQUENCE_BITS: u32 = 32;
const CLASS_SHIFT: u32 = SLOT_BITS + SEQUENCE_BITS;
const TIME_SHIFT: u32 = CLASS_SHIFT + 4;
const SLOT_MASK: u128 = (1 << SLOT_BITS) - 1;

/// The latest instant that a key can hold: 146 years from the start.
pub const LAST_INSTANT: Time = Time((1 << 62) - 1);

/// No event.
pub const NO_EVENT: u128 = u128::MAX;

/// A key that comes after every event of its class at its instant.
#[inline]
pub fn last_key_of(time: Time, class: EventClass) -> u128 {
    (time.0 as u128) << TIME_SHIFT | (class as u128) << CLASS_SHIFT | ((1 << CLASS_SHIFT) - 1)
}

/// The first key after an instant.
pub fn first_key_after(time: Time) -> u128 {
    (time.0 as u128 + 1) << TIME_SHIFT
}

/// The coming events of a replication.
#[derive(Debug)]
pub struct Calendar {
    events: Heap,
    sources: Heap,
    /// The next event's, where it belongs in a key.
    sequence: u64,
    horizon: Time,
}

impl Calendar {
    /// An empty calendar. Events after `horizon` never happen and take no memory.
    pub fn new(horizon: Time) -> Calendar {
        Calendar { events: Heap::new(), sources: Heap::new(), sequence: 0, horizon: horizon.min(LAST_INSTANT) }
    }

    /// The key of a new event, for keeping it outside the heaps; `None` if it never happens.
    #[inline(always)]
    pub fn key(&mut self, time: Time, class: EventClass, slot: usize) -> Option<u128> {
        debug_assert!(time >= Time::ZERO && slot < 1 << SLOT_BITS);
        if time > self.horizon {
            return None;
        }
        if self.sequence >> CLASS_SHIFT != 0 {
            self.renumber();
        }
        // In two halves, as most of the shifts are of constants then.
        let class = class as u64;
        let high = (time.0 as u64) << (TIME_SHIFT - 64) | class >> (64 - CLASS_SHIFT);
        let low = class << CLASS_SHIFT | self.sequence | slot as u64;
        self.sequence += 1 << SLOT_BITS;
        Some(u128::from(high) << 64 | u128::from(low))
    }

    /// Schedules an event, which comes back with its `slot`; tells whether it happens before the
    /// horizon.
    #[inline(always)]
    pub fn schedule(&mut self, time: Time, class: EventClass, slot: usize) -> bool {
        let key = self.key(time, class, slot);
        if let Some(key) = key {
            self.events.push(key);
        }
        key.is_some()
    }

    /// Schedules the next arrival of a source.
    #[inline(always)]
    pub fn schedule_source(&mut self, time: Time, class: EventClass, source: usize) {
        if let Some(key) = self.key(time, class, source) {
            self.sources.push(key);
        }
    }

    /// The key of the next event, or [`NO_EVENT`].
    #[inline(always)]
    pub fn peek(&self) -> u128 {
        self.events.top.min(self.sources.top)
    }

    /// Whether another event comes at the instant of the last.
    #[inline(always)]
    pub fn has_more_at(&self, now: Time) -> bool {
        Calendar::time_of(self.events.top) == now || Calendar::time_of(self.sources.top) == now
    }

    /// The instant of a key.
    #[inline]
    pub fn time_of(key: u128) -> Time {
        Time((key >> TIME_SHIFT) as i64)
    }

    /// Takes the next event, whose key [`Calendar::peek`] has just given.
    #[inline(always)]
    pub fn take(&mut self, key: u128) -> CalendarEvent {
        debug_assert!(key == self.peek() && key != NO_EVENT);
        let slot = (key & SLOT_MASK) as usize;
        // The lower halves of two keys differ by their sequence.
        if self.sources.top as u64 == key as u64 {
            self.sources.take();
            return CalendarEvent::Source(slot);
        }
        self.events.take();
        match (key >> CLASS_SHIFT) as usize & 0xF {
            // Half of all events: with a constant class the compiler jumps straight to their code.
            0 => CalendarEvent::Slot(EventClass::Completion, slot),
            class => CalendarEvent::Slot(CLASSES[class], slot),
        }
    }

    /// Gives all events new, small sequence numbers in the same order, once in four thousand
    /// million events.
    #[cold]
    fn renumber(&mut self) {
        let mut keys: Vec<(u128, bool)> = Vec::new();
        keys.extend(self.events.drain().into_iter().map(|key| (key, false)));
        keys.extend(self.sources.drain().into_iter().map(|key| (key, true)));
        keys.sort_unstable();
        for (sequence, (key, of_source)) in keys.iter().enumerate() {
            let slot = key & SLOT_MASK;
            let key = key >> CLASS_SHIFT << CLASS_SHIFT | (sequence as u128) << SLOT_BITS | slot;
            if *of_source { self.sources.push(key) } else { self.events.push(key) }
        }
        self.sequence = (keys.len() as u64) << SLOT_BITS;
    }
}

/// A 4-ary min-heap of keys whose top may be a hole.
#[derive(Debug)]
struct Heap {
    /// The children of place `p` are line `p + 1`; line 0 holds only the top's place, as its last.
    /// Places beyond the last key hold [`NO_EVENT`].
    lines: Vec<Line>,
    len: usize,
    /// Where the least key is, or would be, while the top is a hole; in line 0 if there is no hole.
    hole: Position,
    /// The least key. The top's place itself is not updated.
    top: u128,
}

/// Four siblings in one line of the processor's cache: each step down waits for memory once.
#[derive(Clone, Copy, Debug)]
#[repr(align(64))]
struct Line([u128; 4]);

/// A key's line and its place in it.
#[derive(Clone, Copy, Debug)]
struct Position {
    line: usize,
    index: usize,
}

/// The top's place.
const TOP: Position = Position { line: 0, index: 3 };

impl Position {
    /// The place with this number of places before it.
    #[inline(always)]
    fn nth(number: usize) -> Position {
        Position { line: number.div_ceil(4), index: (number + 3) % 4 }
    }

    /// The line of its children.
    #[inline(always)]
    fn children(self) -> usize {
        4 * self.line + self.index - 2
    }

    /// The place above; the top is above itself.
    #[inline(always)]
    fn parent(self) -> Position {
        Position::nth(self.line.saturating_sub(1))
    }
}

impl Heap {
    fn new() -> Heap {
        Heap { lines: vec![Line([NO_EVENT; 4])], len: 0, hole: TOP, top: NO_EVENT }
    }

    #[inline(always)]
    fn at(&mut self, place: Position) -> &mut u128 {
        &mut self.lines[place.line].0[place.index % 4]
    }

    /// Takes the top, which leaves a hole.
    #[inline(always)]
    fn take(&mut self) {
        if self.hole.line != 0 {
            self.settle();
        }
        (self.hole, self.top) = self.least_child(TOP);
    }

    #[inline(always)]
    fn push(&mut self, key: u128) {
        if self.hole.line == 0 {
            self.sift_up(key);
            self.top = self.top.min(key);
        } else {
            // The least key is the top now, wherever it was before.
            let least = std::mem::replace(&mut self.hole, TOP);
            if key < self.top {
                self.top = key;
            } else {
                self.sift_down(least, key);
            }
        }
    }

    /// Closes the hole with the last key.
    #[inline(never)]
    fn settle(&mut self) {
        let least = std::mem::replace(&mut self.hole, TOP);
        self.len -= 1;
        if self.len == 0 {
            return;
        }
        let key = std::mem::replace(self.at(Position::nth(self.len)), NO_EVENT);
        if key != self.top {
            self.sift_down(least, key);
        }
    }

    /// Removes all keys, in any order.
    fn drain(&mut self) -> Vec<u128> {
        let taken = std::mem::replace(self, Heap::new());
        let top = if taken.hole.line == 0 { taken.top } else { NO_EVENT };
        let others = taken.lines[1..].iter().flat_map(|line| line.0);
        others.chain([top]).filter(|&key| key != NO_EVENT).collect()
    }

    /// Adds a place at the end, and lets `key` rise from it.
    #[inline]
    fn sift_up(&mut self, key: u128) {
        *self.at(TOP) = self.top;
        let mut place = Position::nth(self.len);
        self.len += 1;
        if place.line == self.lines.len() {
            self.lines.push(Line([NO_EVENT; 4]));
        }
        while place.line > 0 {
            let parent = place.parent();
            let above = *self.at(parent);
            if above <= key {
                break;
            }
            *self.at(place) = above;
            place = parent;
        }
        *self.at(place) = key;
    }

    /// Lets `key` sink to or below a place, whose old key is overwritten.
    #[inline]
    fn sift_down(&mut self, mut place: Position, key: u128) {
        loop {
            let (below, least) = self.least_child(place);
            if key <= least {
                break;
            }
            *self.at(place) = least;
            place = below;
        }
        *self.at(place) = key;
    }

    /// A key's least child and its place, found without a branch; [`NO_EVENT`] if it has none.
    #[inline(always)]
    fn least_child(&self, place: Position) -> (Position, u128) {
        let line = place.children();
        let Some(Line(children)) = self.lines.get(line) else { return (Position { line, index: 0 }, NO_EVENT) };
        // Each key is carried along with its place: no load depends on a place that is found first.
        let [a, b, c, d] = *children;
        let (left, at_left) = if b < a { (b, 1) } else { (a, 0) };
        let (right, at_right) = if d < c { (d, 3) } else { (c, 2) };
        let (least, index) = if right < left { (right, at_right) } else { (left, at_left) };
        (Position { line, index }, least)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::stream::{Purpose, Streams};

    fn take(calendar: &mut Calendar) -> Option<(i64, CalendarEvent)> {
        let key = calendar.peek();
        (key != NO_EVENT).then(|| (Calendar::time_of(key).0, calendar.take(key)))
    }

    fn drain(calendar: &mut Calendar) -> Vec<(i64, CalendarEvent)> {
        std::iter::from_fn(|| take(calendar)).collect()
    }

    #[test]
    fn events_come_by_time_then_class_then_order_of_scheduling() {
        let mut calendar = Calendar::new(Time(100));
        calendar.schedule(Time(5), EventClass::Claim, 1);
        calendar.schedule(Time(5), EventClass::Arrival, 2);
        calendar.schedule_source(Time(5), EventClass::Arrival, 3);
        calendar.schedule(Time(5), EventClass::Arrival, 4);
        calendar.schedule(Time(5), EventClass::Completion, 5);
        calendar.schedule(Time(4), EventClass::Abandonment, 6);
        calendar.schedule(Time(101), EventClass::Completion, 7);
        calendar.schedule(Time(100), EventClass::Completion, 8);
        calendar.schedule_source(Time(101), EventClass::Arrival, 0);
        let got: Vec<_> = drain(&mut calendar).into_iter().map(|(_, event)| event).collect();
        let want = [
            CalendarEvent::Slot(EventClass::Abandonment, 6),
            CalendarEvent::Slot(EventClass::Completion, 5),
            CalendarEvent::Slot(EventClass::Arrival, 2),
            CalendarEvent::Source(3),
            CalendarEvent::Slot(EventClass::Arrival, 4),
            CalendarEvent::Slot(EventClass::Claim, 1),
            CalendarEvent::Slot(EventClass::Completion, 8),
        ];
        assert_eq!(got, want, "and nothing after the horizon");
    }

    /// Agrees with a sorted list over random mixtures of taking and scheduling, with a renumbering
    /// in the middle.
    #[test]
    fn agrees_with_a_sorted_list() {
        const SOURCES: usize = 5;
        let mut random = Streams::new(1, 0).stream(Purpose::Arrival, "calendar");
        for round in 0..200 {
            let mut calendar = Calendar::new(LAST_INSTANT);
            if round % 2 == 1 {
                calendar.sequence = ((1 << SEQUENCE_BITS) - 50) << SLOT_BITS;
            }
            let (mut list, mut order, mut now) = (Vec::<(i64, EventClass, u64, CalendarEvent)>::new(), 0, 1);
            for _ in 0..400 {
                if random.below(5) < 2 && !list.is_empty() {
                    let (place, next) =
                        list.iter().copied().enumerate().min_by_key(|(_, it)| (it.0, it.1, it.2)).unwrap();
                    assert!(calendar.has_more_at(Time(next.0)) && !calendar.has_more_at(Time(next.0 - 1)));
                    assert_eq!(take(&mut calendar), Some((next.0, next.3)));
                    list.remove(place);
                    now = next.0;
                } else {
                    let time = now + random.below(8) as i64;
                    let class =
                        [EventClass::Completion, EventClass::Arrival, EventClass::Claim][random.below(3) as usize];
                    let source = random.below(2 * SOURCES as u64) as usize;
                    let event = if source < SOURCES && !list.iter().any(|it| it.3 == CalendarEvent::Source(source)) {
                        calendar.schedule_source(Time(time), class, source);
                        CalendarEvent::Source(source)
                    } else {
                        calendar.schedule(Time(time), class, order as usize);
                        CalendarEvent::Slot(class, order as usize)
                    };
                    list.push((time, class, order, event));
                    order += 1;
                }
            }
            list.sort_unstable_by_key(|it| (it.0, it.1, it.2));
            let rest: Vec<_> = list.iter().map(|&(time, _, _, event)| (time, event)).collect();
            assert_eq!(drain(&mut calendar), rest);
        }
    }
}
