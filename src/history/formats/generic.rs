//! Tables and JSON of any system: the meaning of the columns is given or proposed.

use crate::dialect::{Dialect, keep, keep_value};

pub(super) const DIALECT: Dialect = Dialect {
    fields: &[],
    required: &[],
    extra: &[],
    need_prefix: None,
    adjust: keep,
    adjust_value: keep_value,
    pages: &["data", "items", "jobs", "results", "rows", "records", "tasks", "builds", "runs"],
    hint: "",
};
