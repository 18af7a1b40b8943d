//! Waits, queues and utilization by hour of the day, on weekdays and at weekends.
//!
//! A weekly quantile hides the hour that hurts. There are 48 cells: 24 hours of two classes of
//! days. A job belongs to the cell in which it falls due; queue lengths and utilization are
//! averages over the time of a cell.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::engine::{Execution, System, Window};
use crate::model::action::ActionId;
use crate::model::capacity::ResourceId;
use crate::model::job::Job;
use crate::model::time::{NANOS, Span, Time};
use crate::model::time_zone::{LocalClock, Stretch};

use super::capacity_layout::CapacityLayout;
use super::censored::{CensoredTally, CensoredValue};
use super::following::Following;
use super::hours_of_week::{HoursMask, HoursOfWeek};
use super::job_stats::nanos;
use super::measure::{Measure, Statistic};
use super::metric::JobScope;

const HOUR: i64 = 3600 * NANOS;
const HOURS: usize = 24;
const CELLS: usize = 2 * HOURS;

/// The most actions that have figures of their own: each has a thousand, and 48 histograms.
const MOST_ACTIONS: usize = 200;

/// The days of a cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum DayClass {
    /// All days.
    All,
    /// Monday to Friday.
    Weekdays,
    /// Saturday and Sunday.
    Weekend,
}

impl DayClass {
    /// All classes, in the order of tables.
    pub const ALL: [DayClass; 3] = [DayClass::All, DayClass::Weekdays, DayClass::Weekend];

    /// The name in files.
    pub fn name(self) -> &'static str {
        match self {
            DayClass::All => "all",
            DayClass::Weekdays => "mon-fri",
            DayClass::Weekend => "sat-sun",
        }
    }

    /// From Monday on, whether a day belongs to the class.
    pub fn days(self) -> [bool; 7] {
        std::array::from_fn(|day| match self {
            DayClass::All => true,
            DayClass::Weekdays => day < 5,
            DayClass::Weekend => day >= 5,
        })
    }
}

/// One figure of an hour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HourMetric {
    /// The jobs that it covers.
    pub action: JobScope,
    /// The resource that it covers, if it is one of resources.
    pub resource: Option<ResourceId>,
    /// The days.
    pub days: DayClass,
    /// The hour, from 0 to 23.
    pub hour: u8,
    /// The measured quantity; `jobs` is the number that falls due in such an hour.
    pub measure: Measure,
    /// The statistic of the measure.
    pub statistic: Statistic,
}

/// The figures by hour of one replication, in the same order in each.
#[derive(Clone, Debug, PartialEq)]
pub struct ByHour {
    /// The metrics.
    pub metrics: Vec<HourMetric>,
    /// Their values; `None` where there was nothing to measure.
    pub values: Vec<Option<CensoredValue>>,
}

/// The statistics of waits that an hour has.
const WAITS: [Statistic; 4] = [Statistic::Mean, Statistic::P50, Statistic::P95, Statistic::P99];

/// The jobs of one action that fall due in one cell.
#[derive(Clone, Debug, Default)]
struct Cell {
    arrived: u64,
    /// Rows that did not wait.
    prompt: u64,
    /// Waits longer than the target.
    late: u64,
    wait: CensoredTally,
    /// Row-nanoseconds of waiting within the time of the cell, whenever the rows fell due.
    waiting: u128,
}

impl Cell {
    #[inline]
    fn waited(&mut self, wait: u64, late_from: u64) {
        self.late += u64::from(wait >= late_from);
        if wait == 0 {
            self.prompt += 1;
        } else {
            self.wait.ended.take(wait);
        }
    }

    fn merge(&mut self, other: &Cell) {
        self.arrived += other.arrived;
        self.prompt += other.prompt;
        self.late += other.late;
        self.wait.merge(&other.wait);
        self.waiting += other.waiting;
    }
}

