//! The jobs.csv of `claimsim run --jobs`: seconds from the start of the run.

use crate::dialect::{Dialect, keep_value};
use crate::mapping::Field;
use crate::record::Outcome;
use crate::row::{Rejection, Row};
use crate::stamp;

pub(super) const DIALECT: Dialect = Dialect {
    fields: &[
        (Field::Created, &["scheduled_at_s"]),
        (Field::Started, &["claimed_at_s"]),
        (Field::Finished, &["ended_at_s"]),
        (Field::Action, &["action"]),
        (Field::Worker, &["worker"]),
        (Field::Status, &["status"]),
        (Field::Priority, &["priority"]),
        (Field::Attempt, &["attempt"]),
        (Field::Id, &["job"]),
    ],
    required: &[Field::Created, Field::Started, Field::Finished, Field::Status],
    extra: &["replication", "due_date_s"],
    need_prefix: Some("need."),
    adjust,
    adjust_value: keep_value,
    pages: &[],
    hint: "`claimsim run SCENARIO --jobs` writes such a file",
};

#[allow(clippy::unnecessary_wraps, reason = "the type of Dialect::adjust")]
fn adjust(row: &mut Row) -> Result<(), Rejection> {
    row.replication = row.extra.first().copied().unwrap_or_default();
    let time = |field| stamp::from_start(row.get(field));
    let due = row.extra.get(1).and_then(|due| stamp::from_start(due));
    let (scheduled, claimed, ended) = (time(Field::Created), time(Field::Started), time(Field::Finished));
    row.outcome = match (row.get(Field::Status), claimed, ended) {
        // A request to cancel that has no effect yet.
        (_, None, None) => Some(Outcome::Waiting),
        (_, Some(_), None) => Some(Outcome::Running),
        ("error", Some(claimed), Some(ended)) => {
            let is_over = due.zip(scheduled).is_some_and(|(due, scheduled)| ended - claimed >= due - scheduled);
            Some(if is_over || due == Some(ended) { Outcome::DeadlineMissed } else { Outcome::Error })
        }
        ("cancel", None, Some(ended)) if Some(ended) == scheduled => Some(Outcome::Rejected),
        _ => None,
    };
    Ok(())
}
