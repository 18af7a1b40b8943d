//! Whether times depend on the hour, the worker or the time before.

use crate::model::math;
use crate::random::dist::Gamma;

/// Smaller groups are left out.
const LEAST_GROUP: usize = 5;

/// A difference between groups.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Dependence {
    /// The probability that independent times differ as much between groups.
    pub p: f64,
    /// The largest mean of a group over the smallest.
    pub ratio: f64,
    /// The index of the group with the smallest mean.
    pub smallest: usize,
    /// The index of the group with the largest mean.
    pub largest: usize,
    /// The number of groups that were compared.
    pub groups: usize,
}

/// Whether times differ between groups: the test of Kruskal and Wallis with its correction for
/// ties ("Use of ranks in one-criterion variance analysis", JASA 47 (1952) 583-621). Groups of
/// fewer than five are left out; `None` with fewer than two left.
pub fn depends_on(groups: &[Vec<f64>]) -> Option<Dependence> {
    let used: Vec<usize> = (0..groups.len()).filter(|index| groups[*index].len() >= LEAST_GROUP).collect();
    if used.len() < 2 {
        return None;
    }
    let mut all: Vec<(f64, usize)> = Vec::new();
    for (place, index) in used.iter().enumerate() {
        all.extend(groups[*index].iter().map(|value| (*value, place)));
    }
    let (ranks, ties) = ranks(&all.iter().map(|(value, _)| *value).collect::<Vec<_>>());
    let n = all.len() as f64;
    let mut sums = vec![0.0; used.len()];
    let middle = n.midpoint(1.0);
    for ((_, place), rank) in all.iter().zip(&ranks) {
        sums[*place] += rank - middle;
    }
    let between: f64 = sums.iter().zip(&used).map(|(sum, index)| sum * sum / groups[*index].len() as f64).sum();
    let correction = 1.0 - ties / (n * n * n - n);
    let p = if correction > 1e-12 {
        let statistic = 12.0 / (n * (n + 1.0)) * between / correction;
        chi_square_tail(statistic, used.len() - 1)
    } else {
        1.0
    };
    let mean = |index: &usize| groups[*index].iter().sum::<f64>() / groups[*index].len() as f64;
    let smallest = used.iter().copied().min_by(|a, b| mean(a).total_cmp(&mean(b)))?;
    let largest = used.iter().copied().max_by(|a, b| mean(a).total_cmp(&mean(b)))?;
    let (low, high) = (mean(&smallest), mean(&largest));
    let ratio = if low > 0.0 {
        high / low
    } else if high > 0.0 {
        f64::INFINITY
    } else {
        1.0
    };
    Some(Dependence { p, ratio, smallest, largest, groups: used.len() })
}

/// The correlation of neighbours in a sequence.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SerialCorrelation {
    /// From -1 to 1, of ranks.
    pub correlation: f64,
    /// The probability that independent times are correlated as much, in either direction.
    pub p: f64,
}

/// The correlation of the ranks of consecutive times (A. Wald and J. Wolfowitz, "An exact test for
/// randomness in the non-parametric case based on serial correlation", Annals of Mathematical
/// Statistics 14 (1943) 378-388): nearly normal with mean -1/n and variance 1/n. `values` are in
/// the order of their starts; `None` for fewer than 20, or if all are equal.
pub fn serial_correlation(values: &[f64]) -> Option<SerialCorrelation> {
    let n = values.len() as f64;
    if values.len() < 20 {
        return None;
    }
    let middle = n.midpoint(1.0);
    let ranks: Vec<f64> = ranks(values).0.iter().map(|rank| rank - middle).collect();
    let squares: f64 = ranks.iter().map(|rank| rank * rank).sum();
    if squares == 0.0 {
        return None;
    }
    let products: f64 = ranks.windows(2).map(|pair| pair[0] * pair[1]).sum();
    let correlation = products / squares;
    let z = (correlation + 1.0 / n).abs() * n.sqrt();
    Some(SerialCorrelation { correlation, p: math::erfc(z / std::f64::consts::SQRT_2) })
}

