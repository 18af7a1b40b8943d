//! The registry's API documents: its workers, the rows of its job table, and its crons.

use std::collections::{BTreeMap, BTreeSet};

use super::document_times::DocumentTimes;
use super::draft::DraftWorker;
use super::lowering::Lowering;
use super::needs::Units;
use crate::arrival::ArrivalModel;
use crate::arrival::cron::Schedule;
use crate::diagnostic::Diagnostic;
use crate::engine::{InitialRow, InitialState, JobOverrides, MisfireRule, Overlap};
use crate::model::action::ActionId;
use crate::model::capacity::{MOST_UNITS, NeedId};
use crate::model::job::Status;
use crate::model::time::Time;
use crate::model::worker::{LabelSet, WorkerId};
use crate::registry::document::{self, CronDocument, DocumentError, DocumentRow, Field, JobDocument};
use crate::source::SourceSpan;
use crate::spanned::Spanned;
use crate::spec::{Registry, Spec};

impl Lowering<'_> {
    /// Lowers the contents of the documents.
    pub(super) fn registry(&mut self, registry: &Registry, span: SourceSpan, spec: &Spec) {
        if [&registry.workers, &registry.jobs, &registry.crons].into_iter().all(Option::is_none)
            && !self.recovered.any(span)
        {
            let diagnostic = Diagnostic::warning(span, "`registry` names no document");
            self.report(diagnostic.help("name one, such as jobs = \"registry/jobs.json\""));
        }
        self.has_all_workers = !self.recovered.has(span, "workers");
        let has_action = registry.action.is_some() || self.recovered.has(span, "action");
        let default_action = registry.action.as_ref().and_then(|name| self.action(name));
        let mut times = DocumentTimes::default();
        if let Some(file) = &registry.workers {
            self.registry_workers(file, &mut times);
        }
        if let Some(file) = &registry.crons {
            self.registry_crons(file, spec);
        }
        if let Some(file) = &registry.jobs {
            self.registry_jobs(file, has_action, default_action, &mut times);
            self.check_document_times(file, &times, spec);
        }
    }

    /// The rows of a document; `None` and a diagnostic, if it cannot be read.
    fn document<T: DocumentRow>(
        &mut self,
        file: &Spanned<String>,
        read: fn(&[u8]) -> Result<Vec<T>, DocumentError>,
    ) -> Option<Vec<T>> {
        let bytes = self.read(file)?;
        let rows = match read(&bytes) {
            Ok(rows) => rows,
            Err(error) => {
                self.report(Diagnostic::error(file.span, format!("`{}`, {error}", file.value)));
                return None;
            }
        };
        if let Some(text) = document::foreign_rows(&rows) {
            self.report(Diagnostic::warning(file.span, format!("`{}`: {text}", file.value)));
        }
        Some(rows)
    }

    fn registry_workers(&mut self, file: &Spanned<String>, times: &mut DocumentTimes) {
        let Some(rows) = self.document(file, document::workers) else {
            self.has_all_workers = false;
            return;
        };
        times.add_workers(&rows);
        for (index, row) in rows.into_iter().enumerate() {
            let Some(id) = row.id.get().cloned() else {
                let title = format!("`{}`: worker {} has no id", file.value, index + 1);
                self.report(Diagnostic::error(file.span, title));
                continue;
            };
            self.check_name_in(file, "a worker", &id);
            self.documented.extend(row.capacity_map.get().into_iter().flat_map(BTreeMap::keys).cloned());
            if !row.is_alive() {
                let title = format!("`{}`: worker `{id}` is dead and left out", file.value);
                self.report(Diagnostic::warning(file.span, title));
                continue;
            }
            let offers = self.document_units(file, row.capacity_map.get());
            self.source_documents.workers.insert(WorkerId(self.workers.len() as u32), row);
            let (speed, labels) = (1.0, LabelSet::default());
            self.workers.push(DraftWorker { id, offers, speed, labels, span: file.span });
        }
        self.check_unique_ids();
    }

    fn registry_crons(&mut self, file: &Spanned<String>, spec: &Spec) {
        let Some(rows) = self.document(file, document::crons) else { return };
        let mut seen = BTreeSet::new();
        for row in rows {
            let (Some(name), Some(text)) = (row.action.get().cloned(), row.schedule.get()) else {
                let title = format!("`{}`: a cron has no action or no schedule", file.value);
                self.report(Diagnostic::error(file.span, title));
                continue;
            };
            if spec.cron.names().any(|own| own == name) {
                self.notes
                    .push(format!("{}: the scenario's own cron for `{name}` replaces the document's", file.value));
            } else if !seen.insert(name.clone()) {
                let title = format!("`{}`: two crons are for the action `{name}`", file.value);
                self.report(Diagnostic::error(file.span, title).help("the registry keeps one cron for each action"));
            } else {
                let whose = format!("`{}`, cron for `{name}`: ", file.value);
                let (schedule, next_run) = (Schedule::parse(text), row.next_run.get().copied());
                if let Some(schedule) = self.schedule(schedule, next_run, file.span, &whose) {
                    self.registry_cron(file, &name, schedule, row);
                }
            }
        }
    }

    fn registry_cron(&mut self, file: &Spanned<String>, name: &str, schedule: Schedule, row: CronDocument) {
        let Some(action) = self.find_action(name) else {
            let title = format!("`{}`: there is a cron for the action `{name}`, which is not described", file.value);
            let diagnostic = self.suggest_action(Diagnostic::error(file.span, title), name);
            return self.report(diagnostic);
        };
        let need = self.row_need(file, &row.capacity_map, action);
        let overrides = JobOverrides {
            need,
            retries: row.retries.get().copied(),
            deadline: row.deadline.get().copied(),
            stop_timeout: row.stop_timeout.get().copied(),
            ..JobOverrides::default()
        };
        self.source_documents.crons.insert(action, row);
        self.record_jobs(action, need, false, file.span);
        let (overlap, missed) = (Overlap::default(), MisfireRule::default());
        self.arrivals.push((file.span, ArrivalModel::Cron { action, schedule, overlap, missed, overrides }));
    }

    fn registry_jobs(
        &mut self,
        file: &Spanned<String>,
        has_action: bool,
        default_action: Option<ActionId>,
        times: &mut DocumentTimes,
    ) {
        let Some(rows) = self.document(file, document::jobs) else { return };
        times.add_jobs(&rows);
        let mut finished = 0_usize;
        let mut unknown: BTreeMap<Option<String>, usize> = BTreeMap::new();
        let mut initial = Vec::new();
        let all = rows.len();
        for row in rows {
            if row.is_finished() {
                finished += 1;
                continue;
            }
            let action = match row.action.get() {
                Some(name) => self.find_action(name),
                None => default_action,
            };
            match action {
                Some(action) => initial.extend(self.registry_job(file, &row, action).map(|initial| (initial, row))),
                None => *unknown.entry(row.action.get().cloned()).or_default() += 1,
            }
        }
        if finished > 0 {
            self.notes.push(format!("{}: {finished} of {all} rows have ended and are left out", file.value));
        }
        for (name, rows) in unknown {
            self.unknown_action(file, name.as_deref(), rows, has_action);
        }
        self.fit_into_run(file, &mut initial);
        initial.sort_by_cached_key(|(row, _): &(InitialRow, _)| (row.scheduled_at, id_order(&row.document_id)));
        (self.initial, self.source_documents.jobs) = initial.into_iter().unzip();
        self.check_overfull_workers(file);
    }

    /// Warns of workers whose running rows need more than they offer, as after a reduction of their
    /// capacity.
    fn check_overfull_workers(&mut self, file: &Spanned<String>) {
        let mut busy: BTreeMap<WorkerId, Units> = BTreeMap::new();
        for row in &self.initial {
            let Some(worker) = row.state.worker() else { continue };
            let sum = busy.entry(worker).or_default();
            for (resource, units) in self.needs.get(row.need) {
                let sum: &mut i64 = sum.entry(*resource).or_default();
                *sum = sum.saturating_add(*units);
            }
        }
        for (id, sum) in busy {
            let worker = &self.workers[id.0 as usize];
            if worker.shortfall(&sum) > 0 {
                let (runs, offers) = (self.needs.in_words(&sum), self.needs.in_words(&worker.offers));
                let title = format!("`{}`: `{}` runs {runs}, but offers {offers}", file.value, worker.id);
                let diagnostic = Diagnostic::warning(file.span, title);
                self.report(diagnostic.help("these jobs continue; the worker claims no others until they leave room"));
            }
        }
    }

    fn registry_job(&mut self, file: &Spanned<String>, row: &JobDocument, action: ActionId) -> Option<InitialRow> {
        let document_id = row.id.get().cloned().unwrap_or_default();
        let state = match row.current_status() {
            Some(Status::Running) => InitialState::Running(self.runs_on(file, row)?),
            Some(Status::CancelRequest) => InitialState::CancelRequested(self.runs_on(file, row)?),
            _ => InitialState::Waiting,
        };
        let need = self.row_need(file, &row.capacity_map, action);
        self.record_jobs(action, need, false, file.span);
        let scheduled_at = match row.scheduled_at.get() {
            Some(instant) => self.settings.epoch.time_of(*instant).or_else(|| {
                let title = format!("`{}`: job `{document_id}` is scheduled more than 292 years away", file.value);
                self.report(Diagnostic::error(file.span, title));
                None
            })?,
            None => Time::ZERO,
        };
        Some(InitialRow {
            document_id,
            action,
            need: need.unwrap_or(self.actions[usize::from(action.0)].model.need),
            scheduled_at,
            retries_left: row.retries_left.get().copied(),
            deadline: row.deadline.get().copied(),
            stop_timeout: row.stop_timeout.get().copied(),
            state,
        })
    }

    /// The worker that a running row names; if there is none, a warning tells that the row is left
    /// out.
    fn runs_on(&mut self, file: &Spanned<String>, row: &JobDocument) -> Option<WorkerId> {
        let worker = row.worker_id.get();
        let index = worker.and_then(|id| self.workers.iter().position(|worker| worker.id == *id));
        // Workers that could not be read have their diagnostic already.
        if index.is_none() && self.has_all_workers {
            let id = row.id.get().map_or("without an id", String::as_str);
            let on = worker
                .map_or("no worker".to_owned(), |worker| format!("`{worker}`, which is not a worker of the scenario"));
            let title = format!("`{}`: job `{id}` runs on {on}, and is left out", file.value);
            self.report(Diagnostic::warning(file.span, title));
        }
        index.map(|index| WorkerId(index as u32))
    }

    fn unknown_action(&mut self, file: &Spanned<String>, name: Option<&str>, rows: usize, has_action: bool) {
        let count = if rows == 1 { "1 row".to_owned() } else { format!("{rows} rows") };
        let Some(name) = name else {
            // A default action that does not exist has its diagnostic already.
            if !has_action {
                let diagnostic = Diagnostic::error(file.span, format!("`{}`: {count} without an action", file.value));
                self.report(
                    diagnostic.help("write their action, such as action = \"scan_check_single\" in [registry]"),
                );
            }
            return;
        };
        let title = format!("`{}`: {count} of the action `{name}`, which is not described", file.value);
        let diagnostic = self.suggest_action(Diagnostic::error(file.span, title), name);
        self.report(diagnostic);
    }

    /// The need of a row: `None`, for that of its action, if it has no map; nothing if the map is
    /// `null`.
    fn row_need(
        &mut self,
        file: &Spanned<String>,
        map: &Field<BTreeMap<String, i64>>,
        action: ActionId,
    ) -> Option<NeedId> {
        if map.is_absent() {
            return None;
        }
        let units = self.document_units(file, map.get());
        for resource in units.keys() {
            self.file_resources.entry(*resource).or_insert_with(|| file.clone());
        }
        Some(self.own_need(units, Some(action)))
    }

    fn document_units(&mut self, file: &Spanned<String>, map: Option<&BTreeMap<String, i64>>) -> Units {
        let Some(map) = map else { return Units::new() };
        for (resource, units) in map {
            self.check_name_in(file, "a resource", resource);
            if !(0..=MOST_UNITS).contains(units) {
                let title = format!("`{}`: the units of `{resource}` cannot be {units}", file.value);
                self.report(Diagnostic::error(file.span, title));
            }
        }
        self.needs.units(map.iter().map(|(resource, units)| (resource.as_str(), *units)))
    }
}

/// The order of document ids: whole numbers by value, then all others by text.
fn id_order(id: &str) -> (Option<()>, u128, String) {
    match id.parse() {
        Ok(number) => (None, number, String::new()),
        Err(_) => (Some(()), 0, id.to_owned()),
    }
}
