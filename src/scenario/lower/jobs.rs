//! Single jobs, and requests to cancel jobs.

use super::lowering::Lowering;
use crate::arrival::{ArrivalModel, ListedJob};
use crate::diagnostic::Diagnostic;
use crate::engine::{Arrival, CancelRequest, JobOverrides};
use crate::source::SourceSpan;
use crate::spanned::Spanned;
use crate::spec::{Cancel, Job};

impl Lowering<'_> {
    /// Lowers all single jobs to one source.
    pub(super) fn jobs(&mut self, jobs: &[Spanned<Job>]) {
        let listed: Vec<ListedJob> = jobs.iter().filter_map(|job| self.job(job.span, &job.value)).collect();
        if let (Some(first), false) = (jobs.first(), listed.is_empty()) {
            self.arrivals.push((first.span, ArrivalModel::listed(listed)));
        }
    }

    fn job(&mut self, span: SourceSpan, job: &Job) -> Option<ListedJob> {
        let action = ("action", job.action.is_none(), "action = \"gc\"");
        self.require_keys("a job", span, &[action, ("at", job.at.is_none(), "at = \"25h\"")]);
        let action = job.action.as_ref().and_then(|action| self.action(action));
        let at = job.at.as_ref().and_then(|at| self.instant(at));
        let is_stopped = job.deadline.is_some() || self.is_stopped(action, span);
        self.check_stop_timeout(job.stop_timeout.as_ref(), is_stopped);
        let need = job.capacity.as_ref().map(|capacity| self.units(capacity)).map(|units| self.own_need(units, action));
        let overrides = JobOverrides {
            need,
            service: job.service.as_ref().map(|service| service.value),
            estimate: job.estimate.as_ref().map(|estimate| estimate.value),
            priority: job.priority.as_ref().map(|priority| priority.value),
            deadline: self.positive("deadline", job.deadline.as_ref()),
            stop_timeout: job.stop_timeout.as_ref().map(|timeout| timeout.value),
            retries: job.retries.as_ref().map(|retries| retries.value),
            patience: None,
        };
        let (action, at) = (action?, at?);
        self.record_jobs(action, need, overrides.service.is_some() || self.recovered.has(span, "service"), span);
        Some(ListedJob { arrival: Arrival::single(at, action), overrides })
    }

    /// Lowers the requests, in the order of the file.
    pub(super) fn cancels(&mut self, cancels: &[Spanned<Cancel>]) -> Vec<CancelRequest> {
        cancels.iter().filter_map(|cancel| self.cancel(cancel.span, &cancel.value)).collect()
    }

    fn cancel(&mut self, span: SourceSpan, cancel: &Cancel) -> Option<CancelRequest> {
        self.require_keys("a request to cancel", span, &[("at", cancel.at.is_none(), "at = \"25h\"")]);
        if let Some(most) = cancel.most.as_ref().filter(|most| most.value == 0) {
            let diagnostic = Diagnostic::error(most.span, "`most` cannot be 0");
            self.report(diagnostic.help("write the most jobs to cancel, or leave it out to cancel all"));
        }
        let action = match &cancel.action {
            Some(name) => Some(self.action(name)?),
            None => None,
        };
        let at = self.instant(cancel.at.as_ref()?)?;
        Some(CancelRequest { at, action, jobs: cancel.jobs, most: cancel.most.as_ref().map(|most| most.value) })
    }
}
