//! The availability profile of a worker: its free units from now on, given the planned jobs, as a
//! step function of time; and the first gap that is long enough.

use std::collections::VecDeque;

use crate::model::capacity::CapacityMap;
use crate::model::time::{Span, Time};

/// The free units of one worker over time.
#[derive(Debug)]
pub(super) struct AvailabilityProfile {
    resources: usize,
    /// The start of each step, rising; the last step lasts for ever.
    times: VecDeque<Time>,
    /// The free units from then on, by step and resource; below zero where estimates were wrong.
    free: VecDeque<i64>,
    /// The most units free in any step up to each step, by resource; empty after a change, until
    /// needed.
    peaks: Vec<i64>,
}

impl AvailabilityProfile {
    /// The profile of a worker with this capacity and without planned jobs.
    pub(super) fn new(capacity: &CapacityMap, now: Time) -> AvailabilityProfile {
        let free = capacity.0.iter().copied().collect();
        AvailabilityProfile { resources: capacity.0.len(), times: [now].into(), free, peaks: Vec::new() }
    }

    /// Drops the past.
    pub(super) fn forget_before(&mut self, now: Time) {
        while self.times.get(1).is_some_and(|next| *next <= now) {
            self.times.pop_front();
            self.free.drain(..self.resources);
            self.peaks.clear();
        }
    }

    /// A job with this need occupies the worker from `from` until before `to`.
    pub(super) fn occupy(&mut self, from: Time, to: Time, need: &CapacityMap) {
        self.change(from, to, need, -1);
    }

    /// Withdraws such a job.
    pub(super) fn vacate(&mut self, from: Time, to: Time, need: &CapacityMap) {
        self.change(from, to, need, 1);
    }

    fn change(&mut self, from: Time, to: Time, need: &CapacityMap, sign: i64) {
        let from = from.max(self.times[0]);
        if from >= to {
            return;
        }
        self.peaks.clear();
        let (first, end) = (self.cut(from), self.cut(to));
        for step in first..end {
            for (resource, need) in need.0.iter().enumerate() {
                self.free[step * self.resources + resource] += sign * need;
            }
        }
        self.join(end);
        self.join(first);
    }

    /// The step that begins at an instant, which is not before the first step; made if necessary.
    fn cut(&mut self, at: Time) -> usize {
        let step = self.times.partition_point(|time| *time < at);
        if self.times.get(step) != Some(&at) {
            self.times.insert(step, at);
            let start = step * self.resources;
            for resource in 0..self.resources {
                let units = self.free[start - self.resources + resource];
                self.free.insert(start + resource, units);
            }
        }
        step
    }

    /// Merges a step into the one before it, if both are equal.
    fn join(&mut self, step: usize) {
        let units = |step: usize| self.free.range(step * self.resources..(step + 1) * self.resources);
        if step > 0 && step < self.times.len() && units(step - 1).eq(units(step)) {
            self.times.remove(step);
            self.free.drain(step * self.resources..(step + 1) * self.resources);
        }
    }

    /// Whether the need of each resource is ever free before an instant, possibly at different
    /// times: if not, there is no gap.
    pub(super) fn may_have_gap(&mut self, before: Time, need: &CapacityMap) -> bool {
        if self.peaks.is_empty() {
            self.find_peaks();
        }
        let steps = self.times.partition_point(|time| *time < before);
        let Some(last) = steps.checked_sub(1) else { return false };
        let peaks = &self.peaks[last * self.resources..][..self.resources];
        peaks.iter().zip(&need.0).all(|(peak, &need)| need == 0 || need <= *peak)
    }

    fn find_peaks(&mut self) {
        let mut peaks = vec![i64::MIN; self.resources];
        for (index, free) in self.free.iter().enumerate() {
            let peak = &mut peaks[index % self.resources];
            *peak = (*peak).max(*free);
            self.peaks.push(*peak);
        }
    }

    fn has_room(&self, step: usize, need: &CapacityMap) -> bool {
        let free = self.free.range(step * self.resources..);
        free.zip(&need.0).all(|(free, &need)| need == 0 || need <= *free)
    }

    /// The first instant from which a need fits for `lasts`: not before `now`, and before `bound`
    /// if there is one.
    pub(super) fn first_gap(&self, now: Time, bound: Option<Time>, need: &CapacityMap, lasts: Span) -> Option<Time> {
        let mut start = now.max(self.times[0]);
        let first = self.times.partition_point(|time| *time <= start).saturating_sub(1);
        for step in first..self.times.len() {
            let next = self.times.get(step + 1);
            if !self.has_room(step, need) {
                start = *next?;
            } else if next.is_none_or(|next| *next >= start + lasts) {
                return Some(start).filter(|start| bound.is_none_or(|bound| *start < bound));
            }
            if bound.is_some_and(|bound| start >= bound) {
                return None;
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    type Window = (i64, i64, [i64; 2]);

    fn map(units: [i64; 2]) -> CapacityMap {
        CapacityMap(units.into())
    }

    /// Whether a need fits at an instant, by summation.
    fn fits(windows: &[Window], at: i64, need: [i64; 2]) -> bool {
        (0..2).all(|resource| {
            let here = windows.iter().filter(|(from, to, _)| *from <= at && at < *to);
            let used: i64 = here.map(|(_, _, units)| units[resource]).sum();
            need[resource] == 0 || need[resource] <= 6 - used
        })
    }

    proptest! {
        /// Compares with windows that are summed up instant by instant.
        #[test]
        fn agrees_with_windows_added_up(
            steps in prop::collection::vec((0_i64..40, 1_i64..20, prop::array::uniform2(0_i64..4), any::<bool>()), 1..40),
            need in prop::array::uniform2(0_i64..5),
            lasts in 1_i64..15,
            now in 0_i64..30,
        ) {
            let (mut plan, mut windows) = (AvailabilityProfile::new(&map([6, 6]), Time(0)), Vec::<Window>::new());
            for (from, length, units, is_added) in steps {
                if is_added || windows.is_empty() {
                    windows.push((from, from + length, units));
                    plan.occupy(Time(from), Time(from + length), &map(units));
                } else {
                    let (from, to, units) = windows.swap_remove(from as usize % windows.len());
                    plan.vacate(Time(from), Time(to), &map(units));
                }
                prop_assert!(plan.times.len() <= 2 * windows.len() + 1, "equal steps are one");
            }
            let gap = (now..200).find(|start| (*start..start + lasts).all(|at| fits(&windows, at, need)));
            prop_assert_eq!(plan.first_gap(Time(now), None, &map(need), Span(lasts)), gap.map(Time));
            plan.forget_before(Time(now));
            prop_assert_eq!(plan.first_gap(Time(now), None, &map(need), Span(lasts)), gap.map(Time));
            prop_assert!(gap.is_none_or(|gap| plan.may_have_gap(Time(gap + 1), &map(need))));
            let before = gap.map(Time).filter(|start| *start < Time(20));
            prop_assert_eq!(plan.first_gap(Time(now), Some(Time(20)), &map(need), Span(lasts)), before);
        }
    }
}
