//! What a format knows about its columns.

use serde_json::Value;

use crate::mapping::Field;
use crate::row::{Rejection, Row};

/// The columns of a format and their meaning.
pub(crate) struct Dialect {
    /// The names that the column of each field may have, the best first.
    pub(crate) fields: &'static [(Field, &'static [&'static str])],
    /// Fields without which the file is of another kind.
    pub(crate) required: &'static [Field],
    /// Further columns, for `adjust`.
    pub(crate) extra: &'static [&'static str],
    /// The beginning of the names of columns that have the units of a resource.
    pub(crate) need_prefix: Option<&'static str>,
    /// What the cells of a row mean beyond the rules of all formats.
    pub(crate) adjust: for<'a> fn(&mut Row<'a>) -> Result<(), Rejection>,
    /// The same for rows of JSON, with all that is in them.
    pub(crate) adjust_value: for<'a> fn(&mut Row<'a>, &'a Value),
    /// The keys of pages whose values are arrays of rows.
    pub(crate) pages: &'static [&'static str],
    /// How a file with all columns is made.
    pub(crate) hint: &'static str,
}

/// Changes nothing.
#[allow(clippy::unnecessary_wraps, reason = "the type of Dialect::adjust")]
pub(crate) fn keep(_: &mut Row<'_>) -> Result<(), Rejection> {
    Ok(())
}

/// Changes nothing beyond [`Dialect::adjust`].
pub(crate) fn keep_value(_: &mut Row<'_>, _: &Value) {}
