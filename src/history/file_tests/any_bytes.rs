//! No input panics, and whatever is read keeps the promises of its types.

use proptest::prelude::*;

use super::formats::SAMPLES;
use super::utc;
use crate::{Format, Outcome, ReadOptions, Reading, read};

/// The promises of [`crate::Record`] and [`crate::JobHistory`].
fn check(reading: &Reading) {
    let history = &reading.history;
    assert!(history.records.is_sorted_by_key(|record| record.created));
    assert_eq!(reading.rows, (history.records.len() + history.problems.len()) as u64, "every row is used or reported");
    for record in &history.records {
        let times = [Some(record.created), record.started, record.finished];
        assert!(times.iter().flatten().is_sorted(), "{record:?}");
        assert!(times.iter().flatten().all(|time| *time <= history.until), "{record:?}");
        let is_open = matches!(record.outcome, Outcome::Waiting | Outcome::Running);
        assert_eq!(record.finished.is_none(), is_open, "{record:?}");
        assert!(!(record.outcome == Outcome::Waiting && record.started.is_some()), "{record:?}");
        assert!((record.action as usize) < history.actions.len() && (record.need as usize) < history.needs.len());
        assert!(record.attempt > 0);
    }
}

proptest! {
    /// Files of every format with some of their bytes changed, cut, doubled or moved.
    #[test]
    fn no_damaged_file_panics(
        sample in 0..SAMPLES.len(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<prop::sample::Index>(), any::<u8>(), 0..4_u8), 0..6),
        is_named in any::<bool>(),
    ) {
        let (format, text) = SAMPLES[sample];
        let mut bytes = text.as_bytes().to_vec();
        for (at, to, byte, kind) in changes {
            if bytes.is_empty() {
                break;
            }
            let (at, to) = (at.index(bytes.len()), to.index(bytes.len()));
            match kind {
                0 => bytes[at] = byte,
                1 => bytes.truncate(at),
                2 => bytes.insert(at, byte),
                _ => {
                    let part = bytes[at.min(to)..at.max(to)].to_vec();
                    bytes.splice(at..at, part);
                }
            }
        }
        let format = is_named.then_some(format);
        if let Ok(reading) = read(&bytes, &ReadOptions { format, ..utc() }) {
            check(&reading);
        }
    }

    /// Any cells in a table of any format.
    #[test]
    fn no_cell_panics(
        rows in prop::collection::vec(prop::collection::vec("[0-9]{1,19}|-?[0-9]{1,6}\\.[0-9]{0,9}|20[0-9]{2}-0[1-9]-[0-3][0-9] [0-2][0-9]:00:00(Z|[+-]0[0-9]:00)?|done|running|waiting||\\PC{0,6}", 8), 0..6),
        format in prop::sample::select(vec![Format::Csv, Format::Tsv, Format::Slurm, Format::Claimsim, Format::Airflow]),
    ) {
        let header = match format {
            Format::Slurm => "JobID,Submit,Eligible,Start,End,State,AllocTRES,Timelimit",
            Format::Claimsim => "job,scheduled_at_s,claimed_at_s,ended_at_s,status,need.x,due_date_s,replication",
            Format::Airflow => "dag_id,task_id,queued_dttm,start_date,end_date,state,pool_slots,try_number",
            _ => "id,created,started,finished,status,slots,estimate,priority",
        };
        let rows: Vec<String> = rows.iter().map(|row| row.join(",")).collect();
        let text = format!("{header}\n{}\n", rows.join("\n"));
        if let Ok(reading) = read(text.as_bytes(), &ReadOptions { format: Some(format), ..utc() }) {
            check(&reading);
        }
    }
}

#[test]
fn the_samples_keep_the_promises() {
    for (format, text) in SAMPLES {
        let reading = read(text.as_bytes(), &utc()).unwrap();
        assert_eq!(reading.files[0].format, *format, "the format of a sample is detected");
        check(&reading);
    }
}
