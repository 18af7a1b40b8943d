//! Chains that jump at fixed instants: M/M/c whose number of servers is set by the clock, or by a
//! look at the queue. Between the jumps uniformisation follows them (Jensen 1953).

use std::collections::BTreeMap;

use claimsim::internals::model::math::exp;

/// A chain in continuous time, with all states that moves and jumps can reach.
pub(crate) struct Chain<S> {
    states: Vec<S>,
    number: BTreeMap<S, usize>,
    /// From, to, and the rate.
    moves: Vec<(usize, usize, f64)>,
    /// The largest rate out of any state.
    fastest: f64,
}

impl<S: Ord + Clone> Chain<S> {
    /// `moves` lists `(rate, next state)`, `jumps` the states after each possible jump.
    pub(crate) fn new(start: S, moves: impl Fn(&S) -> Vec<(f64, S)>, jumps: impl Fn(&S) -> Vec<S>) -> Chain<S> {
        let mut chain =
            Chain { states: vec![start.clone()], number: BTreeMap::from([(start, 0)]), moves: vec![], fastest: 0.0 };
        let mut from = 0;
        while let Some(state) = chain.states.get(from).cloned() {
            let mut total = 0.0;
            for (rate, next) in moves(&state).into_iter().filter(|(rate, _)| *rate > 0.0) {
                let to = chain.reach(next);
                chain.moves.push((from, to, rate));
                total += rate;
            }
            chain.fastest = chain.fastest.max(total);
            for next in jumps(&state) {
                chain.reach(next);
            }
            from += 1;
        }
        chain
    }

    fn reach(&mut self, state: S) -> usize {
        let next = self.states.len();
        *self.number.entry(state.clone()).or_insert_with(|| {
            self.states.push(state);
            next
        })
    }

    pub(crate) fn certain(&self, state: &S) -> Vec<f64> {
        let mut law = vec![0.0; self.states.len()];
        law[self.number[state]] = 1.0;
        law
    }

    /// The law after a time, with the mean time in each state until then.
    pub(crate) fn follow(&self, law: &[f64], time: f64) -> (Vec<f64>, Vec<f64>) {
        // Short enough that no weight underflows.
        let pieces = (self.fastest * time / 20.0).ceil().max(1.0);
        let mut spent = vec![0.0; law.len()];
        let mut law = law.to_vec();
        for _ in 0..pieces as usize {
            law = self.follow_shortly(&law, time / pieces, &mut spent);
        }
        (law, spent)
    }

    fn follow_shortly(&self, law: &[f64], time: f64, spent: &mut [f64]) -> Vec<f64> {
        let steps = self.fastest * time;
        let (mut weight, mut later) = (exp(-steps), 1.0 - exp(-steps));
        let mut end = vec![0.0; law.len()];
        let mut now = law.to_vec();
        for k in 1.. {
            for (i, share) in now.iter().enumerate() {
                end[i] += weight * share;
                spent[i] += later.max(0.0) / self.fastest * share;
            }
            if later < 1e-14 && f64::from(k) > steps {
                break;
            }
            now = self.step(&now);
            weight *= steps / f64::from(k);
            later -= weight;
        }
        end
    }

    /// One step of the uniformised chain.
    fn step(&self, law: &[f64]) -> Vec<f64> {
        let mut next = law.to_vec();
        for &(from, to, rate) in &self.moves {
            let flow = law[from] * rate / self.fastest;
            next[from] -= flow;
            next[to] += flow;
        }
        next
    }

    pub(crate) fn jump(&self, law: &[f64], to: impl Fn(&S) -> S) -> Vec<f64> {
        let mut next = vec![0.0; law.len()];
        for (state, share) in self.states.iter().zip(law) {
            next[self.number[&to(state)]] += share;
        }
        next
    }

    pub(crate) fn mean(&self, law: &[f64], value: impl Fn(&S) -> f64) -> f64 {
        self.states.iter().zip(law).map(|(state, share)| share * value(state)).sum()
    }

    /// The mean time in each state during a cycle of the steady state, which consists of these
    /// times; after each of them comes a jump. `seen` is told the law before each jump.
    pub(crate) fn cycle(
        &self,
        times: &[f64],
        jump: impl Fn(usize, &S) -> S,
        mut seen: impl FnMut(usize, &[f64]),
    ) -> Vec<f64> {
        let mut start = self.certain(&self.states[0]);
        for _ in 0..10_000 {
            let mut law = start.clone();
            for (index, time) in times.iter().enumerate() {
                law = self.jump(&self.follow(&law, *time).0, |state| jump(index, state));
            }
            let change: f64 = law.iter().zip(&start).map(|(a, b)| (a - b).abs()).sum();
            start = law;
            if change < 1e-11 {
                break;
            }
        }
        let mut total = vec![0.0; start.len()];
        for (index, time) in times.iter().enumerate() {
            let (law, spent) = self.follow(&start, *time);
            total.iter_mut().zip(spent).for_each(|(total, spent)| *total += spent);
            seen(index, &law);
            start = self.jump(&law, |state| jump(index, state));
        }
        total
    }
}

