//! GitLab: the jobs of the REST API.

use crate::dialect::{Dialect, keep_value};
use crate::mapping::Field;
use crate::record::Outcome;
use crate::row::{Rejection, Row};

pub(super) const DIALECT: Dialect = Dialect {
    fields: &[
        (Field::Created, &["created_at"]),
        (Field::Started, &["started_at"]),
        (Field::Finished, &["finished_at"]),
        (Field::Queued, &["queued_duration"]),
        (Field::Status, &["status"]),
        (Field::Action, &["name"]),
        (Field::Worker, &["runner.description", "runner.id"]),
        (Field::Id, &["id"]),
    ],
    required: &[Field::Created, Field::Started],
    extra: &["failure_reason"],
    need_prefix: None,
    adjust,
    adjust_value: keep_value,
    pages: &[],
    hint: "Write one with glab api --paginate projects/ID/jobs",
};

fn adjust(row: &mut Row) -> Result<(), Rejection> {
    let reason = row.extra.first().copied().unwrap_or_default();
    let has_started = !row.get(Field::Started).is_empty();
    match row.get(Field::Status) {
        "created" | "manual" | "scheduled" | "preparing" | "waiting_for_resource" | "waiting_for_callback" => {
            return Err(Rejection::LeftOut("not due yet: they wait for an earlier stage, a person or a resource"));
        }
        "pending" => row.outcome = Some(Outcome::Waiting),
        "canceling" => row.outcome = Some(Outcome::Running),
        "failed" => {
            row.outcome = match reason {
                "job_execution_timeout" => Some(Outcome::DeadlineMissed),
                "stuck_or_timeout_failure" if has_started => Some(Outcome::DeadlineMissed),
                "runner_system_failure" | "stale_schedule" | "scheduler_failure" if has_started => {
                    Some(Outcome::WorkerLost)
                }
                _ if !has_started => Some(Outcome::Abandoned),
                _ => None,
            }
        }
        _ => {}
    }
    // A job is created with its pipeline and falls due when the earlier stages have ended;
    // queued_duration counts from there.
    if has_started && !row.get(Field::Queued).is_empty() {
        row.set(Field::Created, "");
    }
    Ok(())
}