/// Filled while a replication runs.
#[derive(Clone, Debug)]
pub(super) struct HourlyStats {
    warmup: Time,
    clock: Arc<LocalClock>,
    /// Waits from this number of nanoseconds on exceed the target.
    late_from: u64,
    /// The current hour and its cell.
    start: Time,
    end: Time,
    cell: usize,
    /// By action, and in each by cell; by cell only if the actions are too many.
    cells: Vec<Cell>,
    /// The distance from the cells of an action to those of the next; 0 if they share cells.
    stride: usize,
    /// Unit-nanoseconds in use and row-nanoseconds of waiting in the current hour, by resource and
    /// by need.
    current_busy: Vec<u128>,
    current_waits: Vec<u128>,
    /// By resource, and in each by cell.
    busy: Vec<u128>,
    waiting: Vec<u128>,
    masks: Vec<HoursMask>,
    /// By need: the resources of which it takes a unit.
    needs: Vec<Box<[usize]>>,
}

impl HourlyStats {
    pub(super) fn new(system: &System, clock: &Arc<LocalClock>, late_from: u64) -> HourlyStats {
        let (actions, resources, needs) = (system.actions.len(), system.resources.len(), system.needs.len());
        let of_need = |need: &crate::model::capacity::CapacityMap| {
            need.iter().filter(|(_, units)| *units > 0).map(|(resource, _)| usize::from(resource.0)).collect()
        };
        let stride = if actions <= MOST_ACTIONS { CELLS } else { 0 };
        let mut stats = HourlyStats {
            warmup: system.window.warmup,
            clock: Arc::clone(clock),
            late_from: if late_from == 0 { u64::MAX } else { late_from },
            start: Time::ZERO,
            end: Time::ZERO,
            cell: 0,
            cells: vec![Cell::default(); if stride > 0 { actions * CELLS } else { CELLS }],
            stride,
            current_busy: vec![0; resources],
            current_waits: vec![0; needs],
            busy: vec![0; resources * CELLS],
            waiting: vec![0; resources * CELLS],
            masks: HourlyStats::masks(clock),
            needs: system.needs.iter().map(of_need).collect(),
        };
        stats.enter(Time::ZERO);
        stats
    }

    /// The hours of all cells.
    pub(super) fn masks(clock: &Arc<LocalClock>) -> Vec<HoursMask> {
        let classes = [DayClass::Weekdays, DayClass::Weekend];
        let hours = classes.into_iter().flat_map(|class| (0..HOURS).map(move |hour| (class, hour)));
        hours.map(|(class, hour)| HoursMask::new(HoursOfWeek::hour(class.days(), hour as u16), clock)).collect()
    }

    fn cell_of(&self, at: Time) -> usize {
        self.hour_of(at).2
    }

    /// The local hour that contains an instant, from one instant to another, and its cell. A clock
    /// change ends an hour.
    fn hour_of(&self, at: Time) -> (Time, Time, usize) {
        let Stretch { from, week_offset, until } = self.clock.stretch(at);
        let number = at.0.saturating_add(week_offset).div_euclid(HOUR);
        let start = number * HOUR - week_offset;
        let hour = number.rem_euclid(7 * HOURS as i64) as usize;
        let cell = hour % HOURS + if hour / HOURS >= 5 { HOURS } else { 0 };
        (Time(start).max(from), Time(start.saturating_add(HOUR)).min(until), cell)
    }

    fn of(&mut self, job: &Job, cell: usize) -> &mut Cell {
        &mut self.cells[usize::from(job.action.0) * self.stride + cell]
    }

    /// The hour that contains an instant is the current one.
    #[cold]
    fn enter(&mut self, at: Time) {
        self.settle();
        (self.start, self.end, self.cell) = self.hour_of(at);
    }

    fn settle(&mut self) {
        for (resource, current) in self.current_busy.iter_mut().enumerate() {
            self.busy[resource * CELLS + self.cell] += std::mem::take(current);
        }
        for (current, resources) in self.current_waits.iter_mut().zip(&self.needs) {
            let waited = std::mem::take(current);
            resources.iter().for_each(|resource| self.waiting[resource * CELLS + self.cell] += waited);
        }
    }

    /// A plain row that counts has ended.
    #[inline]
    pub(super) fn plain(
        &mut self,
        layout: &CapacityLayout,
        job: &Job,
        run: Execution,
        now: Time,
        wait: u64,
        service: u64,
    ) {
        if job.scheduled_at < self.start || now > self.end {
            return self.plain_across_hours(layout, job, run, now);
        }
        let late_from = self.late_from;
        let cell = &mut self.cells[usize::from(job.action.0) * self.stride + self.cell];
        cell.arrived += 1;
        cell.waiting += u128::from(wait);
        cell.waited(wait, late_from);
        self.current_waits[usize::from(job.need.0)] += u128::from(wait);
        for &(resource, units) in layout.need(job.need) {
            self.current_busy[resource] += u128::from(units) * u128::from(service);
        }
    }

