//! One crowd: workers for which the same needs fit, in groups that share a law, and the cohorts of their attempts.
//!
//! Of a member nothing is known but the law of its group: a weight for being idle, and one for each cohort that its attempt may
//! belong to. The weight of a cohort is that of having begun with it, whatever has become of it since; what is left of the cohort
//! is kept once for all groups. Only ratios of weights count, so "nobody has fired since" changes none.

use super::delay::{Cohort, Delay};
use super::group::{Group, State, drawn};
use crate::model::math;
use crate::model::time::{Span, Time};
use crate::random::stream::Stream;

/// A group is worth its law from so many members on.
pub(super) const FEW: usize = 12;

/// More groups are not kept.
const MOST_GROUPS: usize = 8;

#[derive(Debug)]
pub(super) struct Crowd {
    /// The needs that fit on its members, in words of 64.
    pub(super) fitting: Box<[u64]>,
    /// Does a job wait that fits its members?
    pub(super) hot: bool,
    /// When the next member fires while it is hot, or never.
    pub(super) due: Time,
    /// Idle workers of this kind that are about to start an attempt.
    pub(super) starters: Vec<u32>,
    pub(super) groups: Vec<Group>,
    /// All is as of this instant: who fires at it or later has not fired yet.
    at: Time,
    cohorts: Vec<Cohort>,
    /// By cohort: which share of it fires from now on.
    left: Vec<f64>,
    /// The instant of the next firing and the one after it, each with what is left of the cohorts then.
    sheets: [(Time, Vec<f64>); 2],
    /// How many nanoseconds it took lately until the first fired, for a unit of exponential luck.
    pace: f64,
}

impl Crowd {
    pub(super) fn new(fitting: &[u64]) -> Crowd {
        Crowd {
            fitting: fitting.into(),
            hot: false,
            due: Time::NEVER,
            starters: Vec::new(),
            groups: Vec::new(),
            at: Time::ZERO,
            cohorts: Vec::new(),
            left: Vec::new(),
            sheets: [(Time::NEVER, Vec::new()), (Time::NEVER, Vec::new())],
            pace: 1e6,
        }
    }

    pub(super) fn members(&self) -> usize {
        self.groups.iter().map(|group| group.members.len()).sum()
    }

    /// So many members are worth a cohort of their own: every cohort is looked at on each firing.
    pub(super) fn worthwhile(&self) -> f64 {
        (FEW + self.cohorts.len() / 2) as f64
    }

    /// Time passes. A hot crowd's first firing is known not to have come; who fired in a cold one found nothing and is idle.
    pub(super) fn advance(&mut self, now: Time, delay: &Delay) {
        if self.hot {
            // The next firing lies after this instant's claims, if it does not belong to them.
            let quiet = now + Span(i64::from(self.due != Time::NEVER && self.due > now));
            self.pass(quiet, delay, false);
        } else {
            self.pass(now, delay, true);
        }
    }

    fn pass(&mut self, now: Time, delay: &Delay, unseen: bool) {
        if now <= self.at {
            return;
        }
        self.at = now;
        let left: Vec<f64> = self.cohorts.iter().map(|cohort| delay.left(cohort, now)).collect();
        for group in self.groups.iter_mut().filter(|group| !group.members.is_empty()) {
            if unseen {
                let gone = self.left.iter().zip(&left).map(|(before, after)| (before - after).max(0.0));
                group.idle += group.weights.iter().zip(gone).map(|(weight, gone)| weight * gone).sum::<f64>();
            }
            group.normalize(&left);
        }
        self.left = left;
    }

    /// How many members are expected to be in a state.
    pub(super) fn expected(&self, state: State) -> f64 {
        self.groups.iter().map(|group| group.members.len() as f64 * group.weight(state, &self.left)).sum()
    }

    /// A cohort with so few members that they had better race alone.
    pub(super) fn thin_cohort(&self) -> Option<usize> {
        let few = self.worthwhile() / 12.0;
        (0..self.cohorts.len()).find(|&cohort| self.expected(State::Of(cohort)) < few)
    }

