//! `claimsim diff` in a terminal: the runs are A and B, their differences stand side by side, and
//! times are those of `jobs.csv`.

use chrono::SecondsFormat;

use super::{DiffReport, SettingDifference};
use crate::experiment::diff::{
    ClaimDecision, CreatedJob, Divergence, FirstDifference, FreeUnits, JobEnd, NamedUnits, WaitingJob, WorkerDifference,
};
use crate::format::duration;
use crate::model::time::{NANOS, Span, Time};
use crate::table;

/// Short names of the runs.
const NAMES: [&str; 2] = ["A", "B"];

/// The number of differing settings, and of workers, that are shown.
const MOST_ROWS: usize = 20;

/// A longer value is cut off.
const LONGEST: usize = 48;

impl DiffReport<'_> {
    /// The differences of inputs, then the first event at which the runs diverge.
    pub fn text(&self) -> String {
        let [one, other] = self.runs;
        let mut text = format!("A: {one}\nB: {other}\n");
        if !self.settings.is_empty() {
            let row = |SettingDifference { name, values }: &SettingDifference| {
                let value = |side: usize| values[side].as_ref().map_or("-".to_owned(), |value| cut(value));
                vec![name.clone(), value(0), value(1)]
            };
            text += &side_by_side("made from", self.settings.iter().map(row));
        }
        if !self.diff.workers.is_empty() {
            let row = |WorkerDifference { worker, offers }: &WorkerDifference| {
                let offer = |side: usize| offers[side].as_ref().map_or("-".to_owned(), units);
                vec![worker.clone(), offer(0), offer(1)]
            };
            text += &side_by_side("workers", self.diff.workers.iter().map(row));
        }
        text += "\n";
        text += &self.verdict();
        if let Some(first) = &self.diff.first {
            text += "\n";
            text += &change(first);
        }
        text
    }

    /// The number of replications that diverge, and the point at which the first of them does.
    fn verdict(&self) -> String {
        let diff = self.diff;
        let (compared, until) = (diff.compared, diff.until - Time::ZERO);
        let noun = if compared == 1 { "replication" } else { "replications" };
        let Some(first) = &diff.first else {
            return format!("{compared} {noun} compared up to {until}: the runs are the same.\n");
        };
        let diverging = match (compared, diff.diverged) {
            (1, _) => format!("Replication {}", first.replication),
            (_, parted) if parted == compared => {
                let all = if compared == 2 { "Both".to_owned() } else { format!("All {compared}") };
                format!("{all} replications compared up to {until} diverge. Replication {}", first.replication)
            }
            (_, parted) => format!(
                "Of {compared} replications compared up to {until}, {parted} diverge; the first of them is {}. It",
                first.replication
            ),
        };
        let calendar = self.epoch.rfc3339(first.at, SecondsFormat::Nanos);
        let cause = cause(first, !diff.workers.is_empty());
        format!("{diverging} diverges at {} ({calendar})\n{cause}\n", exact(first.at))
    }
}

/// A table of the runs' values by name.
fn side_by_side(title: &str, rows: impl ExactSizeIterator<Item = Vec<String>>) -> String {
    let count = rows.len();
    let rows: Vec<Vec<String>> = rows.take(MOST_ROWS).collect();
    format!("\n{}{}", columns(&[title, NAMES[0], NAMES[1]], &rows, &[]), more(count))
}

fn more(count: usize) -> String {
    if count > MOST_ROWS { format!("  and {} more\n", count - MOST_ROWS) } else { String::new() }
}

fn cut(value: &str) -> String {
    if value.chars().count() <= LONGEST {
        value.to_owned()
    } else {
        value.chars().take(LONGEST - 1).chain(['…']).collect()
    }
}

fn cause(divergence: &Divergence, have_other_workers: bool) -> &'static str {
    match &divergence.change {
        _ if have_other_workers => "by its inputs: the workers differ from the start. The first difference:",
        FirstDifference::Job(_) => "by its inputs: the jobs that arrive differ. Everything before was the same.",
        FirstDifference::Event(_) => "by its inputs: an event occurs in one run only. Everything before was the same.",
        FirstDifference::Claim(_) => {
            "by a decision: the claims differ. All inputs and everything else before were the same."
        }
        FirstDifference::End(_) => "by an outcome: a job ends differently. All inputs and claims before were the same.",
    }
}

fn change(divergence: &Divergence) -> String {
    match &divergence.change {
        FirstDifference::Job(jobs) => job_table(jobs),
        FirstDifference::Event(events) => {
            let event =
                |side: usize| events[side].clone().unwrap_or_else(|| "no such event at this instant".to_owned());
            format!("A: {}\nB: {}\n", event(0), event(1))
        }
        FirstDifference::Claim(decisions) => [0, 1].map(|side| decision(side, decisions)).join("\n"),
        FirstDifference::End(ends) => [0, 1].map(|side| format!("{}: {}\n", NAMES[side], end(&ends[side]))).concat(),
    }
}

