//! The number of workers of a group in the course of the run: shifts, schedules, autoscalers; and
//! what workers cost.

use std::collections::BTreeMap;

use chrono::{Datelike, Duration, NaiveDate, NaiveTime};

use super::lowering::Lowering;
use crate::diagnostic::Diagnostic;
use crate::engine::{
    Autoscaler, Leaving, Price, RateLimit, RatePolicy, ScalingMetric, ScalingPace, ScalingRule, ScalingStep, Staffing,
    StaffingChange, WorkerGroup,
};
use crate::model::time::{Span, Time};
use crate::source::SourceSpan;
use crate::spanned::Spanned;
use crate::spec::{Autoscale, Days, Metrics, ScalingRate, ScheduledCount, Shift, Step, TimeOfDay, Worker as Group};

/// The defaults of the Kubernetes horizontal pod autoscaler.
const PERIOD: Span = Span::secs(15);
const TOLERANCE: f64 = 0.1;
const SCALE_DOWN_WINDOW: Span = Span::secs(300);

/// The largest metric of an autoscaler, and the fastest and the slowest worker.
const MAX_METRIC: f64 = 1e12;
const MAX_SPEED: f64 = 1e6;

/// A group whose places are not numbered yet.
pub(super) struct DraftGroup {
    pub(super) places: u32,
    pub(super) initial: u32,
    pub(super) staffing: Staffing,
    pub(super) leaving: Leaving,
}

