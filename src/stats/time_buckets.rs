//! Sums over time buckets of equal length: the part of each interval of time that falls into each
//! bucket.
//!
//! The caller sums up intervals within the current bucket and adds them at its end. Any other
//! interval adds its two ends, and a step up and down between them; the steps are summed up once,
//! at the end. All sums are exact whole unit-nanoseconds, so the order of intervals does not
//! matter.

use crate::model::time::{NANOS, Span, Time};

/// The most buckets of a series of less than a day.
const MOST_BUCKETS: i64 = 96;

/// The most buckets of a longer series: ten minutes in a day, an hour in a week. With fewer, the
/// peak of a burst disappears in the average of its bucket.
const MOST_BUCKETS_OF_DAYS: i64 = 168;

const DAY: i64 = 86_400 * NANOS;

/// The most buckets of a queue's course: five minutes in a week.
const MOST_FINE_BUCKETS: i64 = 2_016;

/// Lengths that divide the usual units of time: after the first seconds, the steps of a clock face.
const NICE_SECONDS: [i64; 21] = [
    1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 10_800, 14_400, 21_600, 43_200, 86_400, 172_800,
    604_800,
];

/// The smallest nice length that divides the time up to `horizon` into at most 96 buckets, or 168
/// from a day on: 1, 2 or 5 times a power of ten below a second; 1, 2, 5, 10, 15 or 30 seconds or
/// minutes; 1, 2, 3, 4, 6 or 12 hours; 1, 2 or 7 days, or a multiple of 7.
pub(super) fn nice_length(horizon: Time) -> Span {
    let most = if horizon.0 < DAY { MOST_BUCKETS } else { MOST_BUCKETS_OF_DAYS };
    let least = least_length(horizon, most);
    let week = NICE_SECONDS[NICE_SECONDS.len() - 1] * NANOS;
    let nice = nice_lengths().find(|&length| length >= least);
    Span(nice.unwrap_or_else(|| least.unsigned_abs().div_ceil(week as u64) as i64 * week))
}

/// The smallest nice length that divides `length` and the time up to `horizon` into at most 2,016
/// buckets, and the number of times that it goes into `length`.
pub(super) fn fine_length(length: Span, horizon: Time) -> (Span, usize) {
    let least = least_length(horizon, MOST_FINE_BUCKETS);
    let fine = nice_lengths().find(|&fine| fine >= least && length.0 % fine == 0).unwrap_or(length.0);
    (Span(fine), (length.0 / fine) as usize)
}

fn least_length(horizon: Time, most: i64) -> i64 {
    horizon.0.max(1).unsigned_abs().div_ceil(most as u64) as i64
}

fn nice_lengths() -> impl Iterator<Item = i64> {
    let below_a_second = (0..9).flat_map(|power| [1, 2, 5].map(|digit| digit * 10_i64.pow(power)));
    below_a_second.chain(NICE_SECONDS.map(|seconds| seconds * NANOS))
}

/// Several lines of sums over the same buckets.
#[derive(Clone, Debug)]
pub(super) struct TimeBuckets {
    length: i64,
    horizon: i64,
    count: usize,
    lines: usize,
    /// The current bucket: its first cell, its start and its end.
    current: usize,
    start: i64,
    end: i64,
    /// Bucket by bucket and in each by line, so that the current bucket's cells lie side by side.
    cells: Vec<Cell>,
}

/// The sum of one line in one bucket.
#[derive(Clone, Copy, Debug, Default)]
struct Cell {
    /// Unit-nanoseconds of intervals that do not fill the bucket.
    part: i128,
    /// By how much the level of intervals that fill whole buckets changes at the bucket's start.
    step: i128,
}

impl TimeBuckets {
    /// Empty buckets of a nice length from instant 0 to `horizon`.
    pub(super) fn new(horizon: Time, lines: usize) -> TimeBuckets {
        TimeBuckets::of_length(nice_length(horizon), horizon, lines)
    }

