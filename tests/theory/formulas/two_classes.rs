//! One worker, two classes of jobs that need different numbers of its units, and any policy: solved
//! as a Markov chain that keeps the order of the waiting jobs.

use super::markov::Stationary;

/// A Poisson class with exponential service; rates per second.
#[derive(Clone, Copy)]
pub(crate) struct Class {
    pub(crate) arrivals: f64,
    pub(crate) services: f64,
    pub(crate) need: usize,
}

/// The worker and its classes of jobs.
#[derive(Clone, Copy)]
pub(crate) struct TwoClasses {
    pub(crate) units: usize,
    pub(crate) classes: [Class; 2],
}

/// The policy.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Rule {
    /// The oldest that fits.
    FirstFit,
    /// The oldest, or none.
    StrictFifo,
    /// Of those that fit, the oldest of the smallest.
    SmallestFirst,
    /// Of those that fit, the oldest of the largest.
    LargestFirst,
    /// Of those that fit, the oldest of the class that holds the least, in parts of its weight.
    FairShare([f64; 2]),
    /// The oldest of the first class in the fitting set of jobs whose classes have the most jobs
    /// waiting.
    MaxWeight,
    /// Any of those that fit.
    Random,
}

/// Running jobs by class and, oldest first, the classes of those that wait.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct State {
    running: [usize; 2],
    waiting: Vec<u8>,
}

impl TwoClasses {
    /// The chain with at most `room` waiting jobs; a job that finds more is left out, which must be
    /// too rare to matter.
    pub(crate) fn solve(&self, rule: Rule, room: usize) -> Stationary<State> {
        Stationary::of(State::default(), |state| {
            let mut moves = Vec::new();
            for (class, &Class { arrivals, services, .. }) in self.classes.iter().enumerate() {
                if state.waiting.len() < room {
                    let mut next = state.clone();
                    next.waiting.push(class as u8);
                    self.claim(rule, arrivals, next, &mut moves);
                }
                if state.running[class] > 0 {
                    let mut next = state.clone();
                    next.running[class] -= 1;
                    self.claim(rule, services * state.running[class] as f64, next, &mut moves);
                }
            }
            moves
        })
    }

    /// The mean wait of a class, by Little's law; for `solve`d chains.
    pub(crate) fn mean_wait(&self, chain: &Stationary<State>, class: usize) -> f64 {
        chain.mean(|state| state.queue(class)) / self.classes[class].arrivals
    }

    /// The share of a worker's units that is at work if everything is done that comes.
    pub(crate) fn utilization(&self) -> f64 {
        let busy = |class: &Class| class.arrivals / class.services * class.need as f64;
        self.classes.iter().map(busy).sum::<f64>() / self.units as f64
    }

    /// Starts jobs until none may start, and lists the resulting states with their rates.
    fn claim(&self, rule: Rule, rate: f64, mut state: State, moves: &mut Vec<(f64, State)>) {
        let next = self.next(rule, &state);
        if next.is_empty() {
            if rule.only_counts() {
                state.waiting.sort_unstable();
            }
            moves.push((rate, state));
            return;
        }
        for &place in &next {
            let mut started = state.clone();
            started.running[usize::from(started.waiting.remove(place))] += 1;
            self.claim(rule, rate / next.len() as f64, started, moves);
        }
    }

    /// The positions of the waiting jobs one of which goes next with equal probability; empty if
    /// none may start.
    fn next(&self, rule: Rule, state: &State) -> Vec<usize> {
        let need = |place: usize| self.classes[usize::from(state.waiting[place])].need;
        let mut fitting = (0..state.waiting.len()).filter(|&place| need(place) <= self.free(state));
        let next = match rule {
            Rule::FirstFit => fitting.next(),
            Rule::StrictFifo => fitting.next().filter(|&place| place == 0),
            Rule::SmallestFirst => fitting.min_by_key(|&place| (need(place), place)),
            Rule::LargestFirst => fitting.min_by_key(|&place| (self.units - need(place), place)),
            Rule::FairShare(weights) => {
                let share = |class: usize| {
                    let held = (state.running[class] * self.classes[class].need) as f64;
                    held / weights[class]
                };
                fitting.min_by(|&one, &other| {
                    let [first, second] = [one, other].map(|place| share(usize::from(state.waiting[place])));
                    first.total_cmp(&second).then(one.cmp(&other))
                })
            }
            Rule::MaxWeight => self.of_greatest_weight(state),
            Rule::Random => return fitting.collect(),
        };
        next.into_iter().collect()
    }