impl Lowering<'_> {
    /// The places of a group and what sets the number of its workers; `usual` is the number without
    /// shifts and autoscaler.
    pub(super) fn staffing(&mut self, name: &Spanned<String>, group: &Group, usual: u32) -> DraftGroup {
        let fixed = DraftGroup { places: usual, initial: usual, staffing: Staffing::Fixed, leaving: Leaving::Drain };
        if let Some(autoscale) = &group.autoscale {
            let other = group.count.as_ref().map(|count| ("count", count.span));
            let other = other.or(group.shifts.first().map(|shift| ("shifts", shift.span)));
            if let Some((key, span)) = other {
                let title = format!("group `{}` has both `{key}` and `autoscale`", name.value);
                let diagnostic = Diagnostic::error(span, title).context(autoscale.span, "the autoscaler");
                self.report(diagnostic.help("leave one of them out: `min`, `max` and `initial` give the numbers"));
            }
            return self.autoscale(group, autoscale).unwrap_or(fixed);
        }
        if group.shifts.is_empty() {
            if let Some(at_end) = &group.at_end {
                self.warn(Diagnostic::warning(at_end.span, "`at_end` has no effect without `shifts`"));
            }
            return fixed;
        }
        self.shifts(group)
    }

    /// Warns of a key without effect, unless the key that it belongs to may be one that could not
    /// be read.
    fn warn(&mut self, diagnostic: Diagnostic) {
        if self.recovered.is_empty() {
            self.report(diagnostic);
        }
    }

    /// What the workers of a group cost.
    pub(super) fn price(&mut self, group: &Group) -> Option<Price> {
        let billing = self.positive("billing", group.billing.as_ref());
        if let (Some(billing), None) = (&group.billing, &group.price) {
            self.warn(Diagnostic::warning(billing.span, "`billing` has no effect without a `price`"));
        }
        group.price.as_ref().map(|price| Price { per_hour: price.value.0, billing })
    }

    /// The speed of a group.
    pub(super) fn speed(&mut self, group: &Group) -> f64 {
        self.number_between("speed", group.speed.as_ref(), 1.0 / MAX_SPEED, MAX_SPEED).unwrap_or(1.0)
    }

    fn shifts(&mut self, group: &Group) -> DraftGroup {
        let outside = group.count.as_ref().map_or(0, |count| count.value);
        // At each bound, the number of shifts and of workers more.
        let mut bounds: BTreeMap<Time, (i64, i64)> = BTreeMap::new();
        for shift in &group.shifts {
            let Shift { days, from, to, count } = &shift.value;
            let keys = [
                ("from", from.is_none(), "from = \"08:00\""),
                ("to", to.is_none(), "to = \"18:00\""),
                ("count", count.is_none(), "count = 8"),
            ];
            self.require_keys("a shift", shift.span, &keys);
            let (Some(from), Some(to), Some(count)) = (from, to, count) else { continue };
            for day in self.days(days.as_ref()) {
                let end_day = if to.value.0 > from.value.0 { Some(day) } else { day.succ_opt() };
                let ends = end_day.and_then(|day| self.local(group, day, to.value));
                let (Some(begins), Some(ends)) = (self.local(group, day, from.value), ends) else { continue };
                if begins < ends {
                    let (begin, workers) = (bounds.entry(begins).or_default(), i64::from(count.value));
                    *begin = (begin.0 + 1, begin.1 + workers);
                    let end = bounds.entry(ends).or_default();
                    *end = (end.0 - 1, end.1 - workers);
                }
            }
        }
        let (mut shifts, mut workers) = (0, 0);
        let mut changes = vec![StaffingChange { at: Time(i64::MIN), count: outside }];
        for (at, (more_shifts, more_workers)) in bounds {
            (shifts, workers) = (shifts + more_shifts, workers + more_workers);
            let count = if shifts > 0 { u32::try_from(workers).unwrap_or(u32::MAX) } else { outside };
            if changes.last().is_some_and(|last| last.count != count) {
                changes.push(StaffingChange { at, count });
            }
        }
        let (initial, changes) = split_at_start(changes, outside);
        DraftGroup {
            places: changes.iter().map(|change| change.count).fold(initial, u32::max),
            initial,
            staffing: Staffing::Shifts(changes),
            leaving: group.at_end.as_ref().map(|at_end| at_end.value).unwrap_or_default().into(),
        }
    }

    /// The dates on these days from two days before the start to the end of the cooldown.
    fn days(&mut self, days: Option<&Spanned<Days>>) -> Vec<NaiveDate> {
        let days = days.map_or([true; 7], |days| days.value.0);
        let Some(window) = self.settings.window else { return Vec::new() };
        let epoch = self.settings.epoch;
        let date = |time| epoch.calendar_of(time).map(|instant| instant.date_naive());
        let (Some(first), Some(last)) = (date(Time::ZERO), date(window.end())) else { return Vec::new() };
        let all = (first - Duration::days(2)).iter_days().take_while(|day| *day <= last + Duration::days(1));
        all.filter(|day| days[day.weekday().num_days_from_monday() as usize]).collect()
    }

    /// The instant of a time of day by the clocks of the group; right after the gap if they skip
    /// it, the first of two if it comes twice.
    fn local(&self, group: &Group, day: NaiveDate, at: TimeOfDay) -> Option<Time> {
        let zone = group.time_zone.unwrap_or(self.settings.time_zone);
        let time = day.and_time(NaiveTime::MIN) + Duration::minutes(at.0.into());
        self.settings.epoch.time_of(zone.resolve(time))
    }

    fn autoscale(&mut self, group: &Group, autoscale: &Spanned<Autoscale>) -> Option<DraftGroup> {
        let it = &autoscale.value;
        if let Some(at_end) = &group.at_end {
            let diagnostic = Diagnostic::warning(at_end.span, "`at_end` has no effect without `shifts`");
            self.warn(diagnostic.help("write scale_in = \"kill\" for workers that an autoscaler removes"));
        }
        self.require_keys("an autoscaler", autoscale.span, &[("max", it.max.is_none(), "max = 20")]);
        let (min, max) = (it.min.as_ref().map_or(1, |min| min.value), it.max.as_ref()?);
        if max.value == 0 || min > max.value {
            let title = format!("`max` is {}, and `min` is {min}", max.value);
            self.report(Diagnostic::error(max.span, title).help("write a `max` of 1 or more, and a `min` up to it"));
        }
        let max = max.value;
        let initial = it.initial.as_ref().map_or(min, |initial| initial.value);
        if let Some(initial) = it.initial.as_ref().filter(|initial| !(min..=max).contains(&initial.value)) {
            let title = format!("`initial` is {}, outside of `min` to `max`", initial.value);
            self.report(Diagnostic::error(initial.span, title).help(format!("write a number from {min} to {max}")));
        }
        let period = self.positive("period", it.period.as_ref()).unwrap_or(PERIOD);
        let rules = [
            ("target", it.target.as_ref().map(|target| target.span)),
            ("step", it.step.as_ref().map(|step| step.span)),
            ("schedule", it.schedule.as_ref().map(|schedule| schedule.span)),
        ];
        let given: Vec<(&str, SourceSpan)> = rules.iter().filter_map(|(key, span)| Some((*key, (*span)?))).collect();
        if let [(first, _), (second, span), ..] = given[..] {
            let title = format!("an autoscaler has both `{first}` and `{second}`");
            self.report(Diagnostic::error(span, title).help("each is a rule of its own: leave one of them out"));
            return None;
        }
        self.check_rule_keys(it, given.first().map(|(key, _)| *key));
        let rule = if let Some(target) = &it.target {
            Some(self.target(group, it, target, min)?)
        } else if let Some(steps) = &it.step {
            let steps = steps.value.iter().filter_map(|step| self.step(group, step)).collect();
            let cool_down = it.cool_down.as_ref().map_or(Span::ZERO, |cool_down| cool_down.value);
            Some(ScalingRule::Steps { steps, cool_down })
        } else {
            None
        };
        let staffing = match (rule, &it.schedule) {
            (Some(rule), _) => Staffing::Autoscaler(Autoscaler { min, max, period, rule }),
            (None, Some(schedule)) => Staffing::Schedule(self.schedule_changes(group, &schedule.value, min, max)),
            (None, None) => {
                let any = ["target", "step", "schedule"].iter().any(|key| self.recovered.has(autoscale.span, key));
                if !any {
                    let diagnostic = Diagnostic::error(autoscale.span, "an autoscaler needs a rule");
                    self.report(diagnostic.help(
                        "write one of `target`, `step` and `schedule`, such as target = { waiting_per_worker = 5 }",
                    ));
                }
                return None;
            }
        };
        Some(DraftGroup { places: max, initial, staffing, leaving: it.scale_in.into() })
    }

    /// Warns of keys that belong to another rule.
    fn check_rule_keys(&mut self, it: &Autoscale, rule: Option<&str>) {
        let first = |rates: &Option<Vec<Spanned<ScalingRate>>>| rates.as_ref()?.first().map(|rate| rate.span);
        let keys = [
            ("tolerance", "target", it.tolerance.as_ref().map(|key| key.span)),
            ("scale_up_window", "target", it.scale_up_window.as_ref().map(|key| key.span)),
            ("scale_down_window", "target", it.scale_down_window.as_ref().map(|key| key.span)),
            ("scale_up", "target", first(&it.scale_up)),
            ("scale_down", "target", first(&it.scale_down)),
            ("cool_down", "step", it.cool_down.as_ref().map(|key| key.span)),
        ];
        for (key, of, span) in keys {
            if let Some(span) = span.filter(|_| rule.is_some_and(|rule| rule != of)) {
                self.warn(Diagnostic::warning(span, format!("`{key}` has no effect without `{of}`")));
            }
        }
        if let (Some(period), Some("schedule")) = (&it.period, rule) {
            self.warn(Diagnostic::warning(period.span, "`period` has no effect with `schedule`"));
        }
    }

    fn target(&mut self, group: &Group, it: &Autoscale, target: &Spanned<Metrics>, min: u32) -> Option<ScalingRule> {
        let targets = self.metrics(group, target, true)?;
        if let Some(waiting) = &target.value.waiting {
            let diagnostic = Diagnostic::error(waiting.span, "`waiting` is no target, as it does not fall by worker");
            self.report(diagnostic.help("write waiting_per_worker, the waiting jobs by worker"));
        }
        if min == 0 && targets.iter().all(|(metric, _)| matches!(metric, ScalingMetric::Utilization(_))) {
            let diagnostic = Diagnostic::error(target.span, "without workers there is no utilization");
            self.report(diagnostic.help("write min = 1, or a target that a waiting job raises: waiting_per_worker"));
        }
        let window = |window: &Option<Spanned<Span>>, usual| window.as_ref().map_or(usual, |window| window.value);
        let policy = |change| RatePolicy { change, period: PERIOD };
        let doubled = policy(RateLimit::Percent(100.0));
        let up = self.scaling_rates(it.scale_up.as_ref()).unwrap_or(vec![policy(RateLimit::Workers(4)), doubled]);
        let down = self.scaling_rates(it.scale_down.as_ref()).unwrap_or(vec![doubled]);
        Some(ScalingRule::Target {
            targets,
            tolerance: self.number_between("tolerance", it.tolerance.as_ref(), 0.0, 1.0).unwrap_or(TOLERANCE),
            up: ScalingPace { window: window(&it.scale_up_window, Span::ZERO), policies: up },
            down: ScalingPace { window: window(&it.scale_down_window, SCALE_DOWN_WINDOW), policies: down },
        })
    }

    fn scaling_rates(&mut self, rates: Option<&Vec<Spanned<ScalingRate>>>) -> Option<Vec<RatePolicy>> {
        let rates = rates?.iter().filter_map(|rate| {
            let ScalingRate { workers, percent, period } = &rate.value;
            let change = match (workers, percent) {
                (Some(workers), None) => RateLimit::Workers(workers.value),
                (None, Some(percent)) => {
                    RateLimit::Percent(self.number_between("percent", Some(percent), 0.0, MAX_METRIC)?)
                }
                _ => {
                    let diagnostic = Diagnostic::error(rate.span, "a rate has either `workers` or `percent`");
                    self.report(diagnostic.help("write one such as { workers = 4, period = \"1m\" }"));
                    return None;
                }
            };
            Some(RatePolicy { change, period: self.positive("period", period.as_ref()).unwrap_or(PERIOD) })
        });
        Some(rates.collect())
    }

    fn step(&mut self, group: &Group, step: &Spanned<Step>) -> Option<ScalingStep> {
        let (metrics, change) = match &step.value {
            Step { above: Some(metrics), add: Some(add), below: None, remove: None } => (metrics, i64::from(add.value)),
            Step { below: Some(metrics), remove: Some(remove), above: None, add: None } => {
                (metrics, -i64::from(remove.value))
            }
            _ => {
                let diagnostic =
                    Diagnostic::error(step.span, "a step has `above` with `add`, or `below` with `remove`");
                self.report(diagnostic.help("write one such as { above = { waiting = 100 }, add = 2 }"));
                return None;
            }
        };
        if change == 0 {
            self.report(Diagnostic::error(step.span, "a step that changes nothing").help("write a number from 1 on"));
        }
        let [(metric, bound)] = self.metrics(group, metrics, false)?[..] else {
            let diagnostic = Diagnostic::error(metrics.span, "a step looks at one metric");
            self.report(diagnostic.help("write a step for each of them"));
            return None;
        };
        Some(ScalingStep { metric, bound, change })
    }

    /// Metrics with values; `None` and a diagnostic, if there is none. The values of targets must
    /// be above zero, as metrics are divided by them.
    fn metrics(
        &mut self,
        group: &Group,
        metrics: &Spanned<Metrics>,
        are_targets: bool,
    ) -> Option<Vec<(ScalingMetric, f64)>> {
        let Metrics { waiting, waiting_per_worker, oldest_wait, backlog, utilization } = &metrics.value;
        let mut found = Vec::new();
        let numbers = [
            ("waiting", ScalingMetric::Waiting, waiting),
            ("waiting_per_worker", ScalingMetric::WaitingPerWorker, waiting_per_worker),
        ];
        let least = if are_targets { 1e-6 } else { 0.0 };
        for (key, metric, value) in numbers {
            found.extend(self.number_between(key, value.as_ref(), least, MAX_METRIC).map(|value| (metric, value)));
        }
        let times =
            [("oldest_wait", ScalingMetric::OldestWait, oldest_wait), ("backlog", ScalingMetric::Backlog, backlog)];
        for (key, metric, value) in times {
            let value =
                if are_targets { self.positive(key, value.as_ref()) } else { value.as_ref().map(|it| it.value) };
            found.extend(value.map(|value| (metric, value.as_secs_f64())));
        }
        for (resource, share) in utilization.iter().flat_map(|utilization| utilization.iter()) {
            let is_offered = group.capacity.names().any(|offered| offered == resource.value);
            if !is_offered && self.recovered.is_empty() {
                let title = format!("the group offers no `{}`", resource.value);
                let offered: Vec<&str> = group.capacity.names().collect();
                let help = format!("write a resource that it offers: {}", offered.join(", "));
                self.report(Diagnostic::error(resource.span, title).help(help));
            }
            if are_targets && share.value.get() <= 0.0 {
                let diagnostic = Diagnostic::error(share.span, "a utilization of 0 cannot be kept");
                self.report(diagnostic.help("write a share above 0, such as \"70%\""));
            }
            found.push((ScalingMetric::Utilization(self.needs.resource(&resource.value)), share.value.get()));
        }
        if found.is_empty() && !self.recovered.any(metrics.span) {
            let diagnostic = Diagnostic::error(metrics.span, "there is no metric");
            self.report(diagnostic.help(
                "write one of waiting_per_worker, oldest_wait, backlog and utilization, such as { oldest_wait = \"1m\" }",
            ));
        }
        (!found.is_empty()).then_some(found)
    }

    fn schedule_changes(
        &mut self,
        group: &Group,
        schedule: &[Spanned<ScheduledCount>],
        min: u32,
        max: u32,
    ) -> Vec<StaffingChange> {
        let mut changes: BTreeMap<Time, u32> = BTreeMap::new();
        for entry in schedule {
            let ScheduledCount { days, at, count } = &entry.value;
            let keys = [("at", at.is_none(), "at = \"07:45\""), ("count", count.is_none(), "count = 10")];
            self.require_keys("an entry of a schedule", entry.span, &keys);
            let (Some(at), Some(count)) = (at, count) else { continue };
            if !(min..=max).contains(&count.value) {
                let title = format!("`count` is {}, outside of `min` to `max`", count.value);
                self.report(Diagnostic::error(count.span, title).help(format!("write a number from {min} to {max}")));
            }
            for day in self.days(days.as_ref()) {
                if let Some(at) = self.local(group, day, at.value).filter(|at| *at > Time::ZERO) {
                    changes.insert(at, count.value);
                }
            }
        }
        changes.into_iter().map(|(at, count)| StaffingChange { at, count }).collect()
    }
}

/// The number at the start, and the changes after it.
fn split_at_start(changes: Vec<StaffingChange>, usual: u32) -> (u32, Vec<StaffingChange>) {
    let started = changes.iter().rfind(|change| change.at <= Time::ZERO).map_or(usual, |change| change.count);
    (started, changes.into_iter().filter(|change| change.at > Time::ZERO).collect())
}

/// The group with its places.
pub(super) fn group(name: &str, first: usize, draft: DraftGroup) -> WorkerGroup {
    let DraftGroup { places, initial, staffing, leaving } = draft;
    let first = first as u32;
    WorkerGroup { initial, staffing, leaving, ..WorkerGroup::fixed(name, first..first + places) }
}
