//! What a row is of, as one would ask for it: `p95(wait, scan)`.

use crate::experiment::comparison::ComparisonRow;

/// The row's measure in the words of expressions.
pub(crate) fn label(row: &ComparisonRow) -> String {
    let measure = row
        .key
        .measure
        .strip_suffix("_per_s")
        .or_else(|| row.key.measure.strip_suffix("_s"))
        .unwrap_or(row.key.measure);
    let of = match (row.key.action.as_str(), row.key.resource.as_str()) {
        ("" | "all", "") => None,
        ("" | "all", resource) => Some(resource),
        (action, _) => Some(action),
    };
    match (row.key.statistic.strip_prefix("share "), of) {
        (Some(limit), None) => format!("share({measure} {limit})"),
        (Some(limit), Some(of)) => format!("share({measure} {limit}, {of})"),
        (None, of) if is_plain(row) => of.map_or_else(|| measure.to_owned(), |of| format!("{measure}({of})")),
        (None, None) => format!("{}({measure})", row.key.statistic),
        (None, Some(of)) => format!("{}({measure}, {of})", row.key.statistic),
    }
}

/// Whether the measure has no other statistic, so that it goes without saying.
fn is_plain(row: &ComparisonRow) -> bool {
    let of_jobs = ["wait_s", "response_s", "service_s", "slowdown", "jobs", "unfinished_age_s"];
    !of_jobs.contains(&row.key.measure)
}
