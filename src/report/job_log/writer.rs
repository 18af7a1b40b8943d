//! `jobs.csv`: the job log, one row per attempt. It is streamed, because a long run has millions of
//! rows.
//!
//! Times are written from whole nanoseconds as exact decimals, without floats and without an
//! allocation per row.

use std::io;

use crate::digits::Digits;
use crate::model::job::{JobId, Status};
use crate::model::time::{Span, Time};

/// An attempt as the log shows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct JobRow<'a> {
    /// The replication, from 0.
    pub replication: u32,
    /// The row's number within the replication.
    pub job: JobId,
    /// The chain's first row, if this one is a retry.
    pub retry_from: Option<JobId>,
    /// The name of the job class.
    pub action: &'a str,
    /// 1 for the first attempt of a chain.
    pub attempt: u32,
    /// Its outcome, or its state at the horizon.
    pub status: Status,
    /// The id of the worker that claimed it.
    pub worker: Option<&'a str>,
    /// The earliest instant of its claim.
    pub scheduled_at: Time,
    /// The instant of its claim, if it was claimed.
    pub claimed_at: Option<Time>,
    /// The instant at which it ended, or left the queue unclaimed, by the horizon.
    pub ended_at: Option<Time>,
    /// Further attempts allowed after this one.
    pub retries_left: u32,
    /// The row that started its chain, if it is a child.
    pub parent: Option<JobId>,
    /// Its priority; larger ones go first, under policies that use priorities.
    pub priority: i64,
    /// Its deadline, counted from `scheduledAt`.
    pub due_date: Option<Time>,
    /// The units that it needs, by resource.
    pub need: &'a [i64],
}

impl JobRow<'_> {
    /// Claim minus `scheduledAt`.
    pub fn wait(&self) -> Option<Span> {
        self.claimed_at.map(|claimed| claimed - self.scheduled_at)
    }

    /// End minus claim.
    pub fn service(&self) -> Option<Span> {
        self.ended_at.zip(self.claimed_at).map(|(ended, claimed)| ended - claimed)
    }
}

/// The names of the columns before those of needs.
const COLUMNS: [&str; 16] = [
    "replication",
    "job",
    "retry_from",
    "action",
    "attempt",
    "status",
    "worker",
    "scheduled_at_s",
    "claimed_at_s",
    "ended_at_s",
    "wait_s",
    "service_s",
    "retries_left",
    "parent",
    "priority",
    "due_date_s",
];

/// The names of all columns of a log.
fn header(resources: &[String]) -> impl Iterator<Item = String> {
    let needs = resources.iter().map(|resource| format!("need.{resource}"));
    COLUMNS.into_iter().map(str::to_owned).chain(needs)
}

/// Bytes that are passed on at once: about three hundred rows.
const BLOCK: usize = 1 << 15;

/// Writes the log row by row. It passes on whole blocks, so `W` needs no buffer. The caller orders
/// the rows by replication, then by job.
pub struct JobLog<W: io::Write>(csv::Writer<ByteCounter<W>>);

/// Counts the bytes that pass to `W`.
struct ByteCounter<W> {
    out: W,
    bytes: u64,
}

impl<W: io::Write> io::Write for ByteCounter<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.out.write(bytes)?;
        self.bytes += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

impl<W: io::Write> JobLog<W> {
    /// Starts a log with its header, for needs of these resources.
    ///
    /// # Errors
    /// If `out` cannot be written to.
    pub fn new(out: W, resources: &[String]) -> io::Result<JobLog<W>> {
        let mut log = JobLog::continued(out);
        log.0.write_record(header(resources))?;
        Ok(log)
    }

    /// Continues a log that already has its header.
    pub fn continued(out: W) -> JobLog<W> {
        JobLog(csv::WriterBuilder::new().buffer_capacity(BLOCK).from_writer(ByteCounter { out, bytes: 0 }))
    }

    /// Adds a row.
    ///
    /// # Errors
    /// If the output cannot be written to.
    pub fn write(&mut self, row: &JobRow) -> io::Result<()> {
        self.integer(Some(row.replication.into()))?;
        self.integer(Some(row.job.0))?;
        self.integer(row.retry_from.map(|first| first.0))?;
        self.0.write_field(row.action)?;
        self.integer(Some(row.attempt.into()))?;
        self.0.write_field(row.status.name())?;
        self.0.write_field(row.worker.unwrap_or_default())?;
        self.seconds(Some(row.scheduled_at.0))?;
        self.seconds(row.claimed_at.map(|at| at.0))?;
        self.seconds(row.ended_at.map(|at| at.0))?;
        self.seconds(row.wait().map(|span| span.0))?;
        self.seconds(row.service().map(|span| span.0))?;
        self.integer(Some(row.retries_left.into()))?;
        self.integer(row.parent.map(|parent| parent.0))?;
        self.signed(row.priority)?;
        self.seconds(row.due_date.map(|at| at.0))?;
        for units in row.need {
            self.signed(*units)?;
        }
        self.0.write_record(None::<&[u8]>)?;
        Ok(())
    }

