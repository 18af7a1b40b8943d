//! One pool: workers on which the same needs fit, in groups that share a law, and the cohorts of
//! their attempts.
//!
//! Only the law of its group is known of a member: a weight for being idle, and one for each cohort
//! that its attempt may belong to. The weight of a cohort is that of having begun with it, whatever
//! has happened since; the share of the cohort that is left is kept once for all groups. Only
//! ratios of weights count, so the observation that no member has fired since changes none of them.

use super::delay::{Cohort, Delay};
use super::group::{Group, State, drawn};
use crate::claim_delay::pools::IdlePool;
use crate::model::math;
use crate::model::time::{Span, Time};
use crate::random::stream::Stream;

/// The least number of members for which a group is worth its law.
pub(super) const FEW: usize = 12;

/// The most groups of a pool.
const MOST_GROUPS: usize = 8;

#[derive(Debug)]
pub(super) struct GeneralPool {
    pub(super) fitting: Box<[u64]>,
    pub(super) is_active: bool,
    /// When the next member fires while the pool is active, or never.
    pub(super) due: Time,
    /// Idle workers of this kind that are about to start an attempt.
    pub(super) starters: Vec<u32>,
    pub(super) groups: Vec<Group>,
    /// The instant of the state: no member that fires at it or later has fired yet.
    at: Time,
    cohorts: Vec<Cohort>,
    /// By cohort: the share of it that fires from now on.
    left: Vec<f64>,
    /// The instant of the next firing and the one after it, each with the shares that are left of
    /// the cohorts then.
    known_left: [(Time, Vec<f64>); 2],
    /// The nanoseconds until the latest first firing, divided by its exponential draw.
    pace: f64,
}

impl GeneralPool {
    pub(super) fn new(fitting: &[u64]) -> GeneralPool {
        GeneralPool {
            fitting: fitting.into(),
            is_active: false,
            due: Time::NEVER,
            starters: Vec::new(),
            groups: Vec::new(),
            at: Time::ZERO,
            cohorts: Vec::new(),
            left: Vec::new(),
            known_left: [(Time::NEVER, Vec::new()), (Time::NEVER, Vec::new())],
            pace: 1e6,
        }
    }

    /// The number of members.
    pub(super) fn size(&self) -> usize {
        self.groups.iter().map(|group| group.members.len()).sum()
    }

    /// The number of members that is worth a cohort of its own: each firing visits every cohort.
    pub(super) fn worthwhile(&self) -> f64 {
        (FEW + self.cohorts.len() / 2) as f64
    }

