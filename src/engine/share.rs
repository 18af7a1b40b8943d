//! Shares of capacities as whole numbers, so that they add up without rounding and ties are ties.

use crate::model::capacity::CapacityMap;

/// What a whole capacity counts: the least common multiple of all that there are. Only where that is beyond all measure a fixed
/// 2^60, to which shares are rounded.
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

    /// What one unit of a resource counts of which a capacity has so many; nothing, if it has none.
    pub fn unit(self, capacity: i64) -> i128 {
        if capacity > 0 { self.whole / i128::from(capacity) } else { 0 }
    }

    /// What one unit counts of a capacity, by resource.
    pub fn units(self, capacity: &CapacityMap) -> Box<[i128]> {
        capacity.0.iter().map(|&capacity| self.unit(capacity)).collect()
    }

    /// The share of a capacity that is left free after a job, summed over the resources that it has.
    pub fn left(self, capacity: &CapacityMap, free: impl Iterator<Item = i64>, need: &CapacityMap) -> i128 {
        let left = free.zip(&need.0).map(|(free, need)| i128::from(free - need));
        left.zip(&capacity.0).map(|(left, &capacity)| left * self.unit(capacity)).sum()
    }
}

/// The share that these units are, summed over resources.
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