    /// Empty buckets of a given length, which is above 0; the last may be shorter.
    pub(super) fn of_length(Span(length): Span, horizon: Time, lines: usize) -> TimeBuckets {
        let count = horizon.0.max(0).unsigned_abs().div_ceil(length.unsigned_abs()) as usize;
        // One bucket at least, for a run of no length.
        let cells = vec![Cell::default(); lines * count.max(1)];
        TimeBuckets { length, horizon: horizon.0, count, lines, current: 0, start: 0, end: length, cells }
    }

    /// The length of a bucket.
    pub(super) fn length(&self) -> Span {
        Span(self.length)
    }

    /// The end of the current bucket.
    pub(super) fn end(&self) -> Time {
        Time(self.end)
    }

    /// Moves to the bucket that contains `now` (or ends with it) and returns its start and end.
    /// Time does not run backwards.
    pub(super) fn advance(&mut self, now: Time) -> (Time, Time) {
        debug_assert!(now.0 <= self.horizon, "nothing happens after the horizon");
        while now.0 > self.end {
            self.current += self.lines;
            self.start = self.end;
            self.end = self.end.saturating_add(self.length);
        }
        (Time(self.start), Time(self.end))
    }

    /// Adds unit-nanoseconds of an interval that lies in the current bucket.
    pub(super) fn add_to_current(&mut self, line: usize, unit_nanos: u128) {
        self.cells[self.current + line].part += unit_nanos as i128;
    }

    /// Adds `units` from `from` (or instant 0) until `to`, in any buckets.
    pub(super) fn add(&mut self, line: usize, units: u64, from: Time, to: Time) {
        let (from, to, units) = (from.0.max(0), to.0, i128::from(units));
        if to <= from {
            return;
        }
        let (first, last) = (from / self.length, (to - 1) / self.length);
        let cell = |bucket: i64| bucket as usize * self.lines + line;
        if first == last {
            self.cells[cell(first)].part += units * i128::from(to - from);
        } else {
            self.cells[cell(first)].part += units * i128::from(self.length - from % self.length);
            self.cells[cell(first + 1)].step += units;
            self.cells[cell(last)].part += units * i128::from(to - last * self.length);
            self.cells[cell(last)].step -= units;
        }
    }

    /// Unit-nanoseconds of a line, bucket by bucket.
    pub(super) fn sums(&self, line: usize) -> Vec<i128> {
        let mut level = 0;
        let cells = self.cells.iter().skip(line).step_by(self.lines).take(self.count);
        let sum = |cell: &Cell| {
            level += cell.step;
            cell.part + level * i128::from(self.length)
        };
        cells.map(sum).collect()
    }

    /// Averages, over their buckets, of the sum of several lines; the last bucket may be shorter.
    pub(super) fn averages_of(&self, lines: impl IntoIterator<Item = usize>) -> Vec<f64> {
        self.averages_over(1, lines)
    }