    /// Finds out which members are in a state; once they have left, it is known that the others are not.
    pub(super) fn find(&mut self, state: State, stream: &mut Stream) -> Vec<u32> {
        let left = std::mem::take(&mut self.left);
        let found = self.hits(|group| group.weight(state, &left), false, stream);
        for group in self.groups.iter_mut().filter(|group| !group.members.is_empty()) {
            match state {
                State::Idle => group.idle = 0.0,
                State::Of(cohort) => group.weights[cohort] = 0.0,
            }
            group.normalize(&left);
        }
        self.left = left;
        found.into_iter().map(|(_, worker)| worker).collect()
    }

    pub(super) fn forget(&mut self, cohort: usize) {
        self.cohorts.remove(cohort);
        self.left.remove(cohort);
        for group in &mut self.groups {
            group.weights.remove(cohort);
        }
    }

    /// Members, each with its group, to whom something has happened with its group's chance, independently; at least one, if that is `sure`.
    ///
    /// From one to the next it is a geometric number of members, drawn as an exponential over the members' rates.
    fn hits(&self, chance: impl Fn(&Group) -> f64, sure: bool, stream: &mut Stream) -> Vec<(usize, u32)> {
        // What is certain has an infinite rate; the largest number does as well, and can be multiplied by 0.
        let rate = |group: &Group| (-math::ln_1p(-chance(group).clamp(0.0, 1.0))).min(1e200);
        let rates: Vec<f64> = self.groups.iter().map(rate).collect();
        let mut luck = stream.exponential();
        if sure {
            let all: f64 = self.groups.iter().zip(&rates).map(|(group, rate)| group.members.len() as f64 * rate).sum();
            luck = -math::ln_1p(stream.uniform() * math::exp_m1(-all));
        }
        let mut hits = Vec::new();
        for (group, rate) in rates.into_iter().enumerate().filter(|(_, rate)| *rate > 0.0) {
            let mut members = &self.groups[group].members[..];
            while luck < members.len() as f64 * rate {
                let passed = ((luck / rate) as usize).min(members.len() - 1);
                hits.push((group, members[passed]));
                members = &members[passed + 1..];
                luck = stream.exponential();
            }
            luck -= members.len() as f64 * rate;
        }
        hits
    }

    /// Whoever is idle starts an attempt. Gives the law of those that do.
    pub(super) fn start(&mut self, delay: &Delay, now: Time, start: u64) -> Group {
        let phases = delay.phases();
        if phases.is_empty() {
            self.add_cohort(Cohort { since: now, start, mean: None }, delay);
        } else if self.cohorts.is_empty() {
            self.at = self.at.max(now);
            for &(_, mean) in phases {
                self.add_cohort(Cohort { since: self.at, start, mean: Some(mean) }, delay);
            }
        } else {
            self.begin_phases_anew();
        }
        let mut fresh = Group { members: Vec::new(), idle: 0.0, weights: vec![0.0; self.cohorts.len()] };
        match phases {
            [] => *fresh.weights.last_mut().expect("the cohort that was added") = 1.0,
            phases => fresh.weights.iter_mut().zip(phases).for_each(|(weight, phase)| *weight = phase.0),
        }
        for group in &mut self.groups {
            let idle = std::mem::take(&mut group.idle);
            group.weights.iter_mut().zip(&fresh.weights).for_each(|(weight, fresh)| *weight += idle * fresh);
        }
        fresh
    }

    fn add_cohort(&mut self, cohort: Cohort, delay: &Delay) {
        self.left.push(delay.left(&cohort, self.at));
        self.cohorts.push(cohort);
        self.groups.iter_mut().for_each(|group| group.weights.push(0.0));
    }

    /// Without memory, what is left of a phase is as the whole.
    fn begin_phases_anew(&mut self) {
        for group in &mut self.groups {
            group.weights.iter_mut().zip(&self.left).for_each(|(weight, left)| *weight *= left);
        }
        self.cohorts.iter_mut().for_each(|cohort| cohort.since = self.at);
        self.left.fill(1.0);
    }

