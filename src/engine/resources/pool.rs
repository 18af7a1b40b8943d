//! The workers' free capacity, kept so that neither "which workers have room for this job?" nor
//! "which jobs fit on this worker?" is a search.
//!
//! Free units change with every claim and every end ([`Pool::take`], [`Pool::give_back`]). The sets
//! of workers with room are updated only when a worker is done with both ([`Pool::note_taken`],
//! [`Pool::note_given_back`]): a worker that takes a job in the place of the one that has just
//! ended never has room in between.
//!
//! Fast path: equals asking [`Pool::fits`] for every worker and every need. Of very many needs, of
//! which each claim would change thousands of sets, no sets are kept, and this is what is asked; a
//! bound on what is free anywhere ([`Pool::tighten`]) answers for most of them.

use std::collections::BTreeMap;

use super::bit_set::{BitSet, all_ones_of, intersect, ones, ones_of};
use super::packed::Packing;
use crate::model::capacity::{CapacityMap, NeedId, ResourceId};
use crate::model::claim::Placement;
use crate::model::worker::{LabelSet, Worker, WorkerId};
use crate::system::{ClaimRule, System};

/// The most needs of which sets are kept for any number of workers.
const MOST_KEPT: usize = 64;

/// The free units of all workers, and the needs that fit on them. All sets of needs and of workers
/// with room are empty if none are kept.
#[derive(Debug)]
pub(crate) struct Pool {
    packing: Packing,
    resources: usize,
    /// Free units, worker by worker; negative only where initial rows take more than the capacity.
    free: Box<[u64]>,
    /// The units that a job takes and requests, need by need.
    needs: Box<[Packed]>,
    /// Bit `m` of a need's words: does it share a resource with need `m`?
    touched: Box<[u64]>,
    /// Bit `n` of a worker's words: does a job with need `n` fit there? `words` words each.
    fitting: Box<[u64]>,
    words: usize,
    /// By need: the workers with room for it.
    with_room: Box<[BitSet]>,
    /// Bit `n`: has any worker room for need `n`?
    mask: Box<[u64]>,
    /// Workers that claim; nothing fits on the others, whatever is free there.
    open: BitSet,
    /// If no sets are kept: no worker that claims has more units free than these.
    bound: Box<[u64]>,
    /// Whether less may be free than the bound.
    is_loose: bool,
    pub(crate) watch: FitWatch,
}

/// Needs of which somebody wants to know when jobs with them come to fit, or cease to.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct FitWatch {
    /// Bit `n`: need `n`.
    pub(crate) needs: u64,
    /// Whether that has happened since this was last `false`.
    pub(crate) has_changed: bool,
}

/// One word of a need.
#[derive(Clone, Copy, Debug)]
struct Packed {
    /// To be subtracted from free units, or added to them.
    taken: u64,
    /// To be compared with free units.
    asked: u64,
}

impl Pool {
    /// All workers of a system, idle; `wants_sets` keeps sets of any number of needs.
    pub(crate) fn new(system: &System, wants_sets: bool) -> Pool {
        let (workers, needs, resources) = (system.workers.len(), system.needs.len(), system.resources.len());
        let keeps_sets = wants_sets || needs <= MOST_KEPT.max(workers);
        let kept = if keeps_sets { needs } else { 0 };
        let words = if keeps_sets { needs.div_ceil(64).max(1) } else { 0 };
        let labels = labels(system);
        let packing = Packing::new(resources + labels, most_units(system));
        let packed = |(index, need): (usize, &CapacityMap)| {
            let asked = with_labels(need, system.runs_on(NeedId(index as u16)), labels);
            let words = packing.taken(need).zip(packing.asked(&asked));
            words.map(|(taken, asked)| Packed { taken, asked }).collect::<Vec<_>>()
        };
        let free = |worker: &Worker| {
            let offered = with_labels(&worker.capacity, worker.labels, labels);
            packing.free(&offered).collect::<Vec<_>>()
        };
        let is_random = matches!(system.claim, ClaimRule::Instant { placement: Placement::Random, .. });
        let with_room = if is_random { BitSet::ranked(workers) } else { BitSet::new(workers) };
        let mut pool = Pool {
            packing,
            resources,
            free: system.workers.iter().flat_map(free).collect(),
            needs: system.needs.iter().enumerate().flat_map(packed).collect(),
            touched: if keeps_sets { touched(system) } else { Box::default() },
            fitting: vec![0; workers * words].into(),
            words,
            with_room: vec![with_room; kept].into(),
            mask: vec![0; words].into(),
            open: BitSet::new(workers),
            bound: vec![packing.least(); packing.words].into(),
            is_loose: false,
            watch: FitWatch::default(),
        };
        for worker in 0..workers {
            pool.set_open(WorkerId(worker as u32), true);
        }
        pool
    }

