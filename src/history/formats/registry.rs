//! The registry's job rows. They contain no starts: `lastUpdated` is the end.

use std::borrow::Cow;

use serde_json::Value;

use crate::dialect::Dialect;
use crate::mapping::Field;
use crate::record::Outcome;
use crate::row::{Rejection, Row};

pub(super) const DIALECT: Dialect = Dialect {
    fields: &[
        (Field::Created, &["scheduledAt"]),
        (Field::Finished, &["lastUpdated"]),
        (Field::Status, &["status"]),
        (Field::Action, &["action"]),
        (Field::Worker, &["workerID"]),
        (Field::Estimate, &["deadline"]),
        (Field::Id, &["id"]),
    ],
    required: &[Field::Created],
    extra: &["retryFromID"],
    need_prefix: None,
    adjust,
    adjust_value,
    pages: &["jobs"],
    hint: "The registry has such rows at /api/v0/jobs, and `import --jobs` also reads some without times",
};

fn adjust(row: &mut Row) -> Result<(), Rejection> {
    let from = row.extra.first().copied().unwrap_or_default();
    if !from.is_empty() && from != row.get(Field::Id) {
        row.set(Field::Attempt, "2");
    }
    let is_claimed = !row.get(Field::Worker).is_empty();
    row.outcome = match row.get(Field::Status) {
        "" | "waiting" => Some(Outcome::Waiting),
        "running" => Some(Outcome::Running),
        "cancel_request" if is_claimed => Some(Outcome::Running),
        "deleted" => return Err(Rejection::LeftOut("deleted")),
        _ => None,
    };
    // The time of the last change is an end only if the row has ended.
    if row.outcome.is_some() {
        row.set(Field::Finished, "");
    }
    Ok(())
}

fn adjust_value<'a>(row: &mut Row<'a>, value: &'a Value) {
    let map = value.get("capacityMap").and_then(Value::as_object);
    let units =
        map.into_iter().flatten().filter_map(|(name, units)| Some((Cow::Borrowed(name.as_str()), units.as_u64()?)));
    row.units = units.collect();
}
