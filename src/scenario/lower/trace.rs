//! Trace files, and logs that have become traces: names become ids, and rows become known arrivals.

use std::collections::BTreeMap;

use super::lowering::Lowering;
use crate::arrival::trace::{self, Trace, TraceRow};
use crate::arrival::{ArrivalModel, ListedJob};
use crate::diagnostic::{Diagnostic, nearest};
use crate::engine::{Arrival, JobOverrides};
use crate::model::action::ActionId;
use crate::model::capacity::NeedId;
use crate::spanned::Spanned;

impl Lowering<'_> {
    /// Lowers a trace file to a source; rows without an action have the action `own`.
    pub(super) fn trace(&mut self, file: &Spanned<String>, own: ActionId) {
        let Some(bytes) = self.read(file) else { return };
        let trace = match trace::parse(&bytes) {
            Ok(trace) => trace,
            Err(error) => return self.report_trace_errors(file, &error),
        };
        let resources_known = self.trace_resources(file, &trace);
        let actions = self.trace_actions(file, &trace);
        let (Some(actions), true) = (actions, resources_known) else { return };
        self.rows(file, own, &actions, &trace);
    }

    /// Lowers the rows of a trace to a source; rows without an action have the action `own`.
    pub(super) fn rows(&mut self, file: &Spanned<String>, own: ActionId, actions: &[ActionId], trace: &Trace) {
        let mut needs = BTreeMap::new();
        let mut jobs = Vec::with_capacity(trace.rows.len());
        for row in &trace.rows {
            let action = row.action.map_or(own, |action| actions[action as usize]);
            let need = row
                .need
                .map(|need| *needs.entry((need, action)).or_insert_with(|| self.trace_need(trace, need, action)));
            self.record_jobs(action, need, row.service.is_some(), file.span);
            jobs.push(known(row, action, need));
        }
        if jobs.is_empty() {
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

    /// Whether the scenario knows the resources of all columns.
    fn trace_resources(&mut self, file: &Spanned<String>, trace: &Trace) -> bool {
        let mut known = true;
        for resource in
            trace.resources.iter().filter(|name| !self.needs.names().contains(name)).cloned().collect::<Vec<_>>()
        {
            let title =
                format!("`{}` has a column `need.{resource}`, but there is no resource `{resource}`", file.value);
            let diagnostic = Diagnostic::error(file.span, title);
            let diagnostic = match nearest(&resource, self.needs.names().iter().map(String::as_str)) {
                Some(meant) => diagnostic.help(format!("did you mean `need.{meant}`?")),
                None => diagnostic.help("resources are the keys of the workers' and actions' `capacity`"),
            };
            self.report(diagnostic);
            known = false;
        }
        known
    }

    /// The actions that a trace names; `None` and diagnostics, if any of them does not exist.
    fn trace_actions(&mut self, file: &Spanned<String>, trace: &Trace) -> Option<Vec<ActionId>> {
        let mut ids = Vec::with_capacity(trace.actions.len());
        for (index, action) in trace.actions.iter().enumerate() {
            let found = self.find_action(&action.name);
            if found.is_none() {
                let rows = trace.rows.iter().filter(|row| row.action == Some(index as u32)).count();
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
        self.needs.need(&units)
    }
}

fn known(row: &TraceRow, action: ActionId, need: Option<NeedId>) -> ListedJob {
    let TraceRow { at, service, estimate, deadline, priority, .. } = *row;
    let overrides = JobOverrides { need, service, estimate, priority, deadline, ..JobOverrides::default() };
    ListedJob { arrival: Arrival::single(at, action), overrides }
}