    /// Whether a worker claims at all.
    #[inline]
    pub(crate) fn is_open(&self, worker: WorkerId) -> bool {
        self.open.contains(worker.0 as usize)
    }

    /// From now on a worker claims, or does not.
    pub(crate) fn set_open(&mut self, worker: WorkerId, is_open: bool) {
        self.open.set(worker.0 as usize, is_open);
        self.refresh(worker);
    }

    /// A worker offers `to` instead of `from`.
    pub(crate) fn set_capacity(&mut self, worker: WorkerId, from: &CapacityMap, to: &CapacityMap) {
        let free = &mut self.free[worker.0 as usize * self.packing.words..];
        for ((free, more), less) in free.iter_mut().zip(self.packing.taken(to)).zip(self.packing.taken(from)) {
            *free = *free - less + more;
        }
        self.refresh(worker);
    }

    /// Brings the sets up to date for all needs on a worker.
    fn refresh(&mut self, worker: WorkerId) {
        let is_open = self.is_open(worker);
        let worker = worker.0 as usize;
        for need in 0..self.with_room.len() {
            let fits = is_open && self.fits(worker, need);
            if self.with_room[need].contains(worker) != fits {
                self.fitting[worker * self.words + need / 64] ^= 1 << (need % 64);
                self.set_room(worker, need, fits);
            }
        }
        self.raise_to(worker);
        self.is_loose = !self.keeps_sets();
    }

    /// Whether sets of needs and workers are kept.
    #[inline]
    pub(crate) fn keeps_sets(&self) -> bool {
        self.words > 0
    }

    /// Whether any worker has room for a need.
    #[inline(always)]
    pub(crate) fn has_room(&self, need: usize) -> bool {
        match self.mask.get(need / 64) {
            Some(word) => word >> (need % 64) & 1 == 1,
            None => self.is_within_bound(need) && self.workers_for(need).next().is_some(),
        }
    }

    /// The needs for which [`Pool::has_room`] has to be asked, as bits of the word.
    #[inline]
    pub(crate) fn mask(&self, word: usize) -> u64 {
        self.mask.get(word).copied().unwrap_or(u64::MAX)
    }

    /// Bit by bit, in words of 64: does a job with this need fit on the worker? Empty if no sets
    /// are kept.
    #[inline]
    pub(crate) fn fitting(&self, worker: usize) -> &[u64] {
        &self.fitting[worker * self.words..][..self.words]
    }

    /// Whether one of these needs (in words of 64) fits on a worker that claims.
    #[inline]
    pub(crate) fn fits_any(&self, worker: usize, needs: &[u64]) -> bool {
        if self.keeps_sets() {
            intersect(self.fitting(worker), needs)
        } else {
            self.open.contains(worker) && ones(needs).any(|need| self.fits(worker, need))
        }
    }

