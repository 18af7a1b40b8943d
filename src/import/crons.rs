//! Crons: those of the document, and those inferred from rows at regular times.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, SecondsFormat, Utc};

use super::calendar::Calendar;
use super::document_history::{DocumentHistory, Row, stated_need};
use super::documents::{ASSUMPTION, Documents};
use super::periodicity;
use super::regular::{self, RegularSource};
use super::toml_text::{self, TomlBuilder};
use crate::arrival::cron::Schedule;
use crate::model::time::{NANOS, Span, Time};
use crate::model::time_zone::TimeZone;
use crate::registry::document::CronDocument;

/// The cron of an action.
#[derive(Debug)]
enum Cron<'a> {
    /// From the document.
    Stated(&'a CronDocument, Schedule),
    /// From the times of this number of rows, which a schedule explains.
    Inferred(Schedule, usize),
    /// From the times of some rows among others; these come at the firings or some time after.
    Among(RegularSource, BTreeSet<Time>),
}

/// All crons, by action.
#[derive(Debug)]
pub(super) struct Crons<'a> {
    by_action: BTreeMap<usize, Cron<'a>>,
    /// The crons of the document that were left out, and why.
    left_out: Vec<String>,
}

impl<'a> Crons<'a> {
    /// The crons of the document; for actions that it does not name, those inferred from their
    /// rows.
    pub(super) fn new(documents: &Documents<'a>, history: &DocumentHistory<'a>) -> Crons<'a> {
        let mut crons = Crons { by_action: BTreeMap::new(), left_out: Vec::new() };
        for row in documents.crons.unwrap_or_default() {
            if let Err(why) = crons.add(row, history) {
                let name =
                    row.action.get().map_or_else(|| "without an action".to_owned(), |name| toml_text::string(name));
                crons.left_out.push(format!("The cron {name} is left out: {why}."));
            }
        }
        for action in 0..history.actions.len() {
            if !crons.by_action.contains_key(&action) {
                crons.infer(history, action);
            }
        }
        crons
    }

    fn add(&mut self, row: &'a CronDocument, history: &DocumentHistory) -> Result<(), String> {
        let name = row.action.get().ok_or("it has no action")?;
        let written = row.schedule.get().ok_or("it has no schedule")?;
        let schedule = Schedule::parse(written).map_err(|error| error.to_string())?;
        let action = history.actions.binary_search(&Some(name.as_str())).expect("every cron's action was listed");
        if self.by_action.contains_key(&action) {
            return Err("the registry keeps one cron for each action, and this is the second".to_owned());
        }
        self.by_action.insert(action, Cron::Stated(row, schedule));
        Ok(())
    }

    fn infer(&mut self, history: &DocumentHistory, action: usize) {
        let first = history.of(action).map(|(_, row)| row).filter(|row| !row.is_retry());
        let mut times: Vec<DateTime<Utc>> = first.filter_map(|row| row.document.scheduled_at.get().copied()).collect();
        times.sort_unstable();
        if let Some(schedule) = periodicity::periodic_schedule(&times) {
            self.by_action.insert(action, Cron::Inferred(schedule, times.len()));
        } else {
            self.infer_among(history, action);
        }
    }

    /// A cron whose rows are mixed with others, or come some time after the firings.
    fn infer_among(&mut self, history: &DocumentHistory, action: usize) {
        let first = history.of(action).map(|(_, row)| row).filter(|row| !row.is_retry());
        let mut times: Vec<Time> = first.filter_map(|row| row.scheduled_at).collect();
        times.sort_unstable();
        let (Some(from), Some(to)) = (times.first().copied(), times.last().copied()) else { return };
        let window = (from + Span(-1), to + Span(1));
        let calendar = Calendar::new(TimeZone::UTC, history.epoch, window, &[]);
        let step = Span(NANOS / 1_000);
        if let Some((source, rest)) = regular::split(&times, &calendar, TimeZone::UTC, window, step) {
            let rest: BTreeSet<Time> = rest.into_iter().collect();
            let own = times.into_iter().filter(|at| !rest.contains(at)).collect();
            self.by_action.insert(action, Cron::Among(source, own));
        }
    }

    /// Whether the action has a cron.
    pub(super) fn has(&self, action: usize) -> bool {
        self.by_action.contains_key(&action)
    }

    /// Whether its action's cron created a first attempt. Such rows have exactly the nominal time
    /// as their `scheduledAt`, whereas submitted jobs have milliseconds. The phase of `@every` is
    /// unknown, so whole seconds suffice there.
    pub(super) fn created(&self, row: &Row) -> bool {
        let Some(at) = row.document.scheduled_at.get() else { return false };
        match self.by_action.get(&row.action) {
            Some(Cron::Stated(_, schedule)) if schedule.to_string().starts_with("@every") => {
                at.timestamp_subsec_nanos() == 0
            }
            Some(Cron::Stated(_, schedule) | Cron::Inferred(schedule, _)) => periodicity::fires_at(schedule, *at),
            Some(Cron::Among(_, own)) => row.scheduled_at.is_some_and(|at| own.contains(&at)),
            None => false,
        }
    }

    /// Writes the crons.
    pub(super) fn write(&self, toml: &mut TomlBuilder, history: &DocumentHistory) {
        for (action, cron) in &self.by_action {
            toml.gap();
            match cron {
                Cron::Stated(row, schedule) => write_stated(toml, history, *action, row, schedule),
                Cron::Inferred(schedule, rows) => {
                    toml.comment(&format!(
                        "{ASSUMPTION}: no crons document names this one, but all {rows} first attempts came at its firings."
                    ));
                    toml.table("cron", history.action_name(*action));
                    toml.pair("schedule", &toml_text::string(&schedule.to_string()), "");
                }
                Cron::Among(source, _) => write_among(toml, history.action_name(*action), source),
            }
        }
        if !self.left_out.is_empty() {
            toml.gap();
        }
        for line in &self.left_out {
            toml.comment(line);
        }
    }
}

