//! `jobs.csv`: the job log, one row an attempt, streamed, because a long run has millions of them.
//!
//! Times are written from whole nanoseconds as exact decimals, without a float in between, and without an allocation a row.

use std::io;

use crate::model::job::{JobId, Status};
use crate::model::time::{NANOS, Span, Time};

/// One attempt as the log shows it.
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
    /// What became of it, or how it stood at the horizon.
    pub status: Status,
    /// The id of the worker that claimed it.
    pub worker: Option<&'a str>,
    /// Not before this instant.
    pub scheduled_at: Time,
    /// Claimed, if it was.
    pub claimed_at: Option<Time>,
    /// Ended, or left unclaimed, if it did by the horizon.
    pub ended_at: Option<Time>,
    /// Further attempts allowed after this one.
    pub retries_left: u32,
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

/// Bytes handed on at once: some three hundred rows.
const BLOCK: usize = 1 << 15;

/// Writes the log row by row, in blocks, so that `W` needs no buffer of its own. The order of the rows (by replication, then job) is the caller's.
pub struct JobLog<W: io::Write>(csv::Writer<Counted<W>>);

/// Counts the bytes on their way to `W`.
struct Counted<W> {
    out: W,
    bytes: u64,
}

impl<W: io::Write> io::Write for Counted<W> {
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
    /// Starts a log with its header.
    ///
    /// # Errors
    /// Whatever keeps `out` from being written to.
    pub fn new(out: W) -> io::Result<JobLog<W>> {
        let mut log = JobLog::continued(out);
        log.0.write_record([
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
        ])?;
        Ok(log)
    }

    /// Goes on with a log whose header stands already.
    pub fn continued(out: W) -> JobLog<W> {
        JobLog(csv::WriterBuilder::new().buffer_capacity(BLOCK).from_writer(Counted { out, bytes: 0 }))
    }

    /// Adds a row.
    ///
    /// # Errors
    /// Whatever keeps the output from being written to.
    pub fn write(&mut self, row: &JobRow) -> io::Result<()> {
        self.whole(Some(row.replication.into()))?;
        self.whole(Some(row.job.0))?;
        self.whole(row.retry_from.map(|first| first.0))?;
        self.0.write_field(row.action)?;
        self.whole(Some(row.attempt.into()))?;
        self.0.write_field(row.status.name())?;
        self.0.write_field(row.worker.unwrap_or_default())?;
        self.seconds(Some(row.scheduled_at.0))?;
        self.seconds(row.claimed_at.map(|at| at.0))?;
        self.seconds(row.ended_at.map(|at| at.0))?;
        self.seconds(row.wait().map(|span| span.0))?;
        self.seconds(row.service().map(|span| span.0))?;
        self.whole(Some(row.retries_left.into()))?;
        self.0.write_record(None::<&[u8]>)?;
        Ok(())
    }

    /// Hands on what has been written so far; gives its length in bytes, from where this log began.
    ///
    /// # Errors
    /// Whatever keeps the output from being written to.
    pub fn position(&mut self) -> io::Result<u64> {
        self.0.flush()?;
        Ok(self.0.get_ref().bytes)
    }

    /// Ends the log and gives the output back.
    ///
    /// # Errors
    /// Whatever keeps the output from being written to.
    pub fn finish(self) -> io::Result<W> {
        self.0.into_inner().map(|counted| counted.out).map_err(csv::IntoInnerError::into_error)
    }

    fn whole(&mut self, value: Option<u64>) -> csv::Result<()> {
        let mut text = Digits::default();
        if let Some(value) = value {
            text.push(value, 1);
        }
        self.0.write_field(text.as_bytes())
    }

    fn seconds(&mut self, nanos: Option<i64>) -> csv::Result<()> {
        let mut text = Digits::default();
        if let Some(nanos) = nanos {
            let (seconds, rest) = (nanos.unsigned_abs() / NANOS as u64, nanos.unsigned_abs() % NANOS as u64);
            text.push(rest, 9);
            text.prepend(b'.');
            text.push(seconds, 1);
            if nanos < 0 {
                text.prepend(b'-');
            }
        }
        self.0.write_field(text.as_bytes())
    }
}

/// A number's text, filled from its end; 20 digits are the most a `u64` has, 21 bytes the most that seconds take.
struct Digits {
    text: [u8; 24],
    start: usize,
}

impl Default for Digits {
    fn default() -> Digits {
        Digits { text: [0; 24], start: 24 }
    }
}

impl Digits {
    fn prepend(&mut self, byte: u8) {
        self.start -= 1;
        self.text[self.start] = byte;
    }

    /// Puts `value` in front, with zeros up to `least` digits.
    fn push(&mut self, mut value: u64, least: usize) {
        let end = self.start;
        while value > 0 || end - self.start < least {
            self.prepend(b'0' + (value % 10) as u8);
            value /= 10;
        }
    }

    fn as_bytes(&self) -> &[u8] {
        &self.text[self.start..]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
        }
    }

    fn written(rows: &[JobRow]) -> String {
        let mut log = JobLog::new(Vec::new()).unwrap();
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
            ..row()
        };
        assert_eq!(
            written(&[row(), waiting]),
            "replication,job,retry_from,action,attempt,status,worker,scheduled_at_s,claimed_at_s,ended_at_s,wait_s,service_s,retries_left\n\
             0,7,,gc,1,done,replica-0,-0.000000001,1.500000000,61.000000000,1.500000001,59.500000000,0\n\
             0,8,7,\"a, \"\"b\"\"\",2,waiting,,0.000000000,,,,,3\n"
        );
    }

    #[test]
    fn the_ends_of_the_clock_are_written_exactly() {
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
