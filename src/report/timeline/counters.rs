//! The counters of a timeline: waiting jobs by action, and free units by resource.

use std::io;

use super::lanes::QUEUE;
use super::trace::{Quoted, TraceWriter};
use crate::engine::System;
use crate::model::action::ActionId;
use crate::model::time::Time;

/// Counters whose values are written once an instant is over, if they have changed.
#[derive(Debug)]
pub(super) struct Counters {
    all: Vec<Counter>,
    actions: usize,
    /// The counters that may have changed at this instant.
    touched: Vec<usize>,
    /// The instant of the last change.
    at: Time,
}

#[derive(Debug)]
struct Counter {
    name: Quoted,
    unit: &'static str,
    value: i64,
    written: i64,
    is_touched: bool,
}

impl Counters {
    /// The counters at the start; `free` are free units by resource.
    pub(super) fn new(system: &System, free: &[i64]) -> Counters {
        let counter = |(name, unit, value): (String, _, _)| Counter {
            name: Quoted::new(&name),
            unit,
            value,
            written: value,
            is_touched: false,
        };
        let waiting = system.actions.iter().map(|action| (format!("waiting: {}", action.name), "jobs", 0));
        let resources = system.resources.iter().zip(free);
        let units = resources.map(|(resource, free)| (format!("free: {resource}"), "units", *free));
        let all = waiting.chain(units).map(counter).collect();
        Counters { all, actions: system.actions.len(), touched: Vec::new(), at: Time::ZERO }
    }

    /// The number of waiting jobs of an action changes.
    pub(super) fn change_waiting(&mut self, action: ActionId, change: i64) {
        let index = usize::from(action.0);
        let value = self.all[index].value + change;
        self.set(index, value);
    }

    /// The free units by resource.
    pub(super) fn set_free(&mut self, free: &[i64]) {
        for (resource, value) in free.iter().enumerate() {
            self.set(self.actions + resource, *value);
        }
    }

    fn set(&mut self, index: usize, value: i64) {
        let counter = &mut self.all[index];
        counter.value = value;
        if value != counter.written && !counter.is_touched {
            counter.is_touched = true;
            self.touched.push(index);
        }
    }

    /// Something happens at `now`: writes what has changed before, with the instant of the change.
    pub(super) fn advance<W: io::Write>(&mut self, now: Time, trace: Option<&mut TraceWriter<W>>) {
        if now == self.at {
            return;
        }
        let at = std::mem::replace(&mut self.at, now);
        if let Some(trace) = trace {
            self.write_changes(at, trace);
        }
    }

    /// Writes what has changed.
    pub(super) fn write_changes<W: io::Write>(&mut self, at: Time, trace: &mut TraceWriter<W>) {
        let mut touched = std::mem::take(&mut self.touched);
        for index in touched.drain(..) {
            let counter = &mut self.all[index];
            counter.is_touched = false;
            if counter.value != counter.written {
                counter.write(at, trace);
            }
        }
        self.touched = touched;
    }

    /// Writes all values, at the beginning of a window.
    pub(super) fn write_all<W: io::Write>(&mut self, at: Time, trace: &mut TraceWriter<W>) {
        self.touched.clear();
        for counter in &mut self.all {
            counter.is_touched = false;
            counter.write(at, trace);
        }
    }
}

impl Counter {
    fn write<W: io::Write>(&mut self, at: Time, trace: &mut TraceWriter<W>) {
        self.written = self.value;
        trace.event(b'C', QUEUE).at(at).text("name", &self.name).args().signed(self.unit, self.value).end();
    }
}
