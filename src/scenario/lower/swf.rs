//! Logs in the Standard Workload Format: each is read once, turned into a trace, and split into
//! actions; notes tell what is left out.

use std::collections::BTreeMap;

use super::actions::MAX_ACTIONS;
use super::lowering::Lowering;
use crate::arrival::swf::{self, FIELDS_OF_A_LINE, IrregularLines, SwfJobs, SwfOptions};
use crate::arrival::trace::ActionName;
use crate::diagnostic::{Diagnostic, nearest};
use crate::model::action::ActionId;
use crate::spanned::Spanned;
use crate::spec::{Arrival, Spec, Swf};

/// The logs that a scenario's actions name, in the order of the file.
pub(super) fn named(spec: &Spec) -> impl Iterator<Item = &Swf> {
    spec.action.iter().filter_map(|(_, action)| match action.arrival.as_ref().map(|arrival| &arrival.value) {
        Some(Arrival::Swf(swf)) => Some(&**swf),
        _ => None,
    })
}

impl Lowering<'_> {
    /// Reads all logs, each once: workers may refer to their headers.
    pub(super) fn logs(&mut self, spec: &Spec) {
        for Swf { file, .. } in named(spec) {
            if self.logs.contains_key(&file.value) {
                continue;
            }
            let parsed = self.read(file).map(|bytes| swf::parse(&bytes));
            let log = parsed.and_then(|log| log.map_err(|error| self.report_trace_errors(file, &error)).ok());
            self.has_all_jobs &= log.is_some();
            if let Some(irregular) = log.as_ref().and_then(|log| log.irregular) {
                self.warn_irregular(file, irregular);
            }
            self.logs.insert(file.value.clone(), log);
        }
    }

    /// Lowers a log to a source; its jobs have the action `own`, or copies of it.
    pub(super) fn swf(&mut self, spec: &Swf, own: ActionId) {
        // Its jobs bring their service times.
        self.actions[usize::from(own.0)].is_used = true;
        let Some(Some(log)) = self.logs.get(&spec.file.value) else { return };
        let choice = SwfOptions {
            action: self.actions[usize::from(own.0)].model.name.clone(),
            resource: spec.resource.value.clone(),
            processors: spec.processors,
            run: spec.run,
            split: spec.split,
            first: spec.first,
        };
        let (mut jobs, lines) = (log.jobs(&choice), log.lines);
        let Some(timing) = self.timing(None, spec.shift, spec.time_scale.as_ref()) else { return };
        jobs.trace.retime(&timing);
        self.note_left_out(&spec.file.value, &jobs, lines);
        let is_known = self.log_resource(&spec.resource);
        let actions = self.copies_of(&spec.file, own, &jobs.trace.actions);
        if let (Some(actions), true) = (actions, is_known) {
            self.rows(&spec.file, own, &actions, &jobs.trace);
        }
    }

    /// Warns of lines with more or fewer numbers than the format has.
    fn warn_irregular(&mut self, file: &Spanned<String>, irregular: IrregularLines) {
        let IrregularLines { count, line, fields } = irregular;
        let lines = if count == 1 { "1 line has".to_owned() } else { format!("{count} lines have") };
        let title = format!(
            "`{}`: {lines} more or fewer than {FIELDS_OF_A_LINE} numbers, the first line {line} with {fields}",
            file.value
        );
        let help = "numbers that a line lacks count as unknown, further ones are ignored";
        self.report(Diagnostic::warning(file.span, title).help(help));
    }

    /// Notes the lines of a log that are no jobs.
    fn note_left_out(&mut self, file: &str, jobs: &SwfJobs, lines: u64) {
        let count: u64 = jobs.left_out.values().sum();
        if count > 0 {
            let reasons: Vec<String> =
                jobs.left_out.iter().map(|(reason, count)| format!("{count} {}", reason.words())).collect();
            self.notes.push(format!("{file}: {count} of {lines} lines are left out: {}", reasons.join(", ")));
        }
        if jobs.added > 0 {
            let added = jobs.added;
            self.notes.push(format!("{file}: {added} of {lines} lines are added to the first part of their job"));
        }
    }

    /// Whether the scenario knows the resource whose units are the processors of a log.
    fn log_resource(&mut self, resource: &Spanned<String>) -> bool {
        if self.needs.names().contains(&resource.value) {
            return true;
        }
        // A worker that could not be read may offer it.
        if self.recovered.is_empty() {
            let diagnostic = Diagnostic::error(resource.span, format!("there is no resource `{}`", resource.value));
            let diagnostic = match nearest(&resource.value, self.needs.names().iter().map(String::as_str)) {
                Some(meant) => diagnostic.label(format!("did you mean `{meant}`?")),
                None => diagnostic.help("resources are the keys of the workers' and actions' `capacity`"),
            };
            self.report(diagnostic);
        }
        false
    }

    /// The actions of these names, which are all different: existing ones, and new copies of `own`.
    fn copies_of(&mut self, file: &Spanned<String>, own: ActionId, names: &[ActionName]) -> Option<Vec<ActionId>> {
        let ids = self.actions.iter().enumerate().map(|(id, action)| (action.model.name.clone(), ActionId(id as u16)));
        let known: BTreeMap<String, ActionId> = ids.collect();
        let (mut actions, before) = (Vec::with_capacity(names.len()), self.actions.len());
        for ActionName { name, .. } in names {
            if let Some(id) = known.get(name) {
                self.actions[usize::from(id.0)].is_used = true;
                actions.push(*id);
                continue;
            }
            if self.actions.len() >= MAX_ACTIONS {
                let title = format!("`{}` creates more actions than a scenario can have, {MAX_ACTIONS}", file.value);
                let diagnostic = Diagnostic::error(file.span, title);
                self.report(diagnostic.help("split by something coarser, such as split = \"queue\", or not at all"));
                // What else is wrong with them does not matter.
                self.actions.truncate(before);
                return None;
            }
            actions.push(ActionId(self.actions.len() as u16));
            let copy = self.actions[usize::from(own.0)].with_name(name);
            self.actions.push(copy);
        }
        Some(actions)
    }
}