/// Poisson arrivals, exponential service, a number of servers that changes, and room for some
/// waiting jobs.
#[derive(Clone, Copy)]
pub(crate) struct Pool {
    pub(crate) arrivals: f64,
    pub(crate) services: f64,
    pub(crate) places: usize,
    pub(crate) room: usize,
    /// Whether busy servers that go lose their jobs; otherwise they drain.
    pub(crate) kills: bool,
}

/// The state of a pool.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Staffed {
    pub(crate) servers: usize,
    /// Of these.
    pub(crate) busy: usize,
    pub(crate) draining: usize,
    pub(crate) waiting: usize,
}

/// Means over time, and over the arrivals.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Figures {
    pub(crate) busy: f64,
    pub(crate) offered: f64,
    pub(crate) waiting: f64,
    pub(crate) lost: f64,
    pub(crate) killed: f64,
}

impl Pool {
    pub(crate) fn moves(&self, now: &Staffed) -> Vec<(f64, Staffed)> {
        let Staffed { servers, busy, draining, waiting } = *now;
        let mut moves = Vec::new();
        if busy < servers {
            moves.push((self.arrivals, Staffed { busy: busy + 1, ..*now }));
        } else if waiting < self.room {
            moves.push((self.arrivals, Staffed { waiting: waiting + 1, ..*now }));
        }
        if busy > 0 {
            let next =
                if waiting > 0 { Staffed { waiting: waiting - 1, ..*now } } else { Staffed { busy: busy - 1, ..*now } };
            moves.push((self.services * busy as f64, next));
        }
        if draining > 0 {
            moves.push((self.services * draining as f64, Staffed { draining: draining - 1, ..*now }));
        }
        moves
    }

    /// Busy servers that go when the number becomes `to`.
    fn leaving(now: &Staffed, to: usize) -> usize {
        now.busy.saturating_sub(to)
    }

    /// Idle servers go first; where no place is empty, draining ones are kept.
    pub(crate) fn staff(&self, now: &Staffed, to: usize) -> Staffed {
        let leaving = Pool::leaving(now, to);
        let empty = self.places - now.servers - now.draining;
        let kept = to.saturating_sub(now.servers).saturating_sub(empty);
        let drains = if self.kills { 0 } else { leaving };
        let busy = now.busy - leaving + kept;
        let started = now.waiting.min(to - busy);
        Staffed {
            servers: to,
            busy: busy + started,
            draining: now.draining + drains - kept,
            waiting: now.waiting - started,
        }
    }

    fn figures(&self, chain: &Chain<Staffed>, spent: &[f64], length: f64) -> Figures {
        let mean = |value: &dyn Fn(&Staffed) -> usize| chain.mean(spent, |now| value(now) as f64) / length;
        Figures {
            busy: mean(&|now| now.busy + now.draining),
            offered: mean(&|now| now.servers + now.draining),
            waiting: mean(&|now| now.waiting),
            lost: mean(&|now| usize::from(now.busy == now.servers && now.waiting == self.room)),
            killed: 0.0,
        }
    }

    /// Under a plan that repeats: numbers of servers, each with the time for which it holds.
    pub(crate) fn by_plan(&self, plan: &[(usize, f64)]) -> Figures {
        let start = Staffed { servers: plan[0].0, busy: 0, draining: 0, waiting: 0 };
        let numbers: Vec<usize> = plan.iter().map(|(number, _)| *number).collect();
        let chain =
            Chain::new(start, |now| self.moves(now), |now| numbers.iter().map(|&to| self.staff(now, to)).collect());
        let after = |i: usize| numbers[(i + 1) % numbers.len()];
        let times: Vec<f64> = plan.iter().map(|(_, time)| *time).collect();
        let mut gone = 0.0;
        let seen = |i: usize, law: &[f64]| gone += chain.mean(law, |now| Pool::leaving(now, after(i)) as f64);
        let spent = chain.cycle(&times, |i, now| self.staff(now, after(i)), seen);
        let length = times.iter().sum();
        let killed = if self.kills { gone / (self.arrivals * length) } else { 0.0 };
        Figures { killed, ..self.figures(&chain, &spent, length) }
    }

    /// With a look at the state at each multiple of `period`, which sets the number of servers.
    pub(crate) fn by_looks(&self, period: f64, servers: usize, number: impl Fn(&Staffed) -> usize) -> Figures {
        let start = Staffed { servers, busy: 0, draining: 0, waiting: 0 };
        let look = |now: &Staffed| self.staff(now, number(now));
        let chain = Chain::new(start, |now| self.moves(now), |now| vec![look(now)]);
        self.figures(&chain, &chain.cycle(&[period], |_, now| look(now), |_, _| ()), period)
    }
}

