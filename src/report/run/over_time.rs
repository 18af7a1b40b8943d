//! `extend.gz`: the figures by hour and the course of the queue of each replication, for
//! `claimsim run --extend`.
//!
//! No table has them by replication, as they would be the largest ones. The file is text, packed
//! with gzip. Each line has the replication, `hours`, `queue` or a reason to wait, and values: the
//! figures by hour in the order of `by_hour.csv`, queue lengths bucket by bucket, and the parts of
//! the queue that wait for that reason, if any do.

use std::fmt::Write as _;
use std::io::Write as _;
use std::iter;

use flate2::Compression;
use flate2::write::GzEncoder;

use crate::model::input_file;
use crate::stats::{CensoredValue, ReasonCourse, ReplicationStats, WAIT_PARTS};

/// The file in a run's folder.
pub const PATH: &str = "extend.gz";

/// The file of these replications; `None` if they have neither.
pub(crate) fn write(outcomes: &[ReplicationStats]) -> Option<Vec<u8>> {
    let first = outcomes.first()?;
    if first.by_hour.is_none() && first.queue_course.is_none() {
        return None;
    }
    let mut text = String::new();
    for (number, outcome) in outcomes.iter().enumerate() {
        let hours = outcome.by_hour.iter().map(|hours| hours.values.iter().copied().map(cell).collect());
        let lines = outcome.queue_course.iter().flat_map(|course| &course.lines);
        let queue = lines.map(|line| line.iter().map(f32::to_string).collect());
        let reasons = outcome
            .reason_course
            .iter()
            .map(|course| (WAIT_PARTS[course.part], course.jobs.iter().map(f64::to_string).collect()));
        let all = hours.map(|cells| ("hours", cells)).chain(queue.map(|cells| ("queue", cells))).chain(reasons);
        for (what, cells) in all {
            let cells: Vec<String> = cells;
            let _ = writeln!(text, "{number} {what} {}", cells.join(" "));
        }
    }
    let mut packed = GzEncoder::new(Vec::new(), Compression::default());
    packed.write_all(text.as_bytes()).and_then(|()| packed.finish()).ok()
}

/// Reads the file into replications, which have places for all values; the error is the number of a
/// line that is damaged.
pub(super) fn read(packed: &[u8], outcomes: &mut [ReplicationStats]) -> Result<(), u64> {
    let text = input_file::text(packed).map_err(|_| 1_u64)?;
    let text = str::from_utf8(&text).map_err(|_| 1_u64)?;
    let mut lines = (1..).zip(text.lines().map(Some).chain(iter::repeat(None))).peekable();
    for (number, outcome) in outcomes.iter_mut().enumerate() {
        let hours = outcome.by_hour.iter_mut().map(|hours| &mut hours.values);
        for values in hours {
            fill(&format!("{number} hours "), lines.next(), values, value)?;
        }
        for line in outcome.queue_course.iter_mut().flat_map(|course| &mut course.lines) {
            fill(&format!("{number} queue "), lines.next(), line, |cell| cell.parse().map_err(drop))?;
        }
        for (part, reason) in WAIT_PARTS.iter().enumerate() {
            let begin = format!("{number} {reason} ");
            if !lines.peek().is_some_and(|(_, line)| line.is_some_and(|line| line.starts_with(&begin))) {
                continue;
            }
            let mut jobs = vec![0.0; outcome.series.queue_length.len()];
            fill(&begin, lines.next(), &mut jobs, |cell| cell.parse().map_err(drop))?;
            outcome.reason_course.push(ReasonCourse { part, jobs });
        }
    }
    match lines.next() {
        Some((line, Some(_))) => Err(line),
        _ => Ok(()),
    }
}

/// Reads one value into each place.
fn fill<T>(
    begin: &str,
    line: Option<(u64, Option<&str>)>,
    places: &mut [T],
    value: impl Fn(&str) -> Result<T, ()>,
) -> Result<(), u64> {
    let (number, line) = line.unwrap_or_default();
    let cells = line.and_then(|line| line.strip_prefix(begin)).map(str::split_whitespace);
    let values = cells.and_then(|cells| cells.map(value).collect::<Result<Vec<T>, ()>>().ok());
    let values = values.filter(|values| values.len() == places.len()).ok_or(number)?;
    iter::zip(places, values).for_each(|(place, value)| *place = value);
    Ok(())
}

/// `1.5`; `1.5..3` or `1.5..inf` if only bounds are known; `-` for none.
fn cell(value: Option<CensoredValue>) -> String {
    match value {
        None => "-".to_owned(),
        Some(value) if value.is_exact() => value.lower.to_string(),
        Some(CensoredValue { lower, upper }) => format!("{lower}..{upper}"),
    }
}

/// The value of a cell; the error is that it is none.
fn value(cell: &str) -> Result<Option<CensoredValue>, ()> {
    let number = |text: &str| text.parse::<f64>().map_err(|_| ());
    Ok(match cell.split_once("..") {
        _ if cell == "-" => None,
        None => Some(CensoredValue::exact(number(cell)?)),
        Some((lower, upper)) => Some(CensoredValue { lower: number(lower)?, upper: number(upper)? }),
    })
}
