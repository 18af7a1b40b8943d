//! Interim looks of a group-sequential test: the numbers of replications at which the need for more
//! is decided, fixed before the first replication runs.
//!
//! A test after every replication that stops at the first significant difference finds one sooner
//! or later, even where there is none. So looks are few, and each may use only its share of the
//! level.

/// The numbers of replications at which decisions are made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InterimLooks(Vec<u32>);

impl InterimLooks {
    /// At `first` replications, twice, four times as many and so on, and at last at `most`, which
    /// is not below `first`.
    pub fn doubling(first: u32, most: u32) -> InterimLooks {
        let (first, most) = (first.max(1), most.max(1));
        let doubled = std::iter::successors(Some(first), |look| look.checked_mul(2));
        InterimLooks(doubled.take_while(|look| *look < most).chain([most]).collect())
    }

    /// The largest number of looks.
    pub fn count(&self) -> usize {
        self.0.len()
    }

    /// The number of replications at look `number`, counted from 0; `None` after the last look.
    pub fn get(&self, number: usize) -> Option<u32> {
        self.0.get(number).copied()
    }

    /// The share of an error level that each look may use: the shares of all looks add up to the
    /// level.
    pub fn share_of(&self, level: f64) -> f64 {
        level / self.0.len() as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn looks_double_and_end_at_the_most() {
        assert_eq!(InterimLooks::doubling(10, 640).0, [10, 20, 40, 80, 160, 320, 640]);
        assert_eq!(InterimLooks::doubling(20, 100).0, [20, 40, 80, 100]);
        assert_eq!(InterimLooks::doubling(7, 7).0, [7]);
        assert_eq!(InterimLooks::doubling(9, 3).0, [3]);
        assert_eq!(InterimLooks::doubling(u32::MAX - 1, u32::MAX).0, [u32::MAX - 1, u32::MAX]);
        assert_eq!(InterimLooks::doubling(10, 640).share_of(0.07), 0.01);
    }
}
