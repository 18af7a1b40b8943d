//! Writes the top of the scenario: its origin, what the documents cover, and the keys of the run.

use chrono::{DateTime, SecondsFormat, Utc};

use super::document_history::{DocumentHistory, Row};
use super::documents::{ASSUMPTION, Documents, ImportOptions};
use super::mode::ValueCounts;
use super::names::readable;
use super::observation_window::{ObservationWindow, in_words, latest_time};
use super::toml_text::{self, TomlBuilder, count};
use crate::model::time::{Span, Time};
use crate::registry::document::JobStatus;

/// How long the run lasts.
pub(super) const HORIZON: Span = Span::secs(7 * 86_400);

/// Writes the top of the scenario.
pub(super) fn write(
    toml: &mut TomlBuilder,
    documents: &Documents,
    options: &ImportOptions,
    start: Option<DateTime<Utc>>,
    window: Option<ObservationWindow>,
    history: &DocumentHistory,
) {
    let sources = if options.sources.is_empty() { "documents".to_owned() } else { options.sources.join(", ") };
    toml.comment(&format!(
        "Imported from the registry's API documents ({sources}), for you to edit. Numbers are estimates; comments give the rows \
         that they were estimated from. What no document tells is marked {ASSUMPTION}. The claimsim documentation, \
         docs/import.md, explains the estimates and their errors. All times are in UTC."
    ));
    rows(toml, history);
    covered(toml, window, history);
    toml.gap();
    toml.pair("name", &toml_text::string(&folder_name(&options.name)), "");
    write_start(toml, documents, options, start);
    toml.pair("horizon", &toml_text::string(&HORIZON.to_string()), "");
    toml.pair("replications", "20", "for intervals");
    toml.comment(
        "claim = \"registry\", the default: first-fit; before each claim a worker waits uniformly from 0 to 3 s.",
    );
    toml.pair("quorum", "true", "nothing is claimed while a majority of workers is out");
}

fn rows(toml: &mut TomlBuilder, history: &DocumentHistory) {
    if history.rows.is_empty() {
        return;
    }
    toml.line("#");
    let status = |row: &Row| match row.document.status.get() {
        Some(JobStatus::Unknown(word)) => toml_text::string(word),
        _ => row.status.map_or("", crate::model::job::Status::name).to_owned(),
    };
    let counts = ValueCounts::of(history.rows.iter().map(status));
    let words: Vec<String> = counts.0.iter().map(|(word, rows)| format!("{rows} {word}")).collect();
    toml.comment(&format!("Rows of jobs: {} ({}).", history.rows.len(), words.join(", ")));
    if history.repeated > 0 {
        toml.comment(&format!("Pages repeat {}; each is counted once.", count(history.repeated, "row")));
    }
    let timeless = history.rows.iter().filter(|row| row.scheduled_at.is_none()).count();
    if timeless > 0 {
        toml.comment(&format!(
            "{timeless} of them have no usable scheduledAt, and do not contribute to arrivals and run times."
        ));
    }
}

fn covered(toml: &mut TomlBuilder, window: Option<ObservationWindow>, history: &DocumentHistory) {
    let Some(window) = window else { return };
    let at = |time: Time| history.epoch.rfc3339(time, SecondsFormat::Secs);
    toml.comment(&format!(
        "Arrivals are counted from {} to {}, {}. An export may be cut, by age or by number of rows: before the first end of a row \
         it is incomplete.",
        at(window.from),
        at(window.to),
        in_words(window.length())
    ));
}

fn write_start(toml: &mut TomlBuilder, documents: &Documents, options: &ImportOptions, start: Option<DateTime<Utc>>) {
    let Some(start) = start else {
        toml.comment(&format!("{ASSUMPTION}: the documents contain no time, so the run starts at claimsim's default."));
        return;
    };
    let why = if options.exported_at.is_some() {
        "the export, as given with --at"
    } else if latest_time(documents).is_some() {
        "the latest time in the documents; give the time of the export with --at"
    } else {
        "ASSUMPTION: no row tells when the documents were exported"
    };
    write_heartbeat(toml, documents, options, start);
    toml.pair("start", &toml_text::string(&start.to_rfc3339_opts(SecondsFormat::AutoSi, true)), why);
}

/// In a quiet registry, the last change of a row may be long ago, and heartbeats are closer to the
/// export.
fn write_heartbeat(toml: &mut TomlBuilder, documents: &Documents, options: &ImportOptions, start: DateTime<Utc>) {
    let expirations = documents.workers.unwrap_or_default().iter().filter_map(|row| row.heartbeat_expiration.get());
    let later = expirations.max().filter(|at| (**at - start).num_seconds() > 60 && options.exported_at.is_none());
    if let Some(at) = later {
        toml.comment(&format!(
            "A worker's heartbeat expires at {}: if the documents were exported together, they were exported about then; give \
             that time with --at.",
            at.to_rfc3339_opts(SecondsFormat::AutoSi, true)
        ));
    }
}

/// A name that is valid for a folder.
pub(super) fn folder_name(name: &str) -> String {
    let text: String = name.chars().map(|c| if "/\\:".contains(c) { '-' } else { c }).collect();
    let mut text = readable(&text);
    // A scenario's name has at most 200 bytes.
    text.truncate(text.floor_char_boundary(200));
    match text.trim() {
        "" | "." | ".." | "unnamed" => "imported".to_owned(),
        _ => text,
    }
}
