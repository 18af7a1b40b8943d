//! Sums by time bucket: how much of each interval of time falls into which bucket of equal length.
//!
//! Most intervals lie in the current bucket and cost one addition. A longer one leaves its two ends and a step up and down
//! between them; the steps are summed up once, at the end. All in exact whole unit-nanoseconds.

use crate::model::time::{NANOS, Span, Time};

/// A series has at most so many buckets (15 minutes in a day).
const MOST_BUCKETS: i64 = 96;

/// Lengths that divide what people divide time into: after the first seconds the steps of a clock's face.
const NICE_SECONDS: [i64; 21] = [
    1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 10_800, 14_400, 21_600, 43_200, 86_400, 172_800,
    604_800,
];

/// The smallest nice length that divides the time up to `horizon` into at most 96 buckets: 1, 2 or 5 times a power of ten
/// below a second; 1, 2, 5, 10, 15 or 30 seconds or minutes; 1, 2, 3, 4, 6 or 12 hours; 1, 2 or 7 days, or a multiple of 7.
pub(super) fn nice_length(horizon: Time) -> Span {
    let least = horizon.0.max(1).unsigned_abs().div_ceil(MOST_BUCKETS as u64) as i64;
    let below_a_second = (0..9).flat_map(|power| [1, 2, 5].map(|digit| digit * 10_i64.pow(power)));
    let above = NICE_SECONDS.map(|seconds| seconds * NANOS);
    let week = above[above.len() - 1];
    let nice = below_a_second.chain(above).find(|&length| length >= least);
    Span(nice.unwrap_or_else(|| least.unsigned_abs().div_ceil(week as u64) as i64 * week))
}

/// Several lines of sums over the same buckets, filled in the order of time.
#[derive(Clone, Debug)]
pub(super) struct Buckets {
    length: i64,
    horizon: i64,
    count: usize,
    /// The bucket of the latest end of an interval, and where it starts and ends.
    current: usize,
    start: i64,
    end: i64,
    /// Line by line: the parts of intervals that do not fill their bucket.
    parts: Vec<i128>,
    /// Line by line: by how much the level of intervals that fill whole buckets changes at a bucket's start.
    steps: Vec<i128>,
}

impl Buckets {
    /// Empty buckets of a nice length from instant 0 to `horizon`.
    pub(super) fn new(horizon: Time, lines: usize) -> Buckets {
        let length = nice_length(horizon).0;
        let count = horizon.0.max(0).unsigned_abs().div_ceil(length.unsigned_abs()) as usize;
        Buckets {
            length,
            horizon: horizon.0,
            count,
            current: 0,
            start: 0,
            end: length,
            // One bucket at least, for a run of no length.
            parts: vec![0; lines * count.max(1)],
            steps: vec![0; lines * count.max(1)],
        }
    }

    /// The length of a bucket.
    pub(super) fn length(&self) -> Span {
        Span(self.length)
    }

    /// The number of buckets.
    pub(super) fn count(&self) -> usize {
        self.count
    }

    /// Adds `units` to a line from `from` (or instant 0) until `to`. Intervals come in the order of their ends.
    #[inline]
    pub(super) fn add(&mut self, line: usize, from: Time, to: Time, units: i64) {
        debug_assert!(to.0 <= self.horizon, "nothing happens after the horizon");
        while to.0 > self.end {
            self.current += 1;
            self.start = self.end;
            self.end = self.end.saturating_add(self.length);
        }
        let from = from.0.max(0);
        if from >= self.start {
            self.parts[line * self.count + self.current] += i128::from(units) * i128::from((to.0 - from).max(0));
        } else {
            self.add_across(line, from, to.0, units);
        }
    }

    /// Adds an interval that began in an earlier bucket than the current one.
    fn add_across(&mut self, line: usize, from: i64, to: i64, units: i64) {
        let units = i128::from(units);
        let (first, last) = (line * self.count + (from / self.length) as usize, line * self.count + self.current);
        self.parts[first] += units * i128::from(self.length - from % self.length);
        self.steps[first + 1] += units;
        self.parts[last] += units * i128::from(to - self.start);
        self.steps[last] -= units;
    }

    /// Unit-nanoseconds of a line, bucket by bucket.
    pub(super) fn sums(&self, line: usize) -> Vec<i128> {
        let cells = line * self.count..(line + 1) * self.count;
        let mut level = 0;
        let cells = self.parts[cells.clone()].iter().zip(&self.steps[cells]);
        cells
            .map(|(part, step)| {
                level += step;
                part + level * i128::from(self.length)
            })
            .collect()
    }

    /// Averages of unit-nanoseconds over their buckets, of which the last may be shorter.
    pub(super) fn averages(&self, sums: &[i128]) -> Vec<f64> {
        let length = |bucket| self.length.min(self.horizon - self.length * bucket as i64);
        sums.iter().enumerate().map(|(bucket, &sum)| sum as f64 / length(bucket) as f64).collect()
    }
}