    /// The oldest job of the first class in the set of greatest weight; classes come in the order
    /// of their oldest jobs.
    fn of_greatest_weight(&self, state: &State) -> Option<usize> {
        let oldest = |class: u8| state.waiting.iter().position(|&waiting| waiting == class);
        let mut classes = [0, 1_u8];
        classes.sort_by_key(|&class| oldest(class).unwrap_or(usize::MAX));
        let [first, second] =
            classes.map(|class| (state.queue(usize::from(class)) as usize, self.classes[usize::from(class)].need));
        let sets = (0..=first.0).flat_map(|one| (0..=second.0).map(move |other| (one, other)));
        let fitting = sets.filter(|(one, other)| one * first.1 + other * second.1 <= self.free(state));
        let (one, other) = fitting.max_by_key(|&(one, other)| (one * first.0 + other * second.0, one, other))?;
        match (one, other) {
            (0, 0) => None,
            (0, _) => oldest(classes[1]),
            _ => oldest(classes[0]),
        }
    }

    fn free(&self, state: &State) -> usize {
        let held: usize = self.classes.iter().zip(state.running).map(|(class, running)| class.need * running).sum();
        self.units - held
    }
}

impl Rule {
    /// Whether only the numbers of waiting jobs matter, so that one order of them stands for all.
    fn only_counts(self) -> bool {
        matches!(self, Rule::SmallestFirst | Rule::LargestFirst | Rule::FairShare(_) | Rule::Random)
    }

    /// The loads that the tests simulate, and how many waiting jobs are enough for them:
    /// where the order of these matters each one more doubles the states, so that loads must be
    /// low.
    pub(crate) fn tried(self) -> (TwoClasses, usize) {
        if self.only_counts() { (BUSY, 40) } else { (CALM, 12) }
    }
}

impl State {
    /// Waiting jobs of one class.
    pub(crate) fn queue(&self, class: usize) -> f64 {
        self.waiting.iter().filter(|&&waiting| usize::from(waiting) == class).count() as f64
    }

    /// Running jobs of one class.
    pub(crate) fn running(&self, class: usize) -> f64 {
        self.running[class] as f64
    }
}

/// Of which the chain can be cut at twelve waiting jobs.
const CALM: TwoClasses = TwoClasses {
    units: 3,
    classes: [Class { arrivals: 0.36, services: 1.0, need: 1 }, Class { arrivals: 0.16, services: 0.8, need: 2 }],
};

/// Of which it cannot.
const BUSY: TwoClasses = TwoClasses {
    units: 5,
    classes: [Class { arrivals: 1.4, services: 1.0, need: 1 }, Class { arrivals: 0.5, services: 0.625, need: 2 }],
};

/// The rules that the tests simulate. Weights are such that no two classes ever hold the
/// same in parts of them: then nothing hangs on whose job is older.
pub(crate) const RULES: [Rule; 8] = [
    Rule::FirstFit,
    Rule::StrictFifo,
    Rule::SmallestFirst,
    Rule::LargestFirst,
    Rule::FairShare([1.0, 1.0]),
    Rule::FairShare([1.0, 3.0]),
    Rule::MaxWeight,
    Rule::Random,
];

#[cfg(test)]
mod tests {
    use super::super::erlang::Mmc;
    use super::super::near;
    use super::super::priorities::Priorities;
    use super::*;

