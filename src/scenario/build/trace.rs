//! Trace files, and logs when they have become traces: names become ids, and rows become known arrivals.

use std::collections::BTreeMap;

use super::Build;
use crate::arrival::trace::{self, Trace, TraceRow};
use crate::arrival::{ArrivalModel, ListedJob};
use crate::diagnostic::{Complaint, nearest};
use crate::engine::{Arrival, Given};
use crate::model::action::ActionId;
use crate::model::capacity::NeedId;
use crate::spec::At;

impl Build<'_> {
    /// Makes a source of a trace file, whose rows without an action are of `own`.
    pub(super) fn trace(&mut self, file: &At<String>, own: ActionId) {
        let Some(bytes) = self.read(file) else { return };
        let trace = match trace::parse(&bytes) {
            Ok(trace) => trace,
            Err(error) => return self.no_trace(file, &error),
        };
        let resources_known = self.trace_resources(file, &trace);
        let actions = self.trace_actions(file, &trace);
        let (Some(actions), true) = (actions, resources_known) else { return };
        self.rows(file, own, &actions, &trace);
    }

    /// Makes a source of the rows of a trace that came from a file, of which those without an action are of `own`.
    pub(super) fn rows(&mut self, file: &At<String>, own: ActionId, actions: &[ActionId], trace: &Trace) {
        let mut needs = BTreeMap::new();
        let mut jobs = Vec::with_capacity(trace.rows.len());
        for row in &trace.rows {
            let action = row.action.map_or(own, |action| actions[action as usize]);
            let need = row
                .need
                .map(|need| *needs.entry((need, action)).or_insert_with(|| self.trace_need(trace, need, action)));
            self.uses(action, need, row.service.is_some(), file.place);
            jobs.push(known(row, action, need));
        }
        if jobs.is_empty() {
            self.complain(Complaint::warning(file.place, format!("`{}` has no rows", file.value)));
        }
        self.arrivals.push((file.place, ArrivalModel::listed(jobs)));
    }

    /// Complains about all that is wrong with a file.
    pub(super) fn no_trace(&mut self, file: &At<String>, error: &trace::TraceError) {
        for found in &error.problems {
            let line = if found.line > 0 { format!(", line {}", found.line) } else { String::new() };
            let column = found.column.as_ref().map_or(String::new(), |column| format!(", `{column}`"));
            self.complain(Complaint::error(file.place, format!("`{}`{line}{column}: {}", file.value, found.text)));
        }
        if error.more > 0 {
            let title = format!("`{}`: {} more rows are wrong", file.value, error.more);
            self.complain(Complaint::error(file.place, title));
        }
    }

    /// Whether every column is of a resource that the scenario knows.
    fn trace_resources(&mut self, file: &At<String>, trace: &Trace) -> bool {
        let mut known = true;
        for resource in
            trace.resources.iter().filter(|name| !self.needs.names().contains(name)).cloned().collect::<Vec<_>>()
        {
            let title =
                format!("`{}` has a column `need.{resource}`, but there is no resource `{resource}`", file.value);
            let complaint = Complaint::error(file.place, title);
            let complaint = match nearest(&resource, self.needs.names().iter().map(String::as_str)) {
                Some(meant) => complaint.help(format!("did you mean `need.{meant}`?")),
                None => complaint.help("resources are the keys of the workers' and actions' `capacity`"),
            };
            self.complain(complaint);
            known = false;
        }
        known
    }

    /// The actions that a trace names; `None` and complaints, if any of them is not described.
    fn trace_actions(&mut self, file: &At<String>, trace: &Trace) -> Option<Vec<ActionId>> {
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
                let complaint = self.suggest_action(Complaint::error(file.place, title), &action.name);
                self.complain(complaint);
            }
            ids.push(found);
        }
        ids.into_iter().collect()
    }

    /// The need of a row: a resource that it leaves out is its action's.
    fn trace_need(&mut self, trace: &Trace, need: u32, action: ActionId) -> NeedId {
        let mut units = self.needs.get(self.actions[usize::from(action.0)].need).clone();
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
    let given = Given { need, service, estimate, priority, deadline, ..Given::default() };
    ListedJob { arrival: Arrival::single(at, action), given }
}