/// Ranks from 1, the mean rank of equal values, and the sum of t³ - t over groups of t equal ones.
fn ranks(values: &[f64]) -> (Vec<f64>, f64) {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_unstable_by(|a, b| values[*a].total_cmp(&values[*b]));
    let (mut ranks, mut ties, mut first) = (vec![0.0; values.len()], 0.0, 0);
    for equal in order.chunk_by(|a, b| values[*a] == values[*b]) {
        let count = equal.len() as f64;
        for index in equal {
            ranks[*index] = f64::from(first) + count.midpoint(1.0);
        }
        ties += count * count * count - count;
        first += equal.len() as u32;
    }
    (ranks, ties)
}

/// The probability that a chi-square variable with `freedom` degrees of freedom exceeds `x`.
fn chi_square_tail(x: f64, freedom: usize) -> f64 {
    let freedom = freedom as f64;
    Gamma::new(freedom / 2.0, freedom).map_or(1.0, |law| law.survival(x))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::stream::{Purpose, Streams};

    /// Ranks 1, 2, 3, 4.5, 4.5 and 6 to 10: H = 12 / 110 (15² / 5 + 40² / 5) - 33 before the
    /// correction for one pair of ties.
    #[test]
    fn a_small_example_by_hand() {
        let groups = [vec![1.0, 2.0, 3.0, 4.0, 4.0], vec![], vec![6.0, 7.0, 8.0, 9.0, 10.0]];
        let found = depends_on(&groups).unwrap();
        let statistic: f64 = (12.0 / 110.0 * (15.0 * 15.0 / 5.0 + 40.0 * 40.0 / 5.0) - 33.0) / (1.0 - 6.0 / 990.0);
        // With one degree of freedom, it is the square of a normal.
        assert!((found.p - math::erfc((statistic / 2.0).sqrt())).abs() < 1e-9, "{found:?}");
        assert_eq!((found.smallest, found.largest, found.groups), (0, 2, 2));
        assert!((found.ratio - 8.0 / 2.8).abs() < 1e-12);
        assert_eq!(depends_on(&groups[..2]), None);
        assert_eq!(depends_on(&[vec![3.0; 5], vec![3.0; 9]]).unwrap().p, 1.0);
    }

    #[test]
    fn levels_and_power() {
        let (mut wrong, mut serial, mut power) = (0, 0, 0);
        for seed in 0..1_000 {
            let mut stream = Streams::new(seed, 0).stream(Purpose::Service, "dependence");
            let mut groups: Vec<Vec<f64>> =
                (0..8).map(|_| (0..30).map(|_| math::exp(stream.normal())).collect()).collect();
            wrong += u32::from(depends_on(&groups).unwrap().p < 0.05);
            serial += u32::from(serial_correlation(&groups.concat()).unwrap().p < 0.05);
            groups[3].iter_mut().for_each(|value| *value *= 2.0);
            power += u32::from(depends_on(&groups).unwrap().p < 0.05);
        }
        // 50 expected, with a deviation of 7.
        assert!((25..=75).contains(&wrong) && (25..=75).contains(&serial), "{wrong} {serial}");
        assert!(power > 600, "{power}");
    }

    #[test]
    fn a_sequence_with_memory_is_seen() {
        let mut stream = Streams::new(1, 0).stream(Purpose::Service, "memory");
        let mut level = 0.0;
        let values: Vec<f64> = (0..500)
            .map(|_| {
                level = 0.5 * level + stream.normal();
                math::exp(level)
            })
            .collect();
        let found = serial_correlation(&values).unwrap();
        assert!((0.35..0.6).contains(&found.correlation) && found.p < 1e-6, "{found:?}");
        assert_eq!(serial_correlation(&[1.0; 50]), None);
        assert_eq!(serial_correlation(&values[..10]), None);
    }
}
