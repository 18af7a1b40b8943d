//! Writes the scenario of a history.

use chrono::{Datelike, Days, NaiveTime, SecondsFormat};

use super::estimates::Unknown;
use super::findings::Findings;
use super::unknowns;
use crate::arrival_text;
use crate::documents::ASSUMPTION;
use crate::header::folder_name;
use crate::history::Outcome;
use crate::interval;
use crate::model::time::Time;
use crate::observation_window::in_words;
use crate::toml_text::{self, TomlBuilder, count, number, seconds};

/// Days of a run after its warm-up.
const WEEK: i64 = 7;
const DAY: f64 = 86_400.0;
/// The longest warm-up in days.
const LONGEST_WARMUP: f64 = 28.0;

/// The scenario as TOML.
pub(super) fn scenario(findings: &Findings, unknowns: &[Unknown]) -> String {
    let mut toml = TomlBuilder::default();
    header(&mut toml, findings);
    toml.gap();
    toml.comment("What the history does not tell, by its effect on waits:");
    for unknown in unknowns {
        toml.comment(&unknowns::comment(unknown));
    }
    run(&mut toml, findings);
    workers(&mut toml, findings);
    for class in 0..findings.classes.all.len() {
        action(&mut toml, findings, class);
    }
    for class in 0..findings.classes.all.len() {
        cron(&mut toml, findings, class);
    }
    if findings.classes.all.is_empty() {
        toml.gap();
        toml.comment(&format!("{ASSUMPTION}: the history has no jobs, so this action is an example."));
        toml.table("action", "example");
        toml.comment("For example: arrival = { poisson = { rate = \"1/h\" } }");
        toml.pair("service", "\"1m\"", "");
    }
    toml.finish()
}

fn header(toml: &mut TomlBuilder, findings: &Findings) {
    let (history, options) = (findings.history, findings.options);
    let sources = if options.sources.is_empty() { "records".to_owned() } else { options.sources.join(", ") };
    toml.comment(&format!(
        "Imported from a history ({sources}), for you to edit. Numbers are estimates; comments give the rows that they were \
         estimated from. The claimsim documentation, docs/import.md, explains the estimates and their errors. Hours and days are \
         those of {}.",
        history.time_zone
    ));
    toml.line("#");
    let outcomes = [
        (Outcome::Done, "done"),
        (Outcome::Error, "in error"),
        (Outcome::DeadlineMissed, "stopped at a deadline"),
        (Outcome::Cancelled, "cancelled"),
        (Outcome::Abandoned, "gave up waiting"),
        (Outcome::Rejected, "turned away"),
        (Outcome::WorkerLost, "lost their worker"),
        (Outcome::Running, "running"),
        (Outcome::Waiting, "waiting"),
    ];
    let counts = outcomes.map(|(outcome, words)| (findings.count(outcome), words));
    let words: Vec<String> =
        counts.iter().filter(|(number, _)| *number > 0).map(|(number, words)| format!("{number} {words}")).collect();
    toml.comment(&format!("Rows: {} ({}).", history.records.len(), words.join(", ")));
    if !history.problems.is_empty() {
        toml.comment(&format!("{} could not be used.", count(history.problems.len(), "row")));
    }
    if let Some((from, to)) = findings.window {
        let at = |time: Time| history.epoch.rfc3339(time, SecondsFormat::Secs);
        toml.comment(&format!(
            "Arrivals are counted from {} to {}, {}. Before the first end of a row, a history may be incomplete.",
            at(from),
            at(to),
            in_words((to - from).as_secs_f64())
        ));
    }
}

/// Writes the keys of the run: a week after a warm-up, from a Sunday on if the warm-up is a day.
fn run(toml: &mut TomlBuilder, findings: &Findings) {
    let history = findings.history;
    toml.gap();
    toml.pair("name", &toml_text::string(&folder_name(&findings.options.name)), "");
    if !history.time_zone.is_utc() {
        toml.pair("time_zone", &toml_text::string(history.time_zone.name()), "");
    }
    let until = history.epoch.0 + chrono::TimeDelta::nanoseconds(history.until.0);
    let day = history.time_zone.local(until).date();
    let ahead = 7 - u64::from(day.weekday().num_days_from_sunday());
    if let Some(sunday) = day.checked_add_days(Days::new(ahead)) {
        let start = history.time_zone.resolve(sunday.and_time(NaiveTime::MIN));
        let text = start.to_rfc3339_opts(SecondsFormat::AutoSi, true);
        toml.pair(
            "start",
            &toml_text::string(&text),
            "the Sunday after the history; with the warm-up, Monday is measured first",
        );
    }
    let stay = |class: usize| {
        let service = findings.services[class].as_ref().map_or(0.0, |service| service.mean_s.value);
        service + findings.outcomes[class].mean_wait().unwrap_or(0.0)
    };
    let longest = (0..findings.classes.all.len()).map(stay).fold(0.0, f64::max);
    let warmup = (10.0 * longest / DAY).ceil().clamp(1.0, LONGEST_WARMUP) as i64;
    toml.pair("horizon", &toml_text::string(&format!("{}d", warmup + WEEK)), "");
    toml.pair("warmup", &toml_text::string(&format!("{warmup}d")), "the run begins with an empty queue");
    toml.pair("replications", "20", "for intervals");
    claim(toml, findings);
}

