//! Units of all resources packed into words of 64 bits (SWAR), so that one subtraction answers
//! "does it fit?" for all of them.
//!
//! Each resource has a lane of 16 bits, four resources to a word; of 32 bits where a system counts
//! beyond 16,000, and of 64 bits beyond a thousand million, as for bytes. The highest bit of a lane
//! is its guard. With free units in the lanes and the guards set, subtracting the request leaves a
//! guard set exactly where enough is free. Both sides are raised by a bias, so that free units may
//! be negative. A lane without a request is not raised and always fits. A label is a lane too, of
//! which a worker with the label offers one unit and a job that asks for it takes none.
//!
//! Fast path: equals [`CapacityMap::fits`] and plain addition, resource by resource.

use crate::model::capacity::CapacityMap;

/// The packing of the capacity maps of one system.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Packing {
    /// Bits to a lane.
    width: u32,
    /// Words to a map.
    pub(crate) words: usize,
    /// The guards of a word.
    guards: u64,
}

impl Packing {
    /// A packing for this number of lanes; `most` is the largest number of units of any resource
    /// that is ever packed.
    pub(crate) fn new(lanes: usize, most: i64) -> Packing {
        let width = [16, 32, 64].into_iter().find(|&width| most < 1 << (width - 2)).unwrap_or(64);
        let per_word = 64 / width;
        let guards = (0..per_word).map(|lane| 1 << (lane * width + width - 1)).sum();
        Packing { width, words: lanes.div_ceil(per_word as usize).max(1), guards }
    }

    /// Half of the range of a lane below its guard.
    fn bias(self) -> u64 {
        1 << (self.width - 2)
    }

    /// One lane after the other, by resource.
    fn pack(self, units: &CapacityMap, lane: impl Fn(i64) -> u64) -> impl Iterator<Item = u64> {
        let per_word = (64 / self.width) as usize;
        let mut words = vec![0; self.words];
        for (index, &units) in units.0.iter().enumerate() {
            words[index / per_word] |= lane(units) << (index % per_word * self.width as usize);
        }
        words.into_iter()
    }

    /// Free units, none of them negative yet; the guards are set, and stay set.
    pub(crate) fn free(self, units: &CapacityMap) -> impl Iterator<Item = u64> {
        self.pack(units, move |units| units as u64 + self.bias()).map(move |word| word | self.guards)
    }

    /// The units that a job takes: to be subtracted from free units, or added to them.
    pub(crate) fn taken(self, units: &CapacityMap) -> impl Iterator<Item = u64> {
        self.pack(units, |units| units as u64)
    }

    /// The units that a job requests: to be compared with free units.
    pub(crate) fn asked(self, units: &CapacityMap) -> impl Iterator<Item = u64> {
        self.pack(units, move |units| if units == 0 { 0 } else { units as u64 + self.bias() })
    }

    /// Whether enough is free of everything, in one word.
    #[inline]
    pub(crate) fn fits(self, free: u64, asked: u64) -> bool {
        !(free - asked) & self.guards == 0
    }

    /// A word of free units that is below any other in all lanes.
    pub(crate) fn least(self) -> u64 {
        self.guards
    }

    /// Lane by lane, the larger of two words of free units.
    pub(crate) fn larger(self, a: u64, b: u64) -> u64 {
        // A guard of `a` stays set where the lane below it is not smaller than that of `b`.
        let guards = (a - (b & !self.guards)) & self.guards;
        let lanes = guards | (guards - (guards >> (self.width - 1)));
        a & lanes | b & !lanes
    }

    /// The units in the lanes of all resources.
    pub(crate) fn unpack(self, free: &[u64], resources: usize) -> impl Iterator<Item = i64> {
        let per_word = (64 / self.width) as usize;
        let lane = move |resource| self.unpack_one(free[resource / per_word], resource % per_word);
        (0..resources).map(lane)
    }

    /// The units in a lane of a word.
    fn unpack_one(self, word: u64, lane: usize) -> i64 {
        // Without the guard.
        let raised = word >> (lane * self.width as usize) & ((1 << (self.width - 1)) - 1);
        raised as i64 - self.bias() as i64
    }

    /// The units in the lane of one resource.
    pub(crate) fn unpack_resource(self, free: &[u64], resource: usize) -> i64 {
        let per_word = (64 / self.width) as usize;
        self.unpack_one(free[resource / per_word], resource % per_word)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        /// After any sequence of jobs, packed maps fit where plain ones do, and hold the same
        /// units.
        #[test]
        fn agrees_with_plain_maps(
            (free, jobs) in (1_usize..10, prop_oneof![Just(3_i64), Just((1 << 14) - 1), Just(1 << 14), Just((1 << 30) - 1), Just(1 << 50)]).prop_flat_map(|(resources, most)| {
                let units = || prop::collection::vec(prop_oneof![Just(0), 0..=most], resources);
                (units(), prop::collection::vec((units(), any::<bool>()), 0..8))
            }),
        ) {
            let maps = || jobs.iter().map(|(units, _)| units).chain([&free]);
            let packing = Packing::new(free.len(), maps().flatten().copied().max().unwrap_or(0));
            let map = |units: &[i64]| CapacityMap(units.into());
            let mut plain = free.clone();
            let mut packed: Vec<u64> = packing.free(&map(&free)).collect();
            for (units, is_taken) in &jobs {
                let asked: Vec<u64> = packing.asked(&map(units)).collect();
                let fits = packed.iter().zip(&asked).all(|(&free, &asked)| packing.fits(free, asked));
                prop_assert_eq!(fits, map(&plain).fits(&map(units)));
                // Up to one job more than fits: then less than none is free.
                if *is_taken && plain.iter().all(|&free| free >= 0) {
                    plain.iter_mut().zip(units).for_each(|(free, units)| *free -= units);
                    packed.iter_mut().zip(packing.taken(&map(units))).for_each(|(free, taken)| *free -= taken);
                }
                prop_assert_eq!(packing.unpack(&packed, free.len()).collect::<Vec<_>>(), plain.clone());
                let first: Vec<u64> = packing.free(&map(&free)).collect();
                let larger = |a: &[u64], b: &[u64]| -> Vec<u64> {
                    a.iter().zip(b).map(|(&a, &b)| packing.larger(a, b)).collect()
                };
                prop_assert_eq!(packing.unpack(&larger(&first, &packed), free.len()).collect::<Vec<_>>(), free.clone());
                prop_assert_eq!(larger(&packed, &first), larger(&first, &packed));
                prop_assert_eq!(&larger(&vec![packing.least(); packed.len()], &packed), &packed);
            }
        }
    }
}