    /// When the first member fires, nobody being idle: all have not by then with a probability that is the product of
    /// theirs, and its logarithm is exponential. `None` if that is beyond the horizon.
    pub(super) fn first(&mut self, delay: &Delay, stream: &mut Stream) -> Option<Time> {
        self.sheets.iter_mut().for_each(|sheet| sheet.0 = Time::NEVER);
        let luck = stream.exponential();
        let step = (1.2 * self.pace * luck).min(1e18) as i64;
        let (groups, cohorts, sheets) = (&self.groups, &self.cohorts, &mut self.sheets);
        let crowded = || groups.iter().filter(|group| !group.members.is_empty());
        let mut left = Vec::new();
        let first = delay.last_at_least(-luck, self.at, 0.0, step, |at| {
            left.clear();
            left.extend(cohorts.iter().map(|cohort| delay.left(cohort, at)));
            let value = crowded().map(|group| group.members.len() as f64 * math::ln(group.pending(&left))).sum();
            let sheet = &mut sheets[usize::from(value < -luck)];
            sheet.0 = at;
            std::mem::swap(&mut sheet.1, &mut left);
            value
        })?;
        self.pace = (first - self.at).0.max(1) as f64 / luck;
        Some(first)
    }

    /// What is left of the cohorts at an instant, which has usually been looked at when the next firing was drawn.
    fn left_at(&mut self, at: Time, delay: &Delay) -> Vec<f64> {
        match self.sheets.iter_mut().find(|sheet| sheet.0 == at) {
            Some(sheet) => {
                sheet.0 = Time::NEVER;
                std::mem::take(&mut sheet.1)
            }
            None => self.cohorts.iter().map(|cohort| delay.left(cohort, at)).collect(),
        }
    }

    /// The first members fire now: who does, usually one, and with which start. The others do not.
    pub(super) fn fire(&mut self, now: Time, delay: &Delay, stream: &mut Stream) -> Vec<(u32, u64)> {
        let (before, after) = (self.left_at(now, delay), self.left_at(now + Span(1), delay));
        let here: Vec<f64> = before.iter().zip(&after).map(|(before, after)| (before - after).max(0.0)).collect();
        let mut fired = self.hits(|group| group.pending(&here) / group.pending(&before), true, stream);
        if fired.is_empty() {
            // Only rounding leaves nobody.
            let chosen = stream.below(self.members() as u64) as usize;
            let members = |group: usize| self.groups[group].members.iter().map(move |&worker| (group, worker));
            fired.extend((0..self.groups.len()).flat_map(members).nth(chosen));
        }
        let start = |(group, worker): (usize, u32)| (worker, self.start_of(group, &here, stream));
        let fired = fired.into_iter().map(start).collect();
        (self.at, self.left) = (now + Span(1), after);
        let left = &self.left;
        self.groups.iter_mut().filter(|group| !group.members.is_empty()).for_each(|group| group.normalize(left));
        fired
    }

    /// Draws with which start the attempt began of a member of the group that fires when so much of each cohort does. The order of those
    /// that fire at one instant depends on it; of one alone it does not matter.
    fn start_of(&self, group: usize, here: &[f64], stream: &mut Stream) -> u64 {
        self.cohorts[drawn(&self.groups[group].weights, here, stream)].start
    }

    /// Draws what a member of a group is at.
    pub(super) fn state(&self, group: usize, stream: &mut Stream) -> State {
        let group = &self.groups[group];
        if group.idle > 0.0 && stream.uniform() * group.total(&self.left) < group.idle {
            State::Idle
        } else {
            State::Of(drawn(&group.weights, &self.left, stream))
        }
    }

    /// With which start an attempt of a cohort began, and, drawn, when it fires.
    pub(super) fn firing_of(&self, cohort: usize, delay: &Delay, stream: &mut Stream) -> (u64, Time) {
        (self.cohorts[cohort].start, delay.firing(&self.cohorts[cohort], self.at, self.left[cohort], stream))
    }