fn job_table(jobs: &[Option<CreatedJob>; 2]) -> String {
    let sides = jobs.each_ref().map(|made| made.as_ref().map_or_else(Vec::new, attributes));
    let mut rows = Vec::new();
    let names = sides.iter().find(|attributes| !attributes.is_empty()).into_iter().flatten().map(|(name, _)| *name);
    for (index, name) in names.enumerate() {
        let value = |side: usize| sides[side].get(index).map_or("-", |(_, value)| value.as_str()).to_owned();
        let (one, other) = (value(0), value(1));
        let mark = if one == other || name == "number" { "" } else { "differs" };
        if one != "-" || other != "-" {
            rows.push(vec![name.to_owned(), one, other, mark.to_owned()]);
        }
    }
    let missing = jobs.iter().position(Option::is_none);
    let missing = missing.map_or_else(String::new, |side| format!("{} has no such job by the end.\n", NAMES[side]));
    columns(&["job", NAMES[0], NAMES[1], ""], &rows, &[]) + &missing
}

/// A job's attributes by name.
fn attributes(made: &CreatedJob) -> Vec<(&'static str, String)> {
    let length = |span: Option<Span>| span.map_or("-".to_owned(), |span| span.to_string());
    let number = |number: Option<i64>| number.map_or("-".to_owned(), |number| number.to_string());
    vec![
        ("number", made.job.0.to_string()),
        ("action", made.action.clone()),
        ("origin", made.origin.clone()),
        ("arrives at", exact(made.at)),
        ("scheduled at", exact(made.scheduled_at)),
        ("needs", units(&made.needs)),
        ("service", exact(Time::ZERO + made.service)),
        ("outcome", made.outcome.to_owned()),
        ("priority", number(made.priority)),
        ("estimate", length(made.estimate)),
        ("deadline", length(made.deadline)),
        ("stop timeout", length(made.stop_timeout)),
        ("retries", number(made.retries.map(i64::from))),
    ]
}

fn decision(side: usize, decisions: &[ClaimDecision; 2]) -> String {
    let decision = &decisions[side];
    let what = decision.taken.as_ref().map_or_else(
        || "no other claim at this instant".to_owned(),
        |taken| format!("job {} ({}) goes to {}", taken.job.0, taken.action, taken.worker),
    );
    let mut lines = vec![format!("{}, {}: {what}", NAMES[side], decision.policy), format!("  why: {}", decision.why)];
    if let Some((worker, free)) = &decision.worker {
        lines.push(format!("  free on {worker}: {}", rooms(free)));
    }
    lines.push(format!("  free on all workers: {}", rooms(&decision.all)));
    lines.extend(decision.later.iter().map(|later| match &later.claimed {
        Some((at, worker)) => format!("  later: job {} goes to {worker} at {}", later.job.0, exact(*at)),
        None => format!("  later: job {} is not claimed by the end", later.job.0),
    }));
    lines.push(format!("  waiting: {}, first in this order", decision.waiting));
    lines.join("\n") + "\n" + &queue(side, &decision.queue_head)
}

fn rooms(rooms: &[FreeUnits]) -> String {
    if rooms.is_empty() {
        return "no units are offered".to_owned();
    }
    let room = |room: &FreeUnits| format!("{} {} of {}", room.resource, room.free, room.of);
    rooms.iter().map(room).collect::<Vec<String>>().join(", ")
}

fn queue(side: usize, heads: &[WaitingJob]) -> String {
    if heads.is_empty() {
        return String::new();
    }
    let mut rows = Vec::new();
    for head in heads {
        let taken = match (head.is_taken, head.is_taken_by_other) {
            (true, true) => "taken by both".to_owned(),
            (true, false) => format!("taken by {}", NAMES[side]),
            (false, true) => format!("taken by {}", NAMES[1 - side]),
            (false, false) => String::new(),
        };
        rows.push(vec![
            head.place.to_string(),
            head.job.0.to_string(),
            head.action.clone(),
            units(&head.needs),
            duration(head.waited.as_secs_f64()),
            head.estimate.map_or("-".to_owned(), |estimate| duration(estimate.as_secs_f64())),
            if head.fits { "yes" } else { "no" }.to_owned(),
            taken,
        ]);
    }
    columns(&["", "job", "action", "needs", "waited", "estimate", "fits", ""], &rows, &[1, 4, 5])
}

fn end(end: &JobEnd) -> String {
    let JobEnd { job, action, worker, ended, is_retried } = end;
    let on = worker.as_ref().map_or_else(String::new, |worker| format!(" on {worker}"));
    let retried = if *is_retried { ", and a retry follows" } else { "" };
    match ended {
        Some((at, how)) => format!("job {} ({action}) ends{on} at {} as {how}{retried}", job.0, exact(*at)),
        None => format!("job {} ({action}) does not end by the end", job.0),
    }
}

fn units(units: &NamedUnits) -> String {
    if units.is_empty() {
        return "nothing".to_owned();
    }
    units.iter().map(|(resource, units)| format!("{resource} {units}")).collect::<Vec<String>>().join(", ")
}

/// Seconds from the start with nine decimals, as in `jobs.csv`.
fn exact(at: Time) -> String {
    let (nanos, sign) = (at.0.unsigned_abs(), if at.0 < 0 { "-" } else { "" });
    format!("{sign}{}.{:09} s", nanos / NANOS as u64, nanos % NANOS as u64)
}

/// A table; the columns with these numbers are aligned to the right.
fn columns(header: &[&str], rows: &[Vec<String>], right: &[usize]) -> String {
    let table = table::plain(header, rows, |column| !right.contains(&column));
    table.lines().map(|line| line.trim_end().to_owned() + "\n").collect()
}