    #[cold]
    fn plain_across_hours(&mut self, layout: &CapacityLayout, job: &Job, run: Execution, now: Time) {
        if job.scheduled_at >= self.end {
            self.enter(job.scheduled_at);
            if now <= self.end {
                let (wait, service) = (nanos(job.scheduled_at, run.claimed_at), nanos(run.claimed_at, now));
                return self.plain(layout, job, run, now, wait, service);
            }
        }
        self.row(layout, job, Some(run), now, true);
    }

    /// Any row is over, or still there at the horizon; `counts` tells whether it counts for job
    /// measures.
    pub(super) fn row(&mut self, layout: &CapacityLayout, job: &Job, run: Option<Execution>, now: Time, counts: bool) {
        let until = run.map_or(now, |run| run.claimed_at);
        for (index, waited) in self.hours(job.scheduled_at, until) {
            self.of(job, index).waiting += waited;
            for resource in 0..self.needs[usize::from(job.need.0)].len() {
                let resource = self.needs[usize::from(job.need.0)][resource];
                self.waiting[resource * CELLS + index] += waited;
            }
        }
        if let Some(run) = run {
            self.ran(layout, job, run, now);
        }
        if counts {
            let (index, late_from) = (self.cell_of(job.scheduled_at), self.late_from);
            let cell = self.of(job, index);
            cell.arrived += 1;
            if let Some(run) = run {
                cell.waited(nanos(job.scheduled_at, run.claimed_at), late_from);
            }
        }
    }

    /// Units of a row were in use until `until`.
    pub(super) fn ran(&mut self, layout: &CapacityLayout, job: &Job, run: Execution, until: Time) {
        for (index, used) in self.hours(run.busy_since, until) {
            for &(resource, units) in layout.need(job.need) {
                self.busy[resource * CELLS + index] += u128::from(units) * used;
            }
        }
    }

    /// A followed row was claimed after the horizon, or before it and has been added already.
    pub(super) fn claimed_late(&mut self, following: &Following, job: &Job, run: Execution) {
        if following.is_late(run.claimed_at) {
            let (index, late_from) = (self.cell_of(job.scheduled_at), self.late_from);
            self.of(job, index).waited(nanos(job.scheduled_at, run.claimed_at), late_from);
        }
    }

    /// A followed row was never claimed.
    pub(super) fn never_claimed(&mut self, job: &Job, end: Time) {
        let index = self.cell_of(job.scheduled_at);
        self.of(job, index).wait.open.take(nanos(job.scheduled_at, end));
    }

    /// The parts of an interval within the measured window, cell by cell.
    fn hours(&self, from: Time, to: Time) -> Vec<(usize, u128)> {
        let from = from.max(self.warmup);
        if to <= from {
            return Vec::new();
        }
        if (to.0 - from.0) / HOUR > 7 * HOURS as i64 {
            let masks = self.masks.iter().enumerate();
            return masks.map(|(cell, mask)| (cell, u128::from(mask.overlap(from, to)))).collect();
        }
        let mut parts = Vec::new();
        let mut at = from;
        while at < to {
            let (_, end, cell) = self.hour_of(at);
            let until = end.min(to);
            parts.push((cell, (until - at).0 as u128));
            at = until;
        }
        parts
    }

    /// The figures of all hours that the window has; `offered` has the capacity offered by cell and
    /// resource.
    pub(super) fn finish(mut self, window: Window, offered: &[Vec<u128>]) -> ByHour {
        self.settle();
        for cell in &mut self.cells {
            cell.wait.ended.take_often(0, cell.prompt);
        }
        let lengths: Vec<u64> = self.masks.iter().map(|mask| mask.overlap(window.warmup, window.horizon)).collect();
        let mut by_hour = ByHour { metrics: Vec::new(), values: Vec::new() };
        for days in DayClass::ALL {
            for hour in 0..HOURS {
                let members: &[usize] = match days {
                    DayClass::All => &[hour, HOURS + hour],
                    DayClass::Weekdays => &[hour],
                    DayClass::Weekend => &[HOURS + hour],
                };
                let length: u64 = members.iter().map(|cell| lengths[*cell]).sum();
                if length > 0 {
                    let place = HourPlace { days, hour: hour as u8, members, length };
                    self.add_actions(&place, &mut by_hour);
                    self.add_resources(&place, offered, &mut by_hour);
                }
            }
        }
        by_hour
    }