    /// Those of these needs (in words of 64) that fit on this worker, or else on any.
    pub(crate) fn fitting_of<'a>(
        &'a self,
        needs: &'a [u64],
        worker: Option<usize>,
    ) -> impl Iterator<Item = usize> + 'a {
        let room = worker.map_or(&self.mask[..], |worker| self.fitting(worker));
        let words = needs.iter().enumerate().map(|(word, needs)| needs & room.get(word).unwrap_or(&u64::MAX));
        all_ones_of(words).filter(move |&need| match worker {
            Some(worker) => self.keeps_sets() || self.fits_open(worker, need),
            None => self.has_room(need),
        })
    }

    /// The workers with room for a need, if sets are kept.
    #[inline]
    pub(crate) fn with_room(&self, need: usize) -> Option<&BitSet> {
        self.with_room.get(need)
    }

    /// The workers with room for a need, rising.
    pub(crate) fn workers_for(&self, need: usize) -> impl Iterator<Item = usize> + '_ {
        let kept = self.with_room(need);
        let asked = if kept.is_some() { 0..0 } else { 0..self.free.len() / self.packing.words };
        kept.into_iter().flat_map(BitSet::iter).chain(asked.filter(move |&worker| self.fits_open(worker, need)))
    }

    /// The workers with room for a need, as a set.
    #[cold]
    pub(crate) fn find_room(&self, need: usize) -> BitSet {
        let mut found = BitSet::new(self.free.len() / self.packing.words);
        self.workers_for(need).for_each(|worker| found.insert(worker));
        found
    }

    /// Units free on a worker, by resource.
    pub(crate) fn free(&self, worker: usize) -> impl Iterator<Item = i64> {
        self.packing.unpack(&self.free[worker * self.packing.words..], self.resources)
    }

    /// Units of one resource free on a worker.
    pub(crate) fn free_of(&self, worker: usize, resource: ResourceId) -> i64 {
        self.packing.unpack_resource(&self.free[worker * self.packing.words..], usize::from(resource.0))
    }

    /// A worker starts a job with this need; [`Pool::note_taken`] is due.
    #[inline(always)]
    pub(crate) fn take(&mut self, worker: WorkerId, need: NeedId) {
        self.change_free(worker.0 as usize, usize::from(need.0), |free, taken| free - taken);
    }

    /// A job with this need ended on a worker; [`Pool::note_given_back`] is due.
    #[inline(always)]
    pub(crate) fn give_back(&mut self, worker: WorkerId, need: NeedId) {
        self.change_free(worker.0 as usize, usize::from(need.0), |free, taken| free + taken);
    }

    #[inline(always)]
    fn change_free(&mut self, worker: usize, need: usize, change: impl Fn(u64, u64) -> u64) {
        if self.packing.words == 1 {
            self.free[worker] = change(self.free[worker], self.needs[need].taken);
        } else {
            self.change_free_words(worker, need, change);
        }
    }

    /// [`Pool::change_free`] of more than one word.
    #[cold]
    fn change_free_words(&mut self, worker: usize, need: usize, change: impl Fn(u64, u64) -> u64) {
        let words = self.packing.words;
        let (free, need) = (&mut self.free[worker * words..], &self.needs[need * words..][..words]);
        free.iter_mut().zip(need).for_each(|(free, need)| *free = change(*free, need.taken));
    }

    /// Whether a job with this need fits on a worker that claims, as of now.
    #[inline(always)]
    pub(crate) fn fits(&self, worker: usize, need: usize) -> bool {
        if self.packing.words == 1 {
            self.packing.fits(self.free[worker], self.needs[need].asked)
        } else {
            self.fits_words(worker, need)
        }
    }

    /// Whether a job with this need fits on a worker, and the worker claims.
    pub(crate) fn fits_open(&self, worker: usize, need: usize) -> bool {
        self.open.contains(worker) && self.fits(worker, need)
    }

    /// Whether a job with this need fits on a worker in the place of one that has ended there and
    /// has not given back its units. May be false although it fits where units take more than one
    /// word.
    #[inline(always)]
    pub(crate) fn fits_in_place(&self, worker: usize, need: usize) -> bool {
        let Packed { taken, asked } = self.needs[need];
        self.packing.words == 1 && self.packing.fits(self.free[worker] + taken, asked)
    }

    /// [`Pool::fits`] of more than one word.
    #[cold]
    fn fits_words(&self, worker: usize, need: usize) -> bool {
        let words = self.packing.words;
        self.fits_into(&self.free[worker * words..][..words], need)
    }

    fn fits_into(&self, free: &[u64], need: usize) -> bool {
        let asked = &self.needs[need * self.packing.words..];
        free.iter().zip(asked).all(|(&free, need)| self.packing.fits(free, need.asked))
    }

    /// Whether a job with this need fits into the bound, as one must that fits anywhere.
    fn is_within_bound(&self, need: usize) -> bool {
        self.fits_into(&self.bound, need)
    }

    /// Lowers the bound on what is free anywhere to what is free.
    pub(crate) fn tighten(&mut self) {
        if std::mem::take(&mut self.is_loose) {
            self.bound.fill(self.packing.least());
            (0..self.free.len() / self.packing.words).for_each(|worker| self.raise_to(worker));
        }
    }

    /// Brings the bound up to date after a change on a worker: more is free there, or less.
    #[cold]
    fn raise(&mut self, worker: usize, is_more: bool) {
        if is_more { self.raise_to(worker) } else { self.is_loose = true }
    }

    /// The bound is at least what is free on a worker, if it claims.
    fn raise_to(&mut self, worker: usize) {
        if self.open.contains(worker) {
            let free = &self.free[worker * self.packing.words..];
            self.bound.iter_mut().zip(free).for_each(|(bound, &free)| *bound = self.packing.larger(*bound, free));
        }
    }

    /// A word of the needs, as bits, that share a resource with a need: only they can come to fit
    /// when a job with it ends. All needs if no sets are kept.
    #[inline(always)]
    pub(crate) fn touched(&self, need: NeedId, word: usize) -> u64 {
        self.touched.get(usize::from(need.0) * self.words + word).copied().unwrap_or(u64::MAX)
    }

    /// Brings the sets up to date after a worker has started a job with this need: some needs may
    /// no longer fit.
    #[inline(always)]
    pub(crate) fn note_taken(&mut self, worker: WorkerId, need: NeedId) {
        self.note(worker, need, false);
    }

    /// Brings the sets up to date after a job with this need has ended on a worker: some needs may
    /// fit now.
    #[inline(always)]
    pub(crate) fn note_given_back(&mut self, worker: WorkerId, need: NeedId) {
        self.note(worker, need, true);
    }

    /// Only for needs that share a resource with this one the answer can have changed.
    #[inline(always)]
    fn note(&mut self, worker: WorkerId, need: NeedId, fits: bool) {
        let (worker, need) = (worker.0 as usize, usize::from(need.0));
        self.note_word(worker, need, 0, fits);
        for word in 1..self.words {
            self.note_word(worker, need, word, fits);
        }
    }

    /// [`Pool::note`] of 64 needs.
    #[inline(always)]
    fn note_word(&mut self, worker: usize, need: usize, word: usize, fits: bool) {
        let Some(&touched) = self.touched.get(need * self.words + word) else { return self.raise(worker, fits) };
        let fitting = self.fitting[worker * self.words + word];
        let mut changed = 0;
        for bit in ones_of(touched & if fits { !fitting } else { fitting }) {
            changed |= u64::from(self.fits(worker, word * 64 + bit) == fits) << bit;
        }
        if changed != 0 {
            self.fitting[worker * self.words + word] = fitting ^ changed;
            ones_of(changed).for_each(|bit| self.set_room(worker, word * 64 + bit, fits));
        }
    }

    /// A need has come to fit on a worker, or has ceased to fit.
    #[inline(always)]
    fn set_room(&mut self, worker: usize, need: usize, fits: bool) {
        if fits { self.gain(worker, need) } else { self.lose(worker, need) }
    }

    #[inline(never)]
    fn gain(&mut self, worker: usize, need: usize) {
        self.with_room[need].insert(worker);
        let (word, bit) = (&mut self.mask[need / 64], 1 << (need % 64));
        if *word & bit == 0 {
            *word |= bit;
            self.watch.has_changed |= bit & self.watch.needs != 0;
        }
    }

    #[inline(never)]
    fn lose(&mut self, worker: usize, need: usize) {
        let workers = &mut self.with_room[need];
        workers.remove(worker);
        if workers.is_empty() {
            let bit = 1 << (need % 64);
            self.mask[need / 64] &= !bit;
            self.watch.has_changed |= bit & self.watch.needs != 0;
        }
    }
}

