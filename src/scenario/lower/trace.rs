//! Trace files, and logs that have become traces: names become ids, and rows become known arrivals.

use std::collections::BTreeMap;

use chrono::SecondsFormat;

use super::lowering::Lowering;
use crate::arrival::trace::{self, Shift, TimeScale, Timing, Trace, TraceOptions, TraceRow};
use crate::arrival::{ArrivalModel, ListedJob};
use crate::diagnostic::Diagnostic;
use crate::engine::{Arrival, JobOverrides};
use crate::model::action::ActionId;
use crate::model::capacity::NeedId;
use crate::model::time::Time;
use crate::spanned::Spanned;
use crate::spec::{ColumnNames, Trace as TraceSpec};

impl Lowering<'_> {
    /// Lowers a trace file to a source; rows without an action have the action `own`.
    pub(super) fn trace(&mut self, spec: &TraceSpec, own: ActionId) {
        let file = &spec.file;
        let columns = spec.columns.as_ref().map(|columns| self.columns(columns));
        let timing = self.timing(spec.first, spec.shift, spec.time_scale.as_ref());
        // Until its rows are known, the file may bring jobs and service times of any action.
        let had_all_jobs = std::mem::replace(&mut self.has_all_jobs, false);
        let (Some(bytes), Some(timing), false) = (self.read(file), timing, columns == Some(None)) else { return };
        let columns = columns.flatten();
        let options = TraceOptions { epoch: self.settings.epoch, columns: columns.as_ref() };
        let mut trace = match trace::parse_with(&bytes, &options) {
            Ok(trace) => trace,
            Err(error) => return self.report_trace_errors(file, &error),
        };
        trace.retime(&timing);
        if !trace.ignored.is_empty() {
            let names: Vec<String> = trace.ignored.iter().map(|name| format!("`{name}`")).collect();
            let columns = if names.len() == 1 { "the column" } else { "the columns" };
            self.notes.push(format!("{}: {columns} {} of the file are not used", file.value, names.join(", ")));
        }
        let Some(actions) = self.trace_actions(file, &trace) else { return };
        self.has_all_jobs = had_all_jobs;
        self.rows(file, own, &actions, &trace);
    }

    /// The file's name of each column; `None` and diagnostics, if a column is unknown or named
    /// twice.
    fn columns(&mut self, columns: &Spanned<ColumnNames>) -> Option<BTreeMap<String, String>> {
        let mut names = BTreeMap::new();
        let before = self.diagnostics.len();
        for (column, name) in &columns.value.0 {
            if let Err(text) = trace::check_column(&column.value) {
                self.report(Diagnostic::error(column.span, text));
            }
            names.insert(column.value.clone(), name.trim().to_owned());
        }
        if !self.recovered.any(columns.span) && !["at_s", "at"].iter().any(|time| names.contains_key(*time)) {
            let diagnostic = Diagnostic::error(columns.span, "no column gives the times of the arrivals");
            self.report(
                diagnostic.help("name it, such as columns = { at_s = \"submitted\" }; `at` is for calendar times"),
            );
        }
        (self.diagnostics.len() == before && !self.recovered.any(columns.span)).then_some(names)
    }

    /// What is changed about the times of a file; `None` and a diagnostic, if the factor is wrong.
    pub(super) fn timing(
        &mut self,
        first: Option<u64>,
        shift: Shift,
        time_scale: Option<&Spanned<f64>>,
    ) -> Option<Timing> {
        let load = TimeScale::new(self.settings.load).filter(|load| *load != TimeScale::ONE);
        let Some(factor) = time_scale else {
            return Some(Timing { first, shift, time_scale: load.map(|load| TimeScale::ONE.over(load)) });
        };
        let scale = TimeScale::new(factor.value);
        if scale.is_none() {
            let written = self.source_text(factor.span);
            let diagnostic = Diagnostic::error(factor.span, format!("`time_scale` cannot be {written}"));
            self.report(diagnostic.help("write a number from 1e-9 to 1e9, such as 0.5 for half of all gaps"));
        }
        let scale = scale?;
        Some(Timing { first, shift, time_scale: Some(load.map_or(scale, |load| scale.over(load))) })
    }

    /// Lowers the rows of a trace to a source; rows without an action have the action `own`.
    pub(super) fn rows(&mut self, file: &Spanned<String>, own: ActionId, actions: &[ActionId], trace: &Trace) {
        let mut needs = BTreeMap::new();
        let mut jobs = Vec::with_capacity(trace.rows.len());
        self.report_outside(file, trace);
        self.note_resources(file, trace);
        for row in trace.rows.iter().filter(|row| row.at >= Time::ZERO) {
            let action = row.action.map_or(own, |action| actions[action as usize]);
            let need = row
                .need
                .map(|need| *needs.entry((need, action)).or_insert_with(|| self.trace_need(trace, need, action)));
            self.record_jobs(action, need, row.service.is_some(), file.span);
            jobs.push(known(row, action, need));
        }
        if trace.rows.is_empty() {
            self.report(Diagnostic::warning(file.span, format!("`{}` has no rows", file.value)));
        }
        self.arrivals.push((file.span, ArrivalModel::listed(jobs)));
    }

    /// Reports every mistake in a file.
    pub(super) fn report_trace_errors(&mut self, file: &Spanned<String>, error: &trace::TraceError) {
        for found in &error.problems {
            let line = if found.line > 0 { format!(", line {}", found.line) } else { String::new() };
            let column = found.column.as_ref().map_or(String::new(), |column| format!(", `{column}`"));
            self.report(Diagnostic::error(file.span, format!("`{}`{line}{column}: {}", file.value, found.text)));
        }
        if error.more > 0 {
            let title = format!("`{}`: {} more rows are wrong", file.value, error.more);
            self.report(Diagnostic::error(file.span, title));
        }
    }

    /// Reports the rows of a file that lie outside the run; it is an error if all do.
    fn report_outside(&mut self, file: &Spanned<String>, trace: &Trace) {
        let Some(window) = self.settings.window else { return };
        let all = trace.rows.len();
        let before = trace.rows.partition_point(|row| row.at < Time::ZERO);
        let after = all - trace.rows.partition_point(|row| row.at <= window.horizon);
        let (Some(first), true) = (trace.rows.first(), before + after > 0) else { return };
        let parts = [(before, "before the start"), (after, "after the horizon")];
        let parts = parts.iter().filter(|(count, _)| *count > 0).map(|(count, place)| format!("{count} {place}"));
        let load = after - (all - trace.rows.partition_point(|row| row.at <= window.end()));
        let load =
            if load > 0 { format!(" ({load} within the cooldown, as load after the horizon)") } else { String::new() };
        let parts = parts.collect::<Vec<_>>().join(", ") + &load;
        let outside = before + after;
        if outside < all {
            let lie = if outside == 1 { "lies" } else { "lie" };
            return self.notes.push(format!("{}: {outside} of {all} rows {lie} outside the run: {parts}", file.value));
        }
        let rows = if all == 1 { "its only row lies".to_owned() } else { format!("all its {all} rows lie") };
        let title = format!("no job of `{}` ever comes: {rows} outside the run ({parts})", file.value);
        let shown = |at| self.settings.epoch.rfc3339(at, SecondsFormat::AutoSi);
        let run = format!("the run lasts from {} to {}", shown(Time::ZERO), shown(window.horizon));
        let start = match (trace.is_dated, shown(first.at)) {
            (true, at) if !at.is_empty() => format!(", or start = \"{at}\""),
            _ => String::new(),
        };
        let remedy = format!("write shift = \"first\", by which the first job comes at the start{start}");
        self.report(Diagnostic::error(file.span, title).help(run).help(remedy));
    }

    /// Remembers the resources that rows need, for the warning that nothing offers one.
    fn note_resources(&mut self, file: &Spanned<String>, trace: &Trace) {
        for (index, resource) in trace.resources.iter().enumerate() {
            self.check_name_in(file, "a resource", resource);
            if trace.needs.iter().any(|need| need[index].is_some_and(|units| units > 0)) {
                let resource = self.needs.resource(resource);
                self.file_resources.entry(resource).or_insert_with(|| file.clone());
            }
        }
    }

    /// The actions that a trace names; `None` and diagnostics, if any of them does not exist.
    fn trace_actions(&mut self, file: &Spanned<String>, trace: &Trace) -> Option<Vec<ActionId>> {
        let mut ids = Vec::with_capacity(trace.actions.len());
        let mut rows_of = vec![0_usize; trace.actions.len()];
        for action in trace.rows.iter().filter_map(|row| row.action) {
            rows_of[action as usize] += 1;
        }
        for (action, rows) in trace.actions.iter().zip(rows_of) {
            if rows == 0 {
                // Its rows come after those that `first` takes.
                ids.push(Some(ActionId(0)));
                continue;
            }
            let found = self.find_action(&action.name);
            if found.is_none() {
                let title = format!(
                    "`{}`, line {}: there is no action `{}` ({rows} {} of it)",
                    file.value,
                    action.line,
                    action.name,
                    if rows == 1 { "row is" } else { "rows are" },
                );
                let diagnostic = self.suggest_action(Diagnostic::error(file.span, title), &action.name);
                self.report(diagnostic);
            }
            ids.push(found);
        }
        ids.into_iter().collect()
    }

    /// The need of a row: resources that it leaves out are those of its action.
    fn trace_need(&mut self, trace: &Trace, need: u32, action: ActionId) -> NeedId {
        let mut units = self.needs.get(self.actions[usize::from(action.0)].model.need).clone();
        for (resource, count) in trace.resources.iter().zip(&trace.needs[need as usize]) {
            let Some(count) = *count else { continue };
            let resource = self.needs.resource(resource);
            if count == 0 {
                units.remove(&resource)
            } else {
                units.insert(resource, count)
            };
        }
        self.own_need(units, Some(action))
    }
}

fn known(row: &TraceRow, action: ActionId, need: Option<NeedId>) -> ListedJob {
    let TraceRow { at, service, estimate, deadline, priority, .. } = *row;
    let overrides = JobOverrides { need, service, estimate, priority, deadline, ..JobOverrides::default() };
    ListedJob { arrival: Arrival::single(at, action), overrides }
}