fn claim(toml: &mut TomlBuilder, findings: &Findings) {
    let queueing = &findings.queueing;
    if let Some((middle, high)) = queueing.free_waits() {
        toml.comment(&format!(
            "{} arrived while nothing waited and a worker had room: half of them waited up to {}, 95 % up to {}.",
            count(queueing.to_free.len(), "job"),
            seconds(middle),
            seconds(high)
        ));
    }
    if queueing.choices > 0 {
        toml.comment(&format!(
            "{} while others with the same need waited: {} took the oldest, {} the newest{}.",
            count(queueing.choices, "start"),
            queueing.oldest,
            queueing.newest,
            if queueing.highest > 0 {
                format!(", {} one of the highest priority", queueing.highest)
            } else {
                String::new()
            }
        ));
    }
    let delay = match findings.delay {
        None => "\"none\"".to_owned(),
        Some((low, high)) if seconds(low) == seconds(high) => toml_text::string(&seconds(high)),
        Some((low, high)) => {
            let text = |value: f64| toml_text::string(&seconds(value));
            format!("{{ uniform = {{ low = {}, high = {} }} }}", text(low), text(high))
        }
    };
    let policy = toml_text::string(findings.policy());
    toml.pair("claim", &format!("{{ policy = {policy}, delay = {delay} }}"), "");
    if let Some(limit) = findings.queue_limit() {
        toml.gap();
        toml.line("[queue]");
        toml.pair("limit", &limit.to_string(), "the median number that waited when a job was turned away");
    }
}

fn workers(toml: &mut TomlBuilder, findings: &Findings) {
    let pool = &findings.pool;
    toml.gap();
    let active = if pool.distinct > 0 {
        format!("{} ran something, {} of them at once at most. ", count(pool.distinct, "worker"), pool.most_active)
    } else {
        String::new()
    };
    toml.comment(&format!("{active}At most {} ran at once.", count(pool.most_running, "row")));
    let busy: Vec<String> = findings
        .utilization()
        .into_iter()
        .map(|(name, share)| format!("{name} {} %", number((share * 1_000.0).round() / 10.0)))
        .collect();
    toml.comment(&format!("In use on average: {}.", busy.join(", ")));
    for (index, group) in findings.workers.groups.iter().enumerate() {
        if index > 0 {
            toml.gap();
        }
        toml.table("worker", &group.name);
        if let Some(shifts) = &findings.shifts {
            toml.comment("While jobs waited, as many rows ran as workers were there. Half hours without waits are like those next to them.");
            toml.line("shifts = [");
            for shift in shifts {
                toml.line(&format!("  {},", shift.text()));
            }
            toml.line("]");
        } else if group.ids.is_empty() {
            toml.pair("count", &group.count.to_string(), "");
        } else {
            let ids: Vec<String> = group.ids.iter().map(|id| toml_text::string(id)).collect();
            toml.pair("ids", &format!("[{}]", ids.join(", ")), "");
        }
        toml.pair("capacity", &toml_text::unit_list(&findings.workers.units(&group.capacity)), "");
    }
    if findings.workers.groups.is_empty() {
        toml.comment(&format!("{ASSUMPTION}: no row ran on a worker."));
        toml.table("worker", "worker");
        let most = (0..findings.needs.resources)
            .map(|resource| findings.needs.units.iter().map(|units| units[resource]).max().unwrap_or(1))
            .collect::<Vec<u64>>();
        toml.pair("capacity", &toml_text::unit_list(&findings.workers.units(&most)), "");
    }
}