/// The number of labels that any job asks for.
fn labels(system: &System) -> usize {
    let asked = system.runs_on.iter().fold(0, |all, labels| all | labels.0);
    (u64::BITS - asked.leading_zeros()) as usize
}

/// A map with one more unit for each of the labels that is in a set.
fn with_labels(map: &CapacityMap, set: LabelSet, labels: usize) -> CapacityMap {
    let units = (0..labels).map(|label| i64::from(set.contains(LabelSet(1 << label))));
    CapacityMap(map.0.iter().copied().chain(units).collect())
}

/// Need by need, the needs that share a resource with it, as bits. It depends on which resources a
/// need has units of, and many needs have units of the same.
fn touched(system: &System) -> Box<[u64]> {
    let resources = |need: &CapacityMap| need.0.iter().map(|units| *units > 0).collect::<Box<[bool]>>();
    let kinds: Vec<Box<[bool]>> = system.needs.iter().map(resources).collect();
    let shares = |mine: &[bool], theirs: &[bool]| mine.iter().zip(theirs).any(|(mine, theirs)| *mine && *theirs);
    let mut words_of: BTreeMap<&[bool], Vec<u64>> = BTreeMap::new();
    for kind in &kinds {
        words_of.entry(kind).or_insert_with(|| {
            let mut words = vec![0; kinds.len().div_ceil(64).max(1)];
            for (index, _) in kinds.iter().enumerate().filter(|(_, other)| shares(kind, other)) {
                words[index / 64] |= 1 << (index % 64);
            }
            words
        });
    }
    kinds.iter().flat_map(|kind| words_of[&kind[..]].iter().copied()).collect()
}

/// The most units of one resource that are ever free on a worker, taken there or asked for.
fn most_units(system: &System) -> i64 {
    let mut taken = vec![0_i64; system.workers.len() * system.resources.len()];
    for row in &system.initial {
        if let Some(worker) = row.state.worker() {
            let first = worker.0 as usize * system.resources.len();
            let units = &system.need(row.need).0;
            taken[first..].iter_mut().zip(units).for_each(|(taken, units)| *taken = taken.saturating_add(*units));
        }
    }
    let capacities = system.capacities().flat_map(|capacity| &capacity.0);
    let needs = system.needs.iter().flat_map(|need| &need.0);
    capacities.chain(needs).chain(&taken).copied().max().unwrap_or(0)
}

#[cfg(test)]
mod tests;