    /// [`TimeBuckets::averages_of`] over this number of buckets together.
    pub(super) fn averages_over(&self, together: usize, lines: impl IntoIterator<Item = usize>) -> Vec<f64> {
        let mut sums = vec![0; self.count.div_ceil(together)];
        for line in lines {
            for (sum, of_line) in sums.iter_mut().zip(self.sums(line).chunks(together)) {
                *sum += of_line.iter().sum::<i128>();
            }
        }
        let whole = self.length.saturating_mul(together as i64);
        let length = |bucket| whole.min(self.horizon - whole * bucket as i64);
        sums.into_iter().enumerate().map(|(bucket, sum): (usize, i128)| sum as f64 / length(bucket) as f64).collect()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn lengths_are_nice_and_buckets_at_most_168() {
        let day = 86_400 * NANOS;
        for (horizon, expected) in [
            (0, 1),
            (1, 1),
            (NANOS, 20_000_000),
            (96 * NANOS, NANOS),
            (100 * NANOS, 2 * NANOS),
            (3600 * NANOS, 60 * NANOS),
            (day, 600 * NANOS),
            (7 * day, 3600 * NANOS),
            (7 * day + 1, 7200 * NANOS),
            (30 * day, 6 * 3600 * NANOS),
            (365 * day, 7 * day),
            (3650 * day, 28 * day),
        ] {
            assert_eq!(nice_length(Time(horizon)), Span(expected), "horizon {horizon} ns");
        }
        for power in 0..63 {
            let horizon = Time((1 << power) + (1 << power) / 3);
            let buckets = TimeBuckets::new(horizon, 1).count;
            assert!((1..=168).contains(&buckets), "{horizon:?} has {buckets} buckets");
            assert!(power < 7 || buckets >= 32, "{horizon:?} has only {buckets} buckets");
        }
    }

    #[test]
    fn fine_lengths_divide_the_others() {
        let day = 86_400 * NANOS;
        for (horizon, expected) in [
            (0, 1),
            (3600 * NANOS, 2 * NANOS),
            (day, 60 * NANOS),
            (7 * day, 300 * NANOS),
            (30 * day, 1800 * NANOS),
            (365 * day, 21_600 * NANOS),
            (3650 * day, 2 * day),
        ] {
            assert_eq!(
                fine_length(nice_length(Time(horizon)), Time(horizon)).0,
                Span(expected),
                "horizon {horizon} ns"
            );
        }
        for power in 0..63 {
            let horizon = Time((1 << power) + (1 << power) / 7);
            let length = nice_length(horizon);
            let (fine, together) = fine_length(length, horizon);
            assert_eq!(fine.0 * together as i64, length.0);
            assert!(TimeBuckets::of_length(fine, horizon, 1).count <= 2_016, "{horizon:?}");
        }
    }

    #[test]
    fn a_run_of_no_length_has_no_buckets() {
        let mut buckets = TimeBuckets::new(Time::ZERO, 2);
        buckets.advance(Time::ZERO);
        buckets.add(1, 3, Time(-5), Time::ZERO);
        assert_eq!(buckets.averages_of([1]), Vec::<f64>::new());
    }

    proptest! {
        #[test]
        fn sums_agree_with_cutting_every_interval_at_every_bucket(
            horizon in 1..5_000_i64,
            mut intervals in prop::collection::vec(
                (-300..5_000_i64, 0..5_000_i64, prop::array::uniform3(0..4_u64), 0..5_000_i64),
                0..60,
            ),
        ) {
            let mut buckets = TimeBuckets::new(Time(horizon), 3);
            let mut naive = [0; 3].map(|_| vec![0_i128; buckets.count]);
            let length = buckets.length().0;
            // Some intervals are added only after they have ended.
            for (from, to, _, reported) in &mut intervals {
                (*from, *to) = ((*from).min(horizon), (*to).min(horizon));
                *reported = (*reported).clamp(*to, horizon);
            }
            intervals.sort_by_key(|&(.., reported)| reported);
            for (from, to, units, reported) in intervals {
                buckets.advance(Time(reported));
                for (line, units) in units.into_iter().enumerate() {
                    if from >= buckets.start && from <= to {
                        buckets.add_to_current(line, u128::from(units) * (to - from) as u128);
                    } else {
                        buckets.add(line, units, Time(from), Time(to));
                    }
                }
                for (naive, units) in naive.iter_mut().zip(units) {
                    for (bucket, sum) in (0..).zip(naive) {
                        let (start, end) = (bucket * length, (bucket + 1) * length);
                        *sum += i128::from(units) * i128::from((to.min(end) - from.max(start)).max(0));
                    }
                }
            }
            for (line, naive) in naive.iter().enumerate() {
                prop_assert_eq!(&buckets.sums(line), naive, "line {}", line);
            }
            for together in [2, 7] {
                let whole = together as i64 * length;
                let naive: Vec<f64> = (0..).zip(naive[0].chunks(together)).map(|(index, sums): (i64, _)| {
                    sums.iter().sum::<i128>() as f64 / whole.min(horizon - index * whole) as f64
                }).collect();
                prop_assert_eq!(buckets.averages_over(together, [0]), naive);
            }
        }
    }
}