    /// In strict order the classes of those behind the first are as unknown as those of jobs to
    /// come, so that it is enough to count them.
    fn strict(worker: TwoClasses, room: usize) -> Stationary<([usize; 2], Option<usize>, usize)> {
        let total: f64 = worker.classes.iter().map(|class| class.arrivals).sum();
        let settled = |mut running: [usize; 2], mut behind: usize, mut head: Option<usize>, rate: f64| {
            // Depth first over who comes next to the front.
            let mut open = vec![(running, head, behind, rate)];
            let mut moves = Vec::new();
            while let Some(next) = open.pop() {
                (running, head, behind, _) = next;
                let rate = next.3;
                let held: usize = (0..2).map(|class| running[class] * worker.classes[class].need).sum();
                match head {
                    Some(class) if held + worker.classes[class].need > worker.units => {
                        moves.push((rate, (running, head, behind)));
                    }
                    Some(class) => {
                        running[class] += 1;
                        open.push((running, None, behind, rate));
                    }
                    None if behind == 0 => moves.push((rate, (running, None, 0))),
                    None => open.extend((0..2).map(|class| {
                        (running, Some(class), behind - 1, rate * worker.classes[class].arrivals / total)
                    })),
                }
            }
            moves
        };
        Stationary::of(([0, 0], None, 0), move |&(running, head, behind)| {
            let mut moves = if behind < room { settled(running, behind + 1, head, total) } else { Vec::new() };
            for class in (0..2).filter(|&class| running[class] > 0) {
                let mut fewer = running;
                fewer[class] -= 1;
                moves.extend(settled(fewer, behind, head, running[class] as f64 * worker.classes[class].services));
            }
            moves
        })
    }

    #[test]
    fn strict_order_agrees_with_a_chain_that_only_counts() {
        let chain = CALM.solve(Rule::StrictFifo, 12);
        let counts = strict(CALM, 200);
        let waiting = counts.mean(|&(_, head, behind)| (behind + usize::from(head.is_some())) as f64);
        near(chain.mean(|state| state.queue(0) + state.queue(1)) / waiting, 1.0, 1e-3);
        near(chain.mean(|state| state.running(1)), 0.16 / 0.8, 1e-4);
    }

    #[test]
    fn flow_is_conserved_and_truncation_is_negligible() {
        for rule in RULES {
            let (worker, room) = rule.tried();
            let [shorter, longer] = [room - 2, room].map(|room| worker.solve(rule, room));
            for class in 0..2 {
                let Class { arrivals, services, .. } = worker.classes[class];
                near(longer.mean(|state| state.running(class)), arrivals / services, 1e-5);
                let [one, other] = [&shorter, &longer].map(|chain| worker.mean_wait(chain, class));
                near(one / other, 1.0, 2e-3);
            }
        }
    }

    #[test]
    fn jobs_of_all_units_wait_as_before_one_server() {
        let class = |arrivals| Class { arrivals, services: 1.0, need: 2 };
        let worker = TwoClasses { units: 2, classes: [class(0.1), class(0.2)] };
        let theory = Mmc { arrivals: 0.3, services: 1.0, servers: 1 };
        for rule in [Rule::FirstFit, Rule::StrictFifo, Rule::Random] {
            let chain = worker.solve(rule, 11);
            (0..2).for_each(|class| near(worker.mean_wait(&chain, class), theory.mean_wait(), 1e-3));
        }
    }

    #[test]
    fn smallest_first_agrees_with_cobham() {
        let class = |arrivals, need| Class { arrivals, services: 1.0, need };
        let worker = TwoClasses { units: 5, classes: [class(0.2, 3), class(0.15, 4)] };
        let theory = Priorities::several_servers(1, 1.0, &[0.2, 0.15]);
        let chain = worker.solve(Rule::SmallestFirst, 30);
        (0..2).for_each(|place| near(worker.mean_wait(&chain, place), theory.mean_wait(place), 1e-7));
        let chain = worker.solve(Rule::LargestFirst, 30);
        let theory = Priorities::several_servers(1, 1.0, &[0.15, 0.2]);
        (0..2).for_each(|place| near(worker.mean_wait(&chain, place), theory.mean_wait(1 - place), 1e-7));
    }
}
