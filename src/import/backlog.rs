//! The rows that wait or run at the export: the initial state of the run.

use chrono::SecondsFormat;

use super::document_history::{DocumentHistory, Row};
use super::documents::ImportOptions;
use super::header;
use super::toml_text::{self, TomlBuilder, count};
use super::workers::Workers;
use crate::model::job::Status;
use crate::model::time::{Span, Time};

/// Rows that a scenario can take over.
fn rows<'a, 'b>(history: &'b DocumentHistory<'a>) -> impl Iterator<Item = &'b Row<'a>> {
    history.rows.iter().filter(|row| !row.document.is_finished())
}

/// The rows that are still to be done. A row with a pending request to cancel is not.
fn jobs<'a, 'b>(history: &'b DocumentHistory<'a>) -> impl Iterator<Item = &'b Row<'a>> {
    rows(history).filter(|row| row.status != Some(Status::CancelRequest))
}

/// Whether the scenario can take the rows from the document itself: all names in it are the same in
/// the scenario.
fn is_verbatim(history: &DocumentHistory) -> bool {
    let has_time = |row: &Row| row.scheduled_at.is_some() || row.document.scheduled_at.get().is_none();
    let same_action = |row: &Row| row.document.action.get().is_none_or(|name| history.action_names.is_kept(name));
    let same_resources = |row: &Row| history.needs[row.need].keys().all(|name| history.resource_names.is_kept(name));
    history.repeated == 0 && rows(history).all(|row| has_time(row) && same_action(row) && same_resources(row))
}

/// Writes `[registry]`, if the scenario can take the rows from the document itself.
pub(super) fn write_registry(
    toml: &mut TomlBuilder,
    options: &ImportOptions,
    history: &DocumentHistory,
    workers: &Workers,
) {
    let Some(file) = options.jobs_file.as_ref().filter(|_| is_verbatim(history) && rows(history).next().is_some())
    else {
        return;
    };
    toml.gap();
    toml.comment(&format!(
        "{} at the start. A running row continues with a newly drawn service time, because its start is unknown.",
        describe_counts(rows(history))
    ));
    let is_there = |row: &Row| workers.all.iter().any(|worker| worker.is_alive && row.worker() == Some(worker.id));
    let unplaced = rows(history).filter(|row| row.status != Some(Status::Waiting) && !is_there(row)).count();
    if unplaced > 0 {
        toml.comment(&format!(
            "{} on a worker that does not exist; such rows are left out.",
            count(unplaced, "running row")
        ));
    }
    toml.line("[registry]");
    toml.pair("jobs", &toml_text::string(file), "");
    if rows(history).any(|row| row.document.action.get().is_none()) {
        toml.pair("action", &toml_text::string(history.action_names.get(None)), "the action of rows that have none");
    }
}

fn describe_counts<'a, 'b: 'a>(rows: impl Iterator<Item = &'a Row<'b>>) -> String {
    let (waiting, running): (Vec<&Row>, Vec<&Row>) = rows.partition(|row| row.status == Some(Status::Waiting));
    let (waiting, running) = (waiting.len(), running.len());
    format!("{} wait{} and {running} run{}", count(waiting, "row"), verb_ending(waiting), verb_ending(running))
}

fn verb_ending(number: usize) -> &'static str {
    if number == 1 { "s" } else { "" }
}

/// Writes one `[[job]]` for each row, if the scenario cannot name the document.
pub(super) fn write_jobs(toml: &mut TomlBuilder, options: &ImportOptions, history: &DocumentHistory) {
    let is_named = options.jobs_file.is_some() && is_verbatim(history);
    if is_named || jobs(history).next().is_none() {
        return;
    }
    toml.gap();
    toml.comment(&format!(
        "{} at the start. They are written out because [registry] cannot name one document with them (there are several files, \
         standard input, rows that pages repeat, or names that a scenario cannot have). So waits count from the start only, and \
         running rows start again, on any worker.",
        describe_counts(jobs(history))
    ));
    let mut beyond = 0;
    for row in jobs(history) {
        let at = row.scheduled_at.unwrap_or(Time::ZERO);
        if at > Time::ZERO + header::HORIZON {
            beyond += 1;
        } else {
            write_job(toml, history, row, at);
        }
    }
    if beyond > 0 {
        toml.gap();
        toml.comment(&format!("{} scheduled for after the horizon are left out.", count(beyond, "row")));
    }
}

fn write_job(toml: &mut TomlBuilder, history: &DocumentHistory, row: &Row, at: Time) {
    toml.gap();
    toml.line("[[job]]");
    toml.pair("action", &toml_text::string(history.action_name(row.action)), &row_comment(row));
    let calendar = history.epoch.rfc3339(at, SecondsFormat::AutoSi);
    toml.pair("at", &toml_text::string(if at > Time::ZERO { &calendar } else { "0s" }), "");
    toml.pair("capacity", &toml_text::units(&history.renamed(&history.needs[row.need])), "");
    if let Some(retries) = row.document.retries_left.get() {
        toml.pair("retries", &retries.to_string(), "");
    }
    if let Some(deadline) = row.document.deadline.get().filter(|deadline| **deadline > Span::ZERO) {
        toml.pair("deadline", &toml_text::string(&deadline.to_string()), "");
        if let Some(timeout) = row.document.stop_timeout.get() {
            toml.pair("stop_timeout", &toml_text::string(&timeout.to_string()), "");
        }
    }
}

fn row_comment(row: &Row) -> String {
    let id = row.document.id.get().map_or("", String::as_str);
    match (row.status, row.worker()) {
        (Some(Status::Running), Some(worker)) => format!("{id} runs on {worker}"),
        _ => format!("{id} waits"),
    }
}
