//! `claimsim diff` as a person reads it: the two runs are A and B, what differs stands side by side, and times are those of `jobs.csv`.

use chrono::SecondsFormat;

use super::{Report, Setting};
use crate::experiment::diff::{
    ClaimDecision, CreatedJob, Divergence, FirstDifference, FreeUnits, JobEnd, NamedUnits, WaitingJob, WorkerDifference,
};
use crate::human;
use crate::model::time::{NANOS, Span, Time};

/// The runs by short names.
const NAMES: [&str; 2] = ["A", "B"];

/// So many settings and workers that differ are shown.
const SHOWN: usize = 20;

/// A value longer than this is cut off.
const LONGEST: usize = 48;

/// All there is to say, in lines.
pub fn text(report: &Report) -> String {
    let [one, other] = report.runs;
    let mut text = format!("A: {one}\nB: {other}\n");
    if !report.settings.is_empty() {
        text += "\n";
        text += &settings(report.settings);
    }
    if !report.diff.workers.is_empty() {
        text += "\n";
        text += &workers(&report.diff.workers);
    }
    text += "\n";
    text += &verdict(report);
    if let Some(first) = &report.diff.first {
        text += "\n";
        text += &change(first);
    }
    text
}

fn settings(settings: &[Setting]) -> String {
    let mut rows = vec![["made from".to_owned(), NAMES[0].to_owned(), NAMES[1].to_owned()].to_vec()];
    for Setting { name, values } in settings.iter().take(SHOWN) {
        let value = |side: usize| values[side].as_ref().map_or("-".to_owned(), |value| cut(value));
        rows.push(vec![name.clone(), value(0), value(1)]);
    }
    columns(&rows, &[]) + &more(settings.len())
}

fn workers(workers: &[WorkerDifference]) -> String {
    let mut rows = vec![["workers".to_owned(), NAMES[0].to_owned(), NAMES[1].to_owned()].to_vec()];
    for WorkerDifference { worker, offers } in workers.iter().take(SHOWN) {
        let offer = |side: usize| offers[side].as_ref().map_or("-".to_owned(), units);
        rows.push(vec![worker.clone(), offer(0), offer(1)]);
    }
    columns(&rows, &[]) + &more(workers.len())
}

fn more(count: usize) -> String {
    if count > SHOWN { format!("  and {} more\n", count - SHOWN) } else { String::new() }
}

fn cut(value: &str) -> String {
    if value.chars().count() <= LONGEST {
        value.to_owned()
    } else {
        value.chars().take(LONGEST - 1).chain(['…']).collect()
    }
}

/// How many replications part, and where the first of them does.
fn verdict(report: &Report) -> String {
    let diff = report.diff;
    let (compared, until) = (diff.compared, diff.until - Time::ZERO);
    let noun = if compared == 1 { "replication" } else { "replications" };
    let Some(first) = &diff.first else {
        return format!("{compared} {noun} compared up to {until}: the runs are the same.\n");
    };
    let parted = match (compared, diff.diverged) {
        (1, _) => format!("Replication {}", first.replication),
        (_, parted) if parted == compared => {
            let all = if compared == 2 { "Both".to_owned() } else { format!("All {compared}") };
            format!("{all} replications compared up to {until} part. Replication {}", first.replication)
        }
        (_, parted) => format!(
            "Of {compared} replications compared up to {until}, {parted} part; the first of them is {}. It",
            first.replication
        ),
    };
    let calendar = report.epoch.rfc3339(first.at, SecondsFormat::Nanos);
    let by = by(first, !diff.workers.is_empty());
    format!("{parted} parts at {} ({calendar})\n{by}\n", exact(first.at))
}

fn by(parting: &Divergence, have_other_workers: bool) -> &'static str {
    match &parting.change {
        _ if have_other_workers => "by its inputs: the workers are others from the start. The first that differs:",
        FirstDifference::Job(_) => "by its inputs: another job comes. Everything before was the same.",
        FirstDifference::Event(_) => "by its inputs: something befalls one run only. Everything before was the same.",
        FirstDifference::Claim(_) => {
            "by a decision: another claim. All inputs and everything else before were the same."
        }
        FirstDifference::End(_) => {
            "by an outcome: a job ends otherwise. All inputs and claims before were the same."
        }
    }
}