/// One server that is switched on when a look finds jobs, starts for an exponential time, and is
/// switched off when a look finds none.
pub(crate) struct SetUp {
    pub(crate) arrivals: f64,
    pub(crate) services: f64,
    pub(crate) startups: f64,
    pub(crate) period: f64,
    /// The most waiting jobs.
    pub(crate) room: usize,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Phase {
    Off,
    Starting,
    On,
}

impl SetUp {
    pub(crate) fn figures(&self) -> Figures {
        let moves = |&(phase, jobs): &(Phase, usize)| {
            let room = self.room + usize::from(phase == Phase::On);
            let mut moves = Vec::new();
            if jobs < room {
                moves.push((self.arrivals, (phase, jobs + 1)));
            }
            match phase {
                Phase::Starting => moves.push((self.startups, (Phase::On, jobs))),
                Phase::On if jobs > 0 => moves.push((self.services, (phase, jobs - 1))),
                Phase::Off | Phase::On => {}
            }
            moves
        };
        let look = |&(phase, jobs): &(Phase, usize)| match phase {
            Phase::Off if jobs > 0 => (Phase::Starting, jobs),
            Phase::On if jobs == 0 => (Phase::Off, 0),
            _ => (phase, jobs),
        };
        let chain = Chain::new((Phase::Off, 0), moves, |now| vec![look(now)]);
        let spent = chain.cycle(&[self.period], |_, now| look(now), |_, _| ());
        let mean = |value: &dyn Fn(Phase, usize) -> usize| {
            chain.mean(&spent, |&(phase, jobs)| value(phase, jobs) as f64) / self.period
        };
        let busy = |phase, jobs| usize::from(phase == Phase::On && jobs > 0);
        Figures {
            busy: mean(&busy),
            offered: mean(&|phase, _| usize::from(phase != Phase::Off)),
            waiting: mean(&|phase, jobs| jobs - busy(phase, jobs)),
            ..Figures::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::erlang::{Mmc, mean};
    use super::super::near;
    use super::super::steps::Steps;
    use super::*;

    #[test]
    fn one_number_for_ever_is_erlangs_law() {
        let pool = Pool { arrivals: 4.0, services: 1.0, places: 6, room: 5, kills: false };
        let erlang = Mmc { arrivals: 4.0, services: 1.0, servers: 4 };
        let law = erlang.with_room(5);
        let by_plan = pool.by_plan(&[(4, 1.0), (4, 2.5)]);
        let by_looks = pool.by_looks(1.5, 4, |_| 4);
        for figures in [by_plan, by_looks] {
            near(figures.lost, law[9], 1e-9);
            near(figures.busy, mean(&law, |n| erlang.busy(n)), 1e-9);
            near(figures.waiting, mean(&law, |n| erlang.waiting(n)), 1e-9);
            near(figures.offered, 4.0, 1e-9);
        }
    }

    /// Where all servers go, the pool is the one of `steps`, which is solved in another way. Where
    /// some stay, it is not: there a server that stays takes the next job while others drain.
    #[test]
    fn closing_agrees_with_steps_of_capacity() {
        let pool = Pool { arrivals: 4.0, services: 1.0, places: 20, room: 5, kills: false };
        let figures = pool.by_plan(&[(8, 40.0), (0, 20.0)]);
        let plan = vec![(0.0, 8), (40.0, 0), (60.0, 8), (100.0, 0)];
        let steps = Steps { arrivals: 4.0, services: 1.0, plan, room: 5 }.averages(60.0..120.0, 0.01);
        near(figures.busy, steps.busy, 1e-4);
        near(figures.waiting, steps.waiting, 1e-4);
        near(figures.lost, steps.lost, 1e-5);
    }

    #[test]
    fn the_flow_balances() {
        for kills in [false, true] {
            let pool = Pool { arrivals: 5.0, services: 1.0, places: 7, room: 10, kills };
            let figures = pool.by_plan(&[(6, 6.0), (3, 4.0), (7, 4.0), (4, 8.0), (0, 0.5), (6, 1.5)]);
            near(5.0 * (1.0 - figures.lost), figures.busy + 5.0 * figures.killed, 1e-8);
            assert_eq!(figures.killed > 0.0, kills);
        }
        let setup = SetUp { arrivals: 0.3, services: 0.5, startups: 1.0 / 3.0, period: 2.0, room: 40 };
        near(setup.figures().busy, 0.6, 1e-5);
    }

    /// With frequent looks and a short start the server is nearly as good as one that is always on.
    #[test]
    fn a_server_that_starts_nearly_at_once_is_nearly_erlangs() {
        let setup = SetUp { arrivals: 0.3, services: 0.5, startups: 100.0, period: 0.05, room: 20 };
        let law = Mmc { arrivals: 0.3, services: 0.5, servers: 1 }.with_room(20);
        near(setup.figures().waiting, mean(&law, |n| n.saturating_sub(1) as f64), 0.03);
    }
}
