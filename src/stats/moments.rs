//! Exact moments of whole numbers: count, sum and sum of squares as integers, so the order of
//! additions does not matter.
//!
//! Floating-point sums would depend on the order in which actions are merged, and would lose a
//! small spread next to a large mean. Integers do neither, and adding them is as fast.

/// The most values that are added at once.
pub(super) const BATCH: usize = 32;

/// The sum of a batch of values up to this limit fits into 64 bits, and the sum of their squares
/// into 128: nine years in nanoseconds.
const LARGE: u64 = (1 << 58) - 1;

/// Count, sum, sum of squares and extremes of values from 0 to `i64::MAX`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Moments {
    count: u64,
    sum: u128,
    squares: Wide,
    least: u64,
    largest: u64,
}

impl Default for Moments {
    fn default() -> Moments {
        Moments { count: 0, sum: 0, squares: Wide::default(), least: u64::MAX, largest: 0 }
    }
}

impl Moments {
    /// Adds one value.
    #[inline]
    pub(super) fn record(&mut self, value: u64) {
        self.count += 1;
        self.sum += u128::from(value);
        self.squares.add(u128::from(value) * u128::from(value));
        // Of n values in random order, about 2 ln n are new extremes: a branch is cheaper than
        // storing both each time.
        if value < self.least {
            self.lower(value);
        }
        if value > self.largest {
            self.raise(value);
        }
    }

    /// Adds at most [`BATCH`] values and returns their sum.
    #[inline]
    pub(super) fn record_all(&mut self, values: &[u64]) -> u128 {
        let (mut sum, mut squares, mut any) = (0_u64, 0_u128, 0);
        for &value in values {
            // Neither overflows unless a value is above `LARGE`, which is checked below.
            sum = sum.wrapping_add(value);
            squares = squares.wrapping_add(u128::from(value) * u128::from(value));
            any |= value;
            self.least = self.least.min(value);
            self.largest = self.largest.max(value);
        }
        if values.len() > BATCH || any > LARGE {
            return self.record_each(values);
        }
        self.count += values.len() as u64;
        self.sum += u128::from(sum);
        self.squares.add(squares);
        u128::from(sum)
    }

    /// [`Moments::record_all`] one by one.
    #[cold]
    fn record_each(&mut self, values: &[u64]) -> u128 {
        for &value in values {
            self.record(value);
        }
        values.iter().map(|&value| u128::from(value)).sum()
    }

    /// Adds one value `times` times.
    pub(super) fn record_often(&mut self, value: u64, times: u64) {
        self.count += times;
        self.sum += u128::from(value) * u128::from(times);
        let squares = Wide::product(u128::from(value) * u128::from(value), times);
        self.squares.add(squares.low);
        self.squares.high += squares.high;
        self.least = self.least.min(value);
        self.largest = self.largest.max(value);
    }

    #[cold]
    fn lower(&mut self, least: u64) {
        self.least = least;
    }

    #[cold]
    fn raise(&mut self, largest: u64) {
        self.largest = largest;
    }

    /// Adds all values of `other`.
    pub(super) fn merge(&mut self, other: &Moments) {
        self.count += other.count;
        self.sum += other.sum;
        self.squares.add(other.squares.low);
        self.squares.high += other.squares.high;
        self.least = self.least.min(other.least);
        self.largest = self.largest.max(other.largest);
    }

    /// The sum of all values.
    pub(super) fn sum(&self) -> u128 {
        self.sum
    }

    /// The number of values.
    pub(super) fn count(&self) -> u64 {
        self.count
    }

    /// The least value; `None` without one.
    pub(super) fn least(&self) -> Option<u64> {
        (self.count > 0).then_some(self.least)
    }

    /// The largest value; `None` without one.
    pub(super) fn largest(&self) -> Option<u64> {
        (self.count > 0).then_some(self.largest)
    }

    /// The mean; `None` without a value.
    pub(super) fn mean(&self) -> Option<f64> {
        let (floor, rest) = self.floor_of_mean()?;
        Some(floor as f64 + rest as f64 / self.count as f64)
    }