fn change(parting: &Divergence) -> String {
    match &parting.change {
        FirstDifference::Job(jobs) => job_table(jobs),
        FirstDifference::Event(events) => {
            let told =
                |side: usize| events[side].clone().unwrap_or_else(|| "nothing of the kind at this instant".to_owned());
            format!("A: {}\nB: {}\n", told(0), told(1))
        }
        FirstDifference::Claim(decisions) => [0, 1].map(|side| decision(side, decisions)).join("\n"),
        FirstDifference::End(ends) => [0, 1].map(|side| format!("{}: {}\n", NAMES[side], end(&ends[side]))).concat(),
    }
}

fn job_table(jobs: &[Option<CreatedJob>; 2]) -> String {
    let sides = jobs.each_ref().map(|made| made.as_ref().map_or_else(Vec::new, traits));
    let mut rows = vec![vec!["job".to_owned(), NAMES[0].to_owned(), NAMES[1].to_owned()]];
    let names = sides.iter().find(|traits| !traits.is_empty()).into_iter().flatten().map(|(name, _)| *name);
    for (index, name) in names.enumerate() {
        let value = |side: usize| sides[side].get(index).map_or("-", |(_, value)| value.as_str()).to_owned();
        let (one, other) = (value(0), value(1));
        let mark = if one == other || name == "number" { "" } else { "differs" };
        if one != "-" || other != "-" {
            rows.push(vec![name.to_owned(), one, other, mark.to_owned()]);
        }
    }
    let missing = jobs.iter().position(Option::is_none);
    let missing =
        missing.map_or_else(String::new, |side| format!("No such job comes in {} by the end.\n", NAMES[side]));
    columns(&rows, &[]) + &missing
}

/// What a job is, name by name.
fn traits(made: &CreatedJob) -> Vec<(&'static str, String)> {
    let length = |span: Option<Span>| span.map_or("-".to_owned(), |span| span.to_string());
    let number = |number: Option<i64>| number.map_or("-".to_owned(), |number| number.to_string());
    vec![
        ("number", made.job.0.to_string()),
        ("action", made.action.clone()),
        ("comes as", made.origin.clone()),
        ("comes at", exact(made.at)),
        ("scheduled at", exact(made.scheduled_at)),
        ("needs", units(&made.needs)),
        ("service", exact(Time::ZERO + made.service)),
        ("outcome", made.outcome.to_owned()),
        ("its priority", number(made.priority)),
        ("its estimate", length(made.estimate)),
        ("its deadline", length(made.deadline)),
        ("its stop timeout", length(made.stop_timeout)),
        ("its retries", number(made.retries.map(i64::from))),
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
        return "nothing is offered".to_owned();
    }
    let room = |room: &FreeUnits| format!("{} {} of {}", room.resource, room.free, room.of);
    rooms.iter().map(room).collect::<Vec<String>>().join(", ")
}

fn queue(side: usize, heads: &[WaitingJob]) -> String {
    if heads.is_empty() {
        return String::new();
    }
    let titles = ["", "job", "action", "needs", "waited", "estimate", "fits"];
    let mut rows = vec![titles.map(str::to_owned).to_vec()];
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
            human(head.waited.as_secs_f64()),
            head.estimate.map_or("-".to_owned(), |estimate| human(estimate.as_secs_f64())),
            if head.fits { "yes" } else { "no" }.to_owned(),
            taken,
        ]);
    }
    columns(&rows, &[0, 1, 4, 5])
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

/// Seconds from the start, to the nanosecond, as `jobs.csv` has them.
fn exact(at: Time) -> String {
    let (nanos, sign) = (at.0.unsigned_abs(), if at.0 < 0 { "-" } else { "" });
    format!("{sign}{}.{:09} s", nanos / NANOS as u64, nanos % NANOS as u64)
}

/// Rows in columns, indented, with the columns of these numbers to the right.
fn columns(rows: &[Vec<String>], right: &[usize]) -> String {
    let count = rows.iter().map(Vec::len).max().unwrap_or(0);
    let width = |column: usize| rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count()).max();
    let widths: Vec<usize> = (0..count).map(|column| width(column).unwrap_or(0)).collect();
    let line = |row: &Vec<String>| {
        let cells = row.iter().enumerate().map(|(column, cell)| {
            let width = widths[column];
            if right.contains(&column) { format!("  {cell:>width$}") } else { format!("  {cell:<width$}") }
        });
        cells.collect::<String>().trim_end().to_owned() + "\n"
    };
    rows.iter().map(line).collect()
}
