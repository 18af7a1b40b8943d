//! What a history does not tell, and how much waits depend on it.
//!
//! The effect is judged by the load: in a queue whose workers are busy a share u of the time, waits
//! grow with u / (1 - u), so what changes capacity or load by a few per cent changes waits by much
//! where u is high and by little where it is low.

use super::estimates::{Effect, Unknown};
use super::findings::Findings;
use super::outcomes::Outcomes;
use super::workers::UNSEEN;
use crate::history::Outcome;
use crate::toml_text::{self, count, number, seconds};

/// From this variance over that of a Poisson process on, arrivals are bursts.
const BURSTS: f64 = 2.0;
/// From this utilization on, waits depend strongly on capacity.
const BUSY: f64 = 0.6;

/// Collects what is unknown.
struct Collector<'a, 'b> {
    findings: &'a Findings<'b>,
    /// The highest utilization of a resource.
    utilization: f64,
    all: Vec<Unknown>,
}

/// All unknowns, by effect.
pub(super) fn unknowns(findings: &Findings) -> Vec<Unknown> {
    let utilization = findings.utilization().into_iter().map(|(_, share)| share).fold(0.0, f64::max);
    let mut collector = Collector { findings, utilization, all: Vec::new() };
    collector.workers();
    collector.claims();
    collector.window();
    for class in 0..findings.classes.all.len() {
        collector.class(class);
    }
    collector.structure();
    let mut all = collector.all;
    all.sort_by_key(|unknown| unknown.effect);
    all
}

impl Collector<'_, '_> {
    fn add(&mut self, key: impl Into<String>, effect: Effect, what: impl Into<String>, reason: impl Into<String>) {
        self.all.push(Unknown { key: key.into(), what: what.into(), effect, reason: reason.into() });
    }

    /// The effect of what changes capacity or load.
    fn by_load(&self) -> (Effect, String) {
        let percent = number((self.utilization * 100.0).round());
        if self.utilization >= BUSY {
            (
                Effect::High,
                format!("workers are busy {percent} % of the time, so waits follow capacity and load closely"),
            )
        } else if self.utilization >= 0.3 {
            (Effect::Medium, format!("workers are busy {percent} % of the time on average, and more in peaks"))
        } else {
            (Effect::Low, format!("workers are busy {percent} % of the time"))
        }
    }

    fn workers(&mut self) {
        let findings = self.findings;
        let (pool, queueing) = (&findings.pool, &findings.queueing);
        let key = findings.workers.groups.first().map_or("worker", |group| &group.name);
        let running = count(pool.most_running, "row");
        let waiting = queueing.waiting_seconds();
        let full: f64 = queueing.waiting_by_running.iter().skip(pool.most_running).sum();
        let (effect, reason) = self.by_load();
        if pool.most_running == 0 {
            return self.add("worker", Effect::High, "no record started, so workers are a guess", "nothing ran");
        }
        if !pool.named {
            let why =
                if pool.ephemeral { "Workers come and go with their jobs" } else { "The history names no workers" };
            self.add(
                format!("worker.{key}.count"),
                effect,
                format!("{why}: the capacity is the most that ran at once, {running}; if less ran at once than could, it is larger"),
                reason.clone(),
            );
        }
        if waiting == 0.0 {
            self.add(
                format!("worker.{key}.count"),
                Effect::Medium,
                format!("No job waited, so no more is known than that {running} can run at once"),
                "more workers than assumed would not shorten waits, because there were none",
            );
        } else if full < 0.5 * waiting && findings.shifts.is_none() {
            let percent = number((100.0 * (1.0 - full / waiting)).round());
            self.add(
                format!("worker.{key}.count"),
                if waiting > 0.05 * findings.length() { Effect::High } else { Effect::Medium },
                format!(
                    "In {percent} % of the time in which jobs waited fewer than {running} ran: workers were away, could not run \
                     what waited, or something else limits them"
                ),
                format!("jobs waited for {} in all", seconds(waiting)),
            );
        }
        if findings.workers.groups.iter().any(|group| group.name == UNSEEN) {
            self.add(
                format!("worker.{UNSEEN}.count"),
                Effect::High,
                "Some jobs need more than any worker ran at once, and never ran; one worker with room for them is assumed",
                "such jobs may wait for ever, and the assumed worker runs others as well",
            );
        }
        if findings.shifts.is_some() {
            self.add(
                format!("worker.{key}.shifts"),
                effect.min(Effect::Medium),
                "Shifts are estimated to half an hour, and where no job waited from the hours next to it",
                "jobs wait at the edges of shifts",
            );
        }
        if !findings.needs.told {
            self.add(
                "action.*.capacity",
                Effect::Medium,
                "The history does not tell what jobs need: each takes one slot",
                "jobs that need less or more than others fit differently",
            );
        }
    }

