//! The registry's rule on its default worker {scan 1, scanCheck 1}, solved as a Markov chain that
//! keeps the order of the waiting jobs: the oldest job that fits goes next, a job that does not fit
//! blocks nobody.

use super::markov::Stationary;

/// What a job needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Need {
    Scan,
    Check,
    Both,
}

const NEEDS: [Need; 3] = [Need::Scan, Need::Check, Need::Both];

/// Who runs and, oldest first, who waits.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct State {
    running: Vec<Need>,
    waiting: Vec<Need>,
}

/// Three Poisson classes with exponential service; rates per second, in the order scan, check,
/// both.
pub(crate) struct DefaultWorker {
    pub(crate) arrivals: [f64; 3],
    pub(crate) services: [f64; 3],
}

/// The loads that the tests simulate: low enough for the chain to be cut at eleven waiting
/// jobs.
pub(crate) const TRIED: DefaultWorker = DefaultWorker { arrivals: [0.15, 0.1, 0.08], services: [1.0, 0.8, 1.0] };

impl DefaultWorker {
    /// The chain with at most `room` waiting jobs; a job that finds more is left out, which must be
    /// too rare to matter.
    pub(crate) fn solve(&self, room: usize) -> Stationary<State> {
        Stationary::of(State::default(), |state| {
            let comes = NEEDS.map(|need| (self.arrivals[need as usize], state.with(need)));
            let mut moves: Vec<_> = comes.into_iter().filter(|(_, next)| next.waiting.len() <= room).collect();
            for (place, &need) in state.running.iter().enumerate() {
                moves.push((self.services[need as usize], state.without(place)));
            }
            moves
        })
    }

    /// The share of time in which a resource is busy: what its classes bring.
    pub(crate) fn utilization(&self, own: Need) -> f64 {
        let load = |need: Need| self.arrivals[need as usize] / self.services[need as usize];
        load(own) + load(Need::Both)
    }
}

impl State {
    /// Waiting jobs of one class.
    pub(crate) fn queue(&self, need: Need) -> f64 {
        self.waiting.iter().filter(|&&waiting| waiting == need).count() as f64
    }

    /// Whether one of the running jobs holds what `need` needs.
    fn is_taken(&self, need: Need) -> bool {
        self.running.iter().any(|&runs| runs == need || runs == Need::Both || need == Need::Both)
    }

    /// After an arrival.
    fn with(&self, need: Need) -> State {
        let mut next = self.clone();
        next.waiting.push(need);
        next.claim()
    }

    /// After a completion.
    fn without(&self, place: usize) -> State {
        let mut next = self.clone();
        next.running.remove(place);
        next.claim()
    }

    /// Starts the jobs that fit, oldest first. Scans and checks that wait next to each other never
    /// compete, so that which of them is older makes no difference; sorting them leaves a quarter
    /// of the states.
    fn claim(mut self) -> State {
        for need in std::mem::take(&mut self.waiting) {
            if self.is_taken(need) { self.waiting.push(need) } else { self.running.push(need) }
        }
        self.running.sort_unstable();
        self.waiting.split_mut(|&need| need == Need::Both).for_each(<[Need]>::sort_unstable);
        self
    }
}

#[cfg(test)]
mod tests {
    use super::super::near;
    use super::*;

    #[test]
    fn the_published_case_comes_out() {
        let state = State { running: vec![], waiting: vec![Need::Scan, Need::Scan, Need::Check] }.claim();
        assert_eq!(state, State { running: vec![Need::Scan, Need::Check], waiting: vec![Need::Scan] });
    }

    #[test]
    fn without_jobs_that_need_both_there_are_two_queues_of_one_server() {
        let worker = DefaultWorker { arrivals: [0.2, 0.15, 0.0], services: [1.0, 0.5, 1.0] };
        let chain = worker.solve(11);
        near(chain.mean(|state| state.queue(Need::Scan)), 0.04 / 0.8, 1e-5);
        near(chain.mean(|state| state.queue(Need::Check)), 0.09 / 0.7, 1e-5);
    }

    #[test]
    fn jobs_that_need_both_alone_are_one_queue() {
        let worker = DefaultWorker { arrivals: [0.0, 0.0, 0.5], services: [1.0, 1.0, 1.0] };
        near(worker.solve(40).mean(|state| state.queue(Need::Both)), 0.5, 1e-9);
    }

    #[test]
    fn flow_is_conserved_and_truncation_is_negligible() {
        let worker = TRIED;
        let [shorter, longer] = [9, 11].map(|room| worker.solve(room));
        let busy = |state: &State| f64::from(u8::from(state.is_taken(Need::Scan)));
        near(longer.mean(busy), worker.utilization(Need::Scan), 1e-6);
        for need in NEEDS {
            near(shorter.mean(|state| state.queue(need)), longer.mean(|state| state.queue(need)), 2e-5);
        }
    }
}