fn action(toml: &mut TomlBuilder, findings: &Findings, class: usize) {
    let about = &findings.classes.all[class];
    let (outcomes, source) = (&findings.outcomes[class], &findings.sources[class]);
    toml.gap();
    let mut words = Vec::new();
    if outcomes.retries > 0 {
        words.push(format!("{} further attempts, which are not arrivals", outcomes.retries));
    }
    if let Some(wait) = outcomes.mean_wait() {
        words.push(format!("{} started and waited {} on average", outcomes.started, seconds(wait)));
    }
    let but = if words.is_empty() { "" } else { ": " };
    toml.comment(&format!("{}{but}{}.", count(about.records, "row"), words.join(", ")));
    toml.table("action", &about.name);
    let units = findings.workers.units(&findings.needs.units[about.need]);
    toml.pair("capacity", &toml_text::unit_list(&units), "");
    match &source.process {
        Some(process) => arrival_text::write(toml, process),
        None if source.cron.is_some() => toml.comment("All jobs came from its cron, see below."),
        None => toml.comment(&format!(
            "{ASSUMPTION}: no jobs arrive, because no first attempt lies in the time in which arrivals are counted. For example: \
             arrival = {{ poisson = {{ rate = \"1/h\" }} }}"
        )),
    }
    service(toml, findings, class);
    ends(toml, findings, class);
    if let Some(process) = &source.process {
        arrival_text::write_profile(toml, &about.name, process, findings.history.time_zone.name());
    }
}

fn cron(toml: &mut TomlBuilder, findings: &Findings, class: usize) {
    let Some(cron) = &findings.sources[class].cron else { return };
    toml.gap();
    let (mean, most) = cron.delay;
    let late = if most > 0.0 {
        format!(
            " They came up to {} after it, {} on average; the cron has no such jitter.",
            seconds(most),
            seconds(mean)
        )
    } else {
        String::new()
    };
    toml.comment(&format!(
        "{} at the firings of this schedule; {} without a row.{late}",
        count(cron.firings, "row"),
        count(cron.missing, "firing")
    ));
    toml.table("cron", &findings.classes.all[class].name);
    toml.pair("schedule", &toml_text::string(&cron.schedule), "");
}

fn service(toml: &mut TomlBuilder, findings: &Findings, class: usize) {
    let Some(service) = &findings.services[class] else {
        toml.comment(&format!("{ASSUMPTION}: no row tells how long it runs; this is a guess."));
        return toml.pair("service", "\"1m\"", "");
    };
    let half = service.mean_s.high.map(|high| format!(" ± {}", toml_text::about(high - service.mean_s.value)));
    let censored = if service.censored > 0 {
        format!(" and {} not seen to end by themselves", service.censored)
    } else {
        String::new()
    };
    let quantiles: Vec<String> = service
        .quantiles_s
        .iter()
        .filter(|(share, _)| [0.5, 0.95, 1.0].contains(share))
        .map(|(share, value)| match share {
            1.0 => format!("max {}", seconds(*value)),
            share => format!("p{} {}", number(share * 100.0), seconds(*value)),
        })
        .collect();
    toml.comment(&format!(
        "Run time {}{} on average, of {}{censored}: {}. Its coefficient of variation is {}.",
        seconds(service.mean_s.value),
        half.unwrap_or_default(),
        count(service.runs, "run"),
        quantiles.join(", "),
        if service.cv.is_finite() { number(service.cv) } else { "infinite".to_owned() }
    ));
    toml.comment(&format!("{}: {}.", capitalized(&service.family), service.reason));
    for dependence in &service.dependence {
        toml.comment(&format!("{}.", capitalized(&dependence.about)));
    }
    toml.pair("service", &service.law, "");
}

