//! Names that others use for the policies.

/// Common names and abbreviations, in lower case, with the policies that they may mean.
const SYNONYMS: [(&[&str], &[&str]); 11] = [
    (&["fifo", "fcfs", "first-come-first-served", "first-in-first-out", "default"], &["first-fit", "strict-fifo"]),
    (&["lifo", "lcfs", "last-come-first-served"], &["last-in-first-out"]),
    (&["sjf", "spt", "sept", "shortest-job-first", "shortest"], &["shortest-first"]),
    (&["ljf", "lpt", "lept", "longest-job-first", "longest"], &["longest-first"]),
    (&["sjn", "smallest"], &["smallest-first"]),
    (&["largest", "first-fit-decreasing", "ffd"], &["largest-first"]),
    (&["edf", "edd", "deadline"], &["earliest-deadline"]),
    (&["easy", "backfill", "backfilling", "aggressive-backfill"], &["easy-backfill"]),
    (&["conservative"], &["conservative-backfill"]),
    (&["fair", "fairshare", "drf", "wfq"], &["fair-share"]),
    (&["rr"], &["round-robin"]),
];

/// The policies that a name from elsewhere may mean; none if it is not known.
pub(crate) fn meant(name: &str) -> &'static [&'static str] {
    let name = name.trim().to_lowercase().replace(['_', ' '], "-");
    SYNONYMS.iter().find(|(names, _)| names.contains(&name.as_str())).map_or(&[], |(_, policies)| policies)
}