    /// A vacant group, to be filled with members of that law; none if there are enough groups.
    pub(super) fn vacancy(&mut self, law: Group) -> Option<usize> {
        let vacant = self.groups.iter().position(|group| group.members.is_empty());
        let group = vacant.or((self.groups.len() < MOST_GROUPS).then_some(self.groups.len()))?;
        if group == self.groups.len() {
            self.groups.push(law);
        } else {
            self.groups[group] = law;
        }
        Some(group)
    }

    /// The group with most members.
    pub(super) fn largest(&self) -> Option<usize> {
        (0..self.groups.len()).max_by_key(|&group| self.groups[group].members.len())
    }

    /// The largest share of the law of group `from` that is the law of group `into`.
    pub(super) fn overlap(&self, from: usize, into: usize) -> f64 {
        self.states().map(|state| self.ratio(state, from, into)).fold(1.0, f64::min)
    }

    /// How much likelier a state is in group `from` than in group `into`.
    pub(super) fn ratio(&self, state: State, from: usize, into: usize) -> f64 {
        let (from, into) = (self.groups[from].weight(state, &self.left), self.groups[into].weight(state, &self.left));
        if into > 0.0 { from / into } else { f64::INFINITY }
    }

    fn states(&self) -> impl Iterator<Item = State> + '_ {
        std::iter::once(State::Idle).chain((0..self.cohorts.len()).map(State::Of))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::dist::{Distribution, Empirical, Weibull};
    use crate::random::stream::{Purpose, Streams};

    /// Two groups over three cohorts of different ages.
    fn crowd(delay: &Delay) -> Crowd {
        let mut crowd = Crowd::new(&[1]);
        for (start, since) in [0, 400_000_000, 900_000_000].into_iter().enumerate() {
            crowd.add_cohort(Cohort { since: Time(since), start: start as u64, mean: None }, delay);
        }
        for (members, weights) in [(0..10, [3.0, 0.0, 1.0]), (10..13, [0.0, 1.0, 5.0])] {
            crowd.groups.push(Group { members: members.collect(), idle: 0.0, weights: weights.into() });
        }
        crowd.pass(Time(900_000_000), delay, false);
        crowd.hot = true;
        crowd
    }

    /// The first firing and who it is, against draws of all members one by one: by rejection, from their starts.
    fn first_of_all(law: &Distribution) {
        let delay = Delay::new(law, Time(60_000_000_000));
        let mut stream = Streams::new(3, 0).stream(Purpose::Race, law.name());
        let draws = 6_000;
        let (mut firsts, mut brute, mut fired, mut fired_brute) = (Vec::new(), Vec::new(), [0.0; 14], [0.0; 14]);
        for _ in 0..draws {
            let mut crowd = crowd(&delay);
            let first = crowd.first(&delay, &mut stream).expect("long before the horizon");
            firsts.push(first.0);
            let who = crowd.fire(first, &delay, &mut stream);
            for &(worker, _) in &who {
                fired[worker as usize] += 1.0;
            }
            fired[13] += f64::from(who.len() > 1);

            let firings: Vec<Time> = (0..13).map(|worker| one_by_one(worker, &delay, &mut stream)).collect();
            let first = *firings.iter().min().unwrap();
            brute.push(first.0);
            let who: Vec<usize> = (0..13).filter(|&worker| firings[worker] == first).collect();
            for &worker in &who {
                fired_brute[worker] += 1.0;
            }
            fired_brute[13] += f64::from(who.len() > 1);
        }
        firsts.sort_unstable();
        brute.sort_unstable();
        let share = |values: &[i64], at: i64| values.partition_point(|&value| value <= at) as f64 / f64::from(draws);
        let distance = firsts.iter().map(|&at| (share(&firsts, at) - share(&brute, at)).abs()).fold(0.0, f64::max);
        assert!(distance * (f64::from(draws) / 2.0).sqrt() < 2.7, "{}: {distance}", law.name());
        for (one, other) in fired.iter().zip(fired_brute) {
            let z = (one - other) / (one + other + 1.0_f64).sqrt();
            assert!(z.abs() < 4.5, "{}: {fired:?} {fired_brute:?}", law.name());
        }
    }

