//! How many jobs could run at which hours of the week: shifts of workers.
//!
//! While jobs wait for longer than a claim takes, all workers that are there are busy. So what runs
//! meanwhile is the capacity of that hour. Where nothing waits, what ran is only a lower bound.

use std::collections::{BTreeMap, BTreeSet};

use super::timeline::{Event, Kind};
use crate::calendar::{Calendar, WEEKDAYS};
use crate::history::JobHistory;
use crate::model::time::{Span, Time};

/// Half hours of a day.
const SLOTS: usize = 48;
const SLOT_SECONDS: i64 = 1_800;
/// The least time in which jobs waited that tells the capacity of a half hour, in seconds.
const MIN_WAITING: f64 = 120.0;
/// Shifts repeat on this number of days at least.
const MIN_DAYS: usize = 3;
/// Capacities that differ by a smaller share are no shifts.
const DIFFERENCE: f64 = 0.2;

/// A time of day in which a number of workers is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Shift {
    /// The days, as a scenario writes them; empty for all.
    pub(super) days: &'static str,
    /// From and to, in half hours of the day.
    pub(super) from: usize,
    pub(super) to: usize,
    pub(super) count: usize,
}

/// What is seen in a half hour of a day of the week.
#[derive(Clone, Debug, Default)]
struct Slot {
    /// Seconds in which jobs waited for long, by number of rows that ran.
    waiting: BTreeMap<usize, f64>,
    /// The days on which they did.
    days: BTreeSet<i64>,
    /// The most rows that ran.
    most: usize,
}

/// The days that may have shifts of their own, with the days of the week in them.
const CLASSES: [(&str, std::ops::Range<usize>); 3] = [("mon-fri", 0..5), ("sat", 5..6), ("sun", 6..7)];

