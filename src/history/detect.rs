//! The format of a file, from its content.

use serde_json::Value;

use crate::error::HistoryError;
use crate::format::Format;
use crate::json;
use crate::table;

/// The format that a text has. What cannot be recognised is a table or JSON of any system.
pub(crate) fn detect(text: &[u8]) -> Format {
    let start = text.trim_ascii_start();
    match start.first() {
        Some(b'{' | b'[') => json_format(start),
        Some(b';') if is_swf_comment(start) => Format::Swf,
        _ => table_format(start),
    }
}

/// Whether the first lines are comments and lines of 18 numbers.
fn is_swf_comment(text: &[u8]) -> bool {
    let first = text.split(|byte| *byte == b'\n').find(|line| !line.is_empty() && !line.starts_with(b";"));
    first.is_none_or(is_swf_line)
}

fn is_swf_line(line: &[u8]) -> bool {
    let cells = line.split(u8::is_ascii_whitespace).filter(|cell| !cell.is_empty());
    let is_number =
        |cell: &[u8]| cell.iter().all(|byte| byte.is_ascii_digit() || matches!(byte, b'-' | b'.' | b'e' | b'+'));
    let mut count = 0;
    cells.inspect(|_| count += 1).all(is_number) && count == 18
}

fn table_format(text: &[u8]) -> Format {
    let header = table::header(text);
    if is_swf_line(header) {
        return Format::Swf;
    }
    let separator = table::separator(header);
    let line = String::from_utf8_lossy(header);
    let names: Vec<&str> =
        line.split(separator.map_or(',', char::from)).map(|name| name.trim().trim_matches('"')).collect();
    let has = |all: &[&str]| all.iter().all(|name| names.contains(name));
    match separator {
        _ if has(&["replication", "job", "scheduled_at_s", "claimed_at_s", "ended_at_s"]) => Format::Claimsim,
        _ if has(&["Submit", "Start", "End", "State"]) => Format::Slurm,
        _ if has(&["dag_id", "task_id", "start_date", "end_date"]) => Format::Airflow,
        Some(b'\t') => Format::Tsv,
        _ => Format::Csv,
    }
}

fn json_format(text: &[u8]) -> Format {
    let Some(row) = first_row(text) else { return Format::Json };
    let has = |all: &[&str]| all.iter().all(|key| row.get(key).is_some());
    if has(&["metadata", "spec"]) || has(&["metadata", "status"]) {
        return Format::Kubernetes;
    }
    if has(&["scheduledAt"]) || has(&["capacityMap"]) || has(&["retryFromID"]) {
        return Format::Registry;
    }
    if has(&["dag_id", "task_id"]) {
        return Format::Airflow;
    }
    if has(&["queued_duration", "created_at", "pipeline"]) || has(&["queued_duration", "created_at", "stage"]) {
        return Format::Gitlab;
    }
    if has(&["run_id", "created_at", "started_at", "completed_at"]) {
        return Format::GithubActions;
    }
    let mut lines = text.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii).filter(|line| !line.is_empty());
    let is_row = |line: &[u8]| serde_json::from_slice::<Value>(line).is_ok_and(|value| value == row);
    let is_by_line = lines.next().is_some_and(is_row) && lines.next().is_some_and(|line| line.starts_with(b"{"));
    if is_by_line { Format::Ndjson } else { Format::Json }
}

/// The first row of a document, which is not read further.
fn first_row(text: &[u8]) -> Option<Value> {
    let mut first = None;
    let mut sink = |_, value: Result<Value, String>| {
        first = value.ok();
        Err(HistoryError::of_file("the first row is enough"))
    };
    let pages = ["jobs", "items", "task_instances", "data", "results", "rows", "records", "tasks", "builds", "runs"];
    let _ = json::read_document(text, &pages, &mut sink);
    first
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_are_told_by_their_columns() {
        for (text, format) in [
            (
                "replication,job,retry_from,action,attempt,status,worker,scheduled_at_s,claimed_at_s,ended_at_s\n",
                Format::Claimsim,
            ),
            ("JobID|Submit|Eligible|Start|End|State\n", Format::Slurm),
            ("dag_id,task_id,run_id,start_date,end_date\n", Format::Airflow),
            ("a\tb\n", Format::Tsv),
            ("a;b\n", Format::Csv),
            ("", Format::Csv),
            ("; MaxProcs: 100\n1 0 5 60 1 -1 -1 1 60 -1 1 1 1 -1 1 -1 -1 -1\n", Format::Swf),
            ("1 0 5 60 1 -1 -1 1 60 -1 1 1 1 -1 1 -1 -1 -1\n", Format::Swf),
            ("{\"a\":1}\n{\"a\":2}\n", Format::Ndjson),
            ("{\"a\":1}", Format::Json),
            ("[{\"a\":1}]", Format::Json),
            ("{\"data\":[{\"a\":1}]}\n{\"data\":[{\"a\":1}]}\n", Format::Json),
            ("[{\"id\":\"1\",\"scheduledAt\":\"\"}]", Format::Registry),
            ("{\"items\":[{\"metadata\":{},\"spec\":{}}],\"kind\":\"List\"}", Format::Kubernetes),
            ("{\"task_instances\":[{\"dag_id\":\"d\",\"task_id\":\"t\"}]}", Format::Airflow),
            ("[{\"created_at\":1,\"queued_duration\":1,\"stage\":\"test\"}]", Format::Gitlab),
            (
                "{\"total_count\":1,\"jobs\":[{\"run_id\":1,\"created_at\":1,\"started_at\":1,\"completed_at\":null}]}",
                Format::GithubActions,
            ),
            ("[{", Format::Json),
        ] {
            assert_eq!(detect(text.as_bytes()), format, "{text}");
        }
    }
}