    fn one_by_one(worker: usize, delay: &Delay, stream: &mut Stream) -> Time {
        loop {
            // As in `crowd`: 3 to 1 of starting at 0 or at 0.9 s; 1 to 5 of starting at 0.4 s or at 0.9 s.
            let (earlier, share) = if worker < 10 { (0, 0.75) } else { (400_000_000, 1.0 / 6.0) };
            let since = Time(if stream.uniform() < share { earlier } else { 900_000_000 });
            let firing = since + delay.sample(stream);
            if firing >= Time(900_000_000) {
                return firing;
            }
        }
    }

    #[test]
    fn the_first_of_all_is_that_of_draws_one_by_one() {
        first_of_all(&Weibull::new(2.0, 1.0).unwrap().into());
    }

    #[test]
    fn delays_that_coincide_fire_together() {
        let values = (1..=8).map(|k| f64::from(k) * 0.25).collect();
        first_of_all(&Empirical::new(values).unwrap().into());
    }

    #[test]
    fn members_that_are_found_have_the_chance_of_their_group_and_the_others_not_that_state() {
        let delay = Delay::new(&Weibull::new(2.0, 1.0).unwrap().into(), Time(60_000_000_000));
        let mut stream = Streams::new(4, 0).stream(Purpose::Race, "find");
        let (mut found, mut expected) = (0.0, 0.0);
        for _ in 0..5_000 {
            let mut crowd = crowd(&delay);
            expected += crowd.expected(State::Of(2));
            found += crowd.find(State::Of(2), &mut stream).len() as f64;
            assert_eq!(crowd.expected(State::Of(2)), 0.0);
            assert!((crowd.expected(State::Of(0)) + crowd.expected(State::Of(1)) - 13.0).abs() < 1e-9);
        }
        // The variance of a count is below its mean.
        assert!((found - expected).abs() < 4.5 * f64::sqrt(expected), "{found} of {expected}");
    }

    /// What the merging of groups rests on: of draws from one law those that are accepted have the other law.
    #[test]
    fn accepted_states_have_the_law_of_the_other_group() {
        let delay = Delay::new(&Weibull::new(2.0, 1.0).unwrap().into(), Time(60_000_000_000));
        let mut stream = Streams::new(5, 0).stream(Purpose::Race, "accept");
        let mut crowd = crowd(&delay);
        (crowd.groups[0].weights, crowd.groups[1].weights) = (vec![3.0, 1.0, 1.0], vec![1.0, 1.0, 2.0]);
        (crowd.groups[0].idle, crowd.groups[1].idle) = (0.5, 0.7);
        let left = crowd.left.clone();
        crowd.groups.iter_mut().for_each(|group| group.normalize(&left));
        let (overlap, draws) = (crowd.overlap(0, 1), 40_000);
        let states: Vec<State> = (0..draws).map(|_| crowd.state(0, &mut stream)).collect();
        let accepted: Vec<State> =
            states.into_iter().filter(|&it| stream.uniform() * crowd.ratio(it, 0, 1) < overlap).collect();
        let close = |count: usize, of: f64, share: f64| {
            (count as f64 - of * share).abs() < 4.5 * (of * share * (1.0 - share)).sqrt()
        };
        assert!(close(accepted.len(), f64::from(draws), overlap), "{} with overlap {overlap}", accepted.len());
        for state in [State::Idle, State::Of(0), State::Of(1), State::Of(2)] {
            let count = accepted.iter().filter(|&&it| it == state).count();
            let share = crowd.groups[1].weight(state, &left);
            assert!(close(count, accepted.len() as f64, share), "{state:?}: {count}, not {share}");
        }
    }
}
