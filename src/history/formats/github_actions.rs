//! GitHub: "List jobs for a workflow run" of the REST API.

use std::borrow::Cow;

use crate::dialect::{Dialect, keep_value};
use crate::mapping::Field;
use crate::record::Outcome;
use crate::row::{Rejection, Row};

pub(super) const DIALECT: Dialect = Dialect {
    fields: &[
        (Field::Created, &["created_at"]),
        (Field::Started, &["started_at"]),
        (Field::Finished, &["completed_at"]),
        (Field::Status, &["conclusion"]),
        (Field::Worker, &["runner_name"]),
        (Field::Attempt, &["run_attempt"]),
        (Field::Id, &["id"]),
    ],
    required: &[Field::Created, Field::Started],
    extra: &["status", "workflow_name", "name"],
    need_prefix: None,
    adjust,
    adjust_value: keep_value,
    pages: &["jobs"],
    hint: "Write one with gh api --paginate repos/OWNER/REPO/actions/runs/RUN/jobs",
};

fn adjust(row: &mut Row) -> Result<(), Rejection> {
    let extra = |index: usize| row.extra.get(index).copied().unwrap_or_default();
    let (status, workflow, name) = (extra(0), extra(1), extra(2));
    if row.get(Field::Action).is_empty() {
        row.action = Some(match (workflow, name) {
            ("", name) => Cow::Borrowed(name),
            (workflow, name) => Cow::Owned(format!("{workflow}/{name}")),
        });
    }
    match row.get(Field::Status) {
        "" => match status {
            "queued" | "waiting" | "pending" | "requested" => {
                row.outcome = Some(Outcome::Waiting);
                // The API fills the start of jobs that still wait.
                row.set(Field::Started, "");
                row.set(Field::Finished, "");
            }
            "in_progress" => {
                row.outcome = Some(Outcome::Running);
                row.set(Field::Finished, "");
            }
            other => row.set(Field::Status, other),
        },
        "startup_failure" => row.outcome = Some(Outcome::Error),
        "action_required" | "stale" => return Err(Rejection::LeftOut("not run: they wait for a person, or are stale")),
        // No runner took it, although the API fills the start.
        "cancelled" if row.get(Field::Worker).is_empty() => row.set(Field::Started, ""),
        _ => {}
    }
    Ok(())
}