    /// Time passes. An active pool has not fired; a member of an inactive pool that has fired found
    /// nothing and is idle.
    pub(super) fn advance(&mut self, now: Time, delay: &Delay) {
        if self.is_active {
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

    /// The expected number of members in a state.
    pub(super) fn expected(&self, state: State) -> f64 {
        self.groups.iter().map(|group| group.members.len() as f64 * group.weight(state, &self.left)).sum()
    }

    /// A cohort that is too small to be worth keeping.
    pub(super) fn thin_cohort(&self) -> Option<usize> {
        let few = self.worthwhile() / 12.0;
        (0..self.cohorts.len()).find(|&cohort| self.expected(State::Of(cohort)) < few)
    }

    /// Draws which members are in a state. They must leave: the others are then known not to be in
    /// that state.
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

    /// Draws members, each with its group's chance and independently; at least one, if that is
    /// `sure`. Gives them with their groups.
    ///
    /// The number of members from one to the next is geometric; it is drawn as an exponential over
    /// the members' rates.
    fn hits(&self, chance: impl Fn(&Group) -> f64, sure: bool, stream: &mut Stream) -> Vec<(usize, u32)> {
        // Certainty has an infinite rate; a huge number does as well, and can be multiplied by 0.
        let rate = |group: &Group| (-math::ln_1p(-chance(group).clamp(0.0, 1.0))).min(1e200);
        let rates: Vec<f64> = self.groups.iter().map(rate).collect();
        let mut exponential = stream.exponential();
        if sure {
            let all: f64 = self.groups.iter().zip(&rates).map(|(group, rate)| group.members.len() as f64 * rate).sum();
            exponential = -math::ln_1p(stream.uniform() * math::exp_m1(-all));
        }
        let mut hits = Vec::new();
        for (group, rate) in rates.into_iter().enumerate().filter(|(_, rate)| *rate > 0.0) {
            let mut members = &self.groups[group].members[..];
            while exponential < members.len() as f64 * rate {
                let passed = ((exponential / rate) as usize).min(members.len() - 1);
                hits.push((group, members[passed]));
                members = &members[passed + 1..];
                exponential = stream.exponential();
            }
            exponential -= members.len() as f64 * rate;
        }
        hits
    }

    /// Idle members start an attempt. Gives the law of those that do.
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
            self.restart_phases();
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

    /// Without memory, the rest of a phase has the law of the whole.
    fn restart_phases(&mut self) {
        for group in &mut self.groups {
            group.weights.iter_mut().zip(&self.left).for_each(|(weight, left)| *weight *= left);
        }
        self.cohorts.iter_mut().for_each(|cohort| cohort.since = self.at);
        self.left.fill(1.0);
    }

    /// When the first member fires, if none is idle. The probability that no member has fired by
    /// then is the product over all members, and minus its logarithm is exponential. `None` if that
    /// is beyond the horizon.
    pub(super) fn first(&mut self, delay: &Delay, stream: &mut Stream) -> Option<Time> {
        self.known_left.iter_mut().for_each(|known| known.0 = Time::NEVER);
        let exponential = stream.exponential();
        let step = (1.2 * self.pace * exponential).min(1e18) as i64;
        let (groups, cohorts, known_left) = (&self.groups, &self.cohorts, &mut self.known_left);
        let groups_with_members = || groups.iter().filter(|group| !group.members.is_empty());
        let mut left = Vec::new();
        let first = delay.last_at_least(-exponential, self.at, 0.0, step, |at| {
            left.clear();
            left.extend(cohorts.iter().map(|cohort| delay.left(cohort, at)));
            let value =
                groups_with_members().map(|group| group.members.len() as f64 * math::ln(group.pending(&left))).sum();
            let known = &mut known_left[usize::from(value < -exponential)];
            known.0 = at;
            std::mem::swap(&mut known.1, &mut left);
            value
        })?;
        self.pace = (first - self.at).0.max(1) as f64 / exponential;
        Some(first)
    }

    /// The shares that are left of the cohorts at an instant; usually known from the draw of the
    /// next firing.
    fn left_at(&mut self, at: Time, delay: &Delay) -> Vec<f64> {
        match self.known_left.iter_mut().find(|known| known.0 == at) {
            Some(known) => {
                known.0 = Time::NEVER;
                std::mem::take(&mut known.1)
            }
            None => self.cohorts.iter().map(|cohort| delay.left(cohort, at)).collect(),
        }
    }

    /// The first members fire now: gives those that do, usually one, with the numbers of their
    /// starts.
    pub(super) fn fire(&mut self, now: Time, delay: &Delay, stream: &mut Stream) -> Vec<(u32, u64)> {
        let (before, after) = (self.left_at(now, delay), self.left_at(now + Span(1), delay));
        let here: Vec<f64> = before.iter().zip(&after).map(|(before, after)| (before - after).max(0.0)).collect();
        let mut fired = self.hits(|group| group.pending(&here) / group.pending(&before), true, stream);
        if fired.is_empty() {
            // Only rounding leaves no member.
            let chosen = stream.below(self.size() as u64) as usize;
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

    /// Draws the start of the attempt of a member of the group that fires while the shares `here`
    /// of the cohorts do. It decides the order of members that fire at one instant.
    fn start_of(&self, group: usize, here: &[f64], stream: &mut Stream) -> u64 {
        self.cohorts[drawn(&self.groups[group].weights, here, stream)].start
    }

    /// Draws the state of a member of a group.
    pub(super) fn state(&self, group: usize, stream: &mut Stream) -> State {
        let group = &self.groups[group];
        if group.idle > 0.0 && stream.uniform() * group.total(&self.left) < group.idle {
            State::Idle
        } else {
            State::Of(drawn(&group.weights, &self.left, stream))
        }
    }

    /// The number of the start of a cohort's attempt, and its firing, which is drawn.
    pub(super) fn firing_of(&self, cohort: usize, delay: &Delay, stream: &mut Stream) -> (u64, Time) {
        (self.cohorts[cohort].start, delay.firing(&self.cohorts[cohort], self.at, self.left[cohort], stream))
    }

    /// A vacant group, to be filled with members of that law; `None` if there are enough groups.
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

    /// The group with the most members.
    pub(super) fn largest(&self) -> Option<usize> {
        (0..self.groups.len()).max_by_key(|&group| self.groups[group].members.len())
    }

    /// The largest share of the law of group `into` that the law of group `from` contains.
    pub(super) fn overlap(&self, from: usize, into: usize) -> f64 {
        self.states().map(|state| self.ratio(state, from, into)).fold(1.0, f64::min)
    }

    /// The probability of a state in group `from`, divided by that in group `into`.
    pub(super) fn ratio(&self, state: State, from: usize, into: usize) -> f64 {
        let (from, into) = (self.groups[from].weight(state, &self.left), self.groups[into].weight(state, &self.left));
        if into > 0.0 { from / into } else { f64::INFINITY }
    }

    fn states(&self) -> impl Iterator<Item = State> + '_ {
        std::iter::once(State::Idle).chain((0..self.cohorts.len()).map(State::Of))
    }
}

impl IdlePool for GeneralPool {
    fn fitting(&self) -> &[u64] {
        &self.fitting
    }

    fn is_active(&self) -> bool {
        self.is_active
    }

    fn members(&mut self, group: usize) -> &mut Vec<u32> {
        &mut self.groups[group].members
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::dist::{Distribution, Empirical, Weibull};
    use crate::random::stream::{Purpose, Streams};

    /// Two groups over three cohorts of different ages.
    fn pool(delay: &Delay) -> GeneralPool {
        let mut pool = GeneralPool::new(&[1]);
        for (start, since) in [0, 400_000_000, 900_000_000].into_iter().enumerate() {
            pool.add_cohort(Cohort { since: Time(since), start: start as u64, mean: None }, delay);
        }
        for (members, weights) in [(0..10, [3.0, 0.0, 1.0]), (10..13, [0.0, 1.0, 5.0])] {
            pool.groups.push(Group { members: members.collect(), idle: 0.0, weights: weights.into() });
        }
        pool.pass(Time(900_000_000), delay, false);
        pool.is_active = true;
        pool
    }

    /// The first firing and who it is, against draws of all members one by one: by rejection, from
    /// their starts.
    fn first_of_all(law: &Distribution) {
        let delay = Delay::new(law, Time(60_000_000_000));
        let mut stream = Streams::new(3, 0).stream(Purpose::Race, law.name());
        let draws = 6_000;
        let (mut firsts, mut brute, mut fired, mut fired_brute) = (Vec::new(), Vec::new(), [0.0; 14], [0.0; 14]);
        for _ in 0..draws {
            let mut pool = pool(&delay);
            let first = pool.first(&delay, &mut stream).expect("long before the horizon");
            firsts.push(first.0);
            let who = pool.fire(first, &delay, &mut stream);
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
            // As in `pool`: 3 to 1 of starting at 0 or at 0.9 s; 1 to 5 of starting at 0.4 s or at
            // 0.9 s.
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
            let mut pool = pool(&delay);
            expected += pool.expected(State::Of(2));
            found += pool.find(State::Of(2), &mut stream).len() as f64;
            assert_eq!(pool.expected(State::Of(2)), 0.0);
            assert!((pool.expected(State::Of(0)) + pool.expected(State::Of(1)) - 13.0).abs() < 1e-9);
        }
        // The variance of a count is below its mean.
        assert!((found - expected).abs() < 4.5 * f64::sqrt(expected), "{found} of {expected}");
    }

    /// What the merging of groups rests on: of draws from one law those that are accepted have the
    /// other law.
    #[test]
    fn accepted_states_have_the_law_of_the_other_group() {
        let delay = Delay::new(&Weibull::new(2.0, 1.0).unwrap().into(), Time(60_000_000_000));
        let mut stream = Streams::new(5, 0).stream(Purpose::Race, "accept");
        let mut pool = pool(&delay);
        (pool.groups[0].weights, pool.groups[1].weights) = (vec![3.0, 1.0, 1.0], vec![1.0, 1.0, 2.0]);
        (pool.groups[0].idle, pool.groups[1].idle) = (0.5, 0.7);
        let left = pool.left.clone();
        pool.groups.iter_mut().for_each(|group| group.normalize(&left));
        let (overlap, draws) = (pool.overlap(0, 1), 40_000);
        let states: Vec<State> = (0..draws).map(|_| pool.state(0, &mut stream)).collect();
        let accepted: Vec<State> =
            states.into_iter().filter(|&it| stream.uniform() * pool.ratio(it, 0, 1) < overlap).collect();
        let close = |count: usize, of: f64, share: f64| {
            (count as f64 - of * share).abs() < 4.5 * (of * share * (1.0 - share)).sqrt()
        };
        assert!(close(accepted.len(), f64::from(draws), overlap), "{} with overlap {overlap}", accepted.len());
        for state in [State::Idle, State::Of(0), State::Of(1), State::Of(2)] {
            let count = accepted.iter().filter(|&&it| it == state).count();
            let share = pool.groups[1].weight(state, &left);
            assert!(close(count, accepted.len() as f64, share), "{state:?}: {count}, not {share}");
        }
    }
}