    /// Passes on all rows so far; returns their length in bytes, counted from the beginning of this
    /// log.
    ///
    /// # Errors
    /// If the output cannot be written to.
    pub fn position(&mut self) -> io::Result<u64> {
        self.0.flush()?;
        Ok(self.0.get_ref().bytes)
    }

    /// Ends the log and returns the output.
    ///
    /// # Errors
    /// If the output cannot be written to.
    pub fn finish(self) -> io::Result<W> {
        self.0.into_inner().map(|counted| counted.out).map_err(csv::IntoInnerError::into_error)
    }

    fn integer(&mut self, value: Option<u64>) -> csv::Result<()> {
        self.0.write_field(value.map(Digits::of).unwrap_or_default().as_bytes())
    }

    fn signed(&mut self, value: i64) -> csv::Result<()> {
        self.0.write_field(Digits::signed(value).as_bytes())
    }

    fn seconds(&mut self, nanos: Option<i64>) -> csv::Result<()> {
        self.0.write_field(nanos.map(Digits::seconds).unwrap_or_default().as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::time::NANOS;

    fn row() -> JobRow<'static> {
        JobRow {
            replication: 0,
            job: JobId(7),
            retry_from: None,
            action: "gc",
            attempt: 1,
            status: Status::Done,
            worker: Some("replica-0"),
            scheduled_at: Time(-1),
            claimed_at: Some(Time(1_500_000_000)),
            ended_at: Some(Time(61 * NANOS)),
            retries_left: 0,
            parent: None,
            priority: 0,
            due_date: None,
            need: &[1, 0],
        }
    }

    fn written(rows: &[JobRow]) -> String {
        let mut log = JobLog::new(Vec::new(), &["scan".to_owned(), "a,b".to_owned()]).unwrap();
        for row in rows {
            log.write(row).unwrap();
        }
        String::from_utf8(log.finish().unwrap()).unwrap()
    }

    #[test]
    fn rows_are_exact_decimals_and_empty_cells() {
        let waiting = JobRow {
            job: JobId(8),
            retry_from: Some(JobId(7)),
            action: "a, \"b\"",
            attempt: 2,
            status: Status::Waiting,
            worker: None,
            scheduled_at: Time(0),
            claimed_at: None,
            ended_at: None,
            retries_left: 3,
            parent: Some(JobId(2)),
            priority: i64::MIN,
            due_date: Some(Time(900 * NANOS)),
            need: &[0, 1 << 50],
            ..row()
        };
        assert_eq!(
            written(&[row(), waiting]),
            "replication,job,retry_from,action,attempt,status,worker,scheduled_at_s,claimed_at_s,ended_at_s,wait_s,service_s,retries_left,parent,priority,due_date_s,need.scan,\"need.a,b\"\n\
             0,7,,gc,1,done,replica-0,-0.000000001,1.500000000,61.000000000,1.500000001,59.500000000,0,,0,,1,0\n\
             0,8,7,\"a, \"\"b\"\"\",2,waiting,,0.000000000,,,,,3,2,-9223372036854775808,900.000000000,0,1125899906842624\n"
        );
    }

    #[test]
    fn extreme_times_are_written_exactly() {
        for nanos in [i64::MIN, i64::MIN + 1, -NANOS, -1, 0, 1, NANOS - 1, i64::MAX] {
            let text = written(&[JobRow { scheduled_at: Time(nanos), ..row() }]);
            let cell = text.lines().nth(1).unwrap().split(',').nth(7).unwrap();
            let (whole, fraction) = cell.split_once('.').unwrap();
            assert_eq!(fraction.len(), 9);
            assert_eq!(format!("{whole}{fraction}").parse::<i128>().unwrap(), i128::from(nanos), "{cell}");
        }
        let most = written(&[JobRow { job: JobId(u64::MAX), ..row() }]);
        assert!(most.contains(&u64::MAX.to_string()));
    }
}
