//! Airflow: task instances, from the REST API or from the table `task_instance`.

use std::borrow::Cow;

use crate::dialect::{Dialect, keep_value};
use crate::mapping::Field;
use crate::record::Outcome;
use crate::row::{Rejection, Row};

pub(super) const DIALECT: Dialect = Dialect {
    fields: &[
        (Field::Created, &["scheduled_when", "scheduled_dttm", "queued_when", "queued_dttm"]),
        (Field::Started, &["start_date"]),
        (Field::Finished, &["end_date"]),
        (Field::Status, &["state"]),
        (Field::Worker, &["hostname"]),
        (Field::Priority, &["priority_weight"]),
        (Field::Attempt, &["try_number"]),
    ],
    required: &[Field::Created, Field::Started, Field::Finished],
    extra: &[
        "dag_id",
        "task_id",
        "dag_run_id",
        "run_id",
        "map_index",
        "pool",
        "pool_slots",
        "queued_when",
        "queued_dttm",
    ],
    need_prefix: None,
    adjust,
    adjust_value: keep_value,
    pages: &["task_instances"],
    hint: "The REST API has such rows at /dags/~/dagRuns/~/taskInstances, and the database in task_instance",
};

fn adjust(row: &mut Row) -> Result<(), Rejection> {
    let extra = |index: usize| row.extra.get(index).copied().unwrap_or_default();
    let (dag, task, run, other_run) = (extra(0), extra(1), extra(2), extra(3));
    let (map, pool, slots) = (extra(4), extra(5), extra(6));
    let queued = [extra(7), extra(8)].into_iter().find(|queued| !queued.is_empty());
    if row.get(Field::Action).is_empty() {
        row.action = Some(Cow::Owned(if task.is_empty() { dag.to_owned() } else { format!("{dag}.{task}") }));
    }
    if !(run.is_empty() && other_run.is_empty()) {
        row.id = Some(Cow::Owned([dag, task, run, other_run, map].join("\u{1f}")));
    }
    if !pool.is_empty() {
        row.units = vec![(Cow::Borrowed(pool), slots.parse().unwrap_or(1))];
    }
    if row.get(Field::Attempt) == "0" {
        row.set(Field::Attempt, "1");
    }
    if let Some(queued) = queued.filter(|_| row.get(Field::Created).is_empty()) {
        row.set(Field::Created, queued);
    }
    let has_started = !row.get(Field::Started).is_empty();
    let has_run = has_started && !row.get(Field::Finished).is_empty() && !row.get(Field::Created).is_empty();
    row.outcome = match row.get(Field::Status) {
        "" | "null" | "None" | "none" if !has_started => {
            return Err(Rejection::LeftOut("not due yet: without a state"));
        }
        "deferred" | "up_for_reschedule" => return Err(Rejection::LeftOut("deferred: they hold no worker")),
        "removed" | "upstream_failed" => return Err(Rejection::LeftOut("removed, or not run after a failure")),
        "restarting" => Some(Outcome::Running),
        // A task that decides to be skipped has run, one that a branch skips has not.
        "skipped" if has_run => Some(Outcome::Done),
        "queued" | "scheduled" => {
            // The times of an earlier attempt stay in the row.
            row.set(Field::Started, "");
            row.set(Field::Finished, "");
            Some(Outcome::Waiting)
        }
        "running" => {
            row.set(Field::Finished, "");
            Some(Outcome::Running)
        }
        _ => None,
    };
    Ok(())
}
