//! Whole files: each format, everything that can be wrong with a row, and any bytes at all.

mod any_bytes;
mod bad_rows;
mod formats;
mod generic;

use crate::{JobHistory, Mapping, Outcome, ReadOptions, Reading, Record, read};

/// Reads a file with local times in UTC.
fn reading(text: &str) -> Reading {
    read(text.as_bytes(), &utc()).unwrap_or_else(|error| panic!("{error}\n{text}"))
}

/// Options for local times in UTC.
fn utc() -> ReadOptions {
    ReadOptions { time_zone: Some("UTC".parse().unwrap()), ..ReadOptions::default() }
}

fn with_columns(columns: &str) -> ReadOptions {
    ReadOptions { columns: Some(columns.parse::<Mapping>().unwrap()), ..utc() }
}

/// The records, in order: "action@worker outcome created+wait+service", times of day or seconds.
fn records(history: &JobHistory) -> Vec<String> {
    history.records.iter().map(|record| text(history, record)).collect()
}

fn text(history: &JobHistory, record: &Record) -> String {
    let worker = record.worker.map_or("", |worker| &history.workers[worker as usize]);
    let created = history.epoch.calendar_of(record.created).unwrap().format("%d %H:%M:%S%.f");
    let span = |span: Option<crate::model::time::Span>| span.map_or("-".to_owned(), |span| span.to_string());
    let outcome = match record.outcome {
        Outcome::DeadlineMissed => "late".to_owned(),
        other => format!("{other:?}").to_lowercase(),
    };
    let need: Vec<String> = history.needs[record.need as usize]
        .iter()
        .map(|(resource, units)| format!(" {}={units}", history.resources[*resource as usize]))
        .collect();
    let action = &history.actions[record.action as usize];
    let left = if record.started.is_none() {
        record.finished.map_or(String::new(), |end| format!(" left after {}", end - record.created))
    } else {
        String::new()
    };
    let attempt = if record.is_retry() { format!(" attempt {}", record.attempt) } else { String::new() };
    format!(
        "{action}@{worker} {outcome} {created} {} {}{left}{}{attempt}",
        span(record.wait()),
        span(record.service()),
        need.concat()
    )
}
