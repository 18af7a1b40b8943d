//! Policies that choose among the jobs that fit, by how things stand, and never leave all of them.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use claimsim::internals::engine::ArrivalProcess;
use claimsim::internals::model::action::ActionId;
use claimsim::internals::model::capacity::{CapacityMap, NeedId};

use super::super::Naive;
use super::super::fraction::Fraction;
use super::{Decision, Offer, covers, take};

/// Jobs that are alike to `max-weight`.
struct Class {
    rows: Vec<usize>,
    need: CapacityMap,
}

impl<A: ArrivalProcess> Naive<'_, A> {
    /// The rows that fit some worker, oldest first.
    fn all_fitting(&self, offers: &[Offer]) -> Vec<usize> {
        self.waiting().into_iter().filter(|&row| !self.fitting(row, offers).is_empty()).collect()
    }

    /// `random`.
    pub(super) fn any_fitting(&mut self, offers: &[Offer]) -> Option<Decision> {
        let mut rows = self.all_fitting(offers);
        if rows.is_empty() {
            return None;
        }
        let mut counts = BTreeMap::new();
        for &row in &rows {
            *counts.entry(self.rows[row].need).or_default() += 1;
        }
        let (need, turn) = self.draws.any_job(self.now, &counts);
        rows.retain(|&row| self.rows[row].need == need);
        let row = rows[turn];
        Some((row, self.fitting(row, offers)))
    }

    /// What each worker on which a row fits would have left.
    fn left(&self, row: usize, offers: &[Offer]) -> Vec<Fraction> {
        self.fitting(row, offers).into_iter().map(|worker| self.share_left(row, worker)).collect()
    }

    /// `best-fit`.
    pub(super) fn best_fitting(&self, offers: &[Offer]) -> Option<Decision> {
        let rows = self.all_fitting(offers).into_iter();
        let row = rows.min_by_key(|&row| self.left(row, offers).into_iter().min())?;
        Some((row, self.fitting(row, offers)))
    }

    /// `worst-fit`.
    pub(super) fn worst_fitting(&self, offers: &[Offer]) -> Option<Decision> {
        let rows = self.all_fitting(offers).into_iter();
        let row = rows.min_by_key(|&row| Reverse(self.left(row, offers).into_iter().max()))?;
        Some((row, self.fitting(row, offers)))
    }

    /// `fair-share`.
    pub(super) fn fairest(&mut self, offers: &[Offer], weights: &[u32]) -> Option<Decision> {
        let rows = self.all_fitting(offers).into_iter();
        let share = |action: ActionId| {
            self.dominant_share(action).divided_by(weights.get(usize::from(action.0)).copied().unwrap_or(1))
        };
        let row = rows.clone().min_by_key(|&row| share(self.rows[row].action))?;
        let action = self.rows[row].action;
        let is_alike = |other: ActionId| other != action && share(other) == share(action);
        if rows.clone().any(|row| is_alike(self.rows[row].action)) {
            self.see("fair-share, equal shares");
        }
        Some((row, self.fitting(row, offers)))
    }

    /// The largest share of any resource that an action's running rows take.
    fn dominant_share(&self, action: ActionId) -> Fraction {
        let running = |row: &&super::super::Row| row.is_running() && row.action == action;
        let used = |resource: usize| {
            self.rows.iter().filter(running).map(|row| self.system.need(row.need).0[resource]).sum::<i64>()
        };
        let totals = self.totals().into_iter().enumerate().filter(|(_, total)| *total > 0);
        totals.map(|(resource, total)| Fraction::new(used(resource), total)).max().unwrap_or(Fraction::ZERO)
    }

    /// `max-weight`.
    pub(super) fn heaviest(&mut self, offers: &[Offer]) -> Option<Decision> {
        let classes = self.classes();
        let something_fits = |offer: &&Offer| classes.iter().any(|class| self.fits(class.rows[0], offer));
        let offer = offers.iter().find(something_fits)?;
        let classes: Vec<Class> =
            classes.into_iter().filter(|class| self.has_labels(class.rows[0], offer.worker)).collect();
        let counts = heaviest_counts(&classes, &offer.free);
        if counts.1.iter().filter(|&&count| count > 0).count() > 1 {
            self.see("max-weight, several classes together");
        }
        let chosen = counts.1.iter().position(|&count| count > 0).expect("something fits");
        Some((classes[chosen].rows[0], vec![offer.worker]))
    }

    /// The classes of the waiting rows, in the order of the oldest of each.
    fn classes(&self) -> Vec<Class> {
        let mut classes: Vec<((ActionId, NeedId), Class)> = Vec::new();
        for row in self.waiting() {
            let key = (self.rows[row].action, self.rows[row].need);
            match classes.iter_mut().find(|(other, _)| *other == key) {
                Some((_, class)) => class.rows.push(row),
                None => classes.push((key, Class { rows: vec![row], need: self.need_of(row).clone() })),
            }
        }
        classes.into_iter().map(|(_, class)| class).collect()
    }
}

/// The greatest weight of jobs that fit together, and how many of each class they are; of those of
/// equal weight the lexicographically greatest.
fn heaviest_counts(classes: &[Class], free: &CapacityMap) -> (usize, Vec<usize>) {
    let Some((class, later)) = classes.split_first() else { return (0, Vec::new()) };
    let weight = class.rows.len();
    // Any number of jobs that need nothing fit, and more weigh more.
    let least = if class.need.0.iter().all(|&need| need == 0) { weight } else { 0 };
    let with = |count: usize| {
        let (of_later, mut counts) = heaviest_counts(later, &without(free, &class.need, count)?);
        counts.insert(0, count);
        Some((count * weight + of_later, counts))
    };
    (least..=weight).map_while(with).max().expect("none of a class always fits")
}

/// What is left if a number of jobs of this need are put there; `None` if they do not fit.
fn without(free: &CapacityMap, need: &CapacityMap, count: usize) -> Option<CapacityMap> {
    let mut left = free.clone();
    for _ in 0..count {
        if !covers(&left, need) {
            return None;
        }
        take(&mut left, need, 1);
    }
    Some(left)
}