    fn claims(&mut self) {
        let queueing = &self.findings.queueing;
        if queueing.to_free.len() < 10 {
            self.add(
                "claim.delay",
                Effect::Medium,
                format!(
                    "Only {} arrived at a free worker: no claim delay is assumed",
                    count(queueing.to_free.len(), "job")
                ),
                "a delay adds to each wait",
            );
        }
        if queueing.choices < 20 {
            self.add(
                "claim.policy",
                Effect::Low,
                format!(
                    "In {} others waited with the same need: first-fit is assumed",
                    count(queueing.choices, "start")
                ),
                "the order matters only where several jobs wait",
            );
        } else {
            let explained = match self.findings.policy() {
                "priority" => queueing.highest,
                "random" => queueing.choices,
                _ => queueing.oldest,
            };
            let share = explained as f64 / queueing.choices as f64;
            if share < 0.95 || self.findings.policy() == "random" {
                self.add(
                    "claim.policy",
                    Effect::Medium,
                    format!(
                        "{} explains {} of {} starts while others with the same need waited; the oldest went first in {}, the newest \
                         in {}",
                        self.findings.policy(),
                        explained,
                        queueing.choices,
                        queueing.oldest,
                        queueing.newest
                    ),
                    "another order changes who waits, and little of the mean wait",
                );
            }
        }
    }

    fn window(&mut self) {
        let days = self.findings.length() / 86_400.0;
        if self.findings.window.is_none() {
            return self.add(
                "action.*.arrival",
                Effect::High,
                "The history is shorter than a minute, so it does not tell how often jobs arrive",
                "without arrivals there are no waits",
            );
        }
        if days < 7.0 {
            self.add(
                "action.*.arrival",
                if days < 2.0 { Effect::High } else { Effect::Medium },
                format!(
                    "The history has {} days, too few to tell the days of a week apart",
                    number((days * 10.0).round() / 10.0)
                ),
                "a busy day among quiet ones makes most of the waits",
            );
        }
        let holidays = &self.findings.options.holidays;
        if !holidays.is_empty() {
            self.add(
                "action.*.arrival",
                Effect::Low,
                format!("The {} listed count as Sundays, and the scenario has none", count(holidays.len(), "holiday")),
                "they are few",
            );
        }
    }

    fn class(&mut self, class: usize) {
        let findings = self.findings;
        let about = &findings.classes.all[class];
        let key = |key: &str| format!("action.{}.{key}", about.name);
        let outcomes = &findings.outcomes[class];
        let (effect, reason) = self.by_load();
        match &findings.services[class] {
            None => self.add(
                key("service"),
                effect,
                "No record tells how long it runs; a minute is assumed",
                reason.clone(),
            ),
            Some(service) if service.censored * 5 > service.runs + service.censored => self.add(
                key("service"),
                effect,
                format!(
                    "{} of {} runs were not seen to end by themselves",
                    service.censored,
                    service.runs + service.censored
                ),
                reason.clone(),
            ),
            Some(_) => {}
        }
        if about.merged > 0 {
            self.add(
                key("capacity"),
                Effect::Medium,
                format!(
                    "{} need other units, and count as the nearest need that is kept",
                    count(about.merged, "record")
                ),
                "large jobs fit less often than small ones",
            );
        }
        if let Some(process) = &findings.sources[class].process {
            let days = process.weekly.dispersion.filter(|days| *days > BURSTS);
            if let Some(bursts) = process.clumping().filter(|bursts| *bursts > BURSTS).or(days) {
                self.add(
                    key("arrival"),
                    effect.min(Effect::Medium),
                    format!(
                        "Jobs arrive in bursts, {} times as variable as the scenario's Poisson process",
                        number(bursts)
                    ),
                    "real waits are longer than simulated ones",
                );
            }
        }
        if let Some(cron) = findings.sources[class].cron.as_ref().filter(|cron| cron.delay.1 > 1.0) {
            self.add(
                format!("cron.{}.schedule", about.name),
                Effect::Low,
                format!("Its rows come up to {} after the firings; the scenario's come at them", seconds(cron.delay.1)),
                "a delay that is the same for all moves waits, and does not change them",
            );
        }
        if let Some(further) = &findings.sources[class].further {
            self.add(
                key("arrival"),
                Effect::Medium,
                format!(
                    "{} are regular as well, at {}; an action has one cron, so they count as random arrivals",
                    count(further.firings, "row"),
                    toml_text::string(&further.schedule)
                ),
                "regular arrivals make shorter queues than random ones, unless they come together with others",
            );
        }
        self.ends(class, outcomes);
    }