/// The shifts, if the number of rows that run while jobs wait follows the hour of the week. Jobs
/// that wait less than `brief` wait for a claim.
pub(super) fn shifts(history: &JobHistory, calendar: &Calendar, events: &[Event], brief: Span) -> Option<Vec<Shift>> {
    let slots = observe(history, calendar, events, brief);
    let mut classes: Vec<(&'static str, Vec<usize>)> = Vec::new();
    let mut is_needed = false;
    let highest = slots.iter().map(|slot| slot.most).max().unwrap_or(0);
    for (name, days) in CLASSES {
        let pooled: Vec<Slot> = (0..SLOTS).map(|slot| pool(&slots, days.clone(), slot)).collect();
        let least_days = MIN_DAYS.min(if name == "mon-fri" { MIN_DAYS } else { 2 });
        let known: Vec<Option<usize>> = pooled.iter().map(capacity).collect();
        let is_low = |(slot, known): (&Slot, &Option<usize>)| {
            slot.days.len() >= least_days
                && known.is_some_and(|known| (known as f64) < (1.0 - DIFFERENCE) * highest as f64)
        };
        is_needed |= pooled.iter().zip(&known).filter(|pair| is_low(*pair)).count() >= 2;
        let bounds: Vec<usize> = pooled.iter().map(|slot| slot.most).collect();
        classes.push((name, filled(&known, &bounds, highest)));
    }
    if !is_needed {
        return None;
    }
    if classes[1].1 == classes[2].1 {
        classes.truncate(2);
        classes[1].0 = "sat-sun";
        if classes[0].1 == classes[1].1 {
            classes.truncate(1);
            classes[0].0 = "";
        }
    }
    Some(classes.iter().flat_map(|(days, counts)| blocks(days, counts)).collect())
}

fn observe(history: &JobHistory, calendar: &Calendar, events: &[Event], brief: Span) -> Vec<Slot> {
    let mut slots = vec![Slot::default(); WEEKDAYS * SLOTS];
    let mut waiting: BTreeSet<(Time, u32)> = BTreeSet::new();
    let (mut running, mut last) = (0_usize, events.first().map_or(Time::ZERO, |(at, ..)| *at));
    for (at, kind, index) in events {
        let long = waiting.first().map(|(due, _)| *due + brief);
        pass(&mut slots, calendar, (last, *at), long, running);
        last = *at;
        let record = &history.records[*index as usize];
        let end = record.started.or(record.finished).unwrap_or(history.until);
        let waits_long = end > record.created + brief;
        match kind {
            Kind::Due if waits_long => {
                waiting.insert((record.created, *index));
            }
            Kind::Started => {
                waiting.remove(&(record.created, *index));
                running += usize::from(record.finished != record.started);
            }
            Kind::Ended => running = running.saturating_sub(1),
            Kind::Left => {
                waiting.remove(&(record.created, *index));
            }
            Kind::Due | Kind::EndedAtOnce => {}
        }
    }
    slots
}

/// Adds the time between two events to the half hours that it lies in.
fn pass(slots: &mut [Slot], calendar: &Calendar, (from, to): (Time, Time), long: Option<Time>, running: usize) {
    let mut at = from;
    while at < to {
        let local = calendar.local_seconds(at);
        let rest = SLOT_SECONDS - local.rem_euclid(SLOT_SECONDS);
        let end = Time(at.0.saturating_add(rest.saturating_mul(crate::model::time::NANOS))).min(to);
        let slot = Calendar::weekday_by_clock(local) * SLOTS + (local.rem_euclid(86_400) / SLOT_SECONDS) as usize;
        let slot = &mut slots[slot];
        slot.most = slot.most.max(running);
        if let Some(long) = long.filter(|long| *long < end) {
            *slot.waiting.entry(running).or_default() += (end - long.max(at)).as_secs_f64();
            slot.days.insert(local.div_euclid(86_400));
        }
        at = end;
    }
}

/// The same half hour of several days of the week.
fn pool(slots: &[Slot], days: std::ops::Range<usize>, slot: usize) -> Slot {
    let mut pooled = Slot::default();
    for day in days {
        let one = &slots[day * SLOTS + slot];
        for (running, seconds) in &one.waiting {
            *pooled.waiting.entry(*running).or_default() += seconds;
        }
        pooled.days.extend(&one.days);
        pooled.most = pooled.most.max(one.most);
    }
    pooled
}

/// The number of rows that ran in the middle of the time in which jobs waited.
fn capacity(slot: &Slot) -> Option<usize> {
    let whole: f64 = slot.waiting.values().sum();
    if whole < MIN_WAITING {
        return None;
    }
    let mut sum = 0.0;
    slot.waiting.iter().find_map(|(running, seconds)| {
        sum += seconds;
        (sum >= whole / 2.0).then_some(*running)
    })
}

/// Capacities for all half hours: unknown ones are like the larger of their neighbours, and at
/// least what ran in them.
fn filled(known: &[Option<usize>], bounds: &[usize], highest: usize) -> Vec<usize> {
    let before = |slot: usize| known[..slot].iter().rev().chain(known[slot..].iter().rev()).flatten().next();
    let after = |slot: usize| known[slot..].iter().chain(&known[..slot]).flatten().next();
    let one = |slot: usize| match (known[slot], before(slot), after(slot)) {
        (Some(known), ..) => known,
        (None, Some(before), Some(after)) => {
            let (small, large) = (*before.min(after), *before.max(after));
            if bounds[slot] <= small && small == large { small } else { large.max(bounds[slot].min(highest)) }
        }
        _ => highest,
    };
    (0..known.len()).map(one).collect()
}

/// Half hours with the same count, without those that have none.
fn blocks(days: &'static str, counts: &[usize]) -> Vec<Shift> {
    let mut shifts: Vec<Shift> = Vec::new();
    for (slot, count) in counts.iter().enumerate() {
        match shifts.last_mut() {
            Some(shift) if shift.to == slot && shift.count == *count => shift.to += 1,
            _ => shifts.push(Shift { days, from: slot, to: slot + 1, count: *count }),
        }
    }
    shifts.retain(|shift| shift.count > 0);
    shifts
}

impl Shift {
    /// As a scenario writes it.
    pub(super) fn text(&self) -> String {
        let time = |slot: usize| format!("\"{:02}:{:02}\"", slot % SLOTS / 2, slot % 2 * 30);
        let days = if self.days.is_empty() { String::new() } else { format!("days = \"{}\", ", self.days) };
        format!("{{ {days}from = {}, to = {}, count = {} }}", time(self.from), time(self.to), self.count)
    }
}