fn capitalized(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// Writes errors, retries, deadlines, patience and requests to cancel.
fn ends(toml: &mut TomlBuilder, findings: &Findings, class: usize) {
    let outcomes = &findings.outcomes[class];
    let (errors, ended) = outcomes.error_share();
    if errors > 0 {
        let (low, high) = interval::wilson_interval(errors, ended);
        let remark = format!(
            "{errors} of {}; 95 % interval {} to {}",
            count(ended, "finished attempt"),
            toml_text::short(low),
            toml_text::short(high)
        );
        toml.pair("error", &number(errors as f64 / ended as f64), &remark);
    }
    if outcomes.last_attempt > 1 {
        let remark = format!("the last attempt has the number {}", outcomes.last_attempt);
        toml.pair("retries", &(outcomes.last_attempt - 1).to_string(), &remark);
        backoff(toml, &outcomes.backoffs);
    }
    if let Some(deadline) = outcomes.deadline {
        let remark = format!("{} stopped then", count(outcomes.stopped, "attempt"));
        toml.pair("deadline", &toml_text::string(&deadline.to_string()), &remark);
    } else if outcomes.stopped > 0 && !outcomes.stopped_at_estimate {
        toml.comment(&format!("{} stopped, at no common time: no deadline.", count(outcomes.stopped, "attempt")));
    }
    priority(toml, findings, class);
    estimate(toml, findings, class);
    if outcomes.abandoned > 0 && outcomes.waited > 0.0 {
        let (low, high) = interval::poisson_interval(outcomes.abandoned);
        let (value, remark) = match outcomes.patience {
            Some(patience) => (
                toml_text::string(&patience.to_string()),
                format!("{} gave up, all after this time", outcomes.abandoned),
            ),
            None => (
                format!(
                    "{{ exponential = {{ mean = {} }} }}",
                    toml_text::string(&seconds(outcomes.waited / outcomes.abandoned as f64))
                ),
                format!(
                    "{} gave up; 95 % interval {} to {}",
                    outcomes.abandoned,
                    seconds(outcomes.waited / high),
                    if low > 0.0 { seconds(outcomes.waited / low) } else { "any".to_owned() }
                ),
            ),
        };
        toml.pair("patience", &value, &remark);
    }
    if outcomes.cancelled > 0 && outcomes.in_system > 0.0 {
        let rate = toml_text::rate(outcomes.cancelled as f64 / outcomes.in_system);
        toml.pair("cancel_rate", &toml_text::string(&rate), &format!("{} were cancelled", outcomes.cancelled));
    }
}

fn backoff(toml: &mut TomlBuilder, gaps: &[(f64, f64)]) {
    let Some((first, spread)) = gaps.first().copied() else { return };
    let text = |value: f64| toml_text::string(&seconds(value));
    let medians: Vec<String> = gaps.iter().map(|(gap, _)| seconds(*gap)).collect();
    let remark =
        format!("medians after each attempt: {}; half of the middle 50 %: {}", medians.join(", "), seconds(spread));
    let factor = match gaps {
        [(first, _), (second, _), ..] if *first > 0.0 && *second > 1.2 * first => second / first,
        _ => 1.0,
    };
    if factor > 1.0 {
        toml.pair("backoff", &format!("{{ first = {}, factor = {} }}", text(first), toml_text::short(factor)), &remark);
    } else {
        toml.pair("backoff", &text(first), &remark);
    }
}

/// A priority that nothing reads is written as a comment.
fn priority(toml: &mut TomlBuilder, findings: &Findings, class: usize) {
    let priorities = &findings.outcomes[class].priorities;
    let Some((value, rows)) = priorities.first() else { return };
    if findings.policy() == "priority" {
        toml.pair("priority", &value.to_string(), &format!("in {}", count(*rows, "row")));
    } else if *value != 0 {
        toml.comment(&format!("priority = {value}; which job goes next does not depend on it."));
    }
}

/// Run times that were expected of the attempts: a comment, unless they are stopped then.
fn estimate(toml: &mut TomlBuilder, findings: &Findings, class: usize) {
    let outcomes = &findings.outcomes[class];
    if outcomes.estimate_factors.is_empty() {
        return;
    }
    let mut factors = outcomes.estimate_factors.clone();
    factors.sort_unstable_by(f64::total_cmp);
    let sketch = crate::quantile_sketch::quantile_means(&factors, factors.len().min(20));
    let values: Vec<String> = sketch.iter().map(|value| number(*value)).collect();
    let line = format!("estimate = {{ factor = {{ empirical = {{ values = [{}] }} }} }}", values.join(", "));
    if outcomes.stopped_at_estimate {
        toml.line(&line);
        toml.pair("kill_at_estimate", "true", &format!("{} stopped then", count(outcomes.stopped, "attempt")));
    } else {
        toml.comment("For policies that look ahead, the estimates of these rows in multiples of their run times:");
        toml.line(&format!("# {line}"));
    }
}

impl Findings<'_> {
    /// The limit of the queue, if jobs were turned away.
    fn queue_limit(&self) -> Option<usize> {
        let mut waiting = self.queueing.waiting_at_rejections.clone();
        waiting.sort_unstable();
        waiting.get(waiting.len() / 2).copied().filter(|limit| waiting.len() >= 3 && *limit > 0)
    }
}
