//! Requests to cancel jobs.

use super::lowering::Lowering;
use crate::diagnostic::Diagnostic;
use crate::engine::CancelRequest;
use crate::source::SourceSpan;
use crate::spanned::Spanned;
use crate::spec::Cancel;

impl Lowering<'_> {
    /// Lowers the requests, in the order of the file.
    pub(super) fn cancels(&mut self, cancels: &[Spanned<Cancel>]) -> Vec<CancelRequest> {
        cancels.iter().filter_map(|cancel| self.cancel(cancel.span, &cancel.value)).collect()
    }

    fn cancel(&mut self, span: SourceSpan, cancel: &Cancel) -> Option<CancelRequest> {
        self.require_keys("a request to cancel", span, &[("at", cancel.at.is_none(), "at = \"25h\"")]);
        if let Some(most) = cancel.most.as_ref().filter(|most| most.value == 0) {
            let diagnostic = Diagnostic::error(most.span, "`most` cannot be 0");
            self.report(diagnostic.help("write how many jobs are cancelled at most, or leave it out to cancel all"));
        }
        let action = match &cancel.action {
            Some(name) => Some(self.action(name)?),
            None => None,
        };
        let at = self.instant(cancel.at.as_ref()?)?;
        Some(CancelRequest { at, action, jobs: cancel.jobs, most: cancel.most.as_ref().map(|most| most.value) })
    }
}
