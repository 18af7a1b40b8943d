//! Rows of the job table -> `GET /jobs`.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde_json::{Map, Value};

use super::ledger::JobRecord;
use super::{Audit, JobQuery, given_or};
use crate::document::{Field, JobDocument, JobStatus};
use crate::model::capacity::NeedId;
use crate::model::job::JobId;
use crate::model::time::{Span, Time};

/// The capacity map and the parameters of a row, as a document gives them.
type CopiedFields = (Field<BTreeMap<String, i64>>, Field<Map<String, Value>>);

impl Audit<'_> {
    /// A page of the job table: most recently scheduled first, ties by id.
    pub fn jobs(&self, query: &JobQuery) -> Vec<JobDocument> {
        let mut chosen: Vec<(Option<DateTime<Utc>>, JobId)> = self
            .job_ids()
            .filter(|job| query.admits(self.row(*job)))
            .map(|job| (self.scheduled_at(job).into_option(), job))
            .collect();
        chosen.sort_by_key(|(scheduled_at, _)| Reverse(*scheduled_at));
        // Ids are generated only to break ties.
        for tied in chosen.chunk_by_mut(|one, other| one.0 == other.0).filter(|tied| tied.len() > 1) {
            tied.sort_by_cached_key(|(_, job)| self.job_id(*job));
        }
        query.page(&chosen).map(|(_, job)| self.job(*job)).collect()
    }

    /// All rows, in the order of their creation.
    pub fn all_jobs(&self) -> impl Iterator<Item = JobDocument> {
        self.job_ids().map(|job| self.job(job))
    }

    fn job_ids(&self) -> impl Iterator<Item = JobId> + use<> {
        (0..self.ledger.rows().len() as u64).map(JobId)
    }

    fn row(&self, job: JobId) -> &JobRecord {
        &self.ledger.rows()[job.0 as usize]
    }

    /// The document's row behind a row that existed at the start.
    fn original(&self, job: JobId) -> Option<&JobDocument> {
        self.subject.source_documents.jobs.get(job.0 as usize)
    }

    fn job_id(&self, job: JobId) -> String {
        let own = self.original(job).and_then(|original| original.id.get());
        own.cloned().unwrap_or_else(|| self.ids.job(job))
    }

    fn scheduled_at(&self, job: JobId) -> Field<DateTime<Utc>> {
        match self.original(job).and_then(|original| original.scheduled_at.get()) {
            Some(own) => Field::Given(*own),
            None => self.calendar(self.row(job).scheduled_at),
        }
    }

    fn job(&self, job: JobId) -> JobDocument {
        let (row, original) = (self.row(job), self.original(job));
        let action = self.subject.system.action(row.action);
        let (capacity_map, parameters) = self.copied(row);
        let first = self.original(row.first);
        let retry_from = first.and_then(|first| first.retry_from_id.get().cloned());
        let total = first.and_then(|first| first.retries_total.get().copied());
        JobDocument {
            id: self.job_id(job).into(),
            retry_from_id: retry_from.unwrap_or_else(|| self.job_id(row.first)).into(),
            worker_id: row.worker.map_or(Field::Empty, |worker| self.ids.worker(worker).to_owned().into()),
            status: JobStatus::Known(row.status).into(),
            scheduled_at: self.scheduled_at(job),
            last_updated: self.last_updated(job),
            action: action.name.clone().into(),
            retries_left: row.retries_left.into(),
            retries_total: total.unwrap_or(row.retries_total).into(),
            capacity_map: given_or(capacity_map, || self.need(row.need)),
            parameters: given_or(parameters, || Field::Null),
            deadline: duration(row.deadline.or(action.deadline)),
            stop_timeout: duration(row.stop_timeout.or(Some(action.stop_timeout).filter(|span| *span > Span::ZERO))),
            other: original.map_or_else(Map::new, |original| original.other.clone()),
        }
    }

    /// The last change of a row's status: since the start, or as its document gives it.
    fn last_updated(&self, job: JobId) -> Field<DateTime<Utc>> {
        match (self.row(job).last_updated, self.original(job).and_then(|original| original.last_updated.get())) {
            (None, Some(own)) => Field::Given(*own),
            (changed, _) => self.calendar(changed.unwrap_or(Time::ZERO)),
        }
    }

    /// The fields that a retry chain copies from its origin: a document's row or cron.
    fn copied(&self, row: &JobRecord) -> CopiedFields {
        if let Some(original) = self.original(row.first) {
            return (original.capacity_map.clone(), original.parameters.clone());
        }
        let source = self.row(row.first).source;
        let cron = self.crons.iter().find(|cron| Some(cron.source as u32) == source);
        match cron.and_then(|cron| self.subject.source_documents.crons.get(&cron.action)) {
            Some(cron) => (cron.capacity_map.clone(), cron.parameters.clone()),
            None => (Field::Absent, Field::Absent),
        }
    }

    /// A need in the form of jobs and crons: `null` for nothing.
    pub(super) fn need(&self, need: NeedId) -> Field<BTreeMap<String, i64>> {
        let units = self.units(self.subject.system.need(need), |_, units| units > 0);
        if units.is_empty() { Field::Null } else { Field::Given(units) }
    }
}

/// A duration in the form of the API: `""` for none.
pub(super) fn duration(span: Option<Span>) -> Field<Span> {
    span.map_or(Field::Empty, Field::Given)
}