    fn ends(&mut self, class: usize, outcomes: &Outcomes) {
        let findings = self.findings;
        let about = &findings.classes.all[class];
        let key = |key: &str| format!("action.{}.{key}", about.name);
        let (errors, ended) = outcomes.error_share();
        if errors > 0 && findings.outcomes.iter().all(|outcomes| outcomes.retries == 0) {
            let share = errors as f64 / ended as f64;
            self.add(
                key("retries"),
                if share > 0.1 { Effect::Medium } else { Effect::Low },
                "The history does not number attempts: if failed jobs are tried again, their next attempts count as arrivals",
                "the load is right; only their times are random",
            );
        }
        if let (Some(service), true) = (&findings.services[class], errors * 20 > ended)
            && (outcomes.error_seconds / service.mean_s.value.max(1e-9) - 1.0).abs() > 0.2
        {
            self.add(
                key("error"),
                Effect::Medium,
                format!(
                    "Attempts that end in error run {} on average, others {}; the scenario has one distribution for both",
                    seconds(outcomes.error_seconds),
                    seconds(service.mean_s.value)
                ),
                "their share of the load is wrong by the difference",
            );
        }
        if outcomes.lost > 0 {
            self.add(
                format!("worker.{}.outages", findings.workers.groups.first().map_or("worker", |group| &group.name)),
                Effect::Medium,
                format!(
                    "{} of {} lost their workers; the scenario has no outages",
                    count(outcomes.lost, "record"),
                    about.name
                ),
                "jobs wait while workers are out",
            );
        }
        if outcomes.priorities.len() > 1 {
            let values: Vec<String> =
                outcomes.priorities.iter().take(4).map(|(value, rows)| format!("{value} in {rows}")).collect();
            self.add(
                key("priority"),
                if findings.policy() == "priority" { Effect::Medium } else { Effect::Low },
                format!("Its records have several priorities ({}); the most frequent is taken", values.join(", ")),
                "an action of a scenario has one priority",
            );
        }
    }

    fn structure(&mut self) {
        self.add(
            "action.*.spawns",
            Effect::Low,
            "Whether jobs start other jobs, or wait for them, is not told: all arrive independently",
            "jobs that come together wait for each other",
        );
        let cancelled = self.findings.count(Outcome::Cancelled);
        if cancelled > 0 {
            self.add(
                "action.*.cancel_rate",
                Effect::Low,
                format!("Why {} were cancelled; a constant rate is assumed", count(cancelled, "record")),
                "cancelled jobs free their workers earlier",
            );
        }
        let problems = self.findings.history.problems.len();
        if problems > 0 {
            self.add(
                "action.*.arrival",
                if problems * 20 > self.findings.history.records.len() { Effect::Medium } else { Effect::Low },
                format!("{} could not be used", count(problems, "row")),
                "the load of these rows is missing",
            );
        }
    }
}

impl Findings<'_> {
    /// By resource, the share of the capacity that was in use.
    pub(super) fn utilization(&self) -> Vec<(String, f64)> {
        let whole = self.length();
        let share = |(resource, name): (usize, &String)| {
            let offered: f64 = self
                .workers
                .groups
                .iter()
                .map(|group| group.count as f64 * group.capacity.get(resource).copied().unwrap_or(0) as f64)
                .sum();
            let share = self.pool.busy[resource] / (offered * whole);
            (name.clone(), if share.is_finite() { share.min(1.0) } else { 0.0 })
        };
        self.workers.resources.iter().enumerate().map(share).collect()
    }
}

/// An unknown as a comment.
pub(super) fn comment(unknown: &Unknown) -> String {
    let effect = match unknown.effect {
        Effect::High => "high",
        Effect::Medium => "medium",
        Effect::Low => "low",
    };
    format!(
        "{} ({effect} effect on waits: {}) {}: {}.",
        crate::documents::ASSUMPTION,
        unknown.reason,
        unknown.key,
        unknown.what
    )
}