fn write_among(toml: &mut TomlBuilder, action: &str, source: &RegularSource) {
    toml.comment(&format!(
        "{ASSUMPTION}: no crons document names this one, but {} came at its firings, up to {} after them; {} had none.",
        toml_text::count(source.firings, "first attempt"),
        toml_text::seconds(source.delay.1),
        toml_text::count(source.missing, "firing")
    ));
    toml.table("cron", action);
    toml.pair("schedule", &toml_text::string(&source.schedule), "");
}

/// Writes a firing of an `@every` cron, which determines all others: the one that the document
/// names, or else the latest row that the cron can have created.
fn write_phase(toml: &mut TomlBuilder, history: &DocumentHistory, action: usize, row: &CronDocument) {
    let of_rows = history.of(action).map(|(_, row)| row).filter(|row| !row.is_retry());
    let created = of_rows.filter_map(|row| row.document.scheduled_at.get().copied());
    let latest = created.filter(|at| at.timestamp_subsec_nanos() == 0).max();
    let (firing, why) = match (row.next_run.get().copied(), latest) {
        (Some(next), _) => (next, "a firing, from which the others follow"),
        (None, Some(latest)) => (latest, "the latest row at a full second; the document names no firing"),
        (None, None) => return toml.comment(&format!("{ASSUMPTION}: no firing is known; it counts from the start.")),
    };
    toml.pair("next_run", &toml_text::string(&firing.to_rfc3339_opts(SecondsFormat::AutoSi, true)), why);
}

fn write_stated(
    toml: &mut TomlBuilder,
    history: &DocumentHistory,
    action: usize,
    row: &CronDocument,
    schedule: &Schedule,
) {
    toml.table("cron", history.action_name(action));
    let next = row.next_run.get().map(|at| format!("next at {}", at.to_rfc3339_opts(SecondsFormat::AutoSi, true)));
    toml.pair("schedule", &toml_text::string(&schedule.to_string()), &next.unwrap_or_default());
    if schedule.to_string().starts_with("@every") {
        write_phase(toml, history, action, row);
    }
    if let Some(need) = stated_need(&row.capacity_map) {
        toml.pair("capacity", &toml_text::units(&history.renamed(&need)), "");
    }
    if let Some(retries) = row.retries.get() {
        toml.pair("retries", &retries.to_string(), "");
    }
    let given = |span: Option<&Span>| span.copied().filter(|span| *span > Span::ZERO);
    let (deadline, timeout) = (given(row.deadline.get()), row.stop_timeout.get());
    if let Some(deadline) = deadline {
        toml.pair("deadline", &toml_text::string(&deadline.to_string()), "");
    }
    match (deadline, timeout) {
        (Some(_), Some(timeout)) => toml.pair("stop_timeout", &toml_text::string(&timeout.to_string()), ""),
        (None, Some(timeout)) => {
            toml.comment(&format!("stopTimeout is {timeout}, but it has no effect without a deadline."));
        }
        (_, None) => {}
    }
}
