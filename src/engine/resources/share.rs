//! Shares of capacities as whole numbers, so that sums are exact and ties are ties.

use crate::model::capacity::CapacityMap;

/// The number that stands for a whole capacity: the least common multiple of all capacities. If
/// that exceeds 2^60, it is 2^60, and shares are rounded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shares {
    whole: i128,
}

impl Shares {
    /// For shares of these capacities.
    pub fn of<'a>(capacities: impl Iterator<Item = &'a CapacityMap>) -> Shares {
        let units = capacities.flat_map(|capacity| capacity.0.iter()).filter(|&&units| units > 0);
        let whole = units.map(|&units| i128::from(units)).try_fold(1, least_common_multiple);
        Shares { whole: whole.unwrap_or(1 << 60) }
    }

    /// The share of one unit of a resource, for a capacity with this many units of it; 0 if it has
    /// none.
    pub fn unit(self, capacity: i64) -> i128 {
        if capacity > 0 { self.whole / i128::from(capacity) } else { 0 }
    }

    /// The share of one unit of a capacity, by resource.
    pub fn units(self, capacity: &CapacityMap) -> Box<[i128]> {
        capacity.0.iter().map(|&capacity| self.unit(capacity)).collect()
    }

    /// The share of a capacity that is left free after a job, summed over its resources.
    pub fn left(self, capacity: &CapacityMap, free: impl Iterator<Item = i64>, need: &CapacityMap) -> i128 {
        let left = free.zip(&need.0).map(|(free, need)| i128::from(free - need));
        left.zip(&capacity.0).map(|(left, &capacity)| left * self.unit(capacity)).sum()
    }
}

/// The share of these units, summed over resources.
pub fn share(units: &[i64], weights: &[i128]) -> i128 {
    units.iter().zip(weights).map(|(&units, weight)| i128::from(units) * weight).sum()
}

fn least_common_multiple(a: i128, b: i128) -> Option<i128> {
    let (mut divisor, mut rest) = (a, b);
    while rest != 0 {
        (divisor, rest) = (rest, divisor % rest);
    }
    Some(a / divisor * b).filter(|&multiple| multiple <= 1 << 60)
}
