//! A set of small numbers (workers, needs) as bits in two levels: finding the first of 20,000
//! members reads a few words.

/// A set of numbers below a fixed size.
#[derive(Clone, Debug)]
pub(crate) struct BitSet {
    /// Bit `i % 64` of word `i / 64`: is `i` a member?
    words: Box<[u64]>,
    /// Bit `w % 64` of word `w / 64`: has word `w` a member?
    filled: Box<[u64]>,
    /// By block of [`BLOCK`] numbers: its number of members; kept only where members are looked up
    /// by rank.
    counts: Box<[u16]>,
    len: usize,
}

/// The numbers that are counted together: looking up a member by its rank among 20,000 reads 40
/// blocks and 8 words.
const BLOCK: usize = 512;

impl BitSet {
    /// The empty set of numbers below `size`.
    pub(crate) fn new(size: usize) -> BitSet {
        let words = size.div_ceil(64);
        BitSet {
            words: vec![0; words].into(),
            filled: vec![0; words.div_ceil(64)].into(),
            counts: Box::default(),
            len: 0,
        }
    }

    /// The empty set of numbers below `size`, with a fast look-up of members by rank.
    pub(crate) fn ranked(size: usize) -> BitSet {
        BitSet { counts: vec![0; size.div_ceil(BLOCK)].into(), ..BitSet::new(size) }
    }

    #[inline]
    pub(crate) fn len(&self) -> usize {
        self.len
    }

    #[inline]
    pub(crate) fn is_empty(&self) -> bool {
        self.len == 0
    }

    #[inline]
    pub(crate) fn contains(&self, member: usize) -> bool {
        self.words[member / 64] >> (member % 64) & 1 == 1
    }

    /// Makes `member` a member or not.
    #[inline]
    pub(crate) fn set(&mut self, member: usize, is_member: bool) {
        match (self.contains(member), is_member) {
            (false, true) => self.insert(member),
            (true, false) => self.remove(member),
            _ => {}
        }
    }

    /// Makes `member` a member; it must not be one.
    #[inline]
    pub(crate) fn insert(&mut self, member: usize) {
        debug_assert!(!self.contains(member));
        self.words[member / 64] |= 1 << (member % 64);
        self.filled[member / 4096] |= 1 << (member / 64 % 64);
        if let Some(count) = self.counts.get_mut(member / BLOCK) {
            *count += 1;
        }
        self.len += 1;
    }

    /// Removes `member`; it must be one.
    #[inline]
    pub(crate) fn remove(&mut self, member: usize) {
        debug_assert!(self.contains(member));
        let word = &mut self.words[member / 64];
        *word &= !(1 << (member % 64));
        if *word == 0 {
            self.filled[member / 4096] &= !(1 << (member / 64 % 64));
        }
        if let Some(count) = self.counts.get_mut(member / BLOCK) {
            *count -= 1;
        }
        self.len -= 1;
    }

    /// Bit `i % 64` of word `i / 64`: is `i` a member?
    #[inline]
    pub(crate) fn words(&self) -> &[u64] {
        &self.words
    }

    /// The least member.
    #[inline]
    pub(crate) fn first(&self) -> Option<usize> {
        let upper = self.filled.iter().position(|&word| word != 0)?;
        let word = upper * 64 + self.filled[upper].trailing_zeros() as usize;
        Some(word * 64 + self.words[word].trailing_zeros() as usize)
    }

    /// The member with `rank` members before it; fast if the set is [`BitSet::ranked`].
    pub(crate) fn nth(&self, rank: usize) -> Option<usize> {
        let (mut before, mut block) = (rank, 0);
        while let Some(&count) = self.counts.get(block).filter(|&&count| usize::from(count) <= before) {
            before -= usize::from(count);
            block += 1;
        }
        let words = self.words.iter().enumerate().skip(block * BLOCK / 64);
        for (index, &word) in words {
            let here = word.count_ones() as usize;
            if before < here {
                let rest = (0..before).fold(word, |rest, _| rest & (rest - 1));
                return Some(index * 64 + rest.trailing_zeros() as usize);
            }
            before -= here;
        }
        None
    }

    /// The members of both sets, rising; words without a member of this set cost nothing.
    pub(crate) fn intersection<'a>(&'a self, other: &'a BitSet) -> impl Iterator<Item = usize> + 'a {
        let words = ones(&self.filled);
        words.flat_map(move |word| ones_of(self.words[word] & other.words[word]).map(move |bit| word * 64 + bit))
    }

    /// The members, rising.
    pub(crate) fn iter(&self) -> impl Iterator<Item = usize> + '_ {
        ones(&self.words)
    }
}

/// The positions of the one bits in a row of words.
pub(crate) fn ones(words: &[u64]) -> impl Iterator<Item = usize> + '_ {
    all_ones_of(words.iter().copied())
}

/// The positions of the one bits in successive words.
pub(crate) fn all_ones_of(words: impl Iterator<Item = u64>) -> impl Iterator<Item = usize> {
    words.enumerate().flat_map(|(index, word)| ones_of(word).map(move |bit| index * 64 + bit))
}

/// The positions of the one bits in a word.
#[inline]
pub(crate) fn ones_of(mut word: u64) -> impl Iterator<Item = usize> {
    std::iter::from_fn(move || {
        let bit = (word != 0).then(|| word.trailing_zeros() as usize)?;
        word &= word - 1;
        Some(bit)
    })
}

/// Whether two sets of needs, in words, have a member in common.
#[inline]
pub(crate) fn intersect(a: &[u64], b: &[u64]) -> bool {
    a.iter().zip(b).any(|(a, b)| a & b != 0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    proptest! {
        #[test]
        fn agrees_with_an_ordered_set(size in 1_usize..9_000, changes in proptest::collection::vec((0_usize..9_000, any::<bool>()), 0..60)) {
            let (mut bits, mut set) = (if size % 2 == 0 { BitSet::new(size) } else { BitSet::ranked(size) }, BTreeSet::new());
            let mut every_third = BitSet::new(size);
            (0..size).step_by(3).for_each(|member| every_third.set(member, true));
            for (member, is_member) in changes {
                let member = member % size;
                bits.set(member, is_member);
                if is_member { set.insert(member); } else { set.remove(&member); }
                prop_assert_eq!(bits.len(), set.len());
                prop_assert_eq!(bits.first(), set.first().copied());
                prop_assert_eq!(bits.contains(member), is_member);
            }
            prop_assert_eq!(bits.iter().collect::<Vec<_>>(), set.iter().copied().collect::<Vec<_>>());
            prop_assert_eq!((0..=set.len()).map(|rank| bits.nth(rank)).collect::<Vec<_>>(),
                set.iter().map(|&member| Some(member)).chain([None]).collect::<Vec<_>>());
            prop_assert_eq!(bits.intersection(&every_third).collect::<Vec<_>>(),
                set.iter().copied().filter(|member| member % 3 == 0).collect::<Vec<_>>());
        }
    }
}