    fn add_actions(&self, place: &HourPlace, by_hour: &mut ByHour) {
        let actions = self.cells.len() / CELLS;
        let merged = |range: std::ops::Range<usize>| {
            let mut cell = Cell::default();
            let parts = range.flat_map(|action| place.members.iter().map(move |member| action * CELLS + member));
            parts.for_each(|part| cell.merge(&self.cells[part]));
            cell
        };
        let each = (0..actions).map(|action| (JobScope::One(ActionId(action as u16)), action..action + 1));
        let each = each.filter(|_| self.stride > 0);
        for (action, range) in std::iter::once((JobScope::All, 0..actions)).chain(each) {
            let mut cell = merged(range);
            let mut add = |measure, statistic, value| by_hour.add(place, action, None, measure, statistic, value);
            let seconds = |value: CensoredValue| value.map(|nanos| nanos / NANOS as f64);
            for statistic in WAITS {
                add(Measure::WaitS, statistic, cell.wait.value(statistic).map(seconds));
            }
            if self.late_from < u64::MAX {
                add(Measure::WithinSlo, Statistic::Mean, cell.within(self.late_from));
            }
            let hours = place.length as f64 / HOUR as f64;
            add(Measure::Jobs, Statistic::Arrived, Some(CensoredValue::exact(cell.arrived as f64 / hours)));
            let queue = cell.waiting as f64 / place.length as f64;
            add(Measure::QueueLength, Statistic::Mean, Some(CensoredValue::exact(queue)));
        }
    }

    fn add_resources(&self, place: &HourPlace, offered: &[Vec<u128>], by_hour: &mut ByHour) {
        let sum = |of: &dyn Fn(usize) -> u128| place.members.iter().map(|cell| of(*cell)).sum::<u128>() as f64;
        for resource in 0..self.current_busy.len() {
            let id = Some(ResourceId(resource as u16));
            let queue = sum(&|cell| self.waiting[resource * CELLS + cell]) / place.length as f64;
            let value = Some(CensoredValue::exact(queue));
            by_hour.add(place, JobScope::None, id, Measure::QueueLength, Statistic::Mean, value);
            let (busy, offered) =
                (sum(&|cell| self.busy[resource * CELLS + cell]), sum(&|cell| offered[cell][resource]));
            let value = (offered > 0.0).then(|| CensoredValue::exact(busy / offered));
            by_hour.add(place, JobScope::None, id, Measure::Utilization, Statistic::Mean, value);
        }
    }
}

impl Cell {
    /// The share of waits within the target; a row never claimed is late once it is older.
    fn within(&self, late_from: u64) -> Option<CensoredValue> {
        let (ended, open) = (self.wait.ended.count(), self.wait.open.count());
        let rows = Some(ended + open).filter(|rows| *rows > 0)? as f64;
        let within = (ended - self.late) as f64;
        let young = self.wait.open.share_below(late_from).unwrap_or(0.0) * open as f64;
        Some(CensoredValue { lower: within / rows, upper: (within + young) / rows })
    }
}

/// Hours of the same name.
struct HourPlace<'a> {
    days: DayClass,
    hour: u8,
    members: &'a [usize],
    /// Nanoseconds of them within the measured window.
    length: u64,
}

impl ByHour {
    fn add(
        &mut self,
        place: &HourPlace,
        action: JobScope,
        resource: Option<ResourceId>,
        measure: Measure,
        statistic: Statistic,
        value: Option<CensoredValue>,
    ) {
        let HourPlace { days, hour, .. } = *place;
        self.metrics.push(HourMetric { action, resource, days, hour, measure, statistic });
        self.values.push(value);
    }
}

/// Whether a run is long enough to tell hours apart: a day or more.
pub fn has_hours(horizon: Time) -> bool {
    horizon - Time::ZERO >= Span::secs(86_400)
}
