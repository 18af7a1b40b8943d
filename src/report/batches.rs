//! What there is to be said of a run in batches: how many figures have no interval, and why.

use crate::experiment::BatchMeansRun;

/// How many figures were refused an interval, and what helps; nothing if none was.
pub fn remark(run: &BatchMeansRun, batches: u32) -> Option<String> {
    let BatchMeansRun { figures, correlated, empty, .. } = *run;
    let mut parts = Vec::new();
    if correlated > 0 {
        parts.push(format!(
            "{correlated} of {figures} figures have no interval, as their {batches} batches are correlated (von Neumann's test at 5 %)"
        ));
    }
    if empty > 0 {
        parts.push(format!(
            "{empty} of {figures} figures have no interval, as some of their {batches} batches had nothing to measure"
        ));
    }
    (!parts.is_empty()).then(|| parts.join("; ") + "; fewer and longer batches help, or several replications")
}