    /// The standard deviation with divisor n - 1; `None` with fewer than two values, 0 exactly if
    /// all are equal.
    ///
    /// With m the mean rounded down and r = sum - n m: Σ(x - mean)² = (Σx² - n m² - 2 m r) - r²/n.
    /// The bracket is an exact integer, so nothing cancels but the last term, which is below n.
    pub(super) fn sd(&self) -> Option<f64> {
        let (floor, rest) = self.floor_of_mean()?;
        let mut expected = Wide::product(u128::from(floor) * u128::from(floor), self.count);
        expected.add(2 * u128::from(floor) * u128::from(rest));
        let around_floor = self.squares.minus(expected).as_f64();
        let sum = around_floor - rest as f64 * (rest as f64 / self.count as f64);
        (self.count > 1).then(|| (sum.max(0.0) / (self.count - 1) as f64).sqrt())
    }

    /// The mean rounded down, and the rest of the division.
    fn floor_of_mean(&self) -> Option<(u64, u64)> {
        let count = u128::from(self.count);
        (count > 0).then(|| ((self.sum / count) as u64, (self.sum % count) as u64))
    }
}

/// An unsigned number of 192 bits: room for 2^64 squares of numbers below 2^63.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Wide {
    low: u128,
    high: u64,
}

impl Wide {
    #[inline]
    fn add(&mut self, number: u128) {
        let (low, carry) = self.low.overflowing_add(number);
        self.low = low;
        self.high += u64::from(carry);
    }

    fn product(a: u128, b: u64) -> Wide {
        let upper = (a >> 64) * u128::from(b);
        let mut product = Wide { low: upper << 64, high: (upper >> 64) as u64 };
        product.add(u128::from(a as u64) * u128::from(b));
        product
    }

    fn minus(self, less: Wide) -> Wide {
        let (low, borrow) = self.low.overflowing_sub(less.low);
        Wide { low, high: self.high - less.high - u64::from(borrow) }
    }

    fn as_f64(self) -> f64 {
        const TWO_TO_128: f64 = (1_u128 << 127) as f64 * 2.0;
        self.high as f64 * TWO_TO_128 + self.low as f64
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn moments(values: &[u64]) -> Moments {
        let mut moments = Moments::default();
        for &value in values {
            moments.record(value);
        }
        moments
    }

    /// The sum of squares by schoolbook in digits of 32 bits, the lowest first.
    fn digits_of_squares(values: &[u64]) -> [u64; 6] {
        let mut digits = [0; 6];
        for value in values {
            let (low, high) = (value & u64::from(u32::MAX), value >> 32);
            let mut carry = 0;
            for (place, digit) in digits.iter_mut().enumerate() {
                let products = match place {
                    0 => u128::from(low) * u128::from(low),
                    1 => 2 * u128::from(low) * u128::from(high),
                    2 => u128::from(high) * u128::from(high),
                    _ => 0,
                };
                let sum = u128::from(*digit) + products + carry;
                (*digit, carry) = ((sum & u128::from(u32::MAX)) as u64, sum >> 32);
            }
        }
        digits
    }

    proptest! {
        #[test]
        fn sums_and_extremes_are_exact_in_any_order_and_grouping(
            mut values in prop::collection::vec((0..=i64::MAX as u64, 0..63_u32).prop_map(|(value, bits)| value >> bits), 1..60),
            cut in any::<prop::sample::Index>(),
        ) {
            let mut all = moments(&values);
            prop_assert_eq!(all.sum, values.iter().map(|&value| u128::from(value)).sum::<u128>());
            let squares = digits_of_squares(&values).map(u128::from);
            prop_assert_eq!(all.squares.low, (0..4).map(|place| squares[place] << (32 * place)).sum::<u128>());
            prop_assert_eq!(u128::from(all.squares.high), squares[4] | (squares[5] << 32));
            prop_assert_eq!((all.least(), all.largest()), (values.iter().copied().min(), values.iter().copied().max()));

            values.reverse();
            let (one, other) = values.split_at(cut.index(values.len()));
            let mut merged = moments(one);
            merged.merge(&moments(other));
            prop_assert_eq!(&merged, &all);

            let mut batches = Moments::default();
            let sum: u128 = values.chunks(BATCH + 1).map(|batch| batches.record_all(batch)).sum();
            prop_assert_eq!((&batches, sum), (&all, all.sum));
            let mut batches = Moments::default();
            values.chunks(BATCH).for_each(|batch| _ = batches.record_all(batch));
            prop_assert_eq!(&batches, &all);

            let mut often = moments(&values);
            (0..values.len()).for_each(|_| often.record(values[0]));
            all.record_often(values[0], values.len() as u64);
            prop_assert_eq!(often, all);
        }
    }
}
