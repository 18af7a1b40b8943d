//! Requests to cancel jobs.

use super::Build;
use crate::diagnostic::Complaint;
use crate::engine::CancelRequest;
use crate::source::Place;
use crate::spec::{At, Cancel};

impl Build<'_> {
    /// Makes the requests, in the order of the file.
    pub(super) fn cancels(&mut self, cancels: &[At<Cancel>]) -> Vec<CancelRequest> {
        cancels.iter().filter_map(|cancel| self.cancel(cancel.place, &cancel.value)).collect()
    }

    fn cancel(&mut self, place: Place, cancel: &Cancel) -> Option<CancelRequest> {
        self.required("a request to cancel", place, &[("at", cancel.at.is_none(), "at = \"25h\"")]);
        if let Some(most) = cancel.most.as_ref().filter(|most| most.value == 0) {
            let complaint = Complaint::error(most.place, "`most` cannot be 0");
            self.complain(complaint.help("write how many jobs are cancelled at most, or leave it out to cancel all"));
        }
        let action = match &cancel.action {
            Some(name) => Some(self.action(name)?),
            None => None,
        };
        let at = self.instant(cancel.at.as_ref()?)?;
        Some(CancelRequest { at, action, whom: cancel.jobs, most: cancel.most.as_ref().map(|most| most.value) })
    }
}
