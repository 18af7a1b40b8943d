//! Single jobs.

use super::lowering::Lowering;
use crate::arrival::{ArrivalModel, ListedJob};
use crate::engine::{Arrival, JobOverrides};
use crate::source::SourceSpan;
use crate::spanned::Spanned;
use crate::spec::Job;

impl Lowering<'_> {
    /// Lowers all single jobs to one source.
    pub(super) fn jobs(&mut self, jobs: &[Spanned<Job>]) {
        let known: Vec<ListedJob> = jobs.iter().filter_map(|job| self.job(job.span, &job.value)).collect();
        if let (Some(first), false) = (jobs.first(), known.is_empty()) {
            self.arrivals.push((first.span, ArrivalModel::listed(known)));
        }
    }

    fn job(&mut self, span: SourceSpan, job: &Job) -> Option<ListedJob> {
        let action = ("action", job.action.is_none(), "action = \"gc\"");
        self.require_keys("a job", span, &[action, ("at", job.at.is_none(), "at = \"25h\"")]);
        let action = job.action.as_ref().and_then(|action| self.action(action));
        let at = job.at.as_ref().and_then(|at| self.instant(at));
        let is_stopped = job.deadline.is_some() || self.is_stopped(action, span);
        self.check_stop_timeout(job.stop_timeout.as_ref(), is_stopped);
        let need = job.capacity.as_ref().map(|capacity| self.units(capacity)).map(|units| self.needs.need(&units));
        let overrides = JobOverrides {
            need,
            service: job.service.as_ref().map(|service| service.value),
            estimate: job.estimate.as_ref().map(|estimate| estimate.value),
            priority: job.priority.as_ref().map(|priority| priority.value),
            deadline: self.positive("deadline", job.deadline.as_ref()),
            stop_timeout: job.stop_timeout.as_ref().map(|timeout| timeout.value),
            retries: job.retries.as_ref().map(|retries| retries.value),
        };
        let (action, at) = (action?, at?);
        self.record_jobs(action, need, overrides.service.is_some() || self.recovered.has(span, "service"), span);
        Some(ListedJob { arrival: Arrival::single(at, action), overrides })
    }
}
